# The lab on gradient descent, item by item: a function of two variables, the chain rule, a first network.
# What a pipeline writes stands below it, after #>.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../../out/PSAutodiff" }

# 1. Three iterations on (x1 - 6)^2 + x2^2 - x1 x2 from (6, 6), with the rates 1/2, 1/3 and 1/4.
# The gradient at (8, 4) is zero, so nothing changes from there on.
$f = New-ExprNode '(x1 - 6)^2 + x2^2 - x1*x2'
$f | Invoke-Differentiate x1, x2
#> 2 * (x1 - 6) - x2
#> 2 * x2 - x1
$run = $f | Find-Minimum -At @{ x1 = 6; x2 = 6 } -Method GradientDescent -LearningRate (1 / 2), (1 / 3), (1 / 4) -MaxIteration 3 -KeepPath
$run.Path | Format-Table
#> Iteration Value At             Gradient
#> --------- ----- --             --------
#>         0     0 x1 = 6, x2 = 6 x1 = -6, x2 = 6
#>         1    -9 x1 = 9, x2 = 3 x1 = 3, x2 = -3
#>         2   -12 x1 = 8, x2 = 4 x1 = 0, x2 = 0
#>         3   -12 x1 = 8, x2 = 4 x1 = 0, x2 = 0

# 2. Value and gradient at (6, 6).
$f | Measure-Expression -At @{ x1 = 6; x2 = 6 } -Gradient | Format-List
#> Value    : 0
#> Gradient : x1 = -6
#>            x2 = 6

# 3. The optimizer: a constant rate, at most 10 steps, an early end when the value falls by less than 1e-4.
$run = $f | Find-Minimum -At @{ x1 = 6; x2 = 6 } -Method GradientDescent -LearningRate 0.1 -MaxIteration 10 -Tolerance 1e-4
'{0:f6} {1:f6}' -f $run.At['x1'], $run.At['x2']
#> 7.943505 4.056495

