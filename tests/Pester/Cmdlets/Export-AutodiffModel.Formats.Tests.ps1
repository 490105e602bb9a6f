# Models in the formats of other programs: ONNX and safetensors, both ways.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $net = New-NeuralNetwork 3 4, tanh, 2, softmax -Seed 1
    $rows = 1..8 | ForEach-Object { [pscustomobject]@{ a = $_; b = $_ * $_; c = -$_; y = ('small', 'large')[$_ -gt 4] } }
    $trained = $rows | Start-NetworkTraining -Network $net -Label y -Epoch 5 -Seed 1 -Standardize
    $line = 1..8 | ForEach-Object { [pscustomobject]@{ a = $_; b = $_ * $_; y = 3 * $_ + 0.5 * $_ * $_ - 2 } } | Invoke-LinearRegression -Label y

    # The first bytes of a file as text.
    function Get-Start([string]$Path, [int]$Count = 40) {
        $bytes = [IO.File]::ReadAllBytes($Path)
        [Text.Encoding]::Latin1.GetString($bytes, 0, [Math]::Min($Count, $bytes.Length))
    }

    # A safetensors file of a header and the bytes of its tensors.
    function Write-TensorFile([string]$Path, [string]$Header, [float[]]$Number) {
        $text = [Text.Encoding]::UTF8.GetBytes($Header)
        $data = [byte[]]::new(4 * $Number.Count)
        [Buffer]::BlockCopy($Number, 0, $data, 0, $data.Length)
        [IO.File]::WriteAllBytes($Path, [byte[]]([BitConverter]::GetBytes([long]$text.Length) + $text + $data))
    }
}

Describe 'A trained network as <Name>' -ForEach @(
    @{ Name = 'm.onnx' }
    @{ Name = 'm.safetensors' }
) {
    It 'comes back with every bit, columns, classes and scaling' {
        $path = Join-Path $TestDrive $Name
        $trained | Export-AutodiffModel $path
        $back = Import-AutodiffModel $path
        $back | Should -BeOfType PSAutodiff.Network
        $back.Precision | Should -Be Double
        $back.Classes | Should -BeExactly $trained.Network.Classes
        $back.Features | Should -BeExactly a, b, c
        $ours = $rows | Invoke-AutodiffModel $trained
        $theirs = $rows | Invoke-AutodiffModel $back
        $theirs.Prediction | Should -BeExactly $ours.Prediction
        $theirs.Probability | Should -BeExactly $ours.Probability
    }

    It 'is rounded to single numbers by -Precision' {
        $path = Join-Path $TestDrive "single-$Name"
        $trained | Export-AutodiffModel $path -Precision Single
        $back = Import-AutodiffModel $path
        $back.Precision | Should -Be Single
        (Get-Item $path).Length | Should -BeLessThan (Get-Item (Join-Path $TestDrive $Name)).Length
        $back.Layers[0].Weights[0, 0] | Should -BeExactly ([double][float]$trained.Network.Layers[0].Weights[0, 0])
    }

    It 'is one of several files, beside JSON, and what is wrong costs its file only' {
        $folder = New-Item (Join-Path $TestDrive "several-$Name") -ItemType Directory
        $trained | Export-AutodiffModel "$folder/1-$Name"
        Set-Content "$folder/2-$Name" 'not a model'
        $trained | Export-AutodiffModel "$folder/3.json"
        $outcome = Get-Outcome { Get-ChildItem $folder | Import-AutodiffModel }
        $outcome.Output | Should -HaveCount 2
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'ModelFile,PSAutodiff.Commands.ImportAutodiffModelCommand'
        $outcome.Errors[0].Exception.Message.Contains("2-$Name") | Should -BeTrue
    }

    It 'is not read when half of it is there' {
        $path = Join-Path $TestDrive "half-$Name"
        $trained | Export-AutodiffModel $path
        $bytes = [IO.File]::ReadAllBytes($path)
        [IO.File]::WriteAllBytes($path, $bytes[0..($bytes.Length / 2)])
        $outcome = Get-Outcome { Import-AutodiffModel $path }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ModelFile
        [IO.File]::WriteAllBytes($path, [byte[]]@())
        Get-ErrorId (Get-Outcome { Import-AutodiffModel $path }).Errors[0] | Should -BeExactly ModelFile
    }

    It 'writes nothing with -WhatIf, leaves a file with -NoClobber, and replaces one without' {
        $path = Join-Path $TestDrive "rules-$Name"
        $trained | Export-AutodiffModel $path -WhatIf
        $path | Should -Not -Exist
        Set-Content $path old
        Get-ErrorId (Get-Outcome { $trained | Export-AutodiffModel $path -NoClobber }).Errors[0] | Should -BeExactly FileExists
        Get-Content $path | Should -BeExactly old
        Set-ItemProperty $path IsReadOnly $true
        Get-ErrorId (Get-Outcome { $trained | Export-AutodiffModel $path }).Errors[0] | Should -BeExactly FileUnwritable
        Get-Content $path | Should -BeExactly old
        $trained | Export-AutodiffModel $path -Force
        (Import-AutodiffModel $path).ToJson() | Should -BeExactly $trained.Network.ToJson()
    }
}

