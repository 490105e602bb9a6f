# Least squares, ridge, the elastic net's extra rows, weights; and the training risk, which is (N - d)/N of the noise.
param([int]$Draw = 2000, [int]$Seed = 1)
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$features = 'SepalWidth', 'PetalLength', 'PetalWidth'
$flowers = Import-Csv "$PSScriptRoot/data/iris.csv"
$flowers | Invoke-LinearRegression -Feature $features -Label SepalLength

# Ridge is least squares with further rows sqrt(lambda N) e_i and target 0, which the intercept does not touch: here none is used.
$x = $flowers | ForEach-Object { , [double[]]($_.SepalWidth, $_.PetalLength, $_.PetalWidth) }
$y = [double[]]$flowers.SepalLength
$far = [Math]::Sqrt(0.1 * $x.Count)
$ridge = Invoke-LinearRegression -Data $x -Target $y -Ridge 0.1 -NoIntercept
$augmented = Invoke-LinearRegression -Data ($x + , ($far, 0, 0) + , (0, $far, 0) + , (0, 0, $far)) -Target ($y + 0, 0, 0) -NoIntercept
'Ridge 0.1:      {0:f6} {1:f6} {2:f6}' -f @($ridge.Coefficients.Values)
'Augmented rows: {0:f6} {1:f6} {2:f6}' -f @($augmented.Coefficients.Values)

# Noise of variance 4 on a line through 8 points, many times: the mean squared residual is (8 - 2)/8 of it on average.
$random = [Random]::new($Seed)
$risk = foreach ($i in 1..$Draw) {
    $noisy = 1..8 | ForEach-Object { 3 * $_ + 2 * [Math]::Sqrt(-2 * [Math]::Log(1 - $random.NextDouble())) * [Math]::Cos(2 * [Math]::PI * $random.NextDouble()) }
    (Invoke-LinearRegression -Data (1..8) -Target $noisy).ResidualRisk
}
'Mean training risk over {0} draws {1:f3}, expected {2:f3}' -f $Draw, ($risk | Measure-Object -Average).Average, (4 * (8 - 2) / 8)
