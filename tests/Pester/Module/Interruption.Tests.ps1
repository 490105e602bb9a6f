# Ctrl+C and progress of a long training, seen from outside: the training runs in a PowerShell of its own. Each would take minutes and
# ends within a tenth of a second. The bound is a part of the time that it would have taken to its end, so that a busy machine has more.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    function Invoke-LongTraining([string]$Arguments) {
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
        $state.ImportPSModule($moduleBase)
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        $null = $shell.AddScript("1..5 | ForEach-Object { @{ x = `$_; y = 2 * `$_ } } | Start-NetworkTraining '(y - tanh(a*x)*b)^2' -LearningRate 1e-9 -Epoch 400000000 $Arguments")
        $run = $shell.BeginInvoke()
        # It shows progress once it has run for a second.
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while ($shell.Streams.Progress.Count -eq 0 -and -not $run.IsCompleted -and $clock.Elapsed.TotalSeconds -lt 300) {
            [System.Threading.Thread]::Sleep(20)
        }
        [pscustomobject]@{ Shell = $shell; Runspace = $runspace; Run = $run; Clock = [System.Diagnostics.Stopwatch]::new() }
    }

    function Get-VariableOf([runspace]$Runspace, [string]$Name) {
        $shell = [powershell]::Create($Runspace)
        $shell.AddCommand('Get-Variable').AddParameter('Name', $Name).AddParameter('ValueOnly', $true).Invoke()[0].psobject.BaseObject
        $shell.Dispose()
    }
}

Describe 'A training stopped with Ctrl+C' -Tag Slow {
    BeforeAll {
        $training = Invoke-LongTraining
        $running = -not $training.Run.IsCompleted
        $progress = @($training.Shell.Streams.Progress)
        $training.Clock.Start()
        $training.Shell.Stop()
        $training.Clock.Stop()
        $partial = Get-VariableOf $training.Runspace LastTraining
    }

    AfterAll {
        $training.Shell.Dispose()
        $training.Runspace.Dispose()
    }

    It 'was running and showed its progress' {
        $running | Should -BeTrue
        $progress[0].Activity | Should -BeLike '*raining*'
        $progress[0].StatusDescription | Should -Match 'Epoch \d+ of 400000000, loss'
    }

    It 'ends at once' {
        $training.Shell.InvocationStateInfo.State.ToString() | Should -BeExactly Stopped
        $training.Clock.Elapsed | Should -BeLessThan ($partial.Elapsed * (2000000000 / $partial.Steps) / 20)
    }

    It 'keeps what it has reached in $LastTraining' {
        $partial | Should -BeOfType PSAutodiff.TrainingResult
        $partial.StopReason.ToString() | Should -BeExactly Cancelled
        $partial.Steps | Should -BeGreaterThan 1000
        $partial.Steps | Should -BeLessThan 2000000000
        $partial.Loss.Count | Should -Be $partial.Steps
        [double]::IsFinite($partial.Parameters['a']) | Should -BeTrue
        [double]::IsFinite($partial.FinalLoss) | Should -BeTrue
    }
}

Describe 'A training stopped with -ResultVariable' -Tag Slow {
    It 'keeps its result in that variable' {
        $training = Invoke-LongTraining '-ResultVariable Mine'
        try {
            $training.Shell.Stop()
            (Get-VariableOf $training.Runspace Mine).StopReason.ToString() | Should -BeExactly Cancelled
        }
        finally {
            $training.Shell.Dispose()
            $training.Runspace.Dispose()
        }
    }
}

Describe 'The training of a network stopped with Ctrl+C' -Tag Slow {
    BeforeAll {
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
        $state.ImportPSModule($moduleBase)
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        # Batches of 5,000 rows and 200 units: a step takes long, and is interrupted within.
        $null = $shell.AddScript({
                $data = [double[, ]]::new(20000, 50)
                $random = [Random]::new(1)
                for ($i = 0; $i -lt 20000; $i++) { for ($j = 0; $j -lt 50; $j++) { $data[$i, $j] = $random.NextDouble() } }
                $target = foreach ($i in 1..20000) { $i % 2 }
                Start-NetworkTraining -Network (New-NeuralNetwork 50 200, tanh, 200, tanh, 1, sigmoid -Seed 1) -Data $data -Target $target -BatchSize 5000 -Epoch 100000 -LearningRate 1e-6
            })
        $run = $shell.BeginInvoke()
        $waiting = [System.Diagnostics.Stopwatch]::StartNew()
        while ($shell.Streams.Progress.Count -eq 0 -and -not $run.IsCompleted -and $waiting.Elapsed.TotalSeconds -lt 300) { [System.Threading.Thread]::Sleep(20) }
        $progress = @($shell.Streams.Progress)
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $clock.Stop()
        $partial = Get-VariableOf $runspace LastTraining
    }

    AfterAll {
        $shell.Dispose()
        $runspace.Dispose()
    }

    It 'showed loss, epoch and time left' {
        $progress[0].StatusDescription | Should -Match 'Epoch \d+ of 100000, loss'
        $progress[0].SecondsRemaining | Should -BeGreaterThan 0
    }

    It 'ends at once and keeps the network so far' {
        $clock.Elapsed | Should -BeLessThan ($partial.Elapsed * (400000 / $partial.Steps) / 1000)
        $partial.StopReason.ToString() | Should -BeExactly Cancelled
        $partial.Network | Should -BeOfType PSAutodiff.Network
        $partial.Steps | Should -BeGreaterThan 0
    }
}
