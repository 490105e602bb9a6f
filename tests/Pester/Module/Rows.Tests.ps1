# What all cmdlets that take rows do alike: numbers of rows, faults of rows, cells that cannot be read, and which columns there are.
BeforeDiscovery {
    $takers = @(
        @{ Name = 'Measure-Expression'; Command = 'MeasureExpression'; Streams = $true; Call = { $input | Measure-Expression 'a + y' } }
        @{ Name = 'Measure-Expression -Mean'; Command = 'MeasureExpression'; Streams = $false; Call = { $input | Measure-Expression 'a + y' -Mean } }
        @{ Name = 'Test-Derivative -Mean'; Command = 'TestDerivative'; Streams = $false; Call = { $input | Test-Derivative '(y - w*a)^2' -At @{ w = 2 } -Mean } }
        @{ Name = 'Find-Minimum -Sum'; Command = 'FindMinimum'; Streams = $false; Call = { $input | Find-Minimum '(y - w*a)^2' -InitialValue @{ w = 2 } -Sum } }
        @{ Name = 'Resolve-Expression -Sum'; Command = 'ResolveExpression'; Streams = $false; Call = { $input | Resolve-Expression '(y - w*a)^2' -Sum } }
        @{ Name = 'Start-NetworkTraining -Loss'; Command = 'StartNetworkTraining'; Streams = $false; Call = { $input | Start-NetworkTraining '(y - w*a)^2' -Parameter w -Epoch 1 -LearningRate 0.001 } }
        @{ Name = 'Start-NetworkTraining -Network'; Command = 'StartNetworkTraining'; Streams = $false; Call = { $input | Start-NetworkTraining -Network $net -Feature a -Label y -Epoch 1 -LearningRate 0.001 } }
        @{ Name = 'Test-AutodiffModel'; Command = 'TestAutodiffModel'; Streams = $false; Call = { $input | Test-AutodiffModel $net -Feature a -Label y } }
        @{ Name = 'Trace-NeuralNetwork'; Command = 'TraceNeuralNetwork'; Streams = $false; Call = { $input | Trace-NeuralNetwork $net -Feature a -Label y } }
        @{ Name = 'Test-Derivative of a network'; Command = 'TestDerivative'; Streams = $false; Call = { $input | Test-Derivative $net -Feature a -Label y } }
        @{ Name = 'Optimize-NeuralNetwork'; Command = 'OptimizeNeuralNetwork'; Streams = $false; Call = { $input | Optimize-NeuralNetwork $net -Feature a -Label y -Fraction 0.1 } }
        @{ Name = 'Invoke-AutodiffModel'; Command = 'InvokeAutodiffModel'; Streams = $true; Call = { $input | Invoke-AutodiffModel $net -Feature a } }
        @{ Name = 'Invoke-LinearRegression'; Command = 'InvokeLinearRegression'; Streams = $false; Call = { $input | Invoke-LinearRegression -Feature a -Label y } }
    )
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $net = New-NeuralNetwork 1 2, tanh, 1, linear -Seed 1

    function Get-Row($A, $Y = 1) { [pscustomobject]@{ a = $A; y = $Y } }

    function Get-Fault([string]$Text) { $Text -replace '^Row \d+' }

    # Rows of a DataTable, one of whose columns is called as something that every DataRow has.
    function Get-Table {
        $table = [System.Data.DataTable]::new()
        foreach ($name in 'a', 'Table', 'y') { $null = $table.Columns.Add($name, [double]) }
        foreach ($i in 1..6) { $null = $table.Rows.Add($i, $i * $i, 2 * $i - 3 * $i * $i + 1) }
        , $table
    }
}

