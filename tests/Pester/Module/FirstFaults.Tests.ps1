# What newcomers run into first: each message says what is wrong, where, and what to do.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $ErrorActionPreference = 'Continue'
    $rows = 1..8 | ForEach-Object { [pscustomobject]@{ t = $_; y = 2 * $_ + ($_ % 3) / 4; pi = $_ } }
    $times = 1..8 | ForEach-Object { [pscustomobject]@{ Time = "2026-01-0$_"; Span = [timespan]::FromSeconds($_); y = 2 * $_ } }
    $late = @([pscustomobject]@{ other = 1 }) + $rows
    function Get-Warning([scriptblock]$Call) { @(& $Call 3>&1 | Where-Object { $_ -is [Management.Automation.WarningRecord] } | ForEach-Object Message) }
}

Describe 'A formula as in R' {
    It 'is answered by name and by position' {
        { $rows | Invoke-LinearRegression 'y ~ t' } | Should -Throw '*Formulas as in R are not read: name the column to predict with -Label*' -ErrorId 'LabelMissing,*'
        { $rows | Invoke-LinearRegression 'y ~ t' -Label y } | Should -Throw '*Formulas as in R are not read*' -ErrorId 'ColumnMissing,*'
        { $rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 1) -Feature 'y ~ t' } | Should -Throw '*Formulas as in R are not read*' -ErrorId 'LabelMissing,*'
    }

    It 'is not needed: features and label stand at the first positions' {
        ($rows | Invoke-LinearRegression t y).Coefficients['t'] | Should -Be ($rows | Invoke-LinearRegression -Feature t -Label y).Coefficients['t']
    }
}

Describe 'Names of parameters and columns' {
    It 'says of an initial value and of a bound that it names a column' {
        $says = "names 't', which is a column of the rows*Leave it out of -{0}, or name what is searched with -Parameter*"
        { $rows | Invoke-CurveFit 'a*exp(-b*t)' y -InitialValue @{ b = 0.1; t = 1 } } | Should -Throw "-InitialValue $($says -f 'InitialValue')" -ErrorId 'ParameterUnknown,*'
        { $rows | Invoke-CurveFit 'a*exp(-b*t)' y -InitialValue @{ b = 0.1 } -UpperBound @{ t = 1 } } | Should -Throw "-UpperBound $($says -f 'UpperBound')" -ErrorId 'ParameterUnknown,*'
        { $rows | Start-NetworkTraining '(y - a*t)^2' -InitialValue @{ a = 1; t = 1 } } | Should -Throw "-InitialValue $($says -f 'InitialValue')" -ErrorId 'ParameterUnknown,*'
    }

    It 'still says of any other name that it is not a parameter' {
        { $rows | Invoke-CurveFit 'a*exp(-b*t)' y -InitialValue @{ b = 0.1; q = 1 } } | Should -Throw "-InitialValue names 'q', which is not a parameter. The parameters are: a, b.*"
    }

    It 'lists the columns where a variable has no initial value' {
        { $rows | Invoke-CurveFit 'a*exp(-b*time)' y -InitialValue @{ b = 0.1 } } | Should -Throw "*'time', which has no initial value*If a column is meant, there are: t, y, pi." -ErrorId 'InitialValueMissing,*'
    }

    It 'does not where -Parameter says what is meant' {
        { $rows | Invoke-CurveFit 'a*exp(-b*t)' y -Parameter a, b } | Should -Throw '*or both bounds and -Restart.' -ErrorId 'InitialValueMissing,*'
    }
}

