BeforeAll {
    $rows = foreach ($i in 1..30) {
        $kind = 'low', 'mid', 'top'
        [pscustomobject]@{
            t    = $i
            u    = [math]::Round([math]::Cos(3 * $i), 3)
            day  = [datetime]::new(2026, 1, 1).AddDays(2 * $i).ToString('yyyy-MM-dd')
            g    = 'a', 'b', 'c' | Select-Object -Index ($i % 3)
            w    = 1 + $i % 4
            y    = [math]::Round(5 * [math]::Exp(-0.2 * $i) + 1 + 0.1 * [math]::Sin(7 * $i), 3)
            n    = [int](3 + 2 * [math]::Sin($i))
            kind = $kind[[math]::Min(2, [int][math]::Floor(($i + 4 * [math]::Sin(5 * $i) + 4) / 13))]
            late = $i + 8 * [math]::Sin(5 * $i) -gt 15
        }
    }
    function Invoke-Training([object[]]$Training, [string]$Model) {
        switch ($Model) {
            linear { $Training | Invoke-LinearRegression -Feature t, u, g -Label y }
            dates { $Training | Invoke-LinearRegression -Feature day, u -Label y -NoIntercept }
            ridge { $Training | Invoke-LinearRegression -Feature t, u -Label y -Ridge 0.1 -Lasso 0.01 }
            weighted { $Training | Invoke-LinearRegression -Feature t, u -Label y -Weight w }
            logistic { $Training | Invoke-LinearRegression -Feature u, t -Label late -Family Binomial }
            poisson { $Training | Invoke-LinearRegression -Feature u, t -Label n -Family Poisson -Weight w }
            curve { $Training | Invoke-CurveFit 'a*exp(-b*t) + c' -Label y -InitialValue @{ a = 1; b = 0.1; c = 0 } -Restart 2 -Seed 4 }
            robust { $Training | Invoke-CurveFit 'a*exp(-b*t) + c' -Label 'y + 1' -Weight '1/w' -InitialValue @{ a = 1; b = 0.1; c = 0 } -LossFunction Huber -LossScale 0.1 -UpperBound @{ b = 1 } }
            loss { $Training | Start-NetworkTraining '(y - (a*t + b*u + c))^2' -Prediction 'a*t + b*u + c' -Epoch 30 -LearningRate 0.001 -Seed 5 -InitialValue @{ c = 1 } -Shuffle -Optimizer Adam -BatchSize 4 }
            single { $Training | Start-NetworkTraining 'w*(y - (a*t + c))^2' -Prediction 'a*t + c' -Epoch 20 -LearningRate 0.0001 -Seed 5 -Precision Single -Initializer Normal -Restart 3 }
            classes {
                $made = New-NeuralNetwork -InputSize 5 -Layer 4, tanh, 3, softmax -Seed 3
                $Training | Start-NetworkTraining -Network $made -Feature t, u, g -Label kind -Standardize -Epoch 40 -Seed 7 -BatchSize 8 -Shuffle -Optimizer Momentum
            }
            numbers {
                $made = New-NeuralNetwork -InputSize 2 -Layer 3, tanh, 1, linear -Seed 3
                $Training | Start-NetworkTraining -Network $made -Feature t, u -Label y -Standardize -Epoch 40 -Seed 7 -Restart 2 -Patience 5 -ValidationFraction 0.2 -Optimizer Adam
            }
            scaled {
                $made = New-NeuralNetwork -InputSize 2 -Layer 3, tanh, 2 -Seed 3
                $Training | Start-NetworkTraining -Network $made -Feature t, u -Label y, n -Standardize -StandardizeTarget -Epoch 20 -Seed 7 -ValidationFraction 0.2 -LearningRateSchedule Step -StepEpoch 9 -ClipNorm 0.5
            }
            given {
                $made = New-NeuralNetwork -Weight (, [double[, ]]::new(2, 2)) -Bias (, [double[]](0.1, 0.2)) -Activation Linear
                $Training | Start-NetworkTraining -Network $made -Feature t, u -Label y, n -Epoch 5 -LearningRate 0.0001 -Seed 1
            }
            sigmoid {
                $made = New-NeuralNetwork -InputSize 2 -Layer 3, tanh, 1, sigmoid -Precision Single -Seed 2
                $Training | Start-NetworkTraining -Network $made -Feature t, u -Label late -Standardize -Epoch 30 -Seed 7 -WeightDecay 0.001 -InputNoise 0.01
            }
        }
    }
    $labels = @{ loss = 'y'; single = 'y' }
    function Get-Fault([scriptblock]$Call) {
        try { $null = & $Call; 'none' } catch { ($_.FullyQualifiedErrorId -split ',')[0] }
    }
}

