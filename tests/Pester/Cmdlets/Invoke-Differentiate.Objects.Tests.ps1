# Gradients, Hessians and Jacobians as objects.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    function Get-Display { ($input | Out-String -Width 100) -replace '\x1b\[[0-9;]*m', '' }
    $point = @{ x = 2; y = 3; z = 0.5 }
}

Describe 'Invoke-Differentiate -Gradient' {
    BeforeAll {
        $gradient = 'x^2*y + exp(x*y)' | Invoke-Differentiate -Gradient
    }

    It 'gives one ordered dictionary with a node for each variable' {
        , $gradient | Should -BeOfType PSAutodiff.ExprGradient
        , $gradient | Should -BeOfType System.Collections.Specialized.OrderedDictionary
        @($gradient.Keys) | Should -BeExactly 'x', 'y'
        $gradient.Variables | Should -BeExactly 'x', 'y'
        $gradient.x | Should -BeOfType PSAutodiff.ExprNode
        $gradient.Expression.Equals((New-ExprNode 'x^2*y + exp(x*y)')) | Should -BeTrue
    }

    It 'holds the derivatives that come one by one without it' {
        $single = @('x^2*y + exp(x*y)' | Invoke-Differentiate)
        $gradient.x.Equals($single[0]) | Should -BeTrue
        $gradient.y.Equals($single[1]) | Should -BeTrue
    }

    It 'takes the variables of -Variable in their order, others with derivative 0' {
        $some = 'x^2*y' | Invoke-Differentiate y, x, q -Gradient
        @($some.Keys) | Should -BeExactly 'y', 'x', 'q'
        "$($some.y)" | Should -BeExactly 'x^2'
        $some.q.Value | Should -Be 0
    }

    It 'gives one for each expression' {
        $several = @('x^2', 'y^3' | Invoke-Differentiate -Gradient)
        $several.Count | Should -Be 2
        "$($several[1].y)" | Should -BeExactly '3 * y^2'
    }

    It 'is empty for a constant' {
        $none = 5 | Invoke-Differentiate -Gradient
        $none.Count | Should -Be 0
    }

    It 'keeps the literal rules with -Mode Forward' {
        $forward = 'x*y' | Invoke-Differentiate -Gradient -Mode Forward
        "$($forward.x)" | Should -BeExactly ([string]('x*y' | Invoke-Differentiate x -Mode Forward))
    }

    It 'reads as text in strings' {
        "$('x*y' | Invoke-Differentiate -Gradient)" | Should -BeExactly '{ x: y; y: x }'
    }
}

Describe 'Invoke-Differentiate -Hessian' {
    BeforeAll {
        $hessian = 'x^2*y + exp(y*z)' | Invoke-Differentiate -Hessian
    }

    It 'gives the second derivatives by both names' {
        , $hessian | Should -BeOfType PSAutodiff.ExprHessian
        $hessian.Variables | Should -BeExactly 'x', 'y', 'z'
        , $hessian.x | Should -BeOfType PSAutodiff.ExprGradient
        $hessian.x.y | Should -BeOfType PSAutodiff.ExprNode
        foreach ($first in 'x', 'y', 'z') {
            foreach ($second in 'x', 'y', 'z') {
                $expected = 'x^2*y + exp(y*z)' | Invoke-Differentiate $first | Invoke-Differentiate $second | Measure-Expression -At $point
                $hessian[$first][$second] | Measure-Expression -At $point | Assert-Near $expected -Within 1e-13 -Because "it is by $first and $second"
            }
        }
    }

    It 'is symmetric, each pair one node' {
        [object]::ReferenceEquals($hessian.x.y, $hessian.y.x) | Should -BeTrue
        [object]::ReferenceEquals($hessian.Entries[1, 2], $hessian.z.y) | Should -BeTrue
    }

    It 'has the entries as a matrix too' {
        $hessian.Entries.GetType() | Should -Be ([PSAutodiff.ExprNode[, ]])
        $hessian.Entries.GetLength(0) | Should -Be 3
        [object]::ReferenceEquals($hessian.Entries[0, 1], $hessian.x.y) | Should -BeTrue
    }

    It 'takes the variables of -Variable' {
        $some = 'x^2*y' | Invoke-Differentiate y, x -Hessian
        $some.Variables | Should -BeExactly 'y', 'x'
        $some.Entries[0, 0].Value | Should -Be 0
    }

    It 'agrees with Measure-Expression -Hessian' {
        $numbers = $hessian | Measure-Expression -At $point
        $measured = ('x^2*y + exp(y*z)' | Measure-Expression -At $point -Hessian).Hessian
        for ($i = 0; $i -lt 3; $i++) { for ($j = 0; $j -lt 3; $j++) { $numbers[$i, $j] | Assert-Near $measured[$i, $j] -Within 1e-13 } }
    }
}

