# What is wrong with shapes, indices and values, by every door: one error with a stable id that names both sides, and the pipeline goes on.
BeforeDiscovery {
    $doors = @(
        @{ Door = 'New-ExprNode'; Pipe = { $input | New-ExprNode } }
        @{ Door = 'Invoke-Differentiate'; Pipe = { $input | Invoke-Differentiate x } }
        @{ Door = 'Invoke-Simplify'; Pipe = { $input | Invoke-Simplify } }
        @{ Door = 'ConvertTo-ExprText'; Pipe = { $input | ConvertTo-ExprText Let } }
        @{ Door = 'Measure-Expression'; Pipe = { $input | Measure-Expression -At @{ x = 2 } } }
        @{ Door = 'New-CompiledExpression'; Pipe = { $input | New-CompiledExpression } }
        @{ Door = 'Compare-Expression'; Pipe = { $input | Compare-Expression 'x' } }
        @{ Door = 'Resolve-Expression'; Pipe = { $input | Resolve-Expression -At @{ x = 2 } } }
        @{ Door = 'Test-Derivative'; Pipe = { $input | Test-Derivative -At @{ x = 2 } } }
        @{ Door = 'Find-Minimum'; Pipe = { $input | Find-Minimum -At @{ x = 2 } } }
    )
    $values = @(
        @{ What = 'too short a vector'; At = @{ v = 1, 2 }; Id = 'ShapeMismatch'; Message = "The value of 'v' is a vector (2), but 'v' is a vector (3)." }
        @{ What = 'a number for a vector'; At = @{ v = 1 }; Id = 'ShapeMismatch'; Message = "* 'v' is a number, but 'v' is a vector (3)." }
        @{ What = 'a matrix of other sizes'; At = @{ A = (1, 2), (3, 4), (5, 6) }; Id = 'ShapeMismatch'; Message = "The value of 'A' is a matrix (3, 2), but 'A' is a matrix (2, 3)." }
        @{ What = 'an array of three axes'; At = @{ A = [double[, , ]]::new(2, 3, 1) }; Id = 'ShapeMismatch'; Message = "The value of 'A' has 3 axes; arrays have one or two." }
        @{ What = 'ragged rows'; At = @{ A = (1, 2, 3), (4, 5) }; Id = 'ShapeMismatch'; Message = "The rows of 'A' differ: row 0 has 3 elements and row 1 has 2 elements.*" }
        @{ What = 'a row that is not a list'; At = @{ A = (1, 2, 3), 4 }; Id = 'ShapeMismatch'; Message = "The rows of 'A' differ: row 0 has 3 elements and row 1 is not a list.*" }
        @{ What = 'an empty list'; At = @{ v = @() }; Id = 'ValueMissing'; Message = "The value of 'v' is an empty list*" }
        @{ What = 'empty rows'; At = @{ A = @(@(), @()) }; Id = 'ValueMissing'; Message = "The value of 'A' is an empty list*" }
        @{ What = 'a text among numbers'; At = @{ v = 1, 'x', 3 }; Id = 'ValueNotNumeric'; Message = "The element v?1? is 'x', not a number." }
        @{ What = 'null among numbers'; At = @{ v = 1, $null, 3 }; Id = 'ValueNotNumeric'; Message = 'The element v?1? is missing, not a number.' }
        @{ What = 'a matrix that is not symmetric'; At = @{ H = (1, 2), (3, 4) }; Id = 'ValueNotSymmetric'; Message = "'H' is declared symmetric, but H?1, 0? is 3 and H?0, 1? is 2." }
        @{ What = 'NaN beside a number'; At = @{ H = (1, [double]::NaN), (2, 4) }; Id = 'ValueNotSymmetric'; Message = "'H' is declared symmetric*" }
    )
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    # One error for the first of two, in one line but for the caret, and the second is done.
    function Assert-OneError($Outcome, [string]$Id, [string]$Message, [string]$Because, [int]$Output = 1) {
        $Outcome.Errors | Should -HaveCount 1 -Because $Because
        Get-ErrorId $Outcome.Errors[0] | Should -BeExactly $Id -Because $Because
        ($Outcome.Errors[0].Exception.Message -split '\r?\n')[0] | Should -BeLike $Message -Because $Because
        $Outcome.Output | Should -HaveCount $Output -Because $Because
    }
}

