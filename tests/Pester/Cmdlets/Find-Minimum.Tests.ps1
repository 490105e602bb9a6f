BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $bowl = '(x1-6)^2 + x2^2 - x1*x2'
    $rosenbrock = '100*(y-x^2)^2 + (1-x)^2'
    # w'Hw with H = [[7, 2, 0], [2, 6, -2], [0, -2, 5]], whose eigenvalues are 3, 6 and 9.
    $quadratic = '7*a^2 + 6*b^2 + 5*c^2 + 4*a*b - 4*b*c'
    $w0 = @{ a = 1; b = -2; c = 3 }
}

Describe 'Find-Minimum' {
    It 'finds the minimum with <_>' -ForEach GradientDescent, Momentum, Adam, Newton, LBFGS {
        $minimum = Find-Minimum $bowl -At @{ x1 = 6; x2 = 6 } -Method $_
        $minimum | Should -BeOfType PSAutodiff.Minimum
        $minimum.At['x1'] | Assert-Near 8 -Within 1e-5
        $minimum.At['x2'] | Assert-Near 4 -Within 1e-5
        $minimum.Value | Assert-Near -12 -Within 1e-10
        $minimum.StopReason | Should -Be Converged
        $minimum.Method | Should -Be $_
        $minimum.Message | Should -BeNullOrEmpty
    }

    It 'uses LBFGS unless told otherwise' {
        (Find-Minimum 'x^2' -At @{ x = 1 }).Method | Should -Be LBFGS
    }

    It 'ends the valley of Rosenbrock with <_>' -ForEach LBFGS, Newton {
        $minimum = Find-Minimum $rosenbrock -At @{ x = -1.2; y = 1 } -Method $_
        $minimum.At['x'] | Assert-Near 1 -Within 1e-8
        $minimum.At['y'] | Assert-Near 1 -Within 1e-8
        $minimum.Value | Assert-Near 0 -Within 1e-16
    }

    It 'takes <What>' -ForEach @(
        @{ What = 'text'; Function = '(x-1)^2' }
        @{ What = 'a script block'; Function = { [Math]::Pow($x - 1, 2) } }
        @{ What = 'a node'; Function = $null }
    ) {
        $given = $Function ?? (New-ExprNode '(x-1)^2')
        (Find-Minimum $given -At @{ x = 5 }).At['x'] | Assert-Near 1 -Within 1e-9
        ($given | Find-Minimum -At @{ x = 5 }).At['x'] | Assert-Near 1 -Within 1e-9
    }

    It 'starts where -At says, as <What>' -ForEach @(
        @{ What = 'a hashtable'; Start = @{ x = '5'; other = 'ignored' } }
        @{ What = 'a hashtable with the other case'; Start = @{ X = 5 } }
        @{ What = 'an object'; Start = [pscustomobject]@{ x = 5 } }
    ) {
        $minimum = Find-Minimum '(x-1)^2' -At $Start -KeepPath
        $minimum.Path[0].At['x'] | Should -BeExactly 5.0
    }

    It 'keeps bounds with <_>' -ForEach GradientDescent, Momentum, Adam, Newton, LBFGS {
        $minimum = Find-Minimum $bowl @{ x1 = 3; x2 = 1 } -Method $_ -LowerBound @{ X2 = 0.5 } -UpperBound @{ x1 = 4 } -WarningVariable warnings -WarningAction SilentlyContinue
        $minimum.StopReason | Should -Be AtBound
        $minimum.At['x1'] | Should -BeExactly 4.0
        $minimum.At['x2'] | Assert-Near 2 -Within 1e-5
        $minimum.AtBound | Should -BeExactly x1
        "$warnings" | Should -BeExactly 'At a bound, with lower values beyond it: x1 = 4 (upper).'
    }

    It 'takes one bound for all elements of an array, and bounds over rows' {
        (Find-Minimum 'w: [3]; sum((w - 2)^2)' @{ w = 0, 0, 0 } -UpperBound @{ w = 1 } -WarningAction Ignore).At['w'] | Should -BeExactly 1, 1, 1
        $rows = 1..4 | ForEach-Object { [pscustomobject]@{ x = $_; y = 2 * $_ + 1 } }
        $line = $rows | Find-Minimum '(y - a*x - b)^2' @{ a = 0; b = 0 } -Mean -UpperBound @{ b = 0 } -WarningAction Ignore
        $line.At['b'] | Should -BeExactly 0.0
        $line.At['a'] | Assert-Near (70 / 30) -Within 1e-8
    }

    It 'takes bounds of variables that only some expressions of the pipeline have, and names those that none has' {
        $outcome = Get-Outcome { 'x^2 + y', 'x^2 + z^2' | Find-Minimum -At @{ x = 1; y = 1; z = 1 } -LowerBound @{ Y = 0 } -UpperBound @{ z = 5; yy = 1 } -WarningAction Ignore }
        $outcome.Output.StopReason | Should -Be AtBound, Converged
        $outcome.Output[0].At['y'] | Should -BeExactly 0.0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ParameterUnknown
        $outcome.Errors[0].Exception.Message | Should -BeLike "-UpperBound names 'yy', which is a variable of none of the expressions. The variables are: x, y, z.*"
        (Get-Outcome { Find-Minimum 'x^2 + y' @{ x = 1; y = 1 } -LowerBound @{ q = 0 } }).Errors | Should -HaveCount 1
    }

    It 'ends at a bound where the derivative is infinite' {
        $minimum = Find-Minimum 'sqrt(x)' @{ x = 1 } -LowerBound @{ x = 0 } -WarningVariable warnings -WarningAction SilentlyContinue
        $minimum.StopReason | Should -Be AtBound
        $minimum.At['x'], $minimum.Gradient['x'] | Should -BeExactly 0.0, ([double]::PositiveInfinity)
        $minimum.Evaluations | Should -BeLessThan 20
        "$warnings" | Should -BeExactly 'At a bound, where a derivative is infinite: x = 0 (lower).'
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'a start outside of its bounds'; Bounds = @{ UpperBound = @{ x1 = 2 } }; Id = 'BoundInvalid'; Says = "The initial value 6 of 'x1' is above its upper bound 2. Start within the bounds." }
        @{ What = 'bounds with nothing between'; Bounds = @{ LowerBound = @{ x1 = 7 }; UpperBound = @{ x1 = 5 } }; Id = 'BoundInvalid'; Says = '*no greater than the upper one*' }
        @{ What = 'a bound of no variable'; Bounds = @{ LowerBound = @{ x3 = 7 } }; Id = 'ParameterUnknown'; Says = "-LowerBound names 'x3', which is not a parameter.*" }
        @{ What = 'bounds for PureNewton'; Bounds = @{ LowerBound = @{ x1 = 7 }; Method = 'PureNewton' }; Id = 'BoundInvalid'; Says = 'PureNewton cannot keep bounds*' }
    ) {
        { Find-Minimum $bowl @{ x1 = 6; x2 = 6 } @Bounds -ErrorAction Stop } | Should -Throw -ErrorId "$Id*" -ExpectedMessage $Says
    }

    It 'goes on from an earlier result' {
        $first = Find-Minimum $rosenbrock -At @{ x = -1.2; y = 1 } -MaxIteration 10
        $first.StopReason | Should -Be MaxIterations
        (Find-Minimum $rosenbrock -At $first.At).Value | Assert-Near 0 -Within 1e-16
    }

    It 'gives names in order, and what Measure-Expression gives there' {
        $minimum = Find-Minimum 'exp(x) - y*x + y^4' -At @{ x = 0.5; y = 1 } -MaxIteration 3
        $minimum.At | Should -BeOfType System.Collections.Specialized.OrderedDictionary
        $minimum.Gradient | Should -BeOfType System.Collections.Specialized.OrderedDictionary
        @($minimum.At.Keys) | Should -BeExactly x, y
        $there = 'exp(x) - y*x + y^4' | Measure-Expression -At $minimum.At -Gradient
        $minimum.Value | Assert-Near $there.Value -Within 1e-14
        $minimum.Gradient['x'] | Assert-Near $there.Gradient['x'] -Within 1e-13
        $minimum.Gradient['y'] | Assert-Near $there.Gradient['y'] -Within 1e-13
    }

    It 'keeps the path when asked to, as objects for Export-Csv' {
        (Find-Minimum $bowl -At @{ x1 = 6; x2 = 6 }).Path | Should -HaveCount 0
        $minimum = Find-Minimum $bowl -At @{ x1 = 6; x2 = 6 } -KeepPath
        $minimum.Path | Should -HaveCount ($minimum.Iterations + 1)
        $minimum.Path[0].psobject.Properties.Name | Should -BeExactly Iteration, At, Value, Gradient
        $rows = $minimum.Path | Select-Object Iteration, Value, { $_.At['x1'] } | ConvertTo-Csv
        $rows | Should -HaveCount ($minimum.Iterations + 2)
    }

    It 'gives each expression of the pipeline a result of its own, and a bad one an error' {
        $outcome = Get-Outcome { 'x^2', 'x +', $null, '(x-1)^2 + z', 7, '(x-3)^2' | Find-Minimum -At @{ x = 5 } }
        $outcome.Output | Should -HaveCount 2
        $outcome.Output[1].At['x'] | Assert-Near 3 -Within 1e-9
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ExpressionSyntax, ExpressionNull, VariableNotBound, ExpressionConstant
        $outcome.Errors[2].Exception.Message | Should -BeLike "*'z'*"
    }

    It 'stays finite where the function as written does not' {
        $minimum = Find-Minimum 'log(1 + exp(x)) - x/4' -At @{ x = 800 } -Method Newton -WarningAction SilentlyContinue
        $minimum.At['x'] | Assert-Near ([Math]::Log(1 / 3)) -Within 1e-9
    }

    It 'is written at a glance' {
        $text = Find-Minimum $bowl -At @{ x1 = 6; x2 = 6 } -Method Newton -KeepPath | Out-String
        $text | Should -Match 'At\s+: x1 = 8'
        $text | Should -Match 'StopReason : Converged'
        $path = (Find-Minimum $bowl -At @{ x1 = 6; x2 = 6 } -Method Newton -KeepPath).Path | Out-String
        $path | Should -Match '0\s+0\s+x1 = 6, x2 = 6\s+x1 = -6, x2 = 6'
    }
}

