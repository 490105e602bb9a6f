# System S6: noise equals decay. A linear network p = w'x + b takes a step of rate 1 on 100,000 copies of a row, each with noise of its
# own, so it moves by the mean of 100,000 gradients. The mean is to differ from its expectation by a few standard errors at most.
param([int]$Seed = 1, [int]$Count = 100000)
Set-StrictMode -Version Latest
$s = 0.3
$x = [double[]](0.5, -1.5, 2)
$w = [double[]](0.7, -1.2, 0.4)
$b, $y = 0.1, 1.0
$network = New-NeuralNetwork -Weight (, [double[][]]($w | ForEach-Object { , $_ })) -Bias (, [double[]](, $b)) -Layer linear
$residual = $b - $y
0..2 | ForEach-Object { $residual += $w[$_] * $x[$_] }

foreach ($noise in 'InputNoise', 'GaussianDropout') {
    # The loss (p - y)^2 / 2 for noise on the inputs, (p - y)^2 for dropout.
    $loss, $factor = if ($noise -eq 'InputNoise') { 'HalfSquaredError', 1 } else { 'MeanSquaredError', 2 }
    $option = @{ $noise = $s }
    $trained = (Start-NetworkTraining -Network $network -Data (, $x * $Count) -Target (, $y * $Count) -LossFunction $loss `
            -BatchSize $Count -Epoch 1 -LearningRate 1 -Seed $Seed @option).Network

    # What is added to input i has the variance v_i; then w'(x + noise) has the variance u and the covariance v_i w_i with it.
    $v = $x | ForEach-Object { if ($noise -eq 'InputNoise') { $s * $s } else { $s * $s * $_ * $_ } }
    $u = (0..2 | ForEach-Object { $w[$_] * $w[$_] * $v[$_] } | Measure-Object -Sum).Sum
    foreach ($i in 0..2) {
        $c = $v[$i] * $w[$i]
        $variance = $residual * $residual * $v[$i] + $x[$i] * $x[$i] * $u + 2 * $residual * $x[$i] * $c + $u * $v[$i] + $c * $c
        $decay = if ($noise -eq 'InputNoise') { $s * $s * $w[$i] } else { 2 * $s * $s * $x[$i] * $x[$i] * $w[$i] }
        $quiet = $factor * $residual * $x[$i]
        $mean = $w[$i] - $trained.Layers[0].Weights[$i, 0]
        [pscustomobject]@{
            Noise          = $noise
            Weight         = "w$($i + 1)"
            WithoutNoise   = $quiet
            Decay          = $decay
            Expected       = $quiet + $decay
            Mean           = $mean
            StandardErrors = ($mean - $quiet - $decay) / ($factor * [Math]::Sqrt($variance / $Count))
        }
    }
}
