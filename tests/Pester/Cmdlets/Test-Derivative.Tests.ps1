BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $at = @{ x = 3; y = 5 }
}

Describe 'Test-Derivative without candidates' {
    It 'finds the derivatives of the engine right, called <How>' -ForEach @(
        @{ How = 'from the pipeline'; Call = { 'x^2*y + sin(x)' | Test-Derivative -At $at } }
        @{ How = 'by position'; Call = { Test-Derivative 'x^2*y + sin(x)' -At $at } }
        @{ How = 'with a node'; Call = { New-ExprNode 'x^2*y + sin(x)' | Test-Derivative -At $at } }
        @{ How = 'with a script block'; Call = { { $x * $x * $y } | Test-Derivative -At $at } }
        @{ How = 'with an object''s properties'; Call = { 'x^2*y' | Test-Derivative -At ([pscustomobject]@{ x = '3'; y = '5e0'; z = 'unused' }) } }
        @{ How = 'for one variable'; Call = { 'x^2*y' | Test-Derivative -At $at -Variable y } }
    ) {
        $result = & $Call
        $result | Should -BeOfType bool
        $result | Should -BeTrue
    }

    It 'is true for what has no derivatives to check' {
        5 | Test-Derivative | Should -BeTrue
        5 | Test-Derivative -Detailed | Should -BeNullOrEmpty
    }

    It 'tests one expression after the other' {
        'x', 'x^2', 'exp(x)' | Test-Derivative -At @{ x = 1 } | Should -Be $true, $true, $true
    }

    It 'gives a row for each variable with -Detailed' {
        $rows = @('x^2*y' | Test-Derivative -At $at -Detailed)
        $rows | Should -HaveCount 2
        $rows[0] | Should -BeOfType PSAutodiff.DerivativeCheck
        $rows.Variable | Should -BeExactly x, y
        $rows.Derivative | Should -Be 30, 9
        $rows[0].Difference | Assert-Near 30 -Within 1e-8
        $rows[0].Error | Should -BeExactly ([Math]::Abs($rows[0].Derivative - $rows[0].Difference))
        $rows.Passed | Should -Be $true, $true
        $null -eq $rows[0].Reason | Should -BeTrue
    }

    It 'shows the rows as a table' {
        $shown = 'x^2*y' | Test-Derivative -At $at -Detailed | Out-String -Width 120
        $shown | Should -Match 'Variable\s+Derivative\s+Difference\s+Error\s+Step\s+Passed\s+Reason'
        $shown | Should -Match '(?m)^x\s+30\s+30 '
    }
}

