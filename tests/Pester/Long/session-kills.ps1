# Kills a process of PowerShell on a random host of four, again and again: amid restarts, and amid searches and curve fits over rows that stay there. Sets links
# down and up again. Each result is compared with the one that no machine was lost for.
# It takes minutes and the rights of root; run it on request: pwsh -NoProfile -File tests/Pester/Long/session-kills.ps1 -ModulePath ./out/PSAutodiff
param(
    [Parameter(Mandatory)][string]$ModulePath,
    [int]$Times = 50,
    [int]$Links = 4
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
$rowScript = { param($Part) 1..40 | ForEach-Object { $i = 40 * $Part + $_; [pscustomobject]@{ x = $i / 80; y = 2.5 * [Math]::Exp(-0.7 * $i / 80) + 0.3 + 0.01 * [Math]::Sin($i) } } }
$parted = @{ Part = 0..7; RowScript = $rowScript }
$search = @{ Expression = '(y - a*exp(-b*x) - c)^2'; InitialValue = @{ a = 1; b = 1; c = 0 }; Method = 'GradientDescent'; LearningRate = 0.01; MaxIteration = 100; Mean = $true }
$fit = @{ Model = 'a*exp(-b*x) + c'; Label = 'y'; Parameter = 'a', 'b', 'c'; InitialValue = @{ b = 1 } }
$doors = [ordered]@{
    'restarts' = {
        param($Sessions)
        $result = $iris | Start-NetworkTraining @work -Session $Sessions -WarningVariable +lost -WarningAction SilentlyContinue
        "$($result.Network.ToJson())`n$($result.Restarts | ConvertTo-Json -Depth 3)`n$($result.EpochLoss)"
    }
    'searches and fits over parts' = {
        param($Sessions)
        $low = Find-Minimum @search @parted -Session $Sessions -WarningVariable +lost -WarningAction SilentlyContinue
        $curve = Invoke-CurveFit @fit @parted -Session @($Sessions | Where-Object State -EQ Opened) -WarningVariable +lost -WarningAction SilentlyContinue
        "$($low.At.Values) $($low.Value) $($low.Iterations) $($curve.Parameters.Values) $($curve.StandardErrors.Values) $($curve.Iterations)"
    }
}

# Does something a while after the work begins, and opens a new session where one is lost.
function Test-Door([string]$Name, [string]$Expected, [int]$Index, [double]$Latest, [string]$Action, [string]$What) {
    $delay = Get-Random -Minimum 0.0 -Maximum $Latest
    $job = Start-ThreadJob { [Threading.Thread]::Sleep([int](1000 * $using:delay)); . ([scriptblock]::Create($using:Action)) }
    $lost = @()
    $actual = . $doors[$Name] $sessions
    $null = $job | Receive-Job -Wait -AutoRemoveJob
    if ($actual -cne $Expected) { throw "$What`: the result is another one. $lost" }
    if ($lost) { "$($lost[0])" }
}

function Restore-Session([int]$Index) {
    $old = $sessions[$Index]
    $removal = Start-ThreadJob { $using:old | Remove-PSSession -ErrorAction Stop }
    if (-not ($removal | Wait-Job -Timeout 20)) { throw "Remove-PSSession waits for the lost machine $($old.ComputerName)." }
    $removal | Receive-Job -AutoRemoveJob -Wait -ErrorAction Stop
    $sessions[$Index] = New-AutodiffSession $hosts.Names[$Index] @connect -ErrorAction Stop
}

$hosts = Open-SshHost 4
try {
    $connect = $hosts.Connect
    $sessions = @(New-AutodiffSession $hosts.Names @connect)
    foreach ($name in $doors.Keys) {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $expected = . $doors[$name] $sessions
        $latest = $clock.Elapsed.TotalSeconds
        $noticed = 0
        foreach ($time in 1..$Times) {
            $index = Get-Random -Maximum 4
            $id = Invoke-Command $sessions[$index] { $PID }
            if (Test-Door $name $expected $index $latest "Stop-Process -Id $id -Force" "Kill $time amid $name") { $noticed++ }
            Restore-Session $index
            if ($time % 5 -eq 0) { Write-Host "$time of $Times kills amid $name, $noticed of them noticed by it" }
        }
        "$Times kills amid $name, $noticed of them noticed by it: the same bits each time, nothing lost."
        foreach ($time in 1..$Links) {
            $index = Get-Random -Maximum 4
            $link = $hosts.Hosts[$index].Link
            # Half of them long enough to be noticed.
            $down = $time % 2 ? 1 : 6
            $what = Test-Door $name $expected $index ($latest / 2) "ip link set $link down; [Threading.Thread]::Sleep(1000 * $down); ip link set $link up" "Link $time amid $name"
            Write-Host "A link down for $down s amid $name`: $(if ($what) { $what } else { 'nobody was lost' })"
            Restore-Session $index
        }
        "$Links links down and up again amid $name`: the same bits each time."
    }
    $sessions | Remove-PSSession
}
finally { Close-SshHost $hosts }
'Nothing was left behind.'