Describe 'The number pi beside a column of that name' {
    It 'is warned of once: <Name>' -ForEach @(
        @{ Name = 'Invoke-CurveFit'; Call = { $rows | Invoke-CurveFit 'a*sin(pi*t/16) + b' y } }
        @{ Name = 'Start-NetworkTraining'; Call = { $rows | Start-NetworkTraining '(y - a*pi*t)^2' -Epoch 1 -LearningRate 1e-6 -Seed 1 } }
        @{ Name = 'Measure-Expression'; Call = { $rows | Measure-Expression '2pi*t' } }
        @{ Name = 'Find-Minimum'; Call = { $rows | Find-Minimum '(y - a*pi)^2' -At @{ a = 1 } -Mean } }
        @{ Name = 'Show-Expression'; Call = { $rows | Show-Expression 'pi*t' -Feature t -Label y } }
    ) {
        $warnings = @(@(Get-Warning $Call) -like "'pi' in *")
        $warnings | Should -HaveCount 1
        $warnings[0] | Should -BeLike "*is the number 3.14159..., although the rows have a column 'pi'. Write `${pi} for the column."
    }

    It 'is not where the column is written, or nothing has the name' {
        Get-Warning { $rows | Measure-Expression '2*${pi}*t' } | Should -BeNullOrEmpty
        Get-Warning { $rows | Measure-Expression 'pit*t' -At @{ pit = 1 } } | Should -BeNullOrEmpty
        Get-Warning { $rows | Select-Object t, y | Measure-Expression 'pi*t' } | Should -BeNullOrEmpty
    }
}

Describe 'Times in formulas' {
    It 'names the column to add for a date, and it does' {
        { $times | Invoke-CurveFit 'a*Time + b' y -ErrorAction SilentlyContinue -ErrorVariable script:shown } | Should -Throw -ErrorId 'RowsMissing,*'
        $shown[0].Exception.Message | Should -BeExactly "Row 1, column 'Time': '2026-01-01' is not a number. Numbers are written with a point, as 2.5 or 1e-3. Add a column of days since a date: Select-Object *, @{ n = 'Days'; e = { ([datetime]`$_.'Time' - [datetime]'2026-01-01').TotalDays } }."
        $added = $times | Select-Object *, @{ n = 'Days'; e = { ([datetime]$_.'Time' - [datetime]'2026-01-01').TotalDays } }
        ($added | Invoke-CurveFit 'a*Days + b' y).Parameters['a'] | Should -BeGreaterThan 1.99
    }

    It 'names the column to add for a time span' {
        $errors = @($times | Measure-Expression '2*Span' 2>&1)
        $errors[0].Exception.Message | Should -BeLike "*Add a column of seconds: Select-Object ``*, @{ n = 'Seconds'; e = { `$_.'Span'.TotalSeconds } }."
    }
}

