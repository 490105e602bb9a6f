# A mixture of two experts: a gate decides how much each of two lines counts. Together they learn a function with a corner.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$rows = -20..20 | ForEach-Object { [pscustomobject]@{ x = $_ / 10; y = [Math]::Abs($_ / 10) } }
$mixture = 'g: [2]; v: [2]; w: [2]; u = [1, x]; p = sigmoid(u @ g); p * (u @ v) + (1 - p) * (u @ w)'
$loss = $mixture -replace 'p \* .*', '(y - (p * (u @ v) + (1 - p) * (u @ w)))^2'
$result = $rows | Start-NetworkTraining $loss -Optimizer Adam -LearningRate 0.05 -BatchSize 41 -Epoch 2000 -Seed 2 -Restart 3
$result

'What it gives at -2, 0 and 2, where |x| is 2, 0 and 2:'
[pscustomobject]@{ x = -2 }, [pscustomobject]@{ x = 0 }, [pscustomobject]@{ x = 2 } | Measure-Expression $mixture -At $result | ForEach-Object { [Math]::Round($_, 2) }
'The slopes of the two experts:'
$result.Parameters.v[1], $result.Parameters.w[1] | ForEach-Object { [Math]::Round($_, 2) }
