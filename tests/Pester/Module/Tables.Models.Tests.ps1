# What models remember of the rows that they were made from: the columns of vectors and matrices, and how text was read as a number.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    # y = 3 c1 + 7 c2 + 1, with the columns in another order in some rows.
    $rows = 1..8 | ForEach-Object {
        $first, $second = $_, ($_ * $_ % 5)
        $y = 3 * $first + 7 * $second + 1
        if ($_ % 3 -eq 0) { [pscustomobject]@{ c2 = $second; c1 = $first; y = $y } } else { [pscustomobject]@{ c1 = $first; c2 = $second; y = $y } }
    }
    $new = [pscustomobject]@{ c1 = 1; c2 = 2 }, [pscustomobject]@{ c2 = 2; c1 = 1 }
    function Get-Fit { $rows | Invoke-CurveFit 'x: [2]; w: [2]; x @ w + b' -Label y -Column @{ x = 'c*' } }
    function Get-Training {
        $rows | Start-NetworkTraining -Loss 'x: [2]; w: [2]; (y - (x @ w + b))^2' -Prediction 'x: [2]; w: [2]; x @ w + b' -Column @{ x = 'c*' } -InitialValue @{ w = 3, 7; b = 1 } -Epoch 1
    }
    $models = @{ fit = Get-Fit; training = Get-Training }
}

Describe 'The columns of a vector' {
    It 'are remembered in order by a <_>' -ForEach 'fit', 'training' {
        $model = $models[$_]
        # Without -Column, with a wildcard, and in any order of the properties.
        foreach ($option in @{}, @{ Column = @{ x = 'c*' } }) {
            ($new | Invoke-AutodiffModel $model @option).Prediction | ForEach-Object { $_ | Assert-Near 18 -Within 1e-9 }
            ($new[1] | Invoke-AutodiffModel $model @option).Prediction | Assert-Near 18 -Within 1e-9
            ($rows | Test-AutodiffModel $model -Label y @option).RootMeanSquaredError | Should -BeLessThan 1e-9
            ($rows[2..0] | Test-AutodiffModel $model -Label y @option).RootMeanSquaredError | Should -BeLessThan 1e-9
        }
    }

    It 'survive files, Clixml and jobs in a <_>' -ForEach 'fit', 'training' {
        $path = Join-Path $TestDrive "$_.json"
        $models[$_] | Export-AutodiffModel $path
        $file = Import-AutodiffModel $path
        $file.InputColumns | Should -HaveCount 1
        $file.InputColumns[0].Variable | Should -BeExactly x
        $file.InputColumns[0].Columns | Should -BeExactly c1, c2
        $models[$_] | Export-Clixml "$path.xml"
        $back = Import-Clixml "$path.xml"
        foreach ($model in $file, $back) { ($new[1] | Invoke-AutodiffModel $model).Prediction | Assert-Near 18 -Within 1e-9 }
        $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize(@(, $file)))[0]
        ($new[1] | Invoke-AutodiffModel $copy).Prediction | Assert-Near 18 -Within 1e-9
        "$($copy.InputColumns)" | Should -BeExactly 'x: c1, c2'
    }

    It 'go before others that a wildcard does not mean, and after those that -Column names' {
        # As many as before, under other names or in the order that is written.
        $other = [pscustomobject]@{ d1 = 1; d2 = 2 }
        ($other | Invoke-AutodiffModel $models.fit -Column @{ x = 'd1', 'd2' }).Prediction | Assert-Near 18 -Within 1e-9
        ($other | Invoke-AutodiffModel $models.fit -Column @{ x = 'd*' }).Prediction | Assert-Near 18 -Within 1e-9
        ($new[0] | Invoke-AutodiffModel $models.fit -Column @{ x = 'c2', 'c1' }).Prediction | Assert-Near 14 -Within 1e-9
        # A wildcard that once meant them may mean more in a wider row.
        $wide = [pscustomobject]@{ c3 = 100; c2 = 2; c1 = 1 }
        ($wide | Invoke-AutodiffModel $models.fit).Prediction | Assert-Near 18 -Within 1e-9
        # The vector itself, in one column.
        ([pscustomobject]@{ x = 1, 2 } | Invoke-AutodiffModel $models.fit).Prediction | Assert-Near 18 -Within 1e-9
        (Get-Outcome { $new | Invoke-AutodiffModel $models.fit -Column @{ z = 'c*' } }).Errors.Exception.Message | Should -BeLike "-Column names 'z', which is not a variable*"
    }

    It 'that a row lacks are an error of it that names them' {
        $outcome = Get-Outcome { $new[0], [pscustomobject]@{ c1 = 1; a = 5 }, [pscustomobject]@{ a = 1 }, $new[1] | Invoke-AutodiffModel $models.fit }
        $outcome.Output.Prediction | ForEach-Object { $_ | Assert-Near 18 -Within 1e-9 }
        $outcome.Output | Should -HaveCount 2
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ColumnMissing, ColumnMissing
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 2 has no column 'c2'. It has: c1, a.*"
        $outcome.Errors[1].Exception.Message | Should -BeLike "Row 3 has no columns 'c1', 'c2'. It has: a.*"
    }

    It 'serve cross-validation' {
        $test = $rows[2..0] + $rows[3..7] | Test-AutodiffModel $models.fit -CrossValidationFold 4
        $test.RootMeanSquaredError | Should -BeLessThan 1e-9
    }

    It 'of a matrix stand row after row, and of a number in one column of another name' {
        $table = 1..6 | ForEach-Object { [pscustomobject]@{ a = $_; b = $_ * $_; c = 2; d = 1; 'x value' = $_ % 4; y = 2 * ($_ * 1 - $_ * $_ * 2) + 3 * ($_ % 4) } }
        $fit = $table | Invoke-CurveFit 'A: [2, 2]; k * (A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]) + m * x' -Label y -Column @{ A = 'a', 'b', 'c', 'd'; x = 'x value' } -WarningAction Ignore
        $fit.InputColumns | ForEach-Object { "$_" } | Should -BeExactly 'A: a, b, c, d', 'x: x value'
        ([pscustomobject]@{ 'x value' = 1; d = 3; c = 1; b = 1; a = 2 } | Invoke-AutodiffModel $fit).Prediction | Assert-Near (2 * (6 - 1) + 3) -Within 1e-9
    }

    It 'in a file have to fit the model: <What>' -ForEach @(
        @{ What = 'too few'; Part = '["c1","c2"]'; Other = '["c1"]'; Says = '*has 2 elements and needs as many different columns*' }
        @{ What = 'the same twice'; Part = '["c1","c2"]'; Other = '["c1","c1"]'; Says = '*has 2 elements and needs as many different columns*' }
        @{ What = 'no name'; Part = '["c1","c2"]'; Other = '["c1",null]'; Says = '*null*' }
        @{ What = 'no variable'; Part = '"variable":"x"'; Other = '"variable":"q"'; Says = "*'q', which is not an input of the model*" }
        @{ What = 'something else'; Part = '"variable":"x"'; Other = '"variable":"x","more":1'; Says = '*more*' }
    ) {
        $path = Join-Path $TestDrive damaged.json
        $models.fit | Export-AutodiffModel $path
        $text = Get-Content -Raw $path
        $text.Contains($Part) | Should -BeTrue
        Set-Content $path $text.Replace($Part, $Other)
        $outcome = Get-Outcome { Import-AutodiffModel $path }
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }
}

