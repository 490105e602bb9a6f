# The lab on expression graphs, item by item: an engine for derivatives, a network trained by it, and weight decay.
# What a pipeline writes stands below it, after #>.
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../../out/PSAutodiff" }

# 1. The graph of 4xy + e^(-y). Its leaves are constants and variables, its other nodes are operations.
$z = New-ExprNode '4*x*y + exp(-1*y)'
$z | ConvertTo-ExprText -As Tree
#> sum
#> ├─ mul
#> │  ├─ mul
#> │  │  ├─ 4
#> │  │  └─ x
#> │  └─ y
#> └─ exp
#>    └─ mul
#>       ├─ -1
#>       └─ y

# 2. Constructors: a function for each kind of node. For n.sum of the lab write $n::Sum, and so on.
$n = [PSAutodiff.ExprNode]
$x, $y = $n::Var('x'), $n::Var('y')
$built = $n::Sum($n::Mul($n::Mul($n::Const(4), $x), $y), $n::Exp($n::Mul($n::Const(-1), $y)))
"The same graph: $($built -eq $z)"
#> The same graph: True

# 3. The nested print. A node has an Op; a constant has a Value, a variable a Name, an operation its X and perhaps its Y.
function Show-Node($Node, [string]$Path) {
    $what = switch ($Node.Op) { 'const' { "value $($Node.Value)" } 'var' { "name $($Node.Name)" } default { "op $_" } }
    "z$Path  $what"
    if ($Node.X) { Show-Node $Node.X "$Path.X" }
    if ($Node.Y) { Show-Node $Node.Y "$Path.Y" }
}
Show-Node $z
#> z  op sum
#> z.X  op mul
#> z.X.X  op mul
#> z.X.X.X  value 4
#> z.X.X.Y  name x
#> z.X.Y  name y
#> z.Y  op exp
#> z.Y.X  op mul
#> z.Y.X.X  value -1
#> z.Y.X.Y  name y

# 4. to.string: x + 2y as a list of words, by a function of one's own. So are compute and differentiate: Get-Help about_PSAutodiff_Differentiator.
$symbol = @{ sum = '+'; sub = '-'; mul = '*'; div = '/' }
function Get-Word($Node) {
    switch ($Node.Op) {
        const { $Node.Value }
        var { $Node.Name }
        { $symbol.ContainsKey($_) } { '('; Get-Word $Node.X; $symbol[$_]; Get-Word $Node.Y; ')' }
        default { $_; '('; Get-Word $Node.X; ')' }
    }
}
(Get-Word (New-ExprNode 'x + 2*y')) -join ', '
#> (, x, +, (, 2, *, y, ), )

# 5. The factorial, which shows recursion. Derivatives know it too: the fourth one of x^4 is 4!.
function Get-Factorial([int]$Number) { $Number -lt 1 ? 1 : $Number * (Get-Factorial ($Number - 1)) }
Get-Factorial 4
#> 24
'x^4' | Invoke-Differentiate x -Order 4
#> 24

# 6. z as the lab prints it, by that function and by the cmdlet.
(Get-Word $z) -join ' '
#> ( ( ( 4 * x ) * y ) + exp ( ( -1 * y ) ) )
$z | ConvertTo-ExprText -As Lab
#> ( ( ( 4 * x ) * y ) + exp ( ( -1 * y ) ) )

# 7. compute: z at x = 2, y = 3, and what happens when y has no value.
$z | Measure-Expression -At @{ x = 2; y = 3 }
#> 24.0497870683679
$z | Measure-Expression -At @{ x = 2 } -ErrorAction SilentlyContinue -ErrorVariable problem
"$problem"
#> Variable 'y' has no value. There are values for: x. Give it one, for example with -At @{ y = 1 }.

# 8. differentiate: the rules to the letter, nothing simplified.
$dz = $z | Invoke-Differentiate x -Mode Forward
$dz | ConvertTo-ExprText -As Lab
#> ( ( ( ( ( 0 * x ) + ( 4 * 1 ) ) * y ) + ( ( 4 * x ) * 0 ) ) + ( exp ( ( -1 * y ) ) * ( ( 0 * y ) + ( -1 * 0 ) ) ) )

