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
        $hosts = Use-SshHost
        $connect = $hosts.Connect
        $sessions = $hosts.Sessions
        $folder = Join-Path $hosts.Folder curves
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

    AfterAll { Clear-SshHost $hosts }

    It 'finds the minimum that rows here have, with the same bits for 1, 2 and 4 machines' {
        $here = $all | Find-Minimum $loss $start -Mean
        $one = Find-Minimum $loss $start -Mean @parted -Session $sessions[0]
        foreach ($name in 'a', 'b', 'c') { [Math]::Abs($one.At[$name] - $here.At[$name]) | Should -BeLessThan 1e-9 }
        foreach ($count in 2, 4) { Get-Text (Find-Minimum $loss $start -Mean @parted -Session $sessions[0..($count - 1)]) | Should -BeExactly (Get-Text $one) }
        Confirm-FreeSession $sessions
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
        Confirm-FreeSession $sessions
        $here = Find-Minimum $loss $start -Sum -Session $sessions[0] -Part (0..3) -RowScript $read
        Get-Text $there | Should -BeExactly (Get-Text $here)
        Confirm-FreeSession $sessions
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
            "$($outcome.Errors[0])" | Should -Not -Match 'Exception calling|left out'
        }
        Get-ErrorId (Get-Outcome { Find-Minimum $loss $start -Mean -Session $sessions[0] -RowScript { $using:all } }).Errors[0] | Should -BeExactly ArgumentInvalid
        Get-ErrorId (Get-Outcome { Find-Minimum $loss $start -Mean -Session $sessions[0] -RowScript $read }).Errors[0] | Should -BeExactly ArgumentInvalid
        Confirm-FreeSession $sessions
    }

    It 'gives the script each part as one argument, whatever it is' {
        $here = Get-Text (Find-Minimum $loss $start -Sum -Session $sessions[0] -Part (0..3) -RowScript $read)
        foreach ($case in @(
                @{ Part = 0..3 | ForEach-Object { "$folder/$_.csv" }; Script = { param($Part) Import-Csv $Part } }
                @{ Part = 0..3 | ForEach-Object { @{ File = "$folder/$_.csv" } }; Script = { param($Part) Import-Csv $Part.File } }
                @{ Part = 0..3 | ForEach-Object { , @("$folder/", "$_.csv") }; Script = { param($Part) Import-Csv ($Part -join '') } }
            )) {
            $script = $case.Script
            Get-Text (Find-Minimum $loss $start -Sum -Session $sessions[0, 1] -Part $case.Part -RowScript $script) | Should -BeExactly $here
        }
    }

    It 'counts rows that lack a value, and shows warnings of the script once, with the machine' {
        $outcome = Get-Outcome {
            Find-Minimum $loss $start -Mean -MissingValue Skip -Session $sessions[0, 1] -Part (0..3) -RowScript {
                param($Part)
                Write-Warning 'an old file'
                1..20 | ForEach-Object { [pscustomobject]@{ x = $Part + $_ / 20; y = $_ % 5 ? "$(1 / ($Part + $_ / 20))" : '' } }
            }
        }
        $outcome.Errors | Should -BeNullOrEmpty
        $outcome.Output | Should -HaveCount 1
        foreach ($name in $hosts.Names[0, 1]) {
            @($outcome.Warnings | Where-Object Message -EQ "${name}: an old file") | Should -HaveCount 1
            @($outcome.Warnings | Where-Object Message -Like "${name}: Rows left out because a value is missing: 4.") | Should -HaveCount 1
        }
    }

    It 'is back within a second after Ctrl+C, and the session is free three seconds later' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($base, $loss, $start, $all) Import-Module $base; Find-Minimum $loss $start @all')
        $null = $shell.AddArgument($moduleBase).AddArgument($loss).AddArgument($start).AddArgument(@{ Method = 'GradientDescent'; LearningRate = 0.0001; MaxIteration = 10000000; Mean = $true; Session = $sessions[0, 1]; Part = 0..7; RowScript = $read })
        $id = Invoke-Command $sessions[0] { $PID }
        $job = Invoke-AfterWork $id { } 0.2
        try {
            $null = $shell.BeginInvoke()
            $null = $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan (1 * (Get-Patience))
            $null = Wait-Until { $sessions[0].Availability -eq 'Available' } (3 * (Get-Patience))
        }
        finally { $shell.Dispose() }
        Confirm-FreeSession $sessions
    }

    # From here on machines are taken away, one after the other.
    Context 'when machines are lost' {
        BeforeAll {
            $slow = @{ Method = 'GradientDescent'; LearningRate = 0.01; MaxIteration = 500; Mean = $true }
            $expected = Get-Text (Find-Minimum $loss $start @slow @parted -Session $sessions[0])
        }

        It 'loses nothing when one dies and the link to another is cut, and others can read the parts' {
            $dying = Invoke-Command $sessions[3] { $PID }
            $link = $hosts.Hosts[2].Link
            $far = Get-SshProcess $hosts.Hosts[2]
            $job = Invoke-AfterWork $dying ([scriptblock]::Create("Stop-Process -Id $dying -Force; ip link set $link down")) 0.1
            try {
                $outcome = Get-Outcome { Find-Minimum $loss $start @slow @parted -Session $sessions }
                $null = $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
                $outcome.Errors | Should -BeNullOrEmpty
                Get-Text $outcome.Output[0] | Should -BeExactly $expected
                foreach ($name in $hosts.Names[2, 3]) { "$($outcome.Warnings)" | Should -BeLike "*$name was lost*" }
            }
            finally {
                Switch-SshLink $hosts.Hosts[2] up
                # Over a cut link nobody told the other side.
                $far | ForEach-Object { Stop-Process -Id $_ -Force -ErrorAction Ignore }
            }
        }

        It 'loses nothing when one hangs, and leaves out a session that is not open' {
            $hanging = Invoke-Command $sessions[1] { $PID }
            $job = Invoke-AfterWork $hanging ([scriptblock]::Create("kill -STOP $hanging")) 0.1
            try {
                $outcome = Get-Outcome { Find-Minimum $loss $start @slow @parted -Session $sessions[3, 0, 1] -TimeoutSeconds 2 }
                $null = $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
                $outcome.Errors | Should -BeNullOrEmpty
                Get-Text $outcome.Output[0] | Should -BeExactly $expected
                "$($outcome.Warnings[0])" | Should -BeLike "*$($hosts.Names[3]) was lost*not open*"
                "$($outcome.Warnings[1])" | Should -BeLike "*$($hosts.Names[1]) was lost*did not answer for 2 s*"
            }
            finally { Stop-Process -Id $hanging -Force }
        }

        It 'ends with what was reached when nobody else can read the part' {
            $endless = @{ Method = 'GradientDescent'; LearningRate = 0.0001; MaxIteration = 10000000; Mean = $true }
            $dying = Invoke-Command $sessions[0] { $PID }
            $job = Invoke-AfterWork $dying ([scriptblock]::Create("Stop-Process -Id $dying -Force")) 0.1
            $outcome = Get-Outcome { Find-Minimum $loss $start @endless -ResultVariable reached -Session $sessions[0] -RowScript ([scriptblock]::Create("Import-Csv '$folder/0.csv'")) }
            $null = $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly MachinesLost
            "$($outcome.Errors[0])" | Should -BeLike "The machine $($hosts.Names[0]) was lost*`$reached*"
            $outcome.Errors[0].TargetObject.Iterations | Should -BeGreaterThan 1
        }

        It 'says that the machine was lost while it read the rows' {
            $session = New-AutodiffSession $hosts.Names[0] @connect
            try {
                $outcome = Get-Outcome { Find-Minimum $loss $start -Mean -Session $session -RowScript { Stop-Process -Id $PID -Force; Start-Sleep 60 } }
                $outcome.Output | Should -BeNullOrEmpty
                Get-ErrorId $outcome.Errors[0] | Should -BeExactly MachinesLost
                "$($outcome.Errors[0])" | Should -BeLike "The machine $($hosts.Names[0]) was lost*Nothing was reached*"
            }
            finally { $session | Remove-PSSession }
            (Get-Outcome { $sessions | Where-Object State -NE Opened | Remove-PSSession }).Errors | Should -BeNullOrEmpty
        }
    }
}