Describe 'Test-Derivative with candidates' {
    It 'takes <What>' -ForEach @(
        @{ What = 'a hashtable of text and script blocks'; Right = @{ x = '2*x*y'; y = { $x * $x } }; Wrong = @{ x = '2*x'; y = { $x * $x } } }
        @{ What = 'an ordered dictionary'; Right = [ordered]@{ y = 'x^2'; x = '2*x*y' }; Wrong = [ordered]@{ y = '2*x^2'; x = '2*x*y' } }
        @{ What = 'an object with an entry for each variable'; Right = [pscustomobject]@{ x = 30; y = 'x^2' }; Wrong = [pscustomobject]@{ x = 30; y = 'x^3' } }
        @{ What = 'numbers'; Right = @{ x = 30; y = 9.0 }; Wrong = @{ x = 30.01; y = 9 } }
        @{ What = 'some variables only'; Right = @{ y = 'x^2' }; Wrong = @{ y = 'x' } }
        @{ What = 'names in another case'; Right = @{ X = '2*x*y' }; Wrong = @{ X = 'x*y' } }
        @{ What = 'a list in the order of the variables'; Right = '2*x*y', 'x^2'; Wrong = 'x^2', '2*x*y' }
    ) {
        'x^2*y' | Test-Derivative -At $at -Derivative $Right | Should -BeTrue
        'x^2*y' | Test-Derivative -At $at -Derivative $Wrong -WarningAction Ignore | Should -BeFalse
    }

    It 'takes arrays of numbers' {
        Test-Derivative 'v: [3]; sum(v^3)' -Derivative @{ v = 3, 12, 27 } -At @{ v = 1, 2, 3 } | Should -BeTrue
        Test-Derivative 'v: [3]; sum(v^3)' -Derivative 3, 12, 27 -At @{ v = 1, 2, 3 } | Should -BeTrue
        Test-Derivative 'v: [3]; sum(v^3)' -Derivative @{ v = 3, 12, 28 } -At @{ v = 1, 2, 3 } -WarningAction Ignore | Should -BeFalse
        Test-Derivative 'A: [2, 2]; sum(A^2)' -Derivative @{ A = (2, 4), (6, 8) } -At @{ A = (1, 2), (3, 4) } | Should -BeTrue
        $outcome = Get-Outcome { Test-Derivative 'v: [3]; sum(v^3)' -Derivative @{ v = 3, 12 } -At @{ v = 1, 2, 3 } }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ShapeMismatch
        $outcome = Get-Outcome { Test-Derivative 'x^2' -Derivative 6, 1 -At @{ x = 3 } }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly DerivativeAmbiguous
    }

    It 'takes what the other cmdlets give' {
        $node = New-ExprNode 'x^2*y + tanh(x*y/10)'
        $node | Test-Derivative -At $at -Derivative ($node | Invoke-Differentiate) | Should -BeTrue
        $node | Test-Derivative -At $at -Derivative ($node | Measure-Expression -At $at -Gradient).Gradient | Should -BeTrue
    }

    It 'takes a single one for a single variable' {
        Test-Derivative 'x^3' -At @{ x = 2 } -Derivative '3*x^2' | Should -BeTrue
        Test-Derivative 'x^3' -At @{ x = 2 } -Derivative 12 | Should -BeTrue
        Test-Derivative 'x^3' -At @{ x = 2 } -Derivative { 3 * $x * $x } | Should -BeTrue
        Test-Derivative 'x^2*y' -At $at -Derivative (New-ExprNode 'x^2') -Variable y | Should -BeTrue
        Test-Derivative 'x^3' -At @{ x = 2 } -Derivative '3*x' -WarningAction Ignore | Should -BeFalse
    }

    It 'lets candidates have variables of their own' {
        Test-Derivative 'x^3' -At @{ x = 2; n = 3 } -Derivative 'n*x^(n - 1)' | Should -BeTrue
    }

    It 'names the worst variable in a warning when the answer is a bool' {
        $outcome = Get-Outcome { 'x^2*y' | Test-Derivative -At $at -Derivative @{ x = 31; y = 90 } }
        $outcome.Output | Should -BeExactly $false
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeLike '2 of 2 derivatives failed, worst: y: derivative 90, difference 9, off by 81, limit *'
    }

    It 'says of each variable under -Verbose how it went' {
        $outcome = Get-Outcome { 'x^2*y' | Test-Derivative -At $at -Verbose }
        $outcome.Verbose.Message | Should -BeLike '*passed'
        $outcome.Verbose | Should -HaveCount 2
        $outcome.Warnings | Should -HaveCount 0
    }

    It 'says in the rows which is wrong and by how much' {
        $outcome = Get-Outcome { 'x^2*y' | Test-Derivative -At $at -Derivative @{ x = '2*x*y + 0.001'; y = 'x^2' } -Detailed }
        $outcome.Output.Passed | Should -Be $false, $true
        $outcome.Output[0].Reason | Should -BeLike 'off by 0.001, limit *'
        $outcome.Output[0].Error | Assert-Near 0.001 -Within 1e-8
        $outcome.Warnings | Should -HaveCount 0
    }
}