# 9. From there to 4y in small steps. The lab takes several of them in each of its five lines.
$dz | Invoke-Simplify -Rule Lab -Step | Format-Table Number, Rule, BeforeText, AfterText
#> Number Rule      BeforeText      AfterText
#> ------ ----      ----------      ---------
#>      1 0 * x = 0 0 * x           0
#>      2 x * 1 = x 4 * 1           4
#>      3 0 + x = x 0 + 4           4
#>      4 x * 0 = 0 4 * x * 0       0
#>      5 x + 0 = x 4 * y + 0       4 * y
#>      6 0 * x = 0 0 * y           0
#>      7 x * 0 = 0 -1 * 0          0
#>      8 0 + x = x 0 + 0           0
#>      9 x * 0 = 0 exp(-1 * y) * 0 0
#>     10 x + 0 = x 4 * y + 0       4 * y

# 10. The rules of simplify: identities, constants computed, and two errors.
# The lab's own simplify.sub calls "const" where it means "n.const", so that a difference of two constants fails there.
'0 - y', '0/0', '7 - 2', 'exp(0)', 'tanh(0)' | ForEach-Object { "$_ = $($_ | Invoke-Simplify -Rule Lab)" }
#> 0 - y = -1 * y
#> 0/0 = 0
#> 7 - 2 = 5
#> exp(0) = 1
#> tanh(0) = 0
'x/0', 'log(-2)' | Invoke-Simplify -Rule Lab -ErrorAction SilentlyContinue -ErrorVariable problems
$problems | ForEach-Object { "$_" }
#> division by zero
#> logarithm of non-positive number

# 11. The derivative, simplified.
$dz | Invoke-Simplify -Rule Lab | ConvertTo-ExprText -As Lab
#> ( 4 * y )

# 12. Derivatives of any order: d2z/dxdy is a constant.
$z | Invoke-Differentiate x -Mode Forward | Invoke-Differentiate y -Mode Forward | Invoke-Simplify -Rule Lab
#> 4

# 13. The network of the second figure: two inputs, two tanh units, a sigmoid.
(New-NeuralNetwork 2 2, tanh, 1, sigmoid -Seed 1).ToString()
#> 2-2 Tanh-1 Sigmoid
$z1 = New-ExprNode 'tanh(b1 + (x1*w11 + x2*w21))'
$z2 = New-ExprNode 'tanh(b2 + (x1*w12 + x2*w22))'
$fin = 'c + (z1*u1 + z2*u2)' | Resolve-Expression @{ z1 = $z1; z2 = $z2 }
$fout = '1/(1 + exp(-1*fin))' | Resolve-Expression @{ fin = $fin }

# 14. The prints of the network: its first unit and its output. The loss and its gradient are written with fin.
$z1 | ConvertTo-ExprText -As Lab
#> tanh ( ( b1 + ( ( x1 * w11 ) + ( x2 * w21 ) ) ) )
$fout | ConvertTo-ExprText -As Lab
#> ( 1 / ( 1 + exp ( ( -1 * ( c + ( ( tanh ( ( b1 + ( ( x1 * w11 ) + ( x2 * w21 ) ) ) ) * u1 ) + ( tanh ( ( b2 + ( ( x1 * w12 ) + ( x2 * w22 ) ) ) ) * u2 ) ) ) ) ) ) )

# 15. The first unit with the printed weights, at x1 = 1, x2 = -1.
$printed = @{
    b1 = 1.543385; w11 = 3.111573; w12 = -2.808800; b2 = 1.373085; w21 = 3.130452; w22 = -2.813466; c = -4.241453; u1 = 4.036489; u2 = 4.074885
}
'{0:f7}' -f ($z1 | Measure-Expression -At ($printed + @{ x1 = 1; x2 = -1 }))
#> 0.9094797

