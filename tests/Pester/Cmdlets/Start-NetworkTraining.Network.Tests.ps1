# Start-NetworkTraining -Network: dense networks, trained on rows and on arrays.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $iris = Import-Csv (Join-Path $repositoryRoot 'examples/data/iris.csv')
    $net = New-NeuralNetwork 4 8, tanh, 3, softmax -Seed 1
    $columns = 'SepalLength', 'SepalWidth', 'PetalLength', 'PetalWidth'
    $training = @{ Network = $net; Feature = $columns; Label = 'Species'; Epoch = 30; Seed = 1; Standardize = $true }
    $corners = [double[,]]::new(4, 2)
    foreach ($i in 0..3) { $corners[$i, 0], $corners[$i, 1] = ((-1), 1)[$i -shr 1], ((-1), 1)[$i -band 1] }
    $small = New-NeuralNetwork 2 2, tanh, 1, sigmoid -Initializer TruncatedNormal -Seed 3
}

Describe 'A network trained on rows' {
    BeforeAll {
        $result = $iris | Start-NetworkTraining @training
    }

    It 'remembers columns, classes and scaling, and leaves the one it was given as it is' {
        $result | Should -BeOfType PSAutodiff.TrainingResult
        $trained = $result.Network
        $trained.Features | Should -BeExactly $columns
        $trained.Labels | Should -BeExactly Species
        $trained.Classes | Should -BeExactly setosa, versicolor, virginica
        $mean = ($iris.SepalLength | Measure-Object -Average).Average
        $trained.Scaling.Means[0] | Assert-Near $mean
        $trained.LossFunction.ToString() | Should -BeExactly CategoricalCrossEntropy
        $net.Features | Should -HaveCount 0
        $net.Scaling | Should -BeNullOrEmpty
        $net.ToJson() | Should -BeExactly (New-NeuralNetwork 4 8, tanh, 3, softmax -Seed 1).ToJson()
    }

    It 'is better than before, in batches of 32' {
        $result.Steps | Should -Be (30 * 5)
        $result.EpochLoss | Should -HaveCount 30
        $result.EpochLoss[-1] | Should -BeLessThan ($result.EpochLoss[0] / 3)
        ($iris | Test-AutodiffModel $result).Accuracy | Should -BeGreaterThan 0.9
    }

    It 'is the same whatever the number of threads' {
        $one = $iris | Start-NetworkTraining @training -ThrottleLimit 1
        $one.Network.ToJson() | Should -BeExactly $result.Network.ToJson()
        $one.Loss | Should -BeExactly $result.Loss
    }

    It 'goes on from where it was, by the columns that it knows' {
        $more = $iris | Start-NetworkTraining -Network $result -Epoch 30 -Seed 1
        $more.FinalLoss | Should -BeLessThan $result.FinalLoss
        $more.Network.Features | Should -BeExactly $columns
        $more.Network.Scaling.Means | Should -BeExactly $result.Network.Scaling.Means
    }

    It 'takes hashtables, and columns in the order of -Feature' {
        $rows = foreach ($row in $iris) { @{ species = $row.Species; petalwidth = $row.PetalWidth; PetalLength = $row.PetalLength; SepalWidth = [double]$row.SepalWidth; SepalLength = $row.SepalLength } }
        $same = $rows | Start-NetworkTraining @training
        $same.Loss | Should -BeExactly $result.Loss
    }

    It 'trains in single precision near to double' {
        $single = New-NeuralNetwork 4 8, tanh, 3, softmax -Seed 1 -Precision Single
        $other = $iris | Start-NetworkTraining -Network $single -Feature $columns -Label Species -Epoch 30 -Seed 1 -Standardize
        $other.FinalLoss | Should -Not -Be $result.FinalLoss
        $other.FinalLoss | Assert-Near $result.FinalLoss -Within 1e-4
    }
}

Describe 'The columns' {
    It 'may be named by wildcards, which never match a label: <Pattern>' -ForEach @(
        @{ Pattern = '*' }, @{ Pattern = 'Sepal*', 'Petal*' }, @{ Pattern = '?epal*', '*etal*' }
    ) {
        $result = $iris | Start-NetworkTraining -Network $net -Feature $Pattern -Label Species -Epoch 1
        $result.Network.Features | Should -BeExactly $columns
    }

    It 'are all but the label when -Feature is not given' {
        ($iris | Start-NetworkTraining -Network $net -Label Species -Epoch 1).Network.Features | Should -BeExactly $columns
    }

    It 'that are named come where they are named' {
        ($iris | Start-NetworkTraining -Network $net -Feature PetalWidth, *, SepalLength -Label Species -Epoch 1).Network.Features |
            Should -BeExactly PetalWidth, SepalWidth, PetalLength, SepalLength
    }

    It 'may have names that look like wildcards' {
        $rows = 1..4 | ForEach-Object { [pscustomobject]@{ 'a*' = $_; ab = 1; y = $_ } }
        ($rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 1) -Feature 'a*' -Label y -Epoch 1 -LearningRate 0.01).Network.Features | Should -BeExactly 'a*'
    }
}

