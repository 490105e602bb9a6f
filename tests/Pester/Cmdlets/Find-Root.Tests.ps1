BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $half = [Math]::Sqrt(0.5)
}

Describe 'Find-Root' {
    It 'solves a system of equations' {
        $root = Find-Root 'x^2 - 2', 'x*y - 1' -At @{ x = 1; y = 1 }
        $root | Should -BeOfType PSAutodiff.Root
        $root.At['x'] | Assert-Near (2 * $half) -Within 3e-16
        $root.At['y'] | Assert-Near $half -Within 3e-16
        $root.StopReason | Should -Be Converged
        $root.Residual | Should -BeLessThan 1e-15
        $root.Residuals | Should -HaveCount 2
        $root.Message | Should -BeExactly ''
        "$($root.Equations)" | Should -BeExactly 'x^2 - 2 x * y - 1'
        "$root" | Should -BeLike '{ x: 1.414213562373095*; y: 0.707*}, residual *, Converged'
    }

    It 'says the same in every form of call: <Form>' -ForEach @(
        @{ Form = 'by position'; Call = { Find-Root 'x^2 - 2', 'x*y - 1' @{ x = 1; y = 1 } } }
        @{ Form = 'by name'; Call = { Find-Root -Expression 'x^2 - 2', 'x*y - 1' -InitialValue @{ x = 1; y = 1 } } }
        @{ Form = 'from the pipeline'; Call = { 'x^2 - 2', 'x*y - 1' | Find-Root -At @{ x = 1; y = 1 } } }
        @{ Form = 'from the pipeline, the start by position'; Call = { 'x^2 - 2', 'x*y - 1' | Find-Root @{ x = 1; y = 1 } } }
        @{ Form = 'splatted'; Call = { $all = @{ Expression = 'x^2 - 2', 'x*y - 1'; At = @{ x = 1; y = 1 } }; Find-Root @all } }
        @{ Form = 'splatted by position'; Call = { $all = @('x^2 - 2', 'x*y - 1'), @{ x = 1; y = 1 }; Find-Root @all } }
        @{ Form = 'script blocks'; Call = { Find-Root { $x * $x - 2 }, { $x * $y - 1 } -At @{ x = 1; y = 1 } } }
        @{ Form = 'what is equal'; Call = { Find-Root 'x^2 == 2', { $x * $y -eq 1 } -At @{ x = 1; y = 1 } } }
        @{ Form = 'nodes'; Call = { Find-Root (New-ExprNode 'x^2 - 2'), (New-ExprNode 'x*y - 1') -At @{ x = 1; y = 1 } } }
        @{ Form = 'inside a pipeline of others'; Call = { 1 | ForEach-Object { Find-Root 'x^2 - 2', 'x*y - 1' @{ x = 1; y = 1 } } } }
        @{ Form = 'an object as start'; Call = { Find-Root 'x^2 - 2', 'x*y - 1' -At ([pscustomobject]@{ x = 1; y = 1; z = 'text' }) } }
    ) {
        $root = & $Call
        $root.At['x'] | Assert-Near (2 * $half) -Within 3e-16
        $root.At['y'] | Assert-Near $half -Within 3e-16
    }

    It 'takes a single equation, and goes on from an earlier root' {
        (Find-Root 'cos(x) - x' -At @{ x = 1 }).At['x'] | Assert-Near 0.7390851332151607 -Within 0
        $first = Find-Root 'x^2 - 2' -At @{ x = 1 }
        (Find-Root 'x^2 - 2' -At $first.At).Iterations | Should -BeLessOrEqual 1
    }

    It 'finds where a gradient is 0' {
        $gradient = Invoke-Differentiate '(x - 1)^2 + (x*y - 6)^2' -Gradient
        $root = Find-Root $gradient -At @{ x = 2; y = 5 }
        $root.At['x'] | Assert-Near 1
        $root.At['y'] | Assert-Near 6
        ($gradient.Values | Find-Root -At @{ x = 2; y = 5 }).At['y'] | Should -Be $root.At['y']
    }

    It 'gives variables that -Variable does not name their fixed value' {
        # Kepler's equation.
        $root = Find-Root 'anomaly - 0.9*sin(anomaly) - mean' -At @{ anomaly = 1; mean = 0.5 } -Variable anomaly
        $root.At.Count | Should -Be 1
        $root.At['anomaly'] - 0.9 * [Math]::Sin($root.At['anomaly']) | Assert-Near 0.5 -Within 3e-16
        (Find-Root 'a*x^2 - 8' -Variable x -At @{ a = 2 } -Range 0, 5).At['x'] | Should -Be 2
    }

    It 'stays between the ends of -Range' {
        $root = Find-Root 'x^2 - 2' -Range 0, 2
        $root.At['x'] | Assert-Near (2 * $half) -Within 3e-16
        (Find-Root 'x^3 - 2' -Bracket ([double]::NegativeInfinity), ([double]::PositiveInfinity)).At['x'] | Assert-Near ([Math]::Cbrt(2)) -Within 3e-16
    }

    It 'ends at -Tolerance, and after -MaxIteration steps' {
        (Find-Root 'x^2 - 2' -At @{ x = 1 } -Tolerance 0.1).Residual | Should -BeGreaterThan 1e-10
        $outcome = Get-Outcome { Find-Root 'x^2 - 2' -At @{ x = 1 } -MaxIteration 2 }
        $outcome.Output.StopReason | Should -Be MaxIterations
        $outcome.Output.Iterations | Should -Be 2
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly RootNotFound
    }

    It 'warns of a root that is known to few digits' {
        $outcome = Get-Outcome { Find-Root 'x^3 - 3*x^2 + 3*x - 1' -At @{ x = 3 } }
        $outcome.Output.StopReason | Should -Be Converged
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeLike 'x = * may be off by *multiple*'
    }
}

