<#
.SYNOPSIS
    Runs the Pester tests on a built module, names what was skipped and what failed, and writes the counts, what failed, and what took
    a second and more as JSON.
.DESCRIPTION
    With -ProcessCount several processes share the files: each takes the next one that is left. A file whose process ends in the midst of it counts as
    failed, and the others go on.
.EXAMPLE
    tests/Pester/Invoke-Tests.ps1 out/PSAutodiff -ExcludeTag Slow
.EXAMPLE
    tests/Pester/Invoke-Tests.ps1 out/PSAutodiff -ProcessCount 2
#>
param(
    [Parameter(Mandatory)][string]$ModulePath,
    [string]$ResultPath,
    [string[]]$Path = $PSScriptRoot,
    [string[]]$ExcludeTag = @(),
    [ValidateRange(1, 64)][int]$ProcessCount = 1,
    # Where the processes that share the files note what they take and how it ended; they alone are given it.
    [string]$SharedPath
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
# Those that take longest come first, so that no process waits for another at the end.
$longest = 'New-AutodiffSession', 'Export-AutodiffReport', 'Docs', 'Interruption.Passes', 'ConvertTo-ExprText.Tools', 'LoadContext', 'GraphPromises', 'Export-AutodiffModel.Code', 'Start-NetworkTraining.Checkpoints', 'Package', 'Serialization', 'Rows', 'Manifest', 'Help', 'Examples'
$files = @(Get-ChildItem ($Path -split ',') -Recurse -Filter *.Tests.ps1)
$ofSessions = @($files | Where-Object { Select-String -LiteralPath $_ -Pattern 'Use-SshHost' -Quiet } | ForEach-Object Name)
$files = @($files | Sort-Object { $_.Name -notin $ofSessions }, { $_.Name -replace '\.Tests\.ps1$' -notin $longest }, { $longest.IndexOf($_.Name -replace '\.Tests\.ps1$') }, FullName -Culture '')
$claims = [Collections.Generic.List[string]]::new()

# Whether this process has to run a file: the first one that makes the note does. Those of sessions go to one process, where they share hosts.
function Test-Claim([int]$Number) {
    if (-not $SharedPath) { return $true }
    $claim = $files[$Number].Name -in $ofSessions ? 'sessions' : "$Number"
    if ($claim -in $claims) { return $true }
    try {
        [IO.File]::Open((Join-Path $SharedPath "$claim.taken"), 'CreateNew').Dispose()
        $claims.Add($claim)
        $true
    }
    catch [IO.IOException] { $false }
}

function Close-Shelf {
    if (-not $psautodiffShelf.Count) { return }
    . "$PSScriptRoot/SshHosts.ps1"
    $hosts = $psautodiffShelf[0]
    $psautodiffShelf.Clear()
    Get-PSSession | Where-Object ComputerName -In $hosts.Names | Remove-PSSession
    Close-SshHost $hosts
}

# Runs the tests of a file and shows how they ended.
function Invoke-File([IO.FileInfo]$File) {
    $configuration = New-PesterConfiguration
    $configuration.Run.Path = $File.FullName
    $configuration.Run.PassThru = $true
    $configuration.Filter.ExcludeTag = @($ExcludeTag -split ',' | Where-Object Length)
    $configuration.Output.Verbosity = 'None'
    $result = Invoke-Pester -Configuration $configuration
    # Tests of a block whose preparation failed have no error of their own.
    $failures = @(
        $result.FailedContainers | ForEach-Object { @{ Name = "$($_.Item)"; Error = $_.ErrorRecord } }
        $result.FailedBlocks | ForEach-Object { @{ Name = "the preparation of '$($_.ExpandedPath)' ($($File.Name))"; Error = $_.ErrorRecord } }
        $result.Failed | ForEach-Object { @{ Name = "$($_.ExpandedPath) ($($File.Name))"; Error = $_.ErrorRecord } }
    )
    Write-Host ("{0} {1}: {2} passed in {3:0.0} s" -f ($failures ? '[-]' : '[+]'), $File.Name, $result.PassedCount, $result.Duration.TotalSeconds)
    foreach ($failure in $failures) {
        Write-Host "  [-] $($failure.Name)"
        $failure.Error | ForEach-Object { Write-Host "      $($_ -replace '\r?\n', "`n      ")`n      $($_.ScriptStackTrace -replace '\r?\n', "`n      ")" }
    }
    foreach ($test in @($result.Skipped) + @($result.NotRun)) {
        # What -Because of Set-ItResult says; a test skipped by -Skip says it in its name.
        $reason = @($test.ErrorRecord | Where-Object { $_.FullyQualifiedErrorId -eq 'PesterTestSkipped' } | ForEach-Object { $_.Exception.Message -replace '^.*because ', ', since ' }) -join ''
        Write-Host "Skipped: $($test.ExpandedPath)$reason"
    }
    @{
        Passed   = $result.PassedCount
        Failed   = $failures.Count
        Skipped  = $result.SkippedCount + $result.NotRunCount
        # The file, and its tests of a second and more.
        Seconds  = @(@{ Name = $File.Name; Seconds = [Math]::Round($result.Duration.TotalSeconds, 1) }) + @($result.Tests | Where-Object { $_.Duration.TotalSeconds -ge 1 } |
            ForEach-Object { @{ Name = "$($File.Name): $($_.ExpandedName)"; Seconds = [Math]::Round($_.Duration.TotalSeconds, 1) } })
        Failures = @($failures | ForEach-Object { @{ Name = $_.Name; Message = "$($_.Error)" } })
    }
}

if ($ProcessCount -eq 1 -or $SharedPath) {
    Import-Module $ModulePath
    # Keeps the hosts of sessions from file to file.
    Set-Variable psautodiffShelf ([Collections.Generic.List[object]]::new()) -Scope Global
    try {
        $results = @(for ($i = 0; $i -lt $files.Count; $i++) {
                if (-not (Test-Claim $i)) { continue }
                # The hosts are not needed any more.
                if ($files[$i].Name -notin $ofSessions) { Close-Shelf }
                $result = Invoke-File $files[$i]
                if ($SharedPath) { $result | ConvertTo-Json -Depth 3 | Set-Content (Join-Path $SharedPath "$i.json") }
                $result
            })
    }
    finally { Close-Shelf }
}
else {
    $shared = [IO.Directory]::CreateTempSubdirectory('psautodiff-pester-').FullName
    $shell = @((Get-Process -Id $PID).Path) + @(if ((Split-Path (Get-Process -Id $PID).Path -LeafBase) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })
    $arguments = @($shell | Select-Object -Skip 1) + '-NoProfile', '-File', $PSCommandPath, '-ModulePath', $ModulePath, '-Path', ($Path -join ','), '-SharedPath', $shared
    if ($ExcludeTag) { $arguments += '-ExcludeTag', ($ExcludeTag -join ',') }
    try {
        1..$ProcessCount | ForEach-Object -ThrottleLimit $ProcessCount -Parallel { & ($using:shell)[0] @using:arguments 2>&1 } | Out-Host
        $results = @(for ($i = 0; $i -lt $files.Count; $i++) {
                $note = Join-Path $shared "$i.json"
                if (Test-Path $note) { Get-Content $note -Raw | ConvertFrom-Json -AsHashtable }
                else { @{ Passed = 0; Failed = 1; Skipped = 0; Failures = @(@{ Name = $files[$i].Name; Message = 'The process ended before these tests did.' }) } }
            })
    }
    finally { Remove-Item $shared -Recurse }
}
if ($ResultPath) {
    $sum = { param($name) [int]($results | ForEach-Object { $_[$name] } | Measure-Object -Sum).Sum }
    $seconds = @($results | Where-Object { $_.ContainsKey('Seconds') } | ForEach-Object { $_.Seconds } | Sort-Object { $_.Seconds } -Descending)
    @{ Passed = & $sum Passed; Failed = & $sum Failed; Skipped = & $sum Skipped; Failures = @($results | ForEach-Object { $_.Failures }); Seconds = $seconds } |
        ConvertTo-Json -Depth 3 | Set-Content $ResultPath
}