Describe 'The labels' {
    BeforeAll {
        function Invoke-Labelled($Network, [object[]]$Label) {
            $i = 0
            $Label | ForEach-Object { [pscustomobject]@{ a = $i++; b = 1; y = $_ } } | Start-NetworkTraining -Network $Network -Feature a, b -Label y -Epoch 2 -LearningRate 0.01
        }
        $three = New-NeuralNetwork 2 3, softmax -Seed 1
        $one = New-NeuralNetwork 2 1, sigmoid -Seed 1
    }

    It 'are classes in ordinal order when they are text' {
        (Invoke-Labelled $three b, a, c, b).Network.Classes | Should -BeExactly a, b, c
    }

    It 'are classes in numeric order when they are numbers, written as they came first' {
        (Invoke-Labelled $three 10, 9, '9', '10', 9.0, 2).Network.Classes | Should -BeExactly 2, 9, 10
    }

    It 'are two classes with one output and text' {
        (Invoke-Labelled $one no, yes, no).Network.Classes | Should -BeExactly no, yes
        (Invoke-Labelled $one $true, $false).Network.Classes | Should -BeExactly $false, $true
    }

    It 'are two classes with one output where one number is written in two ways: <Two>' -ForEach @(
        @{ Two = '01', '1' }
        @{ Two = '1.0', '1' }
        @{ Two = '0', '00' }
    ) {
        $result = Invoke-Labelled $one ($Two * 3)
        $result.Network.Classes | Sort-Object | Should -BeExactly ($Two | Sort-Object)

        $names = Get-Outcome { Invoke-Labelled $one 0, $Two[0], $Two[1], 1 }
        Get-ErrorId $names.Errors[0] | Should -BeExactly ClassCount
        $names.Errors[0].Exception.Message | Should -BeLike '*write each class in one way.'
        (Invoke-Labelled $one 0.5, $Two[0], $Two[1]).Network.Classes | Should -HaveCount 0
    }

    It 'are numbers with one output and numbers' {
        $result = Invoke-Labelled $one 0, 1, '0.5'
        $result.Network.Classes | Should -HaveCount 0
        $result.Network.Labels | Should -BeExactly y
    }

    It 'are numbers when there is a column for each output' {
        $rows = 1..5 | ForEach-Object { @{ a = $_; y1 = 2 * $_; y2 = -$_ } }
        $result = $rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 2 -Seed 1) -Feature a -Label y1, y2 -Epoch 300 -LearningRate 0.05
        $result.Network.Labels | Should -BeExactly y1, y2
        $result.FinalLoss | Should -BeLessThan 1e-3
        $row = @{ a = 3 } | Invoke-AutodiffModel $result
        $row.Prediction_y1 | Assert-Near 6 -Within 0.2
        $row.Prediction_y2 | Assert-Near -3 -Within 0.2
    }
}

