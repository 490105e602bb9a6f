BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $iris = Import-Csv (Join-Path $repositoryRoot examples/data/iris.csv)
    $net = New-NeuralNetwork 4 6, tanh, 3, softmax -Seed 1
    $short = @{ Label = 'Species'; Epoch = 10; Seed = 3; Standardize = $true }
    $line = 0..30 | ForEach-Object { [pscustomobject]@{ x = $_ / 10; y = 2 * $_ / 10 + 1 + ($_ % 3) / 10 } }
    $loss = '(y - (a*x + b))^2'
    function Get-Essence($Rows) { $Rows | ForEach-Object { "$($_.Number) $($_.Settings.Keys) $($_.Settings.Values) $($_.Loss) $($_.LossDeviation) $($_.Accuracy) $($_.FoldLosses) $($_.IsBest) $($_.Result.EpochLoss) $($_.Network?.ToJson()) $($_.Parameters?.Values)" } }
}

Describe 'Start-NetworkTraining -Sweep' {
    It 'gives a row for each setting, the last key fastest' {
        $rows = $iris | Start-NetworkTraining -Network $net @short -Sweep ([ordered]@{ Optimizer = 'Momentum', 'Adam'; LearningRate = 0.1, 0.01 })
        $rows.Number | Should -Be 1, 2, 3, 4
        $rows.Optimizer | Should -Be Momentum, Momentum, Adam, Adam
        $rows.LearningRate | Should -Be 0.1, 0.01, 0.1, 0.01
        $rows | ForEach-Object { $_.Settings.Keys -join ' ' } | Select-Object -Unique | Should -BeExactly 'Optimizer LearningRate'
    }

    It 'goes through a plain hashtable by names, and takes aliases and single values' {
        $rows = $line | Start-NetworkTraining $loss -Epoch 3 -Seed 1 -Sweep @{ shuffle = $true; Optimizer = 'adam'; lr = 0.1, '0.2' }
        $rows.LearningRate | Should -Be 0.1, 0.2
        $rows[0].Settings.Keys -join ' ' | Should -BeExactly 'LearningRate Optimizer Shuffle'
        $rows[0].Optimizer | Should -BeOfType PSAutodiff.TrainingOptimizer
    }

    It 'trains each setting as one training run does: <_>' -ForEach 'network', 'loss' {
        $sweep = [ordered]@{ BatchSize = 4, 32; Momentum = 0.5, 0.9; Restart = 1, 3 }
        $common = $_ -eq 'loss' ? @{ Loss = $loss; Epoch = 10; Seed = 3; LearningRate = 0.01 } : $short + @{ Network = $net }
        $data = $_ -eq 'loss' ? $line : $iris
        $rows = $data | Start-NetworkTraining @common -Optimizer Momentum -ValidationFraction 0.2 -Sweep $sweep
        foreach ($row in $rows) {
            $one = $data | Start-NetworkTraining @common -Optimizer Momentum -ValidationFraction 0.2 -BatchSize $row.BatchSize -Momentum $row.Momentum -Restart $row.Restart
            $row.Result.EpochLoss | Should -Be $one.EpochLoss
            $row.Result.Restarts.Count | Should -Be $row.Restart
            if ($one.Network) { $row.Network.ToJson() | Should -BeExactly $one.Network.ToJson() } else { $row.Parameters.Values | Should -Be $one.Parameters.Values }
            $row.Loss | Should -Be ($one.Restarts | Where-Object IsBest).ValidationLoss
        }
        $best = $rows | Where-Object IsBest
        $best | Should -HaveCount 1
        $best.Loss | Should -Be ($rows.Loss | Measure-Object -Minimum).Minimum
    }

    It 'sweeps what networks alone have, and networks' {
        $rows = $iris | Start-NetworkTraining -Label Species -Epoch 5 -Seed 1 -WarningAction SilentlyContinue -Sweep ([ordered]@{ Network = $net, (New-NeuralNetwork 4 3, 'tanh', 3, 'softmax' -Seed 1); Standardize = $false, $true; LossFunction = 'CategoricalCrossEntropy', 'MeanSquaredError'; InputNoise = 0, 0.1 })
        $rows | Should -HaveCount 16
        $one = $iris | Start-NetworkTraining -Network (New-NeuralNetwork 4 3, 'tanh', 3, 'softmax' -Seed 1) -Label Species -Epoch 5 -Seed 1 -Standardize -LossFunction MeanSquaredError -InputNoise 0.1
        $rows[15].Network.ToJson() | Should -BeExactly $one.Network.ToJson()
    }

    It 'sweeps what losses alone have' {
        $rows = $line | Start-NetworkTraining $loss -Epoch 5 -Seed 1 -Sweep ([ordered]@{ Initializer = 'Uniform', 'Normal'; Precision = 'Double', 'Single' })
        foreach ($row in $rows) {
            $one = $line | Start-NetworkTraining $loss -Epoch 5 -Seed 1 -Initializer $row.Initializer -Precision $row.Precision
            $row.Parameters.Values | Should -Be $one.Parameters.Values
        }
        ($line | Start-NetworkTraining $loss -Epoch 5 -Seed 1 -Sweep @{ InitialScale = 0.5 }).Parameters.Values | Should -Be ($line | Start-NetworkTraining $loss -Epoch 5 -Seed 1 -InitialScale 0.5).Parameters.Values
    }

    It 'takes the default learning rate of each optimizer' {
        $rows = $iris | Start-NetworkTraining -Network $net @short -Sweep @{ Optimizer = 'Adam', 'Momentum' }
        $rows.Result.LearningRate | Should -Be 0.001, 0.1
    }

    It 'measures by folds what Test-AutodiffModel measures' {
        $rows = $iris | Start-NetworkTraining -Network $net @short -CrossValidationFold 4 -Restart 2 -Sweep @{ LearningRate = 0.1, 0.02 }
        foreach ($row in $rows) {
            $test = $iris | Test-AutodiffModel $row.Network -CrossValidationFold 4 -Seed 3
            $row.Loss | Should -Be $test.Loss
            $row.Accuracy | Should -Be $test.Accuracy
            $row.FoldLosses | Should -Be $test.FoldLosses
            $row.Test.ConfusionMatrix.Counts | Should -Be $test.ConfusionMatrix.Counts
            $mean = ($test.FoldLosses | Measure-Object -Average).Average
            [Math]::Abs($row.LossDeviation - [Math]::Sqrt(($test.FoldLosses | ForEach-Object { ($_ - $mean) * ($_ - $mean) } | Measure-Object -Sum).Sum / 3)) | Should -BeLessThan 1e-12
        }
    }

    It 'measures arrays by folds too' {
        $x = [double[,]]::new(20, 1)
        $y = [double[,]]::new(20, 1)
        0..19 | ForEach-Object { $x[$_, 0] = $_ / 10; $y[$_, 0] = 3 * $_ / 10 }
        $row = Start-NetworkTraining -Network (New-NeuralNetwork 1 1 -Seed 1) -Data $x -Target $y -Seed 2 -Epoch 30 -CrossValidationFold 4 -Sweep @{ LearningRate = 0.1 }
        $row.Loss | Should -Be (Test-AutodiffModel $row.Network -Data $x -Target $y -CrossValidationFold 4 -Seed 2).Loss
    }

    It 'measures losses by folds: the mean over rows that were not trained on' {
        $row = $line | Start-NetworkTraining $loss -Epoch 50 -Seed 1 -CrossValidationFold 3 -Sweep @{ LearningRate = 0.01 }
        $row.FoldLosses | Should -HaveCount 3
        $test = $line | Test-AutodiffModel ($line | Start-NetworkTraining $loss -Prediction 'a*x + b' -Epoch 50 -Seed 1 -LearningRate 0.01) -Label y -CrossValidationFold 3 -Seed 1
        [Math]::Abs($row.Loss - $test.Loss) | Should -BeLessThan (1e-12 * $test.Loss)
    }

    It 'gives the same bits with any number of threads' {
        $sweep = @{ LearningRate = 0.1, 0.03, 0.01; BatchSize = 8, 150 }
        $expected = Get-Essence ($iris | Start-NetworkTraining -Network $net @short -CrossValidationFold 3 -ThrottleLimit 1 -Sweep $sweep)
        foreach ($threads in 2, 3, 16, 64) {
            Get-Essence ($iris | Start-NetworkTraining -Network $net @short -CrossValidationFold 3 -ThrottleLimit $threads -Sweep $sweep) | Should -BeExactly $expected
        }
    }

    It 'keeps the other settings when one diverges or cannot be trained' {
        $outcome = Get-Outcome { $line | Start-NetworkTraining $loss -Seed 1 -Epoch 20 -CrossValidationFold 3 -Sweep @{ LearningRate = 0.05, 1000 } }
        $outcome.Errors | Should -BeNullOrEmpty
        $outcome.Output | Should -HaveCount 2
        $outcome.Output[0].IsBest | Should -BeTrue
        $outcome.Output[1].Loss | Should -BeNullOrEmpty
        $outcome.Output[1].Problem | Should -BeLike '*NaN at step*'
        $outcome.Output[1].Result.StopReason | Should -Be NotFinite
        "$($outcome.Warnings)" | Should -BeLike 'Setting 2 (LearningRate = 1000) diverged:*smaller -LearningRate*'
        $given = New-NeuralNetwork -Weight (, [double[, ]]::new(4, 3)) -Activation softmax
        $outcome = Get-Outcome { $iris | Start-NetworkTraining -Network $given @short -Sweep @{ Restart = 1, 2 } }
        $outcome.Output | Should -HaveCount 2
        $outcome.Output[0].Loss | Should -BeGreaterThan 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly RestartsNeedStarts
        "$($outcome.Errors[0])" | Should -BeLike 'Setting 2 (Restart = 2).*'
    }

    It 'refuses <Sweep.Keys> <Sweep.Values>, and names what there is' -ForEach @(
        @{ Sweep = @{ Learning = 1 }; Id = 'SweepInvalid'; Message = '*LearningRate*' }
        @{ Sweep = @{ ValidationFraction = 0.1, 0.2 }; Id = 'SweepInvalid'; Message = '*Restart*' }
        @{ Sweep = @{ Standardize = $true }; Id = 'SweepInvalid'; Message = '*of a loss expression*' }
        @{ Sweep = @{ Optimizer = 'Adams' }; Id = 'SweepInvalid'; Message = '*GradientDescent, *Adam*' }
        @{ Sweep = @{ Epoch = 1.5 }; Id = 'SweepInvalid'; Message = '*whole numbers*' }
        @{ Sweep = @{ Epoch = 1e10 }; Id = 'SweepInvalid'; Message = '*10000000000. Its values are whole numbers from 1 to 2147483647.' }
        @{ Sweep = @{ WarmupEpoch = 2147483648 }; Id = 'SweepInvalid'; Message = '*whole numbers from 0 to 2147483647.' }
        @{ Sweep = @{ Shuffle = 2 }; Id = 'SweepInvalid'; Message = '*$true and $false*' }
        @{ Sweep = @{ LearningRate = 0.1, 'x' }; Id = 'SweepInvalid'; Message = "*'x'*numbers*" }
        @{ Sweep = @{ LearningRate = 0.1, $null }; Id = 'SweepInvalid'; Message = '*missing*' }
        @{ Sweep = @{ LearningRate = -2, -1 }; Id = 'LearningRateInvalid'; Message = '-Sweep with LearningRate = -2*' }
        @{ Sweep = @{ InitialScale = -1 }; Id = 'SweepInvalid'; Message = '*InitialScale*' }
        @{ Sweep = @{ WarmupEpoch = 50, 60 }; Id = 'TrainingOptionInvalid'; Message = '-Sweep with WarmupEpoch = 50*' }
        @{ Sweep = @{ LearningRate = 0.1; lr = 1 }; Id = 'SweepInvalid'; Message = '*two names*' }
        @{ Sweep = @{ Epoch = 1, 1 }; Id = 'SweepInvalid'; Message = '*twice*' }
        @{ Sweep = @{ Seed = 1, 2 }; Id = 'SweepInvalid'; Message = '-Seed is given*' }
        @{ Sweep = @{ Epoch = 1..500; BatchSize = 1..500 }; Id = 'SweepInvalid'; Message = '*more than 100000*' }
        @{ Sweep = @{ Epoch = @() }; Id = 'SweepInvalid'; Message = '*no values of Epoch*' }
        @{ Sweep = @{}; Id = 'SweepInvalid'; Message = '*empty*' }
    ) {
        $epochs = $Sweep.ContainsKey('Epoch') ? @{} : @{ Epoch = 50 }
        $outcome = Get-Outcome { $line | Start-NetworkTraining $loss -Seed 1 @epochs -Sweep $Sweep }
        $outcome.Output | Should -BeNullOrEmpty
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        "$($outcome.Errors[0])" | Should -BeLike $Message
    }

    It 'refuses what goes with one training run, folds without a sweep, and networks that cannot be compared' {
        $other = New-NeuralNetwork 3 3, softmax -Seed 1
        $trained = ($iris | Start-NetworkTraining -Network $net @short).Network
        foreach ($case in @(
                { $line | Start-NetworkTraining $loss -CheckpointPath x -Sweep @{ Epoch = 1 } }
                { $line | Start-NetworkTraining $loss -CrossValidationFold 3 }
                { $iris | Start-NetworkTraining @short -Sweep @{ Network = $net, $other } }
                { $iris | Start-NetworkTraining @short -Sweep @{ Network = $net, $trained } }
                { $iris | Start-NetworkTraining @short -Network $net -Sweep @{ Network = $net } }
            )) { Get-ErrorId (Get-Outcome $case).Errors[0] | Should -BeExactly SweepInvalid }
        Get-ErrorId (Get-Outcome { $iris | Start-NetworkTraining -Network $trained @short -CrossValidationFold 3 -Sweep @{ LearningRate = 1 } }).Errors[0] | Should -BeExactly RecipeMissing
        Get-ErrorId (Get-Outcome { $line[0, 1] | Start-NetworkTraining $loss -CrossValidationFold 3 -Sweep @{ LearningRate = 1 } }).Errors[0] | Should -BeExactly RowsTooFew
    }

    It 'compares settings whose losses measure different things by one loss on raw targets: <Name>' -ForEach @(
        @{ Name = 'scaled targets'; More = @{}; Sweep = @{ StandardizeTarget = $true, $false }; By = 'MeanSquaredError' }
        @{ Name = 'scaled targets and another loss'; More = @{ LossFunction = 'HalfSquaredError' }; Sweep = @{ StandardizeTarget = $true, $false }; By = 'HalfSquaredError' }
        @{ Name = 'losses'; More = @{}; Sweep = @{ LossFunction = 'MeanSquaredError', 'HalfSquaredError'; LearningRate = 0.1, 0.003 }; By = 'MeanSquaredError' }
        @{ Name = 'losses, restarts'; More = @{ Restart = 2 }; Sweep = @{ LossFunction = 'HalfSquaredError', 'MeanSquaredError'; StandardizeTarget = $true, $false }; By = 'MeanSquaredError' }
        @{ Name = 'losses by folds'; More = @{ CrossValidationFold = 3 }; Sweep = @{ LossFunction = 'MeanSquaredError', 'HalfSquaredError'; StandardizeTarget = $true, $false }; By = 'MeanSquaredError' }
    ) {
        $wave = 0..59 | ForEach-Object { [pscustomobject]@{ a = $_; y = 1e-3 * $_ + 2e-3 * [Math]::Sin($_) } }
        $outcome = Get-Outcome { $wave | Start-NetworkTraining -Network (New-NeuralNetwork 1 4, tanh, 1 -Seed 5) -Label y -Standardize -Seed 1 -Epoch 60 @More -Sweep $Sweep }
        $rows = $outcome.Output
        "$($outcome.Warnings)" | Should -BeLike "*IsBest is by $By on the targets as they are*"
        $errors = foreach ($row in $rows) {
            $row.ComparedBy | Should -Be $By
            $test = $More.ContainsKey('CrossValidationFold') ? $row.Test : ($wave | Test-AutodiffModel $row)
            $error2 = $test.RootMeanSquaredError * $test.RootMeanSquaredError * ($By -like 'Half*' ? 0.5 : 1)
            [Math]::Abs($row.Comparison - $error2) | Should -BeLessThan (1e-9 * $error2)
            $error2
        }
        [array]::IndexOf($errors, ($errors | Measure-Object -Minimum).Minimum) | Should -Be ([array]::IndexOf([bool[]]$rows.IsBest, $true))
        $sent = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($rows, 3))
        $sent.Comparison | Should -Be $rows.Comparison
    }

    It 'compares by the rows for validation where there are some' {
        $outcome = Get-Outcome { $line | Start-NetworkTraining -Network (New-NeuralNetwork 1 3, tanh, 1 -Seed 2) -Label y -Seed 4 -Epoch 20 -ValidationFraction 0.3 -Sweep @{ LossFunction = 'MeanSquaredError', 'HalfSquaredError' } }
        [Math]::Abs($outcome.Output[1].Comparison - 2 * $outcome.Output[1].Loss) | Should -BeLessThan 1e-12
        $outcome.Output[0].Comparison | Should -Be $outcome.Output[0].Loss
    }

    It 'compares classes by the cross-entropy, and settings of one loss by it' {
        foreach ($folds in @{}, @{ CrossValidationFold = 3 }) {
            $rows = (Get-Outcome { $iris | Start-NetworkTraining -Network $net @short @folds -Sweep @{ LossFunction = 'MeanSquaredError', 'CategoricalCrossEntropy', 'BinaryCrossEntropy' } }).Output
            $rows.ComparedBy | Select-Object -Unique | Should -Be CategoricalCrossEntropy
            [Math]::Abs($rows[1].Comparison - $rows[1].Loss) | Should -BeLessThan 1e-12
            ($rows | Where-Object IsBest).Comparison | Should -Be ($rows.Comparison | Measure-Object -Minimum).Minimum
            $rows[0].Comparison | Should -BeGreaterThan $rows[0].Loss
        }

        $outcome = Get-Outcome { $iris | Start-NetworkTraining -Network $net @short -Sweep @{ LearningRate = 0.1, 0.2 } }
        $outcome.Warnings | Should -BeNullOrEmpty
        $outcome.Output | Where-Object ComparedBy | Should -BeNullOrEmpty
        $outcome.Output.Comparison | Should -Be $outcome.Output.Loss
    }

    It 'deals folds by the first of swept seeds' {
        $rows = $iris | Start-NetworkTraining -Network $net -Label Species -Epoch 3 -Shuffle -Sweep @{ Seed = 5, 2 } -CrossValidationFold 4
        foreach ($row in $rows) { $row.Loss | Should -Be ($iris | Test-AutodiffModel $row.Network -CrossValidationFold 4 -Seed 5).Loss }
        $rows[0].Loss | Should -Not -Be $rows[1].Loss
    }

    It 'gives a row with a problem to settings that cannot go together: <Name>' -ForEach @(
        @{ Name = 'warm-up'; Sweep = [ordered]@{ Epoch = 2, 10; WarmupEpoch = 0, 3 }; More = @{}; Wrong = 2; Message = '*below -Epoch, which is 2*' }
        @{ Name = 'LBFGS'; Sweep = @{ Optimizer = 'LBFGS', 'Adam' }; More = @{ ClipNorm = 1; Epoch = 3 }; Wrong = 1; Message = '*LBFGS*clipping*' }
        @{ Name = 'schedule'; Sweep = @{ LearningRateSchedule = 'Constant', 'Step' }; More = @{ Epoch = 3 }; Wrong = 2; Message = '*-StepEpoch*' }
        @{ Name = 'range'; Sweep = @{ LearningRate = 0.1, -1 }; More = @{ Epoch = 3 }; Wrong = 2; Message = '*above 0, not -1*' }
        @{ Name = 'folds'; Sweep = @{ Momentum = 0.1, 2 }; More = @{ Epoch = 3; Optimizer = 'Momentum'; CrossValidationFold = 3 }; Wrong = 2; Message = '*momentum*' }
    ) {
        $outcome = Get-Outcome { $iris | Start-NetworkTraining -Network $net -Label Species -Seed 1 @More -Sweep $Sweep }
        ($outcome.Output | Where-Object Problem).Number | Should -Be $Wrong
        $outcome.Output | Where-Object Number -NE $Wrong | ForEach-Object { $_.Loss | Should -BeGreaterThan 0 }
        $outcome.Output | Where-Object IsBest | Should -HaveCount 1
        $outcome.Errors | Should -HaveCount 1
        "$($outcome.Errors[0])" | Should -BeLike "Setting $Wrong (*).$Message"
        $bad = $outcome.Output | Where-Object Problem
        foreach ($use in { $iris | Invoke-AutodiffModel $bad }, { Export-AutodiffModel -Model $bad -Path TestDrive:/x.json }, { $iris | Start-NetworkTraining -Network $bad -Label Species }, { $iris | Test-AutodiffModel $bad -Label Species }) {
            "$((Get-Outcome $use).Errors[0])" | Should -BeLike "Setting $Wrong (*) of the sweep has no model, since it could not be trained:$Message"
        }
    }

    It 'warns once of settings that do nothing: <Warning>' -ForEach @(
        @{ More = @{}; Sweep = [ordered]@{ Optimizer = 'LBFGS', 'Adam'; LearningRate = 0.1, 0.01 }; Warning = 'Settings 1, 2: LBFGS does not use -LearningRate.' }
        @{ More = @{}; Sweep = @{ Momentum = 0.1, 0.9 }; Warning = 'GradientDescent does not use -Momentum.' }
        @{ More = @{}; Sweep = @{ StepEpoch = 1, 2; StepFactor = 0.1, 0.5 }; Warning = '-StepEpoch and -StepFactor are for -LearningRateSchedule Step. The schedule is Constant, which does not use them.' }
        @{ More = @{ FinalLearningRate = 0.01 }; Sweep = @{ Seed = 1, 2 }; Warning = '-FinalLearningRate is for -LearningRateSchedule Cosine. The schedule is Constant, which does not use it.' }
        @{ More = @{ LearningRate = 0.1 }; Sweep = @{ Optimizer = 'LBFGS' }; Warning = 'LBFGS does not use -LearningRate.' }
        @{ More = @{ LearningRate = 0.1 }; Sweep = @{ Optimizer = 'LBFGS', 'Adam' }; Warning = '' }
        @{ More = @{ Momentum = 0.5 }; Sweep = @{ Optimizer = 'GradientDescent', 'Momentum' }; Warning = '' }
        @{ More = @{ Optimizer = 'Nesterov' }; Sweep = @{ Momentum = 0.5, 0.9 }; Warning = '' }
    ) {
        $outcome = Get-Outcome { $iris | Start-NetworkTraining -Network $net -Label Species -Epoch 3 @More -Sweep $Sweep }
        "$($outcome.Warnings)" | Should -BeExactly $Warning
    }

    It 'names the class that the other rows of a fold do not have' {
        $few = @(0..12 | ForEach-Object { [pscustomobject]@{ a = $_; b = $_ % 3; c = $_ -lt 6 ? 'u' : 'v' } }) + [pscustomobject]@{ a = 20; b = 1; c = 'w' }
        $outcome = Get-Outcome { $few | Start-NetworkTraining -Network (New-NeuralNetwork 2 3, softmax -Seed 1) -Label c -Epoch 3 -Seed 1 -CrossValidationFold 7 -Sweep @{ LearningRate = 0.1 } }
        $outcome.Output.Problem | Should -BeLike "Fold * of 7. The class 'w' is in none of the other rows*"
        "$((Get-Outcome { $few | Test-AutodiffModel $outcome.Output.Network -CrossValidationFold 7 -Seed 1 }).Errors[0])" | Should -BeLike "Fold * of 7. The class 'w' is in none of the other rows*"
    }

    It 'gives rows that are sorted, exported, sent and go on to other cmdlets' {
        $rows = $iris | Start-NetworkTraining -Network $net @short -CrossValidationFold 3 -Sweep @{ LearningRate = 0.01, 0.1 }
        $best = $rows | Sort-Object Loss | Select-Object -First 1
        $best.IsBest | Should -BeTrue
        ($iris | Test-AutodiffModel $best).Accuracy | Should -BeGreaterThan 0.7
        ($rows | ConvertTo-Csv)[0] | Should -BeLike '"LearningRate","Number",*'
        $sent = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($rows, 3))
        Get-Essence $sent | Should -BeExactly (Get-Essence $rows)
        $sent.LearningRate | Should -Be 0.01, 0.1
        $rows[0] | Format-Table | Out-String | Should -BeLike '*LearningRate = 0.01*'
    }

    It 'keeps what was reached after Ctrl+C' {
        $shell = [powershell]::Create()
        $module = (Get-Module PSAutodiff).Path
        $null = $shell.AddScript({
                param($Module, $Line, $Loss)
                Import-Module $Module
                $Line | Start-NetworkTraining $Loss -Seed 1 -ThrottleLimit 2 -BatchSize 31 -ResultVariable reached -Sweep ([ordered]@{ LearningRate = 0.01; Epoch = 5, 50000000 })
            }).AddArgument($module).AddArgument($line).AddArgument($loss)
        try {
            $null = $shell.BeginInvoke()
            [Threading.Thread]::Sleep(2500)
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 1.5
            $reached = $shell.Runspace.SessionStateProxy.GetVariable('reached')
            $reached | Should -HaveCount 2
            $reached[0].Result.StopReason | Should -Be Completed
            $reached[1].Result.StopReason | Should -Be Cancelled
        }
        finally { $shell.Dispose() }
    }
}
