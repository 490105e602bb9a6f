<#
.SYNOPSIS
    Times the first use of the module in fresh shells, beside a module of one empty cmdlet: the least of several runs in turn.
#>
param([string]$ModulePath = "$PSScriptRoot/../out/PSAutodiff", [int]$Runs = 7)
Set-StrictMode -Version Latest
$shell = (Get-Process -Id $PID).Path
$folder = Join-Path ([IO.Path]::GetTempPath()) "psautodiff-first-use-$PID"
$null = New-Item -ItemType Directory $folder
$empty = "$folder/EmptyModule"
$null = New-Item -ItemType Directory $empty
Add-Type -OutputAssembly "$empty/EmptyModule.dll" -TypeDefinition @'
using System.Management.Automation;
[Cmdlet(VerbsDiagnostic.Test, "Nothing")]
public sealed class TestNothingCommand : PSCmdlet
{
    protected override void ProcessRecord() => WriteObject(1.0);
}
'@
New-ModuleManifest "$empty/EmptyModule.psd1" -RootModule EmptyModule.dll -CmdletsToExport Test-Nothing

# What each shell does: statements whose times are wanted, after others whose times are not.
$iris = (Resolve-Path "$PSScriptRoot/../examples/data/iris.csv").Path
$cases = [ordered]@{
    'an empty module: import' = '', "Import-Module '$empty'"
    'an empty module: first call' = "Import-Module '$empty'", 'Test-Nothing'
    'import' = '', "Import-Module '$ModulePath'"
    'first derivative and value' = "Import-Module '$ModulePath'", "'x^2*y + exp(-y)' | Invoke-Differentiate x | Measure-Expression -At @{ x = 2; y = 3 }"
    'first training of iris' = "Import-Module '$ModulePath'; `$rows = Import-Csv '$iris'", "`$rows | Start-NetworkTraining -Network (New-NeuralNetwork 4 8, tanh, 3, softmax -Seed 1) -Label Species -Epoch 20 -Seed 1"
}
$least = [ordered]@{}
foreach ($run in 1..$Runs) {
    foreach ($name in $cases.Keys) {
        $before, $timed = $cases[$name]
        $text = & $shell -NoProfile -NonInteractive -Command "$before; `$w = [Diagnostics.Stopwatch]::StartNew(); `$null = $timed; `$w.Stop(); `$w.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)"
        $time = [double]::Parse($text, [cultureinfo]::InvariantCulture)
        if (-not $least.Contains($name) -or $time -lt $least[$name]) { $least[$name] = $time }
    }
}

foreach ($name in $least.Keys) { '{0,-30} {1,7:n1} ms' -f $name, $least[$name] }
'import, more than the empty module: {0:n1} ms' -f ($least['import'] - $least['an empty module: import'])
'first derivative and value, more than the empty call: {0:n1} ms' -f ($least['first derivative and value'] - $least['an empty module: first call'])
Remove-Item -Recurse $folder
