BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $iris = Import-Csv (Join-Path $repositoryRoot 'examples/data/iris.csv')
    $training = @{ Epoch = 20; Optimizer = 'Adam'; LearningRate = 0.02; Shuffle = $true; Seed = 1 }
    $trained = $iris | Start-NetworkTraining -Network (New-NeuralNetwork 4 6, tanh, 3, softmax -Seed 1) -Label Species -Standardize @training
    $net = $trained.Network
    $inputs = [double[]](-1, -1), [double[]](-1, 1), [double[]](1, -1), [double[]](1, 1)
    $xor = New-NeuralNetwork 2 2, tanh, 1, sigmoid -Seed 3
    function Get-Zero($Network) { @($Network.Parameters.GetEnumerator() | Where-Object { $_.Key[0] -eq 'w' -and $_.Value -eq 0 }).Key }
}

Describe 'Optimize-NeuralNetwork' {
    It 'sets the least salient weights to 0, and leaves the network itself alone' {
        $before = $net.ToJson()
        $pruned = $iris | Optimize-NeuralNetwork $trained -Fraction 0.5
        $pruned | Should -BeOfType PSAutodiff.Network
        $pruned.FrozenCount | Should -Be 21
        $pruned.WeightCount | Should -Be 42
        Get-Zero $pruned | Should -HaveCount 21
        $net.ToJson() | Should -BeExactly $before
        $scores = $iris | Optimize-NeuralNetwork $net -Fraction 0.5 -Detailed
        Get-Zero $pruned | Should -BeExactly @($scores | Where-Object Pruned).Name
        @($scores | Sort-Object Saliency | Select-Object -First 21 | Sort-Object Name).Name | Should -BeExactly (Get-Zero $pruned | Sort-Object)
    }

    It 'keeps columns, classes and scaling' {
        $pruned = $iris | Optimize-NeuralNetwork $net -Fraction 0.3
        $pruned.Features | Should -BeExactly $net.Features
        $pruned.Classes | Should -BeExactly $net.Classes
        $pruned.Scaling.Means | Should -Be $net.Scaling.Means
        $pruned.LossFunction | Should -Be CategoricalCrossEntropy
    }

    It 'says with -Detailed what each weight is worth' {
        $scores = $iris | Optimize-NeuralNetwork $net -Detailed
        $scores | Should -HaveCount 42
        $scores[0] | Should -BeOfType PSAutodiff.WeightSaliency
        $scores.Name | Should -BeExactly @($net.Parameters.Keys | Where-Object { $_[0] -eq 'w' })
        $scores.Pruned | Should -Not -Contain $true
        foreach ($score in $scores) {
            $score.Weight | Should -Be $net.Parameters[$score.Name]
            $score.Weight | Should -Be $net.Layers[$score.Layer - 1].Weights[($score.Input - 1), ($score.Output - 1)]
            $score.Saliency | Assert-Near ($score.SecondDerivative * $score.Weight * $score.Weight / 2) -Within 1e-15
        }
    }

    It 'takes the second derivatives of the mean loss exactly, as Measure-Expression -Hessian does' {
        $p = $xor.ToScalarExpression()[0]
        $loss = New-ExprNode '-y*log(p) - (1-y)*log(1-p)' | Resolve-Expression -At @{ p = $p }
        $mean = $null
        foreach ($i in 0..3) {
            $row = $loss | Resolve-Expression -At @{ x1 = $inputs[$i][0]; x2 = $inputs[$i][1]; y = @(0, 1, 1, 0)[$i] }
            $mean = if ($null -eq $mean) { $row / 4 } else { $mean + $row / 4 }
        }
        $measured = $mean | Measure-Expression -At $xor.Parameters -Hessian
        $scores = Optimize-NeuralNetwork $xor -Data $inputs -Target 0, 1, 1, 0 -Detailed
        $scores | Should -HaveCount 6
        foreach ($score in $scores) {
            $at = [Array]::IndexOf([string[]]$measured.Variables, $score.Name)
            $score.SecondDerivative | Assert-Near $measured.Hessian[$at, $at] -Within 1e-10
        }
    }

    It 'takes the smallest weights with -Method Magnitude, and needs no rows' {
        $pruned = Optimize-NeuralNetwork $net -Method Magnitude -Fraction 0.25
        $sizes = $net.Parameters.GetEnumerator() | Where-Object { $_.Key[0] -eq 'w' } | Sort-Object { [Math]::Abs($_.Value) }
        Get-Zero $pruned | Sort-Object | Should -BeExactly ($sizes | Select-Object -First $pruned.FrozenCount | ForEach-Object Key | Sort-Object)
        $pruned.FrozenCount | Should -Be 11
        (Optimize-NeuralNetwork $net -Method Magnitude -Detailed).SecondDerivative | Select-Object -Unique | Should -Be 1
    }

    It 'warns when it does not use the rows, or has nothing to do' {
        (Get-Outcome { $iris | Optimize-NeuralNetwork $net -Method Magnitude -Fraction 0.25 }).Warnings | Should -HaveCount 1
        $once = Optimize-NeuralNetwork $net -Method Magnitude -Fraction 0.25
        $outcome = Get-Outcome { Optimize-NeuralNetwork $once -Method Magnitude -Fraction 0.2 }
        $outcome.Warnings.Message | Should -BeLike '*11 of 42 weights are pruned already*'
        $outcome.Output[0].ToJson() | Should -BeExactly $once.ToJson()
    }

    It 'counts what was pruned before' {
        $once = Optimize-NeuralNetwork $net -Method Magnitude -Fraction 0.25
        $twice = Optimize-NeuralNetwork $once -Method Magnitude -Fraction 0.5
        $twice.FrozenCount | Should -Be 21
        $twice.ToJson() | Should -BeExactly (Optimize-NeuralNetwork $net -Method Magnitude -Fraction 0.5).ToJson()
    }

    It 'works in single precision' {
        $single = New-NeuralNetwork 2 3, relu, 1, sigmoid -Seed 3 -Precision Single
        (Optimize-NeuralNetwork $single -Data $inputs -Target 0, 1, 1, 0 -Fraction 0.5 -Epoch 3 -Seed 1).FrozenCount | Should -Be 5
    }
}

