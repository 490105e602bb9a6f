# Networks as files: Export-AutodiffModel and Import-AutodiffModel.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $net = New-NeuralNetwork 3 4, tanh, 2, softmax -Seed 1
    $rows = 1..8 | ForEach-Object { [pscustomobject]@{ a = $_; b = $_ * $_; c = -$_; y = ('small', 'large')[$_ -gt 4] } }
    $trained = $rows | Start-NetworkTraining -Network $net -Label y -Epoch 5 -Seed 1 -Standardize
}

Describe 'A network that is saved and read' {
    It 'is the same in every bit, columns, classes and scaling included' {
        $path = Join-Path $TestDrive model.json
        $trained.Network | Export-AutodiffModel $path
        $back = Import-AutodiffModel $path
        $back | Should -BeOfType PSAutodiff.Network
        $back.ToJson() | Should -BeExactly $trained.Network.ToJson()
        $back.Classes | Should -BeExactly large, small
        ($rows[0] | Invoke-AutodiffModel $back).Probability | Should -BeExactly ($rows[0] | Invoke-AutodiffModel $trained).Probability
    }

    It 'comes from the result of a training too' {
        $path = Join-Path $TestDrive result.json
        $trained | Export-AutodiffModel -LiteralPath $path
        (Import-AutodiffModel -LiteralPath $path).ToJson() | Should -BeExactly $trained.Network.ToJson()
    }

    It 'may lie on a drive of PowerShell, and under a name like a wildcard' {
        $net | Export-AutodiffModel TestDrive:/drive.json
        Join-Path $TestDrive drive.json | Should -Exist
        $net | Export-AutodiffModel -LiteralPath (Join-Path $TestDrive 'a[1].json')
        (Import-AutodiffModel -LiteralPath TestDrive:/a[1].json).ParameterCount | Should -Be $net.ParameterCount
    }

    It 'is one of many by wildcards or by Get-ChildItem' {
        $folder = New-Item (Join-Path $TestDrive many) -ItemType Directory
        1..3 | ForEach-Object { New-NeuralNetwork $_ 1 | Export-AutodiffModel (Join-Path $folder "$_.json") }
        (Import-AutodiffModel "$folder/*.json").InputSize | Should -Be 1, 2, 3
        (Get-ChildItem $folder | Import-AutodiffModel).InputSize | Should -Be 1, 2, 3
    }

    It 'keeps no temporary file beside it' {
        $folder = New-Item (Join-Path $TestDrive alone) -ItemType Directory
        $net | Export-AutodiffModel "$folder/m.json"
        $net | Export-AutodiffModel "$folder/m.json"
        (Get-ChildItem $folder -Force).Name | Should -BeExactly m.json
    }
}

Describe 'Export-AutodiffModel' {
    It 'writes nothing with -WhatIf' {
        $net | Export-AutodiffModel (Join-Path $TestDrive if.json) -WhatIf
        Join-Path $TestDrive if.json | Should -Not -Exist
    }

    It 'replaces a file, but not with -NoClobber, and a write-protected one only with -Force' {
        $path = Join-Path $TestDrive old.json
        Set-Content $path old
        $outcome = Get-Outcome { $net | Export-AutodiffModel $path -NoClobber }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly FileExists
        Get-Content $path | Should -BeExactly old
        Set-ItemProperty $path IsReadOnly $true
        $outcome = Get-Outcome { $net | Export-AutodiffModel $path }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly FileUnwritable
        Get-Content $path | Should -BeExactly old
        $net | Export-AutodiffModel $path -Force
        (Import-AutodiffModel $path).ToJson() | Should -BeExactly $net.ToJson()
    }

    It 'refuses <What>: <Id>' -ForEach @(
        @{ What = 'no network'; Id = 'ModelMissing'; Call = { Export-AutodiffModel (Join-Path $TestDrive x.json) } }
        @{ What = 'null'; Id = 'ModelMissing'; Call = { $null | Export-AutodiffModel (Join-Path $TestDrive x.json) } }
        @{ What = 'something else'; Id = 'ModelMissing'; Call = { Get-Date | Export-AutodiffModel (Join-Path $TestDrive x.json) } }
        @{ What = 'no path'; Id = 'PathInvalid'; Call = { $net | Export-AutodiffModel } }
        @{ What = 'another kind of drive'; Id = 'PathInvalid'; Call = { $net | Export-AutodiffModel env:x } }
        @{ What = 'a folder that is not there'; Id = 'FileUnwritable'; Call = { $net | Export-AutodiffModel (Join-Path $TestDrive 'no/such/x.json') } }
        @{ What = 'a folder for a file'; Id = 'FileUnwritable'; Call = { $net | Export-AutodiffModel $TestDrive } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "$Id,PSAutodiff.Commands.ExportAutodiffModelCommand"
    }
}

Describe 'Import-AutodiffModel refuses what is not a network, with the file in the message' {
    BeforeAll {
        $good = $net.ToJson()
    }

    It '<What>: <Id>' -ForEach @(
        @{ What = 'an empty file'; Id = 'NetworkJson'; Text = { '' } }
        @{ What = 'other text'; Id = 'NetworkJson'; Text = { 'network' } }
        @{ What = 'other JSON'; Id = 'NetworkJson'; Text = { '{ "format": "something else" }' } }
        @{ What = 'half a file'; Id = 'NetworkJson'; Text = { $good.Substring(0, $good.Length / 2) } }
        @{ What = 'a version to come'; Id = 'NetworkJson'; Text = { $good -replace '"version": 1', '"version": 99' } }
        @{ What = 'a member more'; Id = 'NetworkJson'; Text = { $good -replace '"version": 1', '"version": 1, "command": "Remove-Item *"' } }
        @{ What = 'deep nesting'; Id = 'NetworkJson'; Text = { '[' * 100000 } }
    ) {
        $path = Join-Path $TestDrive bad.json
        Set-Content $path (& $Text) -NoNewline
        $outcome = Get-Outcome { Import-AutodiffModel $path }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "$Id,PSAutodiff.Commands.ImportAutodiffModelCommand"
        $outcome.Errors[0].Exception.Message.Contains($path) | Should -BeTrue
    }

    It 'bytes that are no text' {
        $path = Join-Path $TestDrive bytes.json
        [IO.File]::WriteAllBytes($path, [byte[]](0x7b, 0xff, 0xfe, 0x00))
        Get-ErrorId (Get-Outcome { Import-AutodiffModel $path }).Errors[0] | Should -BeExactly NetworkJson
    }

    It 'a file that is not there, and goes on to the next' {
        $path = Join-Path $TestDrive good.json
        $net | Export-AutodiffModel $path
        $outcome = Get-Outcome { Import-AutodiffModel (Join-Path $TestDrive none.json), (Join-Path $TestDrive 'none*.json'), $TestDrive, $path }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly FileNotFound, FileNotFound, FileNotFound
        $outcome.Output | Should -HaveCount 1
    }

    It 'an empty call' {
        Get-ErrorId (Get-Outcome { Import-AutodiffModel }).Errors[0] | Should -BeExactly PathInvalid
    }
}
