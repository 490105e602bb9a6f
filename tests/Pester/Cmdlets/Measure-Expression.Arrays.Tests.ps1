# Measure-Expression over lists of values, with -Cost, with -At together with rows; and that all ways of measuring agree.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    function Get-Bit([double]$Number) { [BitConverter]::DoubleToInt64Bits($Number) }
}

Describe 'Measure-Expression with lists in -At' {
    It 'gives a number for each point, one after the other' {
        $values = @('x*y' | Measure-Expression -At @{ x = 1, 2, 3; y = 4, 5, 6 })
        $values | Should -BeOfType double
        $values | Should -Be 4, 10, 18
        'x^2' | Measure-Expression -At @{ x = 1, 2, 3 } | Where-Object { $_ -gt 3 } | Should -Be 4, 9
        ('x^2' | Measure-Expression -At @{ x = 1, 2, 3 } | Measure-Object -Sum).Sum | Should -Be 14
        @('x^2' | Measure-Expression -At @{ x = 1, 2, 3 } | Select-Object -First 1) | Should -Be @(1)
    }

    It 'gives as many numbers as a gradient gives measurements' {
        foreach ($count in 0, 1, 2, 5000) {
            $list = [double[]]::new($count)
            @('x + y' | Measure-Expression -At @{ x = $list; y = 1 }).Count | Should -Be $count
            @('x + y' | Measure-Expression -At @{ x = $list; y = 1 } -Gradient).Count | Should -Be $count
        }
    }

    It 'takes <What>' -ForEach @(
        @{ What = 'an array of objects'; List = @(1, 2.5, [byte]3) }
        @{ What = 'an array of doubles'; List = [double[]](1, 2.5, 3) }
        @{ What = 'an array of other numbers'; List = [float[]](1, 2.5, 3) }
        @{ What = 'text for numbers'; List = '1', '2.5', '3e0' }
        @{ What = 'a list'; List = [System.Collections.Generic.List[double]][double[]](1, 2.5, 3) }
        @{ What = 'an ArrayList'; List = [System.Collections.ArrayList]@(1, '2.5', 3d) }
    ) {
        ('10*x' | Measure-Expression -At @{ x = $List }) | Should -Be 10, 25, 30
    }

    It 'uses single values for all points: <What>' -ForEach @(
        @{ What = 'a number'; At = @{ x = 1, 2, 3; y = 10 } }
        @{ What = 'text'; At = @{ x = 1, 2, 3; y = '1e1' } }
        @{ What = 'a list of one'; At = @{ x = 1, 2, 3; y = , 10 } }
        @{ What = 'an object''s property'; At = [pscustomobject]@{ x = 1, 2, 3; y = 10 } }
    ) {
        ('x*y' | Measure-Expression -At $At) | Should -Be 10, 20, 30
    }

    It 'gives one number for lists of one, and nothing for empty lists' {
        $one = 'x + y' | Measure-Expression -At @{ x = , 4; y = 1 }
        $one | Should -BeOfType double
        $one | Should -BeExactly 5
        @('x + y' | Measure-Expression -At @{ x = @(); y = 1 }).Count | Should -Be 0
    }

    It 'gives the numbers of one expression after those of the other, and one where no list is used' {
        'x', 'y', 'x*y' | Measure-Expression -At @{ x = 1, 2; y = 4 } | Should -Be 1, 2, 4, 4, 8
    }

    It 'gives one measurement for each point with -Gradient' {
        $measured = @('x^2*y' | Measure-Expression -At @{ x = 1, 2, 3; y = 10 } -Gradient)
        $measured.Count | Should -Be 3
        $measured | ForEach-Object { $_ | Should -BeOfType PSAutodiff.Measurement }
        $measured.Value | Should -Be 10, 40, 90
        $measured | ForEach-Object { $_.Gradient['x'] } | Should -Be 20, 40, 60
        $measured | ForEach-Object { $_.Gradient['y'] } | Should -Be 1, 4, 9
        $null -eq $measured[0].Hessian | Should -BeTrue
    }

    It 'gives one measurement for each point with -Hessian' {
        $measured = @('x^2*y' | Measure-Expression -At @{ x = 1, 2, 3; y = 10 } -Hessian)
        $measured.Count | Should -Be 3
        $measured[2].Hessian.GetType() | Should -Be ([double[, ]])
        $measured[2].Hessian | ForEach-Object { $_ } | Should -Be 20, 6, 6, 0
    }

    It 'makes the measurements one by one, so that Select-Object -First stops the work' {
        $many = [double[]]::new(4000000)
        $before = [GC]::GetAllocatedBytesForCurrentThread()
        $first = 'x^2*y' | Measure-Expression -At @{ x = $many; y = 1 } -Gradient | Select-Object -First 1
        $first.Value | Should -Be 0
        # All four million take nearly five gigabytes, the first a tenth of one.
        [GC]::GetAllocatedBytesForCurrentThread() - $before | Should -BeLessThan 500MB
    }
}

