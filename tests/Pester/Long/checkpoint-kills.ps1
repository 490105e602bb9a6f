<#
.SYNOPSIS
    Kills trainings at random moments, lets other processes go on from their checkpoints, and compares every bit with trainings that were never killed:
    all optimizers, both precisions, with and without noise, dropout and mini-batches, small networks and large ones, and losses.
    pwsh tests/Pester/Long/checkpoint-kills.ps1 -Kill 50
    pwsh tests/Pester/Long/checkpoint-kills.ps1 -Kill 20 -Only *LBFGS*
#>
param(
    [string]$ModulePath = "$PSScriptRoot/../../../out/PSAutodiff",
    [int]$Kill = 50,
    [int]$Seed = [Environment]::TickCount,
    [string]$Only = '*')
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$module = (Resolve-Path -LiteralPath $ModulePath).Path
$csv = (Resolve-Path "$PSScriptRoot/../../../examples/data/iris.csv").Path
$folder = New-Item (Join-Path ([IO.Path]::GetTempPath()) "checkpoint-kills-$PID") -ItemType Directory
Import-Module $module
$rows = Import-Csv $csv
$random = [Random]::new($Seed)
"The random moments have the seed $Seed."

function Get-Setting([string]$Optimizer, [string]$Precision, [string]$Layer, [string]$More, [int]$Epoch = 2000) {
    $momentum = if ($Optimizer -in 'Momentum', 'Nesterov') { '; Momentum = 0.9' } else { '' }
    "@{ Network = New-NeuralNetwork $Layer, 3, softmax -Seed 3 -Precision $Precision; Label = 'Species'; Seed = 7; Epoch = $Epoch; LearningRate = 0.002; Optimizer = '$Optimizer'$momentum; $More }"
}

$noisy = 'BatchSize = 60; Shuffle = $true; InputNoise = 0.05; GaussianDropout = 0.1'
$settings = @(
    Get-Setting GradientDescent Double '4 6, tanh' 'BatchSize = 16; Shuffle = $true'
    Get-Setting Momentum Double '4 6, gelu' $noisy
    Get-Setting Nesterov Single '4 6, silu' 'BatchSize = 150'
    Get-Setting Adam Double '4 6, tanh' "$noisy; ValidationFraction = 0.2; Patience = 4000; Restart = 2; ThrottleLimit = 2"
    Get-Setting Adam Single '4 8, elu, 5, softplus' $noisy
    Get-Setting AdamW Double '4 6, leakyrelu' 'BatchSize = 16; Shuffle = $true; WeightDecay = 0.01; InputNoise = 0.1'
    Get-Setting AdamW Single '4 90, tanh' 'BatchSize = 50; GaussianDropout = 0.2' -Epoch 600
    Get-Setting RMSProp Double '4 90, relu' 'BatchSize = 64; Shuffle = $true; LearningRateSchedule = ''Cosine''; WarmupEpoch = 5; ClipNorm = 1' -Epoch 600
    Get-Setting RMSProp Single '4 6, sigmoid' 'BatchSize = 1; Shuffle = $true' -Epoch 300
    "@{ Loss = 'x: [4]; A: [4, 3]; c: [3]; z = x @ A + c; logsumexp(z) - z[0]'; Column = @{ x = 'Sepal*', 'Petal*' }; Seed = 7; Epoch = 2000; LearningRate = 0.002; Optimizer = 'Adam'; BatchSize = 60; Shuffle = `$true }"
    "@{ Network = New-NeuralNetwork 4 20, tanh, 3, softmax -Seed 3; Label = 'Species'; Seed = 7; Epoch = 2000; Optimizer = 'LBFGS'; WeightDecay = 1e-6 }"
    "@{ Network = New-NeuralNetwork 4 90, gelu, 3, softmax -Seed 3 -Precision Single; Label = 'Species'; Seed = 7; Epoch = 2000; Optimizer = 'LBFGS' }"
    "@{ Loss = 'x: [4]; A: [4, 3]; c: [3]; z = x @ A + c; logsumexp(z) - z[0] + 1e-4 * sum(A^2)'; Column = @{ x = 'Sepal*', 'Petal*' }; Seed = 7; Epoch = 2000; Optimizer = 'LBFGS' }"
) -like $Only

