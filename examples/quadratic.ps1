# System S6: minimising w'Hw. Gradient descent with the rate e gives w_t = (I - 2 e H)^t w_0, and converges for e below 1/lambda_max.
Set-StrictMode -Version Latest
$h = (7, 2, 0), (2, 6, -2), (0, -2, 5)    # Its eigenvalues are 3, 6 and 9.
$f = New-ExprNode '7*a^2 + 6*b^2 + 5*c^2 + 4*a*b - 4*b*c'
$w0 = [ordered]@{ a = 1; b = -2; c = 3 }

# (I - 2 e H)^t w_0, with the factors multiplied one after the other.
function Get-ClosedForm([double]$Rate, [int]$Step) {
    $w = [double[]]$w0.Values
    for ($t = 0; $t -lt $Step; $t++) {
        $w = foreach ($i in 0..2) { $w[$i] - 2 * $Rate * ($h[$i][0] * $w[0] + $h[$i][1] * $w[1] + $h[$i][2] * $w[2]) }
    }
    $w
}

'Rate 0.1, step by step, and the largest difference to the closed form:'
$run = Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate 0.1 -MaxIteration 6 -KeepPath
$run.Path | Select-Object Iteration, Value, @{ Name = 'Point'; Expression = { '{0,9:f6} {1,9:f6} {2,9:f6}' -f @($_.At.Values) } }, @{
    Name = 'Difference'
    Expression = { $closed = Get-ClosedForm 0.1 $_.Iteration; $at = @($_.At.Values); (0..2 | ForEach-Object { [Math]::Abs($at[$_] - $closed[$_]) } | Measure-Object -Maximum).Maximum }
} | Format-Table

'Rates around 1/9 = 0.111...:'
foreach ($rate in 0.110, 0.111, 0.112) {
    $run = Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate $rate -MaxIteration 100000 -ErrorVariable problem -ErrorAction SilentlyContinue
    "$($rate): $($run.StopReason) after $($run.Iterations) steps. $problem"
}

"`nNewton's method takes $((Find-Minimum $f -At $w0 -Method Newton).Iterations) step."
