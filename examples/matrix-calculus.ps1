# Matrix calculus in ten lines: least squares, its gradient as a formula, and the solution by one Newton step.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }

$loss = New-ExprNode 'sum((A @ v - y)^2) / 2' -Shape @{ A = 4, 2; v = 2; y = 4 }
$gradient = $loss | Invoke-Differentiate v | Invoke-Simplify -Rule Textbook
$gradient
$gradient | ConvertTo-ExprText -As Latex

# Four points near the line 1 + 2t, with a column of ones.
$data = @{ A = (1, 0), (1, 1), (1, 2), (1, 3); y = 1, 3, 5, 7.5 }
$ofLine = $loss | Resolve-Expression -At $data
$start = $ofLine | Measure-Expression -At @{ v = 0, 0 } -Hessian
$inverse = (Measure-Matrix $start.Hessian).Inverse
$line = Measure-Expression '-(H @ g)' -At @{ H = $inverse; g = $start.Gradient['v'] }
$ofLine | Measure-Expression -At @{ v = $line } -Gradient