Describe 'Text that does not fit, through <Door>' -ForEach $doors {
    It '<Text>' -ForEach @(
        @{ Text = 'A: [2, 3]; v: [2]; A @ v'; Id = 'ShapeMismatch'; Message = "Column 22: a matrix (2, 3) and a vector (2)*'@'*3 columns*2 elements*" }
        @{ Text = 'v: [3]; w: [4]; 1 + (v + w)'; Id = 'ShapeMismatch'; Message = "Column 24: a vector (3) and a vector (4)*'+'*" }
        @{ Text = 'A: [2, 3]; B: [2, 4]; concat(A, B)'; Id = 'ShapeMismatch'; Message = "Column 23: a matrix (2, 3) and a matrix (2, 4)*'concat'*" }
        @{ Text = 'v: [2]; w: [3]; [v, w]'; Id = 'ShapeMismatch'; Message = 'Column 17: *a vector (2)*a vector (3)*' }
        @{ Text = '[[1, 2], [3]]'; Id = 'ShapeMismatch'; Message = 'Column 1: *a vector (2)*a vector (1)*' }
        @{ Text = 'v: [3]; v: [4]; v'; Id = 'ShapeConflict'; Message = "Column 9: *'v'*" }
        @{ Text = 'A: [2, 3]; sum(A, axis=2)'; Id = 'IndexInvalid'; Message = "Column 12: There is no axis 2 of a matrix (2, 3) in 'sum'*" }
        @{ Text = 'v: [3]; v[3]'; Id = 'IndexInvalid'; Message = 'Column 11: there is no element 3: there are 3, from 0 to 2.' }
        @{ Text = 'A: [2, 3]; A[-3:]'; Id = 'IndexInvalid'; Message = 'Column 14: the range -3: is not there: there are 2 rows, from 0 to 1.' }
        @{ Text = 'A: [2, 3]; A[:, 4:9]'; Id = 'IndexInvalid'; Message = 'Column 17: the range 4:9 is not there: there are 3 columns, from 0 to 2.' }
        @{ Text = 'v: [3]; v[2:-1]'; Id = 'IndexInvalid'; Message = 'Column 11: the range 2:-1 is empty*' }
        @{ Text = 'v: [0]; v'; Id = 'ShapeInvalid'; Message = 'Column 5: expected a size*' }
        @{ Text = 'v: [99999999999999999999]; v'; Id = 'ShapeInvalid'; Message = 'Column 5: expected a size, a whole number from 1 to 2^53.' }
        @{ Text = '[]'; Id = 'ExpressionSyntax'; Message = 'Column 1: an array needs at least one element.' }
    ) {
        Assert-OneError (Get-Outcome { $Text, 'x^2' | & $Pipe }) $Id $Message "$Door reads it"
    }
}

Describe 'Values that do not fit, through <Door>' -ForEach @(
    @{ Door = 'Measure-Expression'; Pipe = { param($at) $input | Measure-Expression -At $at } }
    @{ Door = 'Measure-Expression -Gradient'; Pipe = { param($at) $input | Measure-Expression -At $at -Gradient } }
    @{ Door = 'Measure-Expression -Hessian'; Pipe = { param($at) $input | Measure-Expression -At $at -Hessian } }
    @{ Door = 'Resolve-Expression'; Pipe = { param($at) $input | Resolve-Expression -At $at } }
    @{ Door = 'Test-Derivative'; Pipe = { param($at) $input | Test-Derivative -At $at } }
    @{ Door = 'Find-Minimum'; Pipe = { param($at) $input | Find-Minimum -At $at -MaxIteration 1 -WarningAction Ignore } }
) {
    It '<What>' -ForEach $values {
        $point = @{ A = (1, 2, 3), (4, 5, 6); v = 1, 2, 3; H = (1, 2), (2, 5); x = 1 }
        foreach ($name in $At.Keys) { $point[$name] = $At[$name] }
        $outcome = Get-Outcome { 'A: [2, 3]; v: [3]; H: [2, 2] symmetric; norm(A @ v)^2 + sum(H^2)', 'x^2' | & $Pipe $point }
        Assert-OneError $outcome $Id $Message "$Door takes the values"
    }
}

