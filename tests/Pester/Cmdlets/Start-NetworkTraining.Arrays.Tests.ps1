# Losses with matrices: checkpoints after Ctrl+C, early stopping, restarts and threads, in both precisions.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $csv = Join-Path $repositoryRoot 'examples/data/iris.csv'
    $rows = Import-Csv $csv

    # All parameters of a result, bit by bit.
    function Get-Bit($Result) {
        foreach ($name in $Result.Parameters.Keys | Sort-Object -CaseSensitive) {
            "$name " + (@(foreach ($number in $Result.Parameters[$name]) { '{0:x}' -f [BitConverter]::DoubleToInt64Bits($number) }) -join ' ')
        }
    }

    # Trains in a PowerShell of its own, stops it as Ctrl+C does, and gives what is left in a variable there.
    function Invoke-Stopped([hashtable]$Training) {
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
        $state.ImportPSModule($moduleBase)
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        $null = $shell.AddScript('param($csv, $training) Import-Csv $csv | Start-NetworkTraining @training').AddArgument($csv).AddArgument($Training)
        $run = $shell.BeginInvoke()

        # It shows progress once it has run for a second.
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while ($shell.Streams.Progress.Count -eq 0 -and -not $run.IsCompleted -and $clock.Elapsed.TotalSeconds -lt 120) { [System.Threading.Thread]::Sleep(20) }
        $running = -not $run.IsCompleted
        $clock.Restart()
        $shell.Stop()
        $elapsed = $clock.Elapsed
        $reader = [powershell]::Create($runspace)
        $left = $reader.AddCommand('Get-Variable').AddParameter('Name', 'LastTraining').AddParameter('ValueOnly', $true).Invoke()[0].psobject.BaseObject
        [pscustomobject]@{ Running = $running; Progress = @($shell.Streams.Progress); Elapsed = $elapsed; Left = $left; Errors = "$($shell.Streams.Error)" }
        $reader.Dispose()
        $shell.Dispose()
        $runspace.Dispose()
    }
}

Describe 'Training of matrices in <Precision>' -ForEach @{ Precision = 'Double' }, @{ Precision = 'Single' } {
    BeforeAll {
        $training = @{
            Loss = 'W: [3, 20]; V: [20, 20]; b: [20]; u: [20]; (PetalLength - tanh(tanh(x @ W + b) @ V) @ u)^2'
            Column = @{ x = 'SepalLength', 'SepalWidth', 'PetalWidth' }
            BatchSize = 32; Shuffle = $true; Optimizer = 'Adam'; LearningRate = 0.003; Seed = 5; Epoch = 30; Precision = $Precision
        }
        $whole = $rows | Start-NetworkTraining @training
    }

    It 'learns, and gives arrays of finite numbers' {
        $whole.EpochLoss[-1] | Should -BeLessThan ($whole.EpochLoss[0] / 4)
        $whole.Parameters['V'].GetLength(1) | Should -Be 20
        @($whole.Parameters['V']).Where({ -not [double]::IsFinite($_) }) | Should -BeNullOrEmpty
    }

    It 'shows progress, ends at once with Ctrl+C, keeps its matrices, and goes on from the checkpoint to the same bits' -Tag Slow {
        $long = $training.Clone()
        $long.Epoch = 5000
        $path = $long.CheckpointPath = Join-Path $TestDrive "$Precision-stopped"
        $stopped = Invoke-Stopped $long
        $stopped.Running | Should -BeTrue -Because $stopped.Errors
        $stopped.Progress[0].StatusDescription | Should -Match 'Epoch \d+ of 5000, loss'
        $stopped.Elapsed.TotalSeconds | Should -BeLessThan 2
        "$($stopped.Left.StopReason)" | Should -BeExactly Cancelled
        $stopped.Left.Steps | Should -BeGreaterThan 10
        $stopped.Left.Steps | Should -BeLessThan 25000
        $stopped.Left.Parameters['V'].GetLength(0) | Should -Be 20
        Test-Path $path | Should -BeTrue
        # A checkpoint after every epoch, of which each holds all losses, makes the run long that is stopped; the others need none.
        $resumed = $rows | Start-NetworkTraining @long -Resume -CheckpointInterval 5000
        $long.Remove('CheckpointPath')
        $without = $rows | Start-NetworkTraining @long
        Get-Bit $resumed | Should -BeExactly (Get-Bit $without)
        $resumed.Steps | Should -Be $without.Steps
    }

    It 'has the same bits of restarts with early stopping for one thread and two, and from their checkpoint' {
        $more = @{ ValidationFraction = 0.2; Patience = 3; Restart = 3 }
        $path = Join-Path $TestDrive "$Precision-restarts"
        $one = $rows | Start-NetworkTraining @training @more -ThrottleLimit 1
        $one.Restarts.Count | Should -BeGreaterOrEqual 3
        Get-Bit ($rows | Start-NetworkTraining @training @more -ThrottleLimit 2 -CheckpointPath $path) | Should -BeExactly (Get-Bit $one)
        Get-Bit ($rows | Start-NetworkTraining @training @more -ThrottleLimit 2 -CheckpointPath $path -Resume) | Should -BeExactly (Get-Bit $one)
    }

    It 'stops early and keeps the best' {
        $fast = $training.Clone()
        $fast.LearningRate = 0.03
        $fast.Epoch = 2000
        $early = $rows | Start-NetworkTraining @fast -ValidationFraction 0.3 -Patience 5
        "$($early.StopReason)" | Should -BeExactly Patience
        $fast.Epoch = $early.BestEpoch
        Get-Bit ($rows | Start-NetworkTraining @fast -ValidationFraction 0.3) | Should -BeExactly (Get-Bit $early)
    }

    It 'refuses the checkpoint of another loss' {
        $path = Join-Path $TestDrive "$Precision-other"
        $null = $rows | Start-NetworkTraining @training -CheckpointPath $path
        $other = $training.Clone()
        $other.Loss = $other.Loss -replace 'tanh\(tanh', 'tanh(sigmoid'
        Get-ErrorId (Get-Outcome { $rows | Start-NetworkTraining @other -CheckpointPath $path -Resume }).Errors[0] | Should -BeExactly CheckpointMismatch
    }
}
