<#
.SYNOPSIS
    Builds, tests and shows PSAutodiff.
.DESCRIPTION
    Build leaves the importable module in out/PSAutodiff. Test builds, checks the format of the code, runs the engine's tests and the
    Pester tests, names what it skips, then what failed with how its message begins, and ends with the line 'N passed, N failed,
    N skipped' over both. Docs builds the help that
    Get-Help shows from docs/en-US into module/en-US, where it is committed. Demo builds and runs the examples. Pack makes the package
    for the gallery in out. Clean removes what builds have made. Pester comes from NuGet when it is not installed, and
    Microsoft.PowerShell.PlatyPS, which only Docs and the test of the help need, from the gallery.
.EXAMPLE
    ./build.ps1 -Task Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Lint', 'Test', 'Docs', 'Demo', 'Pack', 'Clean')]
    [string]$Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string]$Configuration = 'Release'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$out = Join-Path $root 'out/PSAutodiff'
# A fresh PowerShell like this one; as a .NET tool it runs inside dotnet.
$shell = @((Get-Process -Id $PID).Path) + @(if ((Split-Path (Get-Process -Id $PID).Path -LeafBase) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })

function Invoke-Shell { & $shell[0] @($shell | Select-Object -Skip 1) -NoProfile @args }

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args[0]) failed with exit code $LASTEXITCODE." }
}

# Says what could not be run here, and keeps it for the last lines of Test.
$skipped = [Collections.Generic.List[string]]::new()
function Add-Skip([string]$What) {
    $skipped.Add($What)
    Write-Warning "Skipped: $What"
}

# Keeps a test that failed for the last lines of Test, where it is seen without a search in the log.
$failures = [Collections.Generic.List[string]]::new()
function Add-Failure([string]$Name, [string]$Message) {
    $lines = @($Message -split '\r?\n' | ForEach-Object Trim | Where-Object Length | Select-Object -First 7 | ForEach-Object { "    $($_.Substring(0, [Math]::Min(300, $_.Length)))" })
    $failures.Add((@("Failed: $Name") + $lines) -join [Environment]::NewLine)
}

function Test-Tool([string]$Name, [version]$MinimumVersion) {
    [bool](Get-Module -ListAvailable $Name | Where-Object Version -GE $MinimumVersion)
}

# Brings a module that this machine does not have from the gallery; without the gallery the error says why.
function Install-Tool([string]$Name, [version]$MinimumVersion) {
    if (Test-Tool $Name $MinimumVersion) { return }
    Install-PSResource -Name $Name -Version "[$MinimumVersion,)" -TrustRepository -Quiet -ErrorAction Stop
}

function Build-Module([string]$Target = 'Stage') {
    Invoke-Dotnet msbuild (Join-Path $root "src/Module.proj") "-target:$Target" "-property:Configuration=$Configuration" "-nologo" "-verbosity:minimal"
}

function Build-Help {
    Install-Tool Microsoft.PowerShell.PlatyPS 1.0.0
    & (Join-Path $root 'docs/build-help.ps1') -Source (Join-Path $root 'docs/en-US') -Destination (Join-Path $root 'module/en-US')
}

function Invoke-Lint {
    Invoke-Dotnet format (Join-Path $root 'PSAutodiff.sln') --verify-no-changes --no-restore
    if (-not (Test-Tool PSScriptAnalyzer 1.20.0)) {
        Add-Skip 'the analysis of the scripts, since PSScriptAnalyzer is not installed'
        return
    }
    $settings = Join-Path $root '.config/PSScriptAnalyzerSettings.psd1'
    $findings = @(
        # The manifest names files that staging makes, so it is looked at where they are.
        'build.ps1', 'out/PSAutodiff', 'examples', 'docs' | ForEach-Object { Invoke-ScriptAnalyzer -Path (Join-Path $root $_) -Recurse -Settings $settings }
        # Pester runs what BeforeAll assigns in the scope of the tests, which the analyzer cannot see.
        Invoke-ScriptAnalyzer -Path (Join-Path $root 'tests/Pester') -Recurse -Settings $settings -ExcludeRule PSUseDeclaredVarsMoreThanAssignments
    )
    if ($findings) {
        $findings | Format-Table RuleName, ScriptName, Line, Message -Wrap | Out-Host
        throw "PSScriptAnalyzer found $(@($findings).Count) problems."
    }
}

