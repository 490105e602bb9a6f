<#
.SYNOPSIS
    Times the cmdlets in the pipeline, each against a command of PowerShell's own or a bare start, in the same run.
#>
param([string]$ModulePath = "$PSScriptRoot/../out/PSAutodiff")
Set-StrictMode -Version Latest
Import-Module $ModulePath

# The median of several calls, in milliseconds, after a first one that does not count.
function Measure-Median([scriptblock]$Work) {
    & $Work
    $times = foreach ($i in 1..9) { (Measure-Command $Work).TotalMilliseconds }
    ($times | Sort-Object)[4]
}

$rows = foreach ($i in 1..100000) { [pscustomobject]@{ x = $i * 0.001; y = $i % 7 } }
$expression = Measure-Median { $null = $rows | Measure-Expression -Expression '4*x*y + exp(-y)' }
$object = Measure-Median { $null = $rows | Measure-Object -Property x, y }
'100,000 rows, two columns: Measure-Expression {0:n0} ms, Measure-Object {1:n0} ms, ratio {2:n2}' -f $expression, $object, ($expression / $object)

$data = Import-Csv "$PSScriptRoot/../examples/data/five-points.csv"
$fin = 'c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2)'
$loss = 'fin - fin*y + log(1 + exp(-1*fin))' | Resolve-Expression -At @{ fin = $fin }
$training = Measure-Median { $null = $data | Start-NetworkTraining -Loss $loss -LearningRate 0.5 -Epoch 251 -Seed 3 }
'Start-NetworkTraining on the five points, 1,255 steps, rows in and result out: {0:n1} ms' -f $training

$shell = (Get-Process -Id $PID).Path
$bare = Measure-Median { & $shell -NoProfile -Command '1' | Out-Null }
$import = Measure-Median { & $shell -NoProfile -Command "Import-Module '$ModulePath'" | Out-Null }
'A bare start of PowerShell {0:n0} ms, with Import-Module {1:n0} ms' -f $bare, $import

$nodes = '0' + -join (0..249 | ForEach-Object { " + sin(x*$_.5)*exp(y - $_.25)" }) | New-ExprNode
$line = New-ExprNode '(y - (a*x + b))^2'
$waves = 1..1000 | ForEach-Object { [pscustomobject]@{ x = $_ / 1000; y = [Math]::Sin($_) } }
$long = $waves | Start-NetworkTraining $line -LearningRate 0.01 -Epoch 100 -Seed 1
$network = New-NeuralNetwork 2 8, tanh, 1, sigmoid -Seed 1
$file = Join-Path ([IO.Path]::GetTempPath()) "psautodiff-report-$PID.html"
$write = { $null = $nodes, $long, $network | Export-AutodiffReport $file -At @{ x = 0.5; y = 0.25 } -Force }
$first = (Measure-Command $write).TotalMilliseconds
'A report of {0:n0} nodes, {1:n0} losses and a decision boundary: {2:n0} ms, the first {3:n0} ms, {4:n2} MB' -f $nodes.NodeCount, $long.Steps, (Measure-Median $write), $first, ((Get-Item $file).Length / 1MB)
$chromium = Get-Command chromium, chromium-browser, google-chrome -CommandType Application -ErrorAction Ignore | Select-Object -First 1
if ($chromium -and (Test-Path "$PSScriptRoot/../tests/Browser/node_modules/playwright-core")) {
    $seen = node "$PSScriptRoot/../tests/Browser/check.mjs" $chromium.Source ([IO.Path]::GetTempPath()) $file | ConvertFrom-Json
    'Its first picture in Chromium: {0:n0} ms' -f $seen.firstPicture
}
Remove-Item $file