Describe 'Values that do not fit, given to a compiled function' {
    It '<What>' -ForEach $values {
        $point = @{ A = (1, 2, 3), (4, 5, 6); v = 1, 2, 3; H = (1, 2), (2, 5) }
        foreach ($name in $At.Keys) { $point[$name] = $At[$name] }
        $function = New-CompiledExpression 'A: [2, 3]; v: [3]; H: [2, 2] symmetric; norm(A @ v)^2 + sum(H^2)' A, v, H -Gradient
        foreach ($call in { $function.Invoke($point.A, $point.v, $point.H) }, { $function.InvokeGradient($point.A, $point.v, $point.H) }) {
            $problem = $null
            try { $null = & $call } catch { $problem = $_.Exception.GetBaseException() }
            $problem.ErrorId | Should -BeExactly $Id
            $problem.Message | Should -BeLike $Message
        }
    }
}

Describe 'A value where the text takes its shape from it' {
    It 'is named when it is <What>' -ForEach @(
        @{ What = 'a text'; Value = 'abc'; Message = "The value of 'x' is 'abc', neither a number nor a list of numbers." }
        @{ What = 'null'; Value = $null; Message = "The value of 'x' is missing, *" }
        @{ What = 'an object'; Value = [datetime]'2026-01-01'; Message = "The value of 'x' is an object of type DateTime, *" }
    ) {
        $outcome = Get-Outcome { 'sum(x)', 'norm([x])', 'y' | Measure-Expression -At @{ x = $Value; y = 1 } }
        $outcome.Errors[0].Exception.Message | Should -BeLike $Message
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ValueNotNumeric
        $outcome.Output | Should -Be 1
    }
}

Describe 'A variable without a value where shapes come from the values' {
    It 'is named, not its shape: <Text>' -ForEach @(
        @{ Text = 'A @ v'; At = @{ A = (3, 0), (0, 2); x = 1 }; Name = "Variable 'v' has" }
        @{ Text = 'sum(v)'; At = @{ w = 1, 2; x = 1 }; Name = "Variable 'v' has" }
        @{ Text = 'v[0]'; At = @{ x = 1 }; Name = "Variable 'v' has" }
        @{ Text = 'a*w + sum(v)'; At = @{ w = 1, 2; x = 1 }; Name = "Variables 'a', 'v' have" }
    ) {
        Assert-OneError (Get-Outcome { $Text, 'x' | Measure-Expression -At $At }) VariableNotBound "$Name no value and *taken for*number*" 'it has no value'
    }

    It 'keeps the shapes as the error where all have values' {
        Assert-OneError (Get-Outcome { 'A*v + x', '2' | Measure-Expression -At @{ A = (3, 0), (0, 2); v = 1, 1; x = 1, 2, 3 } }) ShapeMismatch "*a matrix (2, 2) and a vector (3)*'+'*" 'all have values'
    }

    It 'is named beside the shapes where it needs none' {
        Assert-OneError (Get-Outcome { 'A @ v', '2' | Resolve-Expression -At @{ A = (3, 0), (0, 2) } }) ShapeMismatch "Variable 'v' has no value and was taken for a number; -Shape @{ v = 3 } *'@'*" 'Resolve-Expression leaves variables'
        $problem = { @{ x = 1 } | Measure-Expression 'x @ w' -At @{ w = 1, 2 } -ErrorAction Stop } | Should -Throw -PassThru
        Get-ErrorId $problem | Should -BeExactly ShapeMismatch
        $problem.Exception.Message | Should -BeLike "Variable 'x' *-Shape*"
    }
}

