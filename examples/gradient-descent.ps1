# Systems S3 and S6: gradient descent step by step, how large its rate may be, and methods that need no rate.
Set-StrictMode -Version Latest
$f = New-ExprNode '(x1-6)^2 + x2^2 - x1*x2'
$start = @{ x1 = 6; x2 = 6 }

'Rates 1/2, 1/3, 1/4:'
$run = $f | Find-Minimum -At $start -Method GradientDescent -LearningRate (1 / 2), (1 / 3), (1 / 4) -MaxIteration 3 -KeepPath
$run.Path | Format-Table

'Rate 0.1, at most 10 steps, stop when the decrease is under 1e-4:'
Find-Minimum $f -At $start -Method GradientDescent -LearningRate 0.1 -MaxIteration 10 -Tolerance 1e-4 | Format-List

"w'Hw with largest eigenvalue 9, rates below and above 1/9:"
$quadratic = New-ExprNode '7*a^2 + 6*b^2 + 5*c^2 + 4*a*b - 4*b*c'
$w0 = @{ a = 1; b = -2; c = 3 }
foreach ($rate in 0.05, 0.11, 0.12) {
    $run = Find-Minimum $quadratic -At $w0 -Method GradientDescent -LearningRate $rate -ErrorVariable problem -ErrorAction SilentlyContinue
    '{0}: {1} after {2} steps, value {3:g4}' -f $rate, $run.StopReason, $run.Iterations, $run.Value
    $problem | ForEach-Object { "      $_" }
}

"`nRosenbrock's valley from (-1.2, 1):"
foreach ($method in 'LBFGS', 'Newton') {
    $run = Find-Minimum '100*(y-x^2)^2 + (1-x)^2' -At @{ x = -1.2; y = 1 } -Method $method
    '{0,-6} {1} steps, x = {2}, y = {3}' -f $method, $run.Iterations, $run.At['x'], $run.At['y']
}
