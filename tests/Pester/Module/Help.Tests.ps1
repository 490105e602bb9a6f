BeforeDiscovery {
    # Compared below where pages can be built; the help itself is committed and needs nothing.
    $noPlatyPS = -not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS | Where-Object Version -GE 1.0.0)
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
    if (-not (Get-Module PSAutodiff)) { Import-Module (Join-Path $PSScriptRoot '../../../out/PSAutodiff') }
    $cmdlets = foreach ($command in (Get-Module PSAutodiff).ExportedCmdlets.Values) {
        @{ Name = $command.Name; Parameters = @($command.Parameters.Keys | Where-Object { $_ -notin $common }) }
    }
}

BeforeAll {
    # What help lacks is null here, and the assertions say so.
    Set-StrictMode -Off
    . "$PSScriptRoot/../Support.ps1"
    $errorIds = [PSAutodiff.ExprNode].Assembly.GetType('PSAutodiff.ErrorIds').GetFields() | ForEach-Object { $_.GetValue($null) }
    function Get-Text($Part) { ($Part | ForEach-Object { $_.Text } | Out-String).Trim() }
}

Describe 'The help of <Name>' -ForEach $cmdlets {
    BeforeAll {
        $help = Get-Help "PSAutodiff\$Name" -Full
    }

    It 'has a synopsis of its own' {
        # Without help, PowerShell gives the syntax for a synopsis.
        $help.Synopsis.Trim() | Should -Match '^\S+ .*\S$'
        $help.Synopsis | Should -Not -Match "^\s*$Name\s+\["
    }

    It 'has a description' {
        (Get-Text $help.description).Length | Should -BeGreaterThan 40
    }

    It 'comes to the first example soon: the description has less than 40 lines' {
        # As Get-Help shows it: paragraphs are wrapped, with an empty line between two.
        $lines = (@($help.description.Text) -join "`n`n") -split "`n"
        $lines.Count | Should -BeLessThan 40
    }

    It 'leaves the ids of errors to about_PSAutodiff_Errors, and leads there' {
        $text = $help | Out-String -Width 200
        $errorIds | Where-Object { $text -cmatch "\b$_\b" } | Should -BeNullOrEmpty
        (Get-Text @($help.alertSet.alert)) | Should -Match 'about_PSAutodiff_Errors'
    }

    It 'uses no words of a course' {
        $help | Out-String -Width 200 | Should -Not -Match '\b(homework|problem set|the lab|lab''s|the five points)\b'
    }

    It 'describes -<_>' -ForEach $Parameters {
        $name = $_
        $parameter = @($help.parameters.parameter | Where-Object name -EQ $name)
        $parameter.Count | Should -Be 1
        (Get-Text $parameter[0].description).Length | Should -BeGreaterThan 10
    }

    It 'describes no parameter that is not there' {
        foreach ($documented in $help.parameters.parameter.name) { $Parameters | Should -Contain $documented }
    }

    It 'has at least two examples with code, and output or remarks' {
        $examples = @($help.examples.example)
        $examples.Count | Should -BeGreaterOrEqual 2
        foreach ($example in $examples) {
            $example.code.Trim() | Should -Not -BeNullOrEmpty
            (Get-Text $example.remarks) | Should -Not -BeNullOrEmpty
        }
        $examples.code -join "`n" | Should -Match ([regex]::Escape($Name))
    }

    It 'has examples whose code is PowerShell' {
        foreach ($example in $help.examples.example) {
            $problems = $null
            $code = $example.code -replace '(?m)^PS.*?> ', ''
            $null = [System.Management.Automation.Language.Parser]::ParseInput($code, [ref]$null, [ref]$problems)
            $problems | Should -HaveCount 0 -Because $code
        }
    }

    It 'names inputs and outputs' {
        Get-Text @($help.inputTypes.inputType.type | ForEach-Object { [pscustomobject]@{ Text = $_.name } }) | Should -Not -BeNullOrEmpty
        Get-Text @($help.returnValues.returnValue.type | ForEach-Object { [pscustomobject]@{ Text = $_.name } }) | Should -Not -BeNullOrEmpty
    }

    It 'holds nothing of a template' {
        $text = $help | Out-String -Width 200
        $text | Should -Not -Match '\{\{'
        $text | Should -Not -Match '(?i)\bFill (in )?|\bTODO\b|\bplaceholder\b'
    }
}