Describe 'Messages of arrays' {
    It 'says what stands between elements' {
        $problem = { New-ExprNode '[1 2]' -ErrorAction Stop } | Should -Throw -PassThru
        $problem.Exception.Message | Should -BeLike "*unexpected '2'; expected an operator*',' or '?'*"
    }

    It 'says which part does not go into the array' {
        $problem = { New-ExprNode 'v: [3]; place(v, 5, 3, 0, 6)' -ErrorAction Stop } | Should -Throw -PassThru
        Get-ErrorId $problem | Should -BeExactly IndexInvalid
        $problem.Exception.Message | Should -BeLike "*'place' * 3 elements from 5 on along axis 0, which has the size 6.*"
    }

    It 'gives no advice of other cmdlets for gradients of arrays: <Door>' -ForEach @(
        @{ Door = 'Measure-Expression'; Script = { 'v: [2]; 2*v' | Measure-Expression -Gradient -At @{ v = 1, 2 } -ErrorAction Stop } }
        @{ Door = 'New-CompiledExpression'; Script = { 'v: [2]; 2*v' | New-CompiledExpression -Gradient -ErrorAction Stop } }
    ) {
        $problem = $Script | Should -Throw -PassThru
        Get-ErrorId $problem | Should -BeExactly DerivativeOfArray
        $problem.Exception.Message | Should -BeLike '*Take a sum or an element of it.*Invoke-Differentiate*'
    }

    It 'counts the arguments of a function of one array' {
        $problem = { (New-CompiledExpression 'v: [2]; sum(v)').Invoke() } | Should -Throw -PassThru
        $problem.Exception.GetBaseException().ErrorId | Should -BeExactly ArgumentCount
    }

    It 'says that a whole number is too large' {
        $outcome = Get-Outcome { 'x^2', 'sum([x, 1])' | Measure-Expression -At @{ x = [bigint]::Pow(10, 400) } }
        $outcome.Errors | ForEach-Object { $_.Exception.Message } | Should -BeLike '*an integer too large for a double*'
        'x^2' | Measure-Expression -At @{ x = [bigint]5 } | Should -Be 25
    }
}

Describe 'Sizes that no computer holds' {
    It 'are declared, differentiated and written in no time' {
        'W: [1000000000, 8]; sum(W^2)' | Invoke-Differentiate | Should -BeExactly (New-ExprNode 'W: [1000000000, 8]; 2*W')
        'W: [1000000000, 8]; W + 0' | Invoke-Simplify | Should -BeExactly (New-ExprNode 'W: [1000000000, 8]; W')
        'W: [1000000000, 8]; W' | ConvertTo-ExprText Json | Should -BeLike '*1000000000*'
        'W: [1000000000, 8]; c*W' | Resolve-Expression -At @{ c = 2 } | Should -BeExactly (New-ExprNode 'W: [1000000000, 8]; 2*W')
    }

    It 'are an error where numbers are asked for: <Text>' -ForEach @(
        @{ Text = 'sum(zeros(1000000000, 8))' }, @{ Text = 'ones(1000000000, 8)' }, @{ Text = 'eye(1000000000)' }, @{ Text = 'trace(eye(1000000000))' }, @{ Text = 'sum(reshape(ones(4000000000), 2, 2000000000))' }
    ) {
        Assert-OneError (Get-Outcome { $Text, 'x' | Measure-Expression -At @{ x = 1 } }) DataTooLarge '*more than*' 'it is evaluated'
        Assert-OneError (Get-Outcome { $Text, 'x' | New-CompiledExpression }) DataTooLarge '*more than*' 'it is compiled'
    }

    It 'are an error as variables' {
        Assert-OneError (Get-Outcome { 'W: [1000000000, 8]; sum(W)', 'x' | Measure-Expression -At @{ x = 1; W = 1, 2 } }) DataTooLarge '*more than*' 'it is evaluated'
        Assert-OneError (Get-Outcome { 'W: [1000000000, 8]; sum(W)', 'x' | Compare-Expression 'x' }) DataTooLarge '*more than*' 'it is compared'
    }

    It 'are an error as Hessians' {
        Assert-OneError (Get-Outcome { 'v: [100000]; sum(v^2)', 'x' | Measure-Expression -At @{ v = 1..100000; x = 1 } -Hessian }) DataTooLarge '*100000 elements*10000000000 entries*' 'it has too many entries'
    }
}

