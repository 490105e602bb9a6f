BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    # y = 2x + 1
    $line = @(
        [pscustomobject]@{ x = '0'; y = '1' }
        [pscustomobject]@{ x = '1'; y = '3' }
        [pscustomobject]@{ x = '-1'; y = '-1' }
        [pscustomobject]@{ x = '2'; y = '5' }
    )
    $squares = '(y - (a*x + b))^2'
}

Describe 'Start-NetworkTraining fits a line' {
    BeforeAll {
        $result = $line | Start-NetworkTraining -Loss $squares -Parameter a, b -LearningRate 0.05 -Epoch 500 -Seed 1
    }

    It 'finds y = 2x + 1' {
        $result | Should -BeOfType PSAutodiff.TrainingResult
        $result.Parameters['a'] | Assert-Near 2 -Within 1e-9
        $result.Parameters['b'] | Assert-Near 1 -Within 1e-9
        $result.FinalLoss | Assert-Near 0 -Within 1e-15
    }

    It 'tells how it went' {
        $result.Steps | Should -Be 2000
        $result.Epochs | Should -Be 500
        $result.Loss | Should -HaveCount 2000
        $result.EpochLoss | Should -HaveCount 500
        $result.StopReason.ToString() | Should -BeExactly Completed
        $result.Seed | Should -Be 1
        $result.Elapsed.Ticks | Should -BeGreaterThan 0
        $null -eq $result.FailedStep | Should -BeTrue
        $best = ($result.EpochLoss | Measure-Object -Minimum).Minimum
        $result.EpochLoss[$result.BestEpoch - 1] | Should -BeExactly $best
    }

    It 'keeps the loss of each step, and its mean for each epoch' {
        $result.EpochLoss[0] | Assert-Near ($result.Loss[0..3] | Measure-Object -Average).Average -Within 1e-15
        $result.EpochLoss[499] | Assert-Near ($result.Loss[1996..1999] | Measure-Object -Average).Average -Within 1e-15
    }

    It 'gives its history as objects for Export-Csv' {
        $path = Join-Path $TestDrive history.csv
        $result.History.Count | Should -Be 2000
        $result.History[-1].Step | Should -Be 2000
        $result.History | Export-Csv $path
        $history = Import-Csv $path
        $history | Should -HaveCount 2000
        $history[0].psobject.Properties.Name | Should -BeExactly Step, Epoch, Sample, Loss
        $history[5].Step, $history[5].Epoch, $history[5].Sample | Should -BeExactly '6', '2', '2'
        [double]::Parse($history[5].Loss, [cultureinfo]::CurrentCulture) | Should -BeExactly $result.Loss[5]
    }

    It 'predicts with its parameters' {
        $predicted = @($line | Measure-Expression 'a*x + b' -At $result.Parameters -AsProperty Prediction)
        $predicted[3].psobject.Properties.Name | Should -BeExactly x, y, Prediction
        $predicted[3].Prediction | Assert-Near 5 -Within 1e-8
    }

    It 'takes single steps in order, each against the gradient: checked by hand' {
        # a = 0: (1-0)^2 = 1, step 0.1 * 2 * 1 * 1 = 0.2; then (4 - 0.2*2)^2, step 0.1 * 2 * 3.6 * 2 = 1.44.
        $two = @{ x = 1; y = 1 }, @{ x = 2; y = 4 } | Start-NetworkTraining '(y - a*x)^2' -InitialValue @{ a = 0 } -LearningRate 0.1 -Epoch 1
        $two.Loss[0] | Assert-Near 1
        $two.Loss[1] | Assert-Near 12.96
        $two.Parameters['a'] | Assert-Near 1.64
    }
}

