# The homework on pruning, least squares, dropout, second order and Siamese networks, item by item.
# What a pipeline writes stands below it, after #>.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../../out/PSAutodiff" }

# 1. What a change d of the weights does to the loss: about g d + d'Hd/2, by Taylor. For a quadratic loss that is exact; here it is setting b to 0.
$rows = 'x,y', '1,1', '2,3', '3,2', '5,4', '8,7', '9,5' | ConvertFrom-Csv
$square = New-ExprNode '(y - a - b*x)^2'
$there = $rows | Measure-Expression $square -At @{ a = 0.7; b = 0.3 } -Hessian -Mean
'Taylor {0:f6}, measured {1:f6}' -f (-0.3 * $there.Gradient['b'] + $there.Hessian[1, 1] * 0.3 * 0.3 / 2),
    (($rows | Measure-Expression $square -At @{ a = 0.7; b = 0 } -Mean) - $there.Value)
#> Taylor 8.680000, measured 8.680000

# 2. The saliency of a weight u is h u^2 / 2, with h its second derivative, since the gradient is 0 after training.
$samples = 1..40 | ForEach-Object { [pscustomobject]@{ p = [Math]::Sin(7 * $_); q = [Math]::Cos(3 * $_); y = [Math]::Sin(7 * $_) - 0.04 * [Math]::Cos(3 * $_) } }
$net = ($samples | Start-NetworkTraining -Network (New-NeuralNetwork 2 1 -Seed 1) -Feature p, q -Label y -LearningRate 0.5 -Epoch 500 -Seed 1).Network
$samples | Optimize-NeuralNetwork $net -Detailed | ForEach-Object { '{0} {1,7:f4}: h = {2:f4}, saliency {3:f6}' -f $_.Name, $_.Weight, $_.SecondDerivative, $_.Saliency }
#> w1_1_1  1.0000: h = 0.9935, saliency 0.496753
#> w1_2_1 -0.0400: h = 0.9087, saliency 0.000727

# 3. The pruning loop: train, score, set the least salient weights to 0 and freeze them, train again. Iris, a third of the rows for the test.
$number = 0
$train, $test = (Import-Csv "$PSScriptRoot/../data/iris.csv").Where({ $number++; $number % 3 -ne 0 }, 'Split')
$training = @{ Epoch = 100; Optimizer = 'Adam'; LearningRate = 0.01; WeightDecay = 0.003; Shuffle = $true; Seed = 1 }
$full = ($train | Start-NetworkTraining -Network (New-NeuralNetwork 4 16, tanh, 3, softmax -Seed 1) -Label Species -Standardize @training).Network
$pruned = $train | Optimize-NeuralNetwork $full -Fraction 0.7 -Iteration 5 @training
foreach ($network in $full, $pruned) {
    '{0} weights, accuracy {1:f2} on rows that it has not seen' -f ($network.WeightCount - $network.FrozenCount), ($test | Test-AutodiffModel $network).Accuracy
}
#> 112 weights, accuracy 0.94 on rows that it has not seen
#> 34 weights, accuracy 0.96 on rows that it has not seen

# 4. With H = I the saliency is u^2 / 2: the smallest weights go first.
Optimize-NeuralNetwork $net -Method Magnitude -Detailed | ForEach-Object { '{0} {1:f6}' -f $_.Name, $_.Saliency }
#> w1_1_1 0.500000
#> w1_2_1 0.000800

# 5. From the likelihood to least squares: the logarithm of a normal density is a constant less the squared error over 2 v.
$density = New-ExprNode '1/sqrt(2*pi*v)*exp(-(y - a - b*x)^2/(2*v))'
Compare-Expression ('log(p)' | Resolve-Expression @{ p = $density }) '-log(2*pi*v)/2 - (y - a - b*x)^2/(2*v)' | Format-List Equal, How
#> Equal : True
#> How   : Algebra

