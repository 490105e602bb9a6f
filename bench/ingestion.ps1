<#
.SYNOPSIS
    What taking a row into Start-NetworkTraining costs beyond what PowerShell spends on handing it over.
.DESCRIPTION
    1,000,000 objects with 10 columns go through the pipeline, to Measure-Object, which only counts them, and to Start-NetworkTraining with a single training step, in turn.
    The difference includes that step and the loss of all rows at the end. Once with numbers and once with text, as Import-Csv gives.
#>
param([int]$Row = 1000000, [int]$Column = 10, [int]$Repeat = 5)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module (Join-Path $PSScriptRoot '../out/PSAutodiff')

$names = @(1..($Column - 1) | ForEach-Object { "x$_" }) + 'y'
$network = New-NeuralNetwork ($Column - 1) 4, tanh, 1, sigmoid -Seed 1
$training = @{ Network = $network; Label = 'y'; MaxStep = 1; BatchSize = 1000; Seed = 1 }

foreach ($kind in 'numbers', 'text') {
    $random = [Random]::new(1)
    $rows = [object[]]::new($Row)
    for ($i = 0; $i -lt $Row; $i++) {
        $cells = [ordered]@{}
        foreach ($name in $names) {
            $value = $name -eq 'y' ? $random.Next(2) : [Math]::Round($random.NextDouble(), 3)
            $cells[$name] = $kind -eq 'text' ? $value.ToString([cultureinfo]::InvariantCulture) : $value
        }
        $rows[$i] = [pscustomobject]$cells
    }
    $null = $rows | Select-Object -First 5000 | Start-NetworkTraining @training
    $times = 1..$Repeat | ForEach-Object {
        [GC]::Collect()
        $base = (Measure-Command { $null = $rows | Measure-Object }).TotalSeconds
        [GC]::Collect()
        $whole = (Measure-Command { $null = $rows | Start-NetworkTraining @training }).TotalSeconds
        [pscustomobject]@{ Base = $base; Whole = $whole; Beyond = ($whole - $base) / $Row * 1e6 }
    }
    $median = ($times | Sort-Object Beyond)[[int](($Repeat - 1) / 2)]
    '{0:n0} rows of {1} columns, {2}: {3:f2} s to Measure-Object, {4:f2} s to Start-NetworkTraining, {5:f2} us a row beyond' -f
        $Row, $Column, $kind, $median.Base, $median.Whole, $median.Beyond
}