Describe 'The parameters of a training' {
    It 'are the variables that are not columns, in ordinal order, when -Parameter does not say' {
        $result = $line | Start-NetworkTraining $squares -Epoch 1
        @($result.Parameters.Keys) | Should -BeExactly 'a', 'b'
    }

    It 'are those of -Parameter, in that order' {
        $result = $line | Start-NetworkTraining $squares -Parameter b, a -Epoch 1
        @($result.Parameters.Keys) | Should -BeExactly 'b', 'a'
    }

    It 'may leave columns of the data unused' {
        $result = $line | Start-NetworkTraining '(y - b)^2' -Epoch 300 -LearningRate 0.01
        $result.Parameters.Count | Should -Be 1
        $result.Parameters['b'] | Assert-Near 2 -Within 0.2
    }

    It 'train even where a column has the same name' {
        $result = @{ a = 100; x = 1; y = 3 } | Start-NetworkTraining '(y - a*x)^2' -Parameter a -Epoch 200
        $result.Parameters['a'] | Assert-Near 3 -Within 1e-9
    }

    It 'start where -InitialValue says, as <What>' -ForEach @(
        @{ What = 'a hashtable'; Start = @{ a = 2; b = '1.0' } }
        @{ What = 'an object'; Start = [pscustomobject]@{ a = 2; b = 1 } }
        @{ What = 'an ordered dictionary'; Start = [ordered]@{ b = 1; a = 2 } }
    ) {
        $result = $line | Start-NetworkTraining $squares -InitialValue $Start -Epoch 1
        $result.Loss | Should -Be 0, 0, 0, 0
        $result.Parameters['a'] | Should -BeExactly 2
    }

    It 'go on from an earlier result' {
        $once = $line | Start-NetworkTraining $squares -InitialValue @{ a = 0; b = 0 } -Epoch 20
        $half = $line | Start-NetworkTraining $squares -InitialValue @{ a = 0; b = 0 } -Epoch 10
        $rest = $line | Start-NetworkTraining $squares -InitialValue $half.Parameters -Epoch 10
        $rest.Parameters['a'] | Should -BeExactly $once.Parameters['a']
        $rest.Parameters['b'] | Should -BeExactly $once.Parameters['b']
    }

    It 'start the same from the same seed, and differently from another' {
        $first, $again, $other = 42, 42, 43 | ForEach-Object { $line | Start-NetworkTraining $squares -Seed $_ -Epoch 3 }
        $again.Parameters['a'] | Should -BeExactly $first.Parameters['a']
        $again.Loss | Should -BeExactly $first.Loss
        $other.Parameters['a'] | Should -Not -Be $first.Parameters['a']
    }

    It 'can be had again from the seed that the result notes' {
        $first = $line | Start-NetworkTraining $squares -Epoch 3
        $again = $line | Start-NetworkTraining $squares -Epoch 3 -Seed $first.Seed
        $again.Loss | Should -BeExactly $first.Loss
    }

    It 'start within +- -InitialScale, not all alike' {
        $names = 1..200 | ForEach-Object { "w$_" }
        $sum = ($names | ForEach-Object { "$_*x" }) -join ' + '
        $result = @{ x = 0 } | Start-NetworkTraining $sum -InitialScale 0.25 -Epoch 1 -Seed 3
        $values = @($result.Parameters.Values)
        $extremes = $values | Measure-Object -Minimum -Maximum
        $extremes.Maximum | Should -BeLessOrEqual 0.25
        $extremes.Minimum | Should -BeGreaterOrEqual -0.25
        $extremes.Maximum | Should -BeGreaterThan 0.2
        $extremes.Minimum | Should -BeLessThan -0.2
    }

    It 'start at 0 with -InitialScale 0' {
        $result = @{ x = 0 } | Start-NetworkTraining 'w*x + v*x' -InitialScale 0 -Epoch 1
        @($result.Parameters.Values) | Should -BeExactly 0, 0
    }

    It 'draw the same start when one of them is given' {
        $all = @{ x = 0 } | Start-NetworkTraining 'p*x + q*x' -Seed 9 -Epoch 1
        $one = @{ x = 0 } | Start-NetworkTraining 'p*x + q*x' -Seed 9 -Epoch 1 -InitialValue @{ p = 0.5 }
        $one.Parameters['p'] | Should -BeExactly 0.5
        $one.Parameters['q'] | Should -BeExactly $all.Parameters['q']
    }
}

