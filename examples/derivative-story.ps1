# System S1: an expression, its value, its derivatives, and what simplifying makes of them.
Set-StrictMode -Version Latest
$x = New-ExprNode x
$y = New-ExprNode y
$z = 4 * $x * $y + [PSAutodiff.ExprNode]::Exp(-1 * $y)

"z           $($z | ConvertTo-ExprText -As Lab)"
"at x=2, y=3 $($z | Measure-Expression -At @{ x = 2; y = 3 })"

$dzdx = $z | Invoke-Differentiate x -Mode Forward
"dz/dx       $($dzdx | ConvertTo-ExprText -As Lab)"
"simplified  $($dzdx | Invoke-Simplify -Rule Lab | ConvertTo-ExprText -As Lab)"
"d2z/dxdy    $($z | Invoke-Differentiate x | Invoke-Differentiate y | Invoke-Simplify)"
