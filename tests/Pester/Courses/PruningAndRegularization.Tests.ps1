# The homework on pruning, least squares, dropout, second order and Siamese networks, item by item, in its order.
# Vectors and matrices are written out by entries.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    # A logistic model of two inputs on the five points: the sum over the rows of its loss.
    $logistic = New-ExprNode 'u - u*y + log(1 + exp(-u))' | Resolve-Expression @{ u = 'b + v*x1 + w*x2' }
    $sum = New-ExprNode 0
    foreach ($row in Import-Csv $fivePoints) { $sum += $logistic | Resolve-Expression $row }

    # Least squares with N = 6 rows and d = 2 coefficients.
    $x = (1, 1), (1, 2), (1, 3), (1, 5), (1, 8), (1, 9)
    $y = 1.0, 3, 2, 4, 7, 5
    $risk = New-ExprNode 0
    foreach ($i in 0..5) { $risk += New-ExprNode "($($y[$i]) - a - b*$($x[$i][1]))^2" }
    $fit = Invoke-LinearRegression -Data $x -Target $y -NoIntercept

    function Get-Product([double[, ]]$A, [double[, ]]$B) {
        $product = [double[, ]]::new($A.GetLength(0), $B.GetLength(1))
        for ($i = 0; $i -lt $A.GetLength(0); $i++) {
            for ($j = 0; $j -lt $B.GetLength(1); $j++) { for ($k = 0; $k -lt $A.GetLength(1); $k++) { $product[$i, $j] += $A[$i, $k] * $B[$k, $j] } }
        }
        , $product
    }

    # The matrix A = X (X'X)^-1 X', with the pseudo-inverse (X'X)^-1 X'.
    $measured = Measure-Matrix $x
    $hat = Get-Product $measured.Matrix $measured.PseudoInverse

    # H = [[7, 2, 0], [2, 6, -2], [0, -2, 5]] has the eigenvalues 3, 6, 9 with the eigenvectors (1, -2, -2), (-2, 1, -2), (2, 2, -1).
    $f = New-ExprNode '7*a^2 + 6*b^2 + 5*c^2 + 4*a*b - 4*b*c'
    $w0 = [ordered]@{ a = 1; b = -2; c = 3 }
    $vectors = @(1, -2, -2), @(-2, 1, -2), @(2, 2, -1)

    $names = 'w11', 'w12', 'w21', 'w22', 'b1', 'b2'
    $h = @{}
    foreach ($i in 1, 2) { foreach ($in in 'p', 'q') { $h["h$in$i"] = New-ExprNode "tanh(w${i}1*${in}1 + w${i}2*${in}2 + b$i)" } }
    $decay = New-ExprNode 'w11^2 + w12^2 + w21^2 + w22^2'
    $distance = New-ExprNode '(hp1 - hq1)^2 + (hp2 - hq2)^2' | Resolve-Expression -At $h

    # The formula for one parameter, with a sign between its terms.
    function Get-Formula([string]$Name, [string]$Sign) {
        $own, $p, $q = if ($Name[0] -eq 'w') { "2*$Name", "p$($Name[2])", "q$($Name[2])" } else { '0', '1', '1' }
        $i = $Name[1]
        "$own + 2*((hp$i-hq$i)*(1-hp$i*hp$i))*$p $Sign 2*((hp$i-hq$i)*(1-hq$i*hq$i))*$q" | Resolve-Expression -At $h
    }
}

Describe '1. The effect of a change of the weights, by Taylor' {
    It 'is g d + d''H d / 2 up to the third order: half the change, an eighth of the error' {
        $at = @{ b = -0.5; v = 0.8; w = -0.3 }
        $there = $sum | Measure-Expression -At $at -Hessian
        $names = @($there.Variables)
        $change = @{ b = 0.2; v = -0.4; w = 0.3 }
        $off = foreach ($scale in 1, 0.5, 0.25) {
            $d = @($names | ForEach-Object { $scale * $change[$_] })
            $estimate = 0.0
            foreach ($i in 0..2) { $estimate += $there.Gradient[$names[$i]] * $d[$i]; foreach ($j in 0..2) { $estimate += $there.Hessian[$i, $j] * $d[$i] * $d[$j] / 2 } }
            $moved = @{}
            foreach ($i in 0..2) { $moved[$names[$i]] = $at[$names[$i]] + $d[$i] }
            ($sum | Measure-Expression -At $moved) - $there.Value - $estimate
        }
        [Math]::Abs($off[0]) | Should -BeGreaterThan 1e-4
        $off[0] / $off[1] | Assert-Near 8 -Within 1
        $off[1] / $off[2] | Assert-Near 8 -Within 0.5
    }

    It 'for a weight u set to 0 the change is -u, and for a quadratic the estimate is exact' {
        $at = @{ a = 0.7; b = 0.3 }
        $there = $risk | Measure-Expression -At $at -Hessian
        $without = $risk | Measure-Expression -At @{ a = 0.7; b = 0 }
        $without - $there.Value | Assert-Near (-0.3 * $there.Gradient['b'] + $there.Hessian[1, 1] * 0.09 / 2) -Within 1e-12
    }
}

