# A job for a task scheduler or cron: predicts when a disk is full, from a saved fit. Exit code 1 warns, 2 says that it failed.
param(
    [string]$Data = "$PSScriptRoot/data/disk-growth.csv",
    [string]$Model = "$PSScriptRoot/disk-fit.json",
    [string]$Log = "$PSScriptRoot/predict-disk.log",
    [double]$Limit = 500,
    [int]$WarnDays = 20
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
trap { Add-Content $Log "$(Get-Date -Format s) Failed: $_"; "Failed: $_"; exit 2 }
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }

$fit = Import-AutodiffModel $Model
$today = [double](Import-Csv $Data)[-1].Day
$full = (Find-Root ($fit.Expression - $Limit) -Range $today, ($today + 365)).At['Day']
$left = [Math]::Floor($full - $today)
$line = "The disk is full in $left days."
Add-Content $Log "$(Get-Date -Format s) $line"
$line
exit $left -lt $WarnDays ? 1 : 0
