# Shapes beside text: -Shape of every cmdlet that takes text; and elements, parts and static methods in PowerShell's own syntax.
BeforeAll {
    Set-StrictMode -Off
    . "$PSScriptRoot/../Support.ps1"
    $shapes = @{ A = 2, 3; v = 3 }
    $at = @{ A = (1, 2, 3), (4, 5, 6); v = 1, 0, -1 }
}

Describe '-Shape beside text' {
    It 'is taken by <Name>' -ForEach @(
        @{ Name = 'New-ExprNode'; Script = { param($s) New-ExprNode 'A @ v' -Shape $s }; Expected = 'A: [2, 3]; v: [3]; A @ v' }
        @{ Name = 'Invoke-Differentiate'; Script = { param($s) Invoke-Differentiate 'sum((A @ v)^2)' v -Shape $s }; Expected = 'A: [2, 3]; v: [3]; 2 * (A.T @ (A @ v))' }
        @{ Name = 'Invoke-Differentiate in a pipeline'; Script = { param($s) 'sum((A @ v)^2)' | Invoke-Differentiate v -Shape $s }; Expected = 'A: [2, 3]; v: [3]; 2 * (A.T @ (A @ v))' }
        @{ Name = 'Invoke-Simplify'; Script = { param($s) Invoke-Simplify 'A @ v + A @ v' -Shape $s }; Expected = 'A: [2, 3]; v: [3]; 2 * (A @ v)' }
        @{ Name = 'ConvertTo-ExprText'; Script = { param($s) ConvertTo-ExprText 'A @ v' Lab -Shape $s }; Expected = 'A: [2, 3]; v: [3]; matmul ( A , v )' }
        @{ Name = 'Resolve-Expression'; Script = { param($s) Resolve-Expression 'A @ v' @{ v = 1, 2, 3 } -Shape $s }; Expected = 'A: [2, 3]; A @ [1, 2, 3]' }
        @{ Name = 'Measure-Expression'; Script = { param($s, $at) Measure-Expression 'sum(A @ v)' -Shape $s -At $at }; Expected = -4 }
        @{ Name = 'Measure-Expression -Cost'; Script = { param($s) (Measure-Expression 'sum(A @ v)' -Shape $s -Cost).Nodes }; Expected = 5 }
        @{ Name = 'New-CompiledExpression'; Script = { param($s, $at) (New-CompiledExpression 'sum(A @ v)' -Shape $s).Invoke($at.A, $at.v) }; Expected = -4 }
        @{ Name = 'Compare-Expression'; Script = { param($s) (Compare-Expression 'v @ A.T' 'A @ v' -Shape $s).Equal }; Expected = $true }
        @{ Name = 'Test-Derivative'; Script = { param($s, $at) Test-Derivative 'sum((A @ v)^2)' -Shape $s -At $at }; Expected = $true }
        @{ Name = 'Find-Minimum'; Script = { param($s, $at) (Find-Minimum 'sum((v - 1)^2) + 0*sum(A)' -Shape $s -At $at).StopReason }; Expected = 'Converged' }
        @{ Name = 'script blocks'; Script = { param($s) Invoke-Simplify { $A.Dot($v) + $A.Dot($v) } -Shape $s }; Expected = 'A: [2, 3]; v: [3]; 2 * (A @ v)' }
    ) {
        "$(& $Script $shapes $at)" | Should -BeExactly "$Expected"
    }

    It 'goes together with shapes from values' {
        Measure-Expression 'sum(A @ v) + x' -Shape @{ A = 2, 3 } -At ($at + @{ x = 1 }) | Should -Be -3
        (Measure-Expression 'sum(v)' -Shape @{ v = 3 } -At @{ v = 1, 2, 3 } -Gradient).Gradient['v'] | Should -Be 1, 1, 1
    }

    It 'gives the names of both expressions of a comparison shapes' {
        (Compare-Expression '2*v' 'v + w*0 + v' -Shape @{ v = 3; w = 3 }).Equal | Should -BeTrue
        Get-ErrorId (Get-Outcome { Compare-Expression '2*v' 'v + v' -Shape @{ v = 3; q = 3 } }).Errors[0] | Should -BeExactly VariableUnknown
    }

    It 'has to fit: <Why>, and the pipeline goes on' -ForEach @(
        @{ Why = 'a name that is not there'; Texts = 'v', 'v + q'; Shape = @{ v = 3; q = 3 }; Id = 'VariableUnknown'; Message = "*'q'*not a variable*" }
        @{ Why = 'another shape in the text'; Texts = 'v: [2]; v', 'v'; Shape = @{ v = 3 }; Id = 'ShapeConflict'; Message = '*a vector (2) in the expression*a vector (3) by -Shape*' }
        @{ Why = 'a text that does not go with it'; Texts = 'v + [1, 2]', 'v'; Shape = @{ v = 3 }; Id = 'ShapeMismatch'; Message = '*a vector (3) and a vector (2)*' }
    ) {
        $outcome = Get-Outcome { $Texts | Invoke-Simplify -Shape $Shape }
        $outcome.Output | Should -HaveCount 1
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message | Should -BeLike $Message
    }

    It 'ends the command when it is <What>' -ForEach @(
        @{ What = 'no table'; Shape = 3; Message = '*a table of names and shapes*' }
        @{ What = 'a size of 0'; Shape = @{ v = 0 }; Message = "*The shape of 'v' is '0'*" }
        @{ What = 'three sizes'; Shape = @{ v = 1, 2, 3 }; Message = "*'1, 2, 3'*" }
        @{ What = 'a text that is no shape'; Shape = @{ v = '3)' }; Message = "*is '3)'*" }
    ) {
        { 'v' | Invoke-Simplify -Shape $Shape -ErrorAction Stop } | Should -Throw $Message -ErrorId 'ShapeInvalid,*'
    }

    It 'is not for networks' {
        { @{ x1 = 0; x2 = 1; y = 1 } | Test-Derivative (New-NeuralNetwork 2 1) -Label y -Shape @{ v = 3 } } | Should -Throw -ErrorId 'ArgumentInvalid,*'
    }
}

