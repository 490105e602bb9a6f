# What a trained network is used for: Invoke-AutodiffModel and Test-AutodiffModel.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $iris = Import-Csv (Join-Path $repositoryRoot 'examples/data/iris.csv')
    $trained = $iris | Start-NetworkTraining -Network (New-NeuralNetwork 4 8, tanh, 3, softmax -Seed 1) -Label Species -Epoch 40 -Seed 1 -Standardize
    # One output: the class 'big' where a + b > 0, exactly by construction.
    $line = New-NeuralNetwork -Weight @((, 10), (, 10)) -Activation sigmoid
    $sides = Start-NetworkTraining -Network $line -Data ((1, 1), (-1, -1)) -Target big, small -Epoch 1 -LearningRate 1e-9
    $flower = [pscustomobject]@{ SepalLength = 5.1; SepalWidth = 3.5; PetalLength = 1.4; PetalWidth = 0.2 }
}

Describe 'Invoke-AutodiffModel on rows' {
    It 'adds the class, its probability and that of each class, and leaves the row as it was' {
        $row = $flower | Invoke-AutodiffModel $trained
        $row.psobject.Properties.Name | Should -BeExactly SepalLength, SepalWidth, PetalLength, PetalWidth, Prediction, Probability, P_setosa, P_versicolor, P_virginica
        $row.Prediction | Should -BeExactly setosa
        $row.Probability | Should -BeExactly $row.P_setosa
        $row.P_setosa + $row.P_versicolor + $row.P_virginica | Assert-Near 1
        $flower.psobject.Properties.Name | Should -BeExactly SepalLength, SepalWidth, PetalLength, PetalWidth
    }

    It 'takes hashtables, and columns in any order' {
        $row = @{ Petalwidth = '0.2'; PetalLength = 1.4; SepalWidth = 3.5; SepalLength = 5.1; Other = 'x' } | Invoke-AutodiffModel $trained
        $row.P_setosa | Should -BeExactly ($flower | Invoke-AutodiffModel $trained).P_setosa
        $row.Other | Should -BeExactly x
    }

    It 'gives each row as it comes' {
        $first = $iris | Invoke-AutodiffModel $trained | Select-Object -First 1
        $first.Prediction | Should -BeExactly setosa
        $seen = [Collections.Generic.List[string]]::new()
        $iris[0..1] | ForEach-Object { $seen.Add('in'); $_ } | Invoke-AutodiffModel $trained | ForEach-Object { $seen.Add('out') }
        $seen | Should -BeExactly in, out, in, out
    }

    It 'adds both probabilities with one output and two classes' {
        $rows = @{ a = 1; b = 1 }, @{ a = -1; b = -1 } | Invoke-AutodiffModel $sides -Feature a, b
        # The classes are 0 = big and 1 = small, in ordinal order; the output is the probability of the second.
        $rows[0].Prediction, $rows[1].Prediction | Should -BeExactly small, big
        $rows[0].P_small | Assert-Near 1 -Within 1e-6
        $rows[1].P_big + $rows[1].P_small | Assert-Near 1
        $rows[1].Probability | Should -BeExactly $rows[1].P_big
    }

    It 'adds a number, or one for each output, when there are no classes' {
        $row = @{ a = 2; b = 3 } | Invoke-AutodiffModel (New-NeuralNetwork -Weight @((, 1), (, 10))) -Feature a, b
        $row.Prediction | Should -BeExactly 32
        $row = @{ a = 2; b = 3 } | Invoke-AutodiffModel (New-NeuralNetwork -Weight @((1, 2), (10, 20))) -Feature a, b
        $row.Prediction_1, $row.Prediction_2 | Should -BeExactly 32, 64
    }

    It 'can be exported as CSV' {
        $path = Join-Path $TestDrive predictions.csv
        $iris[0, 60] | Invoke-AutodiffModel $trained | Export-Csv $path
        (Import-Csv $path).Prediction | Should -BeExactly setosa, versicolor
    }

    It 'says what is wrong with a row, and goes on' {
        $outcome = Get-Outcome { $null, $flower, @{ SepalLength = 1 }, ($flower | Select-Object *, @{ n = 'Prediction'; e = { 1 } }), 5, $flower | Invoke-AutodiffModel $trained }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly RowNull, ColumnMissing, PropertyExists, ColumnMissing
        $outcome.Errors[1].Exception.Message | Should -BeLike "Row 3 *'SepalWidth'*"
        $outcome.Output | Should -HaveCount 2
    }
}

