# Ctrl+C of a training with matrices, in batches, in both precisions: it runs in a PowerShell of its own, and would take minutes.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $csv = Join-Path $repositoryRoot 'examples/data/iris.csv'
}

Describe 'A training of matrices in <Precision> stopped with Ctrl+C' -Tag Slow -ForEach @{ Precision = 'Double' }, @{ Precision = 'Single' } {
    BeforeAll {
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
        $state.ImportPSModule($moduleBase)
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        $null = $shell.AddScript("
            `$training = @{
                Loss = 'W: [4, 40]; V: [40, 40]; w: [40]; (PetalLength - tanh(tanh(x @ W) @ V) @ w)^2'
                Column = @{ x = 'SepalLength', 'SepalWidth', 'PetalWidth', 'PetalLength' }
                BatchSize = 30; LearningRate = 1e-6; Epoch = 100000000; Precision = '$Precision'; Seed = 1
            }
            Import-Csv '$csv' | Start-NetworkTraining @training")
        $run = $shell.BeginInvoke()
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while ($shell.Streams.Progress.Count -eq 0 -and -not $run.IsCompleted -and $clock.Elapsed.TotalSeconds -lt 120) { [System.Threading.Thread]::Sleep(20) }
        $running = -not $run.IsCompleted
        $progress = @($shell.Streams.Progress)
        $clock.Restart()
        $shell.Stop()
        $elapsed = $clock.Elapsed
        $reader = [powershell]::Create($runspace)
        $partial = $reader.AddCommand('Get-Variable').AddParameter('Name', 'LastTraining').AddParameter('ValueOnly', $true).Invoke()[0].psobject.BaseObject
        $reader.Dispose()
    }

    AfterAll {
        $shell.Dispose()
        $runspace.Dispose()
    }

    It 'was running and showed its progress' {
        $running | Should -BeTrue -Because "$($shell.Streams.Error)"
        $progress[0].Activity | Should -BeLike '*raining*'
        $progress[0].StatusDescription | Should -Match 'Epoch \d+ of 100000000, loss'
    }

    It 'ends at once and keeps what it has reached, with its matrices' {
        $shell.InvocationStateInfo.State.ToString() | Should -BeExactly Stopped
        $elapsed.TotalSeconds | Should -BeLessThan 2
        $partial | Should -BeOfType PSAutodiff.TrainingResult
        $partial.StopReason.ToString() | Should -BeExactly Cancelled
        $partial.Steps | Should -BeGreaterThan 10
        $partial.Parameters.Keys | Sort-Object | Should -BeExactly V, w, W
        $partial.Parameters['V'].GetLength(0), $partial.Parameters['V'].GetLength(1) | Should -Be 40, 40
        [double]::IsFinite($partial.Parameters['W'][3, 39]) | Should -BeTrue
    }
}
