BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    # Writes the bytes of a file, and gives its path.
    function Save-IdxFile([string]$Name, [byte[]]$Bytes, [switch]$Compress) {
        $path = Join-Path $TestDrive $Name
        $file = [IO.File]::Create($path)
        $target = if ($Compress) { [IO.Compression.GZipStream]::new($file, [IO.Compression.CompressionMode]::Compress) } else { $file }
        $target.Write($Bytes, 0, $Bytes.Length)
        $target.Dispose()
        $path
    }

    $images = 0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 255, 255, 0, 255, 255
    $labels = 0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 1, 0
}

Describe 'Import-IdxData' {
    It 'reads images and labels, plain or compressed' {
        foreach ($compress in $false, $true) {
            $data = Import-IdxData (Save-IdxFile images $images -Compress:$compress)
            $data | Should -BeOfType PSAutodiff.IdxData
            $data.Dimensions | Should -BeExactly 4, 1, 2
            $rows = $data.ToArray2D(1 / 255)
            $rows.GetLength(0), $rows.GetLength(1) | Should -BeExactly 4, 2
            $rows[1, 1], $rows[2, 1] | Should -BeExactly 1, 0
            (Import-IdxData (Save-IdxFile labels $labels -Compress:$compress)).ToLabels() | Should -BeExactly 0, 1, 1, 0
        }
    }

    It 'reads numbers of <Type>' -ForEach @(
        @{ Type = 'SByte'; Code = 9; Bytes = 255, 1; Values = -1, 1 }
        @{ Type = 'Int16'; Code = 11; Bytes = 255, 254, 1, 0; Values = -2, 256 }
        @{ Type = 'Int32'; Code = 12; Bytes = 255, 255, 255, 255, 0, 1, 0, 0; Values = -1, 65536 }
        @{ Type = 'Single'; Code = 13; Bytes = 63, 128, 0, 0, 192, 0, 0, 0; Values = 1, -2 }
        @{ Type = 'Double'; Code = 14; Bytes = 63, 240, 0, 0, 0, 0, 0, 0, 192, 0, 0, 0, 0, 0, 0, 0; Values = 1, -2 }
    ) {
        $data = Import-IdxData (Save-IdxFile numbers (@(0, 0, $Code, 1, 0, 0, 0, 2) + $Bytes))
        $data.ElementType.ToString() | Should -BeExactly $Type
        $data.ToArray() | Should -BeExactly $Values
    }

    It 'gives what a network is trained and tested on' {
        $x = Import-IdxData (Save-IdxFile images $images)
        $y = Import-IdxData (Save-IdxFile labels $labels)
        $net = New-NeuralNetwork 2 4, tanh, 2, softmax -Seed 1 -Precision Single
        $result = Start-NetworkTraining -Network $net -Data $x -Target $y -Standardize -Epoch 400 -LearningRate 0.3
        $result.Network.Classes | Should -BeExactly '0', '1'
        (Test-AutodiffModel $result -Data $x -Target $y).Accuracy | Should -Be 1
        (Invoke-AutodiffModel $result -Data $x).GetLength(0) | Should -Be 4
    }

    It 'takes files from Get-ChildItem, and goes on behind a bad one' {
        $null = Save-IdxFile 'a.idx' $labels
        $null = Save-IdxFile 'b.idx' (1, 2, 3)
        $null = Save-IdxFile 'c.idx' $images
        $outcome = Get-Outcome { Get-ChildItem $TestDrive -Filter *.idx | Import-IdxData }
        $outcome.Output | Should -HaveCount 2
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'IdxInvalid,PSAutodiff.Commands.ImportIdxDataCommand'
        $outcome.Errors[0].Exception.Message | Should -BeLike '*b.idx*'
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'a header that claims more than there is'; Bytes = { 0, 0, 8, 3, 127, 255, 255, 255, 127, 255, 255, 255, 0, 0, 0, 1, 5 } }
        @{ What = 'a truncated file'; Bytes = { $images[0..20] } }
        @{ What = 'more than the header says'; Bytes = { $images + 1 } }
        @{ What = 'an unknown type'; Bytes = { 0, 0, 7, 1, 0, 0, 0, 1, 5 } }
        @{ What = 'an empty file'; Bytes = { } }
    ) {
        $outcome = Get-Outcome { Import-IdxData (Save-IdxFile bad ([byte[]]@(& $Bytes))) }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly IdxInvalid
    }
}