Describe 'Invoke-Differentiate -Jacobian' {
    BeforeAll {
        $jacobian = 'x^2*y', 'x + z', 'exp(z)' | Invoke-Differentiate -Jacobian
    }

    It 'gives one object for all expressions, over the variables of all' {
        @($jacobian).Count | Should -Be 1
        $jacobian | Should -BeOfType PSAutodiff.ExprJacobian
        $jacobian.Variables | Should -BeExactly 'x', 'y', 'z'
        $jacobian.Rows.Count | Should -Be 3
        "$($jacobian[0].y)" | Should -BeExactly 'x^2'
        $jacobian[1].x.Value | Should -Be 1
        $jacobian[1].y.Value | Should -Be 0
    }

    It 'lets PowerShell index its rows and expressions' {
        , $jacobian.Rows[2] | Should -BeOfType PSAutodiff.ExprGradient
        "$($jacobian.Rows[2].z)" | Should -BeExactly 'exp(z)'
        "$($jacobian.Expressions[1])" | Should -BeExactly 'x + z'
        "$($jacobian.Expressions[0].Arguments[1])" | Should -BeExactly 'y'
    }

    It 'takes the variables of -Variable' {
        $some = 'r*cos(a)', 'r*sin(a)' | Invoke-Differentiate r, a -Jacobian
        $some.Variables | Should -BeExactly 'r', 'a'
        "$($some[1].r)" | Should -BeExactly 'sin(a)'
    }

    It 'goes on after an expression in error' {
        $outcome = Get-Outcome { 'x*', 'x^2', $null | Invoke-Differentiate -Jacobian }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ExpressionSyntax, ExpressionNull
        $outcome.Output.Count | Should -Be 1
        $outcome.Output[0].Rows.Count | Should -Be 1
    }

    It 'gives nothing but an error without expressions' {
        $outcome = Get-Outcome { Invoke-Differentiate -Jacobian }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ExpressionMissing
        $outcome.Output.Count | Should -Be 0
    }
}

Describe 'Measure-Expression on these objects' {
    It 'gives an ordered dictionary of numbers for a gradient' {
        $numbers = 'x^2*y' | Invoke-Differentiate y, x -Gradient | Measure-Expression -At $point
        $numbers.GetType() | Should -Be ([System.Collections.Specialized.OrderedDictionary])
        @($numbers.Keys) | Should -BeExactly 'y', 'x'
        @($numbers.Values) | Should -Be 4, 12
    }

    It 'gives a double[,] for a Hessian and a Jacobian' {
        $hessian = 'x^2*y' | Invoke-Differentiate -Hessian | Measure-Expression -At $point
        $hessian.GetType() | Should -Be ([double[, ]])
        $hessian | ForEach-Object { $_ } | Should -Be 6, 4, 4, 0
        $jacobian = 'x^2*y', 'x + z' | Invoke-Differentiate -Jacobian | Measure-Expression -At $point
        $jacobian.GetType() | Should -Be ([double[, ]])
        $jacobian.GetLength(0) | Should -Be 2
        $jacobian.GetLength(1) | Should -Be 3
        $jacobian | ForEach-Object { $_ } | Should -Be 12, 4, 0, 1, 0, 1
    }

    It 'takes them by position with rows, and over lists' {
        $hessian = 'x^2*y' | Invoke-Differentiate -Hessian
        $rows = @(@{ x = 2; y = 3 }, @{ x = 1; y = 7 } | Measure-Expression $hessian)
        $lists = @($hessian | Measure-Expression -At @{ x = 2, 1; y = 3, 7 })
        foreach ($results in $rows, $lists) {
            $results.Count | Should -Be 2
            $results[1].GetType() | Should -Be ([double[, ]])
            $results[0][0, 0] | Should -Be 6
            $results[1][0, 0] | Should -Be 14
        }
    }

    It 'needs a value for each variable' {
        $outcome = Get-Outcome { 'x^2*y' | Invoke-Differentiate -Gradient | Measure-Expression -At @{ x = 1 } }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly VariableNotBound
        $outcome.Errors[0].Exception.Message | Should -BeLike "*'y'*"
    }
}

