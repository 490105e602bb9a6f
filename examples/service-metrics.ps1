# Which measures of a service announce an incident? Logistic regression: a network of a single sigmoid.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$metrics = 'LatencyMs', 'ErrorPercent', 'CpuPercent', 'QueueLength'

# A day in quarters of an hour. Every fourth is kept for the test.
$rows = Import-Csv "$PSScriptRoot/data/service-metrics.csv"
$test, $training = $rows.Where({ $_.Time.EndsWith('45') }, 'Split')

$start = New-NeuralNetwork -InputSize 4 -Layer 1, sigmoid -Initializer Zeros
$result = $training | Start-NetworkTraining -Network $start -Feature $metrics -Label Incident -Standardize -WeightDecay 0.01 -BatchSize 100 -LearningRate 1 -Epoch 500
"$($training.Count) rows, loss {0:f3} after {1} steps" -f $result.FinalLoss, $result.Steps

# Scaled to the same spread, the weights can be compared: what a usual change of each measure adds to the logarithm of the odds.
"`nWhat counts, most important first:"
$weights = $result.Network.Layers[0].Weights
0..3 | ForEach-Object { [pscustomobject]@{ Metric = $metrics[$_]; Weight = $weights[$_, 0] } } |
    Sort-Object { [Math]::Abs($_.Weight) } -Descending | Format-Table Metric, @{ Name = 'Weight'; Expression = 'Weight'; FormatString = 'f2' }

"On the $($test.Count) rows that it has not seen:"
$test | Test-AutodiffModel $result

"`nThe three most dangerous moments among them:"
$test | Invoke-AutodiffModel $result | Sort-Object P_yes -Descending | Select-Object -First 3 |
    Format-Table Time, LatencyMs, ErrorPercent, CpuPercent, QueueLength, Incident, @{ Name = 'P_yes'; Expression = 'P_yes'; FormatString = 'p0' }
