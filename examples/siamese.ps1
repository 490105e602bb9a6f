# A Siamese pair. h = tanh(W x + b) for two inputs p and q with the same W and b; J = |W|^2 + sum |h_p - h_q|^2 over the pairs.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$names = 'w11', 'w12', 'w21', 'w22', 'b1', 'b2'
$h = @{}
foreach ($i in 1, 2) { foreach ($x in 'p', 'q') { $h["h$x$i"] = New-ExprNode "tanh(w${i}1*${x}1 + w${i}2*${x}2 + b$i)" } }
$decay = New-ExprNode 'w11^2 + w12^2 + w21^2 + w22^2'
$distance = New-ExprNode '(hp1 - hq1)^2 + (hp2 - hq2)^2' | Resolve-Expression -At $h

'The gradient of one pair, against the formula with a minus sign between its terms and the printed one with a plus sign:'
foreach ($name in $names) {
    $derivative = $decay + $distance | Invoke-Differentiate $name -Mode Forward | Invoke-Simplify
    $i, $own, $p, $q = if ($name[0] -eq 'w') { $name[1], "2*$name + ", "p$($name[2])", "q$($name[2])" } else { $name[1], '', '1', '1' }
    $right, $printed = '-', '+' | ForEach-Object {
        Compare-Expression $derivative ("${own}2*(hp$i-hq$i)*((1-hp$i^2)*$p $_ (1-hq$i^2)*$q)" | Resolve-Expression -At $h)
    }
    [pscustomobject]@{ Parameter = $name; Minus = $right.Equal; How = $right.How; Plus = $printed.Equal; Counterexample = $printed.Counterexample }
}

'Gradient descent on W and b. A row has one pair, and J is the mean over the rows of |W|^2 + (number of pairs) * distance:'
$pairs = ConvertFrom-Csv "p1,p2,q1,q2`n1,2,1.1,1.9`n-1,0.5,-0.8,0.4`n0.3,-2,0.2,-1.7`n2,1,2.2,1.1"
$result = $pairs | Start-NetworkTraining -Loss ($decay + $pairs.Count * $distance) -Parameter $names -BatchSize $pairs.Count `
    -InitialValue @{ w11 = 0.5; w12 = -0.3; w21 = 0.8; w22 = 0.6; b1 = 0.1; b2 = -0.2 } -LearningRate 0.05 -Epoch 40
$result
