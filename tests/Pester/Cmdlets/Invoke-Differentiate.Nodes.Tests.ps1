# Derivatives by nodes of the expression, and the table of all nodes with their adjoints.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $fin = New-ExprNode 'w*x + b'
    $fout = [PSAutodiff.ExprNode]::Sigmoid($fin)
    $y = New-ExprNode y
    $loss = ($fout - $y) * ($fout - $y) / 2
    $at = @{ w = 0.5; x = 2; b = -0.3; y = 1 }
    # fout and (fout - y) fout (1 - fout) at that point.
    $out = 1 / (1 + [Math]::Exp(-0.7))
    $delta = ($out - 1) * $out * (1 - $out)
}

Describe 'Invoke-Differentiate -Variable with a node' {
    It 'gives the derivative by it in mode <_>' -ForEach Auto, Forward, Reverse {
        $loss | Invoke-Differentiate $fin -Mode $_ | Measure-Expression -At $at | Assert-Near $delta -Within 1e-15
        Invoke-Differentiate $loss -Variable $fout -Mode $_ | Measure-Expression -At $at | Assert-Near ($out - 1) -Within 1e-15
        Invoke-Differentiate $loss $fout -Mode $_ | Measure-Expression -At $at | Assert-Near ($out - 1) -Within 1e-15
    }

    It 'reads as the textbook writes it' {
        "$($loss | Invoke-Differentiate $fout)" | Should -BeExactly 'sigmoid(w * x + b) - y'
        "$(New-ExprNode 'tanh(u)^2' | Invoke-Differentiate (New-ExprNode 'tanh(u)'))" | Should -BeExactly '2 * tanh(u)'
    }

    It 'takes nodes and names together, in their order, each for itself' {
        $all = @($loss | Invoke-Differentiate w, $fin, b, $fout, $fin)
        $all | Should -HaveCount 5
        $values = $all | Measure-Expression -At $at
        $expected = ($delta * 2), $delta, $delta, ($out - 1), $delta
        foreach ($i in 0..4) { $values[$i] | Assert-Near $expected[$i] -Within 1e-15 }
        $all[1].Equals($all[4]) | Should -BeTrue
    }

    It 'gives derivatives of higher order' {
        $cube = 'u^3 + x' | Resolve-Expression @{ u = $fin }
        "$($cube | Invoke-Differentiate $fin -Order 2)" | Should -BeExactly '6 * (w * x + b)'
        "$($cube | Invoke-Differentiate $fin -Order 3)" | Should -BeExactly 6
        "$($cube | Invoke-Differentiate $fin -Order 4)" | Should -BeExactly 0
    }

    It 'gives derivatives by vectors and matrices' {
        $sum = New-ExprNode 'v: [3]; sum(v^3)'
        "$($sum | Invoke-Differentiate $sum.X)" | Should -BeExactly 'ones(3)'
        "$($sum | Invoke-Differentiate $sum.X -Order 2)" | Should -BeExactly 'zeros(3, 3)'
        ($sum | Invoke-Differentiate $sum.X -Gradient).Keys | Should -BeExactly 'v^3'
        ($sum | Invoke-Differentiate $sum.X -Step)[-1].AfterText | Should -BeExactly 'ones(3)'

        # By u = A v, of sum(sin(u)) + u u / 2: cos(u) + u.
        $loss = New-ExprNode 'A: [2, 3]; v: [3]; sum(sin(A @ v)) + (A @ v) @ (A @ v) / 2'
        $point = @{ A = (0.1, 0.2, -0.3), (0.4, 0.5, 0.6); v = 1, 2, 3 }
        $values = $loss | Invoke-Differentiate (New-ExprNode 'A: [2, 3]; v: [3]; A @ v') | Measure-Expression -At $point
        $values | Should -HaveCount 2
        $values[0] | Assert-Near ([Math]::Cos(-0.4) - 0.4) -Within 1e-14
        $values[1] | Assert-Near ([Math]::Cos(3.2) + 3.2) -Within 1e-14

        # By U = W W, of tr(U U): 2 U.T.
        $trace = New-ExprNode 'W: [2, 2]; trace(W @ W @ (W @ W))'
        $square = New-ExprNode 'W: [2, 2]; W @ W'
        $by = $trace | Invoke-Differentiate $square | Measure-Expression -At @{ W = (1, 2), (3, 4) }
        $by | Should -Be 14, 30, 20, 44
    }

    It 'takes a node that is a variable for the variable, and the whole for 1' {
        "$('x^2*y' | Invoke-Differentiate (New-ExprNode x))" | Should -BeExactly '2 * x * y'
        "$($loss | Invoke-Differentiate $loss)" | Should -BeExactly 1
    }

    It 'gives gradients, Hessians and Jacobians under the texts of the nodes' {
        $gradient = $loss | Invoke-Differentiate $fin, w -Gradient
        $gradient.Keys | Should -BeExactly 'w * x + b', w
        $gradient[0] | Measure-Expression -At $at | Assert-Near $delta -Within 1e-15
        $a, $b = 'a*x', 'b*x' | New-ExprNode
        $hessian = $a * $a * $b + $b | Invoke-Differentiate $a, $b, c -Hessian -WarningAction Ignore
        "$hessian" | Should -BeExactly '{ a * x: { a * x: 2 * b * x; b * x: 2 * a * x; c: 0 }; b * x: { a * x: 2 * a * x; b * x: 0; c: 0 }; c: { a * x: 0; b * x: 0; c: 0 } }'
        $jacobian = ($a * $b), ($a + 1) | Invoke-Differentiate $a, x -Jacobian
        "$jacobian" | Should -BeExactly '{ { a * x: b * x; x: 2 * a * b * x }; { a * x: 1; x: a } }'
    }

    It 'shows the derivation by a node' {
        $steps = @($fin * $fin | Invoke-Differentiate $fin -Step)
        $steps[0].BeforeText | Should -BeExactly 'd/d${w * x + b} [${w * x + b} * ${w * x + b}]'
        "$($steps[-1].Whole)" | Should -BeExactly '2 * ${w * x + b}'
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'a node that is not in the graph'; Run = { 'x*y' | Invoke-Differentiate $fin }; Id = 'NodeNotFound'; Says = "'w \* x \+ b' is not a part of the expression 'x \* y'" }
        @{ What = 'a constant'; Run = { 'x*2' | Invoke-Differentiate (New-ExprNode 2) }; Id = 'NodeNotFound'; Says = 'constant 2' }
        @{ What = 'a Hessian by a node and its variable'; Run = { $loss | Invoke-Differentiate $fin, w -Hessian }; Id = 'NodesDependent'; Says = "'w \* x \+ b' depends on the variable 'w'" }
        @{ What = 'a Hessian by a node and its argument'; Run = { $loss | Invoke-Differentiate $fin, $fout -Hessian }; Id = 'NodesDependent'; Says = "'sigmoid\(w \* x \+ b\)' depends on the node 'w \* x \+ b'" }
        @{ What = 'a gradient by one node twice'; Run = { $loss | Invoke-Differentiate $fin, $fin -Gradient }; Id = 'VariableNameInvalid'; Says = 'more than once' }
    ) {
        $outcome = Get-Outcome $Run
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message | Should -Match $Says
    }

    It 'loses only the expression that lacks the node' {
        $outcome = Get-Outcome { 'x*y', "$fin", $loss | Invoke-Differentiate $fin }
        $outcome.Output | Should -HaveCount 2
        $outcome.Errors | Should -HaveCount 1
    }
}

