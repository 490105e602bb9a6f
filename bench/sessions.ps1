<#
.SYNOPSIS
    Times what sessions cost, on hosts of its own (network namespaces; it needs root and sshd): restarts against threads of this machine, the sending of data, and steps over rows that stay on four hosts; with
    -Part Load 200 restarts over four hosts, and a million rows in 16 parts.
#>
param([string]$ModulePath = "$PSScriptRoot/../out/PSAutodiff", [ValidateSet('Restarts', 'Sending', 'Steps', 'Load')][string[]]$Part = ('Restarts', 'Sending', 'Steps'))
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

# Milliseconds of one step of a loss with so many parameters, which computes next to nothing: from the difference of two runs.
function Measure-Step([int]$Size, [int]$Many, [hashtable]$Machine) {
    $train = @{ Loss = "w: [$Size]; mean((w - x)^2)"; Parameter = 'w'; LearningRate = 0.1; Seed = 1 }
    # The first run does not count.
    $times = foreach ($epochs in 20, 20, (20 + $Many)) {
        (Measure-Command { if ($Machine) { $null = Start-NetworkTraining @train -Epoch $epochs @Machine } else { $null = 1..16 | ForEach-Object { [pscustomobject]@{ x = $_ } } | Start-NetworkTraining @train -BatchSize 16 -Epoch $epochs } }).TotalMilliseconds
    }
    ($times[2] - $times[1]) / $Many
}

$iris = Import-Csv "$PSScriptRoot/../examples/data/iris.csv"
$restarts = @{ Network = New-NeuralNetwork 4 32, tanh, 3, softmax -Seed 1; Label = 'Species'; Epoch = 6000; Restart = 32; Seed = 1; Standardize = $true }
$hosts = Open-SshHost ($Part -match 'Steps|Load' ? 4 : 2)
try {
    $connect = $hosts.Connect
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $sessions = New-AutodiffSession $hosts.Names @connect
    $opening = $clock.Elapsed
    $again = Measure-Command { New-AutodiffSession $hosts.Names[0] @connect | Remove-PSSession }
    'Opening {0} sessions: {1:n1} s with the module copied; one more: {2:n1} s' -f $sessions.Count, $opening.TotalSeconds, $again.TotalSeconds
    if ('Restarts' -in $Part) {
        $one = Measure-Median { $null = $iris | Start-NetworkTraining @restarts -ThrottleLimit 1 }
        $two = Measure-Median { $null = $iris | Start-NetworkTraining @restarts -ThrottleLimit 2 }
        $far = Measure-Median { $null = $iris | Start-NetworkTraining @restarts -ThrottleLimit 1 -Session $sessions[0] }
        $used = (Get-Process -Id $PID).TotalProcessorTime
        $both = Measure-Median { $null = $iris | Start-NetworkTraining @restarts -ThrottleLimit 1 -Session $sessions[0, 1] }
        $used = ((Get-Process -Id $PID).TotalProcessorTime - $used).TotalMilliseconds / 4
        '32 restarts here: {0:n0} ms on one thread, {1:n0} ms on two ({2:n2} x)' -f $one, $two, ($one / $two)
        '32 restarts over sessions: {0:n0} ms over one, {1:n0} ms over two ({2:n2} x); this process used {3:n0} ms of processor time' -f $far, $both, ($far / $both), $used
    }
    if ('Sending' -in $Part) {
        $random = [Random]::new(1)
        $data = [double[, ]]::new(125000, 8)
        $target = [double[]]::new(125000)
        foreach ($i in 0..124999) { foreach ($j in 0..7) { $data[$i, $j] = $random.NextDouble() } }
        $large = @{ Network = New-NeuralNetwork 8 1, linear -Seed 1; Data = $data; Target = $target; Epoch = 1; BatchSize = 125000; Restart = 2; Seed = 1; ThrottleLimit = 1 }
        $here = Measure-Median { $null = Start-NetworkTraining @large }
        $sent = Measure-Median { $null = Start-NetworkTraining @large -Session $sessions[0] }
        '1,125,000 numbers (9 MB): {0:n0} ms here, {1:n0} ms over a session: {2:n0} ms for 1,000,000' -f $here, $sent, (($sent - $here) / 1.125)
    }
    if ('Steps' -in $Part) {
        $machine = @{ Session = $sessions[0..3]; RowScript = { 1..4 | ForEach-Object { [pscustomobject]@{ x = $_ } } } }
        $near = Measure-Step 1000 400
        $thousand = Measure-Step 1000 100 $machine
        'A step over four hosts: {0:n1} ms for 1,000 parameters beside {1:n2} ms here' -f $thousand, $near
        'A step over four hosts: {0:n0} ms for 125,000 parameters (1 MB to each host and back) beside {1:n1} ms here' -f (Measure-Step 125000 10 $machine), (Measure-Step 125000 200)
    }
    if ('Load' -in $Part) {
        $load = $restarts.Clone()
        $load.Restart = 200
        $load.Epoch = 400
        $clock.Restart()
        $there = $iris | Start-NetworkTraining @load -Session $sessions
        $seconds = $clock.Elapsed.TotalSeconds
        $clock.Restart()
        $here = $iris | Start-NetworkTraining @load
        $same = "$($there.Restarts.FinalLoss)" -ceq "$($here.Restarts.FinalLoss)"
        '200 restarts: {0:n1} s over four hosts, {1:n1} s here; {2} restarts came back, with the same losses: {3}' -f $seconds, $clock.Elapsed.TotalSeconds, $there.Restarts.Count, $same
        foreach ($file in 0..15) {
            $writer = [IO.StreamWriter]::new("$($hosts.Folder)/rows$file.csv")
            $writer.WriteLine('x,y')
            for ($i = 0; $i -lt 62500; $i++) {
                $x = ($file * 62500 + $i) / 250000
                $writer.WriteLine([FormattableString]::Invariant([Runtime.CompilerServices.FormattableStringFactory]::Create('{0},{1}', $x, (2.5 * [Math]::Exp(-0.7 * $x) + 0.3 + 0.01 * [Math]::Sin($i)))))
            }
            $writer.Dispose()
        }
        $script = [scriptblock]::Create("param(`$Part) Import-Csv `"$($hosts.Folder)/rows`$Part.csv`"")
        $clock.Restart()
        $fit = Invoke-CurveFit 'a*exp(-b*x) + c' -Label y -Parameter a, b, c -InitialValue @{ b = 1 } -Session $sessions -Part (0..15) -RowScript $script
        'A million rows in 16 parts, a fit: {0:n1} s over four hosts, of which {1:n1} s are the search of {2} evaluations; {3:n0} rows' -f $clock.Elapsed.TotalSeconds, $fit.Elapsed.TotalSeconds, $fit.Evaluations, $fit.Rows
        $clock.Restart()
        $trained = Start-NetworkTraining -Network (New-NeuralNetwork 1 4, tanh, 1 -Seed 1) -Feature x -Label y -Standardize -Optimizer LBFGS -Epoch 20 -Seed 1 -Session $sessions -Part (0..15) -RowScript $script
        'The same rows, a network by LBFGS: {0:n1} s over four hosts, of which {1:n1} s are {2} steps; loss {3:g3}' -f $clock.Elapsed.TotalSeconds, $trained.Elapsed.TotalSeconds, $trained.Steps, $trained.FinalLoss
    }
    $sessions | Remove-PSSession
}
finally { Close-SshHost $hosts }