# What a training ended with, as text: every bit of every number.
$textOf = '{ param($result) if ($result.Network) { $result.Network.ToJson() } else { @($result.Parameters.Values | ForEach-Object { $_ } | ForEach-Object { ([double]$_).ToString(''R'') }) -join '' '' }; @($result.Loss | ForEach-Object { $_.ToString(''R'') }) -join '' '' }'

# A PowerShell that has everything ready and goes on with the training when it gets a line.
function Open-Child([string]$Setting, [string]$Checkpoint) {
    $command = "`$ErrorActionPreference = 'Stop'; Import-Module '$module'; `$rows = Import-Csv '$csv'; `$training = $Setting
        'ready'; `$null = [Console]::In.ReadLine()
        & $textOf (`$rows | Start-NetworkTraining @training -CheckpointPath '$Checkpoint' -CheckpointInterval 1 -Resume -WarningAction SilentlyContinue)"
    $start = [System.Diagnostics.ProcessStartInfo]::new((Get-Process -Id $PID).Path)
    foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', $command) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    [System.Diagnostics.Process]::Start($start)
}

$kills = $midway = $ended = $wrong = 0
try {
    for ($i = 0; $i -lt $settings.Count; $i++) {
        $setting = $settings[$i]
        $training = & ([scriptblock]::Create($setting))
        $whole = @(& (& ([scriptblock]::Create($textOf))) ($rows | Start-NetworkTraining @training -WarningAction SilentlyContinue)) -join "`n"
        $checkpoint = Join-Path $folder "state-$i"
        $share = [Math]::Floor($Kill * ($i + 1) / $settings.Count) - [Math]::Floor($Kill * $i / $settings.Count)
        $child = Open-Child $setting $checkpoint
        for ($k = 0; $k -lt $share; $k++) {
            # The next one starts while this one trains.
            $next = Open-Child $setting $checkpoint
            if ($child.StandardOutput.ReadLine() -ne 'ready') { throw "A child did not start: $($child.StandardError.ReadToEnd())" }
            $before = [IO.File]::GetLastWriteTimeUtc($checkpoint)
            $child.StandardInput.WriteLine()
            # Two of three may begin to train, others are killed at any moment.
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            if ($k % 3) { while (-not $child.HasExited -and [IO.File]::GetLastWriteTimeUtc($checkpoint) -eq $before -and $clock.Elapsed.TotalSeconds -lt 60) { [System.Threading.Thread]::Sleep(1) } }
            [System.Threading.Thread]::Sleep($random.Next(40))
            $child.Kill()
            $child.WaitForExit()
            $text = $child.StandardOutput.ReadToEnd().TrimEnd() -replace "`r"
            $kills++
            if ($text) { $ended++; if ($text -cne $whole.TrimEnd()) { $wrong++; "Kill ${kills}: the training ended with other numbers: $setting" } }
            elseif ([IO.File]::GetLastWriteTimeUtc($checkpoint) -ne $before) { $midway++ }
            $problem = $child.StandardError.ReadToEnd()
            if ($problem) { $wrong++; "Kill ${kills}: $problem" }
            $child.Dispose()
            $child = $next
        }
        $null = $child.StandardOutput.ReadLine()
        $child.StandardInput.WriteLine()
        $last = $child.StandardOutput.ReadToEnd().TrimEnd() -replace "`r"
        $problem = $child.StandardError.ReadToEnd()
        $child.WaitForExit()
        $child.Dispose()
        $same = $last -ceq $whole.TrimEnd()
        if (-not $same) { $wrong++ }
        "$($same ? 'same bits' : 'OTHER BITS') after $share kills: $setting$problem"
    }
}
finally { Remove-Item -LiteralPath $folder -Recurse -Force }
"$kills kills, $midway of them midway through a training with checkpoints written since it went on, $ended after its end, $wrong faults."
exit [int]($wrong -gt 0)