Describe 'Get-Help' {
    It 'finds the page by the word that others use: <Word>' -ForEach @(
        @{ Word = 'autograd'; Name = 'Invoke-Differentiate' }
        @{ Word = 'logistic regression'; Name = 'Invoke-LinearRegression' }
        @{ Word = 'classification'; Name = 'Start-NetworkTraining' }
        @{ Word = 'curve fit'; Name = 'Invoke-CurveFit' }
        @{ Word = 'gradient descent'; Name = 'Find-Minimum' }
        @{ Word = 'equation solver'; Name = 'Find-Root' }
        @{ Word = 'prediction, inference'; Name = 'Invoke-AutodiffModel' }
        @{ Word = 'substitution'; Name = 'Resolve-Expression' }
    ) {
        # Where no name matches, Get-Help searches synopsis and description.
        (Get-Help "PSAutodiff\$Name" | ForEach-Object { "$($_.Synopsis) $(Get-Text $_.description)" }) -replace '\s+', ' ' | Should -Match $Word
    }

    It 'finds it in a fresh session' {
        $names = Invoke-FreshShell "`$env:PSModulePath = '$(Split-Path $moduleBase)'; Import-Module PSAutodiff; (Get-Help autograd).Name; (Get-Help *regression*).Name"
        $names | Should -Match 'Invoke-Differentiate'
        $names | Should -Match 'Invoke-LinearRegression'
    }
}

Describe 'The pages about topics' {
    It 'leave the ids of errors to about_PSAutodiff_Errors' {
        foreach ($file in Get-ChildItem (Join-Path $repositoryRoot docs/en-US) -Filter about_*.md | Where-Object BaseName -NE about_PSAutodiff_Errors) {
            $text = Get-Content $file -Raw
            $errorIds | Where-Object { $text -cmatch "\b$_\b" } | ForEach-Object { "$($file.Name): $_" } | Should -BeNullOrEmpty
        }
    }
}

Describe 'about_PSAutodiff' {
    BeforeAll {
        # Get-Help finds topics of modules in PSModulePath.
        $about = Invoke-FreshShell "`$env:PSModulePath = '$(Split-Path $moduleBase)'; Import-Module PSAutodiff; Get-Help about_PSAutodiff"
    }

    It 'is found by Get-Help' {
        $about | Should -Match 'about_PSAutodiff'
        $about.Length | Should -BeGreaterThan 500
    }

    It 'names every cmdlet' {
        foreach ($name in (Get-Module PSAutodiff).ExportedCmdlets.Keys) { $about | Should -Match $name }
    }

    It 'holds nothing of a template' {
        $about | Should -Not -Match '\{\{|(?i)\bTODO\b'
    }
}

Describe 'The help files' {
    It 'lie beside the module and hold no template' {
        $files = @(Get-ChildItem (Join-Path $moduleBase en-US) -File -Recurse)
        $files.Name | Should -Contain 'about_PSAutodiff.help.txt'
        $files.Name | Should -Contain 'PSAutodiff.dll-Help.xml'
        foreach ($file in $files) { Get-Content $file -Raw | Should -Not -Match '\{\{' }
    }
}

