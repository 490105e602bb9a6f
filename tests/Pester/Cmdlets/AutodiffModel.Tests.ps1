BeforeAll {
    $rows = foreach ($t in 1..24) {
        [pscustomobject]@{
            t = $t
            y = [math]::Round(5 * [math]::Exp(-0.2 * $t) + 1 + 0.1 * [math]::Sin(7 * $t), 3)
            kind = $t + 8 * [math]::Sin(5 * $t) -gt 12 ? 'late' : 'early'
            group = "g$($t % 3)"
        }
    }
    $models = @{
        curve    = $rows | Invoke-CurveFit 'a*exp(-b*t) + c' -Label y -InitialValue @{ a = 1; b = 0.1; c = 0 }
        linear   = $rows | Invoke-LinearRegression -Feature t, group -Label y
        logistic = $rows | Invoke-LinearRegression -Feature t -Label kind -Family Binomial
        loss     = $rows | Start-NetworkTraining '(y - (a*t + b))^2' -Prediction 'a*t + b' -Epoch 20 -LearningRate 0.001 -Seed 1
    }
    function Get-Fault([scriptblock]$Call) {
        try { $null = & $Call; 'none' } catch { ($_.FullyQualifiedErrorId -split ',')[0] }
    }
}

Describe 'One contract for models' {
    It 'predicts with a <_> what its expression says' -ForEach 'curve', 'linear', 'loss' {
        $model = $models[$_]
        $predicted = $rows | Invoke-AutodiffModel $model
        $predicted.Count | Should -Be $rows.Count
        $at = @{ t = 7; 'group=g1' = 1; 'group=g2' = 0 }
        $predicted[6].Prediction | Should -BeExactly ($model.Expression | Measure-Expression -At $at)
        $predicted[6].y | Should -BeExactly $rows[6].y
    }

    It 'gives classes and probabilities with a logistic regression' {
        $predicted = $rows | Invoke-AutodiffModel $models.logistic
        $predicted[0].Prediction | Should -BeExactly early
        $predicted[23].Prediction | Should -BeExactly late
        foreach ($row in $predicted) {
            $row.P_early + $row.P_late | Should -Be 1
            $row.Probability | Should -Be ([math]::Max($row.P_early, $row.P_late))
        }
    }

    It 'gives limits with -Interval, wider ones for a new label' {
        $row = $rows[4] | Invoke-AutodiffModel $models.curve -Interval Confidence, Prediction -Confidence 0.9
        $limits = $models.curve.LimitsFor([double[, ]]::new(1, 1), 'Confidence', 0.9)
        $row.LowerPredictionLimit | Should -BeLessThan $row.LowerConfidenceLimit
        $row.LowerConfidenceLimit | Should -BeLessThan $row.Prediction
        $row.Prediction | Should -BeLessThan $row.UpperConfidenceLimit
        $row.UpperConfidenceLimit | Should -BeLessThan $row.UpperPredictionLimit
        $limits[0, 1] | Should -BeGreaterThan $limits[0, 0]
        ($rows[4] | Invoke-AutodiffModel $models.linear -Interval Confidence).psobject.Properties.Name | Should -Contain UpperConfidenceLimit
        $class = $rows[4] | Invoke-AutodiffModel $models.logistic -Interval Confidence
        $class.LowerConfidenceLimit | Should -BeLessThan $class.Probability
        $class.UpperConfidenceLimit | Should -BeGreaterThan $class.Probability
    }

    It 'says that a <_> has no such limits' -ForEach 'loss', 'logistic' {
        Get-Fault { $rows | Invoke-AutodiffModel $models[$_] -Interval Prediction -ErrorAction Stop } | Should -BeExactly LimitsMissing
    }

    It 'predicts rows of a matrix with any model' {
        $matrix = [double[, ]]::new(2, 1)
        $matrix[1, 0] = 3
        $outputs = Invoke-AutodiffModel $models.loss -Data $matrix
        $outputs[1, 0] | Should -BeExactly ($rows[2] | Invoke-AutodiffModel $models.loss).Prediction
    }

    It 'reports an unknown level as an error of its row' {
        $fault = $null
        $good = @([pscustomobject]@{ t = 1; group = 'new' }, $rows[1]) | Invoke-AutodiffModel $models.linear -ErrorVariable fault -ErrorAction SilentlyContinue
        @($good).Count | Should -Be 1
        $fault[0].FullyQualifiedErrorId | Should -BeLike 'LevelUnknown,*'
    }

    It 'measures the residuals that the fit had' {
        $test = $rows | Test-AutodiffModel $models.curve
        $test.RSquared | Should -BeGreaterThan 0.99
        $test.RSquared | Should -Be $models.curve.RSquared
        ($test.Residuals | ForEach-Object { $_ * $_ } | Measure-Object -Sum).Sum | Should -Be $models.curve.ResidualSumOfSquares
        [math]::Abs($test.RootMeanSquaredError - [math]::Sqrt($models.curve.ResidualSumOfSquares / 24)) | Should -BeLessThan 1e-12
        $test.MeanAbsoluteError | Should -Be (($test.Residuals | ForEach-Object { [math]::Abs($_) } | Measure-Object -Average).Average)
        $test.Accuracy | Should -BeNullOrEmpty
        ($rows | Test-AutodiffModel $models.loss -Label y).Rows | Should -Be 24
        Get-Fault { $rows | Test-AutodiffModel $models.loss -ErrorAction Stop } | Should -BeExactly LabelMissing
        ($rows | Test-AutodiffModel $models.logistic).Accuracy | Should -BeGreaterThan 0.7
    }

    It 'leaves each row out once with as many folds as rows' {
        # The residuals of leaving one out are those of the fit over 1 - h, with h the diagonal of the hat matrix.
        $line = $rows | Invoke-LinearRegression -Feature t -Label y
        $test = $rows | Test-AutodiffModel $line -CrossValidationFold 24
        $fitted = ($rows | Test-AutodiffModel $line).Residuals
        $mean = 12.5
        $sum = (1..24 | ForEach-Object { ($_ - $mean) * ($_ - $mean) } | Measure-Object -Sum).Sum
        foreach ($i in 0..23) {
            $leverage = 1 / 24 + ($i + 1 - $mean) * ($i + 1 - $mean) / $sum
            [math]::Abs($test.Residuals[$i] - $fitted[$i] / (1 - $leverage)) | Should -BeLessThan 1e-12
        }
        $test.FoldLosses.Count | Should -Be 24
    }

    It 'cross-validates fits, and wants as many rows as folds' {
        $test = $rows | Test-AutodiffModel $models.curve -CrossValidationFold 4
        $test.FoldLosses.Count | Should -Be 4
        $test.Loss | Should -BeGreaterThan ($rows | Test-AutodiffModel $models.curve).Loss
        ($rows | Test-AutodiffModel $models.logistic -CrossValidationFold 4).Accuracy | Should -BeGreaterThan 0.5
        Get-Fault { $rows | Test-AutodiffModel $models.curve -CrossValidationFold 25 -ErrorAction Stop } | Should -BeExactly RowsTooFew
    }

    It 'brings a <_> back from a file with every bit' -ForEach 'curve', 'linear', 'logistic', 'loss' {
        $file = Join-Path $TestDrive "$_.json"
        $models[$_] | Export-AutodiffModel $file
        $read = Import-AutodiffModel $file
        $read.Expression.ToString() | Should -BeExactly $models[$_].Expression.ToString()
        ($rows | Invoke-AutodiffModel $read | ConvertTo-Json) | Should -BeExactly ($rows | Invoke-AutodiffModel $models[$_] | ConvertTo-Json)
        if ($_ -ne 'loss') {
            ($rows | Invoke-AutodiffModel $read -Interval Confidence | ConvertTo-Json) | Should -BeExactly ($rows | Invoke-AutodiffModel $models[$_] -Interval Confidence | ConvertTo-Json)
            (ConvertTo-Json $read -Depth 1 -WarningAction Ignore) | Should -Not -BeNullOrEmpty
        }
    }

    It 'refuses a file in which <What>' -ForEach @(
        @{ What = 'something was added'; Change = { $_ -replace '"version": 1', '"version": 1, "more": 2' } }
        @{ What = 'the version is later'; Change = { $_ -replace '"version": 1', '"version": 99' } }
        @{ What = 'the kind is unknown'; Change = { $_ -replace '"LinearRegression"', '"Other"' } }
        @{ What = 'a feature is missing'; Change = { $_ -replace '"features":\["t",', '"features":[' } }
        @{ What = 'the end is missing'; Change = { $_.Substring(0, $_.Length / 2) } }
    ) {
        $file = Join-Path $TestDrive damaged.json
        Export-AutodiffModel $file -Model $models.linear
        Set-Content $file (Get-Content $file -Raw | ForEach-Object $Change) -NoNewline
        Get-Fault { Import-AutodiffModel $file -ErrorAction Stop } | Should -BeExactly ObjectText
    }

    It 'does not let a fold predict what its fit cannot know' {
        $steep = 1..8 | ForEach-Object { [pscustomobject]@{ x = $_ -eq 8 ? 5 : 1; y = $_ -eq 8 ? 1000 : $_ } }
        $curve = $steep | Invoke-CurveFit 'a + b*x' y
        { $steep | Test-AutodiffModel $curve -CrossValidationFold 8 } | Should -Throw '*other rows do not determine*'
        $levels = 1..12 | ForEach-Object { [pscustomobject]@{ g = $_ -eq 6 ? 'rare' : $_ % 2 ? 'odd' : 'even'; y = $_ } }
        $model = $levels | Invoke-LinearRegression -Label y
        { $levels | Test-AutodiffModel $model -CrossValidationFold 12 } | Should -Throw "*level 'rare' of 'g' is in none of the other rows*"
    }

    It 'leaves out rows where the model has no value' {
        $model = 1..9 | ForEach-Object { [pscustomobject]@{ x = $_; y = 2 * [math]::Sqrt($_) + 0.01 * ($_ % 3) } } | Invoke-CurveFit 'a*sqrt(x)' y
        $test = @{ x = -4; y = 1 }, @{ x = 4; y = 4 }, @{ x = 9; y = 6 } | ForEach-Object { [pscustomobject]$_ } | Test-AutodiffModel $model -ErrorVariable faults -ErrorAction SilentlyContinue
        $test.Rows | Should -Be 2
        $faults[0].FullyQualifiedErrorId | Should -BeLike 'ValueNotFinite*'
        [pscustomobject]@{ x = -4 } | Invoke-AutodiffModel $model -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'refuses a file whose <Name>' -ForEach @(
        @{ Name = 'classes are of another family'; Kind = 'logistic'; Old = '"family": ?"Binomial"'; New = '"family":"Poisson"' }
        @{ Name = 'parameter is too large for a double'; Kind = 'curve'; Old = '("parameters": ?\{\s*"\w+": ?)[^,}]+'; New = '${1}1e999' }
        @{ Name = 'degrees of freedom are below 0'; Kind = 'linear'; Old = '("residualDegreesOfFreedom": ?)\d+'; New = '${1}-5' }
        @{ Name = 'count of rows is below 0'; Kind = 'curve'; Old = '("rows": ?)\d+'; New = '${1}-3' }
    ) {
        $file = Join-Path $TestDrive damaged.json
        $models[$Kind] | Export-AutodiffModel $file
        $text = Get-Content $file -Raw
        $text | Should -Match $Old
        $text -replace $Old, $New | Set-Content $file
        { Import-AutodiffModel $file } | Should -Throw '*not that of a model*'
    }

    It 'takes the names that networks alone had' {
        ($rows[0] | Invoke-NeuralNetwork $models.loss).Prediction | Should -BeExactly ($rows[0] | Invoke-AutodiffModel -Network $models.loss).Prediction
        ($rows | Test-NeuralNetwork $models.curve).Rows | Should -Be 24
    }

    It 'comes live out of a job' {
        $manifest = Join-Path (Get-Module PSAutodiff).ModuleBase PSAutodiff.psd1
        $job = Start-Job {
            Import-Module $using:manifest
            1..5 | ForEach-Object { [pscustomobject]@{ t = $_; y = 2 * $_ + $_ % 2 } } | Invoke-LinearRegression -Feature t -Label y
        }
        $model = $job | Receive-Job -Wait -AutoRemoveJob
        ($rows[0] | Invoke-AutodiffModel $model -Interval Prediction).UpperPredictionLimit | Should -BeGreaterThan 2
    }
}
