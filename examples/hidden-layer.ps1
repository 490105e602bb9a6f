# System S5: the gradient of one hidden layer, derived by hand and by the engine.
Set-StrictMode -Version Latest
$net = New-NeuralNetwork -InputSize 4 -Layer 5, sigmoid, 1, sigmoid -Seed 1
$x = 0.4, -1.2, 0.7, 2.1
$y = 0.3
$at = [ordered]@{ x1 = $x[0]; x2 = $x[1]; x3 = $x[2]; x4 = $x[3]; y = $y } + $net.Parameters

# The engine's: the network as an expression, the loss made from it, its gradient with respect to every weight and bias.
$loss = New-ExprNode '(yhat - y)^2 / 2' | Resolve-Expression -At @{ yhat = $net.ToExpression()[0] }
$gradient = $loss | Invoke-Differentiate -Variable $net.Parameters.Keys | Measure-Expression -At $at

# By hand: forwards, then the errors of the layers backwards. sigmoid'(z) = s (1 - s).
$w1, $w2 = $net.Layers[0].Weights, $net.Layers[1].Weights
$b1, $b2 = $net.Layers[0].Biases, $net.Layers[1].Biases
function Get-Sigmoid($z) { 1 / (1 + [Math]::Exp(-$z)) }
$hidden = foreach ($j in 0..4) { Get-Sigmoid ($b1[$j] + $x[0] * $w1[0, $j] + $x[1] * $w1[1, $j] + $x[2] * $w1[2, $j] + $x[3] * $w1[3, $j]) }
$z = $b2[0]
foreach ($j in 0..4) { $z += $hidden[$j] * $w2[$j, 0] }
$yhat = Get-Sigmoid $z
$delta2 = ($yhat - $y) * $yhat * (1 - $yhat)
$delta1 = foreach ($j in 0..4) { $delta2 * $w2[$j, 0] * $hidden[$j] * (1 - $hidden[$j]) }
$byHand = @(foreach ($i in 0..3) { foreach ($j in 0..4) { $delta1[$j] * $x[$i] } }) + $delta1 + @(foreach ($j in 0..4) { $delta2 * $hidden[$j] }) + $delta2

$names = @($net.Parameters.Keys)
$rows = foreach ($k in 0..30) { [pscustomobject]@{ Parameter = $names[$k]; Engine = $gradient[$k]; ByHand = $byHand[$k] } }
$rows | Format-Table Parameter, @{ n = 'Engine'; e = 'Engine'; f = 'e12' }, @{ n = 'ByHand'; e = 'ByHand'; f = 'e12' }
'Largest difference: {0:e1}' -f ($rows | ForEach-Object { [Math]::Abs($_.Engine - $_.ByHand) } | Measure-Object -Maximum).Maximum
