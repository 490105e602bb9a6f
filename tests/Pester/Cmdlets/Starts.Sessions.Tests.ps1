BeforeDiscovery {
    . "$PSScriptRoot/../SshHosts.ps1"
    $noHosts = Get-SshProblem
    $because = $noHosts ? " (skipped, since $noHosts)" : ''
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    . "$PSScriptRoot/../SshHosts.ps1"
    $iris = Import-Csv (Join-Path $repositoryRoot examples/data/iris.csv)
    $net = New-NeuralNetwork 4 6, tanh, 3, softmax -Seed 1
    $sweep = @{ Network = $net; Label = 'Species'; Epoch = 10; Seed = 3; Standardize = $true; Restart = 2; CrossValidationFold = 3; Sweep = [ordered]@{ Optimizer = 'Momentum', 'Adam'; LearningRate = 0.1, 0.01 } }
    $wave = 0..199 | ForEach-Object { [pscustomobject]@{ x = $_ / 20; y = 2 * [Math]::Sin(1.7 * $_ / 20) + 0.1 * [Math]::Sin($_); w = 1 + $_ % 3 } }
    $fit = @{ Model = 'a*sin(b*x + c)'; Label = 'y'; Weight = 'w'; InitialValue = @{ b = 1; c = 0.2 }; Restart = 9; Seed = 3 }
    function Get-RowText($Rows) { $Rows | ForEach-Object { "$($_.Number) $($_.Settings.Keys) $($_.Settings.Values) $($_.Loss) $($_.LossDeviation) $($_.Accuracy) $($_.FoldLosses) $($_.IsBest) $($_.Problem) $($_.Result.EpochLoss) $($_.Result.Restarts.FinalLoss) $($_.Network?.ToJson()) $($_.Parameters?.Values)" } }
    function Get-FitText($Fit) { "$($Fit.Parameters.Values) $($Fit.StandardErrors.Values) $($Fit.ResidualSumOfSquares) $($Fit.Iterations) $($Fit.Evaluations) $($Fit.StopReason)" }
}

Describe 'Invoke-CurveFit with parameters about sessions, but none' {
    It 'refuses -IncludeLocal' {
        Get-ErrorId (Get-Outcome { $wave | Invoke-CurveFit @fit -IncludeLocal }).Errors[0] | Should -BeExactly ArgumentInvalid
    }
}

Describe "Sweeps and curve fits with -Session$because" -Skip:([bool]$noHosts) -Tag Slow {
    BeforeAll {
        $hosts = Use-SshHost
        $connect = $hosts.Connect
        $sessions = $hosts.Sessions
    }

    AfterAll { Clear-SshHost $hosts }

    It 'sweeps with the same bits on <Count> machines, this one included: <Local>' -ForEach @(
        @{ Count = 1; Local = $false }, @{ Count = 4; Local = $false }, @{ Count = 2; Local = $true }
    ) {
        $here = Get-RowText ($iris | Start-NetworkTraining @sweep)
        Get-RowText ($iris | Start-NetworkTraining @sweep -Session $sessions[0..($Count - 1)] -IncludeLocal:$Local) | Should -BeExactly $here
        Confirm-FreeSession $sessions
    }

    It 'sweeps losses, with settings that fail alone' {
        $call = @{ Loss = '(y - (a*x + b))^2'; Epoch = 5; Seed = 1; CrossValidationFold = 4; Sweep = [ordered]@{ LearningRate = 1e-3, 1e300; Precision = 'Double', 'Single' } }
        $here = Get-Outcome { $wave | Start-NetworkTraining @call }
        $there = Get-Outcome { $wave | Start-NetworkTraining @call -Session $sessions[0, 1] }
        Get-RowText $there.Output | Should -BeExactly (Get-RowText $here.Output)
        "$($there.Errors)" | Should -BeExactly "$($here.Errors)"
        $there.Output | Should -HaveCount 4
    }

    It 'fits curves with the same bits on <Count> machines, this one included: <Local>' -ForEach @(
        @{ Count = 1; Local = $false }, @{ Count = 4; Local = $false }, @{ Count = 2; Local = $true }
    ) {
        $here = Get-FitText ($wave | Invoke-CurveFit @fit)
        Get-FitText ($wave | Invoke-CurveFit @fit -Session $sessions[0..($Count - 1)] -IncludeLocal:$Local) | Should -BeExactly $here
        Confirm-FreeSession $sessions
    }

    It 'refuses sessions for one start, and parts without a script' {
        $one = $fit.Clone()
        $one.Restart = 1
        Get-ErrorId (Get-Outcome { $wave | Invoke-CurveFit @one -Session $sessions }).Errors[0] | Should -BeExactly ArgumentInvalid
        Get-ErrorId (Get-Outcome { $wave | Invoke-CurveFit @fit -Session $sessions -Part 1 }).Errors[0] | Should -BeExactly ArgumentInvalid
    }

    It 'loses nothing of a sweep when a machine is killed' {
        $long = $sweep.Clone()
        $long.Epoch = 1500
        $expected = Get-RowText ($iris | Start-NetworkTraining @long)
        $id = Invoke-Command $sessions[3] { $PID }
        $job = Invoke-AfterWork $id ([scriptblock]::Create("Stop-Process -Id $id -Force")) -Seconds 0.3
        $rows = $iris | Start-NetworkTraining @long -Session $sessions[0, 3] -WarningVariable warnings -WarningAction SilentlyContinue
        $null = $job | Receive-Job -Wait -AutoRemoveJob
        Get-RowText $rows | Should -BeExactly $expected
        "$warnings" | Should -BeLike "*$($hosts.Names[3]) was lost*"
    }

    It 'keeps the rows that were reached when the last machine of a sweep is killed' {
        $long = $sweep.Clone()
        $long.Epoch = 40000
        $id = Invoke-Command $sessions[2] { $PID }
        $job = Invoke-AfterWork $id ([scriptblock]::Create("Stop-Process -Id $id -Force")) -Seconds 2
        $outcome = Get-Outcome { $iris | Start-NetworkTraining @long -Session $sessions[2] -ResultVariable sweepReached -WarningAction SilentlyContinue }
        $null = $job | Receive-Job -Wait -AutoRemoveJob
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly MachinesLost
        "$($outcome.Errors[0])" | Should -BeLike '*of 16 training runs were done*sweepReached*'
    }
}
