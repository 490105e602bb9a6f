# Files of earlier versions, see tests/data/old/README.md: models predict what they did, and trainings go on from their checkpoints.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $old = Join-Path $repositoryRoot 'tests/data/old'
    $rows = Import-Csv (Join-Path $repositoryRoot 'examples/data/iris.csv')
    $points = [double[,]]::new(2, 4)
    foreach ($i in 0..7) { $points[[Math]::Floor($i / 4), ($i % 4)] = (5.1, 3.5, 1.4, 0.2, 6.3, 3.3, 6, 2.5)[$i] }

    # The largest difference between weights and biases.
    function Measure-Difference($Network, [string]$Text) {
        $expected = $Text | ConvertFrom-Json
        $actual = $Network.ToJson() | ConvertFrom-Json
        $actual.layers | Should -HaveCount $expected.layers.Count
        $largest = 0.0
        foreach ($layer in 0..($expected.layers.Count - 1)) {
            foreach ($part in 'weights', 'biases') {
                $numbers = @($expected.layers[$layer].$part | ForEach-Object { $_ })
                $others = @($actual.layers[$layer].$part | ForEach-Object { $_ })
                $numbers.Count | Should -BeGreaterThan 0
                $others | Should -HaveCount $numbers.Count
                foreach ($i in 0..($numbers.Count - 1)) { $largest = [Math]::Max($largest, [Math]::Abs($numbers[$i] - $others[$i])) }
            }
        }
        $largest
    }
}

