BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $first = [double[,]]::new(2, 3)
    for ($i = 0; $i -lt 6; $i++) { $first[[Math]::Floor($i / 3), ($i % 3)] = $i - 2.5 }
    $second = [double[,]]::new(3, 1)
    for ($i = 0; $i -lt 3; $i++) { $second[$i, 0] = $i + 1 }
}

Describe 'New-NeuralNetwork -InputSize -Layer' {
    It 'makes layers of the sizes, each with the activation after it or linear' {
        $net = New-NeuralNetwork -InputSize 4 -Layer 16, tanh, 5, 3, softmax
        $net | Should -BeOfType PSAutodiff.Network
        $net.ToString() | Should -BeExactly '4-16 Tanh-5 Linear-3 Softmax'
        $net.Layers[0].Weights.GetLength(0), $net.Layers[0].Weights.GetLength(1) | Should -BeExactly 4, 16
        $net.Layers[2].Biases | Should -BeExactly 0, 0, 0
        $net.ParameterCount | Should -Be (4 * 16 + 16 + 16 * 5 + 5 + 5 * 3 + 3)
    }

    It 'takes <What>' -ForEach @(
        @{ What = 'sizes as text'; Layer = '16', 'tanh', '3'; Text = '2-16 Tanh-3 Linear' }
        @{ What = 'names in any case'; Layer = 16, 'TANH', 3, 'ReLU', 1, 'Sigmoid'; Text = '2-16 Tanh-3 ReLU-1 Sigmoid' }
        @{ What = 'other names'; Layer = 2, 'logistic', 1, 'identity'; Text = '2-2 Sigmoid-1 Linear' }
        @{ What = 'values of the enumeration'; Layer = 2, [PSAutodiff.ActivationFunction]::Softmax; Text = '2-2 Softmax' }
        @{ What = 'a single size'; Layer = 1; Text = '2-1 Linear' }
    ) {
        (New-NeuralNetwork -InputSize 2 -Layer $Layer).ToString() | Should -BeExactly $Text
    }

    It 'takes both by position' {
        (New-NeuralNetwork 4 16, tanh, 3, softmax).ToString() | Should -BeExactly '4-16 Tanh-3 Softmax'
    }

    It 'draws the same weights from the same seed, and notes the seed' {
        $net = New-NeuralNetwork 3 4, tanh, 2
        (New-NeuralNetwork 3 4, tanh, 2 -Seed $net.Seed).ToJson() | Should -BeExactly $net.ToJson()
        (New-NeuralNetwork 3 4, tanh, 2 -Seed ($net.Seed -bxor 1)).ToJson() | Should -Not -Be $net.ToJson()
    }

    It 'draws by <_>' -ForEach GlorotUniform, GlorotNormal, TruncatedNormal, He, Zeros {
        $net = New-NeuralNetwork 20 30 -Initializer $_ -Seed 1
        $net.Initializer.ToString() | Should -BeExactly $_
        $largest = ($net.Layers[0].Weights | ForEach-Object { [Math]::Abs($_) } | Measure-Object -Maximum).Maximum
        # Bounds, or six standard deviations for those without.
        $bound = @{ GlorotUniform = [Math]::Sqrt(6 / 50); GlorotNormal = 1.2; TruncatedNormal = 0.4; He = 6 * [Math]::Sqrt(0.1); Zeros = 0 }[$_]
        $largest | Should -BeLessOrEqual $bound
        if ($_ -ne 'Zeros') { $largest | Should -BeGreaterThan ($bound / 4) }
    }

    It 'rounds weights to single precision when that is asked for' {
        $net = New-NeuralNetwork 2 3 -Precision Single -Seed 1
        foreach ($weight in $net.Layers[0].Weights) { [double][float]$weight | Should -BeExactly $weight }
    }
}

