BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'Compare-Expression' {
    It 'finds <A> and <B> equal by <How>' -ForEach @(
        @{ A = '4*x*y'; B = '4*x*y'; How = 'Structure' }
        @{ A = 'x + y'; B = 'y + x'; How = 'Simplification' }
        @{ A = 'log(1 + exp(x))'; B = 'softplus(x)'; How = 'Simplification' }
        @{ A = '(x + 1)^2'; B = 'x^2 + 2*x + 1'; How = 'Algebra' }
        @{ A = 'sin(x)^2 + cos(x)^2'; B = '1'; How = 'Algebra' }
        @{ A = 'x + 0.1 + 0.2'; B = 'x + 0.3'; How = 'Algebra' }
        @{ A = 'log(x*y)'; B = 'log(x) + log(y)'; How = 'Algebra' }
        @{ A = 'less(x, y)*less(y, x)'; B = '0'; How = 'Sampling' }
        @{ A = '(a+b+c+d+e)^40'; B = '(e+d+c+b+a)^39*(a+(b+c+d)+e)'; How = 'Sampling' }
    ) {
        $result = Compare-Expression $A $B
        $result | Should -BeOfType PSAutodiff.ExpressionComparison
        $result.Equal | Should -BeTrue
        $result.How | Should -BeExactly $How
        $null -eq $result.Counterexample | Should -BeTrue
        $null -eq $result.ReferenceValue | Should -BeTrue
        $null -eq $result.DifferenceValue | Should -BeTrue
        $result.SampleCount -gt 100 | Should -Be ($How -eq 'Sampling')
        $result.LargestError | Should -BeLessThan 1e-12
        $null -eq $result.Reason | Should -Be ($How -ne 'Sampling')
    }

    It 'finds <A> and <B> different' -ForEach @(
        @{ A = 'x'; B = 'x*(1 + 1e-9)' }
        @{ A = 'x*y'; B = 'x + y' }
        @{ A = 'sqrt(x^2)'; B = 'x' }
        @{ A = 'less(x, y)'; B = '1 - less(y, x)' }
        @{ A = '2'; B = '3' }
        @{ A = 'relu(x - 1000)'; B = '0' }
    ) {
        $result = Compare-Expression $A $B
        $result.Equal | Should -BeFalse
        $result.How | Should -BeExactly Counterexample
        $result.ReferenceValue | Should -Not -Be $result.DifferenceValue
        $result.LargestError | Should -BeGreaterThan 0
    }

    It 'gives a counterexample that goes straight into Measure-Expression' {
        $result = Compare-Expression 'x^2*y' 'x^2 + y'
        $result.Counterexample.GetType() | Should -Be ([System.Collections.Specialized.OrderedDictionary])
        @($result.Counterexample.Keys) | Should -BeExactly x, y
        'x^2*y' | Measure-Expression -At $result.Counterexample | Should -BeExactly $result.ReferenceValue
        'x^2 + y' | Measure-Expression -At $result.Counterexample | Should -BeExactly $result.DifferenceValue
    }

    It 'prefers simple counterexamples' {
        (Compare-Expression 'x^2' 'x').Counterexample['x'] | Should -Be 2
        (Compare-Expression 'abs(x)' 'x').Counterexample['x'] | Should -Be -1
    }

    It 'is called <How>' -ForEach @(
        @{ How = 'by position'; Call = { Compare-Expression 'x + x' '2*x' } }
        @{ How = 'with the difference from the pipeline'; Call = { '2*x' | Compare-Expression 'x + x' } }
        @{ How = 'by name'; Call = { Compare-Expression -DifferenceExpression '2*x' -ReferenceExpression 'x + x' } }
        @{ How = 'with nodes'; Call = { New-ExprNode '2*x' | Compare-Expression (New-ExprNode 'x + x') } }
        @{ How = 'with a script block and text'; Call = { Compare-Expression { $x + $x } '2*x' } }
    ) {
        $result = & $Call
        @($result) | Should -HaveCount 1
        $result.Equal | Should -BeTrue
    }

    It 'keeps reference and difference apart' {
        $result = 'x + 1' | Compare-Expression 'x'
        $result.DifferenceValue - $result.ReferenceValue | Should -Be 1
    }

    It 'compares one after the other with the reference' {
        'x + x', '3*x', 'x*2' | Compare-Expression '2*x' | ForEach-Object Equal | Should -Be $true, $false, $true
    }

    It 'confirms derivatives of every mode' {
        $node = New-ExprNode 'tanh(x*y)/(1 + x^2)'
        foreach ($mode in 'Forward', 'Reverse') {
            $derivative = $node | Invoke-Differentiate x -Mode $mode
            ($derivative | Compare-Expression 'y*(1 - tanh(x*y)^2)/(1 + x^2) - 2*x*tanh(x*y)/(1 + x^2)^2').Equal | Should -BeTrue -Because "of $mode"
        }
    }

    It 'leaves undecided what has no points in common' {
        $result = Compare-Expression 'log(x)' 'log(-x)'
        $result.Equal | Should -BeFalse
        $result.How | Should -BeExactly Undecided
        $result.SampleCount | Should -Be 0
        $null -eq $result.Counterexample | Should -BeTrue
    }

    It 'gives the same answer every time' {
        $texts = 1..2 | ForEach-Object { Compare-Expression 'sin(x*y) + z' 'sin(y*x) + z*(1 + 1e-10)' | Out-String }
        $texts[0] | Should -BeExactly $texts[1]
    }

    It 'compares sixty-four squarings at once' {
        $squarings = foreach ($copy in 1..2) {
            $z = [PSAutodiff.ExprNode]::Variable('x')
            foreach ($i in 1..64) { $z = $z * $z }
            $z
        }
        (Compare-Expression $squarings[0] $squarings[1]).How | Should -BeExactly Structure
        (Compare-Expression $squarings[0] ($squarings[1] + 1)).How | Should -BeExactly Counterexample
    }

    It 'shows what there is to know' {
        $shown = Compare-Expression 'x*y' 'x + y' | Out-String
        $shown | Should -Match 'Equal\s+: False'
        $shown | Should -Match 'How\s+: Counterexample'
        $shown | Should -Match 'Counterexample\s+: x = 1\s+y = 1'
        $shown | Should -Match 'ReferenceValue\s+: 1'
        $shown | Should -Match 'DifferenceValue\s+: 2'
        Compare-Expression 'x' 'x' | Out-String | Should -Not -Match 'Counterexample|Value'
    }
}