# Runs a test program in a process of its own and gives its counts.
function Get-EngineTestCount {
    $output = & dotnet test (Join-Path $root 'tests/PSAutodiff.Engine.Tests') --configuration $Configuration --nologo 2>&1 | Tee-Object -Variable lines | Out-String
    $lines | Out-Host
    $code = $LASTEXITCODE
    if ($output -notmatch 'Failed:\s*(\d+), Passed:\s*(\d+), Skipped:\s*(\d+)') { throw "The engine's tests did not run (exit code $code)." }
    $count = [pscustomobject]@{ Passed = [int]$Matches[2]; Failed = [Math]::Max([int]$Matches[1], [int]($code -ne 0)); Skipped = [int]$Matches[3] }
    $failed = [regex]::Matches($output, '(?ms)^  Failed (?<name>\S.*?) \[[^\]\r\n]*\]\r?\n  Error Message:\r?\n(?<message>.*?)(?=^  Stack Trace:|^  Failed |\z)')
    foreach ($test in $failed) { Add-Failure $test.Groups['name'].Value $test.Groups['message'].Value }
    if ($count.Failed -gt $failed.Count) { Add-Failure "$($count.Failed - $failed.Count) of the engine's tests, or their run (exit code $code)" 'Their names are not in the form that was expected; see above.' }
    $count
}

# Pester as installed, else from NuGet, else from the gallery. Processes that tests start find it by PSModulePath.
function Install-Pester {
    if (Test-Tool Pester 5.0.0) { return }
    & dotnet build (Join-Path $root 'tests/Tools') -target:CopyTools --nologo --verbosity quiet | Out-Host
    if ($LASTEXITCODE -eq 0) { $env:PSModulePath = (Join-Path $root 'out/tools') + [IO.Path]::PathSeparator + $env:PSModulePath }
    else { Install-Tool Pester 5.0.0 }
}

function Get-PesterCount {
    try { Install-Pester }
    catch {
        $count = @(Get-ChildItem (Join-Path $root 'tests/Pester') -Recurse -Filter *.Tests.ps1 | Select-String '^\s*It ').Count
        Add-Skip "$count Pester tests (more with their cases), since Pester is not installed and neither NuGet nor the gallery could bring it: $_"
        return [pscustomobject]@{ Passed = 0; Failed = 0; Skipped = $count }
    }
    # Fresh processes: this one may hold an older build of the module. One more than processors, as that with the tests of sessions mostly waits.
    $script = Join-Path $root 'tests/Pester/Invoke-Tests.ps1'
    $result = Join-Path ([IO.Path]::GetTempPath()) "psautodiff-pester-$PID.json"
    Invoke-Shell -File $script -ModulePath $out -ResultPath $result -ProcessCount ([Math]::Clamp([Environment]::ProcessorCount + 1, 2, 4)) | Out-Host
    if (-not (Test-Path $result)) {
        Add-Failure 'the Pester tests' "They ended without a result (exit code $LASTEXITCODE)."
        return [pscustomobject]@{ Passed = 0; Failed = 1; Skipped = 0 }
    }
    try { $count = Get-Content $result -Raw | ConvertFrom-Json }
    finally { Remove-Item $result -ErrorAction Ignore }
    foreach ($failure in $count.Failures) { Add-Failure $failure.Name $failure.Message }
    $count
}

switch ($Task) {
    'Build' { Build-Module }
    'Docs' { Build-Help; Build-Module }
    'Lint' { Invoke-Dotnet restore (Join-Path $root 'PSAutodiff.sln') --verbosity quiet; Build-Module; Invoke-Lint }
    'Demo' {
        Build-Module
        $demo = "Import-Module '$out'; & '$root/examples/courses/expression-graphs.ps1'"
        Invoke-Shell -Command $demo
    }
    'Test' {
        Invoke-Dotnet restore (Join-Path $root 'PSAutodiff.sln') --verbosity quiet
        Build-Module
        Invoke-Lint
        Invoke-Dotnet build (Join-Path $root 'PSAutodiff.sln') --configuration $Configuration --no-restore --nologo --verbosity quiet
        $counts = @(Get-EngineTestCount; Get-PesterCount)
        $sum = { param($name) ($counts | Measure-Object $name -Sum).Sum }
        $failed = & $sum Failed
        $skipped | ForEach-Object { Write-Host "Skipped: $_" }
        $failures | ForEach-Object { Write-Host $_ }
        Write-Host "$(& $sum Passed) passed, $failed failed, $(& $sum Skipped) skipped"
        if ($failed -gt 0) { exit 1 }
    }
    'Pack' {
        Build-Module
        $package = Compress-PSResource -Path $out -DestinationPath (Join-Path $root 'out') -PassThru
        Write-Host "Packed $($package.FullName)"
    }
    'Clean' { Build-Module Clean }
}
