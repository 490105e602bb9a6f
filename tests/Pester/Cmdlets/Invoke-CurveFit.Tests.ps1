BeforeAll {
    . "$PSScriptRoot/../Support.ps1"
    # Misra1a of NIST's Statistical Reference Datasets, with eleven certified digits.
    $x = 77.6, 114.9, 141.1, 190.8, 239.9, 289, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760
    $y = 10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78
    $misra = for ($i = 0; $i -lt 14; $i++) { [pscustomobject]@{ x = $x[$i]; y = $y[$i]; sd = 0.1; 'my y' = $y[$i] } }
    $model = 'b1*(1 - exp(-b2*x))'
    $start = @{ b1 = 500; b2 = 0.0001 }

    function Get-FitError([scriptblock]$Call) {
        $failure = $null
        try { $null = & $Call -ErrorAction Stop }
        catch { $failure = $_ }
        $failure
    }
}

Describe 'Invoke-CurveFit' {
    It 'gives the certified parameters, standard errors and sum of squares' {
        $fit = $misra | Invoke-CurveFit $model -Label y -InitialValue $start
        (($fit.Parameters['b1']) / 238.94212918) | Assert-Near 1 -Within 1e-10
        (($fit.Parameters['b2']) / 0.00055015643181) | Assert-Near 1 -Within 1e-10
        (($fit.StandardErrors['b1']) / 2.7070075241) | Assert-Near 1 -Within 1e-9
        (($fit.StandardErrors['b2']) / 7.2668688436e-06) | Assert-Near 1 -Within 1e-9
        (($fit.ResidualSumOfSquares) / 0.12455138894) | Assert-Near 1 -Within 1e-10
        (($fit.ResidualStandardError) / 0.1018787633) | Assert-Near 1 -Within 1e-9
        $fit.DegreesOfFreedom | Should -Be 12
        (([Math]::Sqrt($fit.Covariance[1, 1])) / 7.2668688436e-06) | Assert-Near 1 -Within 1e-9
        "$($fit.StopReason)" | Should -BeLike 'ConvergedBy*'
    }

    It 'takes the columns from arrays, the label as an expression, and a name that is not an identifier' {
        $expected = ($misra | Invoke-CurveFit $model y -InitialValue $start).Parameters['b1']
        (Invoke-CurveFit $model y -Data @{ x = $x; y = $y } -InitialValue $start).Parameters['b1'] | Should -BeExactly $expected
        ($misra | Invoke-CurveFit $model 'my y' -InitialValue $start).Parameters['b1'] | Should -BeExactly $expected
        ((($misra | Invoke-CurveFit $model -Target 'y + 0' -InitialValue $start).Parameters['b1']) / $expected) | Assert-Near 1 -Within 1e-12
        ((($misra | Invoke-CurveFit { $b1 * (1 - [Math]::Exp(-$b2 * $x)) } y -InitialValue $start).Parameters['b1']) / $expected) | Assert-Near 1 -Within 1e-10
    }

    It 'needs no initial value for a parameter in which the model is linear' {
        $fit = $misra | Invoke-CurveFit $model y -InitialValue @{ b2 = 0.0001 }
        (($fit.Parameters['b1']) / 238.94212918) | Assert-Near 1 -Within 1e-10
        (Get-FitError { $misra | Invoke-CurveFit $model y -InitialValue @{ b1 = 500 } }).FullyQualifiedErrorId | Should -BeLike 'InitialValueMissing,*'
    }

    It 'weighs rows by an expression: equal weights change the estimates of nothing but the scale' {
        $plain = $misra | Invoke-CurveFit $model y -InitialValue $start
        $fit = $misra | Invoke-CurveFit $model y -InitialValue $start -Weight '1/sd^2'
        (($fit.Parameters['b1']) / $plain.Parameters['b1']) | Assert-Near 1 -Within 1e-12
        (($fit.StandardErrors['b1']) / $plain.StandardErrors['b1']) | Assert-Near 1 -Within 1e-10
        ($fit.ResidualSumOfSquares / (100 * $plain.ResidualSumOfSquares)) | Assert-Near 1 -Within 1e-10
        (($fit.AIC) / $plain.AIC) | Assert-Near 1 -Within 1e-10
    }

    It 'stops at bounds and says so' {
        $fit = $misra | Invoke-CurveFit $model y -InitialValue @{ b1 = 200; b2 = 0.0001 } -UpperBound @{ b1 = 230 } -WarningVariable warnings -WarningAction SilentlyContinue
        "$($fit.StopReason)" | Should -BeExactly AtBound
        $fit.Parameters['b1'] | Should -BeExactly 230.0
        $fit.AtBound | Should -BeExactly b1
        [double]::IsNaN($fit.StandardErrors['b1']) | Should -BeTrue
        "$warnings" | Should -BeLike '*At a bound*b1*'
        (Get-FitError { $misra | Invoke-CurveFit $model y -InitialValue $start -UpperBound @{ b1 = 230 } }).FullyQualifiedErrorId | Should -BeLike 'BoundInvalid,*'
    }

    It 'counts a parameter with equal bounds as a number of the model' {
        $fixed = $misra | Invoke-CurveFit $model y -InitialValue @{ b1 = 500 } -LowerBound @{ b2 = 5e-4 } -UpperBound @{ b2 = 5e-4 } -WarningVariable warnings -WarningAction SilentlyContinue
        $written = $misra | Invoke-CurveFit 'b1*(1 - exp(-5e-4*x))' y -InitialValue @{ b1 = 500 }
        $warnings | Should -HaveCount 0
        $fixed.AtBound | Should -HaveCount 0
        "$($fixed.StopReason)" | Should -BeLike 'ConvergedBy*'
        $fixed.DegreesOfFreedom | Should -Be $written.DegreesOfFreedom
        $fixed.AIC | Assert-Near $written.AIC -Within 1e-12
        $fixed.BIC | Assert-Near $written.BIC -Within 1e-12
        $fixed.StandardErrors['b1'] / $written.StandardErrors['b1'] | Assert-Near 1 -Within 1e-12
        ($misra[0] | Invoke-CurveFit $model y -InitialValue @{ b1 = 500 } -LowerBound @{ b2 = 5e-4 } -UpperBound @{ b2 = 5e-4 }).Rank | Should -Be 1
    }

    It 'needs no start between bounds on both sides with -Restart' {
        $fit = $misra | Invoke-CurveFit $model y -LowerBound @{ b1 = 1; b2 = 1e-6 } -UpperBound @{ b1 = 1000; b2 = 0.01 } -Restart 5
        $fit.Parameters['b1'] / 238.94212918 | Assert-Near 1 -Within 1e-9
        $again = $misra | Invoke-CurveFit $model y -LowerBound @{ b1 = 1; b2 = 1e-6 } -UpperBound @{ b1 = 1000; b2 = 0.01 } -Restart 5 -Seed 1
        $again.Parameters['b2'] | Should -BeExactly $fit.Parameters['b2']

        # A first start without a value of the model is passed over: log(x - c) has one below 77.6.
        $rows = $misra | Select-Object x, @{ n = 'y'; e = { [Math]::Log($_.x - 20) } }
        ($rows | Invoke-CurveFit 'log(x - c)' y -LowerBound @{ c = -100 } -UpperBound @{ c = 700 } -Restart 40).Parameters['c'] | Assert-Near 20 -Within 1e-6
        $without = @{ LowerBound = @{ b2 = 1e-6 }; Restart = 5 }
        (Get-FitError { $misra | Invoke-CurveFit $model y @without }).Exception.Message | Should -BeLike "*'b2', which has no initial value*or both bounds and -Restart.*"
    }

    It 'fits a constant label exactly, and says what the model does not depend on' {
        $flat = $misra | Invoke-CurveFit 'a*x + c' -Label 'y*0 + 3'
        $flat.Parameters['a'] | Assert-Near 0 -Within 1e-15
        $flat.Parameters['c'] | Assert-Near 3 -Within 1e-14
        [double]::IsNaN($flat.RSquared) | Should -BeTrue
        $idle = $misra | Invoke-CurveFit 'a*x + c + 0*q' y -WarningVariable warnings -WarningAction SilentlyContinue
        $idle.Undetermined | Should -BeExactly q
        $idle.Rank, $idle.DegreesOfFreedom | Should -Be 2, 12
        $idle.StandardErrors['q'] | Should -BeExactly ([double]::PositiveInfinity)
        "$warnings" | Should -BeLike '*Other values of q fit as well, so its standard error is infinite. Fix it, or start elsewhere.'
    }

    It 'shows a table as summary in R does' {
        $text = $misra | Invoke-CurveFit $model y -InitialValue $start | Out-String
        $text | Should -Match 'Parameter\s+StdError\s+t\s+p\s+lower 95%\s+upper 95%'
        $text | Should -Match 'b1\s+238\.942\s+2\.70701\s+88\.2'
        $text | Should -Match 'Residual standard error 0\.101879 on 12 degrees of freedom'
    }

    It 'comes back live from Clixml and jobs' {
        $fit = $misra | Invoke-CurveFit $model y -InitialValue $start
        $back = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($fit))
        $back | Should -BeOfType PSAutodiff.CurveFitResult
        $back.Parameters['b2'] | Should -BeExactly $fit.Parameters['b2']
        $back.Covariance[0, 1] | Should -BeExactly $fit.Covariance[0, 1]
        "$($back.Expression)" | Should -BeExactly "$($fit.Expression)"
    }

    It 'says with <What> what is wrong' -ForEach @(
        @{ What = 'no model'; Id = 'ExpressionMissing'; Says = 'Import-Csv'; Call = { $misra | Invoke-CurveFit -Label y } }
        @{ What = 'no label'; Id = 'LabelMissing'; Says = '-Label'; Call = { $misra | Invoke-CurveFit $model } }
        @{ What = 'a label that is not a column'; Id = 'ColumnMissing'; Says = "'z'"; Call = { $misra | Invoke-CurveFit $model z -InitialValue $start } }
        @{ What = 'a parameter that is no variable'; Id = 'ParameterUnknown'; Says = "'b3'"; Call = { $misra | Invoke-CurveFit $model y -Parameter b1, b2, b3 -InitialValue $start } }
        @{ What = 'a start for nothing'; Id = 'ParameterUnknown'; Says = "'b3'"; Call = { $misra | Invoke-CurveFit $model y -InitialValue @{ b1 = 1; b2 = 1; b3 = 1 } } }
        @{ What = 'a bound for nothing'; Id = 'ParameterUnknown'; Says = '-LowerBound'; Call = { $misra | Invoke-CurveFit $model y -InitialValue $start -LowerBound @{ q = 1 } } }
        @{ What = 'a start outside the domain'; Id = 'ValueNotFinite'; Says = 'in row 3'; Call = { $misra | Invoke-CurveFit 'a*log(b - x)' y -InitialValue @{ a = 1; b = 120 } } }
        @{ What = 'fewer rows than parameters'; Id = 'RowsTooFew'; Says = 'only 1 row'; Call = { $misra[0] | Invoke-CurveFit $model y -InitialValue $start } }
        @{ What = 'a negative weight'; Id = 'WeightInvalid'; Says = 'row 1 is -0.1'; Call = { $misra | Invoke-CurveFit $model y -Weight '-sd' -InitialValue $start } }
        @{ What = 'weights that are all 0'; Id = 'WeightInvalid'; Says = 'All weights are 0'; Call = { $misra | Invoke-CurveFit $model y -Weight 'sd*0' -InitialValue $start } }
        @{ What = 'no parameters'; Id = 'ParameterUnknown'; Says = 'nothing to fit'; Call = { $misra | Invoke-CurveFit '2*x' y } }
        @{ What = 'no rows'; Id = 'RowsMissing'; Says = 'Pipe data in'; Call = { @() | Invoke-CurveFit $model y -InitialValue $start } }
        @{ What = 'a column beside -Data'; Id = 'LengthMismatch'; Says = 'rows'; Call = { Invoke-CurveFit $model y -Data @{ x = 1, 2, 3; y = 1, 2 } -InitialValue $start } }
        @{ What = 'rows as -Data'; Id = 'ValueMissing'; Says = 'Pipe rows in'; Call = { Invoke-CurveFit $model y -Data $misra -InitialValue $start } }
        @{ What = 'an equation'; Id = 'ExpressionSyntax'; Says = 'the right side alone'; Call = { $misra | Invoke-CurveFit 'y = a*x + b' -Label y } }
        @{ What = 'a formula as in R'; Id = 'ExpressionSyntax'; Says = 'formulas as in R are not read'; Call = { $misra | Invoke-CurveFit 'y ~ x' -Label y } }
        @{ What = 'a start outside the domain in arrays'; Id = 'ValueNotFinite'; Says = 'in row 3'; Call = { Invoke-CurveFit 'a*log(b - x)' y -Data @{ x = $x; y = $y } -InitialValue @{ b = 120 } } }
        @{ What = 'rows of weight 0 left out, too few'; Id = 'RowsTooFew'; Says = 'only 1 row'; Call = { $misra | Invoke-CurveFit $model y -Weight 'less(x, 100)' -InitialValue $start } }
        @{ What = 'a weight of NaN'; Id = 'ValueNotFinite'; Says = 'in row 1'; Call = { $misra | Invoke-CurveFit $model y -Weight 'log(x - 100)' -InitialValue $start } }
        @{ What = 'a scale of 0'; Id = 'ArgumentInvalid'; Says = 'scale'; Call = { $misra | Invoke-CurveFit $model y -LossFunction Huber -LossScale 0 -InitialValue $start } }
        @{ What = 'a tolerance of 1'; Id = 'ToleranceInvalid'; Says = 'below 1'; Call = { $misra | Invoke-CurveFit $model y -Tolerance 1 -InitialValue $start } }
    ) {
        $failure = Get-FitError $Call
        $failure.FullyQualifiedErrorId | Should -BeExactly "$Id,PSAutodiff.Commands.InvokeCurveFitCommand"
        $failure.Exception.Message | Should -BeLike "*$Says*"
    }

    It 'leaves out rows that are no numbers, and names a row by where it came' {
        $rows = @([pscustomobject]@{ x = 'n/a'; y = 1 }) + $misra
        $fit = $rows | Invoke-CurveFit $model y -InitialValue $start -ErrorVariable faults -ErrorAction SilentlyContinue
        $fit.Rows | Should -Be 14
        $faults[0].FullyQualifiedErrorId | Should -BeLike 'ColumnNotNumeric,*'
        $failure = $null
        try { $rows | Invoke-CurveFit 'a*log(b - x)' y -InitialValue @{ a = 1; b = 120 } -ErrorAction SilentlyContinue }
        catch { $failure = $_ }
        $failure.Exception.Message | Should -BeLike '*in row 4*'
    }
}

