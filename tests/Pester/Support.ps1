# What several test files use. Dot-source it in BeforeAll.
if (-not (Get-Module PSAutodiff)) { Import-Module (Join-Path $PSScriptRoot '../../out/PSAutodiff') }

$moduleBase = (Get-Module PSAutodiff).ModuleBase
$repositoryRoot = Split-Path (Split-Path $PSScriptRoot)
$fivePoints = Join-Path $repositoryRoot 'examples/data/five-points.csv'
# PowerShell as a .NET tool runs inside dotnet.
$shellPath = (Get-Process -Id $PID).Path
$shellArguments = @(if ((Split-Path $shellPath -LeafBase) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' })

# Runs a script block to its end whatever it writes: a terminating error counts as one more error.
# The script block sees this function's variables, hence their names.
function Get-Outcome([scriptblock]$outcomeBlock) {
    $ErrorActionPreference = 'Continue'
    $outcomeItems = [System.Collections.Generic.List[object]]::new()
    try { & $outcomeBlock *>&1 | ForEach-Object { $outcomeItems.Add($_) } }
    catch { $outcomeItems.Add($_) }
    [pscustomobject]@{
        Output   = @($outcomeItems | Where-Object {
                $_ -isnot [System.Management.Automation.ErrorRecord] -and $_ -isnot [System.Management.Automation.InformationalRecord] })
        Errors   = @($outcomeItems | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
        Warnings = @($outcomeItems | Where-Object { $_ -is [System.Management.Automation.WarningRecord] })
        Verbose  = @($outcomeItems | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] })
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

# Equal by what is a proof, not by points.
function Assert-Proved($Reference, $Difference, [string]$Because = 'it was derived') {
    $comparison = Compare-Expression $Reference $Difference
    $comparison.Equal | Should -BeTrue -Because $Because
    "$($comparison.How)" | Should -BeIn Structure, Simplification, Algebra -Because $Because
}

# What a fresh PowerShell without profile writes, errors included, as one text.
function Invoke-FreshShell([string]$Command) {
    (& $shellPath @shellArguments -NoProfile -NonInteractive -Command $Command 2>&1 | Out-String).Trim()
}

# Why reports cannot be written here: the module was built without their libraries, or, for SVG, there is no Node.js. Nothing when they can.
function Get-ReportProblem([switch]$Svg) {
    $probe = Join-Path ([IO.Path]::GetTempPath()) "psautodiff-probe-$PID.html"
    try { $null = 1 | Export-AutodiffReport -LiteralPath $probe -ErrorAction Stop }
    catch { return 'this build has no chart libraries' }
    finally { Remove-Item $probe -ErrorAction Ignore }
    if ($Svg -and -not (Get-Command node -CommandType Application -ErrorAction Ignore)) { 'Node.js is not installed' }
}

# The operations on nodes, in order, from the classes of the assembly: nothing that the module offers or lists goes into it.
function Get-Operation {
    $assembly = [PSAutodiff.ExprNode].Assembly
    $base = $assembly.GetType('PSAutodiff.Operation')
    $types = $assembly.GetTypes() | Where-Object { -not $_.IsAbstract -and -not $_.IsNested -and $_.IsSubclassOf($base) -and $_.Name -ne 'UnknownFunction' }
    $operations = @($types | ForEach-Object { [Activator]::CreateInstance($_, $true) } | Where-Object Arity -GT 0 |
        Where-Object { $base.GetProperty('IsElementwise', [Reflection.BindingFlags]'Instance, NonPublic').GetValue($_) })
    [Array]::Sort([string[]]$operations.Name, $operations, [StringComparer]::Ordinal)
    $operations
}

function Get-ErrorId([System.Management.Automation.ErrorRecord]$Record) { ($Record.FullyQualifiedErrorId -split ',')[0] }

# The graphs whose size is promised, each built by operators in PowerShell.
function Get-PromisedGraph([string]$Kind) {
    $x = [PSAutodiff.ExprNode]::Variable('x')
    $y = [PSAutodiff.ExprNode]::Variable('y')
    switch ($Kind) {
        'a chain a million deep' {
            # x - (x - (x - ...)): x at odd depths, 0 at even ones.
            $node = $x
            for ($i = 1; $i -lt 1000001; $i++) { $node = $x - $node }
            $node
        }
        'sixty-four squarings' {
            $node = $x
            for ($i = 0; $i -lt 64; $i++) { $node = $node * $node }
            $node
        }
        'a hundred thousand shared nodes' {
            # Each is the mean of the two before it, so that all but the last two are used twice; they tend to (x + 2y) / 3.
            $half = [PSAutodiff.ExprNode]::Constant(0.5)
            $first, $second = $x, $y
            for ($i = 0; $i -lt 50000; $i++) { $first, $second = $second, (($first + $second) * $half) }
            $second
        }
    }
}