Describe 'Test-Derivative -Epsilon and -Tolerance' {
    It 'uses the step as it is' {
        $row = Test-Derivative 'x^3' -At @{ x = 1 } -Epsilon 0.5 -Tolerance 0.1 -Detailed
        $row.Step | Should -BeExactly 0.5
        $row.Difference | Should -BeExactly 3.25
        $row.Passed | Should -BeTrue
        Test-Derivative 'x^3' -At @{ x = 1 } -Epsilon 0.5 -Tolerance 0.01 -WarningAction Ignore | Should -BeFalse
    }

    It 'takes the tolerance as absolute below 1 and as relative above' {
        (Test-Derivative 'x^2/10' -At @{ x = 1 } -Tolerance 1e-5 -Detailed).Tolerance | Should -BeExactly 1e-5
        (Test-Derivative '1000*x' -At @{ x = 1 } -Tolerance 1e-5 -Detailed).Tolerance | Assert-Near 1e-2 -Within 1e-12
    }

    It 'chooses a step that suits: <Text> at <X>' -ForEach @(
        @{ Text = 'log(x)'; X = 1e-8 }, @{ Text = '1/x'; X = 1e-6 }, @{ Text = '1e6 + x'; X = 3 }, @{ Text = 'sin(1e6*x)'; X = 1 }
        @{ Text = 'x^2'; X = 1e100 }, @{ Text = '1e-8*x^2'; X = 3 }, @{ Text = 'exp(x)'; X = 700 }
    ) {
        $Text | Test-Derivative -At @{ x = $X } | Should -BeTrue
        $wrong = 1.01 * ($Text | Invoke-Differentiate x)
        $Text | Test-Derivative -At @{ x = $X } -Derivative $wrong -WarningAction Ignore | Should -BeFalse
    }

    It 'does not pass, and says why, for <Text> at <X>' -ForEach @(
        @{ Text = 'log(x)'; X = 0; Reason = 'the expression is -Infinity at the point' }
        @{ Text = 'log(x)'; X = -1; Reason = 'the expression is NaN at the point' }
        @{ Text = 'sqrt(x)'; X = 0; Reason = 'the derivative is Infinity' }
        @{ Text = 'x^2'; X = [double]::NaN; Reason = 'x is NaN' }
        @{ Text = 'select(less(x, 1), log(-x), x)'; X = 1; Reason = 'the expression is NaN at x = 1 - *' }
        @{ Text = 'relu(x)'; X = 0; Reason = 'off by 0.5, limit 5e-07' }
    ) {
        $row = $Text | Test-Derivative -At @{ x = $X } -Detailed
        $row.Passed | Should -BeFalse
        $row.Reason | Should -BeLike $Reason
        $outcome = Get-Outcome { $Text | Test-Derivative -At @{ x = $X } }
        $outcome.Output | Should -BeExactly $false
        $outcome.Warnings[0].Message | Should -BeLike "1 of 1 derivatives failed: x: *$Reason*"
    }
}