Describe 'What Start-NetworkTraining refuses' {
    It '<What>: <Id>' -ForEach @(
        @{ What = 'a parameter that the loss lacks'; Id = 'ParameterUnknown'; Names = 'slope'; Call = { $line | Start-NetworkTraining $squares -Parameter slope } }
        @{ What = 'the same parameter twice'; Id = 'ParameterUnknown'; Names = 'a'; Call = { $line | Start-NetworkTraining $squares -Parameter a, a } }
        @{ What = 'an initial value of no parameter'; Id = 'ParameterUnknown'; Names = 'c'; Call = { $line | Start-NetworkTraining $squares -InitialValue @{ c = 1 } } }
        @{ What = 'an initial value that is not a number'; Id = 'ValueNotNumeric'; Names = 'a'; Call = { $line | Start-NetworkTraining $squares -InitialValue @{ a = 'much' } } }
        @{ What = 'an infinite start value'; Id = 'ValueNotFinite'; Names = 'a'; Call = { $line | Start-NetworkTraining $squares -InitialValue @{ a = [double]::PositiveInfinity } } }
        @{ What = 'nothing to train'; Id = 'ParameterUnknown'; Names = 'column'; Call = { $line | Start-NetworkTraining '(y - x)^2' } }
        @{ What = 'no loss'; Id = 'ExpressionMissing'; Names = '-Loss'; Call = { $line | Start-NetworkTraining } }
        @{ What = 'a null loss'; Id = 'ExpressionNull'; Names = 'null'; Call = { $line | Start-NetworkTraining $null } }
        @{ What = 'a loss with a syntax error'; Id = 'ExpressionSyntax'; Names = 'Column 5'; Call = { $line | Start-NetworkTraining '(y-x' } }
        @{ What = 'no rows'; Id = 'RowsMissing'; Names = 'rows'; Call = { @() | Start-NetworkTraining $squares } }
        @{ What = 'no pipeline at all'; Id = 'RowsMissing'; Names = 'rows'; Call = { Start-NetworkTraining $squares } }
        @{ What = 'a learning rate of 0'; Id = 'LearningRateInvalid'; Names = '0'; Call = { $line | Start-NetworkTraining $squares -LearningRate 0 } }
        @{ What = 'a negative learning rate'; Id = 'LearningRateInvalid'; Names = '-0.5'; Call = { $line | Start-NetworkTraining $squares -LearningRate -0.5 } }
        @{ What = 'a learning rate of NaN'; Id = 'LearningRateInvalid'; Names = 'NaN'; Call = { $line | Start-NetworkTraining $squares -LearningRate NaN } }
        @{ What = 'an infinite learning rate'; Id = 'LearningRateInvalid'; Names = 'Infinity'; Call = { $line | Start-NetworkTraining $squares -LearningRate ([double]::PositiveInfinity) } }
        @{ What = 'more steps than a result can hold'; Id = 'StepsTooMany'; Names = '4 steps an epoch times 2000000000'; Call = { $line | Start-NetworkTraining $squares -Epoch 2000000000 } }
        @{ What = 'no epochs'; Id = 'ParameterArgumentValidationError'; Names = 'Epoch'; Call = { $line | Start-NetworkTraining $squares -Epoch 0 } }
        @{ What = 'a negative scale'; Id = 'ParameterArgumentValidationError'; Names = 'InitialScale'; Call = { $line | Start-NetworkTraining $squares -InitialScale -1 } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "$Id,PSAutodiff.Commands.StartNetworkTrainingCommand"
        $outcome.Errors[0].Exception.Message.Contains($Names) | Should -BeTrue -Because "the message is: $($outcome.Errors[0])"
    }
}

Describe 'Bad rows' {
    BeforeAll {
        $mixed = @{ x = 'NaN' }, @{ x = 1 }, @{ x = 'two' }, $null, @{ z = 1 }, @{ x = '' }, @{ x = '1,5' }, @{ x = [double]::PositiveInfinity }, @{ x = 3 }
        $outcome = Get-Outcome { $mixed | Start-NetworkTraining '(m - x)^2' -Parameter m -LearningRate 0.01 -Epoch 800 }
    }

    It 'cost an error each that names row and column' {
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly @(
            'ValueNotFinite', 'ColumnNotNumeric', 'RowNull', 'ColumnMissing', 'ColumnNotNumeric', 'ColumnNotNumeric', 'ValueNotFinite')
        $expected = "Row 1, column 'x': NaN*", "Row 3, column 'x': 'two'*", '*Row 4*', "Row 5 *'x'*It has: z.", "Row 6, column 'x': an empty cell*", "Row 7, column 'x': '1,5'*point*", "Row 8, column 'x': Infinity*"
        for ($i = 0; $i -lt 7; $i++) { $outcome.Errors[$i].Exception.Message | Should -BeLike $expected[$i] }
    }

    It 'are the targets of their errors' {
        [object]::ReferenceEquals($outcome.Errors[0].TargetObject, $mixed[0]) | Should -BeTrue
    }

    It 'do not keep the others from being used' {
        $outcome.Output | Should -HaveCount 1
        $outcome.Output[0].Parameters['m'] | Assert-Near 2 -Within 0.05
        $outcome.Output[0].History | Select-Object -First 4 | ForEach-Object Sample | Should -Be 2, 9, 2, 9
    }

    It 'are counted from the first, null ones too' {
        $nulls = Get-Outcome { $null, $null, @{ x = 'no' }, @{ x = 1 } | Start-NetworkTraining '(m - x)^2' -Parameter m -Epoch 1 }
        $nulls.Errors.Exception.Message[0] | Should -BeLike '*Row 1*'
        $nulls.Errors.Exception.Message[1] | Should -BeLike '*Row 2*'
        $nulls.Errors.Exception.Message[2] | Should -BeLike "Row 3, column 'x'*"
        $nulls.Output[0].Steps | Should -Be 1
    }
}

Describe 'Rows that have no column of the loss' {
    It 'are worth a warning' {
        $outcome = Get-Outcome { @{ X1 = 1 } | Start-NetworkTraining '(a - x)^2' -Epoch 1 }
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeLike '*no column*'
        (Get-Outcome { $line | Start-NetworkTraining $squares -Epoch 1 }).Warnings | Should -HaveCount 0
    }
}

Describe 'A training that runs away' {
    BeforeAll {
        $rows = @{ x = 1; y = 1 }, @{ x = 2; y = 3 }
        $outcome = Get-Outcome { $rows | Start-NetworkTraining '(y - a*x)^2' -InitialValue @{ a = 1.1 } -LearningRate 1e10 -Epoch 1000 }
        $result = $outcome.Output[0]
    }

    It 'still gives its result, with the last finite parameters' {
        $outcome.Output | Should -HaveCount 1
        $result.StopReason.ToString() | Should -BeExactly NotFinite
        [double]::IsFinite($result.Parameters['a']) | Should -BeTrue
        $result.Loss | ForEach-Object { [double]::IsFinite($_) } | Should -Not -Contain $false
        $result.Steps | Should -Be ($result.FailedStep.Step - 1)
    }

    It 'is an error that names step, epoch and sample' {
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'LossNotFinite,PSAutodiff.Commands.StartNetworkTrainingCommand'
        [object]::ReferenceEquals($outcome.Errors[0].TargetObject, $result) | Should -BeTrue
        $failed = $result.FailedStep
        $failed.Step | Should -BeGreaterThan 2
        $failed.Epoch | Should -Be ([Math]::Floor(($failed.Step - 1) / 2) + 1)
        $failed.Sample | Should -Be (($failed.Step - 1) % 2 + 1)
        $outcome.Errors[0].Exception.Message | Should -BeLike "*step $($failed.Step) (epoch $($failed.Epoch), sample $($failed.Sample))*"
    }

    It 'stops at once when the very first loss is NaN, and names the row of the data' {
        $first = Get-Outcome { @{ x = 'no' }, @{ x = -1 } | Start-NetworkTraining 'log(x)*a' -Parameter a -InitialValue @{ a = 1 } }
        $first.Errors[1].Exception.Message | Should -BeLike '*step 1 (epoch 1, sample 2)*'
        $first.Output[0].Steps | Should -Be 0
        $first.Output[0].Parameters['a'] | Should -Be 1
    }
}

Describe 'Start-NetworkTraining -Verbose' {
    It 'tells what it trains on, of the losses of epochs and starts, and how it ends' {
        $rows = 1..6 | ForEach-Object { [pscustomobject]@{ x = $_ / 6; y = $_ / 3 + 1 } }
        $outcome = Get-Outcome { $rows | Start-NetworkTraining '(y - a*x - b)^2' -LearningRate 0.1 -Seed 7 -Epoch 60 -Restart 2 -Verbose }
        $told = $outcome.Verbose.Message
        $told[0] | Should -BeExactly 'Training on 6 rows: GradientDescent with learning rate 0.1, batches of 1, at most 60 epochs, seed 7, 2 starts.'
        @($told | Where-Object { $_ -match '^Epoch \d+: mean loss ' } | ForEach-Object { [int]($_ -replace '^Epoch (\d+):.*', '$1') }) | Should -Be (@(1..10) + 20 + 50)
        @($told | Where-Object { $_ -match '^Start \d with seed \d+: loss ' }) | Should -HaveCount 2
        @($told | Where-Object { $_ -match ', the best$' }) | Should -HaveCount 1
        $told[-1] | Should -Match '^Completed after 60 epochs and 360 steps in .* s: loss '
    }
}

Describe 'Starts from a distribution, and an end when the loss hardly falls' {
    BeforeAll {
        $lineRows = foreach ($x in -2..2) { @{ x = $x; y = 1 + 2 * $x } }
        $names = 1..400 | ForEach-Object { "p$_" }
        $manyLoss = ($names -join ' + ') + ' + 0*x'
    }

    It 'draws <Initializer> starts with scale <Scale>, the same for the same seed' -ForEach @(
        @{ Initializer = 'Normal'; Scale = $null; Deviation = 1; Most = 6 }
        @{ Initializer = 'Normal'; Scale = 0.1; Deviation = 0.1; Most = 0.6 }
        @{ Initializer = 'Uniform'; Scale = 0.5; Deviation = 0.5 / [Math]::Sqrt(3); Most = 0.5 }
        @{ Initializer = 'Uniform'; Scale = $null; Deviation = [Math]::Sqrt(0.5); Most = [Math]::Sqrt(1.5) }
    ) {
        $options = @{ Loss = $manyLoss; Initializer = $Initializer; Seed = 5; Epoch = 1; LearningRate = 1e-300 }
        if ($Scale) { $options.InitialScale = $Scale }
        $drawn = @((@{ x = 1 } | Start-NetworkTraining @options).Parameters.Values)
        $mean = ($drawn | Measure-Object -Average).Average
        $deviation = [Math]::Sqrt(($drawn | ForEach-Object { ($_ - $mean) * ($_ - $mean) } | Measure-Object -Average).Average)
        # Five standard errors of 400 draws.
        $mean | Assert-Near 0 -Within (5 * $Deviation / 20)
        $deviation | Assert-Near $Deviation -Within (5 * $Deviation / 28)
        ($drawn | ForEach-Object { [Math]::Abs($_) } | Measure-Object -Maximum).Maximum | Should -BeLessOrEqual $Most
        @((@{ x = 1 } | Start-NetworkTraining @options).Parameters.Values) | Should -Be $drawn
        $options.Seed = 6
        @((@{ x = 1 } | Start-NetworkTraining @options).Parameters.Values)[0] | Should -Not -Be $drawn[0]
    }

    It 'ends when an epoch lowers the loss by less than -MinDecrease' {
        $options = @{ Loss = '(y - (a*x + b))^2'; Initializer = 'Normal'; Seed = 3; BatchSize = 5; LearningRate = 0.05 }
        $result = $lineRows | Start-NetworkTraining @options -MinDecrease 1e-4
        $result.StopReason | Should -Be MinDecrease
        $fell = $result.EpochLoss[-2] - $result.EpochLoss[-1]
        $fell | Should -BeLessThan 1e-4
        $result.EpochLoss[-3] - $result.EpochLoss[-2] | Should -BeGreaterOrEqual 1e-4
        ($lineRows | Start-NetworkTraining @options -Epoch 2 -MinDecrease 0).StopReason | Should -Be Completed
    }

    It 'names parameters where a checkpoint is of another training run' {
        $path = Join-Path $TestDrive other.checkpoint
        $null = $lineRows | Start-NetworkTraining '(y - (a*x + b))^2' -Seed 3 -MaxStep 7 -CheckpointPath $path
        $outcome = Get-Outcome { $lineRows | Start-NetworkTraining '(y - (a*x + b))^2' -Seed 3 -MaxStep 9 -CheckpointPath $path -Resume }
        $outcome.Errors[0].Exception.Message | Should -BeLike "*is of another training run: it has -MaxStep 7, not -MaxStep 9. Train as it was begun, or from the start without -Resume."
    }

    It 'goes on from a checkpoint with the loss of the epoch before' {
        $options = @{ Loss = '(y - (a*x + b))^2'; Seed = 3; BatchSize = 5; LearningRate = 0.05; MinDecrease = 1e-4 }
        $whole = $lineRows | Start-NetworkTraining @options
        $path = Join-Path $TestDrive decrease.checkpoint
        $null = $lineRows | Start-NetworkTraining @options -MaxStep 7 -CheckpointPath $path
        $outcome = Get-Outcome { $lineRows | Start-NetworkTraining @options -MaxStep 7 -CheckpointPath $path -Resume }
        $outcome.Errors | Should -HaveCount 0
        $whole.Epochs | Should -BeGreaterThan 7
    }

    It 'takes a learning rate that warms up and falls, and gradients no longer than -ClipNorm' {
        $options = @{ Loss = '(y - (a*x + b))^2'; InitialValue = @{ a = 0; b = 0 }; BatchSize = 5; LearningRate = 0.05 }

        # The first step of a warm-up of 4 takes a quarter of the rate, and the last of 8 steps of a cosine little.
        $whole = ($lineRows | Start-NetworkTraining @options -Epoch 1).Parameters
        $first = ($lineRows | Start-NetworkTraining @options -Epoch 8 -MaxStep 1 -WarmupEpoch 4).Parameters
        $first.a / $whole.a | Should -BeGreaterThan 0.2499
        $first.a / $whole.a | Should -BeLessThan 0.2501
        $clipped = ($lineRows | Start-NetworkTraining @options -Epoch 1 -ClipNorm 0.5).Parameters
        [Math]::Sqrt($clipped.a * $clipped.a + $clipped.b * $clipped.b) | Assert-Near (0.05 * 0.5) -Within 1e-15
        $limited = ($lineRows | Start-NetworkTraining @options -Epoch 1 -ClipValue 0.5).Parameters
        [Math]::Abs($limited.a) | Assert-Near (0.05 * 0.5) -Within 1e-15
        $step = $lineRows | Start-NetworkTraining @options -Epoch 8 -LearningRateSchedule Step -StepEpoch 2 -StepFactor 0.5
        $same = $lineRows | Start-NetworkTraining @options -Epoch 8
        $step.Loss[0..2] | Should -Be $same.Loss[0..2]
        $step.Loss[3] | Should -BeGreaterThan $same.Loss[3]
    }

    It 'goes to the minimum by LBFGS, over all rows in each step' {
        $rows = foreach ($x in -2..2) { @{ x = $x; y = 1 + 2 * $x + [Math]::Sin(5 * $x) } }
        $line = $rows | Invoke-LinearRegression -Feature x -Label y
        $outcome = Get-Outcome { $rows | Start-NetworkTraining '(y - (a*x + b))^2' -Optimizer LBFGS -Seed 1 -LearningRate 0.3 }
        $outcome.Warnings.Message | Should -Be 'LBFGS does not use -LearningRate.'
        $result = $outcome.Output[0]
        $result.StopReason | Should -Be Converged
        $result.BatchSize | Should -Be 5
        $result.Steps | Should -BeLessThan 30
        $result.Parameters.a | Assert-Near $line.Coefficients['x'] -Within 1e-7
        Get-ErrorId (Get-Outcome { $rows | Start-NetworkTraining '(y - (a*x + b))^2' -Optimizer LBFGS -BatchSize 2 }).Errors[0] | Should -BeExactly TrainingOptionInvalid
        $net = $rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 3, tanh, 1 -Seed 1) -Feature x -Label y -Optimizer LBFGS -Epoch 300
        $net.FinalLoss | Should -BeLessThan 1e-4
    }

    It 'warns of settings of another schedule' {
        $outcome = Get-Outcome { $lineRows | Start-NetworkTraining '(y - (a*x + b))^2' -Epoch 1 -StepEpoch 3 -FinalLearningRate 0.01 }
        $outcome.Warnings | Should -HaveCount 2
        "$($outcome.Warnings)" | Should -BeLike '*-StepFactor are for -LearningRateSchedule Step*-FinalLearningRate is for -LearningRateSchedule Cosine*'
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'a schedule of steps without -StepEpoch'; Call = { $lineRows | Start-NetworkTraining '(y - a*x)^2' -LearningRateSchedule Step }; Id = 'TrainingOptionInvalid' }
        @{ What = 'a negative decrease'; Call = { $lineRows | Start-NetworkTraining '(y - a*x)^2' -MinDecrease -1 }; Id = 'TrainingOptionInvalid' }
        @{ What = '-Initializer with a network'; Call = { $lineRows | Start-NetworkTraining -Network (New-NeuralNetwork 1 1, linear) -Feature x -Label y -Initializer Normal }; Id = 'AmbiguousParameterSet' }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
    }
}
