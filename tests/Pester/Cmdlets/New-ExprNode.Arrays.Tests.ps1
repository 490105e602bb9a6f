# Vectors and matrices at the doors of the language: -Shape, script blocks, members and operators of nodes, views, jobs and files.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $matrix = New-ExprNode -Name A -Shape 2, 3
    $vector = New-ExprNode -Name v -Shape 3

    function Get-Error([scriptblock]$Work) {
        $ErrorActionPreference = 'Continue'
        $written = @(& $Work 2>&1)
        $written | Should -HaveCount 1
        $written[0] | Should -BeOfType System.Management.Automation.ErrorRecord
        @{ Id = Get-ErrorId $written[0]; Message = "$($written[0])" }
    }
}

Describe 'New-ExprNode -Name takes a shape' {
    It 'of a vector and of a matrix' {
        "$vector" | Should -BeExactly 'v: [3]; v'
        "$matrix" | Should -BeExactly 'A: [2, 3]; A'
        $matrix.Shape | Should -Be 2, 3
        (New-ExprNode -Name x).Shape | Should -HaveCount 0
        "$(New-ExprNode -Name v -Shape '[3]')" | Should -BeExactly 'v: [3]; v'
    }

    It 'of a symmetric matrix' {
        "$(New-ExprNode -Name H -Shape 3, 3 -Symmetric)" | Should -BeExactly 'H: [3, 3] symmetric; H'
        (Get-Error { New-ExprNode -Name H -Shape 2, 3 -Symmetric }).Id | Should -BeExactly 'ShapeInvalid'
        { New-ExprNode -Name H -Symmetric } | Should -Throw -ErrorId 'ShapeInvalid,*' -ExpectedMessage '*goes with -Shape*'
    }

    It 'and refuses what is none: <Given>' -ForEach @(
        @{ Given = 0 }, @{ Given = -1, 3 }, @{ Given = 1.5 }, @{ Given = 1, 2, 3 }, @{ Given = 'three' }, @{ Given = '3]; x; [2' }, @{ Given = @{ v = 3 } }
    ) {
        $problem = Get-Error { New-ExprNode -Name v -Shape $Given }
        $problem.Id | Should -BeExactly 'ShapeInvalid'
        $problem.Message | Should -BeLike "The shape of 'v' is *"
    }
}

Describe 'New-ExprNode -Shape gives shapes beside an expression' {
    It 'in text, in a script block and in arguments of an operation' {
        $expected = New-ExprNode 'A: [2, 3]; v: [3]; tanh(A @ v)'
        (New-ExprNode 'tanh(A @ v)' -Shape @{ A = 2, 3; v = 3 }).Equals($expected) | Should -BeTrue
        (New-ExprNode { [Math]::Tanh($A.Dot($v)) } -Shape @{ A = 2, 3; v = 3 }).Equals($expected) | Should -BeTrue
        (New-ExprNode -Op tanh -X 'A @ v' -Shape @{ A = 2, 3; v = 3 }).Equals($expected) | Should -BeTrue
        (New-ExprNode 'H @ v' -Shape @{ H = '[3, 3] symmetric'; v = 3 }).ToString() | Should -BeExactly 'H: [3, 3] symmetric; v: [3]; H @ v'
    }

    It 'and agrees with what the text declares' {
        (New-ExprNode 'v: [3]; v @ w' -Shape @{ v = 3; w = 3 }).ToString() | Should -BeExactly 'v: [3]; w: [3]; v @ w'
        $problem = Get-Error { New-ExprNode 'v: [3]; v @ v' -Shape @{ v = 4 } }
        $problem.Id | Should -BeExactly 'ShapeConflict'
        $problem.Message | Should -BeExactly "'v' is a vector (3) in the expression, and a vector (4) by -Shape. Leave one of the two out."
        (Get-Error { New-ExprNode $vector -Shape @{ v = 4 } }).Id | Should -BeExactly 'ShapeConflict'
    }

    It 'and refuses names that are not there' {
        $problem = Get-Error { New-ExprNode 'norm(weights)' -Shape @{ weights = 3; weigths = 3 } }
        $problem.Id | Should -BeExactly 'VariableUnknown'
        $problem.Message | Should -BeLike "-Shape names 'weigths', which is not a variable of the expression.*weights*"
        (Get-Error { New-ExprNode 't = x + 1; t * t' -Shape @{ t = 3 } }).Id | Should -BeExactly 'VariableUnknown'
    }

    It 'and is a table there' {
        { New-ExprNode 'v' -Shape 3 } | Should -Throw -ErrorId 'ShapeInvalid,*' -ExpectedMessage '*@{ W = 4, 8; b = 8 }*'
        { New-ExprNode 'v' -Shape @{ v = 0 } } | Should -Throw -ErrorId 'ShapeInvalid,*' -ExpectedMessage "The shape of 'v' is '0'*"
    }

    It 'one bad item does not lose the others' {
        $made = 'v @ v', 'v @ [1, 2]', 'sum(v)' | New-ExprNode -Shape @{ v = 3 } -ErrorAction SilentlyContinue -ErrorVariable problems
        $made | ForEach-Object ToString | Should -BeExactly 'v: [3]; v @ v', 'v: [3]; sum(v)'
        $problems | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly 'ShapeMismatch'
    }
}