Describe '<Name> on bad rows' -ForEach $takers {
    It 'numbers them as they came, from 1, null ones and those before the first good one too' {
        $outcome = Get-Outcome { $null, (Get-Row 'bad'), (Get-Row 1), $null, 7, (Get-Row 2), (Get-Row 3 3), (Get-Row NaN) | & $Call }
        $outcome.Output | Should -Not -HaveCount 0
        $messages = @($outcome.Errors.Exception.Message)
        # NaN is a value that Measure-Expression takes.
        $messages.Count | Should -Be ($Name -eq 'Measure-Expression' ? 4 : 5)
        $messages[0] | Should -BeExactly 'Row 1 is null.'
        $messages[1] | Should -BeLike "Row 2, column 'a': 'bad' is not a number.*"
        $messages[2] | Should -BeExactly 'Row 4 is null.'
        $messages[3] | Should -BeLike 'Row 5 *the number 7*no columns*'
        if ($messages.Count -eq 5) { $messages[4] | Should -BeLike "Row 8, column 'a': NaN is not a finite number.*" }
    }

    It 'writes five equal faults and counts the others' {
        $rows = @(1..3 | ForEach-Object { Get-Row $_ $_ }) + @(1..40 | ForEach-Object { Get-Row "bad$_" }) + @($null, $null) + @(Get-Row 4 5)
        $outcome = Get-Outcome { $rows | & $Call }
        $outcome.Errors | Should -HaveCount 8
        $outcome.Errors[0..4] | ForEach-Object { Get-ErrorId $_ } | Should -Be (@('ColumnNotNumeric') * 5)
        $outcome.Errors[4].Exception.Message | Should -BeLike "Row 8, column 'a': 'bad5' *"
        $outcome.Errors[5..6] | ForEach-Object { Get-ErrorId $_ } | Should -Be RowNull, RowNull
        $outcome.Errors[7].FullyQualifiedErrorId | Should -BeExactly "RowsLeftOut,PSAutodiff.Commands.${Command}Command"
        $outcome.Errors[7].Exception.Message | Should -BeLike "35 more rows were left out, the last of them row 43, for the same kind of fault: Row 4, column 'a': 'bad1' is not a number.*"
        $outcome.Output | Should -HaveCount ($Streams ? 4 : 1)
    }

    It 'says of rows that were all refused how many and why' {
        $outcome = Get-Outcome { 1..1000 | ForEach-Object { Get-Row ([timespan]::FromHours($_)) } | & $Call }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 6
        Get-ErrorId $outcome.Errors[5] | Should -BeExactly ($Streams ? 'RowsLeftOut' : 'RowsMissing')
        $outcome.Errors[5].Exception.Message | Should -BeLike "All 1000 rows were left out, the first because of this: Row 1, column 'a': an object of type TimeSpan is not a number.*"
    }

    It 'says of no rows that there are none' {
        $outcome = Get-Outcome { @() | & $Call }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly RowsMissing
        $outcome.Errors[0].Exception.Message | Should -Not -BeLike '*left out*'
    }

    It 'can be stopped at the first' {
        $ErrorActionPreference = 'Stop'
        { Get-Row 1, Get-Row 'bad' | & $Call } | Should -Throw
    }
}