Describe 'A first row without the columns' {
    It 'is the error of that row alone: <Name>' -ForEach @(
        @{ Name = 'Invoke-CurveFit'; Call = { ($late | Invoke-CurveFit 'a*exp(-b*t)' y -InitialValue @{ b = -0.1 }).Rows } }
        @{ Name = 'Invoke-LinearRegression'; Call = { ($late | Invoke-LinearRegression t y).Rows } }
        @{ Name = 'a loss'; Call = { ($late | Start-NetworkTraining '(y - a*t)^2' -Epoch 1 -LearningRate 1e-6 -Seed 1).Parameters.Keys.Count * 8 } }
        @{ Name = 'a network'; Call = { ($late | Start-NetworkTraining -Network (New-NeuralNetwork 1 1 -Seed 1) -Feature t -Label y -BatchSize 1 -Epoch 1 -LearningRate 1e-6 -Seed 1).Steps } }
        @{ Name = 'Test-AutodiffModel'; Call = { ($late | Test-AutodiffModel ($rows | Invoke-LinearRegression t y)).Rows } }
        @{ Name = 'Invoke-AutodiffModel'; Call = { @($late | Invoke-AutodiffModel ($rows | Invoke-LinearRegression t y)).Count } }
    ) {
        $all = @(& $Call 2>&1 3>$null)
        $errors = @($all | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
        $errors | Should -HaveCount 1
        $errors[0].Exception.Message | Should -BeLike 'Row 1 has no column*It has: other.'
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'ColumnMissing,*'
        $all[-1] | Should -Be 8
    }

    It 'gives each row its own number' {
        $mixed = @([pscustomobject]@{ other = 1 }, $null, [pscustomobject]@{ t = 1 }) + $rows
        $all = @($mixed | Invoke-LinearRegression t y 2>&1)
        $all[0..2].Exception.Message | Should -Be @("Row 1 has no columns 't', 'y'. It has: other.", 'Row 2 is null.', "Row 3 has no column 'y'. It has: t.")
        $all[-1].Rows | Should -Be 8
    }

    It 'ends the command where no row has them' {
        { $rows | Invoke-LinearRegression tt y } | Should -Throw "-Feature names the column 'tt', but row 1 has no such column. It has: t, y, pi.*"
        { $rows[0..1] | Invoke-LinearRegression tt y } | Should -Throw "-Feature names the column 'tt', but row 1 has no such column.*"
    }

    It 'does not hold back the predictions of rows that have them' {
        $model = $rows | Invoke-LinearRegression t y
        $seen = [Collections.Generic.List[int]]::new()
        $rows[0..2] | ForEach-Object { $seen.Add($_.t); $_ } | Invoke-AutodiffModel $model | ForEach-Object { $seen.Add(-$_.t) }
        $seen | Should -Be @(1, -1, 2, -2, 3, -3)
    }
}

Describe 'Labels of which the first are missing' {
    BeforeAll {
        $net = New-NeuralNetwork 1 1 -Seed 1
        $options = @{ Network = $net; Feature = 't'; Label = 'y'; Epoch = 2; LearningRate = 1e-5; Seed = 1 }
        $gaps = @([pscustomobject]@{ t = 1; y = 'NA' }, [pscustomobject]@{ t = 2; y = 'n/a' }) + $rows
    }

    It 'are numbers where later ones are' {
        $all = @($gaps | Start-NetworkTraining @options 2>&1)
        $all[0..1].Exception.Message | Should -BeLike "Row ?, column 'y': the label is missing: '*' stands for a missing value.*"
        $all[-1].FinalLoss | Should -BeExactly ($rows | Start-NetworkTraining @options).FinalLoss
        ($gaps | Start-NetworkTraining @options -MissingValue Skip 3>$null).FinalLoss | Should -BeExactly $all[-1].FinalLoss
    }

    It 'are classes where later ones are words' {
        $words = @([pscustomobject]@{ t = 1; y = 'NA' }) + (1..6 | ForEach-Object { [pscustomobject]@{ t = $_; y = 'yes' } })
        $net = New-NeuralNetwork 1 1, sigmoid -Seed 1
        ($words | Start-NetworkTraining -Network $net -Feature t -Label y -Epoch 1 -Seed 1).Network.Classes | Should -Be @('NA', 'yes')
    }
}

Describe 'A robust curve fit' {
    It 'says why it has no AIC' {
        $fit = $rows | Invoke-CurveFit 'a*t + b' y -LossFunction Huber
        [double]::IsNaN($fit.Aic) | Should -BeTrue
        $fit | Out-String | Should -Match 'R2 \S+ \(AIC and BIC need least squares\)'
        $rows | Invoke-CurveFit 'a*t + b' y | Out-String | Should -Match 'R2 \S+, AIC \S+, BIC \S+'
    }
}

Describe 'A model where an expression belongs' {
    It 'is answered with its formula' {
        { $rows | Invoke-LinearRegression t y | ConvertTo-ExprText -ErrorAction Stop } | Should -Throw '*is a model, not an expression. Its formula is in the property Expression*'
    }
}

Describe 'Messages that name the way out' {
    BeforeAll {
        $german = [pscustomobject]@{ Day = '1'; GB = '298,71' }, [pscustomobject]@{ Day = '2'; GB = '299,71' }
        $shifted = [pscustomobject]@{ 'Datum;BelegtGB' = '1;2' }
        $dated = 1..3 | ForEach-Object { [pscustomobject]@{ D = "2026-01-0$_"; GB = $_ } }
        $network = New-NeuralNetwork 1 4, tanh, 3, softmax -Seed 1
        $long = New-ExprNode ((1..60 | ForEach-Object { "$_*sin($_*x)" }) -join '+')
    }

    It '<Name>' -ForEach @(
        @{ Name = 'decimal commas'; Call = { $german | Measure-Expression '2*GB' }; Says = "Row 1, column 'GB': '298,71' is not a number.*ForEach-Object { `$_.'GB' = ?double?::Parse(`$_.'GB', ?cultureinfo?'de-DE'); `$_ }." }
        @{ Name = 'another delimiter'; Call = { $shifted | Invoke-CurveFit 'a + b*Datum' BelegtGB }; Says = "*Import-Csv -Delimiter ';'." }
        @{ Name = 'another delimiter, for a regression'; Call = { $shifted | Invoke-LinearRegression Datum BelegtGB }; Says = "*Import-Csv -Delimiter ';'." }
        @{ Name = 'an array as one row'; Call = { Measure-Expression '2*t' -InputObject $rows }; Says = '*pipe the rows*' }
        @{ Name = 'lines as rows'; Call = { 't,y', '1,2' | Measure-Expression '2*t' }; Says = '*To read a CSV file: Import-Csv data.csv.' }
        @{ Name = 'data without a logarithm'; Call = { 0..4 | ForEach-Object { [pscustomobject]@{ Day = $_; y = $_ } } | Invoke-CurveFit 'a + b*ln(Day)' y }; Says = '*in row 1, the model gives NaN: log(Day) is -Infinity at Day = 0. No start changes that*' }
        @{ Name = 'a start without a logarithm'; Call = { $rows | Invoke-CurveFit 'a + ln(r)*t' y -InitialValue @{ r = -1 } }; Says = '*log(r) is NaN at r = -1. Start where*' }
        @{ Name = 'classes that are missing'; Call = { 1..8 | ForEach-Object { [pscustomobject]@{ x = $_; c = "c$($_ % 2)" } } | Start-NetworkTraining -Network $network -Feature x -Label c -Epoch 1 }; Says = '*Are the rows sorted by class? Then shuffle them*Get-Random -Shuffle*' }
        @{ Name = 'a slip in the name of a function'; Call = { New-ExprNode 'cosin(x)' }; Says = "*there is no operation 'cosin'. Did you mean 'cos'?*" }
        @{ Name = 'a name that double quotes took'; Call = { New-ExprNode 'a + b*' }; Says = '*single quotes*' }
        @{ Name = 'a print that was cut'; Call = { New-ExprNode "$long == 500" }; Says = '*shortened print of a long expression*Use the expression itself*' }
        @{ Name = 'a comma in a value'; Call = { Measure-Expression 'x^2' -At @{ x = '2,5' } }; Says = "*'2,5', not a number. Numbers are written with a point*" }
        @{ Name = 'the place of a value, from 1'; Call = { Measure-Expression 'x^2' -At @{ x = 1, 2, $null } }; Says = "Value 3 of 'x' is missing*" }
        @{ Name = 'a path as a model'; Call = { $rows | Invoke-AutodiffModel 'work/fit' }; Says = "'work/fit' is text, not a model.*Import-AutodiffModel." }
        @{ Name = 'a path as a network'; Call = { $rows | Start-NetworkTraining -Network 'work/net.json' -Feature t -Label y }; Says = '*Import-AutodiffModel.' }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors[0].Exception.Message -replace '\s*\n.*' | Should -BeLike $Says
    }

    It 'counts days from one date in all rows' {
        $hints = (Get-Outcome { $dated | Invoke-CurveFit 'a + b*D' GB }).Errors.Exception.Message | Where-Object { $_ -like "Row ?, column 'D'*" }
        $hints | Should -HaveCount 3
        $hints | ForEach-Object { $_ | Should -BeLike "*- ?datetime?'2026-01-01').TotalDays*" }
    }

    It 'says what a file is that holds no model' {
        Set-Content ($file = Join-Path $TestDrive rows.csv) 'Day,GB'
        (Get-Outcome { Import-AutodiffModel $file }).Errors[0].Exception.Message | Should -BeLike "*does not begin with '{', so it is not a model*"
        Set-Content ($file = Join-Path $TestDrive empty.json) ''
        (Get-Outcome { Import-AutodiffModel $file }).Errors[0].Exception.Message | Should -BeLike '*It is empty*'
    }
}

Describe 'A model in a file with the name of another kind' {
    It '<File>: <Count> warnings' -ForEach @(@{ File = 'model.csv'; Count = 1 }, @{ File = 'model.json'; Count = 0 }, @{ File = 'model'; Count = 0 }) {
        $warnings = @(Get-Warning { $rows | Invoke-LinearRegression t y | Export-AutodiffModel (Join-Path $TestDrive $File) })
        $warnings | Should -HaveCount $Count
        if ($Count) { $warnings | Should -BeLike 'The model is written as JSON, although the name of the file ends in .csv.*' }
    }
}