Describe 'The format of a file' {
    It 'is what the end of the name says, in any case: <Name>' -ForEach @(
        @{ Name = 'a.onnx'; Starts = '*PSAutodiff*' }
        @{ Name = 'a.ONNX'; Starts = '*PSAutodiff*' }
        @{ Name = 'a.safetensors'; Starts = '????????{*' }
        @{ Name = 'a.SafeTensors'; Starts = '????????{*' }
        @{ Name = 'a.json'; Starts = '{*' }
        @{ Name = 'a.onnx.txt'; Starts = '{*' }
        @{ Name = 'onnx'; Starts = '{*' }
    ) {
        $path = Join-Path $TestDrive $Name
        $net | Export-AutodiffModel $path
        Get-Start $path | Should -BeLikeExactly $Starts
        (Import-AutodiffModel $path).ToString() | Should -BeExactly $net.ToString()
    }

    It 'is that of -Format whatever the name' -ForEach @(
        @{ Format = 'Onnx'; Starts = '*PSAutodiff*' }
        @{ Format = 'Safetensors'; Starts = '????????{*' }
        @{ Format = 'Json'; Starts = '{*' }
    ) {
        foreach ($name in 'f.bin', 'f.json', 'f.onnx', 'f.safetensors') {
            $path = Join-Path $TestDrive $name
            $net | Export-AutodiffModel $path -Format $Format
            Get-Start $path | Should -BeLikeExactly $Starts
            (Import-AutodiffModel $path -Format $Format).ToString() | Should -BeExactly $net.ToString()
        }
    }

    It 'is not guessed from the content' {
        $path = Join-Path $TestDrive other.bin
        $net | Export-AutodiffModel $path -Format Onnx
        Get-ErrorId (Get-Outcome { Import-AutodiffModel $path }).Errors[0] | Should -BeExactly NetworkJson
        Get-ErrorId (Get-Outcome { Import-AutodiffModel $path -Format Safetensors }).Errors[0] | Should -BeExactly ModelFile
    }

    It 'has another version of operations by -OpsetVersion' {
        $files = foreach ($opset in 17..21) {
            $path = Join-Path $TestDrive "$opset.onnx"
            $net | Export-AutodiffModel $path -OpsetVersion $opset
            (Import-AutodiffModel $path).ToJson() | Should -BeExactly $net.ToJson()
            (Get-FileHash $path).Hash
        }
        @($files | Sort-Object -Unique) | Should -HaveCount 5
        $net | Export-AutodiffModel (Join-Path $TestDrive default.onnx)
        (Get-FileHash (Join-Path $TestDrive default.onnx)).Hash | Should -BeExactly $files[0]
    }
}