Describe 'A misspelled column' {
    It 'of 3,000 rows is said once: <What>' -Tag Slow -ForEach @(
        @{ What = 'a feature of a regression'; Call = { $input | Invoke-LinearRegression -Feature A1 -Label y }; Says = "-Feature names the column 'A1', but row 1 has no such column. It has: a, y." }
        @{ What = 'a label of a regression'; Call = { $input | Invoke-LinearRegression -Label z }; Says = "-Label names the column 'z', but row 1*" }
        @{ What = 'a weight'; Call = { $input | Invoke-LinearRegression -Label y -Weight w }; Says = "-Weight names the column 'w', but row 1*" }
        @{ What = 'a label to train on, not the number of features'; Call = { $input | Start-NetworkTraining -Network $net -Label z }; Says = "-Label names the column 'z', but row 1*" }
        @{ What = 'a feature to train on'; Call = { $input | Start-NetworkTraining -Network $net -Feature b -Label y }; Says = "-Feature names the column 'b', but row 1*" }
        @{ What = 'a label to test on'; Call = { $input | Test-AutodiffModel $net -Feature a -Label z }; Says = "-Label names the column 'z', but row 1*" }
        @{ What = 'a feature to predict from'; Call = { $input | Invoke-AutodiffModel $net -Feature b }; Says = "-Feature names the column 'b', but row 1*" }
        @{ What = 'a column that the network knows'; Call = { $input | Test-AutodiffModel $trained }; Says = "The network, which was trained on rows, names the column 'load', but row 1 has no such column. It has: a, y." }
        @{ What = 'a variable of a loss beside -Parameter'; Call = { $input | Start-NetworkTraining '(y - w*b)^2' -Parameter w }; Says = "-Parameter does not name the variable 'b' of the loss, so it has to be a column, but row 1 has no such column. It has: a, y." }
    ) {
        $trained = 1..4 | ForEach-Object { @{ load = $_; y = $_ } } | Start-NetworkTraining -Network $net -Feature load -Label y -Epoch 1 | ForEach-Object Network
        $rows = foreach ($i in 1..3000) { Get-Row $i }
        $outcome = Get-Outcome { $rows | & $Call }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ColumnMissing
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }

    It 'that a model needs ends the command at once: <Kind>' -ForEach @(
        @{ Kind = 'a regression'; Model = { $rows | Invoke-LinearRegression -Label y -Feature a } }
        @{ Kind = 'a curve'; Model = { $rows | Invoke-CurveFit 'k*a + c' y } }
        @{ Kind = 'a network'; Model = { $rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 1, linear -Seed 1) -Label y -Feature a -Epoch 1 -Seed 1 -LearningRate 1e-6 } }
        @{ Kind = 'a trained loss'; Model = { $rows | Start-NetworkTraining '(y - w*a)^2' -Prediction 'w*a' -Parameter w -InitialValue @{ w = 0.5 } -Epoch 1 -LearningRate 1e-6 } }
    ) {
        $rows = 1..9 | ForEach-Object { [pscustomobject]@{ a = $_; y = 2.5 * $_ + $_ % 2 } }
        $fitted = & $Model
        foreach ($use in 'Invoke-AutodiffModel', 'Test-AutodiffModel') {
            $outcome = Get-Outcome { 1..2000 | ForEach-Object { [pscustomobject]@{ q = $_; y = 1 } } | & $use $fitted -WarningAction Ignore }
            $outcome.Errors | Should -HaveCount 1 -Because "$use $($outcome.Errors[-1])"
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly ColumnMissing
            $outcome.Errors[0].Exception.Message | Should -BeLike "*names the column 'a', but row 1 has no such column. It has: q, y.*"
        }
    }

    It 'in an expression costs rows, as other rows may have it' {
        $outcome = Get-Outcome { 1..3000 | ForEach-Object { Get-Row $_ } | Measure-Expression 'Rsp*2' }
        $outcome.Errors | Should -HaveCount 6
        $outcome.Errors[5].Exception.Message | Should -BeLike "All 3000 rows were left out, the first because of this: Row 1 has no column 'Rsp'. It has: a, y."
        # A folder has no Length.
        $outcome = Get-Outcome { Get-Item $PSScriptRoot, "$PSScriptRoot/../Support.ps1" | Measure-Expression Length }
        $outcome.Output | Should -Be (Get-Item "$PSScriptRoot/../Support.ps1").Length
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ColumnMissing
    }
}

Describe 'The sample of a training that fails' {
    It 'is the number of the row as it came, for a loss and for a network' {
        $rows = (Get-Row 'bad'), $null, (Get-Row 1), (Get-Row 1e200)
        $ofLoss = Get-Outcome { $rows | Start-NetworkTraining '(y - w*a)^2' -Parameter w -InitialValue @{ w = 0.5 } -Epoch 1 -LearningRate 1e-9 }
        $ofNetwork = Get-Outcome { $rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 1, linear -Seed 1) -Label y -BatchSize 1 -Epoch 1 -LearningRate 1e-9 }
        foreach ($outcome in $ofLoss, $ofNetwork) {
            $outcome.Output[0].FailedStep.Sample | Should -Be 4
            $outcome.Output[0].FailedStep.Step | Should -Be 2
            $outcome.Output[0].History.Sample | Should -Be 3
            $outcome.Errors[2].Exception.Message | Should -BeLike '*step 2 (epoch 1, sample 4)*'
        }
    }
}