Describe 'Where there is no root' {
    It '<Text> is <Reason>, an error with the result as its target' -ForEach @(
        @{ Text = 'x^2 + 1'; Start = 3; Reason = 'LocalMinimum'; Says = 'local minimum of 1 at x = ' }
        @{ Text = 'exp(-x)'; Start = 1; Reason = 'Unbounded'; Says = 'too small for a double' }
        @{ Text = '1/x'; Start = 1; Reason = 'Unbounded'; Says = 'grow without bound' }
        @{ Text = 'exp(-x) + 1'; Start = 1; Reason = 'SingularJacobian'; Says = 'Jacobian is singular' }
        @{ Text = 'abs(x^2 - 2) + 1'; Start = 3; Reason = 'NoProgress'; Says = 'a kink' }
    ) {
        $outcome = Get-Outcome { Find-Root $Text -At @{ x = $Start } }
        $outcome.Output | Should -HaveCount 1
        $outcome.Output[0].StopReason | Should -Be $Reason
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly RootNotFound
        $outcome.Errors[0].Exception.Message | Should -BeLike "No root was found. *$Says*"
        $outcome.Errors[0].Exception.Message | Should -Not -Match '\n'
        $outcome.Errors[0].TargetObject | Should -BeOfType PSAutodiff.Root
    }

    It 'a change of sign of <Text> is <Reason>' -ForEach @(
        @{ Text = '1/x'; Range = -1, 2; Reason = 'Discontinuity' }
        @{ Text = 'tan(x)'; Range = 1, 2; Reason = 'Discontinuity' }
        @{ Text = 'sqrt((x - 1)^2 - 0.01)*(x - 1)'; Range = 0, 1.9; Reason = 'NotFinite' }
    ) {
        $outcome = Get-Outcome { Find-Root $Text -Range $Range }
        $outcome.Output[0].StopReason | Should -Be $Reason
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly RootNotFound
    }
}

