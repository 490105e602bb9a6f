# The starts of a network on as many machines as you name, here included: -HostName web1, web2. Without names, all run here, with the same result.
param([string[]]$HostName, [hashtable]$Connection = @{})
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$iris = Import-Csv "$PSScriptRoot/data/iris.csv"
$training = @{ Network = New-NeuralNetwork 4 6, tanh, 3, softmax -Seed 1; Label = 'Species'; Epoch = 60; Restart = 8; Seed = 1; Standardize = $true }
$sessions = @(if ($HostName) { New-AutodiffSession $HostName @Connection })
try {
    $machines = if ($sessions) { @{ Session = $sessions; IncludeLocal = $true } } else { @{} }
    $result = $iris | Start-NetworkTraining @training @machines
}
finally { $sessions | Remove-PSSession }
$result.Restarts | Sort-Object FinalLoss | Select-Object Start, FinalLoss, StopReason, IsBest