Describe 'Rounds of pruning and training' {
    It 'prune the same part each, and give the same with the same seed' {
        $messages = $null
        $one = $iris | Optimize-NeuralNetwork $net -Fraction 0.75 -Iteration 2 @training -Verbose 4>&1 | ForEach-Object {
            if ($_ -is [System.Management.Automation.VerboseRecord]) { $messages += @("$_") } else { $_ }
        }
        $messages | Should -HaveCount 3
        $messages[1] | Should -BeLike 'Round 1 of 2: 21 of 42 weights pruned, loss * after training.'
        $messages[2] | Should -BeLike 'Round 2 of 2: 32 of 42 weights pruned, loss * after training.'
        $one.FrozenCount | Should -Be 32
        Get-Zero $one | Should -HaveCount 32
        ($iris | Optimize-NeuralNetwork $net -Fraction 0.75 -Iteration 2 @training).ToJson() | Should -BeExactly $one.ToJson()
    }

    It 'are what one would do by hand' {
        $by = $iris | Optimize-NeuralNetwork $net -Fraction 0.5
        $by = ($iris | Start-NetworkTraining -Network $by @training).Network
        ($iris | Optimize-NeuralNetwork $net -Fraction 0.5 @training).ToJson() | Should -BeExactly $by.ToJson()
        ($iris | Optimize-NeuralNetwork $net -Fraction 0.5 -Iteration 1 @training).ToJson() | Should -BeExactly $by.ToJson()
    }

    It 'take what Start-NetworkTraining takes for a training, of the same types and in the same ranges' {
        $pruning, $training = 'Optimize-NeuralNetwork', 'Start-NetworkTraining' | ForEach-Object { (Get-Command $_).Parameters }
        $names = 'Epoch', 'MaxStep', 'BatchSize', 'Shuffle', 'Seed', 'Optimizer', 'LearningRate', 'Momentum', 'WeightDecay', 'InputNoise', 'GaussianDropout', 'StopLoss', 'Patience', 'ValidationFraction'
        foreach ($name in $names) {
            $pruning[$name].ParameterType | Should -Be $training[$name].ParameterType -Because $name
            $ranges = @($pruning, $training | ForEach-Object { "$($_[$name].Attributes | Where-Object { $_ -is [ValidateRange] } | ForEach-Object { $_.MinRange, $_.MaxRange })" })
            $ranges[0] | Should -BeExactly $ranges[1] -Because $name
        }
    }

    It 'warn of a momentum that is not used' {
        (Get-Outcome { $iris | Optimize-NeuralNetwork $net -Fraction 0.5 -Epoch 1 -Momentum 0.5 -Seed 1 }).Warnings.Message | Should -BeExactly 'GradientDescent does not use -Momentum.'
    }

    It 'teach a fresh network its columns' {
        $fresh = New-NeuralNetwork 4 3, softmax -Seed 1
        $pruned = $iris | Optimize-NeuralNetwork $fresh -Fraction 0.25 -Label Species @training
        $pruned.Classes | Should -BeExactly setosa, versicolor, virginica
        $pruned.FrozenCount | Should -Be 3
    }
}