Describe 'A property that cannot be read' {
    BeforeAll {
        $broken = [pscustomobject]@{ a = 2; y = 3 }
        $broken | Add-Member ScriptProperty Bad { throw 'the device is gone' }
    }

    It 'is not read where it is not needed' {
        $reads = [System.Collections.Generic.List[int]]::new()
        $row = [pscustomobject]@{ a = 2; y = 3 }
        $row | Add-Member ScriptProperty Slow { $reads.Add(1); 5 }.GetNewClosure()
        $row | Measure-Expression 'a + y' | Should -Be 5
        $row, $row, $row | Invoke-LinearRegression -Feature a -Label y -WarningAction Ignore | ForEach-Object Rows | Should -Be 3
        'a + y' | Measure-Expression -At $row | Should -Be 5
        $reads.Count | Should -Be 0
        'a + Slow' | Measure-Expression -At $row | Should -Be 7
        $reads.Count | Should -BeGreaterThan 0
    }

    It 'costs its row where it is needed, with number and reason' {
        $outcome = Get-Outcome { [pscustomobject]@{ a = 1; Bad = 1 }, $broken, [pscustomobject]@{ a = 3; Bad = 1 } | Measure-Expression 'a + Bad' }
        $outcome.Output | Should -Be 2, 4
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'PropertyUnreadable,PSAutodiff.Commands.MeasureExpressionCommand'
        $outcome.Errors[0].Exception.Message | Should -BeExactly "Row 2, column 'Bad': it cannot be read. the device is gone"
        $outcome = Get-Outcome { 'a + Bad' | Measure-Expression -At $broken }
        $outcome.Errors[0].Exception.Message | Should -BeExactly "The property 'Bad' cannot be read. the device is gone"
    }

    It 'becomes null in a copy' {
        $copy = $broken, $broken | Measure-Expression 'a + y' -AsProperty Sum
        $copy.Sum | Should -Be 5, 5
        $known = New-NeuralNetwork 1 1, linear -Seed 1
        $file = Get-Item "$PSScriptRoot/../Support.ps1"
        $file | Add-Member ScriptProperty Bad { throw 'gone' }
        foreach ($out in ($file | Measure-Expression 'Length/2^10' -AsProperty KB), ($file | Invoke-AutodiffModel $known -Feature Length)) {
            $out.psobject.Properties.Name | Should -Contain Bad
            $null -eq $out.Bad | Should -BeTrue
            $out.Length | Should -Be $file.Length
        }
    }

    It 'does not end the command on processes' {
        $outcome = Get-Outcome { Get-Process | Measure-Expression 'WorkingSet64/2^20' -AsProperty MB }
        $outcome.Errors | Should -HaveCount 0
        $outcome.Output.Count | Should -BeGreaterThan 0
        ($outcome.Output | Where-Object Id -EQ $PID).MB | Should -BeGreaterThan 1
    }
}

Describe 'Rows of a DataTable' {
    It 'have the columns of the table as features, through <What>' -ForEach @(
        @{ What = 'rows'; Rows = { (Get-Table).Rows } }
        @{ What = 'views'; Rows = { (Get-Table).DefaultView } }
    ) {
        $fit = & $Rows | Invoke-LinearRegression -Label y
        @($fit.Coefficients.Keys) | Should -BeExactly 'Intercept', 'a', 'Table'
        $fit.Coefficients['a'] | Assert-Near 2 -Within 1e-9
        $fit.Coefficients['Table'] | Assert-Near -3 -Within 1e-9
        $result = & $Rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 1, linear -Seed 1) -Label y -Epoch 1 -LearningRate 1e-6
        $result.Network.Features | Should -BeExactly 'a', 'Table'
        (& $Rows | Test-AutodiffModel $result.Network).Rows | Should -Be 6
        $predicted = @(& $Rows | Invoke-AutodiffModel $result.Network)
        $predicted[0].psobject.Properties.Name | Should -BeExactly 'a', 'Table', 'y', 'Prediction'
        (& $Rows | Optimize-NeuralNetwork $result.Network -Fraction 0.5).FrozenCount | Should -Be 1
        $measured = @(& $Rows | Measure-Expression 'a + Table' -AsProperty Sum)
        $measured[2].psobject.Properties.Name | Should -BeExactly 'a', 'Table', 'y', 'Sum'
        $measured.Sum | Should -Be 2, 6, 12, 20, 30, 42
    }

    It 'keep what Add-Member added' {
        $table = Get-Table
        $rows = $table.Rows | ForEach-Object { $_ | Add-Member Extra ($_.a * 2 + ($_.a -gt 3)) -PassThru }
        @(($rows | Invoke-LinearRegression -Label y).Coefficients.Keys) | Should -BeExactly 'Intercept', 'Extra', 'a', 'Table'
    }

    It 'name an empty cell' {
        $table = Get-Table
        $null = $table.Rows.Add([DBNull]::Value, 1, 2)
        $outcome = Get-Outcome { $table.Rows | Measure-Expression a }
        $outcome.Output | Should -HaveCount 6
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 7, column 'a': an empty cell is not a number.*"
    }
}

