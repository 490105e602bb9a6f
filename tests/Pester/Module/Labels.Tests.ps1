# Labels of networks: classes keep type and exact text, targets have to suit the loss; what -Standardize measures; what a failed training leaves.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    # Rows with an input for every class, so that a network of one layer tells them apart at once.
    function Get-LabelledRow([object[]]$Label) {
        $i = 0
        foreach ($one in $Label) { [pscustomobject]@{ a = [double]($i++); y = $one } }
    }
    function Invoke-Labelled([object[]]$Label, [int]$Output = $Label.Count, [string]$Last = 'softmax', [double]$Rate = 0.5) {
        Get-LabelledRow $Label | Start-NetworkTraining -Network (New-NeuralNetwork 1 8, tanh, $Output, $Last -Seed 1) -Feature a -Label y -Epoch 400 -LearningRate $Rate -Seed 1 -ErrorAction Stop
    }
    enum LabelKind { Small; Large }
}

Describe 'A predicted label' {
    It 'is what the labels were: <What>' -ForEach @(
        @{ What = 'texts that are the same number'; Label = '2.1', '2.10' }
        @{ What = 'texts with zeros in front'; Label = '007', '7' }
        @{ What = 'texts of integers beyond 2^53'; Label = '9007199254740992', '9007199254740993' }
        @{ What = 'integers beyond 2^53'; Label = 9007199254740992, 9007199254740993 }
        @{ What = 'integers'; Label = 3, 1 }
        @{ What = 'bytes'; Label = [byte]3, [byte]1 }
        @{ What = 'numbers'; Label = 0.5, 0.25 }
        @{ What = 'decimals'; Label = 1.10d, 2.5d }
        @{ What = 'Booleans'; Label = $true, $false }
        @{ What = 'texts that no number can be'; Label = 'NaN', 'Infinity' }
        @{ What = 'texts of Booleans'; Label = 'False', 'True' }
        @{ What = 'a number and a text'; Label = 7, '007' }
        @{ What = 'a text and a number'; Label = 'yes', 0 }
        @{ What = 'a number and a word'; Label = 0, 'yes' }
        @{ What = 'characters'; Label = [char]'a', [char]'A' }
        @{ What = 'GUIDs'; Label = [guid]'00000000-0000-0000-0000-000000000002', [guid]'00000000-0000-0000-0000-000000000001' }
        @{ What = 'dates in UTC'; Label = [datetime]::new(637134336000000001, 'Utc'), [datetime]::new(637134336000000000, 'Utc') }
        @{ What = 'dates of no zone'; Label = [datetime]::new(2020, 1, 1), [datetime]::new(2020, 7, 1) }
        @{ What = 'dates with an offset'; Label = [datetimeoffset]'2020-01-01T00:00:00+01:00', [datetimeoffset]'2020-01-01T00:00:00+02:00' }
        @{ What = 'times'; Label = [timespan]'1.02:03:04.0000005', [timespan]'00:00:01' }
        @{ What = 'days'; Label = [DateOnly]::new(2020, 1, 2), [DateOnly]::new(2020, 1, 1) }
        @{ What = 'times of day'; Label = [TimeOnly]::new(1, 2, 3), [TimeOnly]::new(3, 2, 1) }
        @{ What = 'versions'; Label = [version]'1.10', [version]'1.1' }
    ) {
        $result = Invoke-Labelled $Label
        $rows = @(Get-LabelledRow $Label)
        $path = Join-Path $TestDrive labels.json
        $result | Export-AutodiffModel $path -Force
        $job = Start-ThreadJob { $using:result } | Receive-Job -Wait -AutoRemoveJob
        $serialized = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($result))
        foreach ($model in $result, (Import-AutodiffModel $path), $job, $serialized) {
            $predicted = @($rows | Invoke-AutodiffModel $model)
            for ($i = 0; $i -lt 2; $i++) {
                $predicted[$i].Prediction.GetType() | Should -Be $Label[$i].GetType()
                $predicted[$i].Prediction.Equals($Label[$i]) | Should -BeTrue
                "$($predicted[$i].Prediction)" | Should -BeExactly "$($Label[$i])"
                $predicted[$i].Probability | Should -BeGreaterThan 0.5
            }
            $test = $rows | Test-AutodiffModel $model
            $test.Accuracy | Should -Be 1
            $test.ConfusionMatrix[$Label[0], $Label[0]] | Should -Be 1
            $test.ConfusionMatrix[$Label[0], $Label[1]] | Should -Be 0
            $test.Classes.Class | ForEach-Object GetType | Sort-Object -Unique | Should -BeIn @($Label | ForEach-Object GetType)
        }
    }

    It 'and its class show as text in the views' {
        $result = Invoke-Labelled $true, $false, $true, $false -Output 2
        ($result.Network | Format-List | Out-String) | Should -Match 'Classes\s+: False, True'
        $test = Get-LabelledRow $true, $false | Test-AutodiffModel $result
        ($test | Format-List | Out-String) | Should -Match '(?s)actual \\ predicted\s+False\s+True.*True\s+precision 1\.0000'
        ($test.Classes | Format-Table | Out-String) | Should -Match '(?m)^\s*True\s+1\s+1'
        ($test.ConfusionMatrix.ToTable() | ConvertTo-Csv)[0] | Should -BeExactly '"Actual","False","True"'
    }

    It 'of an enumeration is a member of it, and out of a file its name, which compares with it' {
        $result = Invoke-Labelled ([LabelKind]::Small), ([LabelKind]::Large)
        $rows = Get-LabelledRow ([LabelKind]::Small), ([LabelKind]::Large)
        $result.Network.Classes | ForEach-Object ToString | Should -BeExactly Large, Small
        $result | Export-AutodiffModel (Join-Path $TestDrive enum.json) -Force
        $imported = Import-AutodiffModel (Join-Path $TestDrive enum.json)
        foreach ($case in @{ Model = $result; Type = 'LabelKind' }, @{ Model = $imported; Type = 'String' }) {
            $predicted = @($rows | Invoke-AutodiffModel $case.Model)
            $predicted[0].Prediction.GetType().Name | Should -BeExactly $case.Type
            ($predicted | Where-Object { $_.Prediction -eq $_.y }).Count | Should -Be 2
            ($rows | Test-AutodiffModel $case.Model).Accuracy | Should -Be 1
        }
    }

    It 'that is false is false' {
        $result = Invoke-Labelled $true, $false, $true, $false -Output 2
        @(Get-LabelledRow $true, $false, $true, $false | Invoke-AutodiffModel $result | Where-Object Prediction).Count | Should -Be 2
    }

    It 'meets the text of a number, and not another text of the same number' {
        $result = Invoke-Labelled 1, 2
        @{ a = 0; y = '1' } | Test-AutodiffModel $result | ForEach-Object Accuracy | Should -Be 1
        $outcome = Get-Outcome { @{ a = 0; y = '1.0' } | Test-AutodiffModel $result }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly LabelUnknown
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 1, column 'y': the model does not know the label '1.0'. It knows: 1, 2."
    }

    It 'has integers in their order, to the last digit' {
        (Invoke-Labelled 9007199254740993, 9007199254740992, 3 -Output 3).Network.Classes | Should -BeExactly 3, 9007199254740992, 9007199254740993
        (Invoke-Labelled '2.10', '2.1', '010', '10', '9' -Output 5).Network.Classes -join ' ' | Should -BeExactly '2.1 2.10 9 010 10'
    }
}

