BeforeAll {
    $rows = foreach ($i in 1..40) {
        [pscustomobject]@{
            x     = $i
            ok    = [int]($i + 15 * [math]::Sin(7 * $i) -gt 20)
            text  = [string][int]($i + 15 * [math]::Sin(7 * $i) -gt 20)
            flag  = $i + 15 * [math]::Sin(7 * $i) -gt 20
            part  = [math]::Round(1 / (1 + [math]::Exp(2 - $i / 10)), 2)
            n     = [int](2 + $i / 10 + [math]::Sin($i))
            y     = 2 * $i + [math]::Sin($i)
            three = 'a', 'b', 'c' | Select-Object -Index ($i % 3)
        }
    }
    function Get-Fault([scriptblock]$Call) {
        try { $null = & $Call; 'none' } catch { ($_.FullyQualifiedErrorId -split ',')[0] }
    }
}

Describe 'Families' {
    It 'gives the class and its probability in the labels of the column <Label>' -ForEach @(
        @{ Label = 'ok'; Zero = 0; One = 1 }
        @{ Label = 'text'; Zero = '0'; One = '1' }
        @{ Label = 'flag'; Zero = $false; One = $true }
    ) {
        $model = $rows | Invoke-LinearRegression -Feature x -Label $Label -Family Binomial
        $model.Classes | Should -BeExactly @($Zero, $One)
        $predicted = $rows | Invoke-AutodiffModel $model -Interval Confidence
        $predicted[0].Prediction | Should -BeExactly $Zero
        $predicted[0].Prediction.GetType() | Should -Be $Zero.GetType()
        $predicted[39].Prediction | Should -BeExactly $One
        foreach ($row in $predicted) {
            # The limits are those of the probability that stands beside them.
            $row.LowerConfidenceLimit | Should -BeLessThan $row.Probability
            $row.UpperConfidenceLimit | Should -BeGreaterThan $row.Probability
            $row.Probability | Should -BeGreaterOrEqual 0.5
        }
        $predicted[39]."P_$One" | Should -BeExactly ($model.Expression | Measure-Expression -At @{ x = 40 })
        $test = $rows | Test-AutodiffModel $model
        $test.Accuracy | Should -BeGreaterThan 0.7
        [math]::Abs($test.Deviance - $model.Deviance) | Should -BeLessThan 1e-9
        [math]::Abs($test.Loss - $model.Deviance / 80) | Should -BeLessThan 1e-9
        # Another writing of 0 and 1 is no other label.
        $other = $rows | Select-Object x, @{ Name = $Label; Expression = { [string]$_.$Label -in '1', 'True' ? 1.0 : 0.0 } }
        if ($Label -ne 'flag') { ($other | Test-AutodiffModel $model).Accuracy | Should -BeExactly $test.Accuracy }
    }

    It 'leaves parts from 0 to 1 numbers' {
        $model = $rows | Invoke-LinearRegression -Feature x -Label part -Family Binomial -WarningAction Ignore
        $model.Classes | Should -BeNullOrEmpty
        ($rows[4] | Invoke-AutodiffModel $model).Prediction | Should -BeOfType double
        $faults = $null
        $test = @($rows[1..20]) + [pscustomobject]@{ x = 1; part = 1.5 } | Test-AutodiffModel $model -ErrorVariable faults -ErrorAction SilentlyContinue
        $test.Rows | Should -Be 20
        $faults[0].Exception.Message | Should -BeLike 'Row 21*1.5 is not from 0 to 1*'
        $test.Deviance | Should -BeGreaterThan 0
    }

    It 'measures counts by their deviance, and takes what the fit takes' {
        $model = $rows | Invoke-LinearRegression -Feature x -Label n -Family Poisson
        $test = $rows | Test-AutodiffModel $model
        [math]::Abs($test.Deviance - $model.Deviance) | Should -BeLessThan 1e-9
        $faults = $null
        $test = @($rows[1..20]) + [pscustomobject]@{ x = 1; n = -3 } | Test-AutodiffModel $model -ErrorVariable faults -ErrorAction SilentlyContinue
        $test.Rows | Should -Be 20
        $faults[0].Exception.Message | Should -BeLike "Row 21, column 'n': -3 is not a count*"
        Get-Fault { Test-AutodiffModel $model -Data ([double[, ]]::new(2, 1)) -Target 1, -3 -ErrorAction Stop } | Should -BeExactly TargetInvalid
        ($rows | Test-AutodiffModel ($rows | Invoke-LinearRegression -Feature x -Label y)).Deviance | Should -BeNullOrEmpty
    }

    It 'calls a regression no network' {
        { $rows | Invoke-LinearRegression -Feature x -Label three -Family Binomial } | Should -Throw '*a logistic regression takes two*'
        $model = $rows | Invoke-LinearRegression -Feature x -Label flag -Family Binomial
        { [pscustomobject]@{ x = 1; flag = 'maybe' } | Test-AutodiffModel $model -ErrorAction Stop } | Should -Throw "*the model does not know the label 'maybe'*"
        $file = Join-Path $TestDrive damaged.json
        Export-AutodiffModel $file -Model $model
        $text = Get-Content $file -Raw
        foreach ($damaged in $text.Substring(3), "x$text", ($text -replace '"format"', '"formal"'), '{}', '[1]') {
            Set-Content $file $damaged
            $message = try { Import-AutodiffModel $file } catch { $_.Exception.Message }
            $message | Should -BeLike '*a model*'
            $message | Should -Not -BeLike '*of a network*'
        }
    }
}