Describe 'Rows that come back from a job' {
    It 'have no columns of the job as features' {
        $rows = Start-ThreadJob { 1..5 | ForEach-Object { [pscustomobject]@{ a = $_; y = 3 * $_ } } } | Receive-Job -Wait -AutoRemoveJob
        $rows | ForEach-Object { $_ | Add-Member RunspaceId ([guid]::NewGuid()) -Force; $_ | Add-Member PSComputerName 'localhost' -Force }
        @(($rows | Invoke-LinearRegression -Label y -WarningAction Ignore).Coefficients.Keys) | Should -BeExactly 'Intercept', 'a'
    }
}

Describe 'An integer that no double holds' {
    BeforeAll {
        $big = 9007199254740993
        $says = '2 integers have more digits than a double holds and were rounded. The first is 9007199254740993 in row 2, column ''x'', which became 9007199254740992. *'
        $rows = foreach ($x in 1, $big, ($big + 2), 9007199254740994) { [pscustomobject]@{ x = $x; y = $x % 7 } }
    }

    It 'is counted in one warning: <_>' -ForEach @(
        '$rows | Measure-Expression x'
        '$rows | Measure-Expression x -Sum'
        '$rows | Find-Minimum ''(y - w*x*1e-16)^2'' -InitialValue @{ w = 1 } -Mean'
        '$rows | Invoke-LinearRegression -Feature x -Label y'
        '$rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 1 -Seed 1) -Feature x -Label y -Standardize -Epoch 1 -Seed 1'
        '$rows | Start-NetworkTraining ''(y - a*x*1e-16)^2'' -Epoch 1 -Seed 1 -LearningRate 0.01'
        '$rows | Invoke-AutodiffModel (New-NeuralNetwork 1 1 -Seed 1) -Feature x'
        '$rows | Test-AutodiffModel (New-NeuralNetwork 1 1 -Seed 1) -Feature x -Label y'
    ) {
        $outcome = Get-Outcome ([scriptblock]::Create($_))
        $outcome.Errors | Should -HaveCount 0
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeLike $says
    }

    It 'is said of <What>' -ForEach @(
        @{ What = 'a label'; Says = '1 integer has*9007199254740993 in row 2, column ''x''*'; Call = { [pscustomobject]@{ x = 1; a = 1 }, [pscustomobject]@{ x = $big; a = 2 } | Start-NetworkTraining -Network (New-NeuralNetwork 1 1 -Seed 1) -Feature a -Label x -Epoch 1 -Seed 1 -LearningRate 1e-20 } }
        @{ What = 'text'; Says = '1 integer has*9007199254740993*'; Call = { @{ x = '9007199254740993' } | Measure-Expression x } }
        @{ What = 'a value of -At'; Says = '1 integer has*-9007199254740993 in the value of ''x''*'; Call = { 'x' | Measure-Expression -At @{ x = -9007199254740993 } } }
        @{ What = 'a list in -At'; Says = '1 integer has*the values of ''x''*'; Call = { 'x' | Measure-Expression -At @{ x = 1, 9007199254740993 } } }
        @{ What = '-Data'; Says = '1 integer has*-Data, row 3, column 1*'; Call = { Invoke-LinearRegression -Data 1, 5, 9007199254740993 -Target 1, 2, 3 } }
        @{ What = '-Target'; Says = '1 integer has*18446744073709551615 in -Target, row 2, column 1*'; Call = { Invoke-LinearRegression -Data 1, 5, 7 -Target 1, ([ulong]::MaxValue), 3 } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 0
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeLike $Says
    }

    It 'is not claimed of what a double holds, or is rounded as all numbers are' {
        $outcome = Get-Outcome { 9007199254740992, 1152921504606846976, '1e30', 9007199254740993.0, [bigint]::Pow(2, 200), '0.12345678901234567890' | ForEach-Object { @{ x = $_ } } | Measure-Expression x }
        $outcome.Warnings | Should -HaveCount 0
        $outcome.Output | Should -HaveCount 6
    }
}

Describe 'Rows and arrays that are mixed' {
    BeforeAll {
        $net = New-NeuralNetwork -Weight @(, @(, 2))
        $rows = [pscustomobject]@{ a = 1; y = 2 }, [pscustomobject]@{ a = 2; y = 4 }
    }

    It 'end the command with what is wrong and what to do: <Command>' -ForEach @(
        @{ Says = '-Target holds the right answers and goes with -Data, * name their column with -Label.'; Command = { $rows | Test-AutodiffModel $net -Feature a -Target y } }
        @{ Says = '-Target holds the right answers and goes with -Data, * name their column with -Label.'; Command = { $rows | Test-AutodiffModel $net -Target 2, 4 } }
        @{ Says = '-Target holds the right answers and goes with -Data, *'; Command = { $rows | Optimize-NeuralNetwork $net -Fraction 0.5 -Feature a -Target y } }
        @{ Says = '-Target holds what to predict and goes with -Data, *'; Command = { $rows | Invoke-LinearRegression -Feature a -Target y } }
        @{ Says = '-Target holds what to predict and goes with -Data, *'; Command = { $rows | Start-NetworkTraining -Network $net -Feature a -Target y } }
        @{ Says = '-Data holds the inputs and needs -Target, *'; Command = { Test-AutodiffModel $net -Data 1, 2 -Label y } }
        @{ Says = '-Label names columns of rows from the pipeline and does not go with -Data.*'; Command = { Test-AutodiffModel $net -Data 1, 2 -Target 2, 4 -Label y } }
        @{ Says = '-Feature names columns of rows from the pipeline and does not go with -Data.*'; Command = { Start-NetworkTraining -Network $net -Data 1, 2 -Target 2, 4 -Feature a } }
        @{ Says = '-Feature names columns of rows from the pipeline and does not go with -Data.*'; Command = { Invoke-AutodiffModel $net -Data 1, 2 -Feature a } }
        @{ Says = '-Weight names columns of rows from the pipeline and does not go with -Data.*'; Command = { Invoke-LinearRegression -Data 1, 2 -Target 2, 4 -Weight w } }
        @{ Says = 'There are rows from the pipeline and also -Data.*'; Command = { $rows | Test-AutodiffModel $net -Data 1, 2 -Target 2, 4 } }
        @{ Says = 'There are rows from the pipeline and also -Data.*'; Command = { $rows | Invoke-AutodiffModel $net -Data 1, 2 } }
        @{ Says = 'There are rows from the pipeline and also -Data.*'; Command = { $rows | Invoke-LinearRegression -Data 1, 2 -Target 2, 4 } }
        @{ Says = 'There are rows from the pipeline and also -Data.*'; Command = { $rows | Start-NetworkTraining -Network $net -Data 1, 2 -Target 2, 4 } }
    ) {
        $outcome = Get-Outcome $Command
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly DataInvalid
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }

    It 'are fine apart' {
        ($rows | Test-AutodiffModel $net -Feature a -Label y).Loss | Should -BeExactly 0
        (Test-AutodiffModel $net -Data 1, 2 -Target 2, 4).Loss | Should -BeExactly 0
        (Invoke-AutodiffModel $net -Data 1, 2)[1, 0] | Should -BeExactly 4
        ($rows | Invoke-LinearRegression -Feature a -Label y).Coefficients['a'] | Assert-Near 2
        (Invoke-LinearRegression -Data 1, 2 -Target 2, 4 -Feature f -Label w).Coefficients['f'] | Assert-Near 2
    }
}