Describe 'Invoke-Simplify on these objects' {
    BeforeAll {
        $formulas = '1*x^2*y + 0*x + log(1 + exp(x*y))', 'x + x + log(1 + exp(x*y))'
    }

    It 'gives the same kind, with each node simplified: <Kind>' -ForEach @(
        @{ Kind = 'gradient'; Type = 'PSAutodiff.ExprGradient'; Make = { $formulas[0] | Invoke-Differentiate -Gradient } }
        @{ Kind = 'Hessian'; Type = 'PSAutodiff.ExprHessian'; Make = { $formulas[0] | Invoke-Differentiate -Hessian } }
        @{ Kind = 'Jacobian'; Type = 'PSAutodiff.ExprJacobian'; Make = { $formulas | Invoke-Differentiate -Jacobian } }
    ) {
        $object = & $Make
        foreach ($rule in 'Standard', 'Stable') {
            $simplified = $object | Invoke-Simplify $rule
            , $simplified | Should -BeOfType $Type
            $simplified.Variables | Should -BeExactly 'x', 'y'
            ($simplified | Measure-Expression -Cost).Nodes | Should -BeLessThan ($object | Measure-Expression -Cost).Nodes
            $before = $object | Measure-Expression -At $point | ForEach-Object { if ($_ -is [System.Collections.IDictionary]) { $_.Values } else { $_ } }
            $after = $simplified | Measure-Expression -At $point | ForEach-Object { if ($_ -is [System.Collections.IDictionary]) { $_.Values } else { $_ } }
            $before = @($before | ForEach-Object { $_ })
            $after = @($after | ForEach-Object { $_ })
            $after.Count | Should -Be $before.Count
            for ($i = 0; $i -lt $before.Count; $i++) { $after[$i] | Assert-Near $before[$i] -Within 1e-12 }
        }
    }

    It 'simplifies the nodes jointly, so that they go on sharing parts' {
        $gradient = 'log(1 + exp(a*x + b))' | Invoke-Differentiate -Gradient | Invoke-Simplify -Rule Stable
        "$($gradient.b)" | Should -BeExactly 'sigmoid(a * x + b)'
        "$($gradient.a)" | Should -BeExactly 'x * sigmoid(a * x + b)'
        # a*x, + b, softplus, sigmoid, and a product each for a and x.
        ($gradient | Measure-Expression -Cost).Operations | Should -Be 6
    }

    It 'simplifies the expression in the object too' {
        "$(('x*1 + 0' | Invoke-Differentiate -Gradient | Invoke-Simplify).Expression)" | Should -BeExactly 'x'
    }

    It 'reports the errors of rule Lab for the object' {
        $outcome = Get-Outcome { 'x/0' | Invoke-Differentiate -Gradient | Invoke-Simplify -Rule Lab }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly DivisionByZero
        $outcome.Output.Count | Should -Be 0
    }
}

