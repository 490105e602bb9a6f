BeforeDiscovery {
    # Derivatives from the textbook, compared as numbers where they are defined.
    $textbook = @(
        @{ Text = '3'; Derivative = '0'; At = 0.3 }
        @{ Text = 'x'; Derivative = '1'; At = 0.3 }
        @{ Text = '-x'; Derivative = '-1'; At = 0.3 }
        @{ Text = 'x + 3*x'; Derivative = '4'; At = 0.3 }
        @{ Text = '2 - x'; Derivative = '-1'; At = 0.3 }
        @{ Text = 'x*x*x'; Derivative = '3*x^2'; At = 0.3 }
        @{ Text = '(x + 1)/(x - 2)'; Derivative = '-3/(x - 2)^2'; At = 0.3 }
        @{ Text = '1/x'; Derivative = '-1/x^2'; At = 0.3 }
        @{ Text = 'x^5'; Derivative = '5*x^4'; At = 0.3 }
        @{ Text = 'x^-2'; Derivative = '-2*x^-3'; At = 0.3 }
        @{ Text = '2^x'; Derivative = '2^x*log(2)'; At = 0.3 }
        @{ Text = 'x^x'; Derivative = 'x^x*(log(x) + 1)'; At = 0.3 }
        @{ Text = 'exp(2*x)'; Derivative = '2*exp(2*x)'; At = 0.3 }
        @{ Text = 'log(x)'; Derivative = '1/x'; At = 0.3 }
        @{ Text = 'sqrt(x)'; Derivative = '1/(2*sqrt(x))'; At = 0.3 }
        @{ Text = 'sin(x)'; Derivative = 'cos(x)'; At = 0.3 }
        @{ Text = 'cos(x)'; Derivative = '-sin(x)'; At = 0.3 }
        @{ Text = 'tan(x)'; Derivative = '1/cos(x)^2'; At = 0.3 }
        @{ Text = 'asin(x)'; Derivative = '1/sqrt(1 - x^2)'; At = 0.3 }
        @{ Text = 'acos(x)'; Derivative = '-1/sqrt(1 - x^2)'; At = 0.3 }
        @{ Text = 'atan(x)'; Derivative = '1/(1 + x^2)'; At = 0.3 }
        @{ Text = 'sinh(x)'; Derivative = 'cosh(x)'; At = 0.3 }
        @{ Text = 'cosh(x)'; Derivative = 'sinh(x)'; At = 0.3 }
        @{ Text = 'tanh(x)'; Derivative = '1 - tanh(x)^2'; At = 0.3 }
        @{ Text = 'sigmoid(x)'; Derivative = 'sigmoid(x)*sigmoid(-x)'; At = 0.3 }
        @{ Text = 'softplus(x)'; Derivative = 'sigmoid(x)'; At = 0.3 }
        @{ Text = 'log1p(x)'; Derivative = '1/(1 + x)'; At = 0.3 }
        @{ Text = 'expm1(x)'; Derivative = 'exp(x)'; At = 0.3 }
        @{ Text = 'relu(x)'; Derivative = '1'; At = 0.3 }
        @{ Text = 'relu(x)'; Derivative = '0'; At = -0.3 }
        @{ Text = 'abs(x)'; Derivative = '-1'; At = -0.3 }
        @{ Text = 'sign(x)'; Derivative = '0'; At = 0.3 }
        @{ Text = 'min(x, 2*x)'; Derivative = '2'; At = -0.3 }
        @{ Text = 'max(x, 2*x)'; Derivative = '1'; At = -0.3 }
        @{ Text = 'less(x, 1)'; Derivative = '0'; At = 0.3 }
        @{ Text = 'select(less(x, 0), x^2, x^3)'; Derivative = '3*x^2'; At = 0.3 }
        @{ Text = 'x*detach(x)'; Derivative = 'x'; At = 0.3 }
    )
    $kinks = @(
        @{ Text = 'relu(x)'; Expected = 0; Why = 'relu''(0) is 0' }
        @{ Text = 'abs(x)'; Expected = 0; Why = 'abs''(0) is 0' }
        @{ Text = 'min(x, 2*x)'; Expected = 1; Why = 'a tie takes the first side' }
        @{ Text = 'max(2*x, x)'; Expected = 2; Why = 'a tie takes the first side' }
        @{ Text = 'select(0, sqrt(x), 3*x)'; Expected = 3; Why = 'the branch not taken contributes nothing, not even an infinity' }
        @{ Text = 'select(1, x, log(x))'; Expected = 1; Why = 'the branch not taken contributes nothing, not even an infinity' }
    )
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'Invoke-Differentiate knows the textbook' {
    It 'd/dx of <Text> is <Derivative>' -ForEach $textbook {
        $point = @{ x = $At }
        $expected = $Derivative | Measure-Expression -At $point
        foreach ($mode in 'Auto', 'Forward', 'Reverse') {
            $actual = $Text | Invoke-Differentiate x -Mode $mode | Measure-Expression -At $point
            $actual | Assert-Near $expected -Within (1e-14 * [Math]::Max(1.0, [Math]::Abs($expected))) -Because "-Mode $mode does the same"
        }
    }

    It 'is <Expected> for <Text> at the kink x = 0: <Why>' -ForEach $kinks {
        foreach ($mode in 'Auto', 'Forward', 'Reverse') {
            $Text | Invoke-Differentiate x -Mode $mode | Measure-Expression -At @{ x = 0 } | Assert-Near $Expected -Because "-Mode $mode does the same"
        }
    }

    It 'gives first and second derivatives that agree with differences for <_>' -ForEach @(
        'exp(x)*sin(y*x) + y^3', 'log(1 + x^2)/(y + 2)', 'tanh(x*y)*sqrt(y)', 'atan(x/y) - x^y'
    ) {
        $text = $_
        $h = 1e-5
        $f = { param($x, $y) $text | Measure-Expression -At @{ x = $x; y = $y } }
        $byX, $byY = $text | Invoke-Differentiate x, y | Measure-Expression -At @{ x = 0.7; y = 1.3 }
        $byX | Assert-Near (((& $f (0.7 + $h) 1.3) - (& $f (0.7 - $h) 1.3)) / (2 * $h)) -Within 1e-8
        $byY | Assert-Near (((& $f 0.7 (1.3 + $h)) - (& $f 0.7 (1.3 - $h))) / (2 * $h)) -Within 1e-8
    }
}

Describe 'Invoke-Differentiate in the pipeline' {
    It 'gives a live node that goes on through the pipeline' {
        'x^3' | Invoke-Differentiate x | Should -BeOfType PSAutodiff.ExprNode
        'x^3' | Invoke-Differentiate x | Invoke-Differentiate x | Measure-Expression -At @{ x = 2 } | Should -Be 12
    }

    It 'takes text, script blocks, numbers and nodes' {
        $derivatives = 'x^2', { $x * 3 }, 5, (New-ExprNode 'x') | Invoke-Differentiate x
        $derivatives | Measure-Expression -At @{ x = 4 } | Should -Be 8, 3, 0, 1
    }

    It 'takes the expression by name as well' {
        Invoke-Differentiate -Expression 'x*y' -Variable y | ConvertTo-ExprText | Should -BeExactly x
    }

    It 'gives one node for each variable, in the order asked for' {
        'x^3*y + z' | Invoke-Differentiate z, x, y | Measure-Expression -At @{ x = 2; y = 5; z = 0 } | Should -Be 1, 60, 8
        'x^3*y + z' | Invoke-Differentiate y, x, z -Mode Forward | Measure-Expression -At @{ x = 2; y = 5; z = 0 } | Should -Be 8, 60, 1
    }

    It 'takes all variables in ordinal order by default' {
        'b*1 + a*2 + B*3' | Invoke-Differentiate | Measure-Expression -At @{} | Should -Be 3, 2, 1
    }

    It 'gives 0 for a variable that is not there, names being case-sensitive' {
        'x^2' | Invoke-Differentiate y, X | ConvertTo-ExprText | Should -Be '0', '0'
    }

    It 'differentiates -Order times by each variable' {
        'x^4*y^2' | Invoke-Differentiate x, y -Order 2 | Measure-Expression -At @{ x = 3; y = 5 } | Should -Be (12 * 9 * 25), (2 * 81)
        'exp(2*x)' | Invoke-Differentiate x -Order 10 -Mode Reverse | Measure-Expression -At @{ x = 0 } | Should -Be 1024
    }
}

Describe 'The modes of Invoke-Differentiate' {
    It 'Auto leaves out what does not depend on the variable: d/dx of x*sqrt(y) is finite at y = 0' {
        'x*sqrt(y)' | Invoke-Differentiate x | Measure-Expression -At @{ x = 1; y = 0 } | Should -Be 0
        'x*sqrt(y) + 0*y' | Invoke-Differentiate x | ConvertTo-ExprText | Should -BeExactly 'sqrt(y)'
    }

    It 'Forward follows the rules literally, with zeros and ones' {
        'x*y' | Invoke-Differentiate x -Mode Forward | ConvertTo-ExprText | Should -BeExactly '1 * y + x * 0'
    }

    It 'Auto and Reverse write no zeros and ones' {
        'x*y' | Invoke-Differentiate x | ConvertTo-ExprText | Should -BeExactly y
        'x*y' | Invoke-Differentiate x -Mode Reverse | ConvertTo-ExprText | Should -BeExactly y
    }

    It 'Reverse differentiates by a hundred variables in parts that are shared' {
        $names = 1..100 | ForEach-Object { "x$_" }
        $product = New-ExprNode ("tanh($($names -join '*'))")
        $gradient = $product | Invoke-Differentiate $names -Mode Reverse
        $gradient | Should -HaveCount 100
        ($gradient | ForEach-Object NodeCount | Measure-Object -Maximum).Maximum | Should -BeLessThan 600
        $ones = @{}
        foreach ($name in $names) { $ones[$name] = 1 }
        $gradient | Measure-Expression -At $ones | ForEach-Object { $_ | Assert-Near (1 - [Math]::Pow([Math]::Tanh(1), 2)) }
    }

    It 'are completed and checked by name' {
        { 'x' | Invoke-Differentiate x -Mode Sideways } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,PSAutodiff.Commands.InvokeDifferentiateCommand'
    }
}
