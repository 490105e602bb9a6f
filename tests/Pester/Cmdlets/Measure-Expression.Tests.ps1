BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'Measure-Expression at given values' {
    It 'gives a number, called <How>' -ForEach @(
        @{ How = 'from the pipeline'; Call = { 'x*y' | Measure-Expression -At @{ x = 2; y = 3 } } }
        @{ How = 'by position'; Call = { Measure-Expression 'x*y' -At @{ x = 2; y = 3 } } }
        @{ How = 'by name'; Call = { Measure-Expression -Expression 'x*y' -At @{ x = 2; y = 3 } } }
        @{ How = 'with an object''s properties'; Call = { 'x*y' | Measure-Expression -At ([pscustomobject]@{ x = 2; y = 3 }) } }
        @{ How = 'with text for numbers'; Call = { 'x*y' | Measure-Expression -At @{ x = '2.0'; y = '3e0' } } }
        @{ How = 'with an ordered dictionary'; Call = { 'x*y' | Measure-Expression -At ([ordered]@{ y = 3; x = 2 }) } }
        @{ How = 'with a generic dictionary'; Call = {
                $values = [System.Collections.Generic.Dictionary[string, double]]::new()
                $values['x'] = 2
                $values['y'] = 3
                'x*y' | Measure-Expression -At $values
            }
        }
        @{ How = 'with numbers of other types'; Call = { 'x*y' | Measure-Expression -At @{ x = 2d; y = [byte]3 } } }
        @{ How = 'with more values than needed'; Call = { 'x*y' | Measure-Expression -At @{ x = 2; y = 3; z = 'nonsense' } } }
        @{ How = 'on a script block'; Call = { { $x * $y } | Measure-Expression -At @{ x = 2; y = 3 } } }
    ) {
        $value = & $Call
        $value | Should -BeOfType double
        $value | Should -BeExactly 6
    }

    It 'needs no values for an expression without variables' {
        '2*pi' | Measure-Expression | Should -BeExactly (2 * [Math]::PI)
        5 | Measure-Expression | Should -BeExactly 5
    }

    It 'measures one expression after the other' {
        'x', 'x^2', 'x^3' | Measure-Expression -At @{ x = 3 } | Should -Be 3, 9, 27
    }

    It 'follows IEEE arithmetic: <Text> is <Value>' -ForEach @(
        @{ Text = '1/0'; Value = [double]::PositiveInfinity }
        @{ Text = '-1/0'; Value = [double]::NegativeInfinity }
        @{ Text = 'log(0)'; Value = [double]::NegativeInfinity }
        @{ Text = 'log(-1)'; Value = [double]::NaN }
        @{ Text = '0/0'; Value = [double]::NaN }
        @{ Text = 'exp(1000)'; Value = [double]::PositiveInfinity }
        @{ Text = 'exp(-1000)'; Value = 0.0 }
    ) {
        [double]::Equals(($Text | Measure-Expression), [double]$Value) | Should -BeTrue
    }

    It 'takes NaN and infinities as values' {
        [double]::IsNaN(('x + 1' | Measure-Expression -At @{ x = [double]::NaN })) | Should -BeTrue
        'exp(x)' | Measure-Expression -At @{ x = [double]::NegativeInfinity } | Should -BeExactly 0
    }

    It 'takes the exact name first, and another case when it is the only one' {
        $values = [System.Collections.Generic.Dictionary[string, int]]::new()
        $values['x'] = 1
        $values['X'] = 20
        'x + X' | Measure-Expression -At $values | Should -Be 21
        'Rate' | Measure-Expression -At @{ RATE = 4 } | Should -Be 4
    }
}

Describe 'Measure-Expression -Gradient and -Hessian' {
    BeforeAll {
        $measured = 'x^2*y + b' | Measure-Expression -At @{ x = 3; y = 5; b = 1 } -Hessian
    }

    It 'gives value, gradient by name in ordinal order, and no Hessian with -Gradient' {
        $first = 'x^2*y + b' | Measure-Expression -At @{ x = 3; y = 5; b = 1 } -Gradient
        $first | Should -BeOfType PSAutodiff.Measurement
        $first.Value | Should -BeExactly 46
        $first.Gradient.GetType() | Should -Be ([System.Collections.Specialized.OrderedDictionary])
        @($first.Gradient.Keys) | Should -BeExactly 'b', 'x', 'y'
        @($first.Gradient.Values) | Should -Be 1, 30, 9
        $first.Gradient['x'] | Should -BeOfType double
        $null -eq $first.Hessian | Should -BeTrue
    }

    It 'gives all three with -Hessian, in the order of Variables' {
        $measured.Value | Should -BeExactly 46
        @($measured.Gradient.Values) | Should -Be 1, 30, 9
        $measured.Variables | Should -BeExactly 'b', 'x', 'y'
        $measured.Hessian.GetType() | Should -Be ([double[, ]])
        $measured.Hessian | ForEach-Object { $_ } | Should -Be 0, 0, 0, 0, 10, 6, 0, 6, 0
    }

    It 'feeds its gradient back as values' {
        'x + y' | Measure-Expression -At $measured.Gradient | Should -Be 39
    }

    It 'gives an empty gradient for a constant' {
        $constant = 7 | Measure-Expression -Hessian
        $constant.Value | Should -Be 7
        $constant.Gradient.Count | Should -Be 0
        $constant.Hessian.Length | Should -Be 0
    }
}