Describe 'Cross-validation' {
    It 'fits a <_> to the other folds as its cmdlet would by hand' -ForEach 'linear', 'dates', 'ridge', 'weighted', 'logistic', 'poisson', 'curve', 'robust', 'loss', 'single', 'classes', 'numbers', 'scaled', 'given', 'sigmoid' {
        $model = Invoke-Training $rows $_
        $label = $labels[$_] ? @{ Label = $labels[$_] } : @{}
        $test = $rows | Test-AutodiffModel $model @label -CrossValidationFold 3 -Seed 6
        $test.Rows | Should -Be 30
        $test.FoldLosses.Count | Should -Be 3
        @($test.Folds | Group-Object -NoElement | ForEach-Object Count) | Should -BeExactly 10, 10, 10
        $hits = 0
        foreach ($fold in 1..3) {
            $kept = 0..29 | Where-Object { $test.Folds[$_] -ne $fold } | ForEach-Object { $rows[$_] }
            $left = 0..29 | Where-Object { $test.Folds[$_] -eq $fold } | ForEach-Object { $rows[$_] }
            $made = Invoke-Training $kept $_
            $byHand = $left | Test-AutodiffModel $made @label
            $test.FoldLosses[$fold - 1] | Should -BeExactly $byHand.Loss
            if ($null -ne $test.Accuracy) { $hits += $byHand.Accuracy * 10; continue }
            $outputs = $test.Residuals.Count / 30
            $residuals = 0..29 | Where-Object { $test.Folds[$_] -eq $fold } | ForEach-Object { $test.Residuals[($outputs * $_)..($outputs * $_ + $outputs - 1)] }
            $residuals | Should -BeExactly $byHand.Residuals
        }
        if ($null -ne $test.Accuracy) { $test.Accuracy | Should -Be ($hits / 30) }
        else { $test.RSquared | Should -BeLessThan 1 }
    }
    It 'does the same with a <_> out of a file, a job or Clixml' -ForEach 'linear', 'weighted', 'robust', 'loss', 'single', 'classes', 'scaled', 'given' {
        $model = Invoke-Training $rows $_
        $label = $labels[$_] ? @{ Label = $labels[$_] } : @{}
        $expected = $rows | Test-AutodiffModel $model @label -CrossValidationFold 3 -Seed 2
        $file = Join-Path $TestDrive "$_.json"
        Export-AutodiffModel $file -Model $model
        $model | Export-Clixml "$file.xml"
        foreach ($read in (Import-AutodiffModel $file), (Import-Clixml "$file.xml")) {
            $test = $rows | Test-AutodiffModel $read @label -CrossValidationFold 3 -Seed 2
            $test.FoldLosses | Should -BeExactly $expected.FoldLosses
            $test.Folds | Should -BeExactly $expected.Folds
        }
    }

    It 'deals rows as a training does for validation' {
        $made = New-NeuralNetwork -InputSize 2 -Layer 3, tanh, 1, linear -Seed 3
        $training = $rows | Start-NetworkTraining -Network $made -Feature t, u -Label y -Epoch 2 -Seed 9 -ValidationFraction 0.2 -LearningRate 0.0001
        $test = $rows | Test-AutodiffModel $training -CrossValidationFold 5 -Seed 9
        $first = 0..29 | Where-Object { $test.Folds[$_] -eq 1 } | ForEach-Object { $rows[$_] }
        $first.Count | Should -Be 6
        ($first | Test-AutodiffModel $training).Loss | Should -BeExactly $training.ValidationLoss[-1]
        $again = $rows | Test-AutodiffModel $training -CrossValidationFold 5 -Seed 9 -ThrottleLimit 1
        $again.FoldLosses | Should -BeExactly $test.FoldLosses
        ($rows | Test-AutodiffModel $training -CrossValidationFold 5 -Seed 10).Folds | Should -Not -Be $test.Folds
    }

    It 'takes arrays as it takes rows' {
        $data = [double[, ]]::new(30, 2)
        foreach ($i in 0..29) { $data[$i, 0], $data[$i, 1] = $rows[$i].t, $rows[$i].u }
        $regression = Invoke-LinearRegression -Data $data -Target $rows.y
        $test = Test-AutodiffModel $regression -Data $data -Target $rows.y -CrossValidationFold 3 -Seed 6
        $test.Residuals | Should -BeExactly ($rows | Test-AutodiffModel ($rows | Invoke-LinearRegression -Feature t, u -Label y) -CrossValidationFold 3 -Seed 6).Residuals
        $made = New-NeuralNetwork -InputSize 2 -Layer 3, tanh, 3, softmax -Seed 3
        $network = Start-NetworkTraining -Network $made -Data $data -Target $rows.kind -Standardize -Epoch 20 -Seed 7
        $named = $rows | Start-NetworkTraining -Network $made -Feature t, u -Label kind -Standardize -Epoch 20 -Seed 7
        $test = Test-AutodiffModel $network -Data $data -Target $rows.kind -CrossValidationFold 3 -Seed 6
        $test.FoldLosses | Should -BeExactly ($rows | Test-AutodiffModel $named -CrossValidationFold 3 -Seed 6).FoldLosses
        $weighted = $rows | Invoke-LinearRegression -Feature t, u -Label y -Weight w
        Get-Fault { Test-AutodiffModel $weighted -Data $data -Target $rows.y -CrossValidationFold 3 -ErrorAction Stop } | Should -BeExactly DataInvalid
    }

    It 'says why <What> cannot be fitted again' -ForEach @(
        @{ What = 'a network that was not trained'; Model = { New-NeuralNetwork 2 1, linear -Seed 1 }; Says = '*does not say how it was trained*' }
        @{ What = 'a pruned network'; Model = { Optimize-NeuralNetwork (Invoke-Training $rows numbers) -Fraction 0.3 -Method Magnitude }; Says = '*was pruned or changed*' }
        @{ What = 'a network that was trained on'; Model = { $rows | Start-NetworkTraining -Network (Invoke-Training $rows numbers) -Epoch 1 }; Says = '*had been trained before*' }
        @{ What = 'a fit with a covariance'; Model = { $rows | Invoke-LinearRegression -Feature t -Label y -Covariance (1..30) }; Says = '*-Covariance*-Weight*' }
    ) {
        $made = & $Model
        { $rows | Test-AutodiffModel $made -CrossValidationFold 3 } | Should -Throw $Says
    }

    It 'says which fold cannot be fitted' {
        $few = $rows | Select-Object t, @{ Name = 'g'; Expression = { $_.t -eq 7 ? 'rare' : $_.g } }, kind, y
        $made = New-NeuralNetwork -InputSize 5 -Layer 3, softmax -Seed 1
        $network = $few | Start-NetworkTraining -Network $made -Feature t, g -Label kind -Epoch 2 -Standardize -Seed 1
        { $few | Test-AutodiffModel $network -CrossValidationFold 3 } | Should -Throw "Fold*level 'rare' of 'g'*"
        $wild = $rows | Start-NetworkTraining '(y - a*t)^2' -Prediction 'a*t' -Epoch 400 -LearningRate 1 -Seed 1 -ErrorAction SilentlyContinue
        { $rows | Test-AutodiffModel $wild -Label y -CrossValidationFold 3 } | Should -Throw 'Fold 1 of 3.*the training stopped at step*'
        $faults = $null
        $gap = $rows | Select-Object t, u, y, @{ Name = 'w'; Expression = { $_.t -eq 4 ? '' : $_.w } }
        $test = $gap | Test-AutodiffModel (Invoke-Training $rows weighted) -CrossValidationFold 3 -ErrorVariable faults -ErrorAction SilentlyContinue
        $test.Rows | Should -Be 29
        $faults[0].Exception.Message | Should -BeLike "Row 4, column 'w'*"
    }

    It 'refuses a file whose training is damaged: <Name>' -ForEach @(
        @{ Name = 'no options'; Old = '"options":\{[^}]*\},'; New = '' }
        @{ Name = 'a rate below 0'; Old = '"learningRate":[^,]+'; New = '"learningRate":-1' }
        @{ Name = 'something more'; Old = '"epochs":'; New = '"more":1,"epochs":' }
        @{ Name = 'no start'; Old = ',"startSeed":3'; New = '' }
    ) {
        $file = Join-Path $TestDrive damaged.json
        Export-AutodiffModel $file -Model (Invoke-Training $rows numbers)
        $text = Get-Content $file -Raw
        $text | Should -Match $Old
        $text -replace $Old, $New | Set-Content $file
        { Import-AutodiffModel $file } | Should -Throw "*'training'*"
    }
}

Describe 'Folds whose fit is doubtful' {
    It 'names in one warning the folds whose rows are separated, as the fit of these rows does' {
        $mixed = foreach ($i in 1..20) { [pscustomobject]@{ x = $i; late = ($i -gt 10) -ne ($i -eq 9) } }
        $model = $mixed | Invoke-LinearRegression -Feature x -Label late -Family Binomial
        $test = $mixed | Test-AutodiffModel -Model $model -CrossValidationFold 10 -Seed 1 -WarningVariable warnings -WarningAction SilentlyContinue
        $separated = foreach ($fold in 1..10) {
            $others = for ($i = 0; $i -lt 20; $i++) { if ($test.Folds[$i] -ne $fold) { $mixed[$i] } }
            $fit = $others | Invoke-LinearRegression -Feature x -Label late -Family Binomial -WarningAction SilentlyContinue
            if ($fit.Separated.Count) { $fold }
        }
        # Those that leave out row 9, or row 10.
        $separated | Should -Be ($test.Folds[8, 9] | Sort-Object)
        $warnings.Count | Should -Be 1
        "$warnings" | Should -BeLike "In folds $($separated -join ', ') of 10 the rows of the fit are separated:*"
    }
}
