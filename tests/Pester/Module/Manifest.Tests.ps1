BeforeDiscovery {
    $cmdlets = @(
        'Compare-Expression', 'ConvertTo-ExprText', 'Export-AutodiffModel', 'Export-AutodiffReport', 'Find-Minimum', 'Find-Root', 'Import-AutodiffModel', 'Import-IdxData'
        'Invoke-AutodiffModel', 'Invoke-CurveFit', 'Invoke-Differentiate', 'Invoke-LinearRegression', 'Invoke-Simplify', 'Measure-Expression', 'Measure-Matrix', 'Measure-WeightDecay', 'New-AutodiffSession', 'New-CompiledExpression', 'New-ExprNode'
        'New-NeuralNetwork', 'Optimize-NeuralNetwork', 'Resolve-Expression', 'Show-Expression', 'Start-NetworkTraining', 'Test-AutodiffModel', 'Test-Derivative', 'Trace-NeuralNetwork'
    )
}

BeforeAll {
    . "$PSScriptRoot/../Support.ps1"
    $manifestPath = Join-Path $moduleBase 'PSAutodiff.psd1'
    $manifest = Import-PowerShellDataFile $manifestPath
}

Describe 'The manifest of the built module' -ForEach @{ Cmdlets = $cmdlets } {
    It 'is valid' {
        $tested = Test-ModuleManifest $manifestPath -ErrorAction Stop -WarningVariable warnings
        $tested.Name | Should -BeExactly PSAutodiff
        $warnings | Should -HaveCount 0
    }

    It 'exports exactly the cmdlets, by name' {
        $manifest.CmdletsToExport | Sort-Object | Should -BeExactly $Cmdlets
        (Get-Module PSAutodiff).ExportedCmdlets.Keys | Sort-Object | Should -BeExactly $Cmdlets
    }

    It 'has no wildcards and exports no functions or variables' {
        $manifest.CmdletsToExport | Should -Not -Match '[*?]'
        foreach ($other in 'FunctionsToExport', 'VariablesToExport') {
            $manifest.ContainsKey($other) | Should -BeTrue -Because "without $other PowerShell would export all"
            @($manifest[$other]).Count | Should -Be 0
        }
    }

    It 'exports the names that networks alone once had, as aliases of the cmdlets for all models' {
        $manifest.AliasesToExport | Sort-Object | Should -BeExactly ('Export', 'Import', 'Invoke', 'Test' | ForEach-Object { "$_-NeuralNetwork" })
        $aliases = (Get-Module PSAutodiff).ExportedAliases
        $aliases.Keys | Sort-Object | Should -BeExactly ($manifest.AliasesToExport | Sort-Object)
        foreach ($alias in $aliases.Values) { $alias.ReferencedCommand.Name | Should -BeExactly ($alias.Name -replace 'NeuralNetwork', 'AutodiffModel') }
    }

    It 'has a GUID, a version, an author, a copyright and a description' {
        { [guid]$manifest.GUID } | Should -Not -Throw
        [guid]$manifest.GUID | Should -Not -Be ([guid]::Empty)
        [version]$manifest.ModuleVersion | Should -BeGreaterThan ([version]'0.0')
        foreach ($text in 'Author', 'Copyright', 'Description') { $manifest[$text] | Should -Not -BeNullOrEmpty }
    }

    It 'holds the one version number, that of the assemblies' {
        $assemblies = Get-ChildItem $moduleBase -Recurse -Filter 'PSAutodiff*.dll'
        $assemblies | Should -HaveCount 3
        foreach ($assembly in $assemblies) {
            $assembly.VersionInfo.ProductVersion -replace '\+.*' | Should -BeExactly $manifest.ModuleVersion -Because $assembly.Name
        }
        Get-Content (Join-Path $repositoryRoot Directory.Build.props) -Raw | Should -Not -Match '<Version>\d'
    }

    It 'names the editions and versions it works with' {
        $manifest.CompatiblePSEditions | Should -BeExactly Core
        [version]$manifest.PowerShellVersion | Should -BeGreaterOrEqual ([version]'7.6')
    }

    It 'has tags without spaces' {
        $tags = $manifest.PrivateData.PSData.Tags
        $tags.Count | Should -BeGreaterThan 3
        $tags | Should -Not -Match '\s'
        $tags | Should -Contain autodiff
    }

    It 'names files that are there' {
        foreach ($file in @($manifest.RootModule) + $manifest.FormatsToProcess + $manifest.TypesToProcess) {
            Join-Path $moduleBase $file | Should -Exist
        }
    }
}