Describe 'A pruned network' {
    BeforeAll {
        $pruned = $iris | Optimize-NeuralNetwork $net -Fraction 0.6
        $zero = Get-Zero $pruned
    }

    It 'keeps its zeros with <Optimizer>, decay, noise and restarts' -ForEach @(
        [Enum]::GetNames([PSAutodiff.TrainingOptimizer]) | ForEach-Object { @{ Optimizer = $_ } }
    ) {
        # LBFGS refuses noise.
        $noise = $Optimizer -eq 'LBFGS' ? @{} : @{ InputNoise = 0.1; GaussianDropout = 0.1 }
        $more = $iris | Start-NetworkTraining -Network $pruned -Optimizer $Optimizer -Epoch 3 -WeightDecay 0.01 @noise -Restart 3 -Seed 2
        Get-Zero $more.Network | Should -BeExactly $zero
        $more.Network.FrozenCount | Should -Be 25
    }

    It 'keeps them in a file, a job and Clixml' -Tag Slow {
        $path = Join-Path $TestDrive pruned.json
        $pruned | Export-AutodiffModel $path
        Get-Content $path -Raw | Should -BeLike '*"version": 2,*'
        (Import-AutodiffModel $path).ToJson() | Should -BeExactly $pruned.ToJson()
        $pruned | Export-Clixml (Join-Path $TestDrive pruned.xml)
        $back = Import-Clixml (Join-Path $TestDrive pruned.xml)
        $back.FrozenCount | Should -Be 25
        Get-Zero ($iris | Start-NetworkTraining -Network $back -Epoch 2 -Seed 1).Network | Should -BeExactly $zero
        $start = [scriptblock]::Create("Import-Module '$moduleBase'")
        $there = Start-Job -InitializationScript $start { ($using:pruned).FrozenCount; $using:pruned } | Receive-Job -Wait -AutoRemoveJob
        $there[0] | Should -Be 25
        $there[1].ToJson() | Should -BeExactly $pruned.ToJson()
    }

    It 'says so' {
        $pruned | Out-String | Should -Match 'FrozenCount\s+: 25 of 42 weights'
        $net | Out-String | Should -Not -Match 'FrozenCount'
        $pruned.Layers[0].Frozen[0, 0] | Should -Be ($pruned.Layers[0].Weights[0, 0] -eq 0)
        $net.Layers[0].Frozen | Should -BeNullOrEmpty
    }
}

