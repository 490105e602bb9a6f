<#
.SYNOPSIS
    Times restarts of a training over sessions against threads of this machine, and the sending of data, on hosts of its own (network namespaces; it needs root and sshd).
#>
param([string]$ModulePath = "$PSScriptRoot/../out/PSAutodiff")
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/../tests/Pester/SshHosts.ps1"
if ($problem = Get-SshProblem) { throw "There can be no hosts here: $problem" }
Import-Module $ModulePath

# The median of several calls, in milliseconds, after a first one that does not count.
function Measure-Median([scriptblock]$Work) {
    & $Work
    $times = foreach ($i in 1..3) { (Measure-Command $Work).TotalMilliseconds }
    ($times | Sort-Object)[1]
}

$iris = Import-Csv "$PSScriptRoot/../examples/data/iris.csv"
$restarts = @{ Network = New-NeuralNetwork 4 6, tanh, 3, softmax -Seed 1; Label = 'Species'; Epoch = 4000; Restart = 16; Seed = 1; Standardize = $true }
$random = [Random]::new(1)
$data = [double[, ]]::new(125000, 8)
$target = [double[]]::new(125000)
foreach ($i in 0..124999) { foreach ($j in 0..7) { $data[$i, $j] = $random.NextDouble() } }
$large = @{ Network = New-NeuralNetwork 8 1, linear -Seed 1; Data = $data; Target = $target; Epoch = 1; BatchSize = 125000; Restart = 2; Seed = 1; ThrottleLimit = 1 }

$hosts = Open-SshHost 2
try {
    $connect = $hosts.Connect
    $opening = Measure-Command { $sessions = New-AutodiffSession $hosts.Names @connect }
    $again = Measure-Command { New-AutodiffSession $hosts.Names[0] @connect | Remove-PSSession }
    'Opening two sessions: {0:n1} s with the module copied; one more: {1:n1} s' -f $opening.TotalSeconds, $again.TotalSeconds
    $one = Measure-Median { $null = $iris | Start-NetworkTraining @restarts -ThrottleLimit 1 }
    $two = Measure-Median { $null = $iris | Start-NetworkTraining @restarts -ThrottleLimit 2 }
    $far = Measure-Median { $null = $iris | Start-NetworkTraining @restarts -ThrottleLimit 1 -Session $sessions[0] }
    $both = Measure-Median { $null = $iris | Start-NetworkTraining @restarts -ThrottleLimit 1 -Session $sessions }
    '16 restarts here: {0:n0} ms on one thread, {1:n0} ms on two ({2:n2} x)' -f $one, $two, ($one / $two)
    '16 restarts over sessions: {0:n0} ms over one, {1:n0} ms over two ({2:n2} x)' -f $far, $both, ($far / $both)
    $here = Measure-Median { $null = Start-NetworkTraining @large }
    $sent = Measure-Median { $null = Start-NetworkTraining @large -Session $sessions[0] }
    '1,125,000 numbers (9 MB): {0:n0} ms here, {1:n0} ms over a session: {2:n0} ms for 1,000,000' -f $here, $sent, (($sent - $here) / 1.125)
    $sessions | Remove-PSSession
}
finally { Close-SshHost $hosts }
