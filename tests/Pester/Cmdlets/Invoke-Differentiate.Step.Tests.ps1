# Derivations of derivatives.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    function Get-Display { ($input | Out-String -Width 100) -replace '\x1b\[[0-9;]*m', '' }
}

Describe 'Invoke-Differentiate -Step' {
    BeforeAll {
        $steps = @('4*x*y + exp(-1*y)' | Invoke-Differentiate x -Mode Forward -Step)
    }

    It 'gives one object for each rule, numbered' {
        $steps | Should -BeOfType PSAutodiff.DerivationStep
        $steps.Number | Should -Be (1..9)
        $steps.Variable | Select-Object -Unique | Should -BeExactly x
    }

    It 'names the rules as a teacher does' {
        $steps.Rule | Should -BeExactly @(
            "sum rule: (u + v)' = u' + v'"
            "product rule: (u * v)' = u' * v + u * v'"
            "product rule: (u * v)' = u' * v + u * v'"
            "constant rule: c' = 0"
            "variable rule: x' = 1"
            "constant rule: c' = 0"
            "chain rule: exp(u)' = exp(u) * u'"
            "product rule: (u * v)' = u' * v + u * v'"
            "constant rule: c' = 0"
        )
    }

    It 'shows what each rule is applied to and what it makes of it' {
        $steps[1].BeforeText | Should -BeExactly 'd/dx [4 * x * y]'
        $steps[1].AfterText | Should -BeExactly 'd/dx [4 * x] * y + 4 * x * d/dx [y]'
        $steps[1].WholeText | Should -BeExactly 'd/dx [4 * x] * y + 4 * x * d/dx [y] + d/dx [exp(-1 * y)]'
        $steps[1].Before | ConvertTo-ExprText | Should -BeExactly '4 * x * y'
        $steps[1].After | ConvertTo-ExprText | Should -BeExactly '(0 * x + 4 * 1) * y + 4 * x * 0'
    }

    It 'ends with the derivative of the lab' {
        $steps[-1].Whole | ConvertTo-ExprText -As Lab |
            Should -BeExactly '( ( ( ( ( 0 * x ) + ( 4 * 1 ) ) * y ) + ( ( 4 * x ) * 0 ) ) + ( exp ( ( -1 * y ) ) * ( ( 0 * y ) + ( -1 * 0 ) ) ) )'
    }

    It 'ends with what comes without it for <Text> with -Mode <Mode>' -ForEach @(
        foreach ($text in 'x^3*sin(2*x) + log(x)/y', 'x*sqrt(y)', '7', 'x', 'y', 'max(x, x^2) - abs(x)', 'select(less(x, y), x^2, 1/x)') {
            foreach ($mode in 'Auto', 'Forward') { @{ Text = $text; Mode = $mode } }
        }
    ) {
        $last = $Text | Invoke-Differentiate x -Mode $Mode -Step | Select-Object -Last 1
        $last.Whole.Equals(($Text | Invoke-Differentiate x -Mode $Mode)) | Should -BeTrue
        $last.WholeText | Should -Not -Match 'd/dx'
    }

    It 'ends with the derivative as it is printed for <_>' -ForEach '1/x', 'log(x)/x', 'x/(1 + x^2)', '2^x', 'x^(1/3)', 'x^2*exp(-x)', 'sin(x)/x', 'x^x' {
        $steps = @($_ | Invoke-Differentiate x -Order 2 -Step)
        $steps[-1].WholeText | Should -BeExactly "$($_ | Invoke-Differentiate x -Order 2)"
        $steps.Number | Should -Be (1..$steps.Count)
        $plain = @($_ | Invoke-Differentiate x -Step -NoSimplify)
        $plain[-1].WholeText | Should -BeExactly "$($_ | Invoke-Differentiate x -NoSimplify)"
    }

    It 'drops zeros and ones one by one with -Mode Auto' {
        $auto = @('x^3*exp(2*x)' | Invoke-Differentiate x -Step -NoSimplify)
        $auto[-2..-1].Rule | Should -BeExactly 'x * 1 = x', 'x * 1 = x'
        $auto[-2].BeforeText | Should -BeExactly '3 * x^2 * 1'
        "$($auto[-2].Whole)" | Should -BeExactly '3 * x^2 * exp(2 * x) + x^3 * (exp(2 * x) * (2 * 1))'
        $auto.Heading | Select-Object -Unique | Should -BeExactly 'd/dx [x^3 * exp(2 * x)]'
    }

    It 'derives by each variable in turn, one expression after the other' {
        $several = @('x^2*y', 'exp(y)' | Invoke-Differentiate -Step)
        $starts = @($several | Where-Object Number -EQ 1)
        $starts.Heading | Should -BeExactly 'd/dx [x^2 * y]', 'd/dy [x^2 * y]', 'd/dy [exp(y)]'
        "$($starts[2].Expression)" | Should -BeExactly 'exp(y)'
        @('x^2*y' | Invoke-Differentiate y, x -Step | Where-Object Number -EQ 1).Variable | Should -BeExactly y, x
    }

    It 'numbers the steps of higher orders on' {
        $second = @('x^3' | Invoke-Differentiate x -Step -Order 2)
        $second.Number | Should -Be (1..$second.Count)
        $second[-1].Whole.Equals(('x^3' | Invoke-Differentiate x -Order 2)) | Should -BeTrue
        $second.Heading | Select-Object -Unique | Should -BeExactly 'd/dx [x^3]', 'd/dx [3 * x^2]'
    }

    It 'shows number, rule, before and after' {
        ($steps[0..1] | Get-Display).Trim() -replace '\r', '' | Should -BeExactly (@(
                'Derivation of: d/dx [4 * x * y + exp(-1 * y)]'
                ''
                "  1. sum rule: (u + v)' = u' + v'"
                '        d/dx [4 * x * y + exp(-1 * y)]'
                '     -> d/dx [4 * x * y] + d/dx [exp(-1 * y)]'
                ''
                "  2. product rule: (u * v)' = u' * v + u * v'"
                '        d/dx [4 * x * y]'
                '     -> d/dx [4 * x] * y + 4 * x * d/dx [y]'
            ) -join "`n")
    }

    It 'ends a long derivation with one step for the rest' {
        $node = New-ExprNode x
        for ($i = 0; $i -lt 1500; $i++) { $node = [PSAutodiff.ExprNode]::Sin($node) }
        $long = @($node | Invoke-Differentiate x -Step)
        $long.Count | Should -Be 1001
        $long[-1].Rule | Should -BeLike '*not shown*1000 at most*'
        $long[-1].Whole.Equals(($node | Invoke-Differentiate x)) | Should -BeTrue
        $long[500].WholeText.Length | Should -BeLessThan 1100
    }

    It 'does not go with -<_>' -ForEach 'Gradient', 'Hessian', 'Jacobian' {
        $switch = @{ $_ = $true }
        $outcome = Get-Outcome { 'x^2' | Invoke-Differentiate -Step @switch }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly StepUnsupported
        $outcome.Errors[0].Exception.Message | Should -BeLike "*-$_*"
    }

    It 'does not go with -Mode Reverse' {
        $outcome = Get-Outcome { 'x^2' | Invoke-Differentiate x -Step -Mode Reverse }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly StepUnsupported
        $outcome.Errors[0].Exception.Message | Should -BeLike '*Reverse*Auto or Forward*'
    }

    It 'loses no more than the item in error' {
        $outcome = Get-Outcome { 'x +', 'x^2' | Invoke-Differentiate x -Step }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ExpressionSyntax
        $outcome.Output[-1].WholeText | Should -BeExactly '2 * x'
    }
}
