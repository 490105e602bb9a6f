# The problem set on one hidden layer: backpropagation by hand and the effect of regularization.
BeforeDiscovery {
    $samples = foreach ($seed in 1..5) {
        $random = [Random]::new($seed)
        @{ Seed = $seed; X = @(1..4 | ForEach-Object { 4 * $random.NextDouble() - 2 }); Y = $random.NextDouble() }
    }
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    function Get-Sigmoid([double]$Z) { 1 / (1 + [Math]::Exp(-$Z)) }

    # The formulas: name of the parameter to derivative.
    function Get-GradientByHand($Network, [double[]]$X, [double]$Y) {
        $w1, $b1, $w2, $b2 = $Network.Layers[0].Weights, $Network.Layers[0].Biases, $Network.Layers[1].Weights, $Network.Layers[1].Biases
        $x1 = foreach ($j in 0..4) {
            $z = $b1[$j]
            foreach ($i in 0..3) { $z += $X[$i] * $w1[$i, $j] }
            Get-Sigmoid $z
        }
        $z2 = $b2[0]
        foreach ($j in 0..4) { $z2 += $x1[$j] * $w2[$j, 0] }
        $yhat = Get-Sigmoid $z2
        $delta2 = ($yhat - $Y) * $yhat * (1 - $yhat)
        $gradient = @{ b2_1 = $delta2 }
        foreach ($j in 0..4) {
            $gradient["w2_$($j + 1)_1"] = $delta2 * $x1[$j]
            $delta1 = $delta2 * $w2[$j, 0] * $x1[$j] * (1 - $x1[$j])
            $gradient["b1_$($j + 1)"] = $delta1
            foreach ($i in 0..3) { $gradient["w1_$($i + 1)_$($j + 1)"] = $delta1 * $X[$i] }
        }
        $gradient
    }
}

Describe 'The gradient of sample <Seed>' -ForEach $samples {
    BeforeAll {
        $net = New-NeuralNetwork -InputSize 4 -Layer 5, sigmoid, 1, sigmoid -Seed $Seed
        $byHand = Get-GradientByHand $net $X $Y
        $loss = New-ExprNode '(yhat - y)^2 / 2' | Resolve-Expression -At @{ yhat = $net.ToExpression()[0] }
        $at = @{ x1 = $X[0]; x2 = $X[1]; x3 = $X[2]; x4 = $X[3]; y = $Y }
        foreach ($name in $net.Parameters.Keys) { $at[$name] = $net.Parameters[$name] }
    }

    It 'has 31 parts by hand, none of them 0' {
        $byHand.Count | Should -Be 31
        @($byHand.Values | Where-Object { [Math]::Abs($_) -lt 1e-9 }) | Should -HaveCount 0
    }

    It 'is that of the network as an expression, reverse and forward' {
        $names = @($net.Parameters.Keys)
        foreach ($mode in 'Reverse', 'Forward') {
            $engine = @($loss | Invoke-Differentiate $names -Mode $mode | Measure-Expression -At $at)
            for ($k = 0; $k -lt 31; $k++) { $engine[$k] | Assert-Near $byHand[$names[$k]] -Within 1e-15 -Because "it is $($names[$k])" }
        }
    }

    It 'is that of backpropagation: one step at rate 1 takes it from the parameters' {
        $step = Start-NetworkTraining -Network $net -Data (, $X) -Target (, $Y) -LossFunction HalfSquaredError -LearningRate 1 -Epoch 1
        $step.Loss[0] | Assert-Near ($loss | Measure-Expression -At $at) -Within 1e-15
        foreach ($name in $net.Parameters.Keys) { $net.Parameters[$name] - $step.Network.Parameters[$name] | Assert-Near $byHand[$name] -Within 1e-14 -Because "it is $name" }
    }

    It 'agrees with central differences' {
        $loss | Test-Derivative -At $at | Should -BeTrue
    }
}
