# A decay fitted to measured rows: initial values, an outlier and a robust loss, a bound, and the fitted curve as an expression.
param([int]$Seed = 1)
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$random = [Random]::new($Seed)
$measured = 0..29 | ForEach-Object {
    $noise = 0.05 * ($random.NextDouble() + $random.NextDouble() + $random.NextDouble() - 1.5)
    [pscustomobject]@{ t = $_ / 3; y = [Math]::Round(2.5 * [Math]::Exp(-0.4 * $_ / 3) + 0.6 + $noise, 3) }
}

# The model is linear in a and c, so that b alone has to start somewhere.
$model = 'a*exp(-b*t) + c'
$fit = $measured | Invoke-CurveFit $model -Label y -InitialValue @{ b = 0.1 }
$fit

# One wrong row pulls least squares away; Huber's loss counts it little.
$measured[12].y = 9
$pulled = $measured | Invoke-CurveFit $model -Label y -InitialValue $fit.Parameters
$robust = $measured | Invoke-CurveFit $model -Label y -InitialValue $fit.Parameters -LossFunction Huber -LossScale 0.05
'b with an outlier: {0:f2} by least squares, {1:f2} by Huber' -f $pulled.Parameters['b'], $robust.Parameters['b']

# The time after which half of the decay is over, and the slope at the start: of the fitted expression.
'Half-life {0:f2}' -f ([Math]::Log(2) / $fit.Parameters['b'])
'Slope at 0 {0:f2}' -f ($fit.Expression | Invoke-Differentiate t | Measure-Expression -At @{ t = 0 })