Describe 'An expression of arrays is written out in numbers' {
    It 'as an array of expressions, or one' {
        $elements = (New-ExprNode 'W: [2,3]; x: [3]; W @ x').ToScalar()
        $elements | ForEach-Object ToString | Should -BeExactly 'W_0_0 * x_0 + W_0_1 * x_1 + W_0_2 * x_2', 'W_1_0 * x_0 + W_1_1 * x_1 + W_1_2 * x_2'
        $matrix = (New-ExprNode 'W: [2,3]; x: [3]; x_2 * W * x').ToScalar()
        $matrix[1, 2].ToString() | Should -BeExactly 'x_2 * W_1_2 * x__2'
        (New-ExprNode 'x: [3]; norm(x)').ToScalar() | Measure-Expression -At @{ x_0 = 2; x_1 = 3; x_2 = 6 } | Should -Be 7
    }

    It 'not of a billion' {
        { (New-ExprNode 'x: [1000000000]; sum(x)').ToScalar() } | Should -Throw -ExpectedMessage '*Written out in numbers*'
    }
}

Describe 'A script block has members and indices of arrays' {
    BeforeAll {
        # Of those that the script block has.
        function Get-Shape([scriptblock]$Script) {
            $shapes = @{}
            if ("$Script".Contains('$A')) { $shapes.A = 2, 3 }
            if ("$Script".Contains('$v')) { $shapes.v = 3 }
            $shapes
        }
    }

    It '<Script> is <Text>' -ForEach @(
        @{ Script = { $A.T.Dot($A.Dot($v)) }; Text = 'A.T @ (A @ v)' }
        @{ Script = { $A.t + 0 * $v.Sum() }; Text = 'A.T + 0 * sum(v)' }
        @{ Script = { $A.Sum(0) - $v.Mean() }; Text = 'sum(A, axis=0) - mean(v)' }
        @{ Script = { $A.Max(1).Min() / $v.Norm() }; Text = 'min(max(A, axis=1)) / norm(v)' }
        @{ Script = { $A.Softmax(0).LogSumExp().Sum() + $v.Winner() }; Text = 'sum(logsumexp(softmax(A, axis=0), axis=1)) + winner(v)' }
        @{ Script = { $v.Outer($v).Inv().T.Dot($v).Dot($v.Outer($v).Solve($v)) }; Text = 'inv(outer(v, v)).T @ v @ solve(outer(v, v), v)' }
        @{ Script = { $v.Outer($v).LogDet() + $v.Outer($v).Cholesky().Tril() + 0 * $A.Sum() }; Text = 'logdet(outer(v, v)) + tril(cholesky(outer(v, v))) + 0 * sum(A)' }
        @{ Script = { $v.Outer($v).Trace() + $v.Diag() + $A.Sum() }; Text = 'trace(outer(v, v)) + diag(v) + sum(A)' }
        @{ Script = { $v.Column() + $A.Reshape(3, 2)[0, 1] * $v.Broadcast(3, 3) }; Text = 'reshape(v, 3, 1) + (reshape(A, 3, 2))[0, 1] * broadcast(v, 3, 3)' }
        @{ Script = { $A.Take(1) * $v }; Text = 'take(A, 1) * v' }
        @{ Script = { $A[0, 1] + $A[-1] }; Text = 'A[0, 1] + A[1]' }
        @{ Script = { $v[0..1].Norm() * $v[-2..-1] }; Text = 'norm(v[:2]) * v[1:]' }
        @{ Script = { $A[0, (1..2)] - $A[(0..1), -1] }; Text = 'A[0, 1:] - A[:, 2]' }
        @{ Script = { [Math]::Max($v, 0) }; Text = 'max(v, 0.0)' }
    ) {
        (New-ExprNode $Script -Shape (Get-Shape $Script)).ToString() -replace '^.*; ' | Should -BeExactly $Text
    }

    It '<Script> is refused: <Id>' -ForEach @(
        @{ Script = { $A.Dot($A) + $v[0] }; Id = 'ShapeMismatch'; Says = 'column *do not go together in ''@''*' }
        @{ Script = { $A.Dot() + $v[0] }; Id = 'ArgumentCount'; Says = "*'.Dot()' takes 1 argument, not 0*" }
        @{ Script = { $A.Reshape() + $v[0] }; Id = 'ArgumentCount'; Says = "*'.Reshape()' takes 1 or 2 arguments, not 0*" }
        @{ Script = { $A.Invert() + $v[0] }; Id = 'OperationUnknown'; Says = "*'.Invert()' is not an operation of expressions*" }
        @{ Script = { $A.Length + $v[0] }; Id = 'ScriptBlockUnsupported'; Says = "*'`$A.Length' cannot be part of an expression*" }
        @{ Script = { $A[0] + $v[3] }; Id = 'IndexInvalid'; Says = '*there is no element 3*' }
        @{ Script = { $A[0] + $v[0, 1] }; Id = 'IndexInvalid'; Says = '*a vector (3) has one index*' }
        @{ Script = { $A[0] + $v[1..0] }; Id = 'IndexInvalid'; Says = '*does not go upwards*' }
        @{ Script = { $A[0] + $v[0..-1] }; Id = 'IndexInvalid'; Says = '*does not go upwards*' }
        @{ Script = { $A[0] + $v[0..3] }; Id = 'IndexInvalid'; Says = '*the range 0..3 is not there: there are 3 elements*' }
        @{ Script = { $A[0] + $v[$i] }; Id = 'IndexInvalid'; Says = "*'`$i' is not a whole number*" }
        @{ Script = { $A.Sum(2) + $v[0] }; Id = 'IndexInvalid'; Says = '*no axis 2*' }
        @{ Script = { $A[0] + $v + $x[0] }; Id = 'ShapeMismatch'; Says = '*''$x'' is a number and has no elements*-Shape*' }
    ) {
        $problem = Get-Error { New-ExprNode $Script -Shape (Get-Shape $Script) }
        $problem.Id | Should -BeExactly $Id
        $problem.Message | Should -BeLike "*$Says"
    }
}