Describe 'Invoke-AutodiffModel -Data' {
    It 'gives rows x outputs, raw inputs scaled as in training' {
        $outputs = Invoke-AutodiffModel -Network $trained -Data ((5.1, 3.5, 1.4, 0.2), (6.7, 3, 5.2, 2.3))
        , $outputs | Should -BeOfType 'double[,]'
        $outputs.GetLength(0), $outputs.GetLength(1) | Should -BeExactly 2, 3
        $outputs[0, 0] | Should -BeExactly ($flower | Invoke-AutodiffModel $trained).P_setosa
    }

    It 'gives the same as Predict' {
        $data = [double[, ]]::new(3, 4)
        $expected = $trained.Network.Predict($data)
        $outputs = Invoke-AutodiffModel $trained -Data $data
        foreach ($i in 0..2) { foreach ($j in 0..2) { $outputs[$i, $j] | Should -BeExactly $expected[$i, $j] } }
    }
}

Describe 'What Invoke-AutodiffModel refuses' {
    It '<What>: <Id>' -ForEach @(
        @{ What = 'no network'; Id = 'ModelMissing'; Call = { $flower | Invoke-AutodiffModel } }
        @{ What = 'the result of another training'; Id = 'ModelMissing'; Call = { $flower | Invoke-AutodiffModel (@{ x = 1 } | Start-NetworkTraining '(x-a)^2' -Epoch 1) } }
        @{ What = 'no rows'; Id = 'RowsMissing'; Call = { @() | Invoke-AutodiffModel $trained } }
        @{ What = 'a network that does not know its columns'; Id = 'FeatureMissing'; Call = { @{ a = 1; b = 2 } | Invoke-AutodiffModel $line } }
        @{ What = 'other columns than inputs'; Id = 'FeatureCount'; Call = { @{ a = 1; b = 2 } | Invoke-AutodiffModel $trained -Feature a, b } }
        @{ What = 'data of another width'; Id = 'FeatureCount'; Call = { Invoke-AutodiffModel $trained -Data ((1, 2), (3, 4)) } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "$Id,PSAutodiff.Commands.InvokeAutodiffModelCommand"
    }
}

Describe 'Test-AutodiffModel' {
    BeforeAll {
        $test = $iris | Test-AutodiffModel $trained
    }

    It 'gives loss and accuracy' {
        $test | Should -BeOfType PSAutodiff.ModelTest
        $test.Rows | Should -Be 150
        $test.Loss | Assert-Near $trained.FinalLoss -Within 1e-14
        $right = @($iris | Invoke-AutodiffModel $trained | Where-Object { $_.Prediction -ceq $_.Species }).Count
        $test.Accuracy | Should -BeExactly ($right / 150)
    }

    It 'counts which class was taken for which' {
        $matrix = $test.ConfusionMatrix
        ($matrix.Counts | Measure-Object -Sum).Sum | Should -Be 150
        $matrix['setosa', 'setosa'] | Should -Be @($iris | Where-Object Species -EQ setosa | Invoke-AutodiffModel $trained | Where-Object Prediction -EQ setosa).Count
        $table = $matrix.ToTable()
        $table[1].Actual | Should -BeExactly versicolor
        $table[1].virginica | Should -Be $matrix['versicolor', 'virginica']
    }

    It 'gives precision, recall and F1 of a matrix that can be checked by hand' {
        # Two classes, always answered 'small' but for one row.
        $by = @{ a = 1; b = 1; y = 'small' }, @{ a = 1; b = 1; y = 'big' }, @{ a = 1; b = 1; y = 'small' }, @{ a = -1; b = -1; y = 'big' } | Test-AutodiffModel $sides -Feature a, b -Label y
        $by.Accuracy | Should -BeExactly 0.75
        $big, $small = $by.Classes
        $big.Class, $big.Rows, $big.Predicted, $big.Precision, $big.Recall | Should -BeExactly big, 2, 1, 1, 0.5
        $small.Precision | Assert-Near (2 / 3)
        $small.Recall | Should -BeExactly 1
        $small.F1 | Assert-Near 0.8
    }

    It 'takes 0 and 1 for classes with one sigmoid output, and other numbers for numbers' {
        (Test-AutodiffModel $line -Data ((1, 1), (-1, -1)) -Target 1, 1).Accuracy | Should -BeExactly 0.5
        $numbers = Test-AutodiffModel $line -Data ((1, 1), (-1, -1)) -Target 1, 0.5 -LossFunction MeanSquaredError
        $null -eq $numbers.Accuracy | Should -BeTrue
        $numbers.Loss | Assert-Near 0.125 -Within 1e-6
    }

    It 'says which labels it does not know, and goes on' {
        $outcome = Get-Outcome { ($flower | Select-Object *, @{ n = 'Species'; e = { 'rose' } }), $iris[0] | Test-AutodiffModel $trained }
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'LabelUnknown,PSAutodiff.Commands.TestAutodiffModelCommand'
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 1, column 'Species': *'rose'*setosa, versicolor, virginica*"
        $outcome.Output[0].Rows | Should -Be 1
        $outcome.Output[0].Accuracy | Should -Be 1
    }

    It 'refuses <What>: <Id>' -ForEach @(
        @{ What = 'no network'; Id = 'ModelMissing'; Call = { $iris | Test-AutodiffModel } }
        @{ What = 'no rows'; Id = 'RowsMissing'; Call = { Test-AutodiffModel $trained } }
        @{ What = 'rows without labels'; Id = 'LabelMissing'; Call = { @{ a = 1; b = 1 } | Test-AutodiffModel $line -Feature a, b } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
    }
}

Describe 'Networks at the prompt' {
    BeforeAll {
        function Get-Display { ($input | Out-String -Width 120) -replace '\x1b\[[0-9;]*m', '' }
    }

    It 'show their layers and what they know' {
        $shown = $trained.Network | Get-Display
        $shown | Should -Match 'Layers\s+: 4 -> 8 Tanh\s+8 -> 3 Softmax'
        $shown | Should -Match 'Classes\s+: setosa, versicolor, virginica'
    }

    It 'show a test with its matrix' {
        $iris | Test-AutodiffModel $trained | Get-Display | Should -Match 'actual \\ predicted\s+setosa\s+versicolor\s+virginica'
        ($iris | Test-AutodiffModel $trained).ConfusionMatrix | Get-Display | Should -Match '(?m)^versicolor\s+\d+\s+\d+\s+\d+'
        ($iris | Test-AutodiffModel $trained).Classes | Get-Display | Should -Match 'Precision\s+Recall\s+F1'
    }

    It 'show the result of a training without parameters' {
        $shown = $trained | Get-Display
        $shown | Should -Match 'Network\s+: 4-8 Tanh-3 Softmax'
        $shown | Should -Not -Match 'Parameters'
    }
}

Describe 'The method Predict of models' {
    BeforeAll {
        $two = New-NeuralNetwork 2 3, tanh, 2 -Seed 1
        $one = New-NeuralNetwork 1 3, tanh, 1 -Seed 1
        $rows = 0..9 | ForEach-Object { [pscustomobject]@{ a = $_; b = $_ * $_; y = 1 + 2 * $_ - $_ * $_ + 0.1 * [Math]::Sin(9 * $_) } }
        $line = $rows | Invoke-LinearRegression -Feature a, b -Label y
        $curve = $rows | Invoke-CurveFit 'p*a + q*b' y
        $whole = [double[,]]::new(2, 2)
        $whole[0, 0], $whole[0, 1], $whole[1, 0], $whole[1, 1] = 1, 2, 3, 4
        function Get-RowList($Outputs) { , @($Outputs | ForEach-Object { $_ }) }
    }

    It 'takes a row, rows and matrices of any kind' {
        foreach ($model in $two, $line, $curve) {
            $expected = Get-RowList $model.Predict($whole)
            $expected.Count | Should -Be $model.Predict($whole).Length
            (Get-RowList $model.Predict(((1, 2), (3, 4)))) | Should -Be $expected
            (Get-RowList $model.Predict(@([double[]](1, 2), [int[]](3, 4)))) | Should -Be $expected
            $row = Get-RowList $model.Predict((1, 2))
            $row | Should -Be $expected[0..($row.Count - 1)]
            $model.Predict([double[]](1, 2)).GetLength(0) | Should -Be 1
        }

        $one.Predict((1, 2, 3)).GetLength(0) | Should -Be 3
        $one.Predict(2).GetLength(0) | Should -Be 1
    }

    It 'says what is wrong with <Given>' -ForEach @(
        @{ Given = '$null'; Message = 'Predict was given $null. Give a row of 2 numbers, as in Predict((1, 2)), or a list of such rows.' }
        @{ Given = '(1, 2, 3)'; Message = 'Predict was given 3 numbers, but the model has 2 inputs. Give a row of 2 numbers, as in Predict((1, 2)), or a list of such rows.' }
        @{ Given = '((1, 2), (3, 4, 5))'; Message = 'The input of Predict: row 2 has 3 values, but row 1 has 2 values. All rows of a matrix have the same length.' }
        @{ Given = '(1, "z")'; Message = 'The input of Predict, row 2, column 1: *z* is not a number.' }
        @{ Given = '((1, 2, 3), (3, 4, 5))'; Message = 'The rows have 3 values each, but the * has 2 inputs. Give rows x 2 values.' }
    ) {
        foreach ($model in $two, $line, $curve) {
            $caught = try { $null = $model.Predict((& ([scriptblock]::Create(", $Given")))) } catch { $_.Exception.GetBaseException() }
            $caught | Should -BeOfType PSAutodiff.AutodiffException
            $caught.Message | Should -BeLike $Message
        }
    }
}