Describe 'New-NeuralNetwork -Weight' {
    It 'takes the weights, biases and activations as they are' {
        $net = New-NeuralNetwork -Weight $first, $second -Bias @(1, 2, 3), 4 -Activation tanh, sigmoid
        $net.ToString() | Should -BeExactly '2-3 Tanh-1 Sigmoid'
        $net.Layers[0].Weights[1, 2] | Should -BeExactly 2.5
        $net.Layers[1].Biases | Should -BeExactly 4
        @($net.Parameters.Keys)[0, 6, 12] | Should -BeExactly w1_1_1, b1_1, b2_1
        $net.Parameters['w1_2_3'] | Should -BeExactly 2.5
        $net.Initializer.ToString() | Should -BeExactly Given
    }

    It 'takes <What>' -ForEach @(
        @{ What = 'double[][]'; Weight = { [double[][]]((1, 2), (3, 4)) } }
        @{ What = 'lists of lists'; Weight = { @((1, 2), (3, 4)) } }
        @{ What = 'text'; Weight = { @(('1', '2'), ('3.0', '4')) } }
        @{ What = 'float[,]'; Weight = { $m = [float[, ]]::new(2, 2); $m[0, 0] = 1; $m[0, 1] = 2; $m[1, 0] = 3; $m[1, 1] = 4; , $m } }
        @{ What = 'int[,]'; Weight = { $m = [int[, ]]::new(2, 2); $m[0, 0] = 1; $m[0, 1] = 2; $m[1, 0] = 3; $m[1, 1] = 4; , $m } }
    ) {
        $matrix = & $Weight
        foreach ($net in (New-NeuralNetwork -Weight $matrix), (New-NeuralNetwork -Weight @(, $matrix) -Bias 0, 0)) {
            $net.Layers.Count | Should -Be 1
            @($net.Parameters.Values) | Should -BeExactly 1, 2, 3, 4, 0, 0
        }
    }

    It 'takes several double[][]' {
        (New-NeuralNetwork -Weight ([double[][]]((1, 2), (3, 4))), ([double[][]]((1), (2))) -Layer tanh, sigmoid).ToString() | Should -BeExactly '2-2 Tanh-1 Sigmoid'
    }

    It 'checks the sizes that -InputSize and -Layer give' {
        (New-NeuralNetwork -InputSize 2 -Weight $first, $second -Layer 3, tanh, 1).ToString() | Should -BeExactly '2-3 Tanh-1 Linear'
    }
}

