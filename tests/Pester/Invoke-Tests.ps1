<#
.SYNOPSIS
    Runs the Pester tests on a built module in this process and writes the counts as JSON.
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
if ($ResultPath) {
    $failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
    @{ Passed = $result.PassedCount; Failed = $failed; Skipped = $result.SkippedCount + $result.NotRunCount } |
        ConvertTo-Json | Set-Content $ResultPath
}
