# Rows that are joined to a mean or sum: -Mean and -Sum of four cmdlets.
BeforeDiscovery {
    $joining = @(
        @{ Name = 'Measure-Expression'; Command = 'MeasureExpression'; Given = '-At'; Call = { param($Loss, $At) $input | Measure-Expression $Loss -At $At -Mean } }
        @{ Name = 'Test-Derivative'; Command = 'TestDerivative'; Given = '-At'; Call = { param($Loss, $At) $input | Test-Derivative $Loss -At $At -Mean } }
        @{ Name = 'Find-Minimum'; Command = 'FindMinimum'; Given = '-InitialValue'; Call = { param($Loss, $At) $input | Find-Minimum $Loss -InitialValue $At -Mean } }
    )
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $line = '(y - (a*x + b))^2'
    $rows = 'x,y', '1,2.1', '2,3.9', '3,6.2', '4,7.8' | ConvertFrom-Csv

    # The network of the lab with nine parameters, its loss for one point, and where its reference run begins.
    $loss = 'z1 = tanh(b1 + (x1*w11 + x2*w21)); z2 = tanh(b2 + (x1*w12 + x2*w22)); fin = c + (z1*u1 + z2*u2); fin - fin*y + log(1 + exp(-1*fin))'
    $start = @{ b1 = 0; b2 = 0; c = 0; w11 = 0.7; w12 = -0.4; w21 = 0.3; w22 = 0.9; u1 = -0.8; u2 = 0.5 }
    $points = Import-Csv $fivePoints

    # The mean loss by plain arithmetic.
    function Get-MeanLoss($At) {
        $sum = 0.0
        foreach ($point in $points) {
            $z1 = [Math]::Tanh($At.b1 + [double]$point.x1 * $At.w11 + [double]$point.x2 * $At.w21)
            $z2 = [Math]::Tanh($At.b2 + [double]$point.x1 * $At.w12 + [double]$point.x2 * $At.w22)
            $fin = $At.c + $z1 * $At.u1 + $z2 * $At.u2
            $sum += $fin - $fin * [double]$point.y + [Math]::Log(1 + [Math]::Exp(-$fin))
        }
        $sum / 5
    }
}

Describe 'Measure-Expression over rows' {
    It 'gives the mean and the sum of what each row gives' {
        $rows | Measure-Expression $line -At @{ a = 2; b = 0 } -Mean | Should -BeOfType double
        $rows | Measure-Expression $line -At @{ a = 2; b = 0 } -Mean | Assert-Near 0.025
        $rows | Measure-Expression $line -At @{ a = 2; b = 0 } -Sum | Assert-Near 0.1
        $rows | Measure-Expression 'x*y' -Sum | Assert-Near 59.7
        @{ x = 7 } | Measure-Expression 'x^2' -Mean | Should -Be 49
    }

    It 'gives gradient and Hessian by the parameters alone' {
        $m = $rows | Measure-Expression $line -At @{ a = 2; b = 0.5 } -Hessian -Mean
        $m.Variables | Should -BeExactly a, b
        # 2 mean(x (2x + 0.5 - y)) and 2 mean(2x + 0.5 - y); the means of x^2, x and 1, twice.
        $m.Gradient.a | Assert-Near 2.65
        $m.Gradient.b | Assert-Near 1
        $m.Hessian[0, 0] | Should -Be 15
        $m.Hessian[0, 1] | Should -Be 5
        $m.Hessian[1, 0] | Should -Be 5
        $m.Hessian[1, 1] | Should -Be 2
        ($rows | Measure-Expression $line -At @{ a = 2; b = 0.5 } -Gradient -Sum).Gradient.a | Assert-Near 10.6
    }

    It 'foretells what a loss becomes without a weight: value, gradient and Hessian of the mean make its Taylor polynomial' {
        # Of second degree in a and b, so nothing is left over.
        $m = $rows | Measure-Expression $line -At @{ a = 2; b = 0.5 } -Hessian -Mean
        $foretold = $m.Value + $m.Gradient.b * -0.5 + $m.Hessian[1, 1] * 0.5 * 0.25
        $foretold | Assert-Near ($rows | Measure-Expression $line -At @{ a = 2; b = 0 } -Mean)
    }

    It 'joins what an object of Invoke-Differentiate holds' {
        $gradient = $line | Invoke-Differentiate -Gradient -Variable a, b
        $joined = $rows | Measure-Expression $gradient -At @{ a = 2; b = 0.5 } -Mean
        $joined.a | Assert-Near 2.65
        $joined.b | Assert-Near 1
        $hessian = $line | Invoke-Differentiate -Hessian -Variable a, b
        ($rows | Measure-Expression $hessian -At @{ a = 2; b = 0.5 } -Sum)[0, 0] | Should -Be 60
    }

    It 'joins lists of values too' {
        $lists = @{ a = 2; b = 0; x = 1, 2, 3, 4; y = 2.1, 3.9, 6.2, 7.8 }
        $line | Measure-Expression -At $lists -Mean | Assert-Near 0.025
        $m = $line | Measure-Expression -At $lists -Gradient -Sum
        @($m.Gradient.Keys) | Should -BeExactly a, b
        $m.Gradient.a | Assert-Near 0.6
        $outcome = Get-Outcome { 'x*y' | Measure-Expression -At @{ x = 1, 2, 3; y = 1, 2 } -Mean }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly LengthMismatch
    }

    It 'has no use for -Mean where there is nothing to join, nor with -AsProperty' {
        $outcome = Get-Outcome { 'x^2' | Measure-Expression -At @{ x = 3 } -Mean }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly RowsMissing
        $outcome.Errors[0].Exception.Message | Should -BeLike '-Mean joins rows from the pipeline, or lists of values in -At, and there are neither.*'
        $outcome = Get-Outcome { $rows | Measure-Expression x -Sum -AsProperty Total }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ArgumentInvalid
        $outcome.Errors[0].Exception.Message | Should -BeExactly '-AsProperty adds a result to each row, but -Sum gives one for all rows. Leave one of them out.'
    }
}