Describe 'A mistake with Find-Root' {
    It '<Call> is <Id> and says what to do' -ForEach @(
        @{ Call = { Find-Root }; Id = 'ExpressionMissing'; Says = "For example: Find-Root 'x^2 - 2'" }
        @{ Call = { Find-Root @{ x = 1 } }; Id = 'ExpressionMissing'; Says = 'for -InitialValue, but no expression' }
        @{ Call = { @() | Find-Root -At @{ x = 1 } }; Id = 'ExpressionMissing'; Says = 'no expression' }
        @{ Call = { Find-Root 'x^2 - 2' }; Id = 'VariableNotBound'; Says = "Variable 'x' has no value" }
        @{ Call = { Find-Root 'x^2 - 2' -At @{ y = 1 } }; Id = 'VariableNotBound'; Says = 'There are values for: y' }
        @{ Call = { Find-Root 'x^2 - 2' -At 1 }; Id = 'ValueMissing'; Says = 'by name' }
        @{ Call = { Find-Root 'x^2 - 2' -At @{ x = 'many' } }; Id = 'ValueNotNumeric'; Says = "'many'" }
        @{ Call = { Find-Root 'x^2 - 2' -At @{ x = [double]::NaN } }; Id = 'ValueNotFinite'; Says = 'NaN' }
        @{ Call = { Find-Root 'log(x)' -At @{ x = -1 } }; Id = 'ValueNotFinite'; Says = 'equation 1 is NaN' }
        @{ Call = { Find-Root 'x^2 + y^2 - 1' -At @{ x = 1; y = 1 } }; Id = 'EquationCount'; Says = '-Variable' }
        @{ Call = { Find-Root 'x - 1', 'x - 2' -At @{ x = 1 } }; Id = 'EquationCount'; Says = 'Find-Minimum' }
        @{ Call = { Find-Root 'x^2 < 2' -At @{ x = 2 } }; Id = 'EquationInvalid'; Says = 'x^2 < 2 is a condition' }
        @{ Call = { Find-Root '3 - 2' -At @{ x = 1 } }; Id = 'ExpressionConstant'; Says = 'no variables' }
        @{ Call = { Find-Root 'x^2 - 2' -Variable y -At @{ x = 1 } }; Id = 'VariableUnknown'; Says = "no variable 'y'. They have: x" }
        @{ Call = { Find-Root 'rate^2 - 2' -Variable Rate -At @{ rate = 1 } }; Id = 'VariableUnknown'; Says = "Did you mean 'rate'?" }
        @{ Call = { Find-Root 'x^2 - 2' -Variable x, x -At @{ x = 1 } }; Id = 'VariableNameInvalid'; Says = 'more than once' }
        @{ Call = { Find-Root 'x^2 + 1' -Range 0, 2 }; Id = 'NoSignChange'; Says = '1 at x = 0 and 5 at x = 2' }
        @{ Call = { Find-Root 'log(x)' -Range -1, 2 }; Id = 'ValueNotFinite'; Says = 'NaN' }
        @{ Call = { Find-Root 'x^2 - 2' -Range 1 }; Id = 'RangeInvalid'; Says = 'two numbers, its ends, not 1' }
        @{ Call = { Find-Root 'x^2 - 2' -Range 1, 1 }; Id = 'RangeInvalid'; Says = 'two different numbers' }
        @{ Call = { Find-Root 'x^2 - 2', 'x*y - 1' -Range 0, 2 }; Id = 'RangeInvalid'; Says = 'here are 2: x, y' }
        @{ Call = { 'x - 1' | Find-Root 'y' @{ x = 1 } }; Id = 'ExpressionRepeated'; Says = 'Leave the pipeline or the first position out' }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message.Contains($Says) | Should -BeTrue -Because "it says: $($outcome.Errors[0])"
    }

    It 'in one equation of a system solves nothing' {
        $outcome = Get-Outcome { 'x^2 - 2', 'x*', 'x - 1' | Find-Root -At @{ x = 1 } }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ExpressionSyntax
        $outcome.Errors[0].TargetObject | Should -BeExactly 'x*'
    }
}

Describe 'A search for a root stopped with Ctrl+C' -Tag Slow {
    It 'shows its progress, ends at once and keeps what it has reached in $LastRoot' {
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
        $state.ImportPSModule($moduleBase)
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        # Some 700 steps, each with a Jacobian of 400 by 400.
        $null = $shell.AddScript('$at = @{}; 1..400 | ForEach-Object { $at["x$_"] = 1 }; 1..400 | ForEach-Object { "exp(-x$_)" } | Find-Root -At $at')
        try {
            $run = $shell.BeginInvoke()
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            while ($shell.Streams.Progress.Count -eq 0 -and -not $run.IsCompleted -and $clock.Elapsed.TotalSeconds -lt 300) { [System.Threading.Thread]::Sleep(20) }
            $run.IsCompleted | Should -BeFalse
            $shell.Streams.Progress[0].StatusDescription | Should -Match 'Step \d+ of at most 1000, residual'
            $stop = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $stop.Elapsed.TotalSeconds | Should -BeLessThan 10
            $reader = [powershell]::Create($runspace)
            $partial = $reader.AddScript('$LastRoot').Invoke()[0].psobject.BaseObject
            $reader.Dispose()
            $partial | Should -BeOfType PSAutodiff.Root
            $partial.StopReason | Should -Be Cancelled
            $partial.Iterations | Should -BeGreaterThan 0
            $partial.At['x1'] | Should -BeGreaterThan 1
        }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
    }
}

Describe 'Find-Root -Verbose' {
    It 'tells where it starts, of its steps, and how it ends' {
        $told = (Get-Outcome { Find-Root 'x^2 - 2', 'x*y - 1' -At @{ x = 1; y = 1 } -Verbose }).Verbose.Message
        $told[0] | Should -BeExactly "Solving 2 equations by Newton's method from x = 1, y = 1."
        $told[1] | Should -Match '^Step 1: residual 0\.\d'
        $told[-1] | Should -Match '^Converged after \d+ steps and \d+ evaluations in .* s: residual \d'
        (Get-Outcome { Find-Root 'x^2 - 2' -Range 0, 2 -Verbose }).Verbose.Message[0] | Should -BeExactly 'Solving for x between 0 and 2.'
    }
}
