# What the best network of restarts.ps1 says over [-2, 2] x [-2, 2] in steps of 1/25, and what a random one says.
param([int]$Seed = 1, [string]$CsvPath)
Set-StrictMode -Version Latest
$p = New-ExprNode '1/(1 + exp(-1*(c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2))))'
$best = & "$PSScriptRoot/restarts.ps1" -Seed $Seed | Where-Object Best
$random = [Random]::new($Seed)
$anything = @{}
foreach ($name in $best.Parameters.Keys) { $anything[$name] = 6 * $random.NextDouble() - 3 }

$steps = -50..50 | ForEach-Object { $_ / 25 }
$grid = foreach ($x2 in $steps) { foreach ($x1 in $steps) { [pscustomobject]@{ x1 = $x1; x2 = $x2 } } }
$map = $grid | Measure-Expression $p -At $anything -AsProperty Random | Measure-Expression $p -At $best.Parameters -AsProperty Trained
if ($CsvPath) { $map | Export-Csv $CsvPath }
$points = Import-Csv "$PSScriptRoot/data/five-points.csv"

# Every fifth point of the map, x2 upwards; from blue (0) over white (0.5) to red (1), and from ' ' to '@'.
foreach ($network in 'Random', 'Trained') {
    "`n${network}: $($map.Count) points, $(@($map | Where-Object $network -GT 0.5).Count) of them above 0.5"
    foreach ($x2 in 10..-10) {
        -join $(foreach ($x1 in -10..10) {
                $value = $map[101 * (50 + 5 * $x2) + 50 + 5 * $x1].$network
                $point = $points | Where-Object { 5 * $_.x1 -eq $x1 -and 5 * $_.x2 -eq $x2 }
                $red, $blue = [Math]::Min(255, [int](510 * $value)), [Math]::Min(255, [int](510 - 510 * $value))
                $PSStyle.Background.FromRgb($red, [Math]::Min($red, $blue), $blue) + $PSStyle.Foreground.Black
                $point ? " $($point.y)" : [string]::new(' .:-=+*#%@'[[int][Math]::Floor(9.99 * $value)], 2)
            }) + $PSStyle.Reset
    }
}
