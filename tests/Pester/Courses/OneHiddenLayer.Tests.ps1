# The problem set on one hidden layer, item by item, in its order: D = 4 inputs, K = 5 hidden units, 1 output, sigmoid everywhere,
# the loss (yhat - y)^2 / 2 on one sample; then the effect of regularization.
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

    # H = Q L Q' with the eigenvalues 9, 6, 3 along (2, 2, -1)/3, (-2, 1, -2)/3, (1, -2, -2)/3.
    $h = (7, 2, 0), (2, 6, -2), (0, -2, 5)
    $vectors = @(2, 2, -1), @(-2, 1, -2), @(1, -2, -2)
    $minimizer = 1, -2, 3
}

Describe '1. The forward pass of 4-5-1, for sample <Seed>' -ForEach $samples {
    It 'is phi of weighted sums, twice' {
        $net = New-NeuralNetwork -InputSize 4 -Layer 5, sigmoid, 1, sigmoid -Seed $Seed
        $w1, $b1, $w2, $b2 = $net.Layers[0].Weights, $net.Layers[0].Biases, $net.Layers[1].Weights, $net.Layers[1].Biases
        $hidden = foreach ($j in 0..4) {
            Get-Sigmoid ($b1[$j] + (0..3 | ForEach-Object { $w1[$_, $j] * $X[$_] } | Measure-Object -Sum).Sum)
        }
        $yhat = Get-Sigmoid ($b2[0] + (0..4 | ForEach-Object { $w2[$_, 0] * $hidden[$_] } | Measure-Object -Sum).Sum)
        (Invoke-AutodiffModel $net -Data (, $X))[0, 0] | Assert-Near $yhat -Within 1e-15
        $at = @{ x1 = $X[0]; x2 = $X[1]; x3 = $X[2]; x4 = $X[3] }
        $net.ToScalarExpression($true)[0] | Measure-Expression -At $at | Assert-Near $yhat -Within 1e-15
    }
}