Describe 'Arrays where a number is needed' {
    It 'are refused by <Door>' -ForEach @(
        @{ Door = 'Find-Root'; Script = { 'v: [2]; norm(v) - 1' | Find-Root -At @{ v = 1, 2 } } }
        @{ Door = 'Show-Expression'; Script = { Show-Expression 'v: [2]; sum(v)' } }
        @{ Door = 'Measure-WeightDecay'; Script = { Measure-WeightDecay 'v: [2]; v @ v' -Minimizer @{ v = 1, 2 } -Decay 1 } }
        @{ Door = 'Measure-Expression -Adjoint'; Script = { 'v: [2]; sum(v)' | Measure-Expression -Adjoint -At @{ v = 1, 2 } } }
        @{ Door = 'CompiledFunction.InvokeMany'; Script = { (New-CompiledExpression 'v: [2]; sum(v)').InvokeMany(((1, 2), (3, 4))) } }
        @{ Door = 'CompiledFunction.InvokeMany with double[]'; Script = { (New-CompiledExpression 'v: [2]; sum(v)').InvokeMany([double[]](1, 2)) } }
        @{ Door = 'CompiledFunction.InvokeManyGradient'; Script = { (New-CompiledExpression 'v: [2]; sum(v)' -Gradient).InvokeManyGradient(((1, 2), (3, 4))) } }
    ) {
        $outcome = Get-Outcome $Script
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        $problem = $outcome.Errors[0].Exception.GetBaseException()
        $problem.ErrorId | Should -BeExactly ArraysUnsupported
        $problem.Message | Should -BeLike "*'v' is a vector (2)*" -Because $Door
    }


    It 'are refused as columns of numbers' {
        $function = New-CompiledExpression 'x*y'
        $problem = (Get-Outcome { $function.InvokeMany(((1, 2), (3, 4)), (1, 2)) }).Errors[0].Exception.GetBaseException()
        $problem.ErrorId | Should -BeExactly ValueNotNumeric
        $problem.Message | Should -BeLike "Value 1 of 'x'*"
        $function.InvokeMany(@(1, '2', 3l), 2) | Should -Be 2, 4, 6
        $function.InvokeMany([System.Collections.Generic.List[object]]@(1, 2), [float[]](3, 4)) | Should -Be 3, 8
    }
}

Describe 'Modes that have no form for a derivative by arrays' {
    It 'says so of mode <Mode> and what to take instead' -ForEach @(
        @{ Mode = 'Forward'; Order = 1; Text = 'W: [2, 2]; sum(W^2)'; By = 'W'; Message = "Mode Forward goes along one direction at a time,*by all elements of 'W', a matrix (2, 2)*-Mode Reverse or Auto*-Direction*"; Right = '2 * W' }
        @{ Mode = 'Reverse'; Order = 2; Text = 'v: [3]; sum(v^2)'; By = 'v'; Message = "Mode Reverse differentiates numbers, and derivative 1 by 'v' is a vector (3).*-Mode Auto*-Direction*"; Right = '2 * eye(3)' }
    ) {
        $outcome = Get-Outcome { $Text, "$By*3" | Invoke-Differentiate $By -Mode $Mode -Order $Order }
        Assert-OneError $outcome DerivativeOfArray $Message $Text
        ("$($Text | Invoke-Differentiate $By -Order $Order)" -split '; ')[-1] | Should -BeExactly $Right
    }
}
