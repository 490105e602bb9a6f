BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    function Get-Bit([double]$Number) { [BitConverter]::DoubleToInt64Bits($Number) }
    # The error that a method threw, without what PowerShell wraps around it.
    function Get-Thrown([scriptblock]$Call) {
        try { $null = & $Call }
        catch { return $_.Exception.InnerException }
        throw 'Nothing was thrown.'
    }
}

Describe 'New-CompiledExpression' {
    It 'makes a function from <How>' -ForEach @(
        @{ How = 'text'; Make = { 'x*y + 1' | New-CompiledExpression } }
        @{ How = 'a script block'; Make = { { $x * $y + 1 } | New-CompiledExpression } }
        @{ How = 'a node'; Make = { New-ExprNode 'x*y + 1' | New-CompiledExpression } }
        @{ How = 'an expression given by name'; Make = { New-CompiledExpression -Expression 'x*y + 1' } }
    ) {
        $f = & $Make
        $f | Should -BeOfType PSAutodiff.CompiledFunction
        $value = $f.Invoke(2, 3)
        $value | Should -BeOfType double
        $value | Should -BeExactly 7
    }

    It 'takes the variables in ordinal order by default' {
        $f = 'a + 10*b + 100*B' | New-CompiledExpression
        $f.Variables | Should -BeExactly 'B', 'a', 'b'
        $f.Invoke(1, 2, 3) | Should -BeExactly 132
    }

    It 'takes them in the order of -Variable' {
        $f = 'a - b' | New-CompiledExpression b, a
        $f.Variables | Should -BeExactly 'b', 'a'
        $f.Invoke(1, 10) | Should -BeExactly 9
        ($f.InvokeMany((1, 2), (10, 30))) -join ',' | Should -BeExactly '9,28'
    }

    It 'takes arguments that the expression does not have' {
        $f = 'x^2' | New-CompiledExpression x, unused -Gradient
        $f.Invoke(3, 99) | Should -BeExactly 9
        $f.InvokeGradient(3, 99)['unused'] | Should -BeExactly 0
    }

    It 'needs no arguments for a constant' {
        ('2*pi' | New-CompiledExpression).Invoke() | Should -BeExactly (2 * [Math]::PI)
    }

    It 'makes one function for each expression' {
        $functions = @('x', 'x^2', 'x^3' | New-CompiledExpression)
        $functions | ForEach-Object { $_.Invoke(3) } | Should -Be 3, 9, 27
    }

    It 'carries the expression and the operations of a call' {
        $f = 'x*y + 1' | New-CompiledExpression
        $f.Expression.Equals((New-ExprNode 'x*y + 1')) | Should -BeTrue
        $f.OperationCount | Should -Be 2
        "$f" | Should -BeExactly 'f(x, y) = x * y + 1'
    }

    It 'counts the operations of the derivatives only when they are compiled in' {
        ('exp(x*y)' | New-CompiledExpression -Gradient).OperationCount | Should -BeGreaterThan ('exp(x*y)' | New-CompiledExpression).OperationCount
    }

    It 'takes a node that came back from a job before the module was there' {
        $dead = [powershell]::Create()
        try {
            $text = [System.Management.Automation.PSSerializer]::Serialize((New-ExprNode 'x^2*y'))
            $copy = $dead.AddScript('param($text) [System.Management.Automation.PSSerializer]::Deserialize($text)').AddArgument($text).Invoke()[0]
        }
        finally { $dead.Dispose() }
        $copy.psobject.BaseObject | Should -Not -BeOfType PSAutodiff.ExprNode
        ($copy | New-CompiledExpression).Invoke(2, 3) | Should -BeExactly 12
        @($copy | Invoke-Differentiate -Gradient).Variables | Should -BeExactly 'x', 'y'
        ($copy | Measure-Expression -At @{ x = 1, 2; y = 3 }) | Should -Be 3, 12
    }
}

