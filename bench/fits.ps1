<#
.SYNOPSIS
    What taking a row into Invoke-CurveFit costs beyond what PowerShell spends on handing it over.
.DESCRIPTION
    1,000,000 objects with the columns t and y go through the pipeline, to Measure-Object, which only counts them, and to Invoke-CurveFit, in turn. The difference includes
    the whole fit of a line, so that most of it is rows. Once with numbers and once with text, as Import-Csv gives.
#>
param([int]$Row = 1000000, [int]$Repeat = 5, [string]$ModulePath = "$PSScriptRoot/../out/PSAutodiff")
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module $ModulePath

foreach ($kind in 'numbers', 'text') {
    $random = [Random]::new(1)
    $rows = [object[]]::new($Row)
    for ($i = 0; $i -lt $Row; $i++) {
        $t = $i / $Row
        $y = [Math]::Round(2 * $t + 1 + $random.NextDouble() / 10, 4)
        $rows[$i] = $kind -eq 'text' ? [pscustomobject]@{ t = "$t"; y = "$y" } : [pscustomobject]@{ t = $t; y = $y }
    }
    $null = $rows | Select-Object -First 5000 | Invoke-CurveFit 'a*t + b' -Label y
    $times = 1..$Repeat | ForEach-Object {
        [GC]::Collect()
        $base = (Measure-Command { $null = $rows | Measure-Object }).TotalSeconds
        [GC]::Collect()
        $whole = (Measure-Command { $null = $rows | Invoke-CurveFit 'a*t + b' -Label y }).TotalSeconds
        [pscustomobject]@{ Base = $base; Whole = $whole; Beyond = ($whole - $base) / $Row * 1e6 }
    }
    $median = ($times | Sort-Object Beyond)[[int](($Repeat - 1) / 2)]
    '{0:n0} rows of 2 columns, {1}: {2:f2} s to Measure-Object, {3:f2} s to Invoke-CurveFit, {4:f2} us a row beyond' -f
        $Row, $kind, $median.Base, $median.Whole, $median.Beyond
}