Describe 'Measure-Expression -Adjoint' {
    It 'gives each node with its value and its adjoint' {
        $table = $loss | Measure-Expression -At $at -Adjoint
        $table | Should -HaveCount $loss.NodeCount
        $table[-1].Value | Should -BeExactly ($loss | Measure-Expression -At $at)
        $table[-1].Adjoint | Should -BeExactly 1
        ($table | Where-Object { $_.Expression -eq $fin }).Adjoint | Assert-Near $delta -Within 1e-15
        ($table | Where-Object Op -eq sigmoid).Adjoint | Assert-Near ($out - 1) -Within 1e-15
        ($table | Where-Object Op -eq const).Adjoint | Should -BeNullOrEmpty
        $gradient = ($loss | Measure-Expression -At $at -Gradient).Gradient
        foreach ($row in $table | Where-Object Op -eq var) { $row.Adjoint | Should -BeExactly $gradient[$row.Expression.Name] }
    }

    It 'streams the nodes of a large graph' -Tag Slow {
        $chain = New-ExprNode x
        foreach ($i in 1..100000) { $chain = $chain * 0.5 + 1 }
        $first = $chain | Measure-Expression -At @{ x = 3 } -Adjoint | Select-Object -First 2
        $first.Index | Should -Be 0, 1
        ($chain | Measure-Expression -At @{ x = 3 } -Adjoint | Measure-Object).Count | Should -Be 200003
    }

    It 'is shown as a table with cut formulas' {
        $wide = New-ExprNode ((1..30 | ForEach-Object { "a$_" }) -join ' + ')
        $values = @{}
        foreach ($name in $wide.Variables) { $values[$name] = 1 }
        $text = $wide | Measure-Expression -At $values -Adjoint | Out-String -Width 90
        $text | Should -Match '(?m)^ *0 var +a1 +1 +1\s*$'
        $text | Should -Match '(?m)^ *58 sum +a1 \+ a2 \+ .*… +30 +1\s*$'
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'lists'; Run = { 'x^2' | Measure-Expression -At @{ x = 1, 2 } -Adjoint }; Id = 'ValueNotNumeric' }
        @{ What = 'a missing value'; Run = { 'x^2*y' | Measure-Expression -At @{ x = 1 } -Adjoint }; Id = 'VariableNotBound' }
        @{ What = '-Gradient beside it'; Run = { 'x^2' | Measure-Expression -At @{ x = 1 } -Adjoint -Gradient }; Id = 'ArgumentInvalid' }
    ) {
        $outcome = Get-Outcome $Run
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
    }
}
