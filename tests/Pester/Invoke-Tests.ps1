<#
.SYNOPSIS
    Runs the Pester tests on a built module in this process, names what was skipped, and writes the counts as JSON.
#>
param(
    [Parameter(Mandatory)][string]$ModulePath,
    [string]$ResultPath,
    [string]$Path = $PSScriptRoot
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$result = Invoke-Pester -Configuration $configuration
foreach ($test in @($result.Skipped) + @($result.NotRun)) {
    # What -Because of Set-ItResult says; a test skipped by -Skip says it in its name.
    $reason = @($test.ErrorRecord | Where-Object { $_.FullyQualifiedErrorId -eq 'PesterTestSkipped' } | ForEach-Object { $_.Exception.Message -replace '^.*because ', ', since ' }) -join ''
    Write-Host "Skipped: $($test.ExpandedPath)$reason"
}
if ($ResultPath) {
    $failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
    @{ Passed = $result.PassedCount; Failed = $failed; Skipped = $result.SkippedCount + $result.NotRunCount } |
        ConvertTo-Json | Set-Content $ResultPath
}