# 6. The variance by likelihood is the mean squared residual.
$most = $rows | Find-Minimum '(y - a - b*x)^2/(2*v) + log(2*pi*v)/2' -At @{ a = 0; b = 0; v = 1 } -Sum
$fit = $rows | Invoke-LinearRegression -Feature x -Label y
'a {0:f5}, b {1:f5}, v {2:f5}' -f $most.At['a'], $most.At['b'], $most.At['v']
#> a 0.92500, b 0.58750, v 0.82083
'a {0:f5}, b {1:f5}, v {2:f5}' -f $fit.Coefficients['Intercept'], $fit.Coefficients['x'], $fit.ResidualRisk
#> a 0.92500, b 0.58750, v 0.82083

# 7. The normal equations say that the gradient of the mean squared error is 0 at the fit.
($rows | Measure-Expression $square -At @{ a = $fit.Coefficients['Intercept']; b = $fit.Coefficients['x'] } -Gradient -Mean).Gradient.Values |
    ForEach-Object { [Math]::Abs($_) -lt 1e-12 }
#> True
#> True

# 8. The hat matrix A = X (X'X)^-1 X' is X times its pseudo-inverse. It is symmetric, and its eigenvalues are d ones and N - d zeros,
# so that A^2 = A, and the rank and the trace are d.
$x = @(foreach ($row in $rows) { , [double[]](1, $row.x) })
$plus = Measure-Matrix $x -Property PseudoInverse
$hat = foreach ($row in $x) { , [double[]](0..5 | ForEach-Object { $row[0] * $plus[0, $_] + $row[1] * $plus[1, $_] }) }
$measured = Measure-Matrix $hat
'Rank {0}, trace {1:f4}, symmetric {2}' -f $measured.Rank, $measured.Trace, $measured.IsSymmetric
#> Rank 2, trace 2.0000, symmetric True
($measured.Eigenvalues | ForEach-Object { [Math]::Round($_, 10) + 0.0 }) -join ' '
#> 1 1 0 0 0 0
# B = A - I has the eigenvalues 0 and -1, so that B'B = -B.
foreach ($i in 0..5) { $hat[$i][$i] -= 1 }
(Measure-Matrix $hat -Property Eigenvalues | ForEach-Object { [Math]::Round($_, 10) + 0.0 }) -join ' '
#> 0 0 -1 -1 -1 -1

# 9. The expected training risk is (N - d)/N of the variance of the noise. Noise of 3 or -3 in all 64 patterns has the variance 9.
$risks = foreach ($pattern in 0..63) {
    $noisy = foreach ($i in 0..5) { 1 + 2 * $x[$i][1] + ($pattern -shr $i -band 1 ? 3 : -3) }
    (Invoke-LinearRegression -Data $x -Target $noisy -NoIntercept).ResidualRisk
}
'Mean {0:f6}, expected {1:f6}' -f ($risks | Measure-Object -Average).Average, ((6 - 2) / 6 * 9)
#> Mean 6.000000, expected 6.000000
# With more columns it falls, to 0 for d = N.
(1..6 | ForEach-Object {
    $d = $_
    $powers = @($x | ForEach-Object { $t = $_[1]; , [double[]](0..($d - 1) | ForEach-Object { [Math]::Pow($t, $_) }) })
    (Invoke-LinearRegression -Data $powers -Target $rows.y -NoIntercept -WarningAction Ignore).ResidualRisk.ToString('f3')
}) -join ' '
#> 3.889 0.821 0.740 0.544 0.142 0.000

# 10. Ordinary least squares by the cmdlet. The homework's derivative has -1/N where it is -2/N, which changes nothing where it is 0.
'{0:f6} {1:f6}' -f @($fit.Coefficients.Values)
#> 0.925000 0.587500

# 11. Ridge adds lambda |b|^2 to the mean squared error, so that lambda N appears in (X'X + lambda N I)^-1 X'y.
'{0:f6} {1:f6}' -f @((Invoke-LinearRegression -Data $x -Target $rows.y -NoIntercept -Ridge 0.3).Coefficients.Values)
#> 0.504480 0.645181
$found = $rows | Find-Minimum ($square + '0.3*(a^2 + b^2)') -At @{ a = 0; b = 0 } -Method Newton -Mean
'{0:f6} {1:f6}' -f $found.At['a'], $found.At['b']
#> 0.504480 0.645181

