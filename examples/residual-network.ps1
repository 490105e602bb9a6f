# A residual network: each block adds what it has learned to its input. Here the loss of one row says it all; New-NeuralNetwork has skip connections too.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$flowers = Import-Csv "$PSScriptRoot/data/iris.csv"
$species = @($flowers.Species | Sort-Object -Unique)
$rows = $flowers | Select-Object -Property *, @{ Name = 'kind'; Expression = { $species.IndexOf($_.Species) } }
$known, $new = (0..149).Where({ $_ % 3 }, 'Split')

$blocks = 'x: [4]; A: [4, 4]; a: [4]; B: [4, 4]; b: [4]; V: [4, 3]; c: [3]; u = x + tanh(x @ A + a); w = u + tanh(u @ B + b); '
$scores = New-ExprNode ($blocks + 'w @ V + c')
$loss = New-ExprNode ($blocks + 'z = w @ V + c; logsumexp(z) - take(z, kind)')
$column = @{ x = 'Sepal*', 'Petal*' }
$result = $rows[$known] | Start-NetworkTraining $loss -Column $column -Optimizer Adam -LearningRate 0.01 -BatchSize 20 -Epoch 200 -Seed 1 -Shuffle
$result

'Of 50 flowers that it has not seen it takes for the right species:'
$right = 0
foreach ($row in $rows[$new]) {
    $z = $row | Measure-Expression $scores -Column $column -At $result
    if ($z.IndexOf(($z | Measure-Object -Maximum).Maximum) -eq $row.kind) { $right++ }
}
$right