Describe 'A compiled function over arrays' {
    It 'gives a double for each point' {
        $values = ('x*y' | New-CompiledExpression).InvokeMany([double[]](1, 2, 3), [double[]](4, 5, 6))
        , $values | Should -BeOfType 'double[]'
        $values | Should -Be 4, 10, 18
    }

    It 'uses a single number for all points: <How>' -ForEach @(
        @{ How = 'on the right'; Call = { param($f) $f.InvokeMany((1, 2, 3), 10) } }
        @{ How = 'in an array'; Call = { param($f) $f.InvokeMany((1, 2, 3), @(10)) } }
        @{ How = 'on the left'; Call = { param($f) $f.InvokeMany(10, (1, 2, 3)) } }
    ) {
        & $Call ('x*y' | New-CompiledExpression) | Should -Be 10, 20, 30
    }

    It 'takes any array for the only variable' {
        $f = 'x^2' | New-CompiledExpression -Gradient
        $f.InvokeMany(1..4) | Should -Be 1, 4, 9, 16
        $f.InvokeMany([double[]](1..4)) | Should -Be 1, 4, 9, 16
        $f.InvokeMany(3) | Should -Be 9
        $f.InvokeManyGradient(1..4)['x'] | Should -Be 2, 4, 6, 8
    }

    It 'gives an empty array for no points' {
        ('x^2' | New-CompiledExpression).InvokeMany([double[]]@()).Length | Should -Be 0
    }

    It 'gives the same bits as single calls, at <Count> points' -ForEach @{ Count = 1 }, @{ Count = 7 }, @{ Count = 1024 }, @{ Count = 2500 } {
        $f = 'exp(-x*y) + log(x)*tanh(y) - sin(x)^3/sqrt(y)' | New-CompiledExpression -Gradient
        $random = [Random]::new(42)
        $xs = [double[]]::new($Count)
        $ys = [double[]]::new($Count)
        for ($i = 0; $i -lt $Count; $i++) { $xs[$i] = 5 * $random.NextDouble(); $ys[$i] = 5 * $random.NextDouble() }
        $many = $f.InvokeMany($xs, $ys)
        $slopes = $f.InvokeManyGradient($xs, $ys)
        $different = 0
        for ($i = 0; $i -lt $Count; $i++) {
            $slope = $f.InvokeGradient($xs[$i], $ys[$i])
            if ((Get-Bit $many[$i]) -ne (Get-Bit $f.Invoke($xs[$i], $ys[$i]))) { $different++ }
            foreach ($name in 'x', 'y') { if ((Get-Bit $slopes[$name][$i]) -ne (Get-Bit $slope[$name])) { $different++ } }
        }
        $many.Length | Should -Be $Count
        $different | Should -Be 0
    }
}

Describe 'The gradient of a compiled function' {
    It 'is an ordered dictionary in the order of the arguments' {
        $gradient = ('x^2*y' | New-CompiledExpression y, x -Gradient).InvokeGradient(3, 2)
        $gradient.GetType() | Should -Be ([System.Collections.Specialized.OrderedDictionary])
        @($gradient.Keys) | Should -BeExactly 'y', 'x'
        @($gradient.Values) | Should -Be 4, 12
    }

    It 'is an array for each variable over arrays' {
        $gradient = ('x^2*y' | New-CompiledExpression -Gradient).InvokeManyGradient((1, 2, 3), 5)
        , $gradient['x'] | Should -BeOfType 'double[]'
        $gradient['x'] | Should -Be 10, 20, 30
        $gradient['y'] | Should -Be 1, 4, 9
    }
}

