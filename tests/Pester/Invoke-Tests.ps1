<#
.SYNOPSIS
    Runs the Pester tests on a built module in this process, names what was skipped, and writes the counts and what failed as JSON.
.EXAMPLE
    tests/Pester/Invoke-Tests.ps1 out/PSAutodiff -ExcludeTag Slow
#>
param(
    [Parameter(Mandatory)][string]$ModulePath,
    [string]$ResultPath,
    [string]$Path = $PSScriptRoot,
    [string[]]$ExcludeTag = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Filter.ExcludeTag = $ExcludeTag
$configuration.Output.Verbosity = 'Normal'
$result = Invoke-Pester -Configuration $configuration
foreach ($test in @($result.Skipped) + @($result.NotRun)) {
    # What -Because of Set-ItResult says; a test skipped by -Skip says it in its name.
    $reason = @($test.ErrorRecord | Where-Object { $_.FullyQualifiedErrorId -eq 'PesterTestSkipped' } | ForEach-Object { $_.Exception.Message -replace '^.*because ', ', since ' }) -join ''
    Write-Host "Skipped: $($test.ExpandedPath)$reason"
}
if ($ResultPath) {
    $failures = @(
        # Tests of a block whose preparation failed have no error of their own.
        $result.FailedContainers | ForEach-Object { @{ Name = "$($_.Item)"; Message = "$($_.ErrorRecord)" } }
        $result.FailedBlocks | ForEach-Object { @{ Name = "the preparation of '$($_.ExpandedPath)' ($(Split-Path $_.ScriptBlock.File -Leaf))"; Message = "$($_.ErrorRecord)" } }
        $result.Failed | ForEach-Object { @{ Name = "$($_.ExpandedPath) ($(Split-Path $_.ScriptBlock.File -Leaf))"; Message = "$($_.ErrorRecord)" } }
    )
    @{ Passed = $result.PassedCount; Failed = $failures.Count; Skipped = $result.SkippedCount + $result.NotRunCount; Failures = $failures } |
        ConvertTo-Json -Depth 3 | Set-Content $ResultPath
}