Describe '2. Equations (4) to (11), for sample <Seed>' -ForEach $samples {
    BeforeAll {
        $net = New-NeuralNetwork -InputSize 4 -Layer 5, sigmoid, 1, sigmoid -Seed $Seed
        $byHand = Get-GradientByHand $net $X $Y
        $loss = New-ExprNode '(yhat - y)^2 / 2' | Resolve-Expression -At @{ yhat = $net.ToScalarExpression()[0] }
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

# The equations hold for any phi with the derivative phi'.
Describe '3. Generic phi' {
    It 'is written phi, with the derivative phi'': delta2 = (yhat - y) phi''(z2), and delta1 = delta2 w2 phi''(z1)' {
        $loss = New-ExprNode '(phi(z2) - y)^2/2'
        $delta2 = $loss | Invoke-Differentiate z2
        "$delta2" | Should -BeExactly "(phi(z2) - y) * phi'(z2)"
        $whole = $loss | Resolve-Expression @{ z2 = 'w2*phi(z1)' }
        Assert-Proved ($whole | Invoke-Differentiate w2) (($delta2 | Resolve-Expression @{ z2 = 'w2*phi(z1)' }) * 'phi(z1)')
        Assert-Proved ($whole | Invoke-Differentiate z1) (($delta2 | Resolve-Expression @{ z2 = 'w2*phi(z1)' }) * "w2*phi'(z1)")
        { $delta2 | Measure-Expression -At @{ z2 = 1; y = 0 } -ErrorAction Stop } | Should -Throw -ErrorId 'FunctionUndefined,*'
    }

    It 'gives all 31 derivatives of the network at once: with a sigmoid for phi they are those of sample 1' {
        $net = New-NeuralNetwork -InputSize 4 -Layer 5, sigmoid, 1, sigmoid -Seed 1
        $hidden = 1..5 | ForEach-Object { $j = $_; "w2_$($j)_1*phi(b1_$j + $((1..4 | ForEach-Object { "w1_$($_)_$j*x$_" }) -join ' + '))" }
        $gradient = "(phi(b2_1 + $($hidden -join ' + ')) - y)^2/2" | Invoke-Differentiate @($net.Parameters.Keys) | Resolve-Expression -Function @{ phi = 'sigmoid' }
        $x, $y = (0.4, -1.2, 0.7, 2.1), 0.3
        $byHand = Get-GradientByHand $net $x $y
        $at = @{ x1 = $x[0]; x2 = $x[1]; x3 = $x[2]; x4 = $x[3]; y = $y }
        foreach ($name in $net.Parameters.Keys) { $at[$name] = $net.Parameters[$name] }
        $values = @($gradient | Measure-Expression -At $at)
        $names = @($net.Parameters.Keys)
        $names | Should -HaveCount 31
        for ($k = 0; $k -lt 31; $k++) { $values[$k] | Assert-Near $byHand[$names[$k]] -Within 1e-15 -Because "it is $($names[$k])" }
    }

    It 'with <Phi> for phi becomes what it is with <Phi> from the start' -ForEach @(@{ Phi = 'sigmoid' }, @{ Phi = 'tanh' }, @{ Phi = 'softplus' }, @{ Phi = 'sin' }) {
        foreach ($name in 'w2', 'z1') {
            $later = '(phi(w2*phi(z1)) - y)^2/2' | Invoke-Differentiate $name | Resolve-Expression -Function @{ phi = $Phi }
            Assert-Proved $later ("($Phi(w2*$Phi(z1)) - y)^2/2" | Invoke-Differentiate $name) -Because "it is by $name"
        }
    }

    It 'with <Phi> the errors are (yhat - y) phi''(z2), and delta2 w phi''(z1)' -ForEach @(
        @{ Phi = 'sigmoid'; Slope = 'sigmoid(z)*(1 - sigmoid(z))' }
        @{ Phi = 'tanh'; Slope = '1 - tanh(z)^2' }
        @{ Phi = 'softplus'; Slope = 'sigmoid(z)' }
        @{ Phi = 'sin'; Slope = 'cos(z)' }
    ) {
        $slope = New-ExprNode $Slope
        $z2 = "w2*$Phi(z1)"
        $loss = "($Phi($z2) - y)^2/2"
        $delta2 = "($Phi($z2) - y)*s" | Resolve-Expression @{ s = $slope | Resolve-Expression @{ z = $z2 } }
        $byHand = @{
            w2 = $delta2 * (New-ExprNode "$Phi(z1)")
            z1 = $delta2 * 'w2' * ($slope | Resolve-Expression @{ z = 'z1' })
        }
        foreach ($name in 'w2', 'z1') { Assert-Proved ($loss | Invoke-Differentiate $name) $byHand[$name] -Because "it is by $name" }
        (Compare-Expression ($loss | Invoke-Differentiate z1) ($delta2 * ($slope | Resolve-Expression @{ z = 'z1' }))).Equal | Should -BeFalse
    }
}

Describe '4. The minimizer with regularization, Q (L + mu I)^-1 L Q'' w*' {
    It 'solves H (w - w*) + mu w = 0, with mu = <_>' -ForEach 0.1, 1, 5 {
        $w = (Measure-WeightDecay -Hessian $h -Minimizer $minimizer -Decay $_).DecayedMinimizer
        foreach ($i in 0..2) {
            $left = $_ * $w[$i]
            foreach ($j in 0..2) { $left += $h[$i][$j] * ($w[$j] - $minimizer[$j]) }
            $left | Assert-Near 0 -Within 1e-13
        }
    }

    It 'is the sum of lambda/(lambda + mu) (q''w*) q over the eigenvectors' {
        $w = (Measure-WeightDecay -Hessian $h -Minimizer $minimizer -Decay 2).DecayedMinimizer
        foreach ($i in 0..2) {
            $sum = 0.0
            foreach ($k in 0..2) {
                $q = $vectors[$k] | ForEach-Object { $_ / 3 }
                $sum += (9, 6, 3)[$k] / ((9, 6, 3)[$k] + 2) * ($q[0] * 1 + $q[1] * -2 + $q[2] * 3) * $q[$i]
            }
            $w[$i] | Assert-Near $sum -Within 1e-13
        }
    }
}

Describe '5. The diagonal of (L + mu I)^-1 L' {
    It 'has the entries lambda_i/(lambda_i + mu), decreasing, with mu = <_>' -ForEach 0, 0.1, 1, 5 {
        $moved = Measure-WeightDecay -Hessian $h -Minimizer $minimizer -Decay $_
        foreach ($k in 0..2) {
            $moved.Eigenvalues[$k] | Assert-Near (9, 6, 3)[$k] -Within 1e-13
            $moved.Factors[$k] | Assert-Near ((9, 6, 3)[$k] / ((9, 6, 3)[$k] + $_)) -Within 1e-14
        }
    }
}

Describe '6. Its limits' {
    It 'large eigenvalues leave the weight as it was, small ones take it away' {
        $factor = New-ExprNode 'lambda/(lambda + mu)'
        $factor | Measure-Expression -At @{ lambda = 1e9; mu = 1 } | Assert-Near 1 -Within 2e-9
        $factor | Measure-Expression -At @{ lambda = 1e-9; mu = 1 } | Assert-Near 0 -Within 2e-9
        Assert-Proved ($factor | Invoke-Differentiate lambda) 'mu/(lambda + mu)^2'
    }

    It 'where one direction is flat, its part of the weight is gone and the other stays' {
        # Curvatures 1,000 along (1, 1) and 0.001 along (1, -1).
        $moved = Measure-WeightDecay -Hessian @((500.0005, 499.9995), (499.9995, 500.0005)) -Minimizer 3, 1 -Decay 1
        $moved.DecayedMinimizer[0] + $moved.DecayedMinimizer[1] | Assert-Near 4 -Within 0.005
        $moved.DecayedMinimizer[0] - $moved.DecayedMinimizer[1] | Assert-Near 0 -Within 0.005
    }
}
