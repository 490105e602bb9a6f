# Three kinds of iris told apart by four measures of the flower: from a CSV file to a tested and saved model.
param([int]$Seed = 1, [string]$Path = (Join-Path ([IO.Path]::GetTempPath()) 'iris.json'))
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$measures = 'SepalLength', 'SepalWidth', 'PetalLength', 'PetalWidth'

# Every third flower is kept for the test; the network never sees it while it is trained.
$flowers = Import-Csv "$PSScriptRoot/data/iris.csv"
$test = for ($i = 2; $i -lt $flowers.Count; $i += 3) { $flowers[$i] }
$training = $flowers | Where-Object { $_ -notin $test }

$start = New-NeuralNetwork -InputSize 4 -Layer 8, tanh, 3, softmax -Seed $Seed
$result = $training | Start-NetworkTraining -Network $start -Feature $measures -Label Species -Standardize -Epoch 100 -Shuffle -Seed $Seed
"Trained on $($training.Count) flowers for $($result.Epochs) epochs, loss {0:f3}" -f $result.FinalLoss

"`nOn the $($test.Count) flowers that it has not seen:"
$test | Test-AutodiffModel $result

"`nThe model, saved and loaded again, on a flower that nobody has named:"
$result | Export-AutodiffModel $Path
[pscustomobject]@{ SepalLength = 6.1; SepalWidth = 2.8; PetalLength = 4.9; PetalWidth = 1.7 } |
    Invoke-AutodiffModel (Import-AutodiffModel $Path) | Format-List
