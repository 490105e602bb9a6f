# What the best network of restarts.ps1 says over [-2, 2] x [-2, 2], and what a random one says. -CsvPath keeps its 101 x 101 values.
param([int]$Seed = 1, [string]$CsvPath)
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$p = New-ExprNode '1/(1 + exp(-1*(c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2))))'
$best = (& "$PSScriptRoot/restarts.ps1" -Seed $Seed | Where-Object Best).Parameters
$random = [Random]::new($Seed)
$anything = @{}
foreach ($name in $best.Keys) { $anything[$name] = 6 * $random.NextDouble() - 3 }

if ($CsvPath) {
    $steps = -50..50 | ForEach-Object { $_ / 25 }
    $grid = foreach ($x2 in $steps) { foreach ($x1 in $steps) { [pscustomobject]@{ x1 = $x1; x2 = $x2 } } }
    $grid | Measure-Expression $p -At $anything -AsProperty Random | Measure-Expression $p -At $best -AsProperty Trained | Export-Csv $CsvPath
}

# In the terminal, with the five points. Export-AutodiffReport makes the same map for the browser, from blue over white to red.
$points = Import-Csv "$PSScriptRoot/data/five-points.csv"
$picture = @{ Label = 'y'; Range = @{ x1 = -2, 2; x2 = -2, 2 }; ValueRange = 0, 1; Width = 60; Height = 21 }
'Random:'
$points | Show-Expression $p -At $anything @picture
'Trained:'
$points | Show-Expression $p -At $best @picture