# 16. The cross-entropy in terms of fin, for a loss that does not overflow: they are the same function, and this is the course of the proof.
$entropy = '-y*log(1/(1 + exp(-fin))) - (1 - y)*log(1 - 1/(1 + exp(-fin)))'
Compare-Expression $entropy 'fin - fin*y + log(1 + exp(-fin))' | Format-List Equal, How
#> Equal : True
#> How   : Algebra
Compare-Expression $entropy 'fin - fin*y + log(1 + exp(-fin))' -Step | Format-Table BeforeText, AfterText
#> BeforeText                                                      AfterText
#> ----------                                                      ---------
#> log(1 / (1 + exp(-fin)))                                        fin - log(exp(fin) + 1)
#> log(1 - 1 / (1 + exp(-fin)))                                    -log(exp(fin) + 1)
#> log(1 + exp(-fin))                                              log(exp(fin) + 1) - fin
#> -y * (fin - log(exp(fin) + 1)) - (1 - y) * (-log(exp(fin) + 1)) log(exp(fin) + 1) - y * fin
#> fin - fin * y + (log(exp(fin) + 1) - fin)                       log(exp(fin) + 1) - y * fin
#> log(exp(fin) + 1) - y * fin - (log(exp(fin) + 1) - y * fin)     0

# 17. The nine gradients as graphs. Written out they repeat themselves; as graphs, together, they have 60 nodes.
$loss = 'fin - fin*y + log(1 + exp(-1*fin))' | Resolve-Expression @{ fin = $fin }
$names = 'b1', 'w11', 'w12', 'b2', 'w21', 'w22', 'c', 'u1', 'u2'
$loss | Invoke-Differentiate $names -Mode Forward | Invoke-Simplify -Rule Lab | Measure-Expression -Cost |
    Measure-Object Nodes, WrittenOutSize -Sum | Format-Table Property, Sum
#> Property           Sum
#> --------           ---
#> Nodes           353.00
#> WrittenOutSize 1163.00
$loss | Invoke-Differentiate $names -Gradient | Measure-Expression -Cost | Format-List Nodes, WrittenOutSize
#> Nodes          : 60
#> WrittenOutSize : 514

# As the lab says, frameworks keep the value and the gradient of each node, and go through the graph once. Here is z at x = 2, y = 3.
$z | Measure-Expression -At @{ x = 2; y = 3 } -Adjoint | Format-Table Op, Expression, Value, Adjoint
#> Op    Expression              Value Adjoint
#> --    ----------              ----- -------
#> const 4                        4.00
#> var   x                        2.00 12.00
#> mul   4 * x                    8.00 3.00
#> var   y                        3.00 7.95
#> mul   4 * x * y               24.00 1.00
#> const -1                      -1.00
#> mul   -1 * y                  -3.00 0.05
#> exp   exp(-1 * y)              0.05 1.00
#> sum   4 * x * y + exp(-1 * y) 24.05 1.00

# 18. Training, one point at a time, 251 times through the five points with the rate 0.5: by hand, and by the cmdlet.
$data = Import-Csv "$PSScriptRoot/../data/five-points.csv"
$start = @{ b1 = 0; b2 = 0; c = 0; w11 = 0.7; w12 = -0.4; w21 = 0.3; w22 = 0.9; u1 = -0.8; u2 = 0.5 }
$values = [double[]]$start[$names]
$gradient = $loss | New-CompiledExpression (@('x1', 'x2', 'y') + $names) -Gradient
foreach ($epoch in 0..250) {
    foreach ($point in $data) {
        $slope = $gradient.InvokeGradient([double[]](@($point.x1, $point.x2, $point.y) + $values))
        $values = foreach ($i in 0..8) { $values[$i] - 0.5 * $slope[$names[$i]] }
    }
}
$run = $data | Start-NetworkTraining $loss -Parameter $names -InitialValue $start -LearningRate 0.5 -Epoch 251
'w11 by hand {0:f10}, by the cmdlet {1:f10}; mean loss {2:f10}' -f $values[1], $run.Parameters['w11'], $run.FinalLoss
#> w11 by hand -0.0070168979, by the cmdlet -0.0070168979; mean loss 0.5036391508

