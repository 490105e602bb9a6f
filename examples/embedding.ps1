# An embedding: a vector for each category, chosen by take and learned from the data. Here it is a line for each species of iris.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$flowers = Import-Csv "$PSScriptRoot/data/iris.csv"
$species = @($flowers.Species | Sort-Object -Unique)
$rows = $flowers | Select-Object -Property PetalLength, PetalWidth, Species, @{ Name = 'kind'; Expression = { $species.IndexOf($_.Species) } }

$loss = 'E: [3, 2]; (PetalLength - take(E, kind) @ [1, PetalWidth])^2'
$result = $rows | Start-NetworkTraining $loss -Optimizer Adam -LearningRate 0.2 -BatchSize 150 -Epoch 3000 -Seed 1
$vectors = $result.Parameters.E

'The vector of each species, beside intercept and slope of its own regression:'
foreach ($kind in 0..2) {
    $line = $rows | Where-Object kind -EQ $kind | Invoke-LinearRegression -Feature PetalWidth -Label PetalLength
    $vector = $vectors[$kind, 0], $vectors[$kind, 1] | ForEach-Object { [Math]::Round($_, 4) }
    $parts = $line.Coefficients['Intercept'], $line.Coefficients['PetalWidth'] | ForEach-Object { [Math]::Round($_, 4) }
    [pscustomobject]@{ Species = $species[$kind]; Vector = $vector; Regression = $parts }
}