Describe 'Nodes with arrays have members, indices and operators' {
    It 'by which formulas are put together' {
        ($matrix.Dot($vector) * 2).ToString() | Should -BeExactly 'A: [2, 3]; v: [3]; (A @ v) * 2'
        $matrix.T.Shape | Should -Be 3, 2
        "$($matrix[1, 2])", "$($matrix[0])", "$($vector[-1])" | Should -BeExactly 'A: [2, 3]; A[1, 2]', 'A: [2, 3]; A[0]', 'v: [3]; v[2]'
        [PSAutodiff.ExprNode]::MatMul($matrix, $vector).Equals($matrix.Dot($vector)) | Should -BeTrue
        [PSAutodiff.ExprNode]::Concat($matrix, $matrix, 1).Shape | Should -Be 2, 6
        ($vector + [double[]](1, 2, 3)).ToString() | Should -BeExactly 'v: [3]; v + [1, 2, 3]'
        [PSAutodiff.ExprNode]::Zeros(2, 3).ToString() | Should -BeExactly 'zeros(2, 3)'
    }

    It 'and a range of indices is a part, as in a script block' {
        $vector[0..1].ToString() | Should -BeExactly 'v: [3]; v[:2]'
    }

    It 'and a number is its own first element, as everything is in PowerShell' {
        $number = New-ExprNode 'x + 1'
        [object]::ReferenceEquals($number[0], $number) | Should -BeTrue
    }
}