# That start sticks at a plateau. From Glorot's range about two of five seeds come through, and this one does.
$run = $data | Start-NetworkTraining $loss -Parameter $names -InitialValue @{ b1 = 0; b2 = 0; c = 0 } -LearningRate 0.5 -Epoch 251 -Seed 3
'Mean loss {0:f4}' -f $run.FinalLoss
#> Mean loss 0.0100

# 19. The loss of each sample by epoch. The first point, the only one labeled 1, is learned last.
foreach ($sample in 1, 2) {
    "Sample $sample"
    [PSAutodiff.TerminalChart]::Columns([double[]]($run.History | Where-Object Sample -EQ $sample).Loss, 60, 6)
}
#> Sample 1
#>   1.809 ┤ ▅▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇█▇▇▇▇▇▆▅▃▂
#>         │ ███████████████████████████▄
#>         │█████████████████████████████▅
#>         │██████████████████████████████▂
#>         │███████████████████████████████▂
#> 0.01815 ┤████████████████████████████████▆▄▃▃▂▂▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
#> Sample 2
#>   0.5782 ┤█
#>          │█
#>          │█▁     ▁▁▁▁▁▁▁▁▁▁▁
#>          │███▇████████████████▇▅▃
#>          │████████████████████████▆▃▁
#> 0.008293 ┤████████████████████████████▇██▇▆▄▄▃▃▂▂▂▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁

# 20. The predictions for the five points.
$data | Measure-Expression $fout -At $run.Parameters -AsProperty Prediction |
    Format-Table x1, x2, y, @{ n = 'Prediction'; e = 'Prediction'; f = 'f4' }
#> x1 x2 y Prediction
#> -- -- - ----------
#> 0  0  1     0.9825
#> 1  0  0     0.0080
#> 0  -1 0     0.0081
#> -1 0  0     0.0082
#> 0  1  0     0.0081

# 21. The gradients of a quadratic error E and of E' = E + tau/2 |w|^2, written out for two weights: b + Hw, and b + Hw + tau w.
$e = New-ExprNode 'e0 + b1*w1 + b2*w2 + (h11*w1^2 + 2*h12*w1*w2 + h22*w2^2)/2'
$e | Invoke-Differentiate w1, w2
#> h12 * w2 + w1 * h11 + b1
#> w2 * h22 + h12 * w1 + b2
$decayed = $e + 'tau/2*(w1^2 + w2^2)' | Invoke-Differentiate w1, w2
"The same and tau w1: $((Compare-Expression $decayed[0] 'b1 + h11*w1 + h12*w2 + tau*w1').Equal)"
#> The same and tau w1: True

# 22. Both minimizers in the basis of the eigenvectors of H. The error curves by 20 along (1, 1) and by 0.2 along (1, -1).
$quadratic = New-ExprNode '5*(a + b - 3)^2 + (a - b - 1)^2/20'
$minimum = Find-Minimum $quadratic -At @{ a = 0; b = 0 } -Method Newton
$quadratic | Measure-WeightDecay -At $minimum -Decay 1 | Format-Custom
#> Weight decay 1 along the eigenvectors of the Hessian
#>    Eigenvalue    Factor  Minimizer  DecayedMinimizer         a          b
#> 1          20  0.952381    2.12132           2.02031  0.707107   0.707107
#> 2         0.2  0.166667   0.707107          0.117851  0.707107  -0.707107
#>                        a        b
#> Minimizer              2        1
#> DecayedMinimizer  1.5119  1.34524

# 23. The algebra: alpha lambda - beta lambda - tau beta = 0 has the solution beta = lambda/(lambda + tau) alpha.
$beta = New-ExprNode 'lambda/(lambda + tau)*alpha'
Compare-Expression ('alpha*lambda - beta*lambda - tau*beta' | Resolve-Expression @{ beta = $beta }) 0 | Format-List Equal, How
#> Equal : True
#> How   : Algebra