Describe 'What Prediction is' {
    # y is 1, or what stands for it, where a is at least 2.
    It 'does not depend on how two labels of a sigmoid are written: <Label>' -ForEach @(
        @{ Label = 0, 1 }, @{ Label = '0', '1' }, @{ Label = '0.0', '1.0' }, @{ Label = 0.0, 1.0 }, @{ Label = 0L, 1L }
        @{ Label = 'no', 'yes' }, @{ Label = $false, $true }, @{ Label = 'False', 'True' }
    ) {
        $result = Invoke-Labelled $Label[0], $Label[0], $Label[1], $Label[1] -Output 1 -Last sigmoid
        $result.FinalLoss | Assert-Near (Invoke-Labelled 'a', 'a', 'b', 'b' -Output 1 -Last sigmoid).FinalLoss -Within 0
        $rows = @(Get-LabelledRow $Label[0], $Label[0], $Label[1], $Label[1] | Invoke-AutodiffModel $result)
        $rows[0].psobject.Properties.Name | Should -BeExactly a, y, Prediction, Probability, "P_$($result.Network.Classes[0])", "P_$($result.Network.Classes[1])"
        foreach ($row in $rows) {
            $row.Prediction.GetType() | Should -Be $row.y.GetType()
            $row.Prediction | Should -BeExactly $row.y
            $row.Probability | Should -BeGreaterThan 0.5
        }
    }

    It 'is a number when the targets are other numbers too, or the last layer is no sigmoid' {
        $result = Invoke-Labelled 0, 0.5, 1 -Output 1 -Last sigmoid
        $result.Network.Classes | Should -HaveCount 0
        @(@{ a = 1 } | Invoke-AutodiffModel $result)[0].Prediction | Assert-Near 0.5 -Within 0.1
        (Invoke-Labelled 0, 0, 1, 1 -Output 1 -Last linear -Rate 0.01).Network.Classes | Should -HaveCount 0
    }

    It 'is 0 or 1 also when only one of them occurs, and for arrays' {
        (Invoke-Labelled 1, 1 -Output 1 -Last sigmoid).Network.Classes | Should -BeExactly 0, 1
        $net = New-NeuralNetwork 1 1, sigmoid -Seed 1
        (Start-NetworkTraining -Network $net -Data 1, 2, 3 -Target 0, 1, 1 -Epoch 1).Network.Classes | Should -BeExactly 0, 1
        $matrix = [double[, ]]::new(3, 1)
        (Start-NetworkTraining -Network $net -Data 1, 2, 3 -Target $matrix -Epoch 1).Network.Classes | Should -BeExactly 0.0, 1.0
    }

    It 'stays a number for a network of an older file that was trained on 0 and 1' {
        $old = '{"format":"PSAutodiff.Network","version":1,"precision":"Double","initializer":"Given","loss":"BinaryCrossEntropy","features":["a"],"labels":["y"],"layers":[{"activation":"Sigmoid","weights":[[0]],"biases":[0]}]}'
        $net = [PSAutodiff.Network]::ParseJson($old)
        @{ a = 1 } | Invoke-AutodiffModel $net | ForEach-Object Prediction | Should -BeExactly 0.5
        (@{ a = 1; y = 1 } | Test-AutodiffModel $net).Accuracy | Should -Be 1
    }
}