Describe 'Compare-Expression by algebra' {
    It 'proves <A> and <B> equal' -ForEach @(
        @{ A = '(a-1)*(a-1)'; B = 'a^2 - 2*a + 1' }
        @{ A = 'exp(-u)/(1 + exp(-u))^2'; B = 'sigmoid(u)*(1 - sigmoid(u))' }
        @{ A = '4/(exp(u) + exp(-u))^2'; B = '1 - tanh(u)^2' }
        @{ A = '-y*log(sigmoid(fin)) - (1 - y)*log(1 - sigmoid(fin))'; B = 'fin - fin*y + log(1 + exp(-1*fin))' }
        @{ A = 'lambda/(lambda + tau)'; B = '1 - tau/(lambda + tau)' }
        @{ A = '(y1 - a*x1)^2 + lambda*a^2'; B = '(y1 - a*x1)^2 + (0 - a*sqrt(lambda))^2' }
        @{ A = 'sin(a + b)'; B = 'sin(a)*cos(b) + cos(a)*sin(b)' }
    ) {
        $result = Compare-Expression $A $B
        $result.Equal | Should -BeTrue
        $result.How | Should -BeExactly Algebra
        $result.SampleCount | Should -Be 0
    }

    It 'proves the derivatives of a softmax in all cases' {
        $outputs = 'a', 'b', 'c' | ForEach-Object { New-ExprNode "exp($_)/(exp(a) + exp(b) + exp(c))" }
        foreach ($i in 0..2) {
            foreach ($j in 0..2) {
                $derivative = $outputs[$i] | Invoke-Differentiate ('a', 'b', 'c')[$j]
                $result = $derivative | Compare-Expression ($outputs[$i] * ([int]($i -eq $j) - $outputs[$j]))
                $result.Equal | Should -BeTrue
                $result.How | Should -BeIn Algebra, Simplification
                $result.Assumption | Should -BeNullOrEmpty
            }
        }
    }

    It 'says <Assumption> of <A> and <B>' -ForEach @(
        @{ A = 'x/x'; B = '1'; Assumption = 'x != 0' }
        @{ A = 'log(x^2)'; B = '2*log(x)'; Assumption = 'x > 0' }
        @{ A = 'sqrt(x)*sqrt(y)'; B = 'sqrt(x*y)'; Assumption = 'x >= 0, y >= 0' }
        @{ A = '(x^2 - 1)/(x - 1)'; B = 'x + 1'; Assumption = 'x - 1 != 0' }
        @{ A = '(sqrt(l*n)*a)^2'; B = 'l*n*a^2'; Assumption = 'l * n >= 0' }
        @{ A = 'sqrt(x*y)^2'; B = 'x*y'; Assumption = 'x * y >= 0' }
        @{ A = 'exp(log(x*y))'; B = 'x*y'; Assumption = 'x * y > 0' }
        @{ A = 'sin(asin(x))'; B = 'x'; Assumption = '-1 <= x <= 1' }
    ) {
        foreach ($result in (Compare-Expression $A $B), (Compare-Expression $B $A)) {
            $result.Equal | Should -BeTrue
            $result.Assumption | Should -BeExactly $Assumption
        }
    }

    It 'says nothing of domains that are the same' {
        (Compare-Expression 'log(x) + log(y)' 'log(y) + log(x) + y - y').Assumption | Should -BeNullOrEmpty
    }

    It 'does not call equal what has a value nowhere' {
        $result = Compare-Expression 'exp(log(2-3))' '2-3'
        $result.Equal | Should -BeFalse
        $result.How | Should -BeExactly Undecided
        $result.Reason | Should -BeLike '*a value nowhere*'
    }

    It 'leaves what explodes to points and says why, also to -Verbose' {
        $result = Compare-Expression '(a+b+c+d+e)^40' '(e+d+c+b+a)^39*(a+(b+c+d)+e)' -Verbose 4>&1
        $result[0].Message | Should -BeLike 'Too large for algebra: at most * operations, * terms*'
        $result[1].How | Should -BeExactly Sampling
        $result[1].Reason | Should -BeExactly $result[0].Message
    }

    It 'computes a difference that no value shows' {
        $result = Compare-Expression 'x^2 + 1 + 1e-300' 'x^2 + 1'
        $result.Equal | Should -BeFalse
        $result.How | Should -BeExactly Algebra
        $result.Reason | Should -BeLike '*1E-300*'
        $result.Counterexample['x'] | Should -Be 1
    }

    It 'compares expressions of different variables' {
        (Compare-Expression 'x + 0*q' 'x*(t + 1) - x*t').How | Should -BeExactly Algebra
        (Compare-Expression 'x' 'y').How | Should -BeExactly Counterexample
    }

    It 'shows the course of a proof' {
        $steps = Compare-Expression '-y*log(sigmoid(f)) - (1 - y)*log(1 - sigmoid(f))' 'f - f*y + log(1 + exp(-f))' -Step
        $steps | Should -BeOfType PSAutodiff.DerivationStep
        $steps.Number | Should -Be (1..$steps.Count)
        $steps[0].Rule | Should -BeExactly 'sigmoid(u) = 1 / (1 + exp(-u))'
        @($steps.Rule -like 'log(u `* v) = *') | Should -HaveCount 3
        $steps[-1].Rule | Should -BeExactly 'x - x = 0'
        $steps[-1].WholeText | Should -BeExactly '0'

        # Each step leaves the value of the whole as it is.
        foreach ($step in $steps) { $step.Whole | Measure-Expression -At @{ f = 0.7; y = 0.3 } | ForEach-Object { [Math]::Abs($_) } | Should -BeLessThan 1e-15 }
    }

    It 'shows that nothing is left above one fraction line' {
        $steps = Compare-Expression '1/(a + b) - 1/(a - b) + 1/(a*a - b*b)' '(1 - 2*b)/(a^2 - b^2)' -Step
        $steps[-1].After.Value | Should -Be 0
        $steps[0].Heading | Should -BeLike '1 / (a + b)*'
    }

    It 'names each assumption in the step that needs it' {
        $steps = @(Compare-Expression 'log(x^2) + y/y' '2*log(x) + 1' -Step)
        $steps | Where-Object Rule -Like 'log(u*' | ForEach-Object Assumption | Should -BeExactly 'x > 0'
        $steps | Where-Object Rule -Like 'the first multiplied out*' | ForEach-Object Assumption | Should -BeExactly 'y != 0'
        @($steps.Assumption -ne $null) | Should -HaveCount 2
        # No step rewrites abs(x), so the last one has it.
        $steps = @(Compare-Expression 'sqrt(x)*sqrt(y)' 'sqrt(y*x)' -Step)
        ($steps.Assumption -ne $null) -join ', ' | Should -BeExactly 'x >= 0, y >= 0'
        ($steps | Out-String) -replace '\x1b\[[0-9;]*m' | Should -Match '\d+\. .*, if x >= 0, y >= 0'
    }

    It 'names what simplifying assumes by the parts of the expressions' {
        $result = Compare-Expression 'floor(u)*v/floor(u)' 'v'
        $result.How | Should -BeExactly Simplification
        $result.Assumption | Should -BeExactly 'floor(u) != 0'
        (Compare-Expression 'floor(u)*v/floor(u)' 'v' -Step).Assumption | Should -Contain 'floor(u) != 0'
    }

    It 'warns where there are no steps: <How>' -ForEach @(
        @{ How = 'Structure'; A = 'x'; B = 'x' }
        @{ How = 'Counterexample'; A = 'x'; B = '2*x' }
        @{ How = 'Sampling'; A = 'less(x, y)*less(y, x)'; B = '0' }
        @{ How = 'Undecided'; A = 'log(x)'; B = 'log(-x)' }
    ) {
        $output = @(Compare-Expression $A $B -Step 3>&1)
        $output | Should -HaveCount 1
        $output[0].Message | Should -BeLike "There are no steps to show: * ($How)*"
    }

    It 'steps that come back from a job show the same' {
        $step = (Compare-Expression '(a-1)^2' 'a^2 - 2*a + 1' -Step)[0]
        $back = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($step))
        $back.AfterText | Should -BeExactly $step.AfterText
        $result = Compare-Expression 'x/x' 1
        [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($result)).Assumption | Should -BeExactly 'x != 0'
    }
}

