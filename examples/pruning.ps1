# Optimal brain damage on iris. Train, score, prune, train again; then test on rows that took no part in it.
param([int]$Seed = 1, [double]$Fraction = 0.7)
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$number = 0
$train, $test = (Import-Csv "$PSScriptRoot/data/iris.csv").Where({ $number++; $number % 3 -ne 0 }, 'Split')

$training = @{ Epoch = 100; Optimizer = 'Adam'; LearningRate = 0.01; WeightDecay = 0.003; Shuffle = $true; Seed = $Seed }
$network = New-NeuralNetwork -InputSize 4 -Layer 16, tanh, 3, softmax -Seed $Seed
$full = ($train | Start-NetworkTraining -Network $network -Label Species -Standardize @training).Network
$once = $train | Optimize-NeuralNetwork $full -Fraction $Fraction
$rounds = $train | Optimize-NeuralNetwork $full -Fraction $Fraction -Iteration 5 @training
$magnitude = $train | Optimize-NeuralNetwork $full -Fraction $Fraction -Iteration 5 @training -Method Magnitude

$networks = [ordered]@{ 'not pruned' = $full; 'at once, not trained again' = $once; 'in 5 rounds' = $rounds; 'in 5 rounds, by magnitude' = $magnitude }
foreach ($name in $networks.Keys) {
    [pscustomobject]@{
        Network  = $name
        Weights  = $networks[$name].WeightCount - $networks[$name].FrozenCount
        Accuracy = ($test | Test-AutodiffModel $networks[$name]).Accuracy
    }
}