# 4. Other rates and starts. Rates below 2/3 lead to the minimum (8, 4), larger ones away from it.
foreach ($rate in 0.05, 0.3, 0.6, 0.7) {
    $run = $f | Find-Minimum -At @{ x1 = 20; x2 = -10 } -Method GradientDescent -LearningRate $rate -MaxIteration 100 -Tolerance 1e-4 `
        -ErrorAction SilentlyContinue -ErrorVariable problem
    '{0}: {1} after {2} steps at ({3:f2}, {4:f2})' -f $rate, $run.StopReason, $run.Iterations, $run.At['x1'], $run.At['x2']
}
#> 0.05: Converged after 69 steps at (7.97, 3.97)
#> 0.3: Converged after 13 steps at (7.99, 3.99)
#> 0.6: Converged after 34 steps at (8.01, 3.99)
#> 0.7: Diverged after 10 steps at (41.72, -29.72)
"$problem" -replace '^.*quadratic and its', 'Its'
#> Its largest curvature, the largest eigenvalue of its Hessian, is 3: only rates below 2/3 = 0.6666666667 converge.

# 5. Sixteen derivatives by the chain rule: by variables, and by nodes such as fin, which are parts of the loss.
# The lab's first solution starts without the minus sign of the loss, its tenth writes sigma for tanh; the results are right.
$n = [PSAutodiff.ExprNode]
$z1in, $z2in = (New-ExprNode 'b1 + w11*x1 + w21*x2'), (New-ExprNode 'b2 + w12*x1 + w22*x2')
$z1out, $z2out = $n::Tanh($z1in), $n::Tanh($z2in)
$fin = 'c + u1*z1 + u2*z2' | Resolve-Expression @{ z1 = $z1out; z2 = $z2out }
$fout = '1/(1 + exp(-fin))' | Resolve-Expression @{ fin = $fin }
$loss = '-y*log(fout) - (1 - y)*log(1 - fout)' | Resolve-Expression @{ fout = $fout }
# dL/dfout and dfout/dfin in their own variables; sigma' = sigma (1 - sigma), and tanh' = 1 - tanh^2 from exponentials.
'-y*log(fout) - (1 - y)*log(1 - fout)' | Invoke-Differentiate fout
#> (fout - y) / (fout * (1 - fout))
'1/(1 + exp(-fin))' | Invoke-Differentiate fin
#> exp(-fin) / (1 + exp(-fin))^2
Compare-Expression ('1/(1 + exp(-x))' | Invoke-Differentiate x) '1/(1 + exp(-x))*(1 - 1/(1 + exp(-x)))' | Format-List Equal, How
#> Equal : True
#> How   : Algebra
Compare-Expression ('(exp(x) - exp(-x))/(exp(x) + exp(-x))' | Invoke-Differentiate x) '1 - tanh(x)^2' | Format-List Equal, How
#> Equal : True
#> How   : Algebra
$fin | Invoke-Differentiate c, u1, $z2out
#> 1
#> tanh(b1 + w11 * x1 + w21 * x2)
#> u2
$z2out | Invoke-Differentiate $z2in
#> sech2(b2 + w12 * x1 + w22 * x2)
$z2in | Invoke-Differentiate b2, w12, x1
#> 1
#> x1
#> w12
# The loss down to each of c, u1, b2, w12 and x1 is (fout - y) times what follows, x1 through both units.
$front = $fout - 'y'
"dL/dfin = fout - y: $((Compare-Expression ($loss | Invoke-Differentiate $fin) $front).How)"
#> dL/dfin = fout - y: Structure
$by = [ordered]@{
    c = $front; u1 = $front * $z1out; b2 = $front * 'u2' * (1 - $z2out * $z2out); w12 = $front * 'u2*x1' * (1 - $z2out * $z2out)
    x1 = $front * 'u2*w12' * (1 - $z2out * $z2out) + $front * 'u1*w11' * (1 - $z1out * $z1out)
}
foreach ($name in $by.Keys) { "$name $((Compare-Expression ($loss | Invoke-Differentiate $name) $by[$name]).How)" }
#> c Structure
#> u1 Simplification
#> b2 Algebra
#> w12 Algebra
#> x1 Algebra

# 6. predict, loss and gradient. The lab draws nine parameters and prints what comes out, but not them: these are the ones.
$drawn = @{
    b1 = -0.429159979; b2 = -0.369506015; w11 = -0.887710501; w12 = -1.010172880; w21 = -0.746048334; w22 = -0.237571706; c = -0.247157685
    u1 = 0.889086917; u2 = -1.138937864
}
$term = '-(y*log(p + 1e-15) + (1 - y)*log(1 - p + 1e-15))' | Resolve-Expression @{ p = $fout }
$data = Import-Csv "$PSScriptRoot/../data/five-points.csv"
($data | Measure-Expression $fout -At $drawn | ForEach-Object ToString f7) -join ' '
#> 0.4491225 0.4965392 0.5436179 0.3752571 0.4099662
$there = $data | Measure-Expression $term -At $drawn -Gradient -Mean
'Loss {0:f7}, gradient' -f $there.Value
#> Loss 0.6538249, gradient
($there.Gradient['b1', 'b2', 'w11', 'w12', 'w21', 'w22', 'c', 'u1', 'u2'] | ForEach-Object ToString f8) -join ' '
#> 0.10535249 -0.16134603 -0.03237562 0.03281629 -0.06440284 0.05575347 0.25490058 -0.04360869 -0.06480158

# 7. Finite differences agree, and find a derivative that is wrong.
$data | Test-Derivative $term -At $drawn -Mean -Epsilon 1e-9 -Tolerance 1e-5
#> True
$there.Gradient['w21'] *= 2
$data | Test-Derivative $term -At $drawn -Derivative $there.Gradient -Mean -Epsilon 1e-9 -Tolerance 1e-5 -WarningVariable problem -WarningAction SilentlyContinue
#> False
"$problem" -replace ': derivative.*'
#> 1 of 9 derivatives failed: w21

# 8. Ten standard normal starts, 100 steps with the rate 1 over all five points, less when a step lowers the loss by less than 1e-4.
# A loss under 0.1 is a success.
$best = $data | Start-NetworkTraining $term -Parameter b1, w11, w12, b2, w21, w22, c, u1, u2 `
    -Initializer Normal -InitialScale 1 -BatchSize 5 -LearningRate 1 -Epoch 100 -MinDecrease 1e-4 -Restart 10 -Seed 2
$best.Restarts | ForEach-Object { 'Loss {0:f4} {1}' -f $_.FinalLoss, ($_.FinalLoss -lt 0.1 ? '*' : '') }
#> Loss 0.4572
#> Loss 0.3419
#> Loss 0.5014
#> Loss 0.0639 *
#> Loss 0.5004
#> Loss 0.3542
#> Loss 0.1011
#> Loss 0.4636
#> Loss 0.4992
#> Loss 0.0536 *

# 9. The map of the best network, and of the random one of item 6: how probable 1 is in the square from -2 to 2.
$square = @{ x1 = -2, 2; x2 = -2, 2 }
$data | Show-Expression $fout -At $best.Parameters -Label y -Range $square -ValueRange 0, 1 -Width 50 -Height 9
#>  x2
#>  2 ┤╳╳⣿⣿⣿⣿⣶╳╳╳╳╳╳⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄
#>    │⠢╳╳╳╳╳╳⣿⣿⣿⣿⣶╳╳╳╳╳╳⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄
#>    │⠄⠄⠄⠄⠄⠢╳╳╳╳╳╳╳⣿⣿⣿⣶╳╳╳╳╳╳●⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄
#>    │⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠢╳╳╳╳╳╳⣿⣿⣿⣶╳╳╳╳╳╳╳⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄
#>  0 ┤⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄●⠄⠄⠄⠄⠢╳╳╳╳╳╳◆⣿⣿⣿⣶╳╳╳╳╳╳●⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄
#>    │⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠢╳╳╳╳╳╳⣿⣿⣿⣿⣶╳╳╳╳╳╳⠄⠄⠄⠄⠄⠄⠄
#>    │⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄●⠄⠄⠢╳╳╳╳╳╳⣿⣿⣿⣿⣶╳╳╳╳╳╳⠄⠄
#>    │⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠢╳╳╳╳╳╳⣿⣿⣿⣿⣶╳╳╳
#> -2 ┤⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠢╳⠶⣶⣿⣿⣿⣿⣿⣿
#>    └┬──────────────────────┬─────────────────────┬
#>    -2                      0                     2
#>                                                 x1
#>  1 / (1 + exp(-(c + u1 * tanh(b1 + w11 * x1 + w21…
#>  ⠄⠄ below 0.2  ⠢⠢ 0.2 to 0.4  ⠶⠶ 0.4 to 0.6
#>  ⣶⣶ 0.6 to 0.8  ⣿⣿ 0.8 and more  ╳ 0.5  ● y = 0
#>  ◆ y = 1
Show-Expression $fout -At $drawn -Range $square -ValueRange 0, 1 -Width 50 -Height 5
#> x2
#>   │⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶
#>   │⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶╳╳╳╳╳╳╳╳
#> 0 ┤⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠢⠶⠶⠶⠶╳╳╳╳╳╳╳╳╳╳╳╳╳╳╳╳╳╳⠶⠶⠶⠶⠶⠶⠶⠶
#>   │⠢⠢⠢⠢⠢⠢⠢⠢⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶╳╳╳⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶
#>   │⠢⠢⠢⠢⠢⠢⠢⠶⠶⠶⠶⠶⠶⠶⠶⠶⠶╳⠶⠶⠶⠶⠶⠶⠶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⠶⠶⠶⠶⠶⠶⠶⠶
#>   └┬──────────────────────┬──────────────────────┬
#>   -2                      0                      2
#>                                                 x1
#>  1 / (1 + exp(-(c + u1 * tanh(b1 + w11 * x1 + w21…
#>  ⠢⠢ 0.2 to 0.4  ⠶⠶ 0.4 to 0.6  ⣶⣶ 0.6 to 0.8
#>  ╳ 0.5
