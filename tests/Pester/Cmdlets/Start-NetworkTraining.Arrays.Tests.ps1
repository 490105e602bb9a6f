# Losses with matrices: checkpoints, early stopping, restarts and threads, in both precisions.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $rows = Import-Csv (Join-Path $repositoryRoot 'examples/data/iris.csv')

    # All parameters of a result, bit by bit.
    function Get-Bit($Result) {
        foreach ($name in $Result.Parameters.Keys | Sort-Object) {
            "$name " + (@(foreach ($number in $Result.Parameters[$name]) { '{0:x}' -f [BitConverter]::DoubleToInt64Bits($number) }) -join ' ')
        }
    }
}

Describe 'Training of matrices in <Precision>' -ForEach @{ Precision = 'Double' }, @{ Precision = 'Single' } {
    BeforeAll {
        $training = @{
            Loss = 'W: [3, 20]; V: [20, 20]; b: [20]; w: [20]; (PetalLength - tanh(tanh(x @ W + b) @ V) @ w)^2'
            Column = @{ x = 'SepalLength', 'SepalWidth', 'PetalWidth' }
            BatchSize = 32; Shuffle = $true; Optimizer = 'Adam'; LearningRate = 0.003; Seed = 5; Epoch = 30; Precision = $Precision
        }
        $whole = $rows | Start-NetworkTraining @training
    }

    It 'learns, and gives arrays with finite numbers' {
        $whole.LossHistory[-1] | Should -BeLessThan ($whole.LossHistory[0] / 4)
        $whole.Parameters['V'].GetLength(1) | Should -Be 20
        foreach ($number in $whole.Parameters['V']) { [double]::IsFinite($number) | Should -BeTrue }
    }

    It 'goes on from a checkpoint of <MaxStep> steps to the same bits' -ForEach @{ MaxStep = 1 }, @{ MaxStep = 64 }, @{ MaxStep = 149 } {
        $path = Join-Path $TestDrive "$Precision-$MaxStep"
        $part = $rows | Start-NetworkTraining @training -MaxStep $MaxStep -CheckpointPath $path
        "$($part.StopReason)" | Should -BeExactly MaxSteps
        $resumed = $rows | Start-NetworkTraining @training -CheckpointPath $path -Resume
        Get-Bit $resumed | Should -BeExactly (Get-Bit $whole)
        $resumed.Steps | Should -Be $whole.Steps
        $resumed.LossHistory | Should -BeExactly $whole.LossHistory
    }

    It 'goes on from a checkpoint in the middle of restarts with early stopping to the same bits' {
        $more = @{ ValidationFraction = 0.2; Patience = 3; Restart = 3; ThrottleLimit = 2 }
        $without = $rows | Start-NetworkTraining @training @more
        $path = Join-Path $TestDrive "$Precision-restarts"
        $null = $rows | Start-NetworkTraining @training @more -MaxStep 40 -CheckpointPath $path
        $resumed = $rows | Start-NetworkTraining @training @more -CheckpointPath $path -Resume
        Get-Bit $resumed | Should -BeExactly (Get-Bit $without)
        $more.ThrottleLimit = 1
        Get-Bit ($rows | Start-NetworkTraining @training @more) | Should -BeExactly (Get-Bit $without)
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
        $null = $rows | Start-NetworkTraining @training -MaxStep 3 -CheckpointPath $path
        $other = $training.Clone()
        $other.Loss = $other.Loss -replace 'tanh\(tanh', 'tanh(sigmoid'
        Get-ErrorId (Get-Outcome { $rows | Start-NetworkTraining @other -CheckpointPath $path -Resume }).Errors[0] | Should -BeExactly CheckpointMismatch
    }
}