Describe 'Errors of lists in -At' {
    It 'name both variables whose lengths differ' {
        $outcome = Get-Outcome { 'x*y', '2*x' | Measure-Expression -At @{ x = 1, 2, 3; y = 4, 5 } }
        $outcome.Errors | ForEach-Object { $_.FullyQualifiedErrorId } | Should -BeExactly 'LengthMismatch,PSAutodiff.Commands.MeasureExpressionCommand'
        $outcome.Errors[0].Exception.Message | Should -BeLike "*'x' has 3 *'y' has 2*"
        # The other expression does not use y.
        $outcome.Output | Should -Be 2, 4, 6
    }

    It 'do not take an empty list for a single value' {
        $outcome = Get-Outcome { 'x*y' | Measure-Expression -At @{ x = 1, 2, 3; y = @() } }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly LengthMismatch
    }

    It 'name the element that is not a number: <What>' -ForEach @(
        @{ What = 'text'; List = 1, 'two', 3; Message = "Value 2 *'x'*'two'*" }
        @{ What = 'nothing'; List = 1, 2, $null; Message = "Value 3 *'x'*missing*" }
        @{ What = 'a list'; List = 3, @(1, 2); Message = "Value 2 *'x'*list*" }
        @{ What = 'a Boolean'; List = 1, $true; Message = "Value 2 *'x'*Boolean*" }
        @{ What = 'text of another culture'; List = '1.5', '2,5'; Message = "Value 2 *'2,5'*" }
    ) {
        $outcome = Get-Outcome { 'x^2' | Measure-Expression -At @{ x = $List } }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ValueNotNumeric
        $outcome.Errors[0].Exception.Message | Should -BeLike $Message
        $outcome.Output.Count | Should -Be 0
    }

    It 'are ValueNotNumeric for <What>' -ForEach @(
        @{ What = 'lists with -AsProperty'; Call = { 'x' | Measure-Expression -At @{ x = 1, 2 } -AsProperty Result } }
        @{ What = 'lists together with rows'; Call = { @{ y = 1 } | Measure-Expression 'x + y' -At @{ x = 1, 2 } } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ValueNotNumeric
        $outcome.Output.Count | Should -Be 0
    }

    It 'are ValueMissing where -At is <What>, and end the command' -ForEach @(
        @{ What = 'a number'; At = 5 }
        @{ What = 'an array'; At = 1, 2 }
        @{ What = 'text'; At = 'x=5' }
        @{ What = 'a Boolean'; At = $true }
    ) {
        $outcome = Get-Outcome { 'x', 'x^2' | Measure-Expression -At $At }
        $outcome.Errors | ForEach-Object { $_.FullyQualifiedErrorId } | Should -BeExactly 'ValueMissing,PSAutodiff.Commands.MeasureExpressionCommand'
        $outcome.Errors[0].Exception.Message | Should -BeLike '*@{ x = 2; y = 3 }*'
        $outcome.Output.Count | Should -Be 0
    }
}

Describe 'Measure-Expression -Cost' {
    It 'counts <Text>' -ForEach @(
        @{ Text = 'x^2 + y'; Nodes = 5; Size = 5; Depth = 3; Operations = 2; Constants = 1; Variables = 2 }
        @{ Text = 't = x*y; t + t*t'; Nodes = 5; Size = 11; Depth = 4; Operations = 3; Constants = 0; Variables = 2 }
        @{ Text = '2*pi*x'; Nodes = 5; Size = 5; Depth = 3; Operations = 1; Constants = 2; Variables = 1 }
        @{ Text = 'x'; Nodes = 1; Size = 1; Depth = 1; Operations = 0; Constants = 0; Variables = 1 }
        @{ Text = '5'; Nodes = 1; Size = 1; Depth = 1; Operations = 0; Constants = 1; Variables = 0 }
    ) {
        $cost = $Text | Measure-Expression -Cost
        $cost | Should -BeOfType PSAutodiff.ExpressionCost
        $cost.Nodes, $cost.WrittenOutSize, $cost.Depth, $cost.Operations, $cost.Constants, $cost.Variables -join ' ' |
            Should -BeExactly "$Nodes $Size $Depth $Operations $Constants $Variables"
    }

    It 'counts sixty-four squarings as 65 nodes, 2^65 - 1 written out' {
        $cost = Get-PromisedGraph 'sixty-four squarings' | Measure-Expression -Cost
        $cost.Nodes | Should -Be 65
        $cost.Operations | Should -Be 64
        $cost.Depth | Should -Be 65
        $cost.WrittenOutSize | Should -BeExactly ([Math]::Pow(2, 65))
    }

    It 'counts two thousand squarings as infinite when written out' {
        $node = New-ExprNode x
        foreach ($i in 1..2000) { $node = $node * $node }
        ($node | Measure-Expression -Cost).WrittenOutSize | Should -Be ([double]::PositiveInfinity)
    }

    It 'includes the derivatives that are asked for, and needs no values' {
        $value = 'exp(x*y)*sin(x)' | Measure-Expression -Cost
        $gradient = 'exp(x*y)*sin(x)' | Measure-Expression -Cost -Gradient
        $hessian = 'exp(x*y)*sin(x)' | Measure-Expression -Cost -Hessian
        $gradient.Operations | Should -BeGreaterThan $value.Operations
        $hessian.Operations | Should -BeGreaterThan $gradient.Operations
    }

    It 'counts the objects of Invoke-Differentiate with shared parts once' {
        $cost = 'x*y' | Invoke-Differentiate -Gradient | Measure-Expression -Cost
        $cost.Nodes | Should -Be 3
        $cost.Operations | Should -Be 1
    }
}

Describe 'Measure-Expression on rows, streaming' {
    It 'reads no further row once enough came out' {
        $seen = [System.Collections.Generic.List[int]]::new()
        $first = 1..3 | ForEach-Object { $seen.Add($_); @{ x = $_ } } | Measure-Expression 'x*10' -At @{ unused = 1 } | Select-Object -First 1
        $first | Should -Be 10
        $seen | Should -Be 1
    }

    It 'reads no further row once enough came out, with -AsProperty and -Gradient' {
        $seen = [System.Collections.Generic.List[int]]::new()
        $first = 1..3 | ForEach-Object { $seen.Add($_); [pscustomobject]@{ x = $_ } } | Measure-Expression 'a*x' -At @{ a = 2 } -Gradient -AsProperty Slope | Select-Object -First 1
        $first.Slope.Gradient['x'] | Should -Be 2
        $seen | Should -Be 1
    }

    It 'works with -PipelineVariable, of the rows and of its own' {
        1..3 | ForEach-Object { @{ x = $_ } } -PipelineVariable row | Measure-Expression 'x^2' -PipelineVariable square |
            ForEach-Object { "$($row.x) -> $square" } | Should -BeExactly '1 -> 1', '2 -> 4', '3 -> 9'
    }

    It 'takes from -At first, then from the row' {
        @{ x = 2; y = 100 }, @{ x = 3; y = 200 } | Measure-Expression 'a*x + y' -At @{ a = 10; y = 1 } | Should -Be 21, 31
    }

    It 'says once, not for every row, what is wrong with -At' {
        $outcome = Get-Outcome { @{ x = 1 }, @{ x = 2 }, @{ x = 3 } | Measure-Expression 'a*x' -At @{ a = 'many' } }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ValueNotNumeric
        $outcome.Errors[0].Exception.Message | Should -BeLike "*'a'*'many'*"
    }

    It 'names row and column of bad rows and goes on, with -At and -Gradient too' {
        $rows = 'x,y', '1,2', 'one,2', '3,', '4,2' | ConvertFrom-Csv
        foreach ($derivatives in @{}, @{ Gradient = $true }, @{ Hessian = $true }) {
            $outcome = Get-Outcome { @($rows) + $null + @{ x = 5 } + @{ X = 6; y = 2 } | Measure-Expression 'a*x + y' -At @{ a = 10 } @derivatives }
            $outcome.Output | ForEach-Object { if ($_ -is [double]) { $_ } else { $_.Value } } | Should -Be 12, 42, 62
            $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ColumnNotNumeric, ColumnNotNumeric, RowNull, ColumnMissing
            $outcome.Errors[0].Exception.Message | Should -BeLike "Row 2, column 'x': 'one'*"
            $outcome.Errors[1].Exception.Message | Should -BeLike "Row 3, column 'y': an empty cell*"
            $outcome.Errors[2].Exception.Message | Should -BeLike '*Row 5*'
            $outcome.Errors[3].Exception.Message | Should -BeLike "Row 6 *'y'*"
            $outcome.Errors[0].TargetObject.x | Should -BeExactly one
        }
    }
}

Describe 'Domain errors' {
    BeforeAll {
        $infinity = [double]::PositiveInfinity
        $formulas = @{
            'log(x)'      = { param($x) [Math]::Log($x) }
            'sqrt(x)'     = { param($x) [Math]::Sqrt($x) }
            'x/x'         = { param($x) [double]$x / [double]$x }
            'x - x'       = { param($x) [double]$x - [double]$x }
            '0/x'         = { param($x) 0.0 / [double]$x }
            'asin(x)'     = { param($x) [Math]::Asin($x) }
            'x^0.5'       = { param($x) [Math]::Pow($x, 0.5) }
            '0*x'         = { param($x) 0.0 * [double]$x }
            'log(x) + x'  = { param($x) [Math]::Log($x) + [double]$x }
            'sqrt(x)*0'   = { param($x) [Math]::Sqrt($x) * 0.0 }
        }
        $inputs = [double[]](-$infinity, -2, -1, -1e-300, 0, 1e-300, 0.5, 1, 2, $infinity, [double]::NaN)
    }

    It 'give NaN for <Text> in every form' -ForEach @(
        @{ Text = 'log(x)'; At = @{ x = -1 } }
        @{ Text = 'sqrt(x)'; At = @{ x = -1 } }
        @{ Text = 'x/y'; At = @{ x = 0; y = 0 } }
        @{ Text = 'x - y'; At = @{ x = [double]::PositiveInfinity; y = [double]::PositiveInfinity } }
    ) {
        [double]::IsNaN(($Text | Measure-Expression -At $At)) | Should -BeTrue
        [double]::IsNaN(([pscustomobject]$At | Measure-Expression $Text)) | Should -BeTrue
        $lists = @{}
        foreach ($name in $At.Keys) { $lists[$name] = , $At[$name] * 5 }
        $values = $Text | Measure-Expression -At $lists
        $values.Length | Should -Be 5
        @($values | Where-Object { -not [double]::IsNaN($_) }).Count | Should -Be 0
        $f = $Text | New-CompiledExpression
        [double]::IsNaN($f.Invoke([double[]]@($f.Variables | ForEach-Object { $At[$_] }))) | Should -BeTrue
    }

    It 'give NaN for constants alone: <_>' -ForEach 'log(-1)', 'sqrt(-1)', '0/0', '1/0 - 1/0', 'log(0) + 1/0' {
        [double]::IsNaN(($_ | Measure-Expression)) | Should -BeTrue
    }

    It 'give NaN exactly where IEEE arithmetic does, in scalar, list, row and compiled form' {
        foreach ($text in $formulas.Keys) {
            $node = New-ExprNode $text
            $list = $node | Measure-Expression -At @{ x = $inputs }
            $compiled = $node | New-CompiledExpression
            $rows = @($inputs | ForEach-Object { @{ x = $_ } } | Measure-Expression $node)
            for ($i = 0; $i -lt $inputs.Length; $i++) {
                $expected = [double]::IsNaN((& $formulas[$text] $inputs[$i]))
                $single = $node | Measure-Expression -At @{ x = $inputs[$i] }
                foreach ($got in $single, $list[$i], $rows[$i], $compiled.Invoke($inputs[$i])) {
                    [double]::IsNaN($got) | Should -Be $expected -Because "it is $text at $($inputs[$i])"
                }
            }
        }
    }

    It 'raise no errors, and spoil no other point' {
        $outcome = Get-Outcome { 'log(x)' | Measure-Expression -At @{ x = -1, 1, 0, [Math]::E } }
        $outcome.Errors.Count | Should -Be 0
        $outcome.Output.Count | Should -Be 4
        [double]::IsNaN($outcome.Output[0]) | Should -BeTrue
        $outcome.Output[1] | Should -BeExactly 0
        $outcome.Output[2] | Should -Be ([double]::NegativeInfinity)
        $outcome.Output[3] | Should -BeExactly 1
    }
}

Describe 'The network of S2, measured in every way' {
    BeforeAll {
        $parameters = 'b1', 'w11', 'w12', 'b2', 'w21', 'w22', 'c', 'u1', 'u2'
        $fin = New-ExprNode 'c + (z1*u1 + z2*u2)' | Resolve-Expression -At @{
            z1 = 'tanh(b1 + (x1*w11 + x2*w21))'
            z2 = 'tanh(b2 + (x1*w12 + x2*w22))'
        }
        $loss = New-ExprNode 'fin - fin*y + log(1 + exp(-1*fin))' | Resolve-Expression -At @{ fin = $fin }
        $printed = @{
            b1 = 1.543385; w11 = 3.111573; w12 = -2.808800; b2 = 1.373085; w21 = 3.130452; w22 = -2.813466; c = -4.241453; u1 = 4.036489; u2 = 4.074885
        }
        $data = Import-Csv $fivePoints
        # The columns as lists.
        $lists = $printed + @{ x1 = @($data.x1); x2 = @($data.x2); y = @($data.y) }
        $names = $loss.Variables
        $gradient = $loss | Invoke-Differentiate -Gradient
        $hessian = $loss | Invoke-Differentiate -Hessian
        $function = $loss | New-CompiledExpression $names -Gradient
        function Get-Point($Row) { $printed + @{ x1 = [double]$Row.x1; x2 = [double]$Row.x2; y = [double]$Row.y } }
        function Get-Argument($Point) { , [double[]]@($names | ForEach-Object { $Point[$_] }) }
    }

    It 'has the value that the formula has in PowerShell''s own arithmetic' {
        foreach ($row in $data) {
            $p = Get-Point $row
            $f = $p.c + [Math]::Tanh($p.b1 + $p.x1 * $p.w11 + $p.x2 * $p.w21) * $p.u1 + [Math]::Tanh($p.b2 + $p.x1 * $p.w12 + $p.x2 * $p.w22) * $p.u2
            $loss | Measure-Expression -At $p | Assert-Near ($f - $f * $p.y + [Math]::Log(1 + [Math]::Exp(-$f))) -Within 1e-13
        }
    }

    It 'has the gradient that central differences give' {
        foreach ($row in $data) {
            $measured = $loss | Measure-Expression -At (Get-Point $row) -Gradient
            foreach ($name in $parameters) {
                $up = Get-Point $row
                $down = Get-Point $row
                $up[$name] += 1e-5
                $down[$name] -= 1e-5
                $slope = (($loss | Measure-Expression -At $up) - ($loss | Measure-Expression -At $down)) / 2e-5
                $measured.Gradient[$name] | Assert-Near $slope -Within 1e-8 -Because "it is $name"
            }
        }
    }

    It 'has the same value, bit for bit, alone, in a row, in a list and compiled' {
        $list = $loss | Measure-Expression -At $lists
        $rowValues = @($data | Measure-Expression $loss -At $printed)
        $list.Length | Should -Be 5
        for ($i = 0; $i -lt 5; $i++) {
            $point = Get-Point $data[$i]
            $bits = Get-Bit ($loss | Measure-Expression -At $point)
            Get-Bit $list[$i] | Should -BeExactly $bits
            Get-Bit $rowValues[$i] | Should -BeExactly $bits
            Get-Bit $function.Invoke((Get-Argument $point)) | Should -BeExactly $bits
        }
    }

    It 'has the same gradient, bit for bit, in all these ways and as an object' {
        $list = @($loss | Measure-Expression -At $lists -Gradient)
        $rowResults = @($data | Measure-Expression $loss -At $printed -Gradient)
        $objectRows = @($data | Measure-Expression $gradient -At $printed)
        $objectList = @($gradient | Measure-Expression -At $lists)
        $list.Count, $rowResults.Count, $objectRows.Count, $objectList.Count | Should -Be 5, 5, 5, 5
        for ($i = 0; $i -lt 5; $i++) {
            $point = Get-Point $data[$i]
            $single = ($loss | Measure-Expression -At $point -Gradient).Gradient
            $single.Count | Should -Be 12
            $object = $gradient | Measure-Expression -At $point
            $called = $function.InvokeGradient((Get-Argument $point))
            foreach ($name in $names) {
                $bits = Get-Bit $single[$name]
                foreach ($other in $list[$i].Gradient, $rowResults[$i].Gradient, $object, $objectRows[$i], $objectList[$i], $called) {
                    Get-Bit $other[$name] | Should -BeExactly $bits -Because "it is $name in row $i"
                }
            }
        }
    }

    It 'has the same Hessian as an object and as a measurement' {
        $point = Get-Point $data[3]
        $measured = ($loss | Measure-Expression -At $point -Hessian).Hessian
        $object = $hessian | Measure-Expression -At $point
        $object.GetLength(0) | Should -Be 12
        for ($i = 0; $i -lt 12; $i++) { for ($j = 0; $j -lt 12; $j++) { $object[$i, $j] | Assert-Near $measured[$i, $j] -Within 1e-13 } }
    }

    It 'has a Jacobian whose rows are the gradients' {
        $both = $loss, $fin | Invoke-Differentiate $parameters -Jacobian
        $point = Get-Point $data[1]
        $matrix = $both | Measure-Expression -At $point
        foreach ($i in 0, 1) {
            $expected = ($loss, $fin)[$i] | Measure-Expression -At $point -Gradient
            for ($j = 0; $j -lt 9; $j++) { $matrix[$i, $j] | Assert-Near $expected.Gradient[$parameters[$j]] -Within 1e-13 }
        }
    }

    It 'keeps its value and gradient, to rounding, when simplified' {
        foreach ($rule in 'Standard', 'Stable') {
            $simplified = $gradient | Invoke-Simplify $rule
            foreach ($row in $data) {
                $point = Get-Point $row
                $before = $gradient | Measure-Expression -At $point
                $after = $simplified | Measure-Expression -At $point
                foreach ($name in $names) { $after[$name] | Assert-Near $before[$name] -Within 1e-13 -Because "it is $name with rule $rule" }
            }
        }
    }
}

Describe 'Lists, rows and single points' {
    It 'agree bit for bit on <Text>' -ForEach @(
        @{ Text = 'exp(x)*log(x) + tanh(x)/sqrt(x)' }
        @{ Text = 'sinh(x) - cosh(x) + expm1(x)*log1p(x)' }
        @{ Text = 'softplus(x)*sigmoid(-x) + x^1.7' }
        @{ Text = 'sin(x)*cos(x) + tan(x) - atan(x)' }
        @{ Text = 'max(x, 1/x) + min(x, 2) + abs(x - 1) + relu(x - 2) + select(less(x, 1), log(x), exp(-x))' }
    ) {
        # More than one block of rows, and no multiple of any vector's width.
        $xs = [double[]]::new(2500)
        $random = [Random]::new(7)
        for ($i = 0; $i -lt $xs.Length; $i++) { $xs[$i] = [Math]::Exp(12 * $random.NextDouble() - 8) }
        $node = New-ExprNode $Text
        $list = $node | Measure-Expression -At @{ x = $xs }
        $rowValues = @($xs | ForEach-Object { @{ x = $_ } } | Measure-Expression $node)
        $slopes = @($node | Measure-Expression -At @{ x = $xs } -Gradient)
        $list.Length, $rowValues.Count, $slopes.Count | Should -Be 2500, 2500, 2500
        $different = 0
        for ($i = 0; $i -lt $xs.Length; $i++) {
            if ((Get-Bit $list[$i]) -ne (Get-Bit $rowValues[$i]) -or (Get-Bit $list[$i]) -ne (Get-Bit $slopes[$i].Value)) { $different++ }
            if ($i % 50) { continue }
            $single = $node | Measure-Expression -At @{ x = $xs[$i] } -Gradient
            if ((Get-Bit $list[$i]) -ne (Get-Bit $single.Value) -or (Get-Bit $single.Gradient['x']) -ne (Get-Bit $slopes[$i].Gradient['x'])) { $different++ }
        }
        $different | Should -Be 0
    }
}

Describe 'Measure-Expression in eight runspaces at once' {
    It 'gives the same bits for the same node as in one' {
        $text = 'exp(-x*y) + log(1 + x^2)*tanh(y) - sin(x)^3/sqrt(1 + y^2)'
        # Another node for what one runspace gets, so that the shared one meets all eight uncompiled.
        $alone = New-ExprNode $text
        $xs = [double[]](1..400 | ForEach-Object { $_ / 40 })
        $expected = @(
            $xs | ForEach-Object { @{ x = $_ } } | Measure-Expression $alone -At @{ y = 0.7 } | ForEach-Object { Get-Bit $_ }
            ($alone | Measure-Expression -At @{ x = $xs; y = 0.7 }) | ForEach-Object { Get-Bit $_ }
            $alone | Measure-Expression -At @{ x = $xs; y = 0.7 } -Gradient | ForEach-Object { Get-Bit $_.Gradient['x'] }
            $alone | Invoke-Differentiate -Gradient | Measure-Expression -At @{ x = 1.3; y = 0.7 } | ForEach-Object { Get-Bit $_['y'] }
        ) -join ' '
        $shared = New-ExprNode $text
        $results = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            Import-Module $using:moduleBase
            $node = $using:shared
            $xs = $using:xs
            @(
                $xs | ForEach-Object { @{ x = $_ } } | Measure-Expression $node -At @{ y = 0.7 } | ForEach-Object { [BitConverter]::DoubleToInt64Bits($_) }
                ($node | Measure-Expression -At @{ x = $xs; y = 0.7 }) | ForEach-Object { [BitConverter]::DoubleToInt64Bits($_) }
                $node | Measure-Expression -At @{ x = $xs; y = 0.7 } -Gradient | ForEach-Object { [BitConverter]::DoubleToInt64Bits($_.Gradient['x']) }
                $node | Invoke-Differentiate -Gradient | Measure-Expression -At @{ x = 1.3; y = 0.7 } | ForEach-Object { [BitConverter]::DoubleToInt64Bits($_['y']) }
            ) -join ' '
        }
        @($results).Count | Should -Be 8
        @($results | Sort-Object -Unique) | Should -BeExactly $expected
    }
}