Describe 'Elements and parts of nodes' {
    BeforeAll {
        $A = New-ExprNode -Name A -Shape 2, 3
        $v = New-ExprNode -Name v -Shape 3
        $x = New-ExprNode x
    }

    It 'are <Text>' -ForEach @(
        @{ Script = { $v[0] }; Text = 'v[0]' }, @{ Script = { $v[-1] }; Text = 'v[2]' }, @{ Script = { $A[1] }; Text = 'A[1]' }, @{ Script = { $A[1, -1] }; Text = 'A[1, 2]' }
        @{ Script = { $v[0..1] }; Text = 'v[:2]' }, @{ Script = { $v[-2..-1] }; Text = 'v[1:]' }, @{ Script = { $A[(0..0), 1] }; Text = 'A[:1, 1]' }, @{ Script = { $A[1, (0..1)] }; Text = 'A[1, :2]' }
        @{ Script = { $v[[long]1] }; Text = 'v[1]' }, @{ Script = { $v[[double]1] }; Text = 'v[1]' }, @{ Script = { (1 | ForEach-Object { $_ }) | ForEach-Object { $v[$_] } }; Text = 'v[1]' }
    ) {
        ("$(& $Script)" -split '; ')[-1] | Should -BeExactly $Text
    }

    It 'are the same in a script block: <_>' -ForEach '$v[1]', '$v[-1]', '$A[1]', '$A[1, -1]', '$v[0..1]', '$v[-2..-1]', '$A[(0..0), 1]' {
        $script = [scriptblock]::Create($_)
        (New-ExprNode $script -Shape ($_ -clike '*A*' ? @{ A = 2, 3 } : @{ v = 3 })).Equals((& $script)) | Should -BeTrue
    }

    It 'take a number for a list of one' {
        $x[0] | Should -Be $x
        $x[-1] | Should -Be $x
        (Invoke-Differentiate 'x^2' x)[0].ToString() | Should -BeExactly '2 * x'
    }

    It 'are errors, not nothing, where there are none: <Script>' -ForEach @(
        @{ Script = { $v[0, 1] }; Message = 'a vector (3) has one index.' }
        @{ Script = { $A[7] }; Message = 'there is no row 7: there are 2, from 0 to 1.' }
        @{ Script = { $A[0, 3] }; Message = 'there is no column 3: there are 3, from 0 to 2.' }
        @{ Script = { $A[0, 1, 2] }; Message = 'a matrix (2, 3) has at most two indices.' }
        @{ Script = { $v[1..3] }; Message = 'the range 1..3 is not there: there are 3 elements, from 0 to 2.' }
        @{ Script = { $v[2..0] }; Message = 'After the index 2 stands 1. *' }
        @{ Script = { $v[1.5] }; Message = "An index is a whole number, not '1.5'." }
        @{ Script = { $v['a'] }; Message = "An index is a whole number, not 'a'." }
        @{ Script = { $v[$null] }; Message = "An index is a whole number, not ''." }
        @{ Script = { $x[1] }; Message = 'there is no element 1: there is 1, and its index is 0.' }
        @{ Script = { $x[0, 0] }; Message = 'a number has no elements.' }
    ) {
        $problem = $null
        try { $null = & $Script } catch { $problem = $_ }
        $problem.Exception.GetBaseException().ErrorId | Should -BeExactly IndexInvalid
        $problem.Exception.GetBaseException().Message | Should -BeLike $Message
    }
}