Describe 'Test-Derivative over rows' {
    It 'checks every derivative of the mean loss of a network, and finds a wrong one' {
        $points | Test-Derivative $loss -At $start -Mean | Should -BeTrue
        $checks = @($points | Test-Derivative $loss -At $start -Mean -Detailed)
        $checks.Variable | Should -BeExactly b1, b2, c, u1, u2, w11, w12, w21, w22
        foreach ($check in $checks) {
            $above = $start.Clone(); $above[$check.Variable] += 1e-5
            $below = $start.Clone(); $below[$check.Variable] -= 1e-5
            $check.Derivative | Assert-Near (((Get-MeanLoss $above) - (Get-MeanLoss $below)) / 2e-5) -Within 1e-9
        }
        $outcome = Get-Outcome { $points | Test-Derivative $loss -Parameter c -At $start -Derivative 'sigmoid(fin)' -Mean }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ColumnMissing
        $right = "fin = c + tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2; sigmoid(fin) - y"
        $points | Test-Derivative $loss -Parameter c -At $start -Derivative $right -Mean | Should -BeTrue
        $points | Test-Derivative $loss -Parameter c -At $start -Derivative ($right -replace ' - y$', '') -Mean -WarningAction Ignore | Should -BeFalse
    }

    It 'checks those of some parameters, which need values' {
        $checks = $rows | Test-Derivative $line -Parameter b -At @{ a = 2; b = 0.5 } -Sum -Detailed
        $checks | Should -HaveCount 1
        $checks.Derivative | Assert-Near 4
        $outcome = Get-Outcome { $rows | Test-Derivative $line -Parameter a, b -At @{ a = 2 } -Sum }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly VariableNotBound
        $outcome = Get-Outcome { $rows | Test-Derivative $line -Parameter slope -At @{ a = 2; b = 0.5 } -Sum }
        $outcome.Errors[0].Exception.Message | Should -BeExactly "The expression has no variable 'slope'. It has: a, b."
        # A parameter that is named on purpose may be called like a column.
        $outcome = Get-Outcome { $rows | Test-Derivative 'a*x + x^2*y' -Parameter x -At @{ a = 2; x = 3 } -Mean -Detailed }
        $outcome.Warnings | Should -HaveCount 0
        # The mean of a + 2 x y over the rows, where y is 5 on average.
        $outcome.Output[0].Derivative | Assert-Near 32
    }

    It 'has nothing to check where all variables are columns, and says so' {
        $outcome = Get-Outcome { $rows | Test-Derivative 'x*y' -Mean }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ParameterUnknown
    }
}

