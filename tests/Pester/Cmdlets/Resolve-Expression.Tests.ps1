BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'Resolve-Expression' {
    It 'replaces variables by <What>' -ForEach @(
        @{ What = 'a number'; At = @{ x = 2 }; Result = '2^2 + y' }
        @{ What = 'text'; At = @{ x = 'a + b' }; Result = '(a + b)^2 + y' }
        @{ What = 'text that is a number'; At = @{ x = '2.5' }; Result = '2.5^2 + y' }
        @{ What = 'a script block'; At = @{ x = { [Math]::Exp($u) } }; Result = 'exp(u)^2 + y' }
        @{ What = 'several things at once'; At = @{ x = 3; y = 'z' }; Result = '3^2 + z' }
    ) {
        'x^2 + y' | Resolve-Expression -At $At | ConvertTo-ExprText | Should -BeExactly $Result
        'x^2 + y' | Resolve-Expression $At | ConvertTo-ExprText | Should -BeExactly $Result
    }

    It 'replaces variables by nodes, which stay shared' {
        $inner = New-ExprNode 'tanh(a)'
        $outer = 'x*x + y' | Resolve-Expression -At @{ x = $inner; y = $inner }
        $outer | ConvertTo-ExprText | Should -BeExactly 'tanh(a) * tanh(a) + tanh(a)'
        $outer.NodeCount | Should -Be 4
    }

    It 'replaces all at once: what is put in is not searched again' {
        'x - y' | Resolve-Expression -At @{ x = 'y'; y = 'x' } | ConvertTo-ExprText | Should -BeExactly 'y - x'
        'x' | Resolve-Expression -At @{ x = 'x + 1' } | ConvertTo-ExprText | Should -BeExactly 'x + 1'
    }

    It 'leaves other variables alone and ignores values that nothing asks for' {
        'x + y' | Resolve-Expression -At @{ y = 1; unused = 'x*' } | ConvertTo-ExprText | Should -BeExactly 'x + 1'
    }

    It 'takes values from an object''s properties too' {
        'x + y' | Resolve-Expression -At ([pscustomobject]@{ x = 1; y = '2' }) | ConvertTo-ExprText | Should -BeExactly '1 + 2'
    }

    It 'prefers the name in the right case, and takes another case when it is the only one' {
        $values = [System.Collections.Generic.Dictionary[string, int]]::new()
        $values['x'] = 1
        $values['X'] = 2
        'x - X' | Resolve-Expression -At $values | ConvertTo-ExprText | Should -BeExactly '1 - 2'
        'Rate*t' | Resolve-Expression -At @{ rate = 3 } | ConvertTo-ExprText | Should -BeExactly '3 * t'
    }

    It 'gives the value when all is resolved' {
        4, 'x*y' | Resolve-Expression -At @{ x = 2; y = 3 } | Measure-Expression | Should -Be 4, 6
    }

    It 'builds a network layer by layer' {
        $hidden = New-ExprNode 'tanh(b + w*x)'
        $loss = 'fin - fin*y' | Resolve-Expression -At @{ fin = 'c + u*h' } | Resolve-Expression -At @{ h = $hidden }
        $loss.Variables | Should -BeExactly 'b', 'c', 'u', 'w', 'x', 'y'
    }

    It 'goes on after a bad expression' {
        $outcome = Get-Outcome { 'x', 'x*', 'y' | Resolve-Expression -At @{ x = 7 } }
        $outcome.Output | ForEach-Object ToString | Should -Be '7', 'y'
        $outcome.Errors | Should -HaveCount 1
    }

    It 'names the variable whose replacement is not an expression' {
        $outcome = Get-Outcome { 'x + z' | Resolve-Expression -At @{ z = 1; x = 'y +' } }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ExpressionSyntax
        $outcome.Errors[0].Exception.Message | Should -BeLike "*'x'*column 4*"
    }
}
