# The golden data, computed elsewhere with 50 digits, through the public cmdlets. One test a file and mode: it reports all that is off.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    function Read-Golden([string]$Name) {
        foreach ($line in [System.IO.File]::ReadLines((Join-Path $PSScriptRoot "../../data/$Name.jsonl"))) {
            $record = $line | ConvertFrom-Json -AsHashtable
            $record.Names = [string[]]$record.at.Keys
            [Array]::Sort($record.Names, [StringComparer]::Ordinal)
            $record
        }
    }

    function Compare-Number($Record, [string]$What, [object[]]$Actual, [object[]]$Expected, [double]$Tolerance) {
        if ($Actual.Count -ne $Expected.Count) { return "$($Record.expression): $What has $($Actual.Count) numbers instead of $($Expected.Count)" }
        for ($i = 0; $i -lt $Expected.Count; $i++) {
            if (-not ([Math]::Abs($Actual[$i] - $Expected[$i]) -le $Tolerance)) { "$($Record.expression): $What [$i] is $(([double]$Actual[$i]).ToString('R')), not $(([double]$Expected[$i]).ToString('R'))" }
        }
    }

    function Assert-Nothing([object[]]$Failures, [int]$Count) {
        $Count | Should -BeGreaterThan 0
        if ($Failures) { throw "$($Failures.Count) numbers are off in $Count expressions:`n$($Failures -join "`n")" }
    }
}

Describe '<_>.jsonl' -ForEach 'expressions-lab', 'expressions-full' {
    BeforeAll {
        $records = @(Read-Golden $_)
    }

    It 'holds 300 expressions' {
        $records.Count | Should -Be 300
    }

    It 'agrees with New-ExprNode, Invoke-Differentiate -Mode <Mode> once and twice, and Measure-Expression' -ForEach @(
        @{ Mode = 'Forward' }
        @{ Mode = 'Reverse' }
    ) {
        $failures = foreach ($record in $records) {
            $tolerance = 1e-11 * $record.scale
            $node = New-ExprNode $record.expression
            $gradient = $node | Invoke-Differentiate $record.Names -Mode $Mode
            $hessian = $gradient | Invoke-Differentiate $record.Names -Mode $Mode
            $numbers = @($node, $gradient, $hessian | ForEach-Object { $_ } | Measure-Expression -At $record.at)
            $n = $record.Names.Count
            Compare-Number $record value $numbers[0] $record.value $tolerance
            Compare-Number $record gradient $numbers[1..$n] @($record.Names | ForEach-Object { $record.gradient[$_] }) $tolerance
            Compare-Number $record Hessian $numbers[($n + 1)..($numbers.Count - 1)] @($record.hessian | ForEach-Object { $_ }) $tolerance
        }
        Assert-Nothing $failures $records.Count
    }

    It 'agrees with Measure-Expression -Hessian' {
        $failures = foreach ($record in $records) {
            $tolerance = 1e-11 * $record.scale
            $measured = $record.expression | Measure-Expression -At $record.at -Hessian
            $rows = @($measured.Variables | ForEach-Object { [Array]::IndexOf($record.Names, $_) })
            $expected = foreach ($i in $rows) { foreach ($j in $rows) { $record.hessian[$i][$j] } }
            Compare-Number $record value $measured.Value $record.value $tolerance
            Compare-Number $record gradient @($measured.Gradient.Values) @($measured.Gradient.Keys | ForEach-Object { $record.gradient[$_] }) $tolerance
            Compare-Number $record Hessian @($measured.Hessian | ForEach-Object { $_ }) @($expected) $tolerance
        }
        Assert-Nothing $failures $records.Count
    }
}

Describe 'edges.jsonl, single operations at their edges' {
    BeforeAll {
        $records = @(Read-Golden edges)
    }

    It 'agrees in value within 2 units in the last place' {
        $failures = foreach ($record in $records) {
            $size = [Math]::Abs([double]$record.value)
            Compare-Number $record "value at $($record.at.x)" ($record.expression | Measure-Expression -At $record.at) $record.value (2 * ([Math]::BitIncrement($size) - $size))
        }
        Assert-Nothing $failures $records.Count
    }

    It 'agrees in derivative within 1e-12 of max(1, |derivative|), differentiated with -Mode <_>' -ForEach 'Auto', 'Forward', 'Reverse' {
        $mode = $_
        $failures = foreach ($record in $records) {
            $derivative = $record.expression | Invoke-Differentiate x -Mode $mode | Measure-Expression -At $record.at
            Compare-Number $record "derivative at $($record.at.x)" $derivative $record.derivative (1e-12 * [Math]::Max(1.0, [Math]::Abs([double]$record.derivative)))
        }
        Assert-Nothing $failures $records.Count
    }
}