Describe 'Files that say two things' {
    It 'refuses a <Kind> whose <Member> does not agree with the rest' -ForEach @(
        @{ Kind = 'linear'; Member = 'expression'; Old = '"expression": ?"[^"]*"'; New = '"expression":"2*x"' }
        @{ Kind = 'curve'; Member = 'expression'; Old = '"expression": ?"[^"]*"'; New = '"expression":"2*x"' }
        @{ Kind = 'linear'; Member = 'rankDeficient'; Old = '"rankDeficient": ?false'; New = '"rankDeficient":true' }
    ) {
        $model = $Kind -eq 'linear' ? ($rows | Invoke-LinearRegression -Feature x -Label y) : ($rows | Invoke-CurveFit 'a*x + b' y)
        $file = Join-Path $TestDrive two.json
        Export-AutodiffModel $file -Model $model
        $text = Get-Content $file -Raw
        $text | Should -Match $Old
        $text -replace $Old, $New | Set-Content $file
        { Import-AutodiffModel $file } | Should -Throw "*'$Member' does not agree*"
    }

    It 'says what is missing where there is no covariance' {
        $file = Join-Path $TestDrive none.json
        $rows | Invoke-CurveFit 'a*x + b' y | Export-AutodiffModel $file
        (Get-Content $file -Raw) -replace '"covarianceRoot": ?\[\[[^\]]*\](,\[[^\]]*\])*\]', '"covarianceRoot":null' | Set-Content $file
        $model = Import-AutodiffModel $file
        { $rows | Invoke-AutodiffModel $model -Interval Confidence -ErrorAction Stop } | Should -Throw '*has no covariance of its parameters*'
    }
}

Describe 'Results' {
    It 'cannot be changed' {
        $linear = $rows | Invoke-LinearRegression -Feature x -Label y
        $curve = $rows | Invoke-CurveFit 'a*x + b' y
        $loss = $rows | Start-NetworkTraining '(y - a*x)^2' -Epoch 1 -LearningRate 1e-6 -Seed 1
        $minimum = Find-Minimum '(x - 1)^2' -InitialValue @{ x = 3 }
        foreach ($numbers in $linear.Coefficients, $linear.StandardErrors, $curve.Parameters, $curve.PValues, $loss.Parameters, $minimum.At, $minimum.Gradient) {
            $name = @($numbers.Keys)[0]
            $before = $numbers[0]
            { $numbers.$name = 100 } | Should -Throw '*read-only*'
            $numbers[0] | Should -BeExactly $before
        }
        $linear.Coefficients.x | Should -BeOfType double
        { ($linear | ConvertTo-Json -Depth 3 -WarningAction Ignore) } | Should -Not -Throw
        [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($linear)).Coefficients.IsReadOnly | Should -BeTrue
    }
}

Describe 'Trained losses' {
    It 'refuses the prediction <Prediction>' -ForEach @(
        @{ Prediction = 'a*x + q'; Says = "*'q'*neither a parameter*" }
        @{ Prediction = 'y'; Says = '*none of the parameters*' }
        @{ Prediction = 'a*x + y'; Says = '*all columns of the loss*' }
        @{ Prediction = '3'; Says = '*none of the parameters*' }
    ) {
        { $rows | Start-NetworkTraining '(y - (a*x + b))^2' -Prediction $Prediction -Epoch 1 -LearningRate 1e-6 -Seed 1 } | Should -Throw $Says
        Get-Fault { $rows | Start-NetworkTraining '(y - (a*x + b))^2' -Prediction $Prediction -Epoch 1 -LearningRate 1e-6 -Seed 1 } | Should -BeExactly PredictionInvalid
    }

    It 'takes the prediction of a column by itself, and of columns that the loss has not' {
        $encoder = $rows | Start-NetworkTraining '(x - d*tanh(e*x))^2 + (n - d*n)^2' -Prediction 'd*tanh(e*x)' -Epoch 1 -LearningRate 1e-9 -Seed 1
        $encoder.Expression.Variables | Should -BeExactly x
        $more = $rows | Start-NetworkTraining '(y - a*x)^2' -Prediction 'a*x + n' -Epoch 1 -LearningRate 1e-9 -Seed 1
        @($rows | Invoke-AutodiffModel $more).Count | Should -Be 40
    }

    It 'warns of a loss that grew' {
        $warnings = $null
        $result = $rows | Start-NetworkTraining '(y - a*x)^2' -Epoch 3 -LearningRate 0.002 -Seed 1 -WarningVariable warnings -WarningAction SilentlyContinue -ErrorAction SilentlyContinue
        $result.FinalLoss | Should -BeGreaterThan 1e10
        "$warnings" | Should -BeLike '*The training diverged*smaller -LearningRate*'
        $good = $rows | Start-NetworkTraining '(y - a*x)^2' -Epoch 3 -LearningRate 0.00001 -Seed 1 -WarningVariable warnings -WarningAction SilentlyContinue
        $good.StopReason | Should -Not -BeNullOrEmpty
        "$warnings" | Should -BeExactly ''
    }
}