Describe 'The addresses of the owner in the manifest' -Tag Slow {
    BeforeAll {
        function Build-Manifest([hashtable]$Addresses) {
            $target = Join-Path $TestDrive ([guid]::NewGuid())
            $properties = @($Addresses.GetEnumerator() | ForEach-Object { "-property:$($_.Key)=$($_.Value)" })
            $output = & dotnet msbuild (Join-Path $repositoryRoot src/Module.proj) -target:StageManifest "-property:Out=$target/" @properties -nologo 2>&1 | Out-String
            $file = Join-Path $target PSAutodiff.psd1
            [pscustomobject]@{ Code = $LASTEXITCODE; Output = $output; File = $file; Data = $(if (Test-Path $file) { (Import-PowerShellDataFile $file).PrivateData.PSData }) }
        }
    }

    It 'are none when none are set, and the manifest is the one in the repository' {
        $built = Build-Manifest @{}
        $built.Code | Should -Be 0 -Because $built.Output
        $built.Data.ContainsKey('ProjectUri') | Should -BeFalse
        Get-Content $built.File | Should -BeExactly (Get-Content (Join-Path $repositoryRoot module/PSAutodiff.psd1))
    }

    It 'are those that are set' {
        $built = Build-Manifest @{ PSAutodiffProjectUri = 'https://example.org/a-project'; PSAutodiffLicenseUri = 'https://example.org/a-licence' }
        $built.Code | Should -Be 0 -Because $built.Output
        $built.Data.ProjectUri | Should -BeExactly 'https://example.org/a-project'
        $built.Data.LicenseUri | Should -BeExactly 'https://example.org/a-licence'
        $built.Data.ReleaseNotes | Should -BeExactly 'See CHANGELOG.md.'
        (Build-Manifest @{ PSAutodiffLicenseUri = 'https://example.org/alone' }).Data.ContainsKey('ProjectUri') | Should -BeFalse
    }

    It 'are refused when they are no addresses: <_>' -ForEach 'nowhere', "https://example.org/'; exit; '" {
        $built = Build-Manifest @{ PSAutodiffProjectUri = $_.Replace(';', '%3B') }
        $built.Code | Should -Not -Be 0
        $built.Output | Should -Match 'PSAutodiffProjectUri has to be an address'
        $built.Data | Should -BeNullOrEmpty
    }
}

Describe 'The files of the module' {
    It 'hold no assembly of PowerShell''s' {
        (Get-ChildItem $moduleBase -Recurse -Filter '*.dll').Name | Should -Not -Match '^(System|Microsoft)\.'
    }

    It 'hold well-formed XML' {
        $files = @(Get-ChildItem $moduleBase -Filter '*.ps1xml')
        $files.Count | Should -Be 2
        foreach ($file in $files) { { [xml](Get-Content $file -Raw) } | Should -Not -Throw }
    }
}

Describe 'The cmdlet <_>' -ForEach $cmdlets {
    BeforeAll {
        $command = Get-Command $_ -Module PSAutodiff
    }

    It 'has an approved verb and a singular noun' {
        (Get-Verb).Verb | Should -Contain $command.Verb
        $command.Noun | Should -Not -Match '[^s]s$'
    }

    It 'declares what it gives' {
        $command.OutputType.Count | Should -BeGreaterThan 0
        $command.OutputType[0].Type | Should -Not -BeNullOrEmpty
    }

    It 'is a class in PSAutodiff.Commands, since error ids name it' {
        $command.ImplementingType.FullName | Should -BeExactly "PSAutodiff.Commands.$($command.Verb)$($command.Noun)Command"
    }

    It 'has parameters in singular' {
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters
        $command.Parameters.Keys | Where-Object { $_ -notin $common -and $_ -cnotin 'As', 'Bias', 'Options', 'TimeoutSeconds' } | Should -Not -Match '[^s]s$'
    }
}

