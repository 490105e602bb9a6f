<#
.SYNOPSIS
    Builds, tests and shows PSAutodiff.
.DESCRIPTION
    Build leaves the importable module in out/PSAutodiff. Test builds, checks the format of the code, runs the engine's tests and the
    Pester tests, and ends with the line 'N passed, N failed, N skipped' over both. Docs builds the help. Demo builds and runs the
    examples. Clean removes what builds have made. Pester and Microsoft.PowerShell.PlatyPS come from the gallery when they are missing.
.EXAMPLE
    ./build.ps1 -Task Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Lint', 'Test', 'Docs', 'Demo', 'Clean')]
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

# Imports a module, from the gallery when this machine does not have it; says so and returns nothing when that fails.
function Import-Tool([string]$Name, [version]$MinimumVersion) {
    try {
        if (-not (Get-Module -ListAvailable $Name | Where-Object Version -GE $MinimumVersion)) {
            if (-not (Get-Command Install-PSResource -ErrorAction Ignore)) { throw 'Install-PSResource is not available' }
            Install-PSResource -Name $Name -Version "[$MinimumVersion,)" -TrustRepository -Quiet
        }
        Import-Module $Name -MinimumVersion $MinimumVersion -PassThru
    }
    catch {
        Write-Warning "$Name $MinimumVersion or later is not installed and could not be installed from the gallery: $_"
    }
}

# Brings the libraries that draw the pictures of reports and bundles them; without npm the rest of the module works, and Export-AutodiffReport says so.
function Build-ReportScript {
    $reports = Join-Path $root 'reports'
    $made = Join-Path $reports 'dist/report.js'
    $sources = Get-ChildItem $reports -File -Recurse -Include *.js, *.mjs, package*.json | Where-Object FullName -NotMatch 'node_modules|dist'
    if ((Test-Path $made) -and -not ($sources | Where-Object LastWriteTimeUtc -GT (Get-Item $made).LastWriteTimeUtc)) { return }
    if (-not ((Get-Command npm -CommandType Application -ErrorAction Ignore) -and (Get-Command node -CommandType Application -ErrorAction Ignore))) {
        Write-Host 'npm is not installed: the module was built without the libraries of Export-AutodiffReport.'
        return
    }
    $log = @(& npm ci --prefix $reports --ignore-scripts --no-audit --no-fund 2>&1; if ($LASTEXITCODE -eq 0) { & node (Join-Path $reports 'build.mjs') 2>&1 })
    if ($LASTEXITCODE -ne 0) {
        $reason = $log | Where-Object { $_ -match 'error|code' } | Select-Object -First 1
        Write-Host "npm could not bring the libraries of Export-AutodiffReport, so the module was built without them: $reason"
    }
}

function Build-Module {
    Build-ReportScript
    Invoke-Dotnet build (Join-Path $root 'src/PSAutodiff/PSAutodiff.csproj') --configuration $Configuration --nologo --verbosity quiet
    if (Test-Path $out) { Remove-Item $out -Recurse -Force }
    $null = New-Item $out -ItemType Directory -Force
    Copy-Item (Join-Path $root 'module/*') $out -Recurse
    $built = { param($project, $name) Join-Path $root "src/$project/bin/$Configuration/net10.0/$name.dll" }
    Copy-Item (& $built PSAutodiff PSAutodiff), (& $built PSAutodiff PSAutodiff.Engine) $out
    # In a folder that PowerShell does not search: the module loads these beside whatever MathNet.Numerics the session has.
    $dependencies = New-Item (Join-Path $out 'dependencies') -ItemType Directory
    'PSAutodiff.LinearAlgebra', 'MathNet.Numerics' | ForEach-Object { Copy-Item (& $built PSAutodiff.LinearAlgebra $_) $dependencies }
    Copy-Item (Join-Path $root 'LICENSE'), (Join-Path $root 'THIRD-PARTY-NOTICES.txt') $out
    $licences = Join-Path $root 'reports/dist/licences.txt'
    if (Test-Path $licences) { Add-Content (Join-Path $out 'THIRD-PARTY-NOTICES.txt') ("`n$('-' * 80)`n", (Get-Content $licences -Raw)) }
    Build-Help
    Write-Host "Built $out"
}

function Build-Help {
    if (-not (Import-Tool Microsoft.PowerShell.PlatyPS 1.0.0)) {
        Write-Warning 'The module was built without help pages.'
        return
    }
    & (Join-Path $root 'docs/build-help.ps1') -Source (Join-Path $root 'docs/en-US') -Destination (Join-Path $out 'en-US')
}

function Invoke-Lint {
    Invoke-Dotnet format (Join-Path $root 'PSAutodiff.sln') --verify-no-changes --no-restore
    if (-not (Get-Module -ListAvailable PSScriptAnalyzer)) {
        Write-Host 'PSScriptAnalyzer is not installed: the scripts were not analyzed.'
        return
    }
    $settings = Join-Path $root '.config/PSScriptAnalyzerSettings.psd1'
    $findings = @(
        'build.ps1', 'module', 'examples', 'docs' | ForEach-Object { Invoke-ScriptAnalyzer -Path (Join-Path $root $_) -Recurse -Settings $settings }
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
    [pscustomobject]@{ Passed = [int]$Matches[2]; Failed = [Math]::Max([int]$Matches[1], [int]($code -ne 0)); Skipped = [int]$Matches[3] }
}

function Get-PesterCount {
    if (-not (Import-Tool Pester 5.0.0)) { throw 'The Pester tests cannot run without Pester.' }
    # A fresh process: this one may hold an older build of the module.
    $script = Join-Path $root 'tests/Pester/Invoke-Tests.ps1'
    $result = Join-Path ([IO.Path]::GetTempPath()) "psautodiff-pester-$PID.json"
    Invoke-Shell -File $script -ModulePath $out -ResultPath $result | Out-Host
    try { Get-Content $result -Raw | ConvertFrom-Json }
    finally { Remove-Item $result -ErrorAction Ignore }
}

switch ($Task) {
    'Build' { Build-Module }
    'Docs' { Build-Module }
    'Lint' { Invoke-Dotnet restore (Join-Path $root 'PSAutodiff.sln') --verbosity quiet; Invoke-Lint }
    'Demo' {
        Build-Module
        $demo = "Import-Module '$out'; & '$root/examples/derivative-story.ps1'; & '$root/examples/five-points.ps1'"
        Invoke-Shell -Command $demo
    }
    'Test' {
        Invoke-Dotnet restore (Join-Path $root 'PSAutodiff.sln') --verbosity quiet
        Invoke-Lint
        Build-Module
        Invoke-Dotnet build (Join-Path $root 'PSAutodiff.sln') --configuration $Configuration --no-restore --nologo --verbosity quiet
        $counts = @(Get-EngineTestCount; Get-PesterCount)
        $sum = { param($name) ($counts | Measure-Object $name -Sum).Sum }
        $failed = & $sum Failed
        Write-Host "$(& $sum Passed) passed, $failed failed, $(& $sum Skipped) skipped"
        if ($failed -gt 0) { exit 1 }
    }
    'Clean' {
        'out', 'src/*/bin', 'src/*/obj', 'tests/*/bin', 'tests/*/obj', 'bench/bin', 'bench/obj', 'examples/*/bin', 'examples/*/obj', 'reports/dist', 'reports/node_modules' |
            ForEach-Object { Join-Path $root $_ } | Where-Object { Test-Path $_ } | Remove-Item -Recurse -Force
    }
}