# 24. Its geometry: the larger the decay, the nearer to 0, and the flat direction goes first.
# The lab says that the error changes more along smaller eigenvalues. It is the other way round: the eigenvalue is the curvature.
$quadratic | Measure-WeightDecay -At $minimum -Decay 0.01, 0.1, 1, 10 |
    ForEach-Object { 'tau {0,4}: factors {1:f4} and {2:f4}, minimizer ({3:f4}, {4:f4})' -f (@($_.Decay) + $_.Factors + $_.DecayedMinimizer) }
#> tau 0.01: factors 0.9995 and 0.9524, minimizer (1.9754, 1.0231)
#> tau  0.1: factors 0.9950 and 0.6667, minimizer (1.8259, 1.1592)
#> tau    1: factors 0.9524 and 0.1667, minimizer (1.5119, 1.3452)
#> tau   10: factors 0.6667 and 0.0196, minimizer (1.0098, 0.9902)
# The picture. Contours close in on both minimizers, and as tau grows the path first follows the flat direction, then goes to 0.
# For the browser: $quadratic | Measure-WeightDecay -At $minimum -Decay 0.01, 0.1, 1, 10 | Export-AutodiffReport decay.html
$quadratic | Measure-WeightDecay -At $minimum -Decay 1 | Show-Expression -Width 60 -Height 16
#>  b
#>   │              ┊     ⣀
#>   │              ┊     ⠋ ⠦⡄
#>   │              ┊      ⠲⡀⠂⠖⣄
#> 2 ┤              ┊      ⠈⠌ ⣰⠖⣃⣠⡀            ⡀
#>   │              ┊       ⠈⡀⠵⡤⣶⠿⠟⡄⡀       ⢀⠔⠊
#>   │              ┊         ⢊⠐⡨⣹⣯⣿⡾⢢     ⠐⠁
#>   │              ┊          ⠈⣡⢿◆⢳⣾⣷⣶⣢ ⡠⠊
#> 1 ┤              ┊         ⣠⠞⠁ ⠌⠞⣞⣿⣿●⣯⣤
#>   │              ┊       ⡠⠊⠁    ⠁⠨⠋⠽⣿⣟⣇⣵⡀
#>   │              ┊     ⣠⠎⠁        ⠁⠐⠻⣽⣯⣽⠅⣰⢄
#>   │              ┊   ⣠⠞⠁              ⠘⣽⣇⢙⠯ ⡀
#>   │              ┊ ⣠⠞⠁                  ⠉⣈⢳⡠⣎⠦
#> 0 ┤┈┈┈┈┈┈┈┈┈┈┈┈┈┈⠠⠞⠁┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈⠑⠍⠈┈⠰⡄┈┈┈┈┈┈┈┈┈┈┈┈
#>   │              ┊                          ⠙⠆ ⠈⢠
#>   │              ┊                             ⠓⠬⠃
#>   │              ┊
#>   └──────────────┬──────────────────┬─────────────────┬─────
#>                  0                  2                 4    a
#>  ⠒⠒⠒ path of the minimum as tau grows from 0
#>  ⠒⠂⠒ contours of E
#>  ⠂⠐  contours of E' with tau = 1
#>  ⠒⠒⠂ eigenvector 1, curvature 20
#>  ⠒ ⠒ eigenvector 2, curvature 0.2
#>   ●  minimum of E (2, 1)
#>   ◆  with tau = 1 (1.512, 1.345)

# 25. Noise of variance s^2 on the inputs. The gradient is quadratic in the noise, so its expectation is exactly
# its value at e = 0 plus s^2/2 times the sum of its second derivatives by e. What is added is the gradient of weight decay.
$noisy = New-ExprNode '(y - w1*(x1 + e1) - w2*(x2 + e2))^2/2' | Invoke-Differentiate w1
$second = 'e1', 'e2' | ForEach-Object { $noisy | Invoke-Differentiate $_ -Order 2 }
"Left of the noise in them: $($second.Variables -match '^e')"
#> Left of the noise in them: False
's^2/2*d' | Resolve-Expression @{ d = $second[0] + $second[1] } | Invoke-Simplify
#> s^2 * w1
