# The homework on pruning, least squares, dropout, second order and Siamese networks.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    $examples = Join-Path $repositoryRoot examples

    # H = [[7, 2, 0], [2, 6, -2], [0, -2, 5]] has the eigenvalues 3, 6, 9 with the eigenvectors (1, -2, -2), (-2, 1, -2), (2, 2, -1).
    $f = New-ExprNode '7*a^2 + 6*b^2 + 5*c^2 + 4*a*b - 4*b*c'
    $w0 = [ordered]@{ a = 1; b = -2; c = 3 }
    $vectors = @(1, -2, -2), @(-2, 1, -2), @(2, 2, -1)

    $names = 'w11', 'w12', 'w21', 'w22', 'b1', 'b2'
    $h = @{}
    foreach ($i in 1, 2) { foreach ($x in 'p', 'q') { $h["h$x$i"] = New-ExprNode "tanh(w${i}1*${x}1 + w${i}2*${x}2 + b$i)" } }
    $decay = New-ExprNode 'w11^2 + w12^2 + w21^2 + w22^2'
    $distance = New-ExprNode '(hp1 - hq1)^2 + (hp2 - hq2)^2' | Resolve-Expression -At $h

    # The formula for one parameter, with a sign between its terms.
    function Get-Formula([string]$Name, [string]$Sign) {
        $own, $p, $q = if ($Name[0] -eq 'w') { "2*$Name", "p$($Name[2])", "q$($Name[2])" } else { '0', '1', '1' }
        $i = $Name[1]
        "$own + 2*((hp$i-hq$i)*(1-hp$i*hp$i))*$p $Sign 2*((hp$i-hq$i)*(1-hq$i*hq$i))*$q" | Resolve-Expression -At $h
    }
}

Describe 'examples/pruning.ps1 with the seed <_>' -ForEach 1, 2, 3 {
    BeforeAll {
        $table = & "$repositoryRoot/examples/pruning.ps1" -Seed $_
    }

    It 'removes 70 % of the weights and loses at most 3 points of accuracy on rows held back' {
        $full, $once, $rounds, $magnitude = $table
        $full.Weights | Should -Be 112
        $once.Weights, $rounds.Weights, $magnitude.Weights | Should -Be 34, 34, 34
        $full.Accuracy | Should -BeGreaterThan 0.9
        $rounds.Accuracy | Should -BeGreaterOrEqual ($full.Accuracy - 0.03)
    }

    It 'needs the training in between' {
        $table[1].Accuracy | Should -BeLessThan ($table[0].Accuracy - 0.03)
    }
}

Describe 'Without training again' {
    It 'removing a weight from a trained network raises the loss by its saliency, while that is small' {
        $rows = 1..40 | ForEach-Object { [pscustomobject]@{ x = [Math]::Sin(7 * $_); z = [Math]::Cos(3 * $_); y = [Math]::Sin(7 * $_) - 0.04 * [Math]::Cos(3 * $_) } }
        $net = ($rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 1 -Seed 1) -Feature x, z -Label y -LearningRate 0.5 -Epoch 500 -Seed 1).Network
        $least = $rows | Optimize-NeuralNetwork $net -Detailed | Sort-Object Saliency | Select-Object -First 1
        $least.Name | Should -BeExactly w1_2_1
        $before = ($rows | Test-NeuralNetwork $net).Loss
        $after = ($rows | Test-NeuralNetwork ($rows | Optimize-NeuralNetwork $net -Fraction 0.5)).Loss
        # The loss of a linear network is a parabola.
        $after - $before | Assert-Near $least.Saliency -Within 1e-9
        $least.Saliency | Should -BeGreaterThan 1e-4
    }
}

Describe 'weight-decay.ps1' {
    It 'moves the minimum as the formula says, and as minimising with the decay does' {
        $text = & "$examples/weight-decay.ps1" | Out-String -Width 120
        $text | Should -Match '(?m)^Without decay: a = 2\.0000, b = 1\.0000\r?$'
        # 20/21 and 0.2/1.2.
        $text | Should -Match '20 +0\.952381 '
        $text | Should -Match '0\.2 +0\.166667 '
        $rows = @($text -split '\r?\n' | Where-Object { $_ -match '^(0\.01|0\.1|1|10) +\d\.' })
        $rows | Should -HaveCount 4
        $rows | ForEach-Object { [double](($_.Trim() -split ' +')[-1]) | Assert-Near 0 -Within 1e-12 }
    }

    It 'keeps the directions of large curvature and lets the others go' {
        $moved = Measure-WeightDecay -Hessian @((10.1, 9.9), (9.9, 10.1)) -Minimizer 2, 1 -Decay 1
        $moved.DecayedMinimizer[0] + $moved.DecayedMinimizer[1] | Assert-Near (3 * 20 / 21)
        $moved.DecayedMinimizer[0] - $moved.DecayedMinimizer[1] | Assert-Near (1 * 0.2 / 1.2)
    }
}