Describe 'A first label that is not a number' {
    It 'is named when there are too many classes because of it' {
        $outcome = Get-Outcome { Invoke-Labelled 'high', '1.5', '2.5' -Output 1 -Last linear }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ClassCount
        $outcome.Errors[0].Exception.Message | Should -BeLike "*The labels count as classes because the first, 'high', is not a number."
    }

    It 'is the error of its row where it is NaN and the others are numbers' {
        $outcome = Get-Outcome { Invoke-Labelled 'NaN', '1.5', '2.5' -Output 1 -Last linear }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ValueNotFinite
        $outcome.Errors[0].Exception.Message | Should -BeLike 'Row 1, column *: NaN is not a finite number. The row was left out. -MissingValue Skip*'
    }
}

Describe 'Targets that the loss cannot measure' {
    BeforeAll {
        $one = New-NeuralNetwork 1 1, sigmoid -Seed 1
        $two = New-NeuralNetwork 1 2, softmax -Seed 1
        function Get-TargetError([scriptblock]$Call) {
            $outcome = Get-Outcome $Call
            $outcome.Output | Should -HaveCount 0
            $outcome.Errors[-1]
        }
    }

    It 'are refused with row and value: <What>' -ForEach @(
        @{ What = '1 and 2'; Call = { Get-LabelledRow 1, 2, 1 | Start-NetworkTraining -Network $one -Feature a -Label y }; Like = "Row 2, column 'y': the target 2 is not between 0 and 1, as BinaryCrossEntropy needs it. The targets are two values, 1 and 2: to predict them as classes, give the last layer 2 outputs with softmax, or write 0 and 1 for them." }
        @{ What = '-1 and 1 as text'; Call = { Get-LabelledRow '1', '-1' | Start-NetworkTraining -Network $one -Feature a -Label y }; Like = "Row 2, column 'y': the target -1 is not between 0 and 1*two values, -1 and 1*" }
        @{ What = '0 to 255'; Call = { Get-LabelledRow 0, 255, 128 | Start-NetworkTraining -Network $one -Feature a -Label y }; Like = "Row 2, column 'y': the target 255 is not*Scale the targets to between 0 and 1*" }
        @{ What = 'after a row that was left out'; Call = { Get-LabelledRow 0, '', 1, 7 | Start-NetworkTraining -Network $one -Feature a -Label y }; Like = "Row 4, column 'y': the target 7 is*" }
        @{ What = 'in a test'; Call = { Get-LabelledRow 0, 3, 1 | Test-AutodiffModel $one -Feature a -Label y }; Like = "Row 2, column 'y': the target 3 is*" }
        @{ What = 'in arrays'; Call = { Start-NetworkTraining -Network $one -Data 1, 2, 3 -Target 0, 1, -1 }; Like = '-Target, row 3, column 1: the target -1 is*' }
        @{ What = 'in arrays of a test'; Call = { Test-AutodiffModel $one -Data 1, 2, 3 -Target 0, 0.5, 2 }; Like = '-Target, row 3, column 1: the target 2 is*' }
        @{ What = 'in pruning'; Call = { Optimize-NeuralNetwork $one -Data 1, 2, 3 -Target 0, 0.5, 2 -Fraction 0.5 }; Like = '-Target, row 3, column 1: the target 2 is*' }
        @{ What = 'below 0 for a softmax'; Call = { @{ a = 1; p = 0.5; q = 0.5 }, @{ a = 2; p = 1.5; q = -0.5 } | Start-NetworkTraining -Network $two -Feature a -Label p, q }; Like = "Row 2, column 'q': the target -0.5 is below 0*" }
        @{ What = 'not summing to 1 for a softmax'; Call = { @{ a = 1; p = 1; q = 1 } | Start-NetworkTraining -Network $two -Feature a -Label p, q }; Like = 'Row 1: the targets sum to 2, not to 1*' }
    ) {
        $record = Get-TargetError $Call
        Get-ErrorId $record | Should -BeExactly TargetInvalid
        $record.Exception.Message | Should -BeLike $Like
    }

    It 'are none for a last layer that gives no probabilities: <Activation>, <Loss>' -ForEach @(
        foreach ($activation in 'linear', 'tanh', 'relu') { foreach ($loss in 'BinaryCrossEntropy', 'CategoricalCrossEntropy') { @{ Activation = $activation; Loss = $loss } } }
    ) {
        $net = New-NeuralNetwork 1 1, $Activation -Seed 1
        foreach ($call in { Get-LabelledRow 0, 1 | Start-NetworkTraining -Network $net -Feature a -Label y -LossFunction $Loss }, { Test-AutodiffModel $net -Data 1, 2 -Target 0, 1 -LossFunction $Loss }) {
            $record = Get-TargetError $call
            Get-ErrorId $record | Should -BeExactly LossFunctionInvalid
            $record.Exception.Message | Should -BeLike "$Loss measures probabilities, but the last layer is $Activation*"
        }
    }
}

