BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'Invoke-Simplify' {
    It 'with the standard rules makes <Text> <Simple>' -ForEach @(
        @{ Text = 'x + x'; Simple = '2 * x' }
        @{ Text = '2*x + 3*x - x'; Simple = '4 * x' }
        @{ Text = 'x - x'; Simple = '0' }
        @{ Text = 'x*x*x'; Simple = 'x^3' }
        @{ Text = 'x^2*x^3'; Simple = 'x^5' }
        @{ Text = 'log(exp(x))'; Simple = 'x' }
        @{ Text = 'sqrt(x^2)'; Simple = 'abs(x)' }
        @{ Text = '-(-x)'; Simple = 'x' }
        @{ Text = '0*x + 1*y + 0'; Simple = 'y' }
        @{ Text = '2 + 3*4'; Simple = '14' }
        @{ Text = 'x/1'; Simple = 'x' }
    ) {
        $Text | Invoke-Simplify | ConvertTo-ExprText | Should -BeExactly $Simple
        $Text | Invoke-Simplify -Rule Standard | ConvertTo-ExprText | Should -BeExactly $Simple
    }

    It 'with the stable rules makes <Text> <Simple>' -ForEach @(
        @{ Text = 'log(1 + exp(u))'; Simple = 'softplus(u)' }
        @{ Text = '1/(1 + exp(-u))'; Simple = 'sigmoid(u)' }
        @{ Text = 'exp(u)/(1 + exp(u))'; Simple = 'sigmoid(u)' }
        @{ Text = '1 - sigmoid(u)'; Simple = 'sigmoid(-u)' }
        @{ Text = 'log(1 + u)'; Simple = 'log1p(u)' }
        @{ Text = 'exp(u) - 1'; Simple = 'expm1(u)' }
    ) {
        $Text | Invoke-Simplify Stable | ConvertTo-ExprText | Should -BeExactly $Simple
        $Text | Invoke-Simplify Standard | ConvertTo-ExprText | Should -Not -BeExactly $Simple
    }

    It 'with the lab''s rules does no more than the lab' {
        'x + x' | Invoke-Simplify Lab | ConvertTo-ExprText | Should -BeExactly 'x + x'
        'log(exp(x))' | Invoke-Simplify Lab | ConvertTo-ExprText | Should -BeExactly 'log(exp(x))'
    }

    It 'leaves what is not always equal as it is: <_>' -ForEach 'sqrt(x)^2 + y', 'exp(log(x)*y)', 'x^y*x^z', 'abs(x)*y' {
        $simple = $_ | Invoke-Simplify
        foreach ($x in -2, 3) {
            $at = @{ x = $x; y = 0.5; z = 2 }
            $expected = $_ | Measure-Expression -At $at
            $actual = $simple | Measure-Expression -At $at
            if (-not [double]::IsNaN($expected)) { $actual | Assert-Near $expected -Within 1e-13 }
        }
    }

    It 'keeps 1/0 and log(0) as they are with <_>' -ForEach 'Standard', 'Stable' {
        '1/0', 'log(0)' | Invoke-Simplify -Rule $_ | ConvertTo-ExprText | Should -BeExactly '1 / 0', 'log(0)'
    }

    It 'keeps a constant finite: 1e300*1e300 is not folded' {
        ('1e300*1e300' | Invoke-Simplify).Op | Should -Not -BeExactly const
        '1e300*1e300' | Invoke-Simplify | Measure-Expression | Should -Be ([double]::PositiveInfinity)
    }

    It 'keeps digits where the stable rules apply' {
        'log(1 + x)' | Invoke-Simplify Stable | Measure-Expression -At @{ x = 1e-20 } | Should -BeExactly 1e-20
        'log(1 + exp(x))' | Invoke-Simplify Stable | Measure-Expression -At @{ x = 1000 } | Should -BeExactly 1000
        'log(1 + exp(x))' | Invoke-Simplify Stable | Invoke-Differentiate x | Measure-Expression -At @{ x = 1000 } | Should -BeExactly 1
    }

    It 'says under -Verbose what it had to assume' {
        $outcome = Get-Outcome { 'sin(b)/sin(b)' | Invoke-Simplify -Verbose }
        $outcome.Output[0].ToString() | Should -BeExactly '1'
        $outcome.Verbose.Message | Should -BeExactly 'Assumed: sin(b) != 0'
        (Get-Outcome { 'x + x' | Invoke-Simplify -Verbose }).Verbose | Should -HaveCount 0
    }

    It 'never makes an expression larger, and a second time changes nothing: <_>' -ForEach @(
        'x*y + x*z', '(x + y)^2 - x^2', '4*x*y + exp(-1*y)', 'sin(x)^2 + cos(x)^2', '1/(1 + exp(-1*(a + b*c)))', 'x/y/z*y', '-(a - b)/-c'
    ) {
        $node = New-ExprNode $_
        foreach ($rule in 'Lab', 'Standard', 'Stable') {
            $once = $node | Invoke-Simplify $rule
            $once.NodeCount | Should -BeLessOrEqual $node.NodeCount -Because "of $rule"
            ($once | Invoke-Simplify $rule).Equals($once) | Should -BeTrue -Because "$rule made $once"
        }
    }

    It 'takes one expression after the other, of every kind' {
        'x + 0', { 1 * $y }, 3, (New-ExprNode 'z - z') | Invoke-Simplify | ConvertTo-ExprText | Should -BeExactly 'x', 'y', '3', '0'
    }

    It 'simplifies a gradient node by node' {
        'x^2*y' | Invoke-Differentiate -Mode Forward | Invoke-Simplify | Measure-Expression -At @{ x = 3; y = 5 } | Should -Be 30, 9
    }
}
