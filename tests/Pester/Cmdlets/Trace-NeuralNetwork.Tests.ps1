# What a training step computes of a batch: Trace-NeuralNetwork, and Test-Derivative on networks.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $xor = @(foreach ($a in -1, 1) { foreach ($b in -1, 1) { [pscustomobject]@{ a = $a; b = $b; y = [int]($a -ne $b) } } })
    $net = New-NeuralNetwork 2 2, tanh, 1, sigmoid -Seed 1
    $iris = Import-Csv (Join-Path $repositoryRoot examples/data/iris.csv)
    $few = $iris[0, 70, 140, 20]

    # x W + b, row by row, as one would on paper.
    function Get-Sum([double[, ]]$X, [double[, ]]$W, [double[]]$B) {
        $z = [double[, ]]::new($X.GetLength(0), $W.GetLength(1))
        for ($r = 0; $r -lt $X.GetLength(0); $r++) {
            for ($j = 0; $j -lt $W.GetLength(1); $j++) {
                $z[$r, $j] = $B[$j]
                for ($i = 0; $i -lt $W.GetLength(0); $i++) { $z[$r, $j] += $X[$r, $i] * $W[$i, $j] }
            }
        }
        , $z
    }

    function Assert-Same([double[]]$Actual, [double[]]$Expected, [double]$Within = 1e-15) {
        $Actual.Count | Should -Be $Expected.Count
        for ($i = 0; $i -lt $Actual.Count; $i++) { $Actual[$i] | Assert-Near $Expected[$i] -Within $Within }
    }
}