Describe 'regression.ps1' {
    It 'agrees with lm, with the augmented rows, and with the expected training risk' {
        $output = & "$examples/regression.ps1"
        $fit = $output[0]
        @($fit.Coefficients.Values) | ForEach-Object { '{0:f8}' -f $_ } | Should -BeExactly '1.85599749', '0.65083716', '0.70913196', '-0.55648266'
        '{0:f7}' -f $fit.R2 | Should -BeExactly 0.8586117
        ($output[1] -replace '^.*?: +') | Should -BeExactly ($output[2] -replace '^.*?: +')
        # A mean of 2,000 draws of 4 chi^2(6)/8, with the standard error sqrt(2 * 6) * 4/8 / sqrt(2000).
        $mean = [double][regex]::Match($output[3], 'draws (\S+),').Groups[1].Value
        $mean | Assert-Near 3 -Within (4 * [Math]::Sqrt(12) / 2 / [Math]::Sqrt(2000))
    }
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

Describe 'Gradient descent on w''Hw' {
    It 'is at (I - 2 e H)^t w_0 after t steps, with the rate <_>' -ForEach 0.02, 0.1, 0.111 {
        $rate = $_
        $run = Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate $rate -MaxIteration 30 -KeepPath
        $run.Path | Should -HaveCount 31
        foreach ($point in $run.Path) {
            $at = @($point.At.Values)
            foreach ($k in 0..2) {
                # In the eigenbasis each coordinate shrinks by itself.
                $v = $vectors[$k]
                $begin = $v[0] * $w0['a'] + $v[1] * $w0['b'] + $v[2] * $w0['c']
                $now = $v[0] * $at[0] + $v[1] * $at[1] + $v[2] * $at[2]
                $now | Assert-Near ([Math]::Pow(1 - 2 * $rate * (3, 6, 9)[$k], $point.Iteration) * $begin) -Within 1e-12
            }
        }
    }

    It 'diverges for e > 1/lambda_max = 1/9, and the error names the bound' {
        (Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate 0.111 -MaxIteration 100000).StopReason | Should -Be Converged
        $outcome = Get-Outcome { Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate 0.1112 }
        $outcome.Output[0].StopReason | Should -Be Diverged
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly MinimizationDiverged
        # The Hessian of w'Hw is 2H.
        $outcome.Errors[0].Exception.Message | Should -BeLike '*largest eigenvalue of its Hessian, is 18: only rates below 2/18 = 0.1111111111 converge.'
    }

    It 'is over after one step of Newton''s method' {
        $run = Find-Minimum $f -At $w0 -Method Newton -KeepPath
        $run.Iterations | Should -Be 1
        $run.Path[1].At.Values | ForEach-Object { $_ | Assert-Near 0 -Within 1e-14 }
    }
}

Describe 'examples/quadratic.ps1' {
    It 'tells <Figure>' -ForEach @(
        @{ Figure = '-0.291584 -0.290432  0.146688' }
        @{ Figure = '0.111: Converged' }
        @{ Figure = '0.112: Diverged' }
        @{ Figure = 'only rates below 2/18 = 0.1111111111 converge' }
        @{ Figure = "Newton's method takes 1 step." }
    ) {
        $story = & "$repositoryRoot/examples/quadratic.ps1" | Out-String -Width 200
        $story.Contains($Figure) | Should -BeTrue -Because "it wrote:`n$story"
    }
}

Describe 'The gradient of the Siamese pair' {
    It 'is the corrected formula, and not the printed one: <_>' -ForEach w11, w12, w21, w22, b1, b2 {
        $derivative = ($decay + $distance | Invoke-Differentiate $names -Gradient)[$_]
        (Compare-Expression $derivative (Get-Formula $_ '-')).Equal | Should -BeTrue
        $printed = Compare-Expression $derivative (Get-Formula $_ '+')
        $printed.Equal | Should -BeFalse
        $printed.How | Should -Be Counterexample

        # The counterexample is one.
        $values = foreach ($node in $derivative, (Get-Formula $_ '+')) { $node | Measure-Expression -At $printed.Counterexample }
        [Math]::Abs($values[0] - $values[1]) | Should -BeGreaterThan 1e-6
        Measure-Expression (Get-Formula $_ '-') -At $printed.Counterexample | Assert-Near $values[0] -Within 1e-12
    }

    It 'is what a step of training goes down' {
        $row = [pscustomobject]@{ p1 = 1; p2 = 2; q1 = -0.5; q2 = 0.3 }
        $start = [ordered]@{ w11 = 0.5; w12 = -0.3; w21 = 0.8; w22 = 0.6; b1 = 0.1; b2 = -0.2 }
        $step = $row | Start-NetworkTraining -Loss ($decay + $distance) -Parameter $names -InitialValue $start -LearningRate 0.1 -Epoch 1 -Seed 1
        $at = $start + @{ p1 = 1; p2 = 2; q1 = -0.5; q2 = 0.3 }
        foreach ($name in $names) {
            $step.Parameters[$name] | Assert-Near ($start[$name] - 0.1 * (Get-Formula $name '-' | Measure-Expression -At $at)) -Within 1e-14
        }
    }
}

Describe 'examples/siamese.ps1' {
    BeforeAll {
        $output = & "$repositoryRoot/examples/siamese.ps1"
        $lines = @($output | Where-Object { $_ -isnot [string] -and $_ -isnot [PSAutodiff.TrainingResult] })
        $result = $output | Where-Object { $_ -is [PSAutodiff.TrainingResult] }
    }

    It 'is under 30 lines' {
        @(Get-Content "$repositoryRoot/examples/siamese.ps1").Count | Should -BeLessThan 30
    }

    It 'proves the formula for every parameter, by rewriting and not by sampling, and refutes the printed one' {
        $lines.Parameter | Should -BeExactly $names
        $lines.Minus | Should -Not -Contain $false
        $lines.How | Should -Not -Contain Sampling
        $lines.Plus | Should -Not -Contain $true
        $lines.Counterexample | Should -HaveCount 6
    }

    It 'goes down to W = 0' {
        $result.Loss[0] | Should -BeGreaterThan 1
        for ($i = 1; $i -lt $result.Steps; $i++) { $result.Loss[$i] | Should -BeLessThan $result.Loss[$i - 1] }
        $result.FinalLoss | Should -BeLessThan 1e-3
        foreach ($name in 'w11', 'w12', 'w21', 'w22') { $result.Parameters[$name] | Assert-Near 0 -Within 0.02 }
    }
}