Describe 'What New-NeuralNetwork refuses' {
    It '<What>: <Id>' -ForEach @(
        @{ What = 'nothing at all'; Id = 'LayerInvalid'; Names = '-InputSize and -Layer'; Call = { New-NeuralNetwork } }
        @{ What = 'no layers'; Id = 'LayerInvalid'; Names = 'no layer'; Call = { New-NeuralNetwork 2 @() } }
        @{ What = 'an unknown activation'; Id = 'LayerInvalid'; Names = "item 2, 'tahn'"; Call = { New-NeuralNetwork 2 3, tahn } }
        @{ What = 'a size of 0'; Id = 'LayerInvalid'; Names = 'item 3, 0'; Call = { New-NeuralNetwork 2 3, tanh, 0 } }
        @{ What = 'a negative size'; Id = 'LayerInvalid'; Names = '-1'; Call = { New-NeuralNetwork 2 -Layer -1 } }
        @{ What = 'half a unit'; Id = 'LayerInvalid'; Names = '2.5'; Call = { New-NeuralNetwork 2 2.5 } }
        @{ What = 'an activation without a size'; Id = 'LayerInvalid'; Names = 'item 1'; Call = { New-NeuralNetwork 2 tanh, 3 } }
        @{ What = 'a step without a size'; Id = 'LayerInvalid'; Names = 'needs a size before it'; Call = { New-NeuralNetwork 2 layernorm, 3 } }
        @{ What = 'a sign without a number'; Id = 'LayerInvalid'; Names = 'as in skip=2'; Call = { New-NeuralNetwork 2 3, 'skip=' } }
        @{ What = 'layer normalization of one output'; Id = 'NetworkInvalid'; Names = 'its one output 0'; Call = { New-NeuralNetwork 2 3, tanh, 1, layernorm } }
        @{ What = 'a step twice'; Id = 'LayerInvalid'; Names = 'has LayerNorm already'; Call = { New-NeuralNetwork 2 3, layernorm, layernorm } }
        @{ What = 'dropout without a number'; Id = 'LayerInvalid'; Names = 'above 0 and below 1, as in dropout=0.2'; Call = { New-NeuralNetwork 2 3, dropout, 1 } }
        @{ What = 'dropout of everything'; Id = 'LayerInvalid'; Names = 'above 0 and below 1'; Call = { New-NeuralNetwork 2 3, dropout=1, 1 } }
        @{ What = 'dropout in the last layer'; Id = 'NetworkInvalid'; Names = 'Layer 1: it is the last'; Call = { New-NeuralNetwork 2 3, dropout=0.1 } }
        @{ What = 'a skip connection between widths'; Id = 'NetworkInvalid'; Names = 'adds 2 numbers'; Call = { New-NeuralNetwork 2 3, tanh, skip } }
        @{ What = 'a skip connection too far'; Id = 'NetworkInvalid'; Names = 'over 2 layers, but there is only 1'; Call = { New-NeuralNetwork 2 2, tanh, skip=2 } }
        @{ What = 'a skip connection over a half'; Id = 'LayerInvalid'; Names = 'a whole number of layers from 1'; Call = { New-NeuralNetwork 2 2, tanh, skip=0.5 } }
        @{ What = 'steps beside -Weight'; Id = 'LayerInvalid'; Names = 'without -Weight'; Call = { New-NeuralNetwork -Weight (1, 2), (3, 4) -Layer 2, layernorm } }
        @{ What = 'two activations'; Id = 'LayerInvalid'; Names = 'item 3'; Call = { New-NeuralNetwork 2 3, tanh, relu } }
        @{ What = 'a network too large for memory'; Id = 'NetworkInvalid'; Names = 'smaller'; Call = { New-NeuralNetwork 2000000000 2000000000 } }
        @{ What = 'matrices that do not follow each other'; Id = 'NetworkInvalid'; Names = 'Layer 2'; Call = { New-NeuralNetwork -Weight $second, $first } }
        @{ What = 'a vector of biases too short'; Id = 'NetworkInvalid'; Names = '3 outputs'; Call = { New-NeuralNetwork -Weight $first -Bias 1, 2 } }
        @{ What = 'too few vectors of biases'; Id = 'NetworkInvalid'; Names = 'biases for 1'; Call = { New-NeuralNetwork -Weight $first, $second -Bias @(, (1, 2, 3)) } }
        @{ What = 'too few activations'; Id = 'NetworkInvalid'; Names = '2 layers'; Call = { New-NeuralNetwork -Weight $first, $second -Activation tanh } }
        @{ What = 'another -InputSize'; Id = 'NetworkInvalid'; Names = '-InputSize is 3'; Call = { New-NeuralNetwork -Weight $first -InputSize 3 } }
        @{ What = 'other sizes'; Id = 'NetworkInvalid'; Names = '-Layer gives layer 1 4 outputs'; Call = { New-NeuralNetwork -Weight $first -Layer 4 } }
        @{ What = 'a number for a matrix'; Id = 'DataInvalid'; Names = 'the number 5'; Call = { New-NeuralNetwork -Weight 5 } }
        @{ What = 'rows of different lengths'; Id = 'DataInvalid'; Names = 'row 2 has 3 values'; Call = { New-NeuralNetwork -Weight @((1, 2), (1, 2, 3)) } }
        @{ What = 'a weight that is not a number'; Id = 'ValueNotNumeric'; Names = 'row 2, column 1'; Call = { New-NeuralNetwork -Weight @((1, 2), ('x', 3)) } }
        @{ What = 'a weight of NaN'; Id = 'ValueNotFinite'; Names = 'row 1, column 2'; Call = { New-NeuralNetwork -Weight @((1, [double]::NaN), (2, 3)) } }
        @{ What = 'biases without weights'; Id = 'LayerInvalid'; Names = '-Weight'; Call = { New-NeuralNetwork -Bias 1 } }
        @{ What = 'an unknown start'; Id = 'ParameterArgumentValidationError'; Names = 'Given'; Call = { New-NeuralNetwork 2 3 -Initializer Given } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "$Id,PSAutodiff.Commands.NewNeuralNetworkCommand"
        $outcome.Errors[0].Exception.Message.Contains($Names) | Should -BeTrue -Because "the message is: $($outcome.Errors[0])"
    }
}

Describe 'A network as expressions' {
    It 'is differentiated and written like any other' {
        $net = New-NeuralNetwork 2 2, tanh, 1, sigmoid -Seed 1
        $out = $net.ToScalarExpression()
        $out | Should -HaveCount 1
        $out[0] | ConvertTo-ExprText | Should -Match 'tanh'
        $at = @{ x1 = 0.5; x2 = -1 }
        $net.Parameters.GetEnumerator() | ForEach-Object { $at[$_.Key] = $_.Value }
        $predicted = (Invoke-AutodiffModel -Network $net -Data @(, (0.5, -1)))[0, 0]
        $out[0] | Measure-Expression -At $at | Assert-Near $predicted -Within 1e-15
        $out[0] | Invoke-Differentiate w1_1_1 | Test-Derivative -At $at | Should -BeTrue
    }

    It 'is one line of matrices and vectors, with <_> too' -ForEach 'tanh', 'softplus', 'elu', 'leaky_relu', 'gelu', 'silu', 'swish' {
        $net = New-NeuralNetwork 3 4, $_, 2, softmax -Seed 2
        $line = $net.ToExpression()
        if ($_ -eq 'tanh') { $line.ToString() | Should -BeExactly 'W1: [3, 4]; W2: [4, 2]; b1: [4]; b2: [2]; x: [3]; softmax(tanh(x @ W1 + b1) @ W2 + b2)' }
        $at = $net.ArrayParameters + @{ x = 1, -2, 0.5 }
        $predicted = Invoke-AutodiffModel -Network $net -Data @(, (1, -2, 0.5))
        $values = $line | Measure-Expression -At $at
        0, 1 | ForEach-Object { $values[$_] | Assert-Near $predicted[0, $_] -Within 1e-15 }
        $same = $net.ToExpression($true) | Measure-Expression -At @{ x = 1, -2, 0.5 }
        $same | Should -BeExactly $values
        $line[0] | Test-Derivative -At $at | Should -BeTrue
    }

    It 'learns and is kept with <_>' -ForEach 'softplus', 'elu', 'leakyrelu', 'gelu', 'silu' {
        $rows = -6..6 | ForEach-Object { @{ x = $_ / 3; y = [Math]::Sin($_ / 3) } }
        $training = @{ Network = New-NeuralNetwork 1 6, $_, 1 -Seed 3; Feature = 'x'; Label = 'y'; Seed = 1; Optimizer = 'Adam'; LearningRate = 0.05; Epoch = 400 }
        $result = $rows | Start-NetworkTraining @training
        $result.FinalLoss | Should -BeLessThan 0.05
        $path = Join-Path $TestDrive "$_.json"
        $result | Export-AutodiffModel -Path $path
        (Import-AutodiffModel $path).ToJson() | Should -BeExactly $result.Network.ToJson()
        $rows | Invoke-AutodiffModel (Import-AutodiffModel $path) | ForEach-Object Prediction | Should -BeExactly @($rows | Invoke-AutodiffModel $result | ForEach-Object Prediction)
    }
}

Describe 'Layers with more than an activation' {
    BeforeAll {
        $random = [Random]::new(4)
        $rows = foreach ($i in 1..60) {
            $a, $b = (4 * $random.NextDouble() - 2), (4 * $random.NextDouble() - 2)
            @{ a = $a; b = $b; y = [Math]::Sin($a) * $b; class = $a * $b -gt 0 ? 'same' : 'other' }
        }
    }

    It 'are written as <Layer>' -ForEach @(
        @{ Layer = 4, 'layernorm', 'tanh', 1; Text = '2-4 LayerNorm Tanh-1 Linear' }
        @{ Layer = 4, 'tanh', 'LayerNorm', 'dropout(0.25)', 1; Text = '2-4 Tanh LayerNorm Dropout=0.25-1 Linear' }
        @{ Layer = 2, 'skip', 'relu', 2, 'tanh', 'skip=2', 1; Text = '2-2 Skip ReLU-2 Tanh Skip=2-1 Linear' }
        @{ Layer = 3, 'tanh', 'residual', 1; Text = $null }
        @{ Layer = 3, 'tanh', 'project', 5, 'project 2', 'gelu', 'dropout 0.5', 1; Text = '2-3 Tanh Project-5 Project=2 GELU Dropout=0.5-1 Linear' }
    ) {
        if ($Text) { (New-NeuralNetwork 2 $Layer -Seed 1).ToString() | Should -BeExactly $Text }
        else { { New-NeuralNetwork 2 $Layer -ErrorAction Stop } | Should -Throw -ExpectedMessage '*project*' }
    }

    It 'are completed' {
        $offered = (TabExpansion2 'New-NeuralNetwork 4 8, l' -cursorColumn 24).CompletionMatches.CompletionText
        $offered | Should -Contain 'layernorm'
        (TabExpansion2 'New-NeuralNetwork 4 8, d' -cursorColumn 24).CompletionMatches.CompletionText | Should -Be 'dropout=0.2'
    }

    It 'are one line whose derivative is backpropagation' {
        $net = New-NeuralNetwork 4 4, layernorm, tanh, skip, 3, softmax -Seed 1
        $net.ToExpression() | ConvertTo-ExprText | Should -BeLike '*; softmax((tanh(layernorm(x @ W1 + b1) * g1 + c1) + x) @ W2 + b2)'
        $net.ToExpression() | ConvertTo-ExprText -As Latex | Should -BeLike '\operatorname{softmax}*\operatorname{layernorm}*\odot \mathbf{g}_{1} + \mathbf{c}_{1}*'
        $loss = $net.ToLossExpression('CategoricalCrossEntropy')
        $at = $net.ArrayParameters + @{ x = 1, -2, 0.5, 0.25; y = 0, 1, 0 }
        foreach ($name in $net.ArrayParameters.Keys) { $loss | Invoke-Differentiate $name | Should -Not -BeNullOrEmpty }
        $loss | Test-Derivative -At $at | Should -BeTrue
        $net.ToScalarExpression()[0] | ConvertTo-ExprText | Should -BeLike '*g1_1*c1_1*'
    }

    It 'are trained, kept, traced, checked and pruned' {
        $net = New-NeuralNetwork 2 8, layernorm, gelu, project, 8, tanh, skip, dropout=0.1, 2, softmax -Seed 2
        $training = @{ Network = $net; Feature = 'a', 'b'; Label = 'class'; Seed = 1; Optimizer = 'Adam'; LearningRate = 0.02; Epoch = 150; BatchSize = 10 }
        $result = $rows | Start-NetworkTraining @training
        $result.FinalLoss | Should -BeLessThan 0.1
        ($rows | Start-NetworkTraining @training).Network.ToJson() | Should -BeExactly $result.Network.ToJson()
        $predicted = @($rows | Invoke-AutodiffModel $result | ForEach-Object P_same)
        foreach ($extension in 'json', 'safetensors') {
            $path = Join-Path $TestDrive "steps.$extension"
            $result | Export-AutodiffModel -Path $path
            $read = Import-AutodiffModel $path
            @($rows | Invoke-AutodiffModel $read | ForEach-Object P_same) | Should -BeExactly $predicted
        }

        $again = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($result.Network, 3))
        @($rows | Invoke-AutodiffModel $again | ForEach-Object P_same) | Should -BeExactly $predicted
        $trace = $rows | Trace-NeuralNetwork $result.Network -Label class
        $trace.Layers[0].DGain | Should -HaveCount 8
        $trace.Layers[0].DProjection.Length | Should -Be 16
        ($trace | Out-String) | Should -BeLike '*DGain (8)*DOffset (8)*DProjection (2 x 8)*'
        @($rows | Test-Derivative $result.Network -Label class -Detailed | Where-Object -Not Passed) | Should -BeNullOrEmpty
        $pruned = $rows | Optimize-NeuralNetwork $result.Network -Label class -Fraction 0.2
        $pruned.FrozenCount | Should -Be ([Math]::Round(0.2 * $result.Network.WeightCount))
    }

    It 'are compared by a sweep over folds' {
        $deep = New-NeuralNetwork 2 8, layernorm, tanh, project, dropout=0.1, 2, softmax -Seed 2
        $sweep = $rows | Start-NetworkTraining -Feature a, b -Label class -Epoch 40 -BatchSize 10 -Optimizer Adam -LearningRate 0.02 -Seed 1 -CrossValidationFold 3 -Sweep @{ Network = $deep, (New-NeuralNetwork 2 2, softmax -Seed 1) }
        $sweep | Should -HaveCount 2
        ($sweep | Where-Object IsBest).Settings.Network.ToString() | Should -BeExactly $deep.ToString()
    }

    It 'are trained by LBFGS, but not with dropout' {
        $training = @{ Feature = 'a', 'b'; Label = 'y'; Optimizer = 'LBFGS'; Epoch = 60 }
        ($rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 8, layernorm, tanh, project, 1 -Seed 1) @training).FinalLoss | Should -BeLessThan 0.01
        { $rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 8, tanh, dropout=0.5, 1 -Seed 1) @training -ErrorAction Stop } | Should -Throw -ErrorId 'TrainingOptionInvalid*' -ExpectedMessage '*dropout*Adam*'
    }
}