Describe 'Test-Derivative and mistakes' {
    It 'reports <Id> for <What>' -ForEach @(
        @{ What = 'a variable without a value'; Id = 'VariableNotBound'; Says = "*'y' has no value*"; Call = { 'x*y' | Test-Derivative -At @{ x = 1 } } }
        @{ What = 'no values at all'; Id = 'VariableNotBound'; Says = "*'x'*"; Call = { 'x*y' | Test-Derivative } }
        @{ What = 'a candidate''s variable without a value'; Id = 'VariableNotBound'; Says = "*'q'*"; Call = { 'x' | Test-Derivative -At $at -Derivative 'q' } }
        @{ What = 'a value that is not a number'; Id = 'ValueNotNumeric'; Says = "*'x'*'k'*"; Call = { 'x' | Test-Derivative -At @{ x = 'k' } } }
        @{ What = 'a candidate for a variable that is not there'; Id = 'VariableUnknown'; Says = "*no variable 'z'*x, y*"; Call = { 'x*y' | Test-Derivative -At $at -Derivative @{ z = 1 } } }
        @{ What = '-Variable with one that is not there'; Id = 'VariableUnknown'; Says = "*'z'*"; Call = { 'x*y' | Test-Derivative -At $at -Variable z } }
        @{ What = '-Variable with no name'; Id = 'VariableNameInvalid'; Says = "*'pi'*"; Call = { 'x*y' | Test-Derivative -At $at -Variable pi } }
        @{ What = '-Variable without its candidate'; Id = 'DerivativeMissing'; Says = "*'y'*"; Call = { 'x*y' | Test-Derivative -At $at -Derivative @{ x = 'y' } -Variable x, y } }
        @{ What = 'one candidate for two variables'; Id = 'DerivativeAmbiguous'; Says = '*x, y*-Variable*'; Call = { 'x*y' | Test-Derivative -At $at -Derivative 'y' } }
        @{ What = 'two candidates for one variable'; Id = 'DerivativeAmbiguous'; Says = '*2 derivatives*x*'; Call = { 'x' | Test-Derivative -At $at -Derivative 1, 2 } }
        @{ What = 'a null candidate'; Id = 'ExpressionNull'; Says = '*null*'; Call = { 'x*y' | Test-Derivative -At $at -Derivative $null } }
        @{ What = 'a null in the candidates'; Id = 'ExpressionNull'; Says = '*null*'; Call = { 'x*y' | Test-Derivative -At $at -Derivative @{ x = $null } } }
        @{ What = 'a candidate with a syntax error'; Id = 'ExpressionSyntax'; Says = '*Column 3*'; Call = { 'x' | Test-Derivative -At $at -Derivative 'x*' } }
        @{ What = 'an expression with a syntax error'; Id = 'ExpressionSyntax'; Says = '*Column 3*'; Call = { 'x*' | Test-Derivative -At $at } }
        @{ What = 'a null expression'; Id = 'ExpressionNull'; Says = '*null*'; Call = { $null | Test-Derivative -At $at } }
        @{ What = 'no expression'; Id = 'ExpressionMissing'; Says = '*no expression*'; Call = { Test-Derivative -At $at } }
        @{ What = 'an empty pipeline'; Id = 'ExpressionMissing'; Says = '*no expression*'; Call = { @() | Test-Derivative -At $at } }
        @{ What = 'a step of 0'; Id = 'StepInvalid'; Says = '*-Epsilon*not 0.'; Call = { 'x' | Test-Derivative -At $at -Epsilon 0 } }
        @{ What = 'a tolerance of NaN'; Id = 'ToleranceInvalid'; Says = '*-Tolerance*not NaN.'; Call = { 'x' | Test-Derivative -At $at -Tolerance NaN } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeLike '*,PSAutodiff.Commands.TestDerivativeCommand'
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }

    It 'goes on after a bad expression' {
        $outcome = Get-Outcome { 'x', 'x*', $null, 'q', 'y' | Test-Derivative -At $at }
        $outcome.Output | Should -Be $true, $true
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ExpressionSyntax, ExpressionNull, VariableNotBound
    }

    It 'says numbers the same in every culture' {
        $shown = Invoke-FreshShell "[cultureinfo]::CurrentCulture = 'de-DE'; Import-Module '$moduleBase'; 'x^2' | Test-Derivative -At @{ x = 0.5 } -Derivative 1.25 3>&1; 'x^2' | Test-Derivative -At @{ x = 0.5 } -Detailed | Out-String"
        $shown | Should -Match 'derivative 1\.25'
        $shown | Should -Not -Match '\d,\d'
    }
}

# Course system S3: the network of S2 in batch form, its gradient against central differences.
Describe 'examples/gradient-check.ps1' {
    It 'checks nine derivatives, and finds the one that is wrong' {
        $outcome = Get-Outcome { & "$repositoryRoot/examples/gradient-check.ps1" }
        $rows = @($outcome.Output | Where-Object { $_ -is [PSAutodiff.DerivativeCheck] })
        $rows.Variable | Should -BeExactly ('b1', 'b2', 'c', 'u1', 'u2', 'w11', 'w12', 'w21', 'w22', 'w21')
        $rows[0..8].Passed | Should -Not -Contain $false
        $rows[9].Passed | Should -BeFalse
        $rows[9].Error | Assert-Near ([Math]::Abs($rows[7].Derivative)) -Within 1e-6
        $outcome.Warnings | Should -HaveCount 0
    }
}