Describe 'Find-Minimum over rows' {
    It 'finds the line of least squares, of the mean and of the sum' {
        foreach ($method in 'LBFGS', 'Newton') {
            $m = $rows | Find-Minimum $line -InitialValue @{ a = 0; b = 0 } -Method $method -Mean
            $m.StopReason | Should -Be Converged
            $m.At.a | Assert-Near 1.94
            $m.At.b | Assert-Near 0.15
            $m.Value | Assert-Near 0.0205
        }
        ($rows | Find-Minimum $line @{ a = 0; b = 0 } -Sum).Value | Assert-Near 0.082
    }

    It 'agrees with a regression' {
        $fit = $rows | Invoke-LinearRegression -Feature x -Label y
        $m = $rows | Find-Minimum $line -InitialValue @{ a = 0; b = 0 } -Mean
        $m.At.a | Assert-Near $fit.Coefficients.x -Within 1e-10
        $m.At.b | Assert-Near $fit.Coefficients.Intercept -Within 1e-10
    }

    It 'learns the five points, as the way down shows' {
        $m = $points | Find-Minimum $loss -InitialValue $start -Method GradientDescent -LearningRate 1 -MaxIteration 40 -Mean -KeepPath -WarningAction Ignore
        $m.Iterations | Should -Be 40
        $m.Path[0].Value | Assert-Near (Get-MeanLoss $start)
        $m.Path[40].Value | Assert-Near (Get-MeanLoss $m.At)
        $m.Value | Should -BeLessThan $m.Path[0].Value
        # A step is the gradient of the mean, times the rate.
        $gradient = ($points | Measure-Expression $loss -At $start -Gradient -Mean).Gradient
        foreach ($name in $start.Keys) { $m.Path[1].At.$name | Assert-Near ($start[$name] - $gradient[$name]) }
    }

    It 'tells what it does' {
        $outcome = Get-Outcome { $rows | Find-Minimum $line @{ a = 0; b = 0 } -Mean -Verbose }
        $outcome.Verbose[0].Message | Should -BeExactly 'Minimizing the mean over 4 rows with LBFGS from a = 0, b = 0.'
    }

    It 'gives a minimum that knows no expression, and says so where one is needed' {
        $m = $rows | Find-Minimum $line -InitialValue @{ a = 0; b = 0 } -Mean -KeepPath
        $null -eq $m.Expression | Should -BeTrue
        $outcome = Get-Outcome { $m | Show-Expression }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ExpressionMissing
    }
}

Describe 'Resolve-Expression over rows' {
    It 'writes the mean and the sum out' {
        $two = $rows | Select-Object -First 2
        "$($two | Resolve-Expression $line -Mean)" | Should -BeExactly '((2.1 - (a * 1 + b))^2 + (3.9 - (a * 2 + b))^2) / 2'
        "$($two | Resolve-Expression $line -Sum)" | Should -BeExactly '(2.1 - (a * 1 + b))^2 + (3.9 - (a * 2 + b))^2'
        "$($two | Resolve-Expression $line -At @{ b = 0 } -Sum)" | Should -BeExactly '(2.1 - (a * 1 + 0))^2 + (3.9 - (a * 2 + 0))^2'
    }

    It 'puts no numbers of columns into what -At puts in' {
        "$(@{ x = 3 } | Resolve-Expression 'a*x' -At @{ a = 'x + c' } -Sum)" | Should -BeExactly '(x + c) * 3'
    }

    It 'gives the expression that the others compute' {
        $mean = $points | Resolve-Expression $loss -Mean
        $mean.Variables | Should -BeExactly b1, b2, c, u1, u2, w11, w12, w21, w22
        $mean | Measure-Expression -At $start | Assert-Near (Get-MeanLoss $start)
        $points | Measure-Expression $loss -At $start -Mean | Assert-Near ($mean | Measure-Expression -At $start)
        $written = ($mean | Measure-Expression -At $start -Gradient).Gradient
        $joined = ($points | Measure-Expression $loss -At $start -Gradient -Mean).Gradient
        foreach ($name in $start.Keys) { $joined[$name] | Assert-Near $written[$name] -Within 1e-14 }
    }

    It 'needs -At without rows' {
        $outcome = Get-Outcome { 'x' | Resolve-Expression }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ValueMissing
    }
}