Describe 'examples/curve-fit.ps1' {
    It 'names the parameters of a start that is none, each with its own value' {
        $rows = 0..5 | ForEach-Object { [pscustomobject]@{ t = $_; y = 3 - $_ / 4 } }
        $problem = (Get-Outcome { $rows | Invoke-CurveFit 'p*log(q*t + 1) + r' y -InitialValue @{ q = -5 } }).Errors[0]
        $problem.Exception.Message | Should -BeLike '*q = -5*'
        $problem.Exception.Message | Should -BeLike '*r = 0*'
    }

    It 'finds the decay that made the rows, also with an outlier' {
        $output = @(& "$repositoryRoot/examples/curve-fit.ps1")
        $fit = $output[0]
        foreach ($pair in @(@('a', 2.5), @('b', 0.4), @('c', 0.6))) {
            $name, $truth = $pair
            [Math]::Abs($fit.Parameters[$name] - $truth) | Should -BeLessThan (4 * $fit.StandardErrors[$name])
        }
        $output[1] | Should -Match 'by least squares, 0\.(3[7-9]|4[0-3]) by Huber'
        $output[2] | Should -Match '^Half-life 1\.[678]'
        $output[3] | Should -Match '^Slope at 0 -(0\.9|1\.0)'
    }
}

Describe 'A fit stopped with Ctrl+C' -Tag Slow {
    It 'shows its progress, ends at once and keeps what it has reached in <Variable>' -ForEach @(
        @{ Variable = 'LastFit'; More = '' }
        @{ Variable = 'mine'; More = '-ResultVariable mine' }
    ) {
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
        $state.ImportPSModule($moduleBase)
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        $null = $shell.AddScript('
            $t = 0..49999 | ForEach-Object { $_ / 5000 }
            $y = $t | ForEach-Object { 3*[Math]::Exp(-0.7*$_) + 2*[Math]::Exp(-0.1*$_) + [Math]::Sin(9e5*$_) }
            Invoke-CurveFit "a*exp(-b*t) + c*exp(-d*t) + f" y -Data @{ t = $t; y = $y } -InitialValue @{ b = 1; d = 0.2 } -Restart 1000000 ' + $More)
        $run = $shell.BeginInvoke()
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while ($shell.Streams.Progress.Count -eq 0 -and -not $run.IsCompleted -and $clock.Elapsed.TotalSeconds -lt 120) { [System.Threading.Thread]::Sleep(20) }
        $shell.Streams.Progress.Count | Should -BeGreaterThan 0
        $clock.Restart()
        $shell.Stop()
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 2
        $reader = [powershell]::Create($runspace)
        $fit = $reader.AddCommand('Get-Variable').AddParameter('Name', $Variable).AddParameter('ValueOnly', $true).Invoke()[0].psobject.BaseObject
        $reader.Dispose()
        $shell.Dispose()
        $runspace.Dispose()
        $fit | Should -BeOfType PSAutodiff.CurveFitResult
        "$($fit.StopReason)" | Should -BeExactly Cancelled
        $fit.Parameters.Keys | Should -BeExactly a, b, c, d, f
    }
}

Describe 'Invoke-CurveFit of a model that reads its label' {
    It 'refuses it, as any fit would be perfect' {
        $outcome = Get-Outcome { 1..5 | ForEach-Object { [pscustomobject]@{ x = $_; y = 2 * $_ } } | Invoke-CurveFit 'a*x + y' -Label y }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ParameterUnknown
        "$($outcome.Errors[0])" | Should -BeLike "*The model reads the column 'y', which is what it is to give*"
    }

    It 'takes a label that is computed from the same column' {
        (1..5 | ForEach-Object { [pscustomobject]@{ x = $_ / 10 } } | Invoke-CurveFit 'a*x' -Label 'sin(x)').Parameters['a'] | Assert-Near 0.98 -Within 0.05
    }
}

Describe 'Invoke-CurveFit of labels whose squares are no numbers' {
    It 'has the same R2, and criteria that differ by the unit, at 2^<Exponent>' -ForEach @(
        @{ Exponent = 515 }
        @{ Exponent = 1020 }
        @{ Exponent = -548 }
        @{ Exponent = -1000 }
    ) {
        $unit = [Math]::ScaleB(1, $Exponent)
        $fits = foreach ($scale in 1, $unit) { 0..9 | ForEach-Object { [pscustomobject]@{ t = $_; y = $scale * (1 + 0.5 * $_ + 0.1 * [Math]::Sin(9 * $_)) } } | Invoke-CurveFit 'a + b*t' y }
        $fits[0].RSquared | Should -BeGreaterThan 0.99
        $fits[0].RSquared | Should -BeLessThan 1
        $fits[1].RSquared | Assert-Near $fits[0].RSquared -Within 1e-12
        $shift = 2 * 10 * $Exponent * [Math]::Log(2)
        $fits[1].Aic - $shift | Assert-Near $fits[0].Aic -Within 1e-8
        $fits[1].Bic - $shift | Assert-Near $fits[0].Bic -Within 1e-8
    }

    It 'tests the model with the same R2 and an RMSE in the unit, at 2^<Exponent>' -ForEach @(
        @{ Exponent = 515 }
        @{ Exponent = 1020 }
        @{ Exponent = -565 }
        @{ Exponent = -1000 }
    ) {
        $unit = [Math]::ScaleB(1, $Exponent)
        $tests = foreach ($scale in 1, $unit) {
            $rows = 0..9 | ForEach-Object { [pscustomobject]@{ t = $_; y = $scale * (1 + 0.5 * $_ + 0.1 * [Math]::Sin(9 * $_)) } }
            $rows | Test-AutodiffModel ($rows | Invoke-CurveFit 'a + b*t' y)
        }
        $tests[1].RSquared | Assert-Near $tests[0].RSquared -Within 1e-12
        $tests[1].RootMeanSquaredError / $unit | Assert-Near $tests[0].RootMeanSquaredError -Within 1e-12
        $tests[1].MeanAbsoluteError / $unit | Assert-Near $tests[0].MeanAbsoluteError -Within 1e-12
    }

    It 'says that the model is flat where a start leads to a plateau' {
        $fit = 0..30 | ForEach-Object { [pscustomobject]@{ t = $_; y = 3 * [Math]::Exp(-.2 * $_) + 1 } } | Invoke-CurveFit 'a*exp(-b*t)+c' y -InitialValue @{ b = 50 } -WarningAction SilentlyContinue
        "$($fit.StopReason)" | Should -BeExactly Stuck
        $fit.Message | Should -BeExactly 'No step makes the residuals smaller: the model hardly changes with b there, it is a plateau. Start elsewhere, where it changes the model.'
    }

    It 'still says that the model has a kink where it has one' {
        $fit = 0..9 | ForEach-Object { [pscustomobject]@{ t = $_; y = $_ + 0.1 * [Math]::Sin(9 * $_) } } | Invoke-CurveFit 'abs(t - a) + 0*t' y -InitialValue @{ a = 5 } -WarningAction SilentlyContinue
        $fit.Message | Should -Not -Match plateau
    }
}
