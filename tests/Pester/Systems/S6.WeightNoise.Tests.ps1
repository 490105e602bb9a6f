# Course system S6: noise on the inputs of a linear network is weight decay in expectation.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'examples/weight-noise.ps1 with the seed <_>' -ForEach 1, 2 {
    BeforeAll {
        $table = & "$repositoryRoot/examples/weight-noise.ps1" -Seed $_
        $x = 0.5, -1.5, 2
        $w = 0.7, -1.2, 0.4
    }

    It 'compares <Noise> with <Expectation>, and 100,000 draws are within 4 standard errors' -ForEach @(
        @{ Noise = 'InputNoise'; Expectation = 's^2 w'; Decay = { 0.09 * $w[$args[0]] } }
        @{ Noise = 'GaussianDropout'; Expectation = '2 s^2 x_i^2 w_i'; Decay = { 2 * 0.09 * $x[$args[0]] * $x[$args[0]] * $w[$args[0]] } }
    ) {
        $lines = @($table | Where-Object Noise -EQ $Noise)
        $lines | Should -HaveCount 3
        foreach ($i in 0..2) {
            $lines[$i].Decay | Assert-Near (& $Decay $i) -Within 1e-14
            [Math]::Abs($lines[$i].StandardErrors) | Should -BeLessThan 4
            $lines[$i].Mean | Assert-Near $lines[$i].Expected -Within 0.06
        }

        # Without the decay the mean would be off, for some weight by far.
        $off = foreach ($line in $lines) { [Math]::Abs(($line.Mean - $line.WithoutNoise) / ($line.Mean - $line.Expected) * $line.StandardErrors) }
        ($off | Measure-Object -Maximum).Maximum | Should -BeGreaterThan 8
    }
}

Describe 'A step without noise' {
    It 'has the gradient that the example takes for it' {
        $net = New-NeuralNetwork -Weight (, [double[][]]((, 0.7), (, -1.2), (, 0.4))) -Bias (, [double[]](, 0.1)) -Layer linear
        $quiet = (& "$repositoryRoot/examples/weight-noise.ps1" -Count 10).WithoutNoise
        foreach ($case in @('HalfSquaredError', 0), @('MeanSquaredError', 3)) {
            $step = (Start-NetworkTraining -Network $net -Data (, [double[]](0.5, -1.5, 2)) -Target (, 1.0) -LossFunction $case[0] -Epoch 1 -LearningRate 1 -Seed 1).Network
            foreach ($i in 0..2) { $net.Layers[0].Weights[$i, 0] - $step.Layers[0].Weights[$i, 0] | Assert-Near $quiet[$case[1] + $i] -Within 1e-14 }
        }
    }
}