Describe 'A constant column under -Standardize' {
    It 'is seen when its value is no short binary number: <_>' -ForEach 0.1, 1e-170, 1234.56789, 1e300 {
        $value = $_
        $rows = foreach ($i in 1..3) { @{ a = $value; b = $i; y = $i } }
        $outcome = Get-Outcome { $rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 1 -Seed 1) -Feature a, b -Label y -Standardize -Epoch 1 -LearningRate 0.01 }
        $outcome.Warnings[0].Message | Should -BeLike "*'a'*"
        $outcome.Output[0].Network.Scaling.Deviations[0] | Should -BeExactly 1
        $outcome.Output[0].Network.Scaling.Means[0] | Should -BeExactly $value
    }

    # The population deviation of 0..23 is sqrt(575/12); 100,000 rows hold 4,166 rounds of 24 and 0..15: 6.9220 in exact arithmetic.
    It 'is not what a column is that varies little beside its size' {
        $script = {
            param($single)
            $data = $single ? [float[, ]]::new(100000, 2) : [double[, ]]::new(100000, 2)
            for ($i = 0; $i -lt 100000; $i++) { $data[$i, 0] = ($single ? 8388608 : 1.7e15) + $i % 24; $data[$i, 1] = $i % 24 }
            Start-NetworkTraining -Network (New-NeuralNetwork 2 1 -Seed 1) -Data $data -Target (, 0.0 * 100000) -Standardize -Epoch 1 -BatchSize 100000 -LearningRate 0.01
        }
        $mean = (4166 * 276 + 120) / 100000
        $deviation = [Math]::Sqrt((4166 * 4324 + 1240) / 100000 - $mean * $mean)
        $deviation | Assert-Near 6.922 -Within 5e-4
        foreach ($single in $false, $true) {
            $scaling = (& $script $single).Network.Scaling
            $scaling.Deviations[0] | Assert-Near $deviation -Within 1e-10
            $scaling.Deviations[1] | Assert-Near $deviation -Within 1e-12
            $scaling.Means[0] - ($single ? 8388608 : 1.7e15) | Assert-Near $mean -Within 0.125
            $scaling.Means[1] | Assert-Near $mean
        }
    }

    It 'is none whose squares vanish or overflow: <_>' -ForEach 1e-200, 1e-300, 1e200 {
        $unit = $_
        $outcome = Get-Outcome { 1..4 | ForEach-Object { @{ a = $_ * $unit; y = $_ } } | Start-NetworkTraining -Network (New-NeuralNetwork 1 1 -Seed 1) -Feature a -Label y -Standardize -Epoch 1 -LearningRate 0.01 }
        $outcome.Warnings | Should -HaveCount 0
        $outcome.Output[0].Network.Scaling.Deviations[0] / $unit | Assert-Near ([Math]::Sqrt(1.25))
    }

    It 'is measured alike from rows and from arrays, to the last bit' {
        $values = 1..70000 | ForEach-Object { [Math]::Sin($_) * 1e3 + 1e6 }
        $net = New-NeuralNetwork 1 1 -Seed 1
        $rows = $values | ForEach-Object { @{ a = $_; y = 0 } } | Start-NetworkTraining -Network $net -Feature a -Label y -Standardize -Epoch 1 -BatchSize 70000
        $arrays = Start-NetworkTraining -Network $net -Data $values -Target (, 0 * 70000) -Standardize -Epoch 1 -BatchSize 70000
        $rows.Network.Scaling.Means | Should -BeExactly $arrays.Network.Scaling.Means
        $rows.Network.Scaling.Deviations | Should -BeExactly $arrays.Network.Scaling.Deviations
    }
}