Describe 'S6: gradient descent on w''Hw' {
    It 'follows w_t = (I - 2 e H)^t w_0' {
        $rate = 0.05
        $run = Find-Minimum $quadratic -At $w0 -Method GradientDescent -LearningRate $rate -MaxIteration 30 -Tolerance 0 -KeepPath
        $a, $b, $c = 1.0, -2.0, 3.0
        foreach ($step in $run.Path) {
            $step.At['a'] | Assert-Near $a -Within 1e-13
            $step.At['b'] | Assert-Near $b -Within 1e-13
            $step.At['c'] | Assert-Near $c -Within 1e-13
            $a, $b, $c = ($a - 2 * $rate * (7 * $a + 2 * $b)), ($b - 2 * $rate * (2 * $a + 6 * $b - 2 * $c)), ($c - 2 * $rate * (-2 * $b + 5 * $c))
        }
    }

    It 'converges with a rate just under 1/lambda_max = 1/9' {
        $run = Find-Minimum $quadratic -At $w0 -Method GradientDescent -LearningRate (0.98 / 9)
        $run.StopReason | Should -Be Converged
        $run.Value | Assert-Near 0 -Within 1e-10
    }

    It 'is reported to diverge with the rate <Factor>/9, and why' -ForEach @{ Factor = 1.0 }, @{ Factor = 1.001 }, @{ Factor = 1.1 }, @{ Factor = 1000 } {
        $outcome = Get-Outcome { Find-Minimum $quadratic -At $w0 -Method GradientDescent -LearningRate ($Factor / 9) }
        $outcome.Output | Should -HaveCount 1
        $run = $outcome.Output[0]
        $run.StopReason | Should -Be Diverged
        @($run.At.Values) + $run.Value | ForEach-Object { [double]::IsFinite($_) } | Should -Not -Contain $false
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'MinimizationDiverged,PSAutodiff.Commands.FindMinimumCommand'
        [object]::ReferenceEquals($outcome.Errors[0].TargetObject, $run) | Should -BeTrue
        $outcome.Errors[0].Exception.Message | Should -BeLike '*quadratic*is 18:*below 2/18 = 0.1111111111 converge*'
    }

    It 'takes Newton''s method one step' {
        $run = Find-Minimum $quadratic -At $w0 -Method Newton
        $run.Iterations | Should -Be 1
        $run.StopReason | Should -Be Converged
        @($run.At.Values) | Assert-Near 0 -Within 1e-14
    }
}

