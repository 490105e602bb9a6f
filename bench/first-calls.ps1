<#
.SYNOPSIS
    Times trainings call by call in a fresh shell: the five points' 1,255 steps, against micrograd's scheme as PowerShell classes in the same
    shell, and XOR's 250 full-batch steps of a dense network. Start it with: pwsh -NoProfile -File bench/first-calls.ps1
#>
param([string]$ModulePath = "$PSScriptRoot/../out/PSAutodiff", [int]$Calls = 300)
Set-StrictMode -Version Latest
Import-Module $ModulePath

# Times calls, each as a whole and its loop alone, in milliseconds.
function Measure-Calls([string]$What, [scriptblock]$Work) {
    $clock = [Diagnostics.Stopwatch]::new()
    $times = foreach ($call in 1..$Calls) {
        $clock.Restart()
        $result = & $Work
        [pscustomobject]@{ Call = $call; Whole = $clock.Elapsed.TotalMilliseconds; Loop = $result.Elapsed.TotalMilliseconds }
    }

    foreach ($call in 1, 2, 3, 5, 10, 50, 100, 200 | Where-Object { $_ -le $Calls }) {
        '{0}, call {1}: {2:n3} ms, its loop {3:n3} ms' -f $What, $call, $times[$call - 1].Whole, $times[$call - 1].Loop | Out-Host
    }

    # The median of the fifth call and those after it.
    $fromFifth = $times | Select-Object -Skip 4 | Sort-Object Loop
    $whole = $times | Select-Object -Skip 4 | Sort-Object Whole
    '{0}, from the fifth call: {1:n3} ms, its loop {2:n3} ms (medians)' -f $What, $whole[$whole.Count / 2].Whole, $fromFifth[$fromFifth.Count / 2].Loop | Out-Host
    $times[4].Loop
}

$data = Import-Csv "$PSScriptRoot/../examples/data/five-points.csv"
$fin = 'c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2)'
$loss = 'fin - fin*y + log(1 + exp(-1*fin))' | Resolve-Expression -At @{ fin = $fin }
$initial = [ordered]@{ b1 = 0; w11 = 0.7; w12 = -0.4; b2 = 0; w21 = 0.3; w22 = 0.9; c = 0; u1 = -0.8; u2 = 0.5 }
$fifth = Measure-Calls 'Five points, 1,255 steps' { $data | Start-NetworkTraining -Loss $loss -LearningRate 0.5 -Epoch 251 -InitialValue $initial }

. "$PSScriptRoot/micrograd.ps1"
function Invoke-Micrograd([int]$Epoch) {
    $p = [ordered]@{}
    foreach ($name in $initial.Keys) { $p[$name] = [Value]::new($initial[$name]) }
    $one, $minus, $rate, $last = [Value]::new(1), [Value]::new(-1), 0.5, $null
    $rows = foreach ($row in $data) { , @([Value]::new($row.x1), [Value]::new($row.x2), [Value]::new($row.y)) }
    foreach ($i in 1..$Epoch) {
        foreach ($row in $rows) {
            $x1, $x2, $y = $row
            $fin = $p.c + (($p.b1 + ($x1 * $p.w11 + $x2 * $p.w21)).Tanh() * $p.u1 + ($p.b2 + ($x1 * $p.w12 + $x2 * $p.w22)).Tanh() * $p.u2)
            $last = $fin - $fin * $y + ($one + ($minus * $fin).Exp()).Log()
            foreach ($value in $p.Values) { $value.Grad = 0 }
            $last.Backward()
            foreach ($value in $p.Values) { $value.Data -= $rate * $value.Grad }
        }
    }

    $last.Data
}

$trained = $data | Start-NetworkTraining -Loss $loss -LearningRate 0.5 -Epoch 251 -InitialValue $initial
$times = foreach ($i in 1..5) { (Measure-Command { $script:lastLoss = Invoke-Micrograd 251 }).TotalMilliseconds }
if ([Math]::Abs($lastLoss - $trained.Loss[-1]) -gt 1e-9) { throw "micrograd ends with the loss $lastLoss, Start-NetworkTraining with $($trained.Loss[-1])." }
$least = ($times | Measure-Object -Minimum).Minimum
'micrograd as PowerShell classes, 1,255 steps: {0:n1} ms, {1:n0} times the loop of the fifth call' -f $least, ($least / $fifth)

$xor = @(
    [pscustomobject]@{ a = -1; b = -1; y = 0 }, [pscustomobject]@{ a = -1; b = 1; y = 1 }
    [pscustomobject]@{ a = 1; b = -1; y = 1 }, [pscustomobject]@{ a = 1; b = 1; y = 0 }
)
$network = New-NeuralNetwork 2 2, tanh, 1, sigmoid -Seed 3
$null = Measure-Calls 'XOR, 250 full-batch steps' { $xor | Start-NetworkTraining -Network $network -Feature a, b -Label y -LossFunction BinaryCrossEntropy -LearningRate 0.25 -Epoch 250 -BatchSize 4 }