Describe 'The committed help' -Skip:$noPlatyPS {
    BeforeAll {
        # Beside a manifest, so that pages and cmdlets are compared too.
        Copy-Item (Join-Path $repositoryRoot module/PSAutodiff.psd1) TestDrive:/
        & (Join-Path $repositoryRoot docs/build-help.ps1) -Source (Join-Path $repositoryRoot docs/en-US) -Destination TestDrive:/en-US
    }

    It 'is what the pages make, or build.ps1 -Task Docs has to be run' {
        $committed = Join-Path $repositoryRoot module/en-US
        $names = (Get-ChildItem TestDrive:/en-US).Name | Sort-Object
        (Get-ChildItem $committed).Name | Sort-Object | Should -Be $names
        foreach ($name in $names) {
            $made, $held = (Get-Content "TestDrive:/en-US/$name"), (Get-Content (Join-Path $committed $name))
            Compare-Object $held $made -CaseSensitive | Select-Object -First 5 | ForEach-Object { "$name $($_.SideIndicator) $($_.InputObject)" } | Should -BeNullOrEmpty
        }
    }
}

Describe 'The table of operations in about_PSAutodiff' {
    BeforeAll {
        # All lines of the table below its head.
        $text = Get-Content (Join-Path $repositoryRoot docs/en-US/about_PSAutodiff.md) -Raw
        $table = [regex]::Match($text, '(?m)^\| Name \| Written \| Meaning \|\r?\n.*\n(\|.*\n)+').Groups[1].Captures.Value
        $rows = $table | ForEach-Object { , ($_.Trim() -replace '^\| | \|$' -split ' \| ') }
    }

    It 'has every operation once, and no other' {
        $rows | ForEach-Object { $_[0] } | Sort-Object -Culture '' | Should -BeExactly @((Get-Operation).Name | Sort-Object -Culture '')
    }

    It 'writes each as text that reads as it' {
        foreach ($row in $rows) { (New-ExprNode $row[1]).Op | Should -BeExactly $row[0] -Because "the page writes $($row[1])" }
    }

    It 'says something of each' {
        $rows | Where-Object { $_.Count -ne 3 -or $_[2] -notmatch '\w.*\.$' } | Should -BeNullOrEmpty
    }
}

Describe 'about_PSAutodiff_Errors' {
    BeforeAll {
        $ids = [PSAutodiff.ExprNode].Assembly.GetType('PSAutodiff.ErrorIds').GetFields() | ForEach-Object { $_.GetValue($null) }
        $entries = Get-Content (Join-Path $repositoryRoot docs/en-US/about_PSAutodiff_Errors.md) | Where-Object { $_ -cmatch '^\| [A-Z]\w+ \|' -and $_ -notlike '| Id |*' } |
            ForEach-Object { , @($_ -replace '^\| | \|$' -split ' \| ') }
        $sources = Get-ChildItem (Join-Path $repositoryRoot src) -Filter *.cs -Recurse | Where-Object { $_.FullName -notmatch '[\\/](obj|bin)[\\/]' }
        $code = ($sources | Where-Object Name -NE ErrorIds.cs | ForEach-Object { [IO.File]::ReadAllText($_.FullName) }) -join "`n"
    }

    It 'lists each error id of the module once, and no other' {
        $ids.Count | Should -BeGreaterThan 70
        $listed = $entries | ForEach-Object { $_[0] }
        Compare-Object ($ids | Sort-Object) ($listed | Sort-Object) -CaseSensitive | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" } | Should -BeNullOrEmpty
    }

    It 'says of each what it means, what causes it and what to do' {
        $entries | Where-Object { $_.Count -ne 4 -or @($_[1..3] -cmatch '^[`A-Z0-9].{7,}\.$').Count -ne 3 } | ForEach-Object { $_ -join ' | ' } | Should -BeNullOrEmpty
    }

    It 'is of errors that the code can raise' {
        $ids | Where-Object { $code -cnotmatch "ErrorIds\.$_\b" } | Should -BeNullOrEmpty
    }

    It 'is of all: the code takes ids from ErrorIds alone' {
        # An id is written out nowhere, neither for an exception nor for an error record.
        [regex]::Matches($code, 'new (AutodiffException|RowException)\(\s*\$?"[^"]*"|new ErrorRecord\([^;]{0,200}?,\s*\$?"[^"]*"').Value | Should -BeNullOrEmpty
    }
}
