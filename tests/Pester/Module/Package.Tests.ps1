# The package for the gallery: made, published to a folder, installed by somebody new, and used in a fresh PowerShell.
BeforeDiscovery {
    . "$PSScriptRoot/../Support.ps1"
    $missing = Get-ReportProblem
}

BeforeAll {
    . "$PSScriptRoot/../Support.ps1"
    $folder = [IO.Directory]::CreateTempSubdirectory('psautodiff-package-').FullName
    $data = Join-Path $repositoryRoot examples/data
    # Registering a repository writes to the profile and Install-PSResource to the home folder: both are an empty folder here.
    function Invoke-Newcomer([string]$Command) {
        $start = [Diagnostics.ProcessStartInfo]::new($shellPath)
        @($shellArguments) + '-NoProfile', '-NonInteractive', '-Command', $Command | ForEach-Object { $start.ArgumentList.Add($_) }
        # Without a folder for settings in the home folder, NuGet writes them where it is called.
        $start.WorkingDirectory = $folder
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        'HOME', 'USERPROFILE', 'LOCALAPPDATA', 'APPDATA' | ForEach-Object { $start.Environment[$_] = Join-Path $folder home }
        'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'PSModulePath' | ForEach-Object { $null = $start.Environment.Remove($_) }
        $process = [Diagnostics.Process]::Start($start)
        $errors = $process.StandardError.ReadToEndAsync()
        $output = $process.StandardOutput.ReadToEnd() + $errors.Result
        $process.WaitForExit()
        ($output -replace '\e\[[0-9;]*m').Trim()
    }

    $null = New-Item (Join-Path $folder home), (Join-Path $folder repository) -ItemType Directory
    $package = Compress-PSResource -Path $moduleBase -DestinationPath $folder -PassThru
    $repository = Join-Path $folder repository
    $published = Invoke-Newcomer "
        Register-PSResourceRepository -Name Folder -Uri '$repository' -Trusted
        Publish-PSResource -Path '$moduleBase' -Repository Folder
        Install-PSResource PSAutodiff -Repository Folder
        (Get-Module -ListAvailable PSAutodiff).ModuleBase"
}

AfterAll {
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'The package' -Tag Slow {
    It 'is a nupkg of the version of the manifest, which is that of the assemblies' {
        $version = (Import-PowerShellDataFile (Join-Path $moduleBase PSAutodiff.psd1)).ModuleVersion
        Split-Path $package -Leaf | Should -Be "PSAutodiff.$version.nupkg"
        foreach ($assembly in 'PSAutodiff.dll', 'PSAutodiff.Engine.dll', 'dependencies/PSAutodiff.LinearAlgebra.dll') {
            [Reflection.AssemblyName]::GetAssemblyName((Join-Path $moduleBase $assembly)).Version | Should -Be ([version]"$version.0")
        }
    }

    It 'holds every file of the module' {
        $archive = [IO.Compression.ZipFile]::OpenRead($package)
        try { $entries = @($archive.Entries.FullName | ForEach-Object { [uri]::UnescapeDataString($_) }) }
        finally { $archive.Dispose() }
        foreach ($file in Get-ChildItem $moduleBase -File -Recurse) {
            $entries | Should -Contain ([IO.Path]::GetRelativePath($moduleBase, $file.FullName).Replace('\', '/'))
        }
    }

    It 'is installed into the home folder' {
        $published | Should -BeLike (Join-Path $folder home '*PSAutodiff*')
    }
}

Describe 'The installed module' -Tag Slow {
    It 'runs the first cmdlets by their names, without an import' {
        Invoke-Newcomer "'x^2 + 1' | New-ExprNode | Invoke-Differentiate x | Invoke-Simplify | Measure-Expression -At @{ x = 3 }" | Should -BeExactly 6
        Invoke-Newcomer "'x^2' | Invoke-Differentiate x | ConvertTo-ExprText -As Lab" | Should -BeExactly '( 2 * x )'
        Invoke-Newcomer "(0..4 | ForEach-Object { [pscustomobject]@{ x = `$_ / 4; y = `$_ / 2 } } | Start-NetworkTraining '(y - a*x)^2' -Epoch 200 -Seed 1).Parameters.a.ToString('f6')" |
            Should -BeExactly 2.000000
    }

    It 'fits a regression, with the assembly in dependencies' {
        Invoke-Newcomer "(Import-Csv '$data/iris.csv' | Invoke-LinearRegression -Feature PetalLength -Label PetalWidth).Coefficients['PetalLength'].ToString('f6', [cultureinfo]::InvariantCulture)" |
            Should -BeExactly 0.415755
    }

    It 'writes a report' -Skip:([bool]$missing) {
        $report = Join-Path $folder 'report.html'
        $null = Invoke-Newcomer "'sin(x)' | Export-AutodiffReport -LiteralPath '$report'"
        (Get-Item $report).Length | Should -BeGreaterThan 100kb
    }

    It 'has its help' {
        Invoke-Newcomer 'Get-Help Invoke-Differentiate -Full | Out-String' | Should -Match 'EXAMPLE|Example'
        Invoke-Newcomer '(Get-Help Invoke-Differentiate).Synopsis' | Should -Not -Match '^\s*Invoke-Differentiate'
        Invoke-Newcomer 'Import-Module PSAutodiff; Get-Help about_PSAutodiff | Out-String' | Should -Match 'PSAutodiff'
    }
}
