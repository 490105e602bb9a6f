# Two towers with shared weights: both inputs of a pair go through the same W and b, and the loss pulls what comes out together.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$pairs = ConvertFrom-Csv "p1,p2,q1,q2`n1,2,1.1,1.9`n-1,0.5,-0.8,0.4`n0.3,-2,0.2,-1.7`n2,1,2.2,1.1"
$loss = New-ExprNode 'p: [2]; q: [2]; W: [2, 2]; b: [2]; sum(W^2) + 4 * sum((tanh(W @ p + b) - tanh(W @ q + b))^2)'
$column = @{ p = 'p1', 'p2'; q = 'q1', 'q2' }
$start = @{ W = (0.5, -0.3), (0.8, 0.6); b = 0.1, -0.2 }

'The gradient by W of one pair as a formula:'
$loss | Invoke-Differentiate W | Invoke-Simplify

'Gradient descent on W and b over the pairs. siamese.ps1 has the same written out to numbers:'
$result = $pairs | Start-NetworkTraining $loss -Column $column -InitialValue $start -BatchSize 4 -LearningRate 0.05 -Epoch 40
$result