Describe 'Vectors and matrices are shown, kept and sent' {
    It 'with the formula and the shapes apart' {
        (New-ExprNode 'A: [2, 3]; v: [3]; x * tanh(A @ v)' | Out-String).Trim() | Should -BeExactly 'x * tanh(A @ v)  # (2) from A (2, 3), v (3)'
        (New-ExprNode 'H: [3, 3] symmetric; trace(H)' | Out-String).Trim() | Should -BeExactly 'trace(H)  # a number from H (3, 3) symmetric'
        ($matrix | Out-String).Trim() | Should -BeExactly 'A  # (2, 3)'
        (New-ExprNode 'a: [2]; b: [2]; c: [2]; d: [2]; e: [2]; f: [2]; g: [2]; a+b+c+d+e+f+g' | Out-String).Trim() | Should -BeLike '*f (2) and 1 more'
        (New-ExprNode 'x + 1' | Out-String).Trim() | Should -BeExactly 'x + 1'
    }

    It 'by Clixml, alone and as gradients' {
        $node = New-ExprNode 'H: [3, 3] symmetric; v: [3]; v @ H @ v + sum(outer(v, v), axis=0)[1]'
        foreach ($object in $node, ($node | Invoke-Differentiate -Gradient)) {
            $file = Join-Path $TestDrive node.xml
            , $object | Export-Clixml $file
            $back = Import-Clixml $file
            if ($object -is [PSAutodiff.ExprNode]) { $back.Equals($object) | Should -BeTrue; $back.GetHashCode() | Should -Be $object.GetHashCode() }
            else { foreach ($name in 'H', 'v') { $back[$name].Equals($object[$name]) | Should -BeTrue } }
        }
    }

    It 'by jobs' {
        $node = New-ExprNode 'A: [2, 3]; softmax(A)[0, 1:]'
        $module = (Get-Module PSAutodiff).Path
        $back = Start-ThreadJob { $using:node } | Receive-Job -Wait -AutoRemoveJob
        $back.Equals($node) | Should -BeTrue
        $back = Start-Job { Import-Module $using:module; $using:node } | Receive-Job -Wait -AutoRemoveJob
        $back | Should -BeOfType PSAutodiff.ExprNode
        $back.Equals($node) | Should -BeTrue
        $back.Shape | Should -Be 2
    }

    It 'by JSON' {
        $node = New-ExprNode 'A: [2, 3]; softmax(A)[0, 1:] * [1, 0.5]'
        $json = $node | ConvertTo-ExprText Json
        ($json | ConvertFrom-Json).version | Should -Be 2
        (New-ExprNode -Json $json).Equals($node) | Should -BeTrue
    }

    It 'as names in ordinal order' {
        (New-ExprNode 'b: [2]; B: [2]; a10: [2]; a9: [2]; b + B + a10 + a9').ToString() | Should -BeExactly 'B: [2]; a10: [2]; a9: [2]; b: [2]; b + B + a10 + a9'
    }
}
