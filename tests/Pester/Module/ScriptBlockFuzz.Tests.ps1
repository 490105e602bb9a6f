# Script blocks at random: what New-ExprNode takes has PowerShell's own value, what it refuses has an error of ours.
# PSAUTODIFF_TEST_SEED and PSAUTODIFF_TEST_FACTOR widen the search.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $seed = if ($env:PSAUTODIFF_TEST_SEED) { [int]$env:PSAUTODIFF_TEST_SEED } else { 20261125 }
    $factor = if ($env:PSAUTODIFF_TEST_FACTOR) { [int]$env:PSAUTODIFF_TEST_FACTOR } else { 1 }
    # No waves: far out, a difference in the last place spans many of them.
    $functions = 'Exp', 'Log', 'Tanh', 'Sqrt', 'Atan', 'Abs', 'Cosh', 'Sinh', 'Log10', 'Cbrt', 'Asinh'
    $comparisons = '-gt', '-ge', '-lt', '-le', '-eq', '-ne', '-and', '-or'
    $numbers = '0', '1', '2', '3.5', '0.1', '1e-3', '7d', '2kb', '0x1F', '100', '1.5e2', '.5'
    $pieces = '(', ')', '+', '-', '*', '/', '%', '^', '**', '$x', '$y', '${CPU Load}', '-gt', '-le', '-and', '-or', '-not ', '!', '?', ':', ' ? 1 : 2', '[Math]::Floor(', '[Math]::Log(', '$_', '$PSVersionTable', '$true', '$null', '$env:HOME', '$global:x', '@x', '"a"', "'b'", '[Math]::PI', '[Math]::Exp(', '[math]::pow(',
        '[Math]::Round(1)', '[int]', '-as [int]', '-join', ';', ',', '|', '{', '}', '@()', '@{}', '..', '.Length', 'x', 'Get-Date', '&', '# note', '<# #>', '`', "`n", '1,2', '++', '-eq', 'if (1) {2}', 'param($q)', 'trap {}', 'begin {}', 'clean {}', ' ', '1e400', '99999999999999999999', '1l', '5u'

    function Get-Arithmetic([Random]$Random, [int]$Depth) {
        if ($Depth -eq 0) {
            switch ($Random.Next(3)) {
                0 { return $numbers[$Random.Next($numbers.Count)] }
                1 { return '[Math]::PI' }
                default { return ('$x', '$y', '$z')[$Random.Next(3)] }
            }
        }
        $one = Get-Arithmetic $Random ($Depth - 1)
        switch ($Random.Next(9)) {
            0 { return "($one)" }
            # A condition beside a number is another matter, see Errors.Tests.ps1: the left side is a number here.
            6 { return "((0 + ($one)) $($comparisons[$Random.Next($comparisons.Count)]) ($(Get-Arithmetic $Random ($Depth - 1))))" }
            7 { return "(($one) ? ($(Get-Arithmetic $Random ($Depth - 1))) : ($(Get-Arithmetic $Random ($Depth - 1))))" }
            8 { return "(($one) % ($(Get-Arithmetic $Random ($Depth - 1))))" }
            1 { return "-$one" -replace '^--', '- -' }
            2 { return "[Math]::$($functions[$Random.Next($functions.Count)])($one)" }
            3 { return "[Math]::Pow($one, $(Get-Arithmetic $Random ($Depth - 1)))" }
            default { return "$one $('+-*/'[$Random.Next(4)]) $(Get-Arithmetic $Random ([Math]::Max(0, $Depth - 2)))" }
        }
    }

    function Edit-Arithmetic([Random]$Random, [string]$Text) {
        for ($i = $Random.Next(1, 4); $i -gt 0; $i--) {
            $at = $Random.Next($Text.Length + 1)
            $Text = if ($Random.Next(3)) { $Text.Insert($at, $pieces[$Random.Next($pieces.Count)]) } else { $Text.Remove($at, [Math]::Min($Random.Next(6), $Text.Length - $at)) }
        }
        $Text
    }

    # The script block, or nothing where PowerShell itself cannot read the text.
    function ConvertTo-ScriptBlock([string]$Text) {
        try { [scriptblock]::Create($Text) } catch [System.Management.Automation.MethodInvocationException] { $null = $_ }
    }
}

Describe 'Script blocks at random' {
    It 'have the value that PowerShell computes' {
        $count = 0
        # Numbers of the block as doubles: PowerShell divides and adds whole numbers as they are.
        $x, $y, $z = 1.25, -0.75, 3.0
        for ($i = 0; $i -lt 250 * $factor; $i++) {
            $text = Get-Arithmetic ([Random]::new($seed + $i)) 4
            $block = ConvertTo-ScriptBlock $text
            $block | Should -Not -BeNullOrEmpty -Because $text
            $own = try { [double](& $block) } catch [System.Management.Automation.RuntimeException] { [double]::NaN }
            if (-not [double]::IsFinite($own)) { continue }
            $value = $block | New-ExprNode | Measure-Expression -At @{ x = $x; y = $y; z = $z }
            [Math]::Abs($value - $own) | Should -BeLessOrEqual (1e-9 * [Math]::Max(1.0, [Math]::Abs($own))) -Because "seed $seed, block $i is { $text }"
            $count++
        }
        $count | Should -BeGreaterThan (100 * $factor)
    }

    It 'are refused with an error of ours or read back' {
        $ids = [System.Reflection.Assembly]::GetAssembly([PSAutodiff.ExprNode]).GetType('PSAutodiff.ErrorIds').GetFields().Name
        $refused = $taken = 0
        for ($i = 0; $i -lt 500 * $factor; $i++) {
            $random = [Random]::new($seed + 7919 * $i)
            $text = Edit-Arithmetic $random (Get-Arithmetic $random 3)
            $block = ConvertTo-ScriptBlock $text
            if (-not $block) { continue }
            $outcome = Get-Outcome { $block | New-ExprNode }
            if ($outcome.Errors.Count -gt 0) {
                $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeIn $ids -Because "seed $seed, block $i is { $text }: $($outcome.Errors[0])"
                $refused++
                continue
            }
            $outcome.Output | Should -HaveCount 1 -Because "seed $seed, block $i is { $text }"
            (New-ExprNode ($outcome.Output[0] | ConvertTo-ExprText -As Let)).Equals($outcome.Output[0]) | Should -BeTrue -Because "seed $seed, block $i is { $text }"
            $taken++
        }
        $refused | Should -BeGreaterThan (40 * $factor)
        $taken | Should -BeGreaterThan (10 * $factor)
    }
}