Describe '<Name> -Mean' -ForEach $joining {
    It 'leaves bad rows out, names them, and joins the others' {
        $bad = 'x,y', '1,2.1', 'two,3.9', '3,', '4,NaN', '2,3.9' | ConvertFrom-Csv
        $good = $rows | Select-Object -First 2
        $outcome = Get-Outcome { $bad | & $Call $line @{ a = 1; b = 0.25 } }
        $outcome.Errors | Should -HaveCount 3
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 2, column 'x': 'two' is not a number.*"
        $outcome.Errors[1].Exception.Message | Should -BeLike "Row 3, column 'y': an empty cell is not a number.*"
        $outcome.Errors[2].Exception.Message | Should -BeExactly "Row 4, column 'y': NaN is not a finite number. The row was left out. -MissingValue Skip leaves such rows out with one warning."
        "$($outcome.Output[0])" | Should -BeExactly "$($good | & $Call $line @{ a = 1; b = 0.25 })"
    }

    It 'names the variable that neither a column nor a value stands for' {
        $outcome = Get-Outcome { $rows | & $Call $line @{ a = 1 } }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 5
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ColumnMissing
        $outcome.Errors[0].Exception.Message | Should -BeExactly "Row 1 has no column 'b', and $Given gives no value for it. It has: x, y."
        Get-ErrorId $outcome.Errors[4] | Should -BeExactly RowsMissing
    }

    It 'takes a value before a column of the same name, and says so' {
        $outcome = Get-Outcome { $rows | & $Call 'a*x + (x - 3)^2 + a^2*y^2' @{ a = 1; x = 3 } }
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeExactly "The rows have a column 'x', but $Given gives it a value, which counts for every row. Leave it out of $Given if the column is meant."
        $outcome.Output | Should -HaveCount 1
    }

    It 'warns where the rows have nothing that the expression asks for' {
        $outcome = Get-Outcome { $rows | & $Call '(u - 3)^2 + 1' @{ u = 3.5 } }
        $outcome.Warnings[0].Message | Should -BeLike 'The rows have no column for any variable of the expression*'
    }

    It 'is said of rows, of which there have to be some, and an expression' {
        $outcome = Get-Outcome { @() | & $Call $line @{ a = 1; b = 1 } }
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "RowsMissing,PSAutodiff.Commands.${Command}Command"
        $outcome.Errors[0].Exception.Message | Should -BeLike "-Mean is for rows from the pipeline, and none came. For example: Import-Csv data.csv | $Name *-Mean"
        $outcome = Get-Outcome { $rows | & $Call '(y - ' @{ a = 1 } }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ExpressionSyntax
    }

    It 'is one of two ways' {
        $outcome = Get-Outcome { $rows | & $Name $line -At @{ a = 1; b = 1 } -Mean -Sum }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ArgumentInvalid
    }

    It 'takes hashtables, objects and numbers in any culture' {
        $previous = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            $objects = @{ X = 1; y = 2.1 }, [pscustomobject]@{ x = '2'; Y = '3.9' }, [ordered]@{ x = 3; y = 6.2 }, ('x,y', '4,7.8' | ConvertFrom-Csv)
            "$($objects | & $Call $line @{ a = 1; b = 0.25 })" | Should -BeExactly "$($rows | & $Call $line @{ a = 1; b = 0.25 })"
        }
        finally { [cultureinfo]::CurrentCulture = $previous }
    }
}

Describe 'Rows without -Mean or -Sum' {
    It 'are no expressions, and the error says what to do' {
        $outcome = Get-Outcome { $rows | Test-Derivative $line -At @{ a = 1; b = 1 } }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ExpressionRepeated
        $outcome.Errors[0].Exception.Message | Should -BeLike '*Rows are joined by -Mean or -Sum.*'
        $outcome = Get-Outcome { $rows | Find-Minimum -At @{ a = 1; b = 1 } -Mean }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ExpressionMissing
        $outcome.Errors[0].Exception.Message | Should -BeLike 'With -Mean the pipeline brings rows, and the expression stands at the first position.*'
    }
}

Describe 'Ctrl+C on a search over rows' {
    It 'keeps what was reached' {
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
        $state.ImportPSModule($moduleBase)
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        # Steps so short that they never end.
        $null = $shell.AddScript({
                1..3000 | ForEach-Object { @{ x = $_ / 1000; y = [Math]::Sin($_) } } |
                    Find-Minimum '(y - a*sin(w*x))^2' -InitialValue @{ a = 1; w = 1 } -Mean -Method GradientDescent -LearningRate 1e-9 -Tolerance 0 -MaxIteration 2000000000
            })
        try {
            $run = $shell.BeginInvoke()
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            while ($shell.Streams.Progress.Count -eq 0 -and -not $run.IsCompleted -and $clock.Elapsed.TotalSeconds -lt 300) { [System.Threading.Thread]::Sleep(20) }
            $run.IsCompleted | Should -BeFalse
            $shell.Streams.Progress[0].StatusDescription | Should -BeLike 'GradientDescent, step * of at most 2000000000, value *'
            $shell.Stop()
            $reader = [powershell]::Create($runspace)
            $partial = $reader.AddScript('$LastMinimum').Invoke()[0].psobject.BaseObject
            $reader.Dispose()
            $partial.StopReason | Should -Be Cancelled
            $partial.Iterations | Should -BeGreaterThan 0
        }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
    }
}