Describe 'What Optimize-NeuralNetwork refuses' {
    It '<What>: <Id>' -ForEach @(
        @{ What = 'no network'; Id = 'NetworkMissing'; Says = '*-Network*'; Command = { Optimize-NeuralNetwork -Fraction 0.5 } }
        @{ What = 'no fraction'; Id = 'FractionInvalid'; Says = '*needs -Fraction*'; Command = { $iris | Optimize-NeuralNetwork $net } }
        @{ What = 'a fraction of 1'; Id = 'FractionInvalid'; Says = '*below 1, not 1.*'; Command = { $iris | Optimize-NeuralNetwork $net -Fraction 1 } }
        @{ What = 'a fraction below 0'; Id = 'FractionInvalid'; Says = '*at least 0*-0.1*'; Command = { $iris | Optimize-NeuralNetwork $net -Fraction -0.1 } }
        @{ What = 'a fraction in percent'; Id = 'FractionInvalid'; Says = '*0.7 prunes 70 %*'; Command = { $iris | Optimize-NeuralNetwork $net -Fraction 70 } }
        @{ What = 'NaN'; Id = 'FractionInvalid'; Says = '*NaN*'; Command = { $iris | Optimize-NeuralNetwork $net -Fraction ([double]::NaN) } }
        @{ What = 'no rows'; Id = 'RowsMissing'; Says = '*-Method Magnitude*'; Command = { Optimize-NeuralNetwork $net -Fraction 0.5 } }
        @{ What = 'an empty pipeline'; Id = 'RowsMissing'; Says = '*no rows*'; Command = { @() | Optimize-NeuralNetwork $net -Fraction 0.5 } }
        @{ What = 'no rows to train on'; Id = 'RowsMissing'; Says = '*to train on*'; Command = { Optimize-NeuralNetwork $net -Method Magnitude -Fraction 0.5 -Iteration 2 } }
        @{ What = 'an emptied layer'; Id = 'LayerEmptied'; Says = '*layer 2 would have none left of its 2*'; Command = { Optimize-NeuralNetwork (New-NeuralNetwork 2 2, tanh, 1, sigmoid -Seed 1) -Method Magnitude -Fraction 0.9 } }
        @{ What = 'columns that do not fit'; Id = 'FeatureCount'; Says = '*2 inputs*'; Command = { $iris | Optimize-NeuralNetwork $xor -Label Species -Fraction 0.5 } }
        @{ What = 'data that do not fit'; Id = 'FeatureCount'; Says = '*4 inputs*'; Command = { Optimize-NeuralNetwork $net -Data $inputs -Target 0, 1, 1, 0 -Fraction 0.5 } }
        @{ What = 'data without targets'; Id = 'DataInvalid'; Says = '*-Target*'; Command = { Optimize-NeuralNetwork $xor -Data $inputs -Fraction 0.5 } }
        @{ What = 'no epoch'; Id = 'ParameterArgumentValidationError'; Says = '*Epoch*'; Command = { $iris | Optimize-NeuralNetwork $net -Fraction 0.5 -Epoch 0 } }
        @{ What = 'epochs in words'; Id = 'CannotConvertArgumentNoMessage'; Says = '*many*'; Command = { $iris | Optimize-NeuralNetwork $net -Fraction 0.5 -Epoch many } }
        @{ What = 'an unknown optimizer'; Id = 'CannotConvertArgumentNoMessage'; Says = '*Magic*GradientDescent*'; Command = { $iris | Optimize-NeuralNetwork $net -Fraction 0.5 -Optimizer Magic } }
        @{ What = 'a decay below 0'; Id = 'TrainingOptionInvalid'; Says = '*WeightDecay*at least 0, not -1.'; Command = { $iris | Optimize-NeuralNetwork $net -Fraction 0.5 -WeightDecay -1 } }
        @{ What = 'a rate of 0'; Id = 'LearningRateInvalid'; Says = '*above 0*'; Command = { $iris | Optimize-NeuralNetwork $net -Fraction 0.5 -LearningRate 0 } }
        @{ What = 'details with a training'; Id = 'TrainingOptionInvalid'; Says = '*-Detailed*'; Command = { $iris | Optimize-NeuralNetwork $net -Detailed -Epoch 2 } }
        @{ What = 'details of rounds'; Id = 'TrainingOptionInvalid'; Says = '*-Detailed*'; Command = { $iris | Optimize-NeuralNetwork $net -Detailed -Iteration 2 } }
        @{ What = 'a rate far too large'; Id = 'LossNotFinite'; Says = '*round 1*LearningRate*'; Command = { Optimize-NeuralNetwork (New-NeuralNetwork 2 2, 1 -Seed 1) -Data $inputs -Target 0, 1, 1, 0 -Fraction 0.1 -LearningRate 1e9 } }
    ) {
        $outcome = Get-Outcome $Command
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }

    It 'only the bad row' {
        $bad = $iris[0].PSObject.Copy()
        $bad.PetalWidth = 'wide'
        $outcome = Get-Outcome { @($iris[0..10]; $bad; $iris[11..149]) | Optimize-NeuralNetwork $net -Fraction 0.5 }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ColumnNotNumeric
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 12, column 'PetalWidth'*"
        $outcome.Output[0].ToJson() | Should -BeExactly ($iris | Optimize-NeuralNetwork $net -Fraction 0.5).ToJson()
    }
}