Describe 'Export-AutodiffModel refuses <What>: <Id>, and writes nothing' -ForEach @(
    @{ What = '-OpsetVersion with JSON'; Id = 'ArgumentInvalid'; Says = '-OpsetVersion'; Call = { $net | Export-AutodiffModel $path -OpsetVersion 18 } }
    @{ What = '-OpsetVersion with safetensors'; Id = 'ArgumentInvalid'; Says = '-OpsetVersion'; Call = { $net | Export-AutodiffModel $path -Format Safetensors -OpsetVersion 18 } }
    @{ What = '-Precision with JSON'; Id = 'ArgumentInvalid'; Says = '-Precision'; Call = { $net | Export-AutodiffModel $path -Precision Single } }
    @{ What = 'a version too old'; Id = 'ParameterArgumentValidationError'; Says = '17'; Call = { $net | Export-AutodiffModel $path -Format Onnx -OpsetVersion 16 } }
    @{ What = 'a version too new'; Id = 'ParameterArgumentValidationError'; Says = '21'; Call = { $net | Export-AutodiffModel $path -Format Onnx -OpsetVersion 22 } }
    @{ What = 'an unknown format'; Id = 'CannotConvertArgumentNoMessage'; Says = 'Safetensors'; Call = { $net | Export-AutodiffModel $path -Format Pickle } }
) {
    It 'says it' {
        $path = Join-Path $TestDrive none.bin
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message.Contains($Says) | Should -BeTrue -Because $outcome.Errors[0].Exception.Message
        $path | Should -Not -Exist
    }
}

Describe 'What a trained loss predicts by' {
    BeforeAll {
        # The result of a training whose prediction has the operation.
        function Get-Trained([string]$Prediction) {
            1..6 | ForEach-Object { [pscustomobject]@{ x = $_ / 4; y = $_ / 2 } } |
                Start-NetworkTraining -Loss "($Prediction - y)^2" -Epoch 1 -Prediction $Prediction -Seed 1 -WarningAction Ignore
        }
    }

    It 'is refused by the name of its operation: <Name>' -ForEach @(
        @{ Name = 'lgamma'; Text = 'w * lgamma(x + 1)' }
        @{ Name = 'digamma'; Text = 'w * digamma(x + 1)' }
        @{ Name = 'inv'; Text = 'w * sum(inv([[x + 1, 0], [0, 1]]))' }
        @{ Name = 'logdet'; Text = 'w * logdet([[x + 1, 0], [0, 1]])' }
    ) {
        $path = Join-Path $TestDrive refused.onnx
        $outcome = Get-Outcome { Get-Trained $Text | Export-AutodiffModel $path }
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'FormatUnsupported,PSAutodiff.Commands.ExportAutodiffModelCommand'
        $outcome.Errors[0].Exception.Message.Contains("'$Name'") | Should -BeTrue -Because $outcome.Errors[0].Exception.Message
        $path | Should -Not -Exist
    }

    It 'needs single precision where ONNX Runtime does' {
        $path = Join-Path $TestDrive erf.onnx
        $result = Get-Trained 'w * erf(x)'
        $outcome = Get-Outcome { $result | Export-AutodiffModel $path }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly FormatUnsupported
        $outcome.Errors[0].Exception.Message.Contains('-Precision Single') | Should -BeTrue
        $result | Export-AutodiffModel $path -Precision Single
        $path | Should -Exist
    }

    It 'is written as ONNX, and not as safetensors' {
        $result = Get-Trained 'w * tanh(x) + b'
        $result | Export-AutodiffModel (Join-Path $TestDrive loss.onnx)
        Get-Start (Join-Path $TestDrive loss.onnx) | Should -BeLikeExactly '*PSAutodiff*'
        $outcome = Get-Outcome { $result | Export-AutodiffModel (Join-Path $TestDrive loss.safetensors) }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly FormatUnsupported
        $outcome.Errors[0].Exception.Message.Contains('ONNX') | Should -BeTrue
    }
}