# 12. Generalized least squares is ordinary least squares where S X = X F. The columns of the first X are eigenvectors of S, those of a line are not.
$s = (3, 1, 0, 1), (1, 3, 1, 0), (0, 1, 3, 1), (1, 0, 1, 3)
foreach ($design in ((1, 1), (1, -1), (1, 1), (1, -1)), ((1, 1), (1, 2), (1, 3), (1, 5))) {
    $ordinary = Invoke-LinearRegression -Data $design -Target 1, 3, 2, 4 -NoIntercept
    $generalized = Invoke-LinearRegression -Data $design -Target 1, 3, 2, 4 -NoIntercept -Covariance $s
    '{0:f4} {1:f4} and {2:f4} {3:f4}' -f (@($ordinary.Coefficients.Values) + @($generalized.Coefficients.Values))
}
#> 2.5000 -1.0000 and 2.5000 -1.0000
#> 0.7714 0.6286 and 0.1132 0.8679

# 13. The elastic net's L2 part as rows sqrt(lambda N) e_i with target 0. The mean is over N + d rows then, so lasso is multiplied by N/(N + d).
$far = [Math]::Sqrt(0.3 * 6)
'{0:f6} {1:f6}' -f @((Invoke-LinearRegression -Data $x -Target $rows.y -NoIntercept -Ridge 0.3 -Lasso 0.2).Coefficients.Values)
#> 0.362155 0.663400
$more = @{ Data = $x + , ($far, 0) + , (0, $far); Target = @($rows.y) + 0, 0; NoIntercept = $true }
'{0:f6} {1:f6}' -f @((Invoke-LinearRegression @more -Lasso (0.2 * 6 / 8)).Coefficients.Values)
#> 0.362155 0.663400

# 14. Dropout multiplies inputs by factors m of mean 1 and variance s^2. The expected gradient is the one at m = 1 plus s^2/2 times the sum
# of its second derivatives by m, exactly. (The homework's last line calls both sides J_N; the left one is J_D.)
$gradient = '(y - m1*w1*x1 - m2*w2*x2)^2' | Invoke-Differentiate w1
$second = 'm1', 'm2' | ForEach-Object { $gradient | Invoke-Differentiate $_ -Order 2 }
$more = 's^2/2*d' | Resolve-Expression @{ d = $second[0] + $second[1] } | Invoke-Simplify
$more
#> s^2 * (2 * (x1^2 * w1))

# 15. That is the gradient of s^2 sum x_i^2 w_i^2: weight decay, stronger for the weights of large inputs.
Compare-Expression $more ('s^2*(x1^2*w1^2 + x2^2*w2^2)' | Invoke-Differentiate w1) | ForEach-Object Equal
#> True

# 16. Descent on w'Hw, with H = [[7, 2, 0], [2, 6, -2], [0, -2, 5]]: a step takes 2 e H w.
$f = New-ExprNode '7*a^2 + 6*b^2 + 5*c^2 + 4*a*b - 4*b*c'
$w0 = [ordered]@{ a = 1; b = -2; c = 3 }
$run = Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate 0.1 -MaxIteration 6 -KeepPath
'{0:f4} {1:f4} {2:f4}' -f @($run.Path[1].At.Values)
#> 0.4000 1.2000 -0.8000

# 17. The closed form w_t = (I - 2 e H)^t w_0. The eigenvalues of H are 9, 6 and 3, so that along the eigenvectors the factors are -0.8, -0.2 and 0.4.
foreach ($v in (2, 2, -1), (-2, 1, -2), (1, -2, -2)) {
    $along = $run.Path | ForEach-Object { $at = @($_.At.Values); ($v[0] * $at[0] + $v[1] * $at[1] + $v[2] * $at[2]) }
    ($along | ForEach-Object { '{0,9:f5}' -f $_ }) -join ' '
}
#>  -5.00000   4.00000  -3.20000   2.56000  -2.04800   1.63840  -1.31072
#> -10.00000   2.00000  -0.40000   0.08000  -0.01600   0.00320  -0.00064
#>  -1.00000  -0.40000  -0.16000  -0.06400  -0.02560  -0.01024  -0.00410

# 18. It converges for e below 1/9.
foreach ($rate in 0.11, 0.112) {
    $run = Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate $rate -MaxIteration 100000 -ErrorAction SilentlyContinue
    "$rate $($run.StopReason)"
}
#> 0.11 Converged
#> 0.112 Diverged