Describe 'Measure-Expression on rows' {
    BeforeAll {
        $rows = @(
            [pscustomobject]@{ Name = 'first'; x = '1.5'; y = '2' }
            [pscustomobject]@{ Name = 'second'; x = '-1e1'; y = ' 3 ' }
        )
    }

    It 'measures each row of a CSV file' {
        Import-Csv $fivePoints | Measure-Expression 'x1 + 10*x2 + 100*y' | Should -Be 100, 1, -10, -1, 10
    }

    It 'measures hashtables and objects' {
        @{ x = 2 }, [pscustomobject]@{ x = 3 }, ([ordered]@{ x = '4' }) | Measure-Expression 'x^2' | Should -Be 4, 9, 16
    }

    It 'takes from -At what it gives, and the rest from the rows' {
        $rows | Measure-Expression 'a*x + y' -At @{ a = 10 } | Should -Be 17, -97
        $rows | Measure-Expression 'x*y' -At @{ y = 100 } | Should -Be 150, -1000
    }

    It 'gives each row again with the result as a further property' {
        $out = @($rows | Measure-Expression 'x*y' -AsProperty Product)
        $out | ForEach-Object Name | Should -Be first, second
        $out | ForEach-Object Product | Should -Be 3, -30
        $out[0].psobject.Properties.Name | Should -BeExactly 'Name', 'x', 'y', 'Product'
        $out[0].x | Should -BeOfType string
    }

    It 'leaves the rows that came in as they were' {
        $null = $rows | Measure-Expression 'x*y' -AsProperty Product
        $rows[0].psobject.Properties.Name | Should -Not -Contain Product
        $table = @{ x = 2 }
        ($table | Measure-Expression x -AsProperty Result).Result | Should -Be 2
        $table.Keys | Should -HaveCount 1
    }

    It 'gives measurements with -Gradient, also as a property' {
        $out = @($rows | Measure-Expression 'x^2' -Gradient -AsProperty Slope)
        $out[0].Slope.Gradient['x'] | Should -Be 3
        $out[1].Slope.Value | Should -Be 100
    }

    It 'writes each row as it comes' {
        $log = [System.Collections.Generic.List[string]]::new()
        1..3 | ForEach-Object { $log.Add("in $_"); @{ x = $_ } } | Measure-Expression 'x*10' | ForEach-Object { $log.Add("out $_") }
        $log -join ', ' | Should -BeExactly 'in 1, out 10, in 2, out 20, in 3, out 30'
    }

    It 'goes on after bad rows and names row and column' {
        $outcome = Get-Outcome { @{ x = 1 }, @{ x = 'two' }, $null, @{ y = 4 }, @{ x = '' }, @{ x = 6 } | Measure-Expression x }
        $outcome.Output | Should -Be 1, 6
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ColumnNotNumeric, RowNull, ColumnMissing, ColumnNotNumeric
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 2, column 'x': 'two'*"
        $outcome.Errors[1].Exception.Message | Should -BeLike '*Row 3*'
        $outcome.Errors[2].Exception.Message | Should -BeLike "Row 4 *'x'*"
        $outcome.Errors[3].Exception.Message | Should -BeLike "Row 5, column 'x': an empty cell is not a number*"
    }

    It 'refuses an integer that is too large for a double, row by row' {
        $huge = [bigint]::Pow(10, 400)
        $outcome = Get-Outcome { @{ x = $huge }, @{ x = 2 } | Measure-Expression x }
        $outcome.Output | Should -Be 2
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ColumnNotNumeric*'
        { 'x' | Measure-Expression -At @{ x = $huge } -ErrorAction Stop } | Should -Throw -ErrorId 'ValueNotNumeric*'
    }

    It 'takes no cell for 0 or infinite that is not' {
        $outcome = Get-Outcome { @{ x = '0e-400' }, @{ x = '1e-400' }, @{ x = '3e-324' }, @{ x = '1e400' }, @{ x = 'Infinity' } | Measure-Expression x }
        $outcome.Output | Should -Be 0, ([double]::Epsilon), ([double]::PositiveInfinity)
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ColumnNotNumeric, ColumnNotNumeric
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 2, column 'x': '1e-400' (too small for a double) is not a number*"
        $outcome.Errors[1].Exception.Message | Should -BeLike "Row 4, column 'x': '1e400' (too large for a double) is not a number*"
    }

    It 'says of a row that is a bare number that it has no columns' {
        $outcome = Get-Outcome { 1, @{ x = 2 } | Measure-Expression x }
        $outcome.Output | Should -Be 2
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ColumnMissing
        $outcome.Errors[0].Exception.Message | Should -BeExactly 'Row 1 is the number 1, which has no columns.'
    }

    It 'does not take a property that is there already for the result' {
        $outcome = Get-Outcome { $rows | Measure-Expression 'x*y' -AsProperty Name }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 2
        $outcome.Errors[0].TargetObject.Name | Should -Be first
    }
}

Describe 'Names that differ in case alone' {
    It 'are told how a dictionary holds both' {
        $outcome = Get-Outcome { 'X*x' | Measure-Expression -At @{ x = 2 } }
        $outcome.Errors[0].Exception.Message | Should -BeLike '*[[]hashtable]::new()*'
        $type = [hashtable]
        $at = $type::new()
        $at['x'] = 1
        $at['X'] = 2
        'X*x' | Measure-Expression -At $at | Should -BeExactly 2
    }
}