Describe 'A minimisation with an unusual end' {
    It 'says that <Function> has no minimum, with <Method>' -ForEach @(
        @{ Function = 'x'; Method = 'LBFGS' }
        @{ Function = 'x'; Method = 'Newton' }
        @{ Function = '-x^2'; Method = 'GradientDescent' }
        @{ Function = 'x^3'; Method = 'Momentum' }
    ) {
        $outcome = Get-Outcome { Find-Minimum $Function -At @{ x = -1 } -Method $Method }
        $outcome.Output[0].StopReason | Should -Be Unbounded
        $outcome.Warnings[0].Message | Should -BeLike '*no minimum*'
    }

    It 'stops after the steps allowed on an endless slope' {
        $minimum = Find-Minimum x -At @{ x = 1 } -Method GradientDescent -MaxIteration 50
        $minimum.StopReason | Should -Be MaxIterations
        $minimum.Iterations | Should -Be 50
    }

    It 'keeps the last finite point and says so' {
        $outcome = Get-Outcome { Find-Minimum 'log(x)' -At @{ x = 1 } -Method GradientDescent -LearningRate 0.1 }
        $outcome.Output[0].StopReason | Should -Be NotFinite
        $outcome.Output[0].At['x'] | Should -BeGreaterThan 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ValueNotFinite
        $outcome.Errors[0].Exception.Message | Should -BeLike '*NaN*last finite point*0.1*'
    }

    It 'says that a Hessian is singular, and goes on with damped steps' {
        $outcome = Get-Outcome { Find-Minimum '(x + y - 1)^2' -At @{ x = 5; y = 2 } -Method Newton }
        $minimum = $outcome.Output[0]
        $minimum.StopReason | Should -Be Converged
        $minimum.At['x'] + $minimum.At['y'] | Assert-Near 1 -Within 1e-9
        $outcome.Warnings[0].Message | Should -BeLike '*singular*damped*'
        $outcome.Errors | Should -HaveCount 0
    }

    It 'tells a saddle from a minimum with Newton''s method' {
        $outcome = Get-Outcome { Find-Minimum 'x^2 - y^2' -At @{ x = 3; y = 0 } -Method Newton }
        $outcome.Output[0].StopReason | Should -Be SaddlePoint
        ($outcome.Warnings.Message -join ' ') | Should -BeLike '*saddle*'
    }

    It 'says that it is stuck at a kink, and where' {
        $outcome = Get-Outcome { Find-Minimum 'abs(x - 0.3) + 2*abs(y - x - 0.1)' -At @{ x = 1; y = 2 } }
        $outcome.Output[0].StopReason | Should -Be Stuck
        $outcome.Warnings[0].Message | Should -BeLike '*kink or border of its domain at x = 0.3, y = 0.4.'
        $outcome.Errors | Should -HaveCount 0
    }

    It 'finds the minimum behind a steep wall, with <_>' -ForEach LBFGS, Newton {
        $minimum = Find-Minimum 'exp(-100*x) + y^2 + 1e-3*x' -At @{ x = -1; y = 3 } -Method $_
        $minimum.StopReason | Should -Be Converged
        $minimum.Value | Assert-Near 1.2512925e-4 -Within 1e-11
        $minimum.At['x'] | Assert-Near 0.1151292546 -Within 1e-9
        $minimum.At['y'] | Assert-Near 0 -Within 1e-9
    }

    It 'says which parameters a method does not use' {
        $outcome = Get-Outcome { Find-Minimum 'x^2' -At @{ x = 1 } -LearningRate 0.1 -Momentum 0.5 }
        $outcome.Output | Should -HaveCount 1
        $outcome.Warnings.Message | Should -BeLike 'LBFGS does not use -*'
        $outcome.Warnings | Should -HaveCount 2
    }
}