Describe 'A network trained on arrays' {
    It 'takes <What>' -ForEach @(
        @{ What = 'double[,] and a list'; Data = { , $corners }; Target = { 0, 1, 1, 0 } }
        @{ What = 'float[,] and double[,]'; Data = { $m = [float[, ]]::new(4, 2); foreach ($i in 0..3) { $m[$i, 0] = $corners[$i, 0]; $m[$i, 1] = $corners[$i, 1] }; , $m }; Target = { $t = [double[, ]]::new(4, 1); $t[1, 0] = $t[2, 0] = 1; , $t } }
        @{ What = 'double[][] and int[]'; Data = { , [double[][]](((-1), (-1)), ((-1), 1), (1, (-1)), (1, 1)) }; Target = { , [int[]](0, 1, 1, 0) } }
    ) {
        $expected = Start-NetworkTraining -Network $small -Data $corners -Target 0, 1, 1, 0 -Epoch 20 -LearningRate 0.25 -Seed 1
        $result = Start-NetworkTraining -Network $small -Data (& $Data) -Target (& $Target) -Epoch 20 -LearningRate 0.25 -Seed 1
        $result.Loss | Should -BeExactly $expected.Loss
        $result.Steps | Should -Be 20
    }

    It 'says that <What>, and does not prompt' -ForEach @(
        @{ What = 'inputs need targets'; Call = { Start-NetworkTraining -Network $small -Data $corners } }
        @{ What = 'targets need inputs'; Call = { Start-NetworkTraining -Network $small -Target 0, 1, 1, 0 } }
        @{ What = 'rows and arrays do not mix'; Call = { @{ a = 1; b = 2; y = 0 } | Start-NetworkTraining -Network $small -Data $corners -Target 0, 1, 1, 0 } }
        @{ What = 'arrays have no columns to name'; Call = { Start-NetworkTraining -Network $small -Data $corners -Target 0, 1, 1, 0 -Label y } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly DataInvalid
    }

    It 'takes text as classes' {
        $result = Start-NetworkTraining -Network $small -Data $corners -Target same, other, other, same -Epoch 20
        $result.Network.Classes | Should -BeExactly other, same
    }

    It 'learns exclusive or, the best of several starts' {
        $result = Start-NetworkTraining -Network $small -Data $corners -Target 0, 1, 1, 0 -Epoch 250 -LearningRate 0.25 -Restart 8 -Seed 1
        $result.Restarts | Should -HaveCount 8
        $best = ($result.Restarts | Measure-Object FinalLoss -Minimum).Minimum
        $result.FinalLoss | Should -BeExactly $best
        ($result.Restarts | Where-Object IsBest).FinalLoss | Should -BeExactly $best
        $result.FinalLoss | Should -BeLessThan 0.1
        (Test-AutodiffModel $result -Data $corners -Target 0, 1, 1, 0).Accuracy | Should -Be 1
    }
}

Describe 'The options' {
    It 'have an effect each: <Name>' -ForEach @(
        @{ Name = 'BatchSize'; Option = @{ BatchSize = 10 } }
        @{ Name = 'Shuffle'; Option = @{ Shuffle = $true } }
        @{ Name = 'LearningRate'; Option = @{ LearningRate = 0.2 } }
        @{ Name = 'Optimizer Momentum'; Option = @{ Optimizer = 'Momentum' } }
        @{ Name = 'Optimizer Nesterov'; Option = @{ Optimizer = 'Nesterov'; Momentum = 0.5 } }
        @{ Name = 'Optimizer RMSProp'; Option = @{ Optimizer = 'RMSProp' } }
        @{ Name = 'Optimizer Adam'; Option = @{ Optimizer = 'Adam' } }
        @{ Name = 'Optimizer AdamW'; Option = @{ Optimizer = 'AdamW'; WeightDecay = 0.1 } }
        @{ Name = 'WeightDecay'; Option = @{ WeightDecay = 0.01 } }
        @{ Name = 'InputNoise'; Option = @{ InputNoise = 0.1 } }
        @{ Name = 'GaussianDropout'; Option = @{ GaussianDropout = 0.1 } }
        @{ Name = 'LossFunction'; Option = @{ LossFunction = 'MeanSquaredError' } }
        @{ Name = 'ValidationFraction'; Option = @{ ValidationFraction = 0.2 } }
    ) {
        $few = @{ Network = $net; Feature = $columns; Label = 'Species'; Epoch = 2; Seed = 1; Standardize = $true }
        $plain = $iris | Start-NetworkTraining @few
        $result = $iris | Start-NetworkTraining @few @Option
        $result.StopReason.ToString() | Should -BeExactly Completed
        $result.Network.ToJson() | Should -Not -Be $plain.Network.ToJson()
        ($iris | Start-NetworkTraining @few @Option).Network.ToJson() | Should -BeExactly $result.Network.ToJson()
    }

    It 'rate 0.1 is the default, and 0.001 for the adaptive optimizers' {
        ($iris | Start-NetworkTraining @training -MaxStep 1).LearningRate | Should -BeExactly 0.1
        ($iris | Start-NetworkTraining @training -MaxStep 1 -Optimizer Nesterov).LearningRate | Should -BeExactly 0.1
        foreach ($optimizer in 'RMSProp', 'Adam', 'AdamW') { ($iris | Start-NetworkTraining @training -MaxStep 1 -Optimizer $optimizer).LearningRate | Should -BeExactly 0.001 }
    }

    It 'end it: MaxStep, StopLoss, Patience' {
        $result = $iris | Start-NetworkTraining @training -MaxStep 7
        $result.Steps | Should -Be 7
        $result.StopReason.ToString() | Should -BeExactly MaxSteps
        $result = $iris | Start-NetworkTraining @training -StopLoss 0.5
        $result.StopReason.ToString() | Should -BeExactly StopLoss
        $result.EpochLoss[-1] | Should -BeLessThan 0.5
        $result.EpochLoss[-2] | Should -Not -BeLessThan 0.5
        $result = $iris | Start-NetworkTraining -Network $net -Label Species -Epoch 500 -Seed 1 -LearningRate 3 -Patience 2
        $result.StopReason.ToString() | Should -BeExactly Patience
        $result.BestEpoch | Should -Be ($result.Epochs - 2)
    }

    It 'are those of a loss expression too' {
        $rows = 1..20 | ForEach-Object { @{ x = $_ / 10; y = 3 * $_ / 10 - 1 } }
        $result = $rows | Start-NetworkTraining '(a*x + b - y)^2' -BatchSize 5 -Optimizer Adam -LearningRate 0.05 -Epoch 400 -Shuffle -Restart 2 -ValidationFraction 0.2 -Seed 1
        $result.Parameters['a'] | Assert-Near 3 -Within 0.05
        $result.ValidationLoss | Should -HaveCount 400
        $result.Restarts | Should -HaveCount 2
        $result.Steps | Should -Be (400 * 4)
    }
}

Describe 'A checkpoint' {
    BeforeAll {
        $path = Join-Path $TestDrive 'training.checkpoint'
        $arguments = @{ Network = $net; Label = 'Species'; Seed = 5; Epoch = 12; Shuffle = $true; Optimizer = 'Adam'; ValidationFraction = 0.2 }
        $whole = $iris | Start-NetworkTraining @arguments
    }

    It 'goes on to the same bits' {
        # What is left when a training is killed is the checkpoint of some epoch.
        $null = $iris | Start-NetworkTraining @arguments -CheckpointPath $path
        $resumed = $iris | Start-NetworkTraining @arguments -CheckpointPath $path -Resume
        $resumed.Network.ToJson() | Should -BeExactly $whole.Network.ToJson()
        $resumed.Loss | Should -BeExactly $whole.Loss
        $resumed.ValidationLoss | Should -BeExactly $whole.ValidationLoss
    }

    It 'may be named by a drive of PowerShell' {
        $null = $iris | Start-NetworkTraining @arguments -CheckpointPath TestDrive:/by-drive
        Join-Path $TestDrive by-drive | Should -Exist
    }

    It 'of another training is refused' {
        $outcome = Get-Outcome { $iris | Start-NetworkTraining @arguments -BatchSize 9 -CheckpointPath $path -Resume }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly CheckpointMismatch
    }

    It 'that is damaged is refused' {
        $damaged = Join-Path $TestDrive damaged
        $bytes = [IO.File]::ReadAllBytes($path)
        [IO.File]::WriteAllBytes($damaged, $bytes[0..($bytes.Length - 20)])
        $outcome = Get-Outcome { $iris | Start-NetworkTraining @arguments -CheckpointPath $damaged -Resume }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly CheckpointInvalid
        $outcome.Output | Should -HaveCount 0
    }

    It 'that cannot be written is refused before the first row is taken' {
        $produced = [Collections.Generic.List[int]]::new()
        $outcome = Get-Outcome { $iris | ForEach-Object { $produced.Add(1); $_ } | Start-NetworkTraining @arguments -CheckpointPath (Join-Path $TestDrive 'no/such/folder') }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly CheckpointUnwritable
        $produced.Count | Should -Be 0
    }
}

Describe 'What training a network refuses' {
    It '<What>: <Id>' -ForEach @(
        @{ What = 'null for a network'; Id = 'NetworkMissing'; Names = 'null'; Call = { $iris | Start-NetworkTraining -Network $null -Label Species } }
        @{ What = 'text for a network'; Id = 'NetworkMissing'; Names = "'net'"; Call = { $iris | Start-NetworkTraining -Network 'net' -Label Species } }
        @{ What = 'no label'; Id = 'LabelMissing'; Names = '-Label'; Call = { $iris | Start-NetworkTraining -Network $net } }
        @{ What = 'features and network of different width'; Id = 'FeatureCount'; Names = '2 feature columns (SepalLength, SepalWidth), but the network has 4 inputs'; Call = { $iris | Start-NetworkTraining -Network $net -Feature Sepal* -Label Species } }
        @{ What = 'a wildcard that matches nothing'; Id = 'ColumnMissing'; Names = "'Leaf*'"; Call = { $iris | Start-NetworkTraining -Network $net -Feature Leaf* -Label Species } }
        @{ What = 'a feature twice'; Id = 'ColumnRepeated'; Names = "'SepalLength' more than once"; Call = { $iris | Start-NetworkTraining -Network $net -Feature SepalLength, sepallength -Label Species } }
        @{ What = 'the label as a feature'; Id = 'ColumnRepeated'; Names = 'both feature and label'; Call = { $iris | Start-NetworkTraining -Network $net -Feature Species, Sepal* -Label Species } }
        @{ What = 'one class only'; Id = 'ClassCount'; Names = '1 class (setosa)'; Call = { $iris[0..9] | Start-NetworkTraining -Network $net -Label Species } }
        @{ What = 'fewer classes than outputs'; Id = 'ClassCount'; Names = '2 classes (setosa, versicolor), but the network has 3 outputs'; Call = { $iris[0..99] | Start-NetworkTraining -Network $net -Label Species } }
        @{ What = 'three classes for one output'; Id = 'ClassCount'; Names = '3 classes'; Call = { $iris | Start-NetworkTraining -Network (New-NeuralNetwork 4 1, sigmoid) -Label Species } }
        @{ What = 'two label columns for three outputs'; Id = 'LabelCount'; Names = '3 outputs'; Call = { $iris | Start-NetworkTraining -Network (New-NeuralNetwork 2 3) -Feature Petal* -Label Sepal* } }
        @{ What = 'no rows'; Id = 'RowsMissing'; Names = 'rows'; Call = { @() | Start-NetworkTraining -Network $net -Label Species } }
        @{ What = 'neither rows nor data'; Id = 'RowsMissing'; Names = '-Data'; Call = { Start-NetworkTraining -Network $net } }
        @{ What = 'data without targets'; Id = 'DataInvalid'; Names = '-Target'; Call = { Start-NetworkTraining -Network $small -Data $corners } }
        @{ What = 'as many targets as not rows'; Id = 'LengthMismatch'; Names = '4 rows, but -Target has 3'; Call = { Start-NetworkTraining -Network $small -Data $corners -Target 1, 0, 1 } }
        @{ What = 'data of another width'; Id = 'FeatureCount'; Names = '2 columns, but the network has 4'; Call = { Start-NetworkTraining -Network $net -Data $corners -Target a, b, c, a } }
        @{ What = 'data of NaN'; Id = 'ValueNotFinite'; Names = 'row 2, column 1'; Call = { Start-NetworkTraining -Network $small -Data ((1, 2), ([double]::NaN, 1)) -Target 0, 1 } }
        @{ What = 'ragged data'; Id = 'DataInvalid'; Names = 'row 2 has 3 values'; Call = { Start-NetworkTraining -Network $small -Data ((1, 2), (1, 2, 3)) -Target 0, 1 } }
        @{ What = 'a target that is missing'; Id = 'LabelMissing'; Names = 'element 2'; Call = { Start-NetworkTraining -Network $small -Data ((1, 2), (1, 2)) -Target a, '' } }
        @{ What = 'a negative rate'; Id = 'LearningRateInvalid'; Names = '-0.5'; Call = { $iris | Start-NetworkTraining @training -LearningRate -0.5 } }
        @{ What = 'a momentum of 1'; Id = 'MomentumInvalid'; Names = '1'; Call = { $iris | Start-NetworkTraining @training -Optimizer Momentum -Momentum 1 } }
        @{ What = 'a negative decay'; Id = 'TrainingOptionInvalid'; Names = 'WeightDecay'; Call = { $iris | Start-NetworkTraining @training -WeightDecay -1 } }
        @{ What = 'a fraction of 1'; Id = 'TrainingOptionInvalid'; Names = 'ValidationFraction'; Call = { $iris | Start-NetworkTraining @training -ValidationFraction 1 } }
        @{ What = 'to resume from nothing'; Id = 'TrainingOptionInvalid'; Names = 'CheckpointPath'; Call = { $iris | Start-NetworkTraining @training -Resume } }
        @{ What = 'a checkpoint on another kind of drive'; Id = 'PathInvalid'; Names = 'Environment'; Call = { $iris | Start-NetworkTraining @training -CheckpointPath env:x } }
        @{ What = 'restarts from given weights'; Id = 'RestartsNeedStarts'; Names = 'given'; Call = { $given = New-NeuralNetwork -Weight @((1, 2), (3, 4)); Start-NetworkTraining -Network $given -Data ((1, 2), (3, 4)) -Target ((1, 2), (3, 4)) -Restart 2 } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "$Id,PSAutodiff.Commands.StartNetworkTrainingCommand"
        $outcome.Errors[0].Exception.Message.Contains($Names) | Should -BeTrue -Because "the message is: $($outcome.Errors[0])"
    }
}

Describe 'Bad rows for a network' {
    BeforeAll {
        $mixed = @($iris[0..4 + 50..54 + 100..104] | ForEach-Object { $_.psobject.Copy() })
        $mixed[0].SepalWidth = ''
        $mixed[1].PetalWidth = 'wide'
        $mixed[2].Species = ''
        $mixed[3].PetalLength = 'NaN'
        $mixed[5].psobject.Properties.Remove('SepalLength')
        $mixed[6] = $null
        $outcome = Get-Outcome { $mixed | Start-NetworkTraining @training }
    }

    It 'cost an error each that names row and column, and the others are trained on' {
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ColumnNotNumeric, ColumnNotNumeric, LabelMissing, ValueNotFinite, ColumnMissing, RowNull
        $expected = "Row 1, column 'SepalWidth'*", "Row 2, column 'PetalWidth': 'wide'*", "Row 3, column 'Species'*", "Row 4, column 'PetalLength': NaN*", "Row 6 *'SepalLength'*", 'Row 7 is null*'
        for ($i = 0; $i -lt 6; $i++) { $outcome.Errors[$i].Exception.Message | Should -BeLike $expected[$i] }
        $outcome.Output | Should -HaveCount 1
        $outcome.Output[0].Network.Classes | Should -HaveCount 3
    }
}

Describe 'A network whose training runs away' {
    It 'gives its last finite state, and an error that says so' {
        $line = New-NeuralNetwork 3 1 -Seed 1
        $outcome = Get-Outcome { $iris | Start-NetworkTraining -Network $line -Feature Sepal*, PetalWidth -Label PetalLength -LearningRate 10 -Epoch 1000 }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly LossNotFinite
        $outcome.Errors[0].Exception.Message | Should -Match 'step \d+ \(epoch \d+\)'
        $outcome.Output[0].StopReason.ToString() | Should -BeExactly NotFinite
        foreach ($value in $outcome.Output[0].Network.Parameters.Values) { [double]::IsFinite($value) | Should -BeTrue }
    }
}

Describe '-StandardizeTarget' {
    BeforeAll {
        $rows = foreach ($i in 0..59) { [pscustomobject]@{ x = $i / 60; y = 5000 + 300 * [Math]::Sin(4 * $i / 60); z = -$i; kind = 'ab'[$i % 2] } }
        $training = @{ Network = New-NeuralNetwork 1 4, tanh, 2 -Seed 1; Feature = 'x'; Label = 'y', 'z'; Standardize = $true; StandardizeTarget = $true; Epoch = 40; Seed = 3; BatchSize = 7 }
    }

    It 'trains on scaled targets, and gives a network that predicts them as they are' {
        # The same by hand.
        $scaled = foreach ($name in 'y', 'z') {
            $mean = ($rows.$name | Measure-Object -Average).Average
            $deviation = [Math]::Sqrt(($rows.$name | ForEach-Object { ($_ - $mean) * ($_ - $mean) } | Measure-Object -Average).Average)
            @{ Mean = $mean; Deviation = $deviation }
        }
        $byHand = @{} + $training
        $byHand.StandardizeTarget = $false
        $other = $rows | ForEach-Object { [pscustomobject]@{ x = $_.x; y = ($_.y - $scaled[0].Mean) / $scaled[0].Deviation; z = ($_.z - $scaled[1].Mean) / $scaled[1].Deviation } } | Start-NetworkTraining @byHand
        $result = $rows | Start-NetworkTraining @training
        0..39 | ForEach-Object { $result.EpochLoss[$_] | Assert-Near $other.EpochLoss[$_] -Within 1e-9 }
        $x = [double[, ]]::new(3, 1)
        0..2 | ForEach-Object { $x[$_, 0] = 0.4 * $_ }
        $predicted = $result.Network.Predict($x)
        $expected = $other.Network.Predict($x)
        foreach ($i in 0..2) {
            foreach ($j in 0, 1) { $predicted[$i, $j] | Assert-Near ($expected[$i, $j] * $scaled[$j].Deviation + $scaled[$j].Mean) -Within 1e-7 }
        }
    }

    It 'lets rows for validation not leak into the scaling' {
        $result = $rows | Start-NetworkTraining @training -ValidationFraction 0.25
        $far = $rows | ForEach-Object { [pscustomobject]@{ x = $_.x; y = $_.y; z = $_.z } }
        $test = $rows | Test-AutodiffModel $result -CrossValidationFold 4 -Seed 3
        foreach ($i in 0..59) { if ($test.Folds[$i] -eq 1) { $far[$i].x = 1e3; $far[$i].y = -1e6; $far[$i].z = 1e9 } }
        $other = $far | Start-NetworkTraining @training -ValidationFraction 0.25
        $other.Loss | Should -BeExactly $result.Loss
        @($other.Network.Parameters.Values) | Should -BeExactly @($result.Network.Parameters.Values)
        $other.Network.Scaling.Means | Should -BeExactly $result.Network.Scaling.Means
        $other.ValidationLoss[0] | Should -BeGreaterThan $result.ValidationLoss[0]
    }

    It 'goes on from a trained network and from a checkpoint, and through a file' {
        $whole = $rows | Start-NetworkTraining @training
        $path = Join-Path $TestDrive target.checkpoint
        $null = $rows | Start-NetworkTraining @training -CheckpointPath $path
        $again = $rows | Start-NetworkTraining @training -CheckpointPath $path -Resume
        @($again.Network.Parameters.Values) | Should -BeExactly @($whole.Network.Parameters.Values)
        $file = Join-Path $TestDrive target.json
        $whole | Export-AutodiffModel -Path $file
        (Get-Content $file -Raw) | Should -BeLike '*"version": 6,*"standardizesTargets":true*'
        @((Import-AutodiffModel $file).Parameters.Values) | Should -BeExactly @($whole.Network.Parameters.Values)

        # Scaled again, it begins with the loss that it ended with.
        $training.Network = $whole.Network
        $more = $rows | Start-NetworkTraining @training -BatchSize 60 -Epoch 1
        $more.Loss[0] | Assert-Near $whole.FinalLoss -Within 1e-9
    }

    It 'goes on as the network was trained, without the switch, pruned and out of a file too' {
        $trained = $rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 4, tanh, 1 -Seed 1) -Feature x -Label y -Standardize -StandardizeTarget -Epoch 100 -Seed 3
        $file = Join-Path $TestDrive scaled.json
        $trained | Export-AutodiffModel -Path $file
        $best = ($rows | Test-AutodiffModel $trained).RootMeanSquaredError
        $networks = $trained.Network, (Import-AutodiffModel $file), (Optimize-NeuralNetwork $trained.Network -Method Magnitude -Fraction 0.2)
        foreach ($network in $networks) {
            $more = $rows | Start-NetworkTraining -Network $network -Epoch 5 -Seed 3
            ($rows | Test-AutodiffModel $more).RootMeanSquaredError | Should -BeLessThan 200
        }

        # By few rows it is not scaled anew.
        $few = $rows[0] | Start-NetworkTraining -Network $trained.Network -Epoch 1 -Seed 3
        ($rows | Test-AutodiffModel $few).RootMeanSquaredError | Should -BeLessThan ($best * 3)

        # Pruned and trained on.
        $pruned = $rows | Optimize-NeuralNetwork $trained.Network -Fraction 0.2 -Epoch 100 -Seed 3
        ($rows | Test-AutodiffModel $pruned).RootMeanSquaredError | Should -BeLessThan 100

        # Said otherwise, otherwise.
        $raw = $rows | Start-NetworkTraining -Network $trained.Network -StandardizeTarget:$false -Epoch 1 -LearningRate 1e-9 -Seed 3
        ($rows | Test-AutodiffModel $raw).RootMeanSquaredError | Assert-Near $best -Within 1
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'classes'; Change = @{ Label = 'kind' }; Id = 'TargetInvalid' }
        @{ What = 'a last layer of tanh'; Change = @{ Network = 2; Label = 'y' }; Id = 'NetworkInvalid' }
        @{ What = 'a loss of probabilities'; Change = @{ LossFunction = 'BinaryCrossEntropy' }; Id = 'LossFunctionInvalid' }
    ) {
        $options = @{} + $training
        foreach ($name in $Change.Keys) { $options[$name] = $Change[$name] }
        $options.Network = if ($Change.ContainsKey("Network")) { New-NeuralNetwork 1 1, tanh -Seed 1 } else { New-NeuralNetwork 1 4, tanh, 2 -Seed 1 }
        $outcome = Get-Outcome { $rows | Start-NetworkTraining @options }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
    }

    It 'refuses targets that single precision is too coarse for' {
        $rows = 0..30 | ForEach-Object { @{ x = $_; y = 1e7 + [Math]::Sin($_ / 5) } }
        $training = @{ Feature = 'x'; Label = 'y'; Standardize = $true; StandardizeTarget = $true; Epoch = 5; Seed = 1 }
        { $rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 6, tanh, 1 -Seed 1 -Precision Single) @training } |
            Should -Throw "*The target 'y' varies by 0.7* about 1E+07, where numbers in single precision are 1 apart*-Precision Double*"
        { $rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 6, tanh, 1 -Seed 1) @training } | Should -Not -Throw
    }

    It 'moves a target that does not vary, with a warning' {
        $outcome = Get-Outcome { 1..6 | ForEach-Object { @{ x = $_; y = 7 } } | Start-NetworkTraining -Network (New-NeuralNetwork 1 1 -Seed 1) -Feature x -Label y -StandardizeTarget -Epoch 2 }
        $outcome.Warnings[0].Message | Should -BeLike "*target column*'y'*"
    }
}

