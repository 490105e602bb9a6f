BeforeDiscovery {
    . "$PSScriptRoot/../SshHosts.ps1"
    $noHosts = Get-SshProblem
    $because = $noHosts ? " (skipped, since $noHosts)" : ''
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    . "$PSScriptRoot/../SshHosts.ps1"
    $loss = '(y - a*exp(-b*x) - c)^2'
    $start = @{ a = 1; b = 1; c = 0 }
}

Describe 'What does not go with -RowScript' {
    It 'refuses <Name>' -ForEach @(
        @{ Name = 'a script without sessions'; Call = { Find-Minimum $loss $start -Mean -RowScript { 1 } }; Message = '*-Session*' }
        @{ Name = 'a part without a script'; Call = { Find-Minimum $loss $start -Mean -Part 1 }; Message = '*-RowScript*' }
        @{ Name = 'a limit without a script'; Call = { Invoke-CurveFit 'a*x' y -TimeoutSeconds 3 }; Message = '*-RowScript*' }
    ) {
        $outcome = Get-Outcome $Call
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ArgumentInvalid
        "$($outcome.Errors[0])" | Should -BeLike $Message
    }
}

Describe "-RowScript$because" -Skip:([bool]$noHosts) -Tag Slow {
    BeforeAll {
        $hosts = Open-SshHost 4
        $connect = $hosts.Connect
        $sessions = New-AutodiffSession $hosts.Names @connect
        $folder = Join-Path $hosts.Folder rows
        $null = New-Item $folder -ItemType Directory
        # Half a decimal place of a sine for noise, in eight parts.
        $all = foreach ($part in 0..7) {
            $rows = 1..40 | ForEach-Object { $i = 40 * $part + $_; [pscustomobject]@{ x = $i / 80; y = 2.5 * [Math]::Exp(-0.7 * $i / 80) + 0.3 + 0.01 * [Math]::Sin($i); w = 1 + $i % 3 } }
            $rows | Export-Csv "$folder/$part.csv"
            $rows
        }
        $read = [scriptblock]::Create("param(`$Part) Import-Csv `"$folder/`$Part.csv`"")
        $parted = @{ Part = 0..7; RowScript = $read }
        function Get-Text($Result) { $Result.PSObject.Properties['At'] ? "$($Result.At.Values) $($Result.Value) $($Result.Iterations)" : "$($Result.Parameters.Values) $($Result.StandardErrors.Values) $($Result.Iterations) $($Result.RSquared)" }
    }

    AfterAll {
        $sessions | Where-Object State -EQ Opened | Remove-PSSession
        Close-SshHost $hosts
    }

    It 'finds the minimum that rows here have, with the same bits for 1, 2 and 4 machines' {
        $here = $all | Find-Minimum $loss $start -Mean
        $one = Find-Minimum $loss $start -Mean @parted -Session $sessions[0]
        foreach ($name in 'a', 'b', 'c') { [Math]::Abs($one.At[$name] - $here.At[$name]) | Should -BeLessThan 1e-9 }
        foreach ($count in 2, 4) { Get-Text (Find-Minimum $loss $start -Mean @parted -Session $sessions[0..($count - 1)]) | Should -BeExactly (Get-Text $one) }
        # The sessions are free again.
        Invoke-Command $sessions { 1 } | Should -HaveCount 4
    }

    It 'fits the curve that rows here have, with the same bits for 1, 2 and 4 machines' {
        $fit = @{ Model = 'a*exp(-b*x) + c'; Label = 'y'; Weight = 'w'; Parameter = 'a', 'b', 'c'; InitialValue = @{ b = 1 } }
        $here = $all | Invoke-CurveFit @fit
        $one = Invoke-CurveFit @fit @parted -Session $sessions[0]
        foreach ($name in 'a', 'b', 'c') {
            [Math]::Abs($one.Parameters[$name] - $here.Parameters[$name]) | Should -BeLessThan 1e-8
            [Math]::Abs($one.StandardErrors[$name] - $here.StandardErrors[$name]) | Should -BeLessThan 1e-10
        }
        $one.Rows | Should -Be 320
        foreach ($count in 2, 4) { Get-Text (Invoke-CurveFit @fit @parted -Session $sessions[0..($count - 1)]) | Should -BeExactly (Get-Text $one) }
    }

    It 'takes one part from each session without -Part' {
        $null = $sessions | ForEach-Object { $i = 0 } { Invoke-Command $_ { Set-Variable mine $args[0] -Scope Global } -ArgumentList "$folder/$i.csv"; $i++ }
        $there = Find-Minimum $loss $start -Sum -Session $sessions -RowScript { Import-Csv $mine }
        $here = Find-Minimum $loss $start -Sum -Session $sessions[0] -Part (0..3) -RowScript $read
        Get-Text $there | Should -BeExactly (Get-Text $here)
    }

    It 'joins linear regressions of parts from all machines' {
        $work = { 0..1 | ForEach-Object { Import-Csv "$using:folder/$(2 * $using:at + $_).csv" } | Invoke-LinearRegression -Feature x, w -Label y -AsPartial }
        $parts = foreach ($at in 0..3) { Invoke-Command $sessions[$at] $work }
        $joined = $parts | Invoke-LinearRegression
        $here = $all | Invoke-LinearRegression -Feature x, w -Label y
        $joined.Rows | Should -Be 320
        foreach ($name in $here.Coefficients.Keys) { [Math]::Abs($joined.Coefficients[$name] - $here.Coefficients[$name]) | Should -BeLessThan 1e-12 }
        ($parts[3, 1, 0, 2] | Invoke-LinearRegression).Coefficients.Values | Should -Be $joined.Coefficients.Values
    }

    It 'says what is wrong with a script, on which machine' {
        foreach ($case in @(
                @{ Script = { Import-Csv /nowhere.csv }; Message = '*nowhere.csv*' }
                @{ Script = { }; Message = '*no rows*' }
                @{ Script = { [pscustomobject]@{ x = 1; z = 2 } }; Message = "*'y'*" }
                @{ Script = { [pscustomobject]@{ x = 1; y = 'red' } }; Message = "*'red'*" }
            )) {
            $script = $case.Script
            $outcome = Get-Outcome { Find-Minimum $loss $start -Mean -Session $sessions[0, 1] -RowScript $script }
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly RowScriptFailed
            "$($outcome.Errors[0])" | Should -BeLike "Part 1 of the rows could not be read on $($hosts.Names[0])*"
            "$($outcome.Errors[0])" | Should -BeLike $case.Message
        }
        Get-ErrorId (Get-Outcome { Find-Minimum $loss $start -Mean -Session $sessions[0] -RowScript { $using:all } }).Errors[0] | Should -BeExactly ArgumentInvalid
        Get-ErrorId (Get-Outcome { Find-Minimum $loss $start -Mean -Session $sessions[0] -RowScript $read }).Errors[0] | Should -BeExactly ArgumentInvalid
        Invoke-Command $sessions { 1 } | Should -HaveCount 4
    }

    # Beside the tests of training runs over sessions that hung. It counts as skipped, since it is not run.
    It 'survives machines that die, hang or are cut off (skipped, since tests/Pester/Long/row-script-faults.ps1 has to be run by hand)' -Skip { }
}
