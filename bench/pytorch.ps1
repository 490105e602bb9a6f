<#
.SYNOPSIS
    Rows a second of the models in examples/residual-network.ps1 and examples/embedding.ps1 and of dense networks, which bench/pytorch.py trains by
    PyTorch. For one thread set DOTNET_PROCESSOR_COUNT to 1 before pwsh starts.
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
foreach ($batch in 16, 150) {
    $best = foreach ($run in 1..5) {
        $result = $flowers | Start-NetworkTraining -Network (New-NeuralNetwork 4 16, tanh, 3, softmax -Seed 1) -Label Species -Optimizer Adam -LearningRate 0.01 -BatchSize $batch -Epoch 400 -Seed 1 -Shuffle
        150 * $result.Epochs / $result.Elapsed.TotalSeconds
    }
    'network 4-16-3, batches of {0}: {1:N0} rows/s' -f $batch, ($best | Measure-Object -Maximum).Maximum
}

# Pixels of no picture: what is learned does not matter here.
$random = [Random]::new(1)
$count = 2048
$pixels = [double[,]]::new($count, 784)
foreach ($row in 0..($count - 1)) { for ($i = 0; $i -lt 784; $i++) { $pixels[$row, $i] = $random.NextDouble() } }
$digits = [double[,]]::new($count, 10)
foreach ($row in 0..($count - 1)) { $digits[$row, $random.Next(10)] = 1 }
foreach ($precision in 'Double', 'Single') {
    $best = foreach ($run in 1..3) {
        $result = Start-NetworkTraining -Network (New-NeuralNetwork 784 128, relu, 10, softmax -Seed 1 -Precision $precision) -Data $pixels -Target $digits -Optimizer Adam -LearningRate 0.001 -BatchSize 128 -Epoch 40 -Seed 1 -Shuffle
        $count * $result.Epochs / $result.Elapsed.TotalSeconds
    }
    'network 784-128-10 in {0}, batches of 128: {1:N0} rows/s' -f $precision.ToLowerInvariant(), ($best | Measure-Object -Maximum).Maximum
}
