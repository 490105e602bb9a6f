# Course system S1: the scalar expression engine, every figure of it.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $node = {
        param($op, $first, $second)
        if ($null -eq $second) { New-ExprNode -Op $op -X $first } else { New-ExprNode -Op $op -X $first -Y $second }
    }
    $four = New-ExprNode -Value 4
    $minusOne = New-ExprNode -Value -1
    $x = New-ExprNode -Name x
    $y = New-ExprNode -Name y
    $z = & $node sum (& $node mul (& $node mul $four $x) $y) (& $node exp (& $node mul $minusOne $y))
    $dzdxText = '( ( ( ( ( 0 * x ) + ( 4 * 1 ) ) * y ) + ( ( 4 * x ) * 0 ) ) + ( exp ( ( -1 * y ) ) * ( ( 0 * y ) + ( -1 * 0 ) ) ) )'
}

Describe 'The expression z = 4xy + e^(-y), built node by node' {
    It 'prints as the lab prints it' {
        $z | ConvertTo-ExprText -As Lab | Should -BeExactly '( ( ( 4 * x ) * y ) + exp ( ( -1 * y ) ) )'
    }

    It 'is the same expression when written as <Way>' -ForEach @(
        @{ Way = 'text'; Make = { New-ExprNode '4*x*y + exp(-1*y)' } }
        @{ Way = 'a script block'; Make = { New-ExprNode { 4 * $x * $y + [Math]::Exp(-1 * $y) } } }
        @{ Way = 'operators'; Make = { 4 * $x * $y + [PSAutodiff.ExprNode]::Exp(-1 * $y) } }
        @{ Way = 'its own lab print'; Make = { New-ExprNode '( ( ( 4 * x ) * y ) + exp ( ( -1 * y ) ) )' } }
    ) {
        (& $Make).Equals($z) | Should -BeTrue
    }

    It 'is 24.04979 at x = 2, y = 3' {
        $value = $z | Measure-Expression -At @{ x = 2; y = 3 }
        [Math]::Round($value, 5) | Should -Be 24.04979
        $value | Assert-Near 24.049787068367863 -Within 4e-15
    }

    It 'prints x + 2y as ( x + ( 2 * y ) )' {
        & $node sum $x (& $node mul (New-ExprNode -Value 2) $y) | ConvertTo-ExprText -As Lab | Should -BeExactly '( x + ( 2 * y ) )'
    }

    It 'has a derivative by x that follows the rules literally' {
        $z | Invoke-Differentiate x -Mode Forward | ConvertTo-ExprText -As Lab | Should -BeExactly $dzdxText
    }

    It 'has a derivative by x that the lab''s identities make ( 4 * y )' {
        $z | Invoke-Differentiate x -Mode Forward | Invoke-Simplify -Rule Lab | ConvertTo-ExprText -As Lab | Should -BeExactly '( 4 * y )'
    }

    It 'has d2z/dxdy = 4, a constant, with <Mode> and <Rule>' -ForEach @(
        foreach ($mode in 'Auto', 'Forward', 'Reverse') { foreach ($rule in 'Lab', 'Standard', 'Stable') { @{ Mode = $mode; Rule = $rule } } }
    ) {
        $second = $z | Invoke-Differentiate x -Mode $Mode | Invoke-Differentiate y -Mode $Mode | Invoke-Simplify -Rule $Rule
        $second.Op.ToString() | Should -BeExactly 'const'
        $second.Value | Should -BeExactly 4
    }

    It 'can be differentiated by y any number of times: order <_> is (-1)^<_> e^(-y)' -ForEach 2, 3, 7, 20 {
        $derivative = $z | Invoke-Differentiate y -Order $_
        $derivative | Measure-Expression -At @{ x = 2; y = 3 } | Assert-Near ([Math]::Pow(-1, $_) * [Math]::Exp(-3)) -Within 1e-15
    }

    It 'names the variable that has no value' {
        $outcome = Get-Outcome { $z | Measure-Expression -At @{ x = 2 } }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly VariableNotBound
        $outcome.Errors[0].Exception.Message | Should -BeLike "*'y'*"
    }
}