Describe 'Files of earlier versions' {
    It 'reads a network of <Name>' -ForEach @(
        @{ Name = 'network-1'; Version = 1; Expected = 0.9736288673138954, 0.02177563772040532, 0.004595494965699268, 0.012009405386825111, 0.08120756832254002, 0.9067830262906349 }
        @{ Name = 'network-2'; Version = 2; Expected = 0.7939347010293542, 0.04357345259661921, 0.16249184637402653, 0.053314429096353234, 0.20292292337633322, 0.7437626475273137 }
        @{ Name = 'network-3'; Version = 3; Expected = 0.21415719632455185, 0.2720223088304481, 0.513820494845, 0.21378860244064257, 0.2722893228541575, 0.5139220747051999 }
        @{ Name = 'network-4'; Version = 4; Expected = 0.7319347574265264, 0.6841883863936299 }
        @{ Name = 'network-5'; Version = 5; Expected = 0.9736288673138954, 0.021775637720405337, 0.004595494965699277, 0.012009405386825133, 0.08120756832254006, 0.9067830262906349 }
        @{ Name = 'network-6'; Version = 6; Expected = 0.14343109727119321, 0.6023531271298599, 0.25421577559894687, 0.2816400777708166, 0.39726475687526985, 0.32109516535391364 }
        @{ Name = 'network-1-single'; Version = 1; Within = 1e-6; Expected = 0.28067734837532043, 0.314835786819458, 0.40448689460754395, 0.2780916094779968, 0.32930299639701843, 0.39260539412498474 }
    ) {
        $path = Join-Path $old "$Name.json"
        (Get-Content $path -Raw | ConvertFrom-Json).version | Should -Be $Version
        $predictions = @((Import-AutodiffModel $path).Predict($points) | ForEach-Object { $_ })
        $predictions | Should -HaveCount $Expected.Count
        $within = (Get-Variable Within -ValueOnly -ErrorAction Ignore) ?? 1e-14
        foreach ($i in 0..($Expected.Count - 1)) { [Math]::Abs($predictions[$i] - $Expected[$i]) | Should -BeLessThan $within }
    }

    It 'reads <Name>, a <Kind>' -ForEach @(
        @{ Name = 'fit.json'; Kind = 'CurveFitResult'; Expected = (0.4157554163524115 * 1.4) - 0.36307552131902904 }
        @{ Name = 'regression.json'; Kind = 'LinearRegressionResult' }
        @{ Name = 'loss.json'; Kind = 'ExpressionModel'; Expected = (0.37676684608140565 * 1.4) - 0.016456945494958786 }
        @{ Name = 'network.onnx'; Kind = 'Network' }
        @{ Name = 'network.safetensors'; Kind = 'Network' }
    ) {
        $model = Import-AutodiffModel (Join-Path $old $Name) -WarningVariable warnings -WarningAction SilentlyContinue
        $model.GetType().Name | Should -Be $Kind
        $predicted = $rows[0] | Invoke-AutodiffModel $model
        if (Get-Variable Expected -ValueOnly -ErrorAction Ignore) { [Math]::Abs($predicted.Prediction - $Expected) | Should -BeLessThan 1e-12 }
        else { $predicted.Prediction | Should -Not -BeNullOrEmpty }
    }

    It 'reads a result of training from Clixml' {
        $result = Import-Clixml (Join-Path $old result.clixml)
        $result.GetType().FullName | Should -Be PSAutodiff.TrainingResult
        ($rows[0] | Invoke-AutodiffModel $result.Network).Prediction | Should -Be setosa
    }

    It 'goes on from a checkpoint of <Name>' -ForEach @(
        @{ Name = 'GradientDescent' }, @{ Name = 'Momentum' }, @{ Name = 'Nesterov' }, @{ Name = 'Adam' }, @{ Name = 'AdamW' }, @{ Name = 'RMSProp' }
        @{ Name = 'single'; Optimizer = 'Adam' }, @{ Name = 'last'; Optimizer = 'Adam' }
    ) {
        $single = $Name -eq 'single'
        $training = @{
            Network = New-NeuralNetwork 4 5, tanh, 3, softmax -Seed 3 -Precision ($single ? 'Single' : 'Double')
            Label = 'Species'; BatchSize = 30; Shuffle = $true; Seed = 4; LearningRate = 0.01; Epoch = 400
            Optimizer = (Get-Variable Optimizer -ValueOnly -ErrorAction Ignore) ?? $Name
        }
        if ($Name -in 'Momentum', 'Nesterov') { $training.Momentum = 0.9 }
        if (-not $single) { $training += @{ ValidationFraction = 0.2; Patience = 500; InputNoise = 0.05; GaussianDropout = 0.1 } }
        $copy = Join-Path $TestDrive "$Name.checkpoint"
        Copy-Item (Join-Path $old "$Name.checkpoint") $copy
        $size = (Get-Item $copy).Length
        $result = $rows | Start-NetworkTraining @training -CheckpointPath $copy -Resume -WarningAction SilentlyContinue
        (Get-Item $copy).Length | Should -BeGreaterThan $size -Because 'it was stopped midway'
        Measure-Difference $result.Network (Get-Content (Join-Path $old "$Name.json") -Raw) | Should -BeLessThan ($single ? 1e-4 : 1e-11)
    }

    It 'goes on from a checkpoint of a loss' {
        $copy = Join-Path $TestDrive loss.checkpoint
        Copy-Item (Join-Path $old loss.checkpoint) $copy
        $result = $rows | Start-NetworkTraining '(PetalWidth - (a * PetalLength + b))^2' -BatchSize 30 -Shuffle -Seed 4 -Optimizer Adam -LearningRate 0.01 -Epoch 400 -InitialValue @{ a = 0.1; b = 0 } -CheckpointPath $copy -Resume
        [Math]::Abs($result.Parameters.a - 0.4159561756481813) | Should -BeLessThan 1e-12
        [Math]::Abs($result.Parameters.b + 0.3636758819318566) | Should -BeLessThan 1e-12
    }

    It 'says of a file of a later version which one it is' {
        $path = Join-Path $TestDrive later.json
        foreach ($text in '{"format":"PSAutodiff.Network","version":99}', '{"format":"PSAutodiff.Model","version":99,"kind":"CurveFit","model":{}}') {
            Set-Content $path $text
            (Get-Outcome { Import-AutodiffModel $path }).Errors[0] | Should -Match 'version 99.*reads up to version \d'
        }
    }
}