Describe '2. The saliency' {
    It 'removing a weight from a trained network raises the loss by its saliency, while that is small' {
        $rows = 1..40 | ForEach-Object { [pscustomobject]@{ x = [Math]::Sin(7 * $_); z = [Math]::Cos(3 * $_); y = [Math]::Sin(7 * $_) - 0.04 * [Math]::Cos(3 * $_) } }
        $net = ($rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 1 -Seed 1) -Feature x, z -Label y -LearningRate 0.5 -Epoch 500 -Seed 1).Network
        $least = $rows | Optimize-NeuralNetwork $net -Detailed | Sort-Object Saliency | Select-Object -First 1
        $least.Name | Should -BeExactly w1_2_1
        $before = ($rows | Test-AutodiffModel $net).Loss
        $after = ($rows | Test-AutodiffModel ($rows | Optimize-NeuralNetwork $net -Fraction 0.5)).Loss
        # The loss of a linear network is a parabola.
        $after - $before | Assert-Near $least.Saliency -Within 1e-9
        $least.Saliency | Should -BeGreaterThan 1e-4
    }
}

Describe '3. The pruning loop: examples/pruning.ps1 with the seed <_>' -ForEach 1, 2, 3 {
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

Describe '4. With the identity for the Hessian' {
    It 'the saliency is u^2 / 2, and no rows are needed' {
        $net = New-NeuralNetwork 3 4, tanh, 2 -Seed 3
        $weights = @(Optimize-NeuralNetwork $net -Method Magnitude -Detailed)
        $weights | Should -HaveCount 20
        foreach ($weight in $weights) { $weight.Saliency | Assert-Near ($net.Parameters[$weight.Name] * $net.Parameters[$weight.Name] / 2) -Within 1e-16 }
    }
}

Describe '5. From the likelihood to least squares' {
    BeforeAll {
        $density = New-ExprNode '1/sqrt(2*pi*v)*exp(-(y - a - b*x)^2/(2*v))'
    }

    It 'the logarithm of a normal density is -log(2 pi v)/2 - (y - a - b x)^2/(2 v)' {
        $log = 'log(p)' | Resolve-Expression @{ p = $density }
        Assert-Proved $log '-log(2*pi*v)/2 - (y - a - b*x)^2/(2*v)'
        (Compare-Expression $log '-log(2*pi*v)/2 - (y - a - b*x)^2/v').Equal | Should -BeFalse
    }

    It 'the likelihood is greatest where the sum of squares is least, whatever the variance' {
        foreach ($v in 0.5, 3) {
            $likelihood = New-ExprNode 0
            foreach ($i in 0..5) { $likelihood += '(y - a - b*x)^2/(2*v) + log(2*pi*v)/2' | Resolve-Expression @{ x = $x[$i][1]; y = $y[$i]; v = $v } }
            $found = Find-Minimum $likelihood -At @{ a = 0; b = 0 } -Method Newton
            $found.At['a'] | Assert-Near $fit.Coefficients.x1 -Within 1e-12
            $found.At['b'] | Assert-Near $fit.Coefficients.x2 -Within 1e-12
        }
    }
}

Describe '6. The variance by likelihood' {
    It 'is the mean squared residual' {
        $likelihood = New-ExprNode 0
        foreach ($i in 0..5) { $likelihood += '(y - a - b*x)^2/(2*v) + log(2*pi*v)/2' | Resolve-Expression @{ x = $x[$i][1]; y = $y[$i] } }
        $found = Find-Minimum $likelihood -At @{ a = 0; b = 0; v = 1 }
        $found.At['v'] | Assert-Near $fit.ResidualRisk -Within 1e-7
        $found.At['b'] | Assert-Near $fit.Coefficients.x2 -Within 1e-7
        $table = 0..5 | ForEach-Object { @{ x = $x[$_][1]; y = $y[$_] } }
        $found = $table | Find-Minimum '(y - a - b*x)^2/(2*v) + log(2*pi*v)/2' -At @{ a = 0; b = 0; v = 1 } -Sum
        $found.At['v'] | Assert-Near $fit.ResidualRisk -Within 1e-7
    }
}

Describe '7. The normal equations' {
    It 'X''(y - Xb) is 0 at the fit, as is the gradient of the sum of squares' {
        foreach ($j in 0, 1) {
            $left = 0.0
            foreach ($i in 0..5) { $left += $x[$i][$j] * ($y[$i] - $fit.Coefficients.x1 * $x[$i][0] - $fit.Coefficients.x2 * $x[$i][1]) }
            $left | Assert-Near 0 -Within 1e-12
        }
        ($risk | Measure-Expression -At @{ a = $fit.Coefficients.x1; b = $fit.Coefficients.x2 } -Gradient).Gradient.Values | ForEach-Object { $_ | Assert-Near 0 -Within 1e-11 }
    }

    It 'by hand have the same solution' {
        # Sums: x 28, y 22, x^2 184, x y 134.
        $fit.Coefficients.x2 | Assert-Near ((6 * 134 - 28 * 22) / (6 * 184 - 28 * 28)) -Within 1e-14
        $fit.Coefficients.x1 | Assert-Near ((22 - 28 * $fit.Coefficients.x2) / 6) -Within 1e-14
    }
}

Describe '8. The hat matrix A = X (X''X)^-1 X''' {
    It 'is its own square and transpose' {
        $square = Get-Product $hat $hat
        foreach ($i in 0..5) { foreach ($j in 0..5) { $square[$i, $j] | Assert-Near $hat[$i, $j] -Within 1e-14; $hat[$j, $i] | Assert-Near $hat[$i, $j] -Within 1e-14 } }
    }

    It 'has the fits of the unit vectors for columns' {
        foreach ($j in 0..5) {
            $c = (Invoke-LinearRegression -Data $x -Target (0..5 | ForEach-Object { [double]($_ -eq $j) }) -NoIntercept).Coefficients
            foreach ($i in 0..5) { $c.x1 * $x[$i][0] + $c.x2 * $x[$i][1] | Assert-Near $hat[$i, $j] -Within 1e-14 }
        }
    }

    It 'has the trace and the rank d, with d eigenvalues 1 and N - d eigenvalues 0' {
        $measured = Measure-Matrix $hat
        $measured.IsSymmetric | Should -BeTrue
        $measured.Rank | Should -BeExactly 2
        $measured.Trace | Assert-Near 2 -Within 1e-14
        foreach ($k in 0..5) { $measured.Eigenvalues[$k] | Assert-Near (1, 1, 0, 0, 0, 0)[$k] -Within 1e-14 }
    }

    It 'B = A - I has B''B = -B, with the trace N - d' {
        $b = [double[, ]]$hat.Clone()
        foreach ($i in 0..5) { $b[$i, $i] -= 1 }
        $product = Get-Product $b $b
        foreach ($i in 0..5) { foreach ($j in 0..5) { $product[$i, $j] | Assert-Near (-$b[$i, $j]) -Within 1e-14 } }
        $measured = Measure-Matrix $b -Tolerance 1e-12
        $measured.Trace | Assert-Near -4 -Within 1e-14
        $measured.Rank | Should -BeExactly 4
    }
}

Describe '9. The expected training risk' {
    It 'is (N - d)/N s^2: the exact mean over signs of noise of variance s^2' {
        # Noise of +-s in every row has the mean 0 and the covariance s^2 I; the mean over all 64 patterns is the expectation.
        $risks = foreach ($pattern in 0..63) {
            $noisy = foreach ($i in 0..5) { 1 + 2 * $x[$i][1] + ($pattern -shr $i -band 1 ? 3 : -3) }
            (Invoke-LinearRegression -Data $x -Target $noisy -NoIntercept).ResidualRisk
        }
        ($risks | Measure-Object -Average).Average | Assert-Near (4 / 6 * 9) -Within 1e-12
    }

    It 'falls as d grows, and is 0 for d = N: the fit goes through all rows' {
        $previous = [double]::PositiveInfinity
        foreach ($d in 1..6) {
            $powers = @(foreach ($row in $x) { , [double[]](0..($d - 1) | ForEach-Object { [Math]::Pow($row[1], $_) }) })
            $residual = (Invoke-LinearRegression -Data $powers -Target $y -NoIntercept -WarningAction Ignore).ResidualRisk
            $residual | Should -BeLessThan $previous
            $previous = $residual
        }
        $previous | Assert-Near 0 -Within 1e-15
    }

    It 'is what examples/regression.ps1 finds over 2,000 draws' {
        $output = & "$repositoryRoot/examples/regression.ps1"
        # A mean of 2,000 draws of 4 chi^2(6)/8, with the standard error sqrt(2 * 6) * 4/8 / sqrt(2000).
        $mean = [double][regex]::Match($output[3], 'draws (\S+),').Groups[1].Value
        $mean | Assert-Near 3 -Within (4 * [Math]::Sqrt(12) / 2 / [Math]::Sqrt(2000))
    }
}

# The derivative of the mean squared error is -2/N X'(y - Xb). The homework writes -1/N, which has the same zero.
Describe '10. Ordinary least squares' {
    It 'on iris has the coefficients that lm in R has' {
        $fit = (& "$repositoryRoot/examples/regression.ps1")[0]
        @($fit.Coefficients.Values) | ForEach-Object { '{0:f8}' -f $_ } | Should -BeExactly '1.85599749', '0.65083716', '0.70913196', '-0.55648266'
        '{0:f7}' -f $fit.R2 | Should -BeExactly 0.8586117
    }

    It 'has the gradient -2/N X''(y - Xb)' {
        $mean = $risk / 6
        $there = $mean | Measure-Expression -At @{ a = 0.5; b = 0.25 } -Gradient
        $expected = -2 / 6 * (0..5 | ForEach-Object { $x[$_][1] * ($y[$_] - 0.5 - 0.25 * $x[$_][1]) } | Measure-Object -Sum).Sum
        $there.Gradient['b'] | Assert-Near $expected -Within 1e-12
    }
}

Describe '11. Ridge, with lambda N' {
    It 'solves (X''X + lambda N I) b = X''y, and minimizes the mean loss with lambda |b|^2' {
        $ridge = Invoke-LinearRegression -Data $x -Target $y -NoIntercept -Ridge 0.3
        $b = @($ridge.Coefficients.Values)
        $found = Find-Minimum ($risk / 6 + '0.3*(a^2 + b^2)') -At @{ a = 0; b = 0 } -Method Newton
        foreach ($j in 0, 1) {
            $left = 0.3 * 6 * $b[$j]
            foreach ($i in 0..5) { $left -= $x[$i][$j] * ($y[$i] - $b[0] * $x[$i][0] - $b[1] * $x[$i][1]) }
            $left | Assert-Near 0 -Within 1e-12
            $found.At[$j] | Assert-Near $b[$j] -Within 1e-12
        }
    }
}

Describe '12. Generalized least squares is ordinary least squares where S X = X F' {
    BeforeAll {
        # S has the eigenvectors (1, 1, 1, 1) and (1, -1, 1, -1) with the eigenvalues 5 and 1.
        $s = (3, 1, 0, 1), (1, 3, 1, 0), (0, 1, 3, 1), (1, 0, 1, 3)
        $inSpan = (1, 1), (1, -1), (1, 1), (1, -1)
        $line = (1, 1), (1, 2), (1, 3), (1, 5)
        # The columns of F = (X'S^-1 X)^-1 X'X are the generalized fits of S X, without residuals where S X = X F.
        function Get-F($X) {
            foreach ($k in 0, 1) {
                $target = foreach ($i in 0..3) { (0..3 | ForEach-Object { $s[$i][$_] * $X[$_][$k] } | Measure-Object -Sum).Sum }
                Invoke-LinearRegression -Data $X -Target $target -NoIntercept -Covariance $s
            }
        }
    }

    It 'if: the columns of X are eigenvectors of S, F is diag(5, 1), and both fits agree for every y' {
        $f = @(Get-F $inSpan)
        @($f[0].Coefficients.Values) + @($f[1].Coefficients.Values) | ForEach-Object { [Math]::Round($_, 13) } | Should -Be 5, 0, 0, 1
        foreach ($k in 0..3) {
            $unit = [double[]]::new(4)
            $unit[$k] = 1
            $ordinary = Invoke-LinearRegression -Data $inSpan -Target $unit -NoIntercept
            $generalized = Invoke-LinearRegression -Data $inSpan -Target $unit -NoIntercept -Covariance $s
            foreach ($j in 0, 1) { $generalized.Coefficients[$j] | Assert-Near $ordinary.Coefficients[$j] -Within 1e-14 }
        }
    }

    It 'only if: for a line S X is not X F for any F, and the fits differ' {
        (Get-F $line | Measure-Object ResidualRisk -Sum).Sum | Should -BeGreaterThan 0.1
        $ordinary = Invoke-LinearRegression -Data $line -Target 1, 0, 0, 0 -NoIntercept
        $generalized = Invoke-LinearRegression -Data $line -Target 1, 0, 0, 0 -NoIntercept -Covariance $s
        [Math]::Abs($generalized.Coefficients.x1 - $ordinary.Coefficients.x1) | Should -BeGreaterThan 0.01
    }
}

Describe '13. The elastic net by rows' {
    It 'has the L2 part as rows sqrt(lambda1) e_i with target 0; the mean is then over N + d rows, so -Lasso is times N/(N + d)' {
        $data = @((1, 0.5), (-1, 0.25), (0.5, -1), (-0.5, 0.25))
        $target = 2, -1, 0.5, -1.5
        $net = Invoke-LinearRegression -Data $data -Target $target -NoIntercept -Ridge 0.3 -Lasso 0.2
        $root = [Math]::Sqrt(0.3 * 4)
        $more = @{ Data = $data + @(, ($root, 0)) + @(, (0, $root)); Target = $target + 0, 0; NoIntercept = $true }
        $rows = Invoke-LinearRegression @more -Lasso (0.2 * 4 / 6)
        $net.Coefficients.x1 | Assert-Near $rows.Coefficients.x1
        $net.Coefficients.x2 | Assert-Near $rows.Coefficients.x2
        $net.Coefficients.x1 | Should -BeGreaterThan 0.5
        # With the same -Lasso it is not the same.
        (Invoke-LinearRegression @more -Lasso 0.2).Coefficients.x1 | Should -BeLessThan ($net.Coefficients.x1 - 0.02)
    }

    It 'the square of such a row, sqrt(lambda1 N) a with target 0, is lambda1 N a^2, by algebra' {
        $result = Compare-Expression '(0 - sqrt(l*n)*a)^2' 'l*n*a^2'
        $result.How | Should -BeExactly Algebra
        $result.Equal | Should -BeTrue
        $result.Assumption | Should -BeExactly 'l * n >= 0'
    }

    It 'ridge alone needs no such factor' {
        $output = & "$repositoryRoot/examples/regression.ps1"
        ($output[1] -replace '^.*?: +') | Should -BeExactly ($output[2] -replace '^.*?: +')
    }
}

# The last line of the solution has J_N on both sides; the left one is J_D.
Describe '14. The gradient under dropout' {
    It 'is in expectation that of the loss without dropout plus 2 s^2 x_<_>^2 w_<_>, exactly' -ForEach 1, 2, 3 {
        $gradient = '(y - m1*w1*x1 - m2*w2*x2 - m3*w3*x3)^2' | Invoke-Differentiate "w$_"
        # The factors m have the mean 1 and the variance s^2. The gradient is quadratic in them: what is left is free of them.
        $second = @('m1', 'm2', 'm3' | ForEach-Object { $gradient | Invoke-Differentiate $_ -Order 2 })
        $second | ForEach-Object { $_.Variables -match '^m' | Should -BeNullOrEmpty }
        $more = 's^2/2*d' | Resolve-Expression @{ d = $second[0] + $second[1] + $second[2] }
        Assert-Proved $more "2*s^2*x$_^2*w$_"
        $quiet = '(y - w1*x1 - w2*x2 - w3*x3)^2' | Invoke-Differentiate "w$_"
        Assert-Proved ($gradient | Resolve-Expression @{ m1 = 1; m2 = 1; m3 = 1 }) $quiet
    }
}

Describe '14. The gradient under dropout: examples/weight-noise.ps1 with the seed <_>' -ForEach 1, 2 {
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

Describe '14. The gradient under dropout: a step without noise' {
    It 'has the gradient that the example takes for it' {
        $net = New-NeuralNetwork -Weight (, [double[][]]((, 0.7), (, -1.2), (, 0.4))) -Bias (, [double[]](, 0.1)) -Layer linear
        $quiet = (& "$repositoryRoot/examples/weight-noise.ps1" -Count 10).WithoutNoise
        foreach ($case in @('HalfSquaredError', 0), @('MeanSquaredError', 3)) {
            $step = (Start-NetworkTraining -Network $net -Data (, [double[]](0.5, -1.5, 2)) -Target (, 1.0) -LossFunction $case[0] -Epoch 1 -LearningRate 1 -Seed 1).Network
            foreach ($i in 0..2) { $net.Layers[0].Weights[$i, 0] - $step.Layers[0].Weights[$i, 0] | Assert-Near $quiet[$case[1] + $i] -Within 1e-14 }
        }
    }
}

Describe '15. How to read it' {
    It 'as the gradient of weight decay s^2 sum x_i^2 w_i^2, stronger where inputs are large' {
        foreach ($i in 1, 2) { Assert-Proved ('s^2*(x1^2*w1^2 + x2^2*w2^2)' | Invoke-Differentiate "w$i") "2*s^2*x$i^2*w$i" }
    }
}

Describe '16. Descent on w''Hw' {
    It 'takes 2 e H w from w in each step' {
        $run = Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate 0.1 -MaxIteration 1 -KeepPath
        # H w_0 = (3, -16, 19).
        $run.Path[1].At.Values | ForEach-Object { [Math]::Round($_, 14) } | Should -Be 0.4, 1.2, -0.8
    }
}

Describe '17. Its closed form' {
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
}

Describe '18. Its condition' {
    It 'diverges for e > 1/lambda_max = 1/9, and the error names the bound' {
        (Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate 0.111 -MaxIteration 100000).StopReason | Should -Be Converged
        $outcome = Get-Outcome { Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate 0.1112 }
        $outcome.Output[0].StopReason | Should -Be Diverged
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly MinimizationDiverged
        # The Hessian of w'Hw is 2H.
        $outcome.Errors[0].Exception.Message | Should -BeLike '*largest eigenvalue of its Hessian, is 18: only rates below 2/18 = 0.1111111111 converge.'
    }
}

Describe '19. Newton''s method' {
    It 'is over after one step of Newton''s method' {
        $run = Find-Minimum $f -At $w0 -Method Newton -KeepPath
        $run.Iterations | Should -Be 1
        $run.Path[1].At.Values | ForEach-Object { $_ | Assert-Near 0 -Within 1e-14 }
    }

    It 'on a semidefinite H comes to a minimum, of which there is a line' {
        $run = (Get-Outcome { Find-Minimum '(x + y)^2' -At @{ x = 1; y = 2 } -Method Newton }).Output[0]
        $run.Value | Assert-Near 0 -Within 1e-20
        $run.At['x'] + $run.At['y'] | Assert-Near 0 -Within 1e-10
        $run.At['x'] - $run.At['y'] | Assert-Near -1 -Within 1e-10
    }

    It 'without damping is at 0 in one step on an indefinite H too, a saddle; with damping it falls without bound' {
        $pure, $damped = 'PureNewton', 'Newton' | ForEach-Object { $method = $_; (Get-Outcome { Find-Minimum 'x^2 - y^2' -At @{ x = 1; y = 1 } -Method $method }).Output[0] }
        $pure.Iterations | Should -Be 1
        $pure.At.Values | Should -Be 0, 0
        $pure.StopReason | Should -Be SaddlePoint
        $damped.StopReason | Should -Be Unbounded
    }
}

Describe '20. The costs compared' {
    It 'a gradient takes operations in proportion to n, a Hessian to n^2' {
        $costs = foreach ($n in 10, 20, 40) {
            $names = 1..$n | ForEach-Object { "w$_" }
            $u = (1..$n | ForEach-Object { "w$_*x$_" }) -join ' + '
            $loss = New-ExprNode "log(1 + exp($u))"
            [pscustomobject]@{
                Gradient = ($loss | Invoke-Differentiate $names -Gradient | Measure-Expression -Cost).Operations
                Hessian  = ($loss | Invoke-Differentiate $names -Hessian | Measure-Expression -Cost).Operations
            }
        }
        foreach ($k in 1, 2) {
            $costs[$k].Gradient / $costs[$k - 1].Gradient | Assert-Near 2 -Within 0.2
            $costs[$k].Hessian / $costs[$k - 1].Hessian | Should -BeGreaterThan 2.8
        }
    }
}

Describe '21. The Siamese loss' {
    It 'is |W|^2 and the sum of |h1 - h2|^2, with the same W and b for both inputs' {
        $at = [ordered]@{ w11 = 0.5; w12 = -0.3; w21 = 0.8; w22 = 0.6; b1 = 0.1; b2 = -0.2; p1 = 1; p2 = 2; q1 = -0.5; q2 = 0.3 }
        $hp = [Math]::Tanh(0.5 - 0.6 + 0.1), [Math]::Tanh(0.8 + 1.2 - 0.2)
        $hq = [Math]::Tanh(-0.25 - 0.09 + 0.1), [Math]::Tanh(-0.4 + 0.18 - 0.2)
        $expected = 0.25 + 0.09 + 0.64 + 0.36 + [Math]::Pow($hp[0] - $hq[0], 2) + [Math]::Pow($hp[1] - $hq[1], 2)
        $decay + $distance | Measure-Expression -At $at | Assert-Near $expected -Within 1e-15
        $distance.Variables | Should -BeExactly b1, b2, p1, p2, q1, q2, w11, w12, w21, w22
    }

    It 'is 0 for equal inputs without weights' {
        $distance | Resolve-Expression @{ q1 = 'p1'; q2 = 'p2' } | Invoke-Simplify | ForEach-Object Value | Should -BeExactly 0
    }
}

# The homework prints the gradients with a plus sign between the terms of the two inputs. It is a minus sign.
Describe '22. Its gradients' {
    It 'is the corrected formula, and not the printed one: <_>' -ForEach w11, w12, w21, w22, b1, b2 {
        $derivative = ($decay + $distance | Invoke-Differentiate $names -Gradient)[$_]
        Assert-Proved $derivative (Get-Formula $_ '-')
        $printed = Compare-Expression $derivative (Get-Formula $_ '+')
        $printed.Equal | Should -BeFalse
        $printed.How | Should -Be Counterexample

        # The counterexample is one.
        $values = foreach ($node in $derivative, (Get-Formula $_ '+')) { $node | Measure-Expression -At $printed.Counterexample }
        [Math]::Abs($values[0] - $values[1]) | Should -BeGreaterThan 1e-6
        Measure-Expression (Get-Formula $_ '-') -At $printed.Counterexample | Assert-Near $values[0] -Within 1e-12
    }
}

Describe '23. Its descent' {
    It 'is what a step of training goes down' {
        $row = [pscustomobject]@{ p1 = 1; p2 = 2; q1 = -0.5; q2 = 0.3 }
        $start = [ordered]@{ w11 = 0.5; w12 = -0.3; w21 = 0.8; w22 = 0.6; b1 = 0.1; b2 = -0.2 }
        $step = $row | Start-NetworkTraining -Loss ($decay + $distance) -Parameter $names -InitialValue $start -LearningRate 0.1 -Epoch 1 -Seed 1
        $at = $start + @{ p1 = 1; p2 = 2; q1 = -0.5; q2 = 0.3 }
        foreach ($name in $names) {
            $step.Parameters[$name] | Assert-Near ($start[$name] - 0.1 * (Get-Formula $name '-' | Measure-Expression -At $at)) -Within 1e-14
        }
    }

    It 'of four pairs goes down to W = 0: nothing keeps the pairs apart' {
        $pairs = ConvertFrom-Csv "p1,p2,q1,q2`n1,2,1.1,1.9`n-1,0.5,-0.8,0.4`n0.3,-2,0.2,-1.7`n2,1,2.2,1.1"
        $start = [ordered]@{ w11 = 0.5; w12 = -0.3; w21 = 0.8; w22 = 0.6; b1 = 0.1; b2 = -0.2 }
        $result = $pairs | Start-NetworkTraining ($decay + 4 * $distance) -Parameter $names -BatchSize 4 -InitialValue $start -LearningRate 0.05 -Epoch 40
        $result.Loss[0] | Should -BeGreaterThan 1
        for ($i = 1; $i -lt $result.Steps; $i++) { $result.Loss[$i] | Should -BeLessThan $result.Loss[$i - 1] }
        $result.FinalLoss | Should -BeLessThan 1e-3
        foreach ($name in 'w11', 'w12', 'w21', 'w22') { $result.Parameters[$name] | Assert-Near 0 -Within 0.02 }
    }
}