# 19. Newton's method. The pure step solves gradient = 0 at once, on a definite H at the minimum, on a semidefinite one at a point of its line,
# and on an indefinite one at a saddle, which is not a minimum. With damping the method goes down instead.
foreach ($g in '2*x^2 + x*y + y^2', '(x + y)^2', 'x^2 - y^2') {
    $pure, $damped = 'PureNewton', 'Newton' | ForEach-Object { Find-Minimum $g -At @{ x = 1; y = 2 } -Method $_ -WarningAction Ignore }
    $x0, $y0 = $pure.At.Values | ForEach-Object { [Math]::Round($_, 9) + 0.0 }
    "$g at $x0, $y0 after $($pure.Iterations) step: $($pure.StopReason), damped $($damped.StopReason)"
}
#> 2*x^2 + x*y + y^2 at 0, 0 after 1 step: Converged, damped Converged
#> (x + y)^2 at -0.5, 0.5 after 1 step: Converged, damped Converged
#> x^2 - y^2 at 0, 0 after 1 step: SaddlePoint, damped Unbounded

# 20. The costs: operations for the gradient and for the Hessian of a loss with n weights.
foreach ($n in 10, 20, 40) {
    $loss = "log(1 + exp($((1..$n | ForEach-Object { "w$_*x$_" }) -join ' + ')))"
    $weights = 1..$n | ForEach-Object { "w$_" }
    '{0}: {1,3} {2,4}' -f $n, ($loss | Invoke-Differentiate $weights -Gradient | Measure-Expression -Cost).Operations,
        ($loss | Invoke-Differentiate $weights -Hessian | Measure-Expression -Cost).Operations
}
#> 10:  31   97
#> 20:  61  292
#> 40: 121  982

# 21. The Siamese loss: |W|^2 + |h1 - h2|^2, with h = tanh(W x + b) for both inputs p and q and the same W and b.
$h = @{}
foreach ($i in 1, 2) { foreach ($in in 'p', 'q') { $h["$in$i"] = New-ExprNode "tanh(w${i}1*${in}1 + w${i}2*${in}2 + b$i)" } }
$distance = '(hp1 - hq1)^2 + (hp2 - hq2)^2' | Resolve-Expression @{ hp1 = $h['p1']; hq1 = $h['q1']; hp2 = $h['p2']; hq2 = $h['q2'] }
$siamese = $distance + 'w11^2 + w12^2 + w21^2 + w22^2'
$siamese | ConvertTo-ExprText -As Let
#> (tanh(w11 * p1 + w12 * p2 + b1) - tanh(w11 * q1 + w12 * q2 + b1))^2 + (tanh(w21 * p1 + w22 * p2 + b2) - tanh(w21 * q1 + w22 * q2 + b2))^2 + (w11^2 + w12^2 + w21^2 + w22^2)

# 22. Its gradient by w11, against the formula with a minus sign between the two inputs, and with the plus sign that is printed.
foreach ($sign in '-', '+') {
    $formula = "2*w11 + 2*(hp - hq)*((1 - hp^2)*p1 $sign (1 - hq^2)*q1)" | Resolve-Expression @{ hp = $h['p1']; hq = $h['q1'] }
    "$sign $((Compare-Expression ($siamese | Invoke-Differentiate w11) $formula).Equal)"
}
#> - True
#> + False

# 23. Its descent over four pairs ends at W = 0: nothing keeps the pairs apart.
$pairs = ConvertFrom-Csv "p1,p2,q1,q2`n1,2,1.1,1.9`n-1,0.5,-0.8,0.4`n0.3,-2,0.2,-1.7`n2,1,2.2,1.1"
$run = $pairs | Start-NetworkTraining $siamese -Parameter w11, w12, w21, w22, b1, b2 -BatchSize 4 -LearningRate 0.05 -Epoch 40 `
    -InitialValue @{ w11 = 0.5; w12 = -0.3; w21 = 0.8; w22 = 0.6; b1 = 0.1; b2 = -0.2 }
'Loss {0:f4} at first and {1:f4} at last; w11 {2:f4}' -f $run.Loss[0], $run.FinalLoss, $run.Parameters['w11']
#> Loss 1.3477 at first and 0.0003 at last; w11 0.0066
