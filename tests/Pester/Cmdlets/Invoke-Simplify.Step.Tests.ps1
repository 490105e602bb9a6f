# Derivations of simpler forms.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    function Get-Display { ($input | Out-String -Width 100) -replace '\x1b\[[0-9;]*m', '' }
}

Describe 'Invoke-Simplify -Step' {
    BeforeAll {
        $dzdx = '4*x*y + exp(-1*y)' | Invoke-Differentiate x -Mode Forward
        $steps = @($dzdx | Invoke-Simplify -Rule Lab -Step)
    }

    It 'gives one object for each identity, numbered' {
        $steps | Should -BeOfType PSAutodiff.DerivationStep
        $steps.Number | Should -Be (1..10)
        $steps.Rule | Should -BeExactly @(
            '0 * x = 0', 'x * 1 = x', '0 + x = x', 'x * 0 = 0', 'x + 0 = x', '0 * x = 0', 'x * 0 = 0', '0 + x = x', 'x * 0 = 0', 'x + 0 = x'
        )
        $steps.Variable | Should -Be (@($null) * 10)
    }

    It 'shows the part before and after, and the whole' {
        $steps[1].BeforeText | Should -BeExactly '4 * 1'
        $steps[1].AfterText | Should -BeExactly '4'
        $steps[1].WholeText | Should -BeExactly '(0 + 4) * y + 4 * x * 0 + exp(-1 * y) * (0 * y + -1 * 0)'
        $steps[1].Whole | Should -BeOfType PSAutodiff.ExprNode
        $steps[1].Expression.Equals($dzdx) | Should -BeTrue
    }

    It 'goes from dz/dx to ( 4 * y )' {
        $steps[-1].Whole | ConvertTo-ExprText -As Lab | Should -BeExactly '( 4 * y )'
    }

    It 'ends with what comes without it for <Text> with -Rule <Rule>' -ForEach @(
        foreach ($text in '2*x + 3*x - x', 'x*y*x/x', 'log(1 + exp(-u))*2*3', '(-x)*(y + z) - -3*(z + y)', '1/(1 + exp(-1*(a + b*c)))') {
            foreach ($rule in 'Lab', 'Standard', 'Stable') { @{ Text = $text; Rule = $rule } }
        }
    ) {
        $simplified = $Text | Invoke-Simplify -Rule $Rule
        $derivation = @($Text | Invoke-Simplify -Rule $Rule -Step)
        if ($derivation) { $derivation[-1].Whole.Equals($simplified) | Should -BeTrue }
        else { (New-ExprNode $Text).Equals($simplified) | Should -BeTrue }
    }

    It 'keeps the value in every whole' {
        $at = @{ x = 1.3; y = 0.4; z = 2.2 }
        $text = '(-x)*(y + z) - -3*(z + y) + x*x/x'
        $value = $text | Measure-Expression -At $at
        $derivation = @($text | Invoke-Simplify -Step)
        $derivation.Count | Should -BeGreaterThan 3
        $derivation.Whole | Measure-Expression -At $at | ForEach-Object { $_ | Assert-Near $value -Within 1e-14 }
    }

    It 'says what a step takes for granted' {
        $step = 'u*v/u' | Invoke-Simplify -Step
        $step.Rule | Should -BeExactly 'x * y / x = y'
        $step.Assumption | Should -BeExactly 'u != 0'
        ($step | Out-String) -replace '\x1b\[[0-9;]*m' | Should -Match '1\. x \* y / x = y, if u != 0'
        (Get-Outcome { 'u*v/u' | Invoke-Simplify -Step -Verbose }).Verbose.Message | Should -BeExactly 'Assumed: u != 0'
    }

    It 'gives nothing where nothing can be simplified, and says so under -Verbose' {
        $outcome = Get-Outcome { 'x + y' | Invoke-Simplify -Step -Verbose }
        $outcome.Output | Should -HaveCount 0
        $outcome.Verbose.Message | Should -BeLike '*x + y*'
    }

    It 'takes one expression after the other' {
        $several = @('x + 0', { 1 * $y }, (New-ExprNode 'z - z') | Invoke-Simplify -Step)
        $several.Number | Should -Be 1, 1, 1
        $several.Heading | Should -BeExactly 'x + 0', '1 * y', 'z - z'
    }

    It 'shows number, rule, before and after' {
        ('x + 0*y' | Invoke-Simplify -Step | Get-Display).Trim() -replace '\r', '' | Should -BeExactly (@(
                'Derivation of: x + 0 * y'
                ''
                '  1. 0 * x = 0'
                '        0 * y'
                '     -> 0'
                ''
                '  2. x + 0 = x'
                '        x + 0'
                '     -> x'
                ' = x'
            ) -join "`n")
    }

    It 'stops with the errors of the lab' {
        $outcome = Get-Outcome { 'x/0', 'x + 0' | Invoke-Simplify Lab -Step }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly DivisionByZero
        $outcome.Output | Should -HaveCount 1
    }

    It 'refuses a gradient and says what to do; its values go' {
        $gradient = 'x^2*y' | Invoke-Differentiate -Gradient -Mode Forward
        $outcome = Get-Outcome { $gradient | Invoke-Simplify -Step }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly StepUnsupported
        $outcome.Errors[0].Exception.Message | Should -BeLike '*.Values | Invoke-Simplify -Step*'
        @($gradient.Values | Invoke-Simplify -Step | Where-Object Number -EQ 1) | Should -HaveCount 2
    }
}
