<#
.SYNOPSIS
    Rows a second of the models in examples/residual-network.ps1 and examples/embedding.ps1, which bench/pytorch.py trains by PyTorch. For one
    thread set DOTNET_PROCESSOR_COUNT to 1 before pwsh starts.
#>
param([string]$ModulePath = "$PSScriptRoot/../out/PSAutodiff")
Set-StrictMode -Version Latest
Import-Module $ModulePath
$flowers = Import-Csv "$PSScriptRoot/../examples/data/iris.csv"
$species = @($flowers.Species | Sort-Object -Unique)
$rows = $flowers | Select-Object -Property *, @{ Name = 'kind'; Expression = { $species.IndexOf($_.Species) } }

$residual = 'x: [4]; A: [4, 4]; a: [4]; B: [4, 4]; b: [4]; V: [4, 3]; c: [3]; u = x + tanh(x @ A + a); w = u + tanh(u @ B + b); z = w @ V + c; ' +
    'logsumexp(z) - take(z, kind)'
$embedding = 'E: [3, 2]; (PetalLength - take(E, kind) @ [1, PetalWidth])^2'
$best = foreach ($run in 1..5) {
    $result = $rows | Start-NetworkTraining $residual -Column @{ x = 'Sepal*', 'Petal*' } -Optimizer Adam -LearningRate 0.01 -BatchSize 20 -Epoch 400 -Seed 1 -Shuffle
    150 * $result.Epochs / $result.Elapsed.TotalSeconds
}
'residual network, batches of 20: {0:N0} rows/s' -f ($best | Measure-Object -Maximum).Maximum
$best = foreach ($run in 1..5) {
    $result = $rows | Start-NetworkTraining $embedding -Optimizer Adam -LearningRate 0.2 -BatchSize 150 -Epoch 3000 -Seed 1
    150 * $result.Epochs / $result.Elapsed.TotalSeconds
}
'embedding, batches of 150: {0:N0} rows/s' -f ($best | Measure-Object -Maximum).Maximum
