# A deep network of sigmoids, with and without layer normalization, skip connections and dropout: loss and accuracy on flowers that it has not seen.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$flowers = Import-Csv "$PSScriptRoot/data/iris.csv"
$known, $new = (0..149).Where({ $_ % 3 }, 'Split')

$plain = @(16, 'sigmoid') * 6 + 3, 'softmax'
$steps = @(16, 'sigmoid') + @(16, 'layernorm', 'sigmoid', 'skip') * 4 + 16, 'sigmoid', 'dropout=0.1' + 3, 'softmax'
foreach ($layers in $plain, $steps) {
    $net = New-NeuralNetwork 4 $layers -Seed 1
    $result = $flowers[$known] | Start-NetworkTraining -Network $net -Label Species -Standardize -Optimizer Adam -LearningRate 0.01 -BatchSize 20 -Epoch 40 -Shuffle -Seed 1
    $test = $flowers[$new] | Test-AutodiffModel $result
    [pscustomobject]@{ Parameters = $net.ParameterCount; FinalLoss = $result.FinalLoss; TestLoss = $test.Loss; TestAccuracy = $test.Accuracy }
}