Describe 'Compare-Expression and mistakes' {
    It 'reports <Id> for <What>' -ForEach @(
        @{ What = 'no expression at all'; Id = 'ExpressionMissing'; Call = { Compare-Expression } }
        @{ What = 'only a reference'; Id = 'ExpressionMissing'; Call = { Compare-Expression 'x' } }
        @{ What = 'no reference'; Id = 'ExpressionMissing'; Call = { 'x' | Compare-Expression } }
        @{ What = 'an empty pipeline'; Id = 'ExpressionMissing'; Call = { @() | Compare-Expression 'x' } }
        @{ What = 'a null reference'; Id = 'ExpressionNull'; Call = { 'x' | Compare-Expression $null } }
        @{ What = 'a null difference'; Id = 'ExpressionNull'; Call = { Compare-Expression 'x' $null } }
        @{ What = 'a syntax error in the reference'; Id = 'ExpressionSyntax'; Call = { 'x', 'y' | Compare-Expression 'x*' } }
        @{ What = 'a syntax error in the difference'; Id = 'ExpressionSyntax'; Call = { Compare-Expression 'x' 'x*' } }
        @{ What = 'what is not an expression'; Id = 'ExpressionTypeUnsupported'; Call = { Compare-Expression 'x' $true } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeLike '*,PSAutodiff.Commands.CompareExpressionCommand'
    }

    It 'goes on after a bad expression' {
        $outcome = Get-Outcome { 'x + x', 'x*', $null, '2*x' | Compare-Expression '2*x' }
        $outcome.Output.How | Should -Be Simplification, Structure
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ExpressionSyntax, ExpressionNull
    }
}
