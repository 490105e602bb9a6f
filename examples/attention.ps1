# Attention over a small set of vectors: a query weighs them by softmax, and the model learns which one to look at and what to read.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }

# Four items with a key and a value each; the answer is the value of the item with the largest key.
$random = [Random]::new(5)
$rows = foreach ($i in 1..300) {
    $items = [double[,]]::new(4, 2)
    foreach ($j in 0..3) { $items[$j, 0] = 2 * $random.NextDouble() - 1; $items[$j, 1] = 2 * $random.NextDouble() - 1 }
    $best = 0..3 | Sort-Object { $items[$_, 0] } -Descending | Select-Object -First 1
    [pscustomobject]@{ X = $items; y = $items[$best, 1] }
}

$loss = 'X: [4, 2]; q: [2]; v: [2]; (y - softmax(X @ q) @ (X @ v))^2'
$result = $rows | Start-NetworkTraining $loss -Optimizer Adam -LearningRate 0.05 -BatchSize 50 -Epoch 150 -Seed 3 -InitialScale 0.1
$result
'The query looks at the key, and what is read is the value:'
$result.Parameters.q
$result.Parameters.v