Describe 'Parameters of the objects' {
    It 'are refused together: <What>' -ForEach @(
        @{ What = '-Gradient and -Hessian'; Call = { 'x' | Invoke-Differentiate -Gradient -Hessian } }
        @{ What = '-Gradient and -Jacobian'; Call = { 'x' | Invoke-Differentiate -Gradient -Jacobian } }
        @{ What = '-Hessian and -Order'; Call = { 'x' | Invoke-Differentiate -Hessian -Order 2 } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly AmbiguousParameterSet
    }

    It 'are refused with a variable given twice: <Kind>' -ForEach @{ Kind = 'Gradient' }, @{ Kind = 'Hessian' }, @{ Kind = 'Jacobian' } {
        $switch = @{ $Kind = $true }
        $outcome = Get-Outcome { 'x*y' | Invoke-Differentiate x, x @switch }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly VariableNameInvalid
        $outcome.Output.Count | Should -Be 0
    }
}

Describe 'The objects at the prompt' {
    It 'show a gradient as a line for each derivative, w2 before w10, and as it was asked for' {
        $lines = { @(($input | Get-Display) -split '\r?\n' | Where-Object { $_.Trim() } | ForEach-Object TrimEnd) }
        'x^2*y' | Invoke-Differentiate -Gradient | & $lines | Should -BeExactly 'd/dx = 2 * x * y', 'd/dy = x^2'
        'w10*w2 + a' | Invoke-Differentiate -Gradient | & $lines | Should -BeExactly 'd/da   = 1', 'd/dw2  = w10', 'd/dw10 = w2'
        'x^2*y' | Invoke-Differentiate y, x -Gradient | & $lines | Should -BeExactly 'd/dy = x^2', 'd/dx = 2 * x * y'
        '3' | Invoke-Differentiate -Gradient | & $lines | Should -BeExactly '(no variables)'
    }

    It 'cut what is long, and say how much it is' {
        $names = 1..60 | ForEach-Object { "w$_" }
        $many = ($names | ForEach-Object { "$_^2" }) -join ' + '
        $gradient = @(($many | Invoke-Differentiate -Gradient | Get-Display) -split '\r?\n' | Where-Object { $_.Trim() })
        $gradient.Count | Should -Be 21
        $gradient[1] | Should -Match '^d/dw2  = 2 \* w2$'
        $gradient[20].Trim() | Should -BeExactly '... 40 more'
        $hessian = ($many | Invoke-Differentiate -Hessian | Get-Display).Trim() -split '\r?\n' | ForEach-Object TrimEnd
        $hessian | Should -HaveCount 23
        $hessian[-2] | Should -BeExactly '... 40 more rows'
        $hessian[-1] | Should -Match '^\.\.\. \d\d more columns$'
        $hessian | Measure-Object Length -Maximum | ForEach-Object Maximum | Should -BeLessThan 120
        $at = @{}
        $names | ForEach-Object { $at[$_] = 1 / 3 }
        $measured = $many | Measure-Expression -At $at -Hessian | Get-Display
        $measured | Should -Match '(?m)^Gradient\s+: w1\s+= 0\.66.*\r?\n\s+w2\s+= '
        ([regex]::Matches($measured, '\.\.\. 40 more')).Count | Should -Be 2
        $measured | Should -Match '(?m)^Hessian\s+: 2  0  .*  \.\.\. \d\d more\s*$'
        ($many | Find-Minimum -At $at | Get-Display) | Should -Match '(?m)^\s+\.\.\. 40 more'
    }

    It 'show a Hessian as a matrix of formulas' {
        $lines = @(('x^2*y' | Invoke-Differentiate -Hessian | Get-Display) -split '\r?\n' | Where-Object { $_.Trim() } | ForEach-Object TrimEnd)
        $lines | Should -BeExactly '   x      y', 'x  2 * y  2 * x', 'y  2 * x  0'
    }

    It 'show a Jacobian as a matrix with a numbered row for each expression' {
        $lines = @(('x^2*y', 'x + z' | Invoke-Differentiate -Jacobian | Get-Display) -split '\r?\n' | Where-Object { $_.Trim() } | ForEach-Object TrimEnd)
        $lines | Should -BeExactly '     x          y    z', '[0]  2 * x * y  x^2  0', '[1]  1          0    1'
    }

    It 'cut formulas that do not fit' {
        $lines = @(('exp(x*y) + tanh(z*x*y)*sin(w*x)' | Invoke-Differentiate -Hessian | Get-Display) -split '\r?\n' | Where-Object { $_.Trim() })
        $lines.Count | Should -Be 5
        $lines[1] | Should -BeLike '*...*'
    }

    It 'show a cost as a table' {
        $shown = 'x^2*y', 'x' | Measure-Expression -Cost | Get-Display
        $shown | Should -Match 'Nodes\s+WrittenOutSize\s+Depth\s+Operations\s+Constants\s+Variables'
        $shown | Should -Match '(?m)^\s*5\s+5\s+3\s+2\s+1\s+2\s*$'
    }

    It 'leave other dictionaries as they were' {
        [ordered]@{ a = 1 } | Get-Display | Should -Match '(?m)^a\s+1\s*$'
    }
}
