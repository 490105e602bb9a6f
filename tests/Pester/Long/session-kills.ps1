# Kills a process of PowerShell on a host at random amid restarts on four hosts, again and again, and compares each result with the one of this machine.
# It takes minutes and the rights of root; run it on request: pwsh -NoProfile -File tests/Pester/Long/session-kills.ps1 -ModulePath ./out/PSAutodiff
param(
    [Parameter(Mandatory)][string]$ModulePath,
    [int]$Times = 50
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/../SshHosts.ps1"
if ($problem = Get-SshProblem) { throw "There can be no hosts here: $problem" }
Import-Module $ModulePath
$iris = Import-Csv "$PSScriptRoot/../../../examples/data/iris.csv"
$work = @{
    Network = New-NeuralNetwork 4 6, tanh, 3, softmax -Seed 1
    Label = 'Species'; Epoch = 3000; Restart = 16; Seed = 1; Standardize = $true; ThrottleLimit = 1
}
function Get-Essence($Result) { "$($Result.Network.ToJson())`n$($Result.Restarts | ConvertTo-Json -Depth 3)`n$($Result.EpochLoss)" }
$expected = Get-Essence ($iris | Start-NetworkTraining @work)
$hosts = Open-SshHost 4
try {
    $connect = $hosts.Connect
    $sessions = @(New-AutodiffSession $hosts.Names @connect)
    $noticed = 0
    foreach ($time in 1..$Times) {
        $index = Get-Random -Maximum 4
        $id = Invoke-Command $sessions[$index] { $PID }
        $kill = Invoke-AfterWork $id ([scriptblock]::Create("Stop-Process -Id $id -Force")) (Get-Random -Minimum 0.02 -Maximum 0.2)
        $lost = @()
        $result = $iris | Start-NetworkTraining @work -Session $sessions -WarningVariable lost -WarningAction SilentlyContinue
        if ((Get-Essence $result) -cne $expected) { throw "Kill $time`: the result is another one. $lost" }
        if ($lost) { $noticed++ }
        # Where the work was done before it could be killed.
        Stop-Process -Id $id -Force -ErrorAction Ignore
        $kill | Remove-Job -Force
        $old = $sessions[$index]
        $removal = Start-ThreadJob { $using:old | Remove-PSSession }
        if (-not ($removal | Wait-Job -Timeout 10)) { throw "Kill $time`: Remove-PSSession waits for the dead machine." }
        $sessions[$index] = New-AutodiffSession $hosts.Names[$index] @connect
        Write-Host "$time of $Times, $noticed amid the work"
    }
    $sessions | Remove-PSSession
}
finally { Close-SshHost $hosts }
"$Times kills, $noticed of them amid the work: the same bits each time, nothing lost, nothing left behind."
