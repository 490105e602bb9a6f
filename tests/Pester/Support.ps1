# What several test files use. Dot-source it in BeforeAll.
if (-not (Get-Module PSAutodiff)) { Import-Module (Join-Path $PSScriptRoot '../../out/PSAutodiff') }

$moduleBase = (Get-Module PSAutodiff).ModuleBase
$repositoryRoot = Split-Path (Split-Path $PSScriptRoot)
$fivePoints = Join-Path $repositoryRoot 'examples/data/five-points.csv'
$pwshPath = (Get-Process -Id $PID).Path

# Runs a script block to its end whatever it writes: a terminating error counts as one more error.
function Get-Outcome([scriptblock]$Script) {
    $ErrorActionPreference = 'Continue'
    $everything = [System.Collections.Generic.List[object]]::new()
    try { & $Script *>&1 | ForEach-Object { $everything.Add($_) } }
    catch { $everything.Add($_) }
    $kindOf = { param($type) @($everything | Where-Object { $_ -is $type }) }
    [pscustomobject]@{
        Output   = @($everything | Where-Object {
                $_ -isnot [System.Management.Automation.ErrorRecord] -and $_ -isnot [System.Management.Automation.InformationalRecord] })
        Errors   = & $kindOf ([System.Management.Automation.ErrorRecord])
        Warnings = & $kindOf ([System.Management.Automation.WarningRecord])
        Verbose  = & $kindOf ([System.Management.Automation.VerboseRecord])
    }
}

# Unlike Should -BeLessOrEqual, this does not take NaN for near.
function Assert-Near {
    param(
        [Parameter(Mandatory, ValueFromPipeline)][double]$Actual,
        [Parameter(Mandatory, Position = 0)][double]$Expected,
        [double]$Within = 1e-12,
        [string]$Because = 'it was computed'
    )
    process {
        if (-not ([Math]::Abs($Actual - $Expected) -le $Within)) {
            throw "Expected $($Expected.ToString('R')) within $Within because $Because, but got $($Actual.ToString('R'))."
        }
    }
}

# What a fresh PowerShell without profile writes, errors included, as one text.
function Invoke-FreshShell([string]$Command) {
    (& $pwshPath -NoProfile -NonInteractive -Command $Command 2>&1 | Out-String).Trim()
}

function Get-ErrorId([System.Management.Automation.ErrorRecord]$Record) { ($Record.FullyQualifiedErrorId -split ',')[0] }

# Nodes made by operators in PowerShell, one after the other.
function Get-Chain([scriptblock]$Step, [int]$Count) {
    $node = [PSAutodiff.ExprNode]::Variable('x')
    $x = $node
    $y = [PSAutodiff.ExprNode]::Variable('y')
    . $Step $node $x $y $Count
}