Describe 'The lab''s rules of differentiation' {
    It 'differentiates <Text> to <Derivative>' -ForEach @(
        @{ Text = 'x + y'; Derivative = '( 1 + 0 )' }
        @{ Text = 'x - y'; Derivative = '( 1 - 0 )' }
        @{ Text = 'x * y'; Derivative = '( ( 1 * y ) + ( x * 0 ) )' }
        @{ Text = 'x / y'; Derivative = '( ( ( 1 * y ) - ( x * 0 ) ) / ( y * y ) )' }
        @{ Text = 'tanh(x)'; Derivative = '( ( 1 - ( tanh ( x ) * tanh ( x ) ) ) * 1 )' }
        @{ Text = 'exp(x)'; Derivative = '( exp ( x ) * 1 )' }
        @{ Text = 'log(x)'; Derivative = '( 1 / x )' }
        @{ Text = '7'; Derivative = '0' }
    ) {
        $Text | Invoke-Differentiate x -Mode Forward | ConvertTo-ExprText -As Lab | Should -BeExactly $Derivative
    }
}

Describe 'The lab''s identities' {
    It 'makes <Text> <Simple>' -ForEach @(
        @{ Text = '0 + x'; Simple = 'x' }
        @{ Text = 'x + 0'; Simple = 'x' }
        @{ Text = '0 - y'; Simple = '( -1 * y )' }
        @{ Text = 'x - 0'; Simple = 'x' }
        @{ Text = '0 * x'; Simple = '0' }
        @{ Text = 'x * 0'; Simple = '0' }
        @{ Text = '1 * x'; Simple = 'x' }
        @{ Text = 'x * 1'; Simple = 'x' }
        @{ Text = '0 / x'; Simple = '0' }
        @{ Text = '0 / 0'; Simple = '0' }
        @{ Text = 'x / 1'; Simple = 'x' }
        @{ Text = '2 * 3 + 4'; Simple = '10' }
        @{ Text = '7 / 2'; Simple = '3.5' }
        @{ Text = 'tanh(0)'; Simple = '0' }
        @{ Text = 'exp(0)'; Simple = '1' }
    ) {
        $Text | Invoke-Simplify -Rule Lab | ConvertTo-ExprText -As Lab | Should -BeExactly $Simple
    }

    It 'stops at <Text> with "<Message>"' -ForEach @(
        @{ Text = 'x / 0'; Id = 'DivisionByZero'; Message = 'division by zero' }
        @{ Text = '1 / 0'; Id = 'DivisionByZero'; Message = 'division by zero' }
        @{ Text = 'log(0)'; Id = 'LogarithmDomain'; Message = 'logarithm of non-positive number' }
        @{ Text = 'log(-2)'; Id = 'LogarithmDomain'; Message = 'logarithm of non-positive number' }
        @{ Text = 'y + log(2 - 3)'; Id = 'LogarithmDomain'; Message = 'logarithm of non-positive number' }
    ) {
        $outcome = Get-Outcome { $Text | Invoke-Simplify -Rule Lab }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message | Should -BeLike "*$Message*"
    }
}

Describe 'examples/derivative-story.ps1' {
    BeforeAll {
        $story = (& "$repositoryRoot/examples/derivative-story.ps1") -join "`n"
    }

    It 'tells <Figure>' -ForEach @(
        @{ Figure = '( ( ( 4 * x ) * y ) + exp ( ( -1 * y ) ) )' }
        @{ Figure = '24.04978706836' }
        @{ Figure = '( ( ( ( ( 0 * x ) + ( 4 * 1 ) ) * y ) + ( ( 4 * x ) * 0 ) ) + ( exp ( ( -1 * y ) ) * ( ( 0 * y ) + ( -1 * 0 ) ) ) )' }
        @{ Figure = ' ( 4 * y )' }
    ) {
        $story.Contains($Figure) | Should -BeTrue -Because "it wrote:`n$story"
    }

    It 'ends with d2z/dxdy = 4' {
        $story | Should -Match 'd2z/dxdy\s+4$'
    }
}