Describe 'A training that runs away' {
    BeforeAll {
        $rows = 1..4 | ForEach-Object { [pscustomobject]@{ x = $_; y = 2 * $_ } }
    }

    It 'is kept in the result variable when -ErrorAction Stop ends the command' {
        $LastTraining = $Kept = $null
        $caught = $null
        try { $lost = $rows | Start-NetworkTraining '(a*x - y)^2' -LearningRate 5 -Seed 1 -ErrorAction Stop } catch { $caught = $_ }
        $caught.Exception.Message | Should -BeLike '*The result holds the last finite parameters and is in $LastTraining too. A smaller -LearningRate than 5 may help.*'
        $LastTraining.StopReason.ToString() | Should -BeExactly NotFinite
        [double]::IsFinite($LastTraining.Parameters['a']) | Should -BeTrue
        try { $lost = $rows | Start-NetworkTraining '(a*x - y)^2' -LearningRate 5 -Seed 1 -ErrorAction Stop -ResultVariable Kept } catch { $caught = $_ }
        $Kept.Loss | Should -BeExactly $LastTraining.Loss
        $caught.Exception.Message | Should -BeLike '*is in $Kept too*'
        (Get-Variable lost -ErrorAction Ignore)?.Value | Should -BeNullOrEmpty
    }

    It 'is blamed on the rate only when the step does not fail at the start: <What>' -ForEach @(
        @{ What = 'a logarithm of 0 in the data'; Loss = '(a - log(x - 3))^2'; Blamed = $false }
        @{ What = 'a root whose derivative is infinite'; Loss = 'x*sqrt(a)'; Blamed = $false }
        @{ What = 'a rate'; Loss = '(a*x - y)^2'; Blamed = $true }
    ) {
        $outcome = Get-Outcome { $rows | Start-NetworkTraining $Loss -InitialValue @{ a = 0 } -LearningRate 5 }
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].Exception.Message | Should -BeLike ($Blamed ? '*A smaller -LearningRate than 5 may help*' : '*so -LearningRate is not at fault*')
    }
}

Describe 'A loss that a layer of given weights leaves' {
    It 'is named, and no rate' {
        $net = New-NeuralNetwork -Weight (, (, 1)) -Activation linear
        $outcome = Get-Outcome { Start-NetworkTraining -Network $net -Data 0.25, 0.75 -Target 0, 1 -LossFunction BinaryCrossEntropy -LearningRate 0.5 }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly LossNotFinite
        $outcome.Errors[0].Exception.Message | Should -BeLike '*the outputs of a last layer with Linear leave 0 to 1. Give it sigmoid, or take the loss MeanSquaredError.'
    }
}