Describe 'Errors of New-CompiledExpression' {
    It 'name the variable that -Variable lacks' {
        $outcome = Get-Outcome { 'x*y', 'x' | New-CompiledExpression x }
        $outcome.Errors | ForEach-Object { $_.FullyQualifiedErrorId } | Should -BeExactly 'VariableNotBound,PSAutodiff.Commands.NewCompiledExpressionCommand'
        $outcome.Errors[0].Exception.Message | Should -BeLike "*'y'*"
        $outcome.Output.Count | Should -Be 1
    }

    It 'are <Id> for <What>' -ForEach @(
        @{ What = 'a wrong expression'; Id = 'ExpressionSyntax'; Call = { 'x*' | New-CompiledExpression } }
        @{ What = 'null'; Id = 'ExpressionNull'; Call = { $null | New-CompiledExpression } }
        @{ What = 'nothing'; Id = 'ExpressionMissing'; Call = { New-CompiledExpression } }
        @{ What = 'a name that is none'; Id = 'VariableNameInvalid'; Call = { 'x' | New-CompiledExpression 'x y' } }
        @{ What = 'a name given twice'; Id = 'VariableNameInvalid'; Call = { 'x*y' | New-CompiledExpression x, x, y } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly $Id
        $outcome.Output.Count | Should -Be 0
    }

    It 'are <Id> for <What>' -ForEach @(
        @{ What = 'too few arguments'; Id = 'ArgumentCount'; Call = { ('x*y' | New-CompiledExpression).Invoke(1) }; Message = '*2 arguments (x, y), not 1*' }
        @{ What = 'too many arguments'; Id = 'ArgumentCount'; Call = { ('x' | New-CompiledExpression).Invoke(1, 2) }; Message = '*1 argument (x), not 2*' }
        @{ What = 'no arguments'; Id = 'ArgumentCount'; Call = { ('x' | New-CompiledExpression).Invoke() }; Message = '*not 0*' }
        @{ What = 'too many arrays'; Id = 'ArgumentCount'; Call = { ('x' | New-CompiledExpression).InvokeMany((1, 2), (3, 4)) }; Message = '*not 2*' }
        @{ What = 'arrays that differ in length'; Id = 'LengthMismatch'; Call = { ('x*y' | New-CompiledExpression).InvokeMany((1, 2, 3), (4, 5)) }; Message = "*'x' has 3*'y' has 2*" }
        @{ What = 'a gradient not compiled in'; Id = 'GradientMissing'; Call = { ('x' | New-CompiledExpression).InvokeGradient(1) }; Message = '*-Gradient*' }
        @{ What = 'gradients not compiled in'; Id = 'GradientMissing'; Call = { ('x' | New-CompiledExpression).InvokeManyGradient((1, 2)) }; Message = '*-Gradient*' }
    ) {
        $thrown = Get-Thrown $Call
        $thrown.ErrorId | Should -BeExactly $Id
        $thrown.Message | Should -BeLike $Message
    }
}

Describe 'A compiled function in eight runspaces at once' {
    It 'gives the same bits as in one, while it turns into machine code' {
        $text = 'exp(-x*y) + log(1 + x^2)*tanh(y) - sin(x)^3/sqrt(1 + y^2)'
        # A function of its own, which no other thread has used, tells what one thread gets.
        $alone = $text | New-CompiledExpression -Gradient
        $expected = @(foreach ($i in 1..1000) {
                (Get-Bit $alone.Invoke($i / 100, $i / 70)), (Get-Bit $alone.InvokeGradient($i / 100, $i / 70)['y'])
            }) -join ' '
        $shared = $text | New-CompiledExpression -Gradient
        $results = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            $f = $using:shared
            @(foreach ($i in 1..1000) {
                    [BitConverter]::DoubleToInt64Bits($f.Invoke($i / 100, $i / 70))
                    [BitConverter]::DoubleToInt64Bits($f.InvokeGradient($i / 100, $i / 70)['y'])
                }) -join ' '
        }
        @($results).Count | Should -Be 8
        @($results | Sort-Object -Unique) | Should -BeExactly $expected
    }

    It 'gives the same bits over arrays' {
        $shared = 'exp(-x*y) + log(1 + x^2)*tanh(y)' | New-CompiledExpression
        $xs = [double[]](1..5000 | ForEach-Object { $_ / 300 })
        $expected = $shared.InvokeMany($xs, 0.7) | ForEach-Object { Get-Bit $_ }
        $results = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            ($using:shared).InvokeMany($using:xs, 0.7) | ForEach-Object { [BitConverter]::DoubleToInt64Bits($_) } | Join-String -Separator ' '
        }
        @($results).Count | Should -Be 8
        @($results | Sort-Object -Unique) | Should -BeExactly ($expected -join ' ')
    }
}

Describe 'A compiled function at the prompt' {
    It 'is its formula and its operations' {
        $shown = 'x^2*y' | New-CompiledExpression | Out-String -Width 100
        $shown | Should -Match '(?m)^Variables\s+: x, y\s*\r?\nExpression\s+: x\^2 \* y\s*$'
        $shown | Should -Match '(?m)^OperationCount : 2\s*$'
    }
}

Describe 'A list for a number' {
    It 'is an error that names the method for many points' {
        $compiled = 'x*y' | New-CompiledExpression -Gradient
        { $compiled.Invoke(@(1, 2, 3), @(4, 5, 6)) } | Should -Throw "*'x' is a number. For many points, with a list of values for each variable, call InvokeMany.*"
        { $compiled.InvokeGradient(@(1, 2, 3), @(4, 5, 6)) } | Should -Throw '*call InvokeManyGradient.*'
    }
}