Describe 'A regression' {
    It 'comes back from ONNX as a network of one layer' {
        $path = Join-Path $TestDrive line.onnx
        $line | Export-AutodiffModel $path
        $back = Import-AutodiffModel $path
        $back.ToString() | Should -BeExactly '2-1 Linear'
        $row = [pscustomobject]@{ a = 2.5; b = -1 }
        ($row | Invoke-AutodiffModel $back).Prediction | Assert-Near ($row | Invoke-AutodiffModel $line).Prediction -Within 1e-12
    }

    It 'of categories is refused from ONNX, which does not hold how they become inputs, and comes back from others' {
        $rows = 1..12 | ForEach-Object { [pscustomobject]@{ kind = ('a', 'b"c', 'd')[$_ % 3]; x = $_; y = $_ * $_ } }
        $fit = $rows | Invoke-LinearRegression -Label y
        $path = Join-Path $TestDrive categories.onnx
        $fit | Export-AutodiffModel $path
        $outcome = Get-Outcome { Import-AutodiffModel $path }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ModelFile
        "$($outcome.Errors[0])" | Should -BeLike "*not numbers*kind*.json or .safetensors*"
        foreach ($name in 'categories.json', 'categories.safetensors') {
            $other = Join-Path $TestDrive $name
            $fit | Export-AutodiffModel $other
            ($rows | Invoke-AutodiffModel (Import-AutodiffModel $other)).Prediction | Should -BeExactly ($rows | Invoke-AutodiffModel $fit).Prediction
        }
    }

    It 'is tensors weight and bias as safetensors' {
        $path = Join-Path $TestDrive line.safetensors
        $line | Export-AutodiffModel $path
        $start = Get-Start $path 2000
        foreach ($name in '"weight":', '"bias":') { $start.Contains($name) | Should -BeTrue }
    }
}

Describe 'A fit as safetensors' {
    It 'comes back with all it knows: <Name>' -ForEach @(
        @{ Name = 'regression'; Make = { $line } }
        @{ Name = 'curve fit'; Make = { 1..6 | ForEach-Object { [pscustomobject]@{ t = $_; y = 2 * [Math]::Exp(0.1 * $_) + $_ % 2 / 50 } } | Invoke-CurveFit 'a*exp(b*t)' -Label y -InitialValue @{ a = 1; b = 0 } } }
        @{ Name = 'logistic regression'; Make = { 1..8 | ForEach-Object { [pscustomobject]@{ a = $_; y = ('no', 'yes')[$_ -in 3, 5, 6, 8] } } | Invoke-LinearRegression -Label y -Family Binomial } }
    ) {
        $model = & $Make
        $path = Join-Path $TestDrive "$Name.safetensors"
        $model | Export-AutodiffModel $path
        $back = Import-AutodiffModel $path
        $back | Should -BeOfType $model.GetType()
        $json = foreach ($one in $model, $back) {
            $one | Export-AutodiffModel "$path.json"
            Get-Content "$path.json" -Raw
        }
        $json[1] | Should -BeExactly $json[0]
    }
}