Describe 'A column that does not vary' {
    It 'is scaled by 1, with a warning that names it' {
        $rows = 1..6 | ForEach-Object { [pscustomobject]@{ a = $_; b = 7; y = $_ } }
        $outcome = Get-Outcome { $rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 1 -Seed 1) -Label y -Standardize -Epoch 2 }
        $outcome.Warnings[0].Message | Should -BeLike "*'b'*"
        $outcome.Output[0].Network.Scaling.Means | Should -BeExactly 3.5, 7
        $outcome.Output[0].Network.Scaling.Deviations[1] | Should -BeExactly 1
    }
}

Describe 'What a message names' {
    It 'is the size that categories make, at once' {
        $rows = 1..6 | ForEach-Object { [pscustomobject]@{ x = $_; kind = 'a', 'b', 'c' | Select-Object -Index ($_ % 3); y = $_ } }
        $outcome = Get-Outcome { $rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 1 -Seed 1) -Label y -Epoch 1 }
        $outcome.Errors[0].Exception.Message | Should -BeLike '*make 4 inputs*make a network with -InputSize 4.'
    }

    It 'is the parameter: <Parameter>' -ForEach @(
        @{ Parameter = '-StepEpoch'; Options = @{ LearningRateSchedule = 'Step' } }
        @{ Parameter = '-WarmupEpoch'; Options = @{ WarmupEpoch = 5; Epoch = 3 } }
        @{ Parameter = '-ClipNorm'; Options = @{ ClipNorm = -1 } }
        @{ Parameter = '-WeightDecay'; Options = @{ WeightDecay = -1 } }
        @{ Parameter = '-StopLoss'; Options = @{ StopLoss = [double]::NaN } }
    ) {
        $outcome = Get-Outcome { 1..3 | ForEach-Object { @{ x = $_; y = $_ } } | Start-NetworkTraining -Network (New-NeuralNetwork 1 1 -Seed 1) -Feature x -Label y @Options }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly TrainingOptionInvalid
        $outcome.Errors[0].Exception.Message | Should -MatchExactly "$Parameter (has to|is|does)"
    }

    It 'is a -StopLoss that no network reaches' {
        $outcome = Get-Outcome { 1..3 | ForEach-Object { @{ x = $_; y = $_ } } | Start-NetworkTraining -Network (New-NeuralNetwork 1 1 -Seed 1) -Feature x -Label y -Epoch 1 -StopLoss -1 }
        $outcome.Warnings[0].Message | Should -BeLike '-StopLoss -1 never ends a training*'
        $outcome = Get-Outcome { 1..3 | ForEach-Object { @{ x = $_; y = $_ } } | Start-NetworkTraining '(y - a*x)^2 - 5' -Epoch 1 -LearningRate 0.01 -StopLoss -1 }
        $outcome.Warnings | Should -HaveCount 0
    }

    It 'is a column whose name has a letter less' {
        $outcome = Get-Outcome { 1..3 | ForEach-Object { @{ price = $_; y = $_ } } | Start-NetworkTraining '(yy - (a*price + b))^2' -Epoch 1 -LearningRate 0.01 }
        $outcome.Warnings[0].Message | Should -BeLike "'yy' is not a column, so it is trained, but its name is nearly that of the column 'y'*"
    }
}