Describe 'What Find-Minimum refuses' {
    It '<What>: <Id>' -ForEach @(
        @{ What = 'a variable without a value'; Id = 'VariableNotBound'; Names = "'y'"; Call = { Find-Minimum 'x^2 + y^2' -At @{ x = 1 } } }
        @{ What = 'no start'; Id = 'VariableNotBound'; Names = "'x'"; Call = { Find-Minimum 'x^2' } }
        @{ What = 'an initial value that is not a number'; Id = 'ValueNotNumeric'; Names = 'much'; Call = { Find-Minimum 'x^2' -At @{ x = 'much' } } }
        @{ What = 'an initial value of NaN'; Id = 'ValueNotFinite'; Names = "'x'"; Call = { Find-Minimum 'x^2' -At @{ x = [double]::NaN } } }
        @{ What = 'an infinite start value'; Id = 'ValueNotFinite'; Names = 'Infinity'; Call = { Find-Minimum 'x^2' -At @{ x = [double]::PositiveInfinity } } }
        @{ What = 'a start outside the domain'; Id = 'ValueNotFinite'; Names = 'x = -1'; Call = { Find-Minimum 'log(x)' -At @{ x = -1 } } }
        @{ What = 'a start on a kink'; Id = 'ValueNotFinite'; Names = 'kink or border of the domain. Start beside it'; Call = { Find-Minimum '-cos(sqrt(x^2 + y^2))' -At @{ x = 0; y = 0 } } }
        @{ What = 'a constant'; Id = 'ExpressionConstant'; Names = 'no variables'; Call = { Find-Minimum '2*3' -At @{ x = 1 } } }
        @{ What = 'a number'; Id = 'ExpressionConstant'; Names = 'no variables'; Call = { Find-Minimum 3 -At @{ x = 1 } } }
        @{ What = 'nothing at all'; Id = 'ExpressionMissing'; Names = 'Find-Minimum'; Call = { Find-Minimum } }
        @{ What = 'an empty pipeline'; Id = 'ExpressionMissing'; Names = 'Find-Minimum'; Call = { @() | Find-Minimum -At @{ x = 1 } } }
        @{ What = 'a null function'; Id = 'ExpressionNull'; Names = 'null'; Call = { Find-Minimum $null -At @{ x = 1 } } }
        @{ What = 'a syntax error'; Id = 'ExpressionSyntax'; Names = 'Column 3'; Call = { Find-Minimum 'x*' -At @{ x = 1 } } }
        @{ What = 'a learning rate of 0'; Id = 'LearningRateInvalid'; Names = 'not 0'; Call = { Find-Minimum 'x^2' -At @{ x = 1 } -Method Adam -LearningRate 0 } }
        @{ What = 'a negative learning rate'; Id = 'LearningRateInvalid'; Names = '-0.5'; Call = { Find-Minimum 'x^2' -At @{ x = 1 } -Method Adam -LearningRate -0.5 } }
        @{ What = 'a learning rate of NaN'; Id = 'LearningRateInvalid'; Names = 'NaN'; Call = { Find-Minimum 'x^2' -At @{ x = 1 } -Method Adam -LearningRate NaN } }
        @{ What = 'a bad rate in a schedule'; Id = 'LearningRateInvalid'; Names = '3 of 3'; Call = { Find-Minimum 'x^2' -At @{ x = 1 } -Method Adam -LearningRate 1, 0.5, 0 } }
        @{ What = 'an empty schedule'; Id = 'LearningRateInvalid'; Names = 'no learning rate'; Call = { Find-Minimum 'x^2' -At @{ x = 1 } -Method Adam -LearningRate @() } }
        @{ What = 'a momentum of 1'; Id = 'MomentumInvalid'; Names = 'not 1'; Call = { Find-Minimum 'x^2' -At @{ x = 1 } -Method Momentum -Momentum 1 } }
        @{ What = 'no steps'; Id = 'ParameterArgumentValidationError'; Names = 'MaxIteration'; Call = { Find-Minimum 'x^2' -At @{ x = 1 } -MaxIteration 0 } }
        @{ What = 'a negative tolerance'; Id = 'ParameterArgumentValidationError'; Names = 'Tolerance'; Call = { Find-Minimum 'x^2' -At @{ x = 1 } -Tolerance -1 } }
        @{ What = 'a tolerance of NaN'; Id = 'ParameterArgumentValidationError'; Names = 'Tolerance'; Call = { Find-Minimum 'x^2' -At @{ x = 1 } -Tolerance NaN } }
        @{ What = 'an unknown method'; Id = 'CannotConvertArgumentNoMessage'; Names = 'LBFGS'; Call = { Find-Minimum 'x^2' -At @{ x = 1 } -Method Guess } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "$Id,PSAutodiff.Commands.FindMinimumCommand"
        $outcome.Errors[0].Exception.Message.Contains($Names) | Should -BeTrue -Because "the message is: $($outcome.Errors[0])"
    }
}

Describe 'A search stopped with Ctrl+C' {
    BeforeAll {
        function Invoke-LongSearch([string]$Arguments) {
            $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
            $state.ImportPSModule($moduleBase)
            $runspace = [runspacefactory]::CreateRunspace($state)
            $runspace.Open()
            $shell = [powershell]::Create($runspace)
            $null = $shell.AddScript("Find-Minimum '(x-1e9)^2 + sin(y)^2' -At @{ x = 0; y = 1 } -MaxIteration 2000000000 -Tolerance 0 -LearningRate 1e-12 $Arguments")
            $run = $shell.BeginInvoke()
            # It shows progress once it has run for a second.
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            while ($shell.Streams.Progress.Count -eq 0 -and -not $run.IsCompleted -and $clock.Elapsed.TotalSeconds -lt 300) {
                [System.Threading.Thread]::Sleep(20)
            }
            [pscustomobject]@{ Shell = $shell; Runspace = $runspace; Run = $run; Clock = [System.Diagnostics.Stopwatch]::new() }
        }

        function Complete-Search($Search, [string]$Variable) {
            $Search.Clock.Start()
            $Search.Shell.Stop()
            $Search.Clock.Stop()
            $reader = [powershell]::Create($Search.Runspace)
            $reader.AddCommand('Get-Variable').AddParameter('Name', $Variable).AddParameter('ValueOnly', $true).Invoke()[0].psobject.BaseObject
            $reader.Dispose()
            $Search.Shell.Dispose()
            $Search.Runspace.Dispose()
        }
    }

    It 'shows its progress, ends at once and keeps what it has reached in $LastMinimum, with <_>' -ForEach GradientDescent, Adam {
        $search = Invoke-LongSearch "-Method $_"
        $search.Run.IsCompleted | Should -BeFalse
        $search.Shell.Streams.Progress[0].StatusDescription | Should -Match "$_, step \d+ of at most 2000000000, value"
        $partial = Complete-Search $search LastMinimum
        # Some milliseconds, when the machine has nothing else to do. To its end it would go on for minutes, on a busy one for more.
        $search.Clock.Elapsed | Should -BeLessThan ($partial.Elapsed * (2000000000 / $partial.Iterations) / 20)
        $partial | Should -BeOfType PSAutodiff.Minimum
        $partial.StopReason | Should -Be Cancelled
        $partial.Iterations | Should -BeGreaterThan 1000
        $partial.At['x'] | Should -BeGreaterThan 0
    }

    It 'keeps it in the variable of -ResultVariable' {
        $partial = Complete-Search (Invoke-LongSearch '-Method GradientDescent -ResultVariable Mine') Mine
        $partial.StopReason | Should -Be Cancelled
    }
}

Describe 'A hundred thousand nodes in a chain' -Tag Slow {
    It 'are minimized' {
        $x = New-ExprNode x
        $y = New-ExprNode y
        $mean = $y
        for ($i = 0; $i -lt 50000; $i++) { $mean = ($mean + $x) * 0.5 }
        $minimum = Find-Minimum (($mean - 3) * ($mean - 3)) -At @{ x = 10; y = 1 } -WarningAction SilentlyContinue
        $minimum.At['x'] | Assert-Near 3 -Within 1e-9
        $minimum.At['y'] | Should -Be 1
    }
}

Describe 'Searches side by side' {
    It 'give the same bits in 8 runspaces' {
        $alone = Find-Minimum $rosenbrock -At @{ x = -1.2; y = 1 }
        $path, $text = $moduleBase, $rosenbrock
        $all = 1..8 | ForEach-Object -Parallel {
            Import-Module $using:path
            1..20 | ForEach-Object { (Find-Minimum $using:text -At @{ x = -1.2; y = 1 }).At['x'] }
        } -ThrottleLimit 8
        $all | Should -HaveCount 160
        @($all | Sort-Object -Unique) | Should -HaveCount 1
        $all[0] | Should -BeExactly $alone.At['x']
    }
}

Describe 'Find-Minimum -Verbose' {
    It 'tells where it starts, of the first steps and some later ones, and how it ends' {
        $outcome = Get-Outcome { Find-Minimum '100*(y - x^2)^2 + (1 - x)^2' -At @{ x = -1.2; y = 1 } -Verbose }
        $told = $outcome.Verbose.Message
        $told[0] | Should -BeExactly 'Minimizing with LBFGS from x = -1.2, y = 1.'
        $steps = @($told | Where-Object { $_ -match '^Step (\d+): value [\d.e-]+$' } | ForEach-Object { [int]($_ -replace '^Step (\d+):.*', '$1') })
        $steps | Should -Be (@(1..10) + 20)
        $told[-1] | Should -Match "^Converged after $($outcome.Output.Iterations) steps and $($outcome.Output.Evaluations) evaluations in .* s: value "
    }
}

Describe 'Newton''s pure step' {
    It 'leads to the stationary point of <Function>: <Reason>' -ForEach @(
        @{ Function = 'x^2 + x*y + 2*y^2'; Reason = 'Converged'; At = 0, 0 }
        @{ Function = 'x^2 - y^2'; Reason = 'SaddlePoint'; At = 0, 0 }
        @{ Function = '(x + y - 1)^2'; Reason = 'Converged'; At = 0, 1 }
    ) {
        $minimum = Find-Minimum $Function -At @{ x = 3; y = 4 } -Method PureNewton -WarningAction Ignore
        $minimum.StopReason | Should -Be $Reason
        $minimum.Iterations | Should -Be 1
        $minimum.At.x | Assert-Near $At[0] -Within 1e-14
        $minimum.At.y | Assert-Near $At[1] -Within 1e-14
    }

    It 'says that it uses no learning rate, and where there is no step' {
        $outcome = Get-Outcome { Find-Minimum '(x + y)^2 + x' -At @{ x = 1; y = 1 } -Method PureNewton -LearningRate 1 }
        $outcome.Output[0].StopReason | Should -Be Stuck
        $outcome.Warnings.Message | Should -Contain 'PureNewton does not use -LearningRate: it takes every step whole.'
        @($outcome.Warnings.Message) -match 'singular' | Should -HaveCount 1
    }
}
