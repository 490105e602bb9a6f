# System S2: a network of nine parameters, trained from its loss on the five points.
param([int]$Seed = 3)
Set-StrictMode -Version Latest
$fin = New-ExprNode 'c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2)'
$fout = New-ExprNode { 1 / (1 + [Math]::Exp(-1 * $fin)) } | Resolve-Expression -At @{ fin = $fin }
$loss = New-ExprNode { $fin - $fin * $y + [Math]::Log(1 + [Math]::Exp(-1 * $fin)) } | Resolve-Expression -At @{ fin = $fin }

$data = Import-Csv "$PSScriptRoot/data/five-points.csv"
$result = $data | Start-NetworkTraining -Loss $loss -Parameter b1, w11, w12, b2, w21, w22, c, u1, u2 `
    -InitialValue @{ b1 = 0; b2 = 0; c = 0 } -LearningRate 0.5 -Epoch 251 -Seed $Seed
$result

"`nMean loss of each epoch:"
[PSAutodiff.TerminalChart]::Columns($result.EpochLoss, 60, 8)

"`nPredictions:"
$data | Measure-Expression $fout -At $result.Parameters -AsProperty Prediction |
    Format-Table x1, x2, y, @{ Name = 'Prediction'; Expression = 'Prediction'; FormatString = 'f4' }
