# Noise equals decay. A linear network p = w'x + b takes a step of rate 1 on many copies of a row, each with noise of its own,
# so it moves by the mean of as many gradients. That differs from what is expected by a few standard errors at most.
param([int]$Seed = 1, [int]$Count = 100000)
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$s, $b, $y = 0.3, 0.1, 1.0
$x = [double[]](0.5, -1.5, 2)
$w = [double[]](0.7, -1.2, 0.4)
$network = New-NeuralNetwork -Weight (, [double[][]]($w | ForEach-Object { , $_ })) -Bias (, [double[]](, $b)) -Layer linear
$error0 = $b - $y + (0..2 | ForEach-Object { $w[$_] * $x[$_] } | Measure-Object -Sum).Sum

foreach ($noise in 'InputNoise', 'GaussianDropout') {
    # The loss (p - y)^2 / 2 for noise on the inputs, (p - y)^2 for dropout.
    $loss, $factor = if ($noise -eq 'InputNoise') { 'HalfSquaredError', 1 } else { 'MeanSquaredError', 2 }
    $with = @{ LossFunction = $loss; BatchSize = $Count; Epoch = 1; LearningRate = 1; Seed = $Seed; $noise = $s }
    $trained = (Start-NetworkTraining -Network $network -Data (, $x * $Count) -Target (, $y * $Count) @with).Network

    # What is added to input i has the variance v_i, so w'(x + noise) has the variance u, and the covariance v_i w_i with it.
    $v = $x | ForEach-Object { if ($noise -eq 'InputNoise') { $s * $s } else { $s * $s * $_ * $_ } }
    $u = (0..2 | ForEach-Object { $w[$_] * $w[$_] * $v[$_] } | Measure-Object -Sum).Sum
    foreach ($i in 0..2) {
        $c = $v[$i] * $w[$i]
        $variance = $error0 * $error0 * $v[$i] + $x[$i] * $x[$i] * $u + 2 * $error0 * $x[$i] * $c + $u * $v[$i] + $c * $c
        $quiet, $decay, $mean = ($factor * $error0 * $x[$i]), ($factor * $c), ($w[$i] - $trained.Layers[0].Weights[$i, 0])
        $far = ($mean - $quiet - $decay) / ($factor * [Math]::Sqrt($variance / $Count))
        [pscustomobject]@{ Noise = $noise; Weight = "w$($i + 1)"; WithoutNoise = $quiet; Decay = $decay; Expected = $quiet + $decay; Mean = $mean; StandardErrors = $far }
    }
}
