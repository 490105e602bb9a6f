# Weight decay moves the minimum of a quadratic error to Q (L + tau I)^-1 L Q' w*: directions of large curvature stay.
param([double[]]$Decay = (0.01, 0.1, 1, 10))
Set-StrictMode -Version Latest
if (-not (Get-Command New-ExprNode -ErrorAction Ignore)) { Import-Module "$PSScriptRoot/../out/PSAutodiff" }
$loss = New-ExprNode '5*(a + b - 3)^2 + (a - b - 1)^2/20'
$minimum = Find-Minimum $loss -At @{ a = 0; b = 0 } -Method Newton
'Without decay: a = {0:f4}, b = {1:f4}' -f $minimum.At['a'], $minimum.At['b']

$loss | Measure-WeightDecay -At $minimum -Decay 1

# The formula against minimising the loss with the decay written out.
$Decay | ForEach-Object {
    $tau = $_
    $moved = $loss | Measure-WeightDecay -At $minimum -Decay $tau
    $decayed = $loss + $tau / 2 * (New-ExprNode 'a^2 + b^2')
    $found = Find-Minimum $decayed -At @{ a = 0; b = 0 } -Method Newton
    $difference = foreach ($i in 0, 1) { [Math]::Abs($moved.DecayedMinimizer[$i] - $found.At[$i]) }
    [pscustomobject]@{
        Decay = "$tau"; Factors = '{0:f4} {1:f4}' -f $moved.Factors[0], $moved.Factors[1]
        A = '{0:f6}' -f $moved.DecayedMinimizer[0]; B = '{0:f6}' -f $moved.DecayedMinimizer[1]
        Difference = '{0:e1}' -f ($difference | Measure-Object -Maximum).Maximum
    }
} | Format-Table