Describe 'Static methods in script blocks' {
    It 'make <Text>' -ForEach @(
        @{ Script = { [PSAutodiff.ExprNode]::Concat($A, $A, 1) }; Shape = @{ A = 2, 3 }; Text = 'concat(A, A, axis=1)' }
        @{ Script = { [PSAutodiff.ExprNode]::Concat($v, 2*$v) }; Shape = @{ v = 3 }; Text = 'concat(v, 2 * v)' }
        @{ Script = { [PSAutodiff.ExprNode]::Stack($v, $v) }; Shape = @{ v = 3 }; Text = '[v, v]' }
        @{ Script = { [PSAutodiff.ExprNode]::MatMul([PSAutodiff.ExprNode]::Eye(3), $v) }; Shape = @{ v = 3 }; Text = 'eye(3) @ v' }
        @{ Script = { [ExprNode]::Sigmoid($x) + [exprnode]::log($x, 2) }; Shape = @{}; Text = 'sigmoid(x) + log2(x)' }
        @{ Script = { [PSAutodiff.ExprNode]::Max($x, $y, 3) }; Shape = @{}; Text = 'max(max(x, y), 3)' }
        @{ Script = { [PSAutodiff.ExprNode]::Scatter($v, [PSAutodiff.ExprNode]::Zeros(3), 4) }; Shape = @{ v = 3 }; Text = 'scatter(v, zeros(3), 4)' }
    ) {
        $more = if ($Shape.Count) { @{ Shape = $Shape } } else { @{} }
        ("$(New-ExprNode $Script @more)" -split '; ')[-1] | Should -BeExactly $Text
    }

    It 'are refused: <Script>' -ForEach @(
        @{ Script = { [PSAutodiff.ExprNode]::Concat($a) }; Id = 'ArgumentCount'; Message = 'Script block, line *Concat() does not take 1 argument*Concat(x, y, axis)*' }
        @{ Script = { [PSAutodiff.ExprNode]::Concat($a, $b, $c) }; Id = 'IndexInvalid'; Message = "*'`$c' is not a whole number*" }
        @{ Script = { [PSAutodiff.ExprNode]::Concat($a, $b) }; Id = 'ShapeMismatch'; Message = "Script block, line *a number and a number*'concat'*" }
        @{ Script = { [PSAutodiff.ExprNode]::Parse('x') }; Id = 'OperationUnknown'; Message = '*These do: Abs, *' }
        @{ Script = { [PSAutodiff.Network]::Create($a) }; Id = 'ScriptBlockUnsupported'; Message = '*cannot be part*' }
        @{ Script = { $A[0..1, 1] }; Id = 'IndexInvalid'; Message = '*stands in parentheses*' }
    ) {
        $outcome = Get-Outcome { $Script, 'x' | New-ExprNode }
        $outcome.Output | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message | Should -BeLike $Message
    }
}
