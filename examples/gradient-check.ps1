# The gradient of the nine-parameter network's mean loss over the five points, against central differences.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$p = New-ExprNode '1/(1 + exp(-1*fin))' |
    Resolve-Expression -At @{ fin = 'c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2)' }
$loss = New-ExprNode '-1*(y*log(p + 1e-15) + (1 - y)*log(1 - p + 1e-15))' | Resolve-Expression -At @{ p = $p }

# The loss of one row; -Mean joins the rows.
$rows = Import-Csv "$PSScriptRoot/data/five-points.csv"
$at = @{ b1 = 0.1; w11 = 0.7; w12 = -0.4; b2 = -0.2; w21 = 0.3; w22 = 0.9; c = 0.05; u1 = -0.8; u2 = 0.5 }
"The engine's gradient:"
$rows | Test-Derivative $loss -At $at -Mean -Epsilon 1e-9 -Tolerance 1e-5 -Detailed

# A gradient written by somebody else, with a factor forgotten in one place.
$candidate = @{}
foreach ($name in $at.Keys) { $candidate[$name] = $loss | Invoke-Differentiate $name }
$candidate['w21'] = 2 * $candidate['w21']
"`nA wrong one fails:"
$rows | Test-Derivative $loss -At $at -Derivative $candidate -Mean -Epsilon 1e-9 -Tolerance 1e-5 -Detailed | Where-Object { -not $_.Passed }