Describe 'A list that contains itself' {
    BeforeAll {
        $self = [System.Collections.ArrayList]::new()
        $null = $self.Add($self)
        $deep = 1
        for ($i = 0; $i -lt 100000; $i++) { $deep = , $deep }
        $net = New-NeuralNetwork 1 1 -Seed 1
    }

    # In a process of its own each would have been the end of that process.
    It 'as <What> is an error' -ForEach @(
        @{ What = '-Weight'; Call = { New-NeuralNetwork -Weight $list } }
        @{ What = '-Weight within a list'; Call = { New-NeuralNetwork -Weight @(, $list) } }
        @{ What = '-Bias'; Call = { New-NeuralNetwork -Weight (, (, 1)) -Bias $list } }
        @{ What = '-Bias of two layers'; Call = { New-NeuralNetwork -Weight (, (, 1)), (, (, 1)) -Bias $list, $list } }
        @{ What = '-Layer'; Call = { New-NeuralNetwork 1 $list } }
        @{ What = '-Activation'; Call = { New-NeuralNetwork -Weight (, (, 1)) -Activation $list } }
        @{ What = '-Data'; Call = { Start-NetworkTraining -Network $net -Data $list -Target 1 } }
        @{ What = '-Target'; Call = { Start-NetworkTraining -Network $net -Data 1 -Target $list } }
        @{ What = '-Data of a prediction'; Call = { Invoke-AutodiffModel $net -Data $list } }
        @{ What = '-Data of a regression'; Call = { Invoke-LinearRegression -Data $list -Target 1 } }
        @{ What = '-Target of a regression'; Call = { Invoke-LinearRegression -Data 1 -Target $list } }
        @{ What = '-Covariance'; Call = { Invoke-LinearRegression -Data 1 -Target 1 -Covariance $list } }
        @{ What = '-Hessian'; Call = { Measure-WeightDecay -Hessian $list -Minimizer 1 -Decay 1 } }
        @{ What = '-Minimizer'; Call = { Measure-WeightDecay -Hessian 1 -Minimizer $list -Decay 1 } }
        @{ What = 'a value of -At'; Call = { Measure-Expression 'x^2' -At @{ x = $list } } }
        @{ What = 'a cell'; Call = { @{ x = $list } | Measure-Expression 'x^2' } }
        @{ What = 'an initial value'; Call = { @{ x = 1 } | Start-NetworkTraining '(a - x)^2' -InitialValue @{ a = $list } } }
        @{ What = '-Derivative'; Call = { Test-Derivative 'x^2' -At @{ x = 1 } -Derivative $list } }
    ) {
        foreach ($list in $self, $deep) {
            $outcome = Get-Outcome $Call
            $outcome.Output | Should -HaveCount 0
            $outcome.Errors | Should -HaveCount 1
            $outcome.Errors[0].Exception.Message.Length | Should -BeLessThan 300
        }
    }
}

Describe 'The target of rows' {
    It 'is named with -Label, and says so: <_>' -ForEach 'Invoke-LinearRegression -Feature a -Target y', 'Start-NetworkTraining -Network $net -Feature a -Target y', 'Test-AutodiffModel $net -Target y' {
        $net = New-NeuralNetwork 1 1 -Seed 1
        $call = [scriptblock]::Create("@{ a = 1; y = 2 } | $_")
        $outcome = Get-Outcome { & $call }
        $outcome.Errors[0].Exception.Message | Should -BeLike '*With rows from the pipeline, name their column with -Label*'
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly DataInvalid
    }
}

Describe 'Labels of other types' {
    It 'keep dates apart that differ by parts of a second' {
        $start = [datetime]::new(2020, 1, 1)
        $rows = 0..11 | ForEach-Object { [pscustomobject]@{ a = $_; t = $start.AddMilliseconds(300 * ($_ % 3)) } }
        $result = $rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 3, softmax -Seed 1) -Label t -Epoch 2 -Seed 1
        $result.Network.Classes | Should -HaveCount 3
    }

    It 'are refused when they are lists or have no text of their own: <_>' -ForEach '@(1, 2)', '@{ a = 1 }', '[System.Object]::new()' {
        $odd = & ([scriptblock]::Create($_))
        $rows = @([pscustomobject]@{ a = 1; t = 'x' }, [pscustomobject]@{ a = 2; t = 'y' }, [pscustomobject]@{ a = 3; t = $odd })
        $outcome = Get-Outcome { $rows | Start-NetworkTraining -Network (New-NeuralNetwork 1 2, softmax -Seed 1) -Label t -Epoch 2 -Seed 1 }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly DataInvalid
        $outcome.Errors[0].Exception.Message | Should -BeLike 'Row 3, column ''t'': * is not a label.*'
    }
}