Describe 'Trace-NeuralNetwork' {
    It 'gives the formulas of backpropagation for exclusive or' {
        $trace = $xor | Trace-NeuralNetwork $net -Feature a, b -Label y
        $trace | Should -BeOfType PSAutodiff.NetworkTrace
        $trace.Rows, $trace.LossFunction | Should -Be 4, 'BinaryCrossEntropy'
        $first, $second = $trace.Layers
        Assert-Same $trace.X -1, -1, -1, 1, 1, -1, 1, 1
        Assert-Same $trace.Targets 0, 1, 1, 0
        Assert-Same $first.Z (Get-Sum $trace.X $net.Layers[0].Weights $net.Layers[0].Biases)
        Assert-Same $first.Y @($first.Z | ForEach-Object { [Math]::Tanh($_) })
        Assert-Same $second.Z (Get-Sum $first.Y $net.Layers[1].Weights $net.Layers[1].Biases)
        Assert-Same $second.Y @($second.Z | ForEach-Object { 1 / (1 + [Math]::Exp(-$_)) })
        # delta = (y - target)/4 at the output, and (delta w) (1 - tanh(z)^2) before it.
        Assert-Same $second.Delta @(0..3 | ForEach-Object { ($second.Y[$_, 0] - $trace.Targets[$_, 0]) / 4 }) 1e-14
        $w = $net.Layers[1].Weights
        Assert-Same $first.Delta @(foreach ($r in 0..3) { foreach ($j in 0, 1) { $second.Delta[$r, 0] * $w[$j, 0] * (1 - $first.Y[$r, $j] * $first.Y[$r, $j]) } }) 1e-14
        # Inputs times deltas, and their sums.
        Assert-Same $first.DW @(foreach ($i in 0, 1) { foreach ($j in 0, 1) { (0..3 | ForEach-Object { $trace.X[$_, $i] * $first.Delta[$_, $j] } | Measure-Object -Sum).Sum } }) 1e-14
        Assert-Same $second.Db @((0..3 | ForEach-Object { $second.Delta[$_, 0] } | Measure-Object -Sum).Sum) 1e-16
        $trace.Loss | Assert-Near ($trace.RowLoss | Measure-Object -Average).Average -Within 1e-15
        $trace.Loss | Should -BeExactly ($xor | Test-AutodiffModel $net -Feature a, b -Label y).Loss
    }

    It 'has matrices, whose sizes say what they are' {
        $trace = $few | Trace-NeuralNetwork (New-NeuralNetwork 4 5, relu, 3, softmax -Seed 2) -Label Species
        foreach ($layer in $trace.Layers) {
            , $layer.Z | Should -BeOfType 'double[,]'
            , $layer.DW | Should -BeOfType 'double[,]'
            , $layer.Db | Should -BeOfType 'double[]'
            foreach ($matrix in 'Z', 'Y', 'Delta') { $layer.$matrix.GetLength(0), $layer.$matrix.GetLength(1) | Should -Be 4, $layer.Outputs }
            $layer.DW.GetLength(0), $layer.DW.GetLength(1), $layer.Db.Count | Should -Be $layer.Inputs, $layer.Outputs, $layer.Outputs
        }
        # Properties do not care about case: dW, db, z.
        $trace.Layers[0].dW[0, 0] | Should -BeExactly $trace.Layers[0].DW[0, 0]
        Assert-Same $trace.Targets 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0
    }

    It 'is what a step of training at rate 1 takes away, with <Layers>, <Loss>, <Precision>' -ForEach @(
        @{ Layers = @(3, 'tanh', 3, 'softmax'); Loss = 'CategoricalCrossEntropy'; Precision = 'Double' }
        @{ Layers = @(3, 'relu', 4, 'linear', 3, 'softmax'); Loss = 'MeanSquaredError'; Precision = 'Double' }
        @{ Layers = @(3, 'sigmoid', 3, 'sigmoid'); Loss = 'BinaryCrossEntropy'; Precision = 'Double' }
        @{ Layers = @(3, 'softmax', 3, 'tanh'); Loss = 'HalfSquaredError'; Precision = 'Double' }
        @{ Layers = @(3, 'tanh', 3, 'softmax'); Loss = 'CategoricalCrossEntropy'; Precision = 'Single' }
    ) {
        $start = New-NeuralNetwork 4 $Layers -Seed 4 -Precision $Precision
        $arguments = @{ Feature = '*Length', '*Width'; Label = 'Species'; LossFunction = $Loss }
        $trace = $few | Trace-NeuralNetwork $start @arguments
        $result = $few | Start-NetworkTraining -Network $start @arguments -Epoch 1 -BatchSize 4 -LearningRate 1 -Seed 1
        $trace.Loss | Should -BeExactly $result.Loss[0]
        foreach ($l in 0..($start.Layers.Count - 1)) {
            $before, $after = @($start.Layers[$l].Weights), @($result.Network.Layers[$l].Weights)
            $dw = @($trace.Layers[$l].DW)
            for ($i = 0; $i -lt $dw.Count; $i++) { $after[$i] | Should -BeExactly ($Precision -eq 'Single' ? [float]($before[$i] - $dw[$i]) : $before[$i] - $dw[$i]) }
            $db = $trace.Layers[$l].Db
            for ($j = 0; $j -lt $db.Count; $j++) { $result.Network.Layers[$l].Biases[$j] | Should -BeExactly ($Precision -eq 'Single' ? [float](-$db[$j]) : 0 - $db[$j]) }
        }
    }

    It 'takes a trained network with its columns, scaling and classes' {
        $trained = $iris | Start-NetworkTraining -Network (New-NeuralNetwork 4 3, tanh, 3, softmax -Seed 1) -Label Species -Epoch 3 -Seed 1 -Standardize
        $trace = $few | Trace-NeuralNetwork $trained
        $trace.X[0, 0] | Assert-Near ((5.1 - $trained.Network.Scaling.Means[0]) / $trained.Network.Scaling.Deviations[0]) -Within 1e-14
        Assert-Same $trace.Layers[-1].Y (Invoke-AutodiffModel $trained -Data @($few | ForEach-Object { , [double[]]($_.SepalLength, $_.SepalWidth, $_.PetalLength, $_.PetalWidth) })) 0
        $trace.Targets[2, 2] | Should -Be 1
    }

    It 'takes arrays' {
        $rows = Trace-NeuralNetwork $net -Data ((-1, -1), (-1, 1), (1, -1), (1, 1)) -Target 0, 1, 1, 0
        "$($rows.Layers[0].DW)" | Should -BeExactly "$(($xor | Trace-NeuralNetwork $net -Feature a, b -Label y).Layers[0].DW)"
    }

    It 'shows the matrices with their sizes' {
        $text = ($xor | Trace-NeuralNetwork $net -Feature a, b -Label y | Out-String -Width 100) -split '\r?\n'
        $text[1..3] -join '|' | Should -Match '^BinaryCrossEntropy 0\.\d+, the mean over 4 rows\|\|X \(4 x 2\)   Targets \(4 x 1\)$'
        $text | Should -Contain 'Layer 1: 2 -> 2 Tanh'
        $text | Should -Contain 'Z (4 x 1)    Y (4 x 1)   Delta (4 x 1)'
        @($text -match '^DW \(2 x 2\) +Db \(2\)$') | Should -HaveCount 1
    }

    It 'shows of many rows and columns how many more there are' {
        $text = $iris | Trace-NeuralNetwork (New-NeuralNetwork 4 40, tanh, 3, softmax -Seed 1) -Label Species | Out-String -Width 80
        $text | Should -Match '\.\.\. 130 more'
        $text | Should -Match '(?m)\.\.\. 3\d more\r?$'
        ($text -split '\r?\n' | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
    }

    It 'leaves out a bad row, and ends without a good one or with what does not fit: <What>' -ForEach @(
        @{ What = 'no rows'; Id = 'RowsMissing'; Call = { @() | Trace-NeuralNetwork $net -Feature a, b -Label y } }
        @{ What = 'no network'; Id = 'NetworkMissing'; Call = { $xor | Trace-NeuralNetwork } }
        @{ What = 'a missing column'; Id = 'ColumnMissing'; Call = { $xor | Trace-NeuralNetwork $net -Feature a, c -Label y } }
        @{ What = 'no label'; Id = 'LabelMissing'; Call = { $xor | Trace-NeuralNetwork $net -Feature a, b } }
        @{ What = 'too few columns'; Id = 'FeatureCount'; Call = { $xor | Trace-NeuralNetwork $net -Feature a -Label y } }
        @{ What = 'too many labels'; Id = 'LabelCount'; Call = { $xor | Trace-NeuralNetwork $net -Feature a, b -Label y, q } ; Rows = { $xor | Select-Object *, @{ n = 'q'; e = { 0 } } } }
        @{ What = 'a matrix too wide'; Id = 'FeatureCount'; Call = { Trace-NeuralNetwork $net -Data @(, (1, 2, 3)) -Target 1 } }
        @{ What = 'targets out of the domain'; Id = 'TargetInvalid'; Call = { Trace-NeuralNetwork $net -Data @(, (1, 2)) -Target 3 } }
        @{ What = 'a loss for another layer'; Id = 'LossFunctionInvalid'; Call = { $xor | Trace-NeuralNetwork $net -Feature a, b -Label y -LossFunction CategoricalCrossEntropy } }
    ) {
        if ($Id -eq 'LabelCount') { $xor = & $Rows }
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly $Id
    }
}

Describe 'Test-Derivative on a network' {
    It 'checks every weight and bias of <Layers> with <Loss>' -ForEach @(
        @{ Layers = @(3, 'tanh', 3, 'softmax'); Loss = 'CategoricalCrossEntropy' }
        @{ Layers = @(4, 'relu', 3, 'linear', 3, 'softmax'); Loss = 'MeanSquaredError' }
        @{ Layers = @(2, 'sigmoid', 3, 'sigmoid'); Loss = 'BinaryCrossEntropy' }
        @{ Layers = @(3, 'softmax', 3, 'tanh'); Loss = 'HalfSquaredError' }
        @{ Layers = @(3, 'softmax'); Loss = 'CategoricalCrossEntropy' }
    ) {
        $model = New-NeuralNetwork 4 $Layers -Seed 4
        $few | Test-Derivative $model -Label Species -LossFunction $Loss | Should -BeTrue
        $checks = @($few | Test-Derivative $model -Label Species -LossFunction $Loss -Detailed)
        $checks.Variable | Should -BeExactly @($model.Parameters.Keys)
        $trace = $few | Trace-NeuralNetwork $model -Label Species -LossFunction $Loss
        Assert-Same $checks.Derivative @($trace.Layers | ForEach-Object { $_.DW; $_.Db }) 0
        Assert-Same $checks.Difference $checks.Derivative 1e-7
        ($checks.Derivative | Measure-Object -Maximum).Maximum | Should -BeGreaterThan 1e-3
    }

    It 'is the same for a trained network, whose columns it knows, and for the result of a training' {
        $trained = $xor | Start-NetworkTraining -Network $net -Feature a, b -Label y -Epoch 5 -Seed 1
        $xor | Test-Derivative $trained | Should -BeTrue
        @($xor | Test-Derivative $trained.Network -Detailed).Count | Should -Be 9
        @($xor | Test-Derivative -Expression $trained -Variable w2_1_1, b2_1 -Detailed).Variable | Should -BeExactly w2_1_1, b2_1
    }

    It 'checks a network of single precision in double precision' {
        $xor | Test-Derivative (New-NeuralNetwork 2 2, tanh, 1, sigmoid -Seed 1 -Precision Single) -Feature a, b -Label y | Should -BeTrue
    }

    It 'names the worst where a limit is not kept' {
        $outcome = Get-Outcome { $xor | Test-Derivative $net -Feature a, b -Label y -Epsilon 0.1 -Tolerance 1e-9 }
        $outcome.Output | Should -Be $false
        $checks = @($xor | Test-Derivative $net -Feature a, b -Label y -Epsilon 0.1 -Tolerance 1e-9 -Detailed)
        $worst = $checks | Sort-Object Error | Select-Object -Last 1
        $outcome.Warnings | Should -HaveCount 1
        "$($outcome.Warnings)" | Should -BeLike "$(@($checks | Where-Object -Not Passed).Count) of 9 derivatives failed, worst: $($worst.Variable): *"
    }

    It 'fails next to a kink, and says so' {
        # At z = 0 the derivative of ReLU is 0, and the difference half a slope.
        $kink = New-NeuralNetwork -Weight ([double[, ]]::new(1, 1)) -Bias (, [double[]]0) -Activation relu
        $check = [pscustomobject]@{ x = 1; y = 1 } | Test-Derivative $kink -Feature x -Label y -Variable b1_1 -Detailed
        $check.Passed | Should -BeFalse
        $check.Derivative | Should -Be 0
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'no rows'; Id = 'RowsMissing'; Call = { @() | Test-Derivative $net -Feature a, b -Label y } }
        @{ What = 'no pipeline'; Id = 'RowsMissing'; Call = { Test-Derivative $net -Feature a, b -Label y } }
        @{ What = 'a missing column'; Id = 'ColumnMissing'; Call = { $xor | Test-Derivative $net -Feature a, c -Label y } }
        @{ What = 'an unknown weight'; Id = 'VariableUnknown'; Call = { $xor | Test-Derivative $net -Feature a, b -Label y -Variable w9_1_1 } }
        @{ What = 'a point'; Id = 'ArgumentInvalid'; Call = { $xor | Test-Derivative $net -At @{ w1_1_1 = 2 } -Feature a, b -Label y } }
        @{ What = 'derivatives of its own'; Id = 'ArgumentInvalid'; Call = { $xor | Test-Derivative $net -Derivative @{ w1_1_1 = 2 } -Feature a, b -Label y } }
        @{ What = 'a label without a network'; Id = 'ArgumentInvalid'; Call = { Test-Derivative 'x^2' -At @{ x = 1 } -Label y } }
        @{ What = 'a step of 0'; Id = 'StepInvalid'; Call = { $xor | Test-Derivative $net -Feature a, b -Label y -Epsilon 0 } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly $Id
    }
}