Describe 'An expression' {
    It 'is written to ONNX with its variables as inputs: <What>' -ForEach @(
        @{ What = 'a node'; Call = { New-ExprNode 'a*x + b' | Export-AutodiffModel $path } }
        @{ What = 'text'; Call = { 'a*x + b' | Export-AutodiffModel $path } }
        @{ What = 'a script block'; Call = { { $a * $x + $b } | Export-AutodiffModel $path } }
        @{ What = '-Model'; Call = { Export-AutodiffModel $path -Model 'a*x + b' } }
    ) {
        $path = Join-Path $TestDrive "expression.onnx"
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 0
        $text = Get-Start $path 5000
        $text.Contains('["a","b","x"]') | Should -BeTrue
        $outcome = Get-Outcome { Import-AutodiffModel $path }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ModelFile
        $outcome.Errors[0].Exception.Message.Contains('3 inputs') | Should -BeTrue
    }

    It 'has the values of -At as constants, and shapes from them and from -Shape' {
        $path = Join-Path $TestDrive at.onnx
        'softmax(W @ x + b)' | Export-AutodiffModel $path -At @{ W = (1, 2), (3, 4), (5, 6); b = 1, 2, 3 } -Shape @{ x = 2 } -BatchVariable x -Precision Single -OpsetVersion 20
        $text = Get-Start $path 5000
        $text.Contains('["x"]') | Should -BeTrue
        $text.Contains('["W","b"]') | Should -BeTrue
    }

    It 'has names that ONNX takes, and a warning says which' {
        $path = Join-Path $TestDrive names.onnx
        $outcome = Get-Outcome { New-ExprNode '${CPU Load} + ${CPU-Load} + CPU_Load + ${2x}' | Export-AutodiffModel $path }
        $outcome.Warnings | Should -HaveCount 1
        foreach ($part in "'CPU Load' is CPU_Load_2", "'CPU-Load' is CPU_Load_3", "'2x' is _2x") { "$($outcome.Warnings)".Contains($part) | Should -BeTrue -Because "$($outcome.Warnings)" }
    }

    It 'warns of a value whose name is nearly that of an input' {
        $outcome = Get-Outcome { 'slope*x' | Export-AutodiffModel (Join-Path $TestDrive near.onnx) -At @{ slop = 3 } }
        $outcome.Warnings | Should -HaveCount 1
        "$($outcome.Warnings)".Contains("'slope' was left alone") | Should -BeTrue
    }

    It 'is a model as JSON, with the values of -At' {
        $path = Join-Path $TestDrive expression.json
        'a*x + b' | Export-AutodiffModel $path -At @{ a = 2; b = 3 }
        ([pscustomobject]@{ x = 4 } | Invoke-AutodiffModel (Import-AutodiffModel $path)).Prediction | Should -Be 11
    }

    It 'is refused: <What>' -ForEach @(
        @{ What = 'no input left'; Id = 'FormatUnsupported'; Says = 'out of -At'; Call = { 'a*x' | Export-AutodiffModel $path -At @{ a = 1; x = 2 } } }
        @{ What = 'no variable'; Id = 'FormatUnsupported'; Says = 'no variables'; Call = { '2 + 3' | Export-AutodiffModel $path } }
        @{ What = 'an unknown variable of the batch'; Id = 'VariableUnknown'; Says = "'z'"; Call = { 'a*x' | Export-AutodiffModel $path -BatchVariable z } }
        @{ What = 'one of the batch with a value'; Id = 'VariableUnknown'; Says = '-At'; Call = { 'a*x' | Export-AutodiffModel $path -BatchVariable x -At @{ x = 1 } } }
        @{ What = 'an operation without a form'; Id = 'FormatUnsupported'; Says = "'lgamma'"; Call = { 'lgamma(x)' | Export-AutodiffModel $path } }
        @{ What = 'a function without a definition'; Id = 'FunctionUndefined'; Says = "'f'"; Call = { 'f(x) + x' | Export-AutodiffModel $path } }
        @{ What = 'a mistake in text'; Id = 'ExpressionSyntax'; Says = 'Column 4'; Call = { 'a* ' | Export-AutodiffModel $path } }
        @{ What = 'a number'; Id = 'ModelMissing'; Says = '5'; Call = { 5 | Export-AutodiffModel $path } }
        @{ What = 'a matrix as JSON'; Id = 'FormatUnsupported'; Says = 'ONNX'; Call = { 'x: [2]; outer(x, x)' | Export-AutodiffModel $path -Format Json } }
        @{ What = 'safetensors'; Id = 'FormatUnsupported'; Says = 'ONNX'; Call = { 'a*x' | Export-AutodiffModel $path -Format Safetensors } }
        @{ What = '-BatchVariable and JSON'; Id = 'ArgumentInvalid'; Says = '-BatchVariable'; Call = { 'a*x' | Export-AutodiffModel $path -Format Json -BatchVariable x } }
        @{ What = 'a model with -At'; Id = 'ArgumentInvalid'; Says = '-At'; Call = { $net | Export-AutodiffModel $path -At @{ x = 1 } } }
        @{ What = 'a model with -Shape'; Id = 'ArgumentInvalid'; Says = '-Shape'; Call = { $net | Export-AutodiffModel $path -Shape @{ x = 1 } } }
        @{ What = 'a model with -BatchVariable'; Id = 'ArgumentInvalid'; Says = '-BatchVariable'; Call = { $net | Export-AutodiffModel $path -BatchVariable x } }
        @{ What = 'two expressions'; Id = 'PathInvalid'; Says = 'one model'; Call = { 'x', 'y' | Export-AutodiffModel $path } }
    ) {
        $path = Join-Path $TestDrive refused.onnx
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message.Contains($Says) | Should -BeTrue -Because $outcome.Errors[0].Exception.Message
        $path | Should -Not -Exist
    }
}