Describe 'The number format' {
    BeforeAll {
        $printed = 0..11 | ForEach-Object { [pscustomobject]@{ part = '{0}%' -f (10 * $_); size = '{0},000' -f (1 + $_ * $_ % 7); y = '{0:N0}' -f (1000 + 5000 * $_ + 2000 * (1 + $_ * $_ % 7)) } }
        $one = [pscustomobject]@{ part = '29.4%'; size = '203,400' }
    }

    It 'is remembered by <What>, whose predictions of raw rows are right' -ForEach @(
        @{ What = 'a regression'; Call = { $printed | Invoke-LinearRegression -Label y -NumberFormat Formatted }; Within = 1e-7 }
        @{ What = 'a Poisson regression'; Call = { $printed | Invoke-LinearRegression -Label y -Family Poisson -NumberFormat Formatted }; Within = [double]::PositiveInfinity }
        @{ What = 'a fitted curve'; Call = { $printed | Invoke-CurveFit 'a*part + b*size + c' -Label y -NumberFormat Formatted }; Within = 1e-6 }
        @{ What = 'a trained loss'; Call = { $printed | Start-NetworkTraining -Loss '(y - (a*part + b*size + c))^2' -Prediction 'a*part + b*size + c' -InitialValue @{ a = 50000; b = 2; c = 1000 } -Epoch 1 -LearningRate 1e-12 -NumberFormat Formatted }; Within = 1e-6 }
        @{ What = 'a network'; Call = { $printed | Start-NetworkTraining -Network (New-NeuralNetwork -Weight (, @(@(50000), @(2))) -Bias (, @(1000)) -Activation linear) -Label y -Epoch 1 -LearningRate 1e-15 -NumberFormat Formatted }; Within = 1e-2 }
    ) {
        $model = & $Call
        $expected = 1000 + 50000 * 0.294 + 2 * 203400
        $path = Join-Path $TestDrive format.json
        $model | Export-AutodiffModel $path
        $model | Export-Clixml "$path.xml"
        foreach ($one in $model, (Import-AutodiffModel $path), (Import-Clixml "$path.xml")) {
            $outcome = Get-Outcome { [pscustomobject]@{ part = '29.4%'; size = '203,400' } | Invoke-AutodiffModel $one }
            $outcome.Errors | Should -HaveCount 0
            if ([double]::IsFinite($Within)) { $outcome.Output[0].Prediction | Assert-Near $expected -Within $Within }
            # The labels too; and a command may say otherwise.
            ($printed | Test-AutodiffModel $one -Label y).Rows | Should -Be 12
            (Get-Outcome { $printed | Invoke-AutodiffModel $one -NumberFormat Plain }).Output | Should -HaveCount 0
        }
        (Import-AutodiffModel $path).NumberFormat | Should -Be Formatted
    }

    It 'of a network goes on in further trainings and traces' {
        $network = ($printed | Start-NetworkTraining -Network (New-NeuralNetwork 2 1, linear -Seed 1) -Label y -Standardize -Epoch 1 -Seed 1 -NumberFormat Formatted).Network
        ($printed | Start-NetworkTraining -Network $network -Epoch 1).Network.NumberFormat | Should -Be Formatted
        ($printed | Trace-NeuralNetwork $network).Rows | Should -Be 12
        $printed | Test-Derivative $network | Should -BeTrue
        ($printed | Optimize-NeuralNetwork $network -Fraction 0.5).NumberFormat | Should -Be Formatted
    }
}