Describe 'Importing the module' -Tag Slow {
    It 'makes [PSAutodiff.ExprNode] known in the very next line' {
        Invoke-FreshShell "Import-Module '$moduleBase'`n[PSAutodiff.ExprNode]'x^2 + 1' | ForEach-Object ToString" | Should -BeExactly 'x^2 + 1'
    }

    It 'makes it known on the same line, before any cmdlet was called' {
        Invoke-FreshShell "Import-Module '$moduleBase'; [PSAutodiff.ExprNode].FullName" | Should -BeExactly PSAutodiff.ExprNode
    }

    It 'writes nothing' {
        Invoke-FreshShell "Import-Module '$moduleBase' *>&1" | Should -BeNullOrEmpty
    }

    It 'works under its name from PSModulePath, without an explicit import' {
        $command = "`$env:PSModulePath = '$(Split-Path $moduleBase)' + [IO.Path]::PathSeparator + `$env:PSModulePath; 'x^2' | Invoke-Differentiate | ConvertTo-ExprText"
        Invoke-FreshShell $command | Should -BeExactly '2 * x'
    }

    It 'can be repeated and removed' {
        $command = "Import-Module '$moduleBase'; Import-Module '$moduleBase' -Force; Remove-Module PSAutodiff; Import-Module '$moduleBase'; 'x' | Measure-Expression -At @{ x = 5 }"
        Invoke-FreshShell $command | Should -BeExactly '5'
    }
}

Describe 'The address of the help pages' -Tag Slow {
    BeforeAll {
        function Build-PageAddress([string]$Address) {
            $target = Join-Path $TestDrive ([guid]::NewGuid())
            $output = & dotnet msbuild (Join-Path $repositoryRoot src/Module.proj) -target:StageHelp "-property:Out=$target/" "-property:PSAutodiffHelpUri=$Address" -nologo 2>&1 | Out-String
            [pscustomobject]@{ Code = $LASTEXITCODE; Output = $output; File = Join-Path $target en-US/PSAutodiff.dll-Help.xml }
        }
    }

    It 'is none when none is set' {
        Get-Content (Join-Path $repositoryRoot module/en-US/PSAutodiff.dll-Help.xml) -Raw | Should -Not -Match 'Online Version'
        (Build-PageAddress '').File | Should -Not -Exist
    }

    It 'is that of the folder and the cmdlet, and nothing else of the help changes' {
        $built = Build-PageAddress 'https://example.org/pages'
        $built.Code | Should -Be 0 -Because $built.Output
        $own, $made = [xml](Get-Content (Join-Path $repositoryRoot module/en-US/PSAutodiff.dll-Help.xml) -Raw), [xml](Get-Content $built.File -Raw)
        $commands = @($made.GetElementsByTagName('command:command'))
        $commands.Count | Should -Be (Get-Module PSAutodiff).ExportedCmdlets.Count
        foreach ($command in $commands) {
            $links = $command['command:relatedLinks']
            $links.FirstChild['maml:linkText'].InnerText | Should -BeExactly 'Online Version'
            $links.FirstChild['maml:uri'].InnerText | Should -BeExactly "https://example.org/pages/$($command['command:details']['command:name'].InnerText).md"
            $null = $links.RemoveChild($links.FirstChild)
        }
        ($made.DocumentElement.InnerText -replace '\s+') | Should -BeExactly ($own.DocumentElement.InnerText -replace '\s+')
    }

    It 'is refused when it is not an address' {
        $built = Build-PageAddress 'nowhere'
        $built.Code | Should -Not -Be 0
        $built.Output | Should -Match 'PSAutodiffHelpUri has to be an address'
    }
}