Describe 'Import-AutodiffModel and safetensors of other programs' {
    BeforeAll {
        $path = Join-Path $TestDrive torch.safetensors
        Write-TensorFile $path '{"0.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"0.bias":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"2.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[16,24]}}' 1, -1, 0.5, 0.25, 2, 3
    }

    It 'takes the activations from -Activation' {
        $back = Import-AutodiffModel $path -Activation relu, linear
        $back.ToString() | Should -BeExactly '1-2 ReLU-1 Linear'
        $back.Precision | Should -Be Single
        # 2 * relu(3 + 0.5) + 3 * relu(-3 + 0.25)
        ([pscustomobject]@{ x = 3 } | Invoke-AutodiffModel $back -Feature x).Prediction | Should -BeExactly 7
    }

    It 'asks for the activations, with the call' {
        $outcome = Get-Outcome { Import-AutodiffModel $path }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ModelFile
        $outcome.Errors[0].Exception.Message.Contains('-Activation ReLU, Linear') | Should -BeTrue -Because $outcome.Errors[0].Exception.Message
    }

    It 'wants one for each layer' {
        $outcome = Get-Outcome { Import-AutodiffModel $path -Activation relu }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ModelFile
        $outcome.Errors[0].Exception.Message.Contains('2 layers') | Should -BeTrue
    }

    It 'refuses -Activation for <Format>' -ForEach @{ Format = 'Onnx' }, @{ Format = 'Json' } {
        $file = Join-Path $TestDrive "activation.$Format"
        $net | Export-AutodiffModel $file -Format $Format
        Get-ErrorId (Get-Outcome { Import-AutodiffModel $file -Format $Format -Activation relu, linear }).Errors[0] | Should -BeExactly ArgumentInvalid
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'a tensor that ends behind the file'; Header = '{"0.weight":{"dtype":"F32","shape":[1,9],"data_offsets":[0,36]}}' }
        @{ What = 'a tensor that is huge'; Header = '{"0.weight":{"dtype":"F32","shape":[1000000000,1000000000],"data_offsets":[0,4]}}' }
        @{ What = 'a type that is unknown'; Header = '{"0.weight":{"dtype":"X9","shape":[1,1],"data_offsets":[0,4]}}' }
        @{ What = 'a size below zero'; Header = '{"0.weight":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}' }
        @{ What = 'a header that is no JSON'; Header = '{"0.weight":' }
        @{ What = 'another tensor'; Header = '{"embedding":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}' }
    ) {
        $bad = Join-Path $TestDrive bad.safetensors
        Write-TensorFile $bad $Header 1
        $outcome = Get-Outcome { Import-AutodiffModel $bad -Activation linear }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ModelFile
        $outcome.Errors[0].Exception.Message.Contains($bad) | Should -BeTrue
    }
}

Describe 'A curve fit as ONNX' {
    It 'is refused with where it comes back from' {
        $path = Join-Path $TestDrive curve.onnx
        0..9 | ForEach-Object { [pscustomobject]@{ t = $_; y = 3 * [Math]::Exp(-0.4 * $_) } } | Invoke-CurveFit 'a*exp(-b*t)' y -InitialValue @{ a = 1; b = 1 } | Export-AutodiffModel $path -Format Onnx
        $outcome = Get-Outcome { Import-AutodiffModel $path }
        $outcome.Errors[0].Exception.Message | Should -BeLike '*it holds a curve fit. From ONNX only dense networks come back; from the .json file*'
    }
}
