# The problem set on one hidden layer, item by item: backpropagation by hand, and the effect of regularization.
# What a pipeline writes stands below it, after #>.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../../out/PSAutodiff" }

# 1. The forward pass: 4 inputs, 5 hidden units, 1 output, sigmoid everywhere.
$net = New-NeuralNetwork 4 5, sigmoid, 1, sigmoid -Seed 1
$x = 0.4, -1.2, 0.7, 2.1
$y = 0.3
function Get-Sigmoid($Z) { 1 / (1 + [Math]::Exp(-$Z)) }
$w1, $w2 = $net.Layers[0].Weights, $net.Layers[1].Weights
$hidden = foreach ($j in 0..4) { Get-Sigmoid ($x[0] * $w1[0, $j] + $x[1] * $w1[1, $j] + $x[2] * $w1[2, $j] + $x[3] * $w1[3, $j]) }
$z2 = 0
foreach ($j in 0..4) { $z2 += $hidden[$j] * $w2[$j, 0] }
$yhat = Get-Sigmoid $z2
'By hand {0:f12}, by the cmdlet {1:f12}' -f $yhat, (Invoke-AutodiffModel $net -Data (, $x))[0, 0]
#> By hand 0.340295848021, by the cmdlet 0.340295848021

# 2. Equations (4) to (11): the errors of both layers, and the gradient of (yhat - y)^2 / 2 by all weights.
$delta2 = ($yhat - $y) * $yhat * (1 - $yhat)
$delta1 = foreach ($j in 0..4) { $delta2 * $w2[$j, 0] * $hidden[$j] * (1 - $hidden[$j]) }
$byHand = @(foreach ($i in 0..3) { foreach ($j in 0..4) { $delta1[$j] * $x[$i] } }) + @(foreach ($j in 0..4) { $delta2 * $hidden[$j] })
$weights = @($net.Parameters.Keys) -like 'w*'
$loss = '(yhat - y)^2/2' | Resolve-Expression @{ yhat = $net.ToScalarExpression()[0] }
$engine = $loss | Invoke-Differentiate $weights |
    Measure-Expression -At ($net.Parameters + @{ x1 = $x[0]; x2 = $x[1]; x3 = $x[2]; x4 = $x[3]; y = $y })
foreach ($k in 0, 19, 20, 24) { '{0} {1:f12} {2:f12}' -f $weights[$k], $byHand[$k], $engine[$k] }
#> w1_1_1 -0.000382258369 -0.000382258369
#> w1_4_5 -0.002324880134 -0.002324880134
#> w2_1_1 0.003058653372 0.003058653372
#> w2_5_1 0.005692866653 0.005692866653
'Largest difference below 1e-15: ' + (-not (0..24 | Where-Object { [Math]::Abs($byHand[$_] - $engine[$_]) -gt 1e-15 }))
#> Largest difference below 1e-15: True

# 3. Any phi will do: delta2 = (yhat - y) phi'(z2), and delta1 = delta2 w2 phi'(z1).
$loss = '(phi(z2) - y)^2/2' | Resolve-Expression @{ z2 = 'w2*phi(z1)' }
$loss | Invoke-Differentiate w2
$loss | Invoke-Differentiate z1
#> (phi(w2 * phi(z1)) - y) * phi(z1) * phi'(w2 * phi(z1))
#> w2 * (phi(w2 * phi(z1)) - y) * phi'(z1) * phi'(w2 * phi(z1))
# With tanh for phi that is what tanh gives by hand.
$generic = $loss | Invoke-Differentiate z1
$byHand = '(tanh(w2*tanh(z1)) - y)*(1 - tanh(w2*tanh(z1))^2)*w2*(1 - tanh(z1)^2)'
Compare-Expression ($generic | Resolve-Expression -Function @{ phi = 'tanh' }) $byHand | Format-List Equal, How
#> Equal : True
#> How   : Algebra

# 4. The minimizer with mu/2 |w|^2 is Q (L + mu I)^-1 L Q' w*, with the eigenvalues of H in L and the eigenvectors in Q.
$h = (7, 2, 0), (2, 6, -2), (0, -2, 5)
$moved = Measure-WeightDecay -Hessian $h -Minimizer 1, -2, 3 -Decay 2
$moved | Format-Custom
#> Weight decay 2 along the eigenvectors of the Hessian
#>    Eigenvalue    Factor  Minimizer  DecayedMinimizer         w1         w2         w3
#> 1           9  0.818182   -1.66667          -1.36364   0.666667   0.666667  -0.333333
#> 2           6      0.75    3.33333               2.5   0.666667  -0.333333   0.666667
#> 3           3       0.6   0.333333               0.2  -0.333333   0.666667   0.666667
#>                         w1        w2       w3
#> Minimizer                1        -2        3
#> DecayedMinimizer  0.690909  -1.60909  2.25455

# 5. The diagonal matrix (L + mu I)^-1 L has the entries lambda/(lambda + mu).
foreach ($k in 0..2) { '{0:f1}/({0:f1} + 2) = {1:f6}' -f $moved.Eigenvalues[$k], $moved.Factors[$k] }
#> 9.0/(9.0 + 2) = 0.818182
#> 6.0/(6.0 + 2) = 0.750000
#> 3.0/(3.0 + 2) = 0.600000

# 6. Its limits. Where lambda is large nothing changes; where it is small the weight is gone.
'lambda/(lambda + mu)' | Measure-Expression -At @{ lambda = 1000, 10, 1, 0.1, 0.001; mu = 1 } | ForEach-Object ToString f4
#> 0.9990
#> 0.9091
#> 0.5000
#> 0.0909
#> 0.0010
