# The lab on expression graphs: the engine, a network trained by it, weight decay.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $node = {
        param($op, $first, $second)
        if ($null -eq $second) { New-ExprNode -Op $op -X $first } else { New-ExprNode -Op $op -X $first -Y $second }
    }
    $four = New-ExprNode -Value 4
    $minusOne = New-ExprNode -Value -1
    $x = New-ExprNode -Name x
    $y = New-ExprNode -Name y
    $z = & $node sum (& $node mul (& $node mul $four $x) $y) (& $node exp (& $node mul $minusOne $y))
    $dzdxText = '( ( ( ( ( 0 * x ) + ( 4 * 1 ) ) * y ) + ( ( 4 * x ) * 0 ) ) + ( exp ( ( -1 * y ) ) * ( ( 0 * y ) + ( -1 * 0 ) ) ) )'

    $parameters = 'b1', 'w11', 'w12', 'b2', 'w21', 'w22', 'c', 'u1', 'u2'
    $z1 = New-ExprNode 'tanh(b1 + (x1*w11 + x2*w21))'
    $z2 = New-ExprNode 'tanh(b2 + (x1*w12 + x2*w22))'
    $fin = New-ExprNode 'c + (z1*u1 + z2*u2)' | Resolve-Expression -At @{ z1 = $z1; z2 = $z2 }
    $fout = New-ExprNode '1/(1+exp(-1*fin))' | Resolve-Expression -At @{ fin = $fin }
    $loss = New-ExprNode 'fin - fin*y + log(1 + exp(-1*fin))' | Resolve-Expression -At @{ fin = $fin }
    $rows = Import-Csv $fivePoints
    $printed = @{
        b1 = 1.543385; w11 = 3.111573; w12 = -2.808800; b2 = 1.373085; w21 = 3.130452; w22 = -2.813466; c = -4.241453; u1 = 4.036489; u2 = 4.074885
    }
}

Describe 'The expression z = 4xy + e^(-y), built node by node' {
    It 'prints as the lab prints it' {
        $z | ConvertTo-ExprText -As Lab | Should -BeExactly '( ( ( 4 * x ) * y ) + exp ( ( -1 * y ) ) )'
    }

    It 'is the same expression when written as <Way>' -ForEach @(
        @{ Way = 'text'; Make = { New-ExprNode '4*x*y + exp(-1*y)' } }
        @{ Way = 'a script block'; Make = { New-ExprNode { 4 * $x * $y + [Math]::Exp(-1 * $y) } } }
        @{ Way = 'operators'; Make = { 4 * $x * $y + [PSAutodiff.ExprNode]::Exp(-1 * $y) } }
        @{ Way = 'its own lab print'; Make = { New-ExprNode '( ( ( 4 * x ) * y ) + exp ( ( -1 * y ) ) )' } }
    ) {
        (& $Make).Equals($z) | Should -BeTrue
    }

    It 'is 24.04979 at x = 2, y = 3' {
        $value = $z | Measure-Expression -At @{ x = 2; y = 3 }
        [Math]::Round($value, 5) | Should -Be 24.04979
        $value | Assert-Near 24.049787068367863 -Within 4e-15
    }

    It 'prints x + 2y as ( x + ( 2 * y ) )' {
        & $node sum $x (& $node mul (New-ExprNode -Value 2) $y) | ConvertTo-ExprText -As Lab | Should -BeExactly '( x + ( 2 * y ) )'
    }

    It 'has a derivative by x that follows the rules literally' {
        $z | Invoke-Differentiate x -Mode Forward | ConvertTo-ExprText -As Lab | Should -BeExactly $dzdxText
    }

    It 'has a derivative by x that the lab''s identities make ( 4 * y )' {
        $z | Invoke-Differentiate x -Mode Forward | Invoke-Simplify -Rule Lab | ConvertTo-ExprText -As Lab | Should -BeExactly '( 4 * y )'
    }

    It 'has d2z/dxdy = 4, a constant, with <Mode> and <Rule>' -ForEach @(
        foreach ($mode in 'Auto', 'Forward', 'Reverse') { foreach ($rule in 'Lab', 'Standard', 'Stable') { @{ Mode = $mode; Rule = $rule } } }
    ) {
        $second = $z | Invoke-Differentiate x -Mode $Mode | Invoke-Differentiate y -Mode $Mode | Invoke-Simplify -Rule $Rule
        $second.Op.ToString() | Should -BeExactly 'const'
        $second.Value | Should -BeExactly 4
    }

    It 'can be differentiated by y any number of times: order <_> is (-1)^<_> e^(-y)' -ForEach 2, 3, 7, 20 {
        $derivative = $z | Invoke-Differentiate y -Order $_
        $derivative | Measure-Expression -At @{ x = 2; y = 3 } | Assert-Near ([Math]::Pow(-1, $_) * [Math]::Exp(-3)) -Within 1e-15
    }

    It 'names the variable that has no value' {
        $outcome = Get-Outcome { $z | Measure-Expression -At @{ x = 2 } }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly VariableNotBound
        $outcome.Errors[0].Exception.Message | Should -BeLike "*'y'*"
    }
}

Describe 'The lab''s rules of differentiation' {
    It 'differentiates <Text> to <Derivative>' -ForEach @(
        @{ Text = 'x + y'; Derivative = '( 1 + 0 )' }
        @{ Text = 'x - y'; Derivative = '( 1 - 0 )' }
        @{ Text = 'x * y'; Derivative = '( ( 1 * y ) + ( x * 0 ) )' }
        @{ Text = 'x / y'; Derivative = '( ( ( 1 * y ) - ( x * 0 ) ) / ( y * y ) )' }
        @{ Text = 'tanh(x)'; Derivative = '( ( 1 - ( tanh ( x ) * tanh ( x ) ) ) * 1 )' }
        @{ Text = 'exp(x)'; Derivative = '( exp ( x ) * 1 )' }
        @{ Text = 'log(x)'; Derivative = '( 1 / x )' }
        @{ Text = '7'; Derivative = '0' }
    ) {
        $Text | Invoke-Differentiate x -Mode Forward | ConvertTo-ExprText -As Lab | Should -BeExactly $Derivative
    }
}

Describe 'The lab''s identities' {
    It 'makes <Text> <Simple>' -ForEach @(
        @{ Text = '0 + x'; Simple = 'x' }
        @{ Text = 'x + 0'; Simple = 'x' }
        @{ Text = '0 - y'; Simple = '( -1 * y )' }
        @{ Text = 'x - 0'; Simple = 'x' }
        @{ Text = '0 * x'; Simple = '0' }
        @{ Text = 'x * 0'; Simple = '0' }
        @{ Text = '1 * x'; Simple = 'x' }
        @{ Text = 'x * 1'; Simple = 'x' }
        @{ Text = '0 / x'; Simple = '0' }
        @{ Text = '0 / 0'; Simple = '0' }
        @{ Text = 'x / 1'; Simple = 'x' }
        @{ Text = '2 * 3 + 4'; Simple = '10' }
        @{ Text = '7 / 2'; Simple = '3.5' }
        @{ Text = 'tanh(0)'; Simple = '0' }
        @{ Text = 'exp(0)'; Simple = '1' }
    ) {
        $Text | Invoke-Simplify -Rule Lab | ConvertTo-ExprText -As Lab | Should -BeExactly $Simple
    }

    It 'stops at <Text> with "<Message>"' -ForEach @(
        @{ Text = 'x / 0'; Id = 'DivisionByZero'; Message = 'division by zero' }
        @{ Text = '1 / 0'; Id = 'DivisionByZero'; Message = 'division by zero' }
        @{ Text = 'log(0)'; Id = 'LogarithmDomain'; Message = 'logarithm of non-positive number' }
        @{ Text = 'log(-2)'; Id = 'LogarithmDomain'; Message = 'logarithm of non-positive number' }
        @{ Text = 'y + log(2 - 3)'; Id = 'LogarithmDomain'; Message = 'logarithm of non-positive number' }
    ) {
        $outcome = Get-Outcome { $Text | Invoke-Simplify -Rule Lab }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message | Should -BeLike "*$Message*"
    }
}

Describe 'examples/derivative-story.ps1' {
    BeforeAll {
        $story = (& "$repositoryRoot/examples/derivative-story.ps1") -join "`n"
    }

    It 'tells <Figure>' -ForEach @(
        @{ Figure = '( ( ( 4 * x ) * y ) + exp ( ( -1 * y ) ) )' }
        @{ Figure = '24.04978706836' }
        @{ Figure = '( ( ( ( ( 0 * x ) + ( 4 * 1 ) ) * y ) + ( ( 4 * x ) * 0 ) ) + ( exp ( ( -1 * y ) ) * ( ( 0 * y ) + ( -1 * 0 ) ) ) )' }
        @{ Figure = ' ( 4 * y )' }
    ) {
        $story.Contains($Figure) | Should -BeTrue -Because "it wrote:`n$story"
    }

    It 'ends with d2z/dxdy = 4' {
        $story | Should -Match 'd2z/dxdy\s+4$'
    }
}

Describe 'The network of S2' {
    It 'prints z1 as the lab does' {
        $z1 | ConvertTo-ExprText -As Lab | Should -BeExactly 'tanh ( ( b1 + ( ( x1 * w11 ) + ( x2 * w21 ) ) ) )'
    }

    It 'has z1 = 0.9094797 with the printed weights at (1, -1)' {
        $value = $z1 | Measure-Expression -At ($printed + @{ x1 = 1; x2 = -1 })
        [Math]::Round($value, 7) | Should -BeExactly 0.9094797
    }

    It 'has a loss equal to -y log fout - (1-y) log(1-fout)' {
        $entropy = New-ExprNode '-y*log(fout) - (1-y)*log(1-fout)' | Resolve-Expression -At @{ fout = $fout }
        foreach ($row in $rows) {
            $expected = $row | Measure-Expression $entropy -At $printed
            $row | Measure-Expression $loss -At $printed | Assert-Near $expected -Within 1e-13
        }
    }
}

Describe 'The five points' {
    It 'are x1 = 0,1,0,-1,0; x2 = 0,0,-1,0,1; y = 1,0,0,0,0' {
        $rows.x1 -join ',' | Should -BeExactly '0,1,0,-1,0'
        $rows.x2 -join ',' | Should -BeExactly '0,0,-1,0,1'
        $rows.y -join ',' | Should -BeExactly '1,0,0,0,0'
    }
}

Describe 'The reference run' {
    BeforeAll {
        $start = @{ b1 = 0; b2 = 0; c = 0; w11 = .7; w12 = -.4; w21 = .3; w22 = .9; u1 = -.8; u2 = .5 }
        $run = $rows | Start-NetworkTraining -Loss $loss -Parameter $parameters -InitialValue $start -LearningRate 0.5 -Epoch 251
    }

    It 'takes 1,255 steps in 251 epochs' {
        $run.Steps | Should -Be 1255
        $run.Epochs | Should -Be 251
        $run.StopReason | Should -Be Completed
    }

    It 'ends with the mean loss 0.503639150762' {
        $run.FinalLoss | Assert-Near 0.503639150762 -Within 1e-11
    }

    It 'ends with w11 = -0.00701689789967' {
        $run.Parameters['w11'] | Assert-Near -0.00701689789967 -Within 1e-11
    }

    It 'has a final loss that is the mean of the losses measured with the final parameters' {
        $measured = $rows | Measure-Expression $loss -At $run.Parameters | Measure-Object -Average
        $measured.Average | Assert-Near $run.FinalLoss -Within 1e-14
    }

    It 'is what a loop of single steps by Measure-Expression -Gradient gives' {
        $at = @{} + $start
        foreach ($row in $rows) {
            $measured = $row | Measure-Expression $loss -At $at -Gradient
            foreach ($name in $parameters) { $at[$name] -= 0.5 * $measured.Gradient[$name] }
        }
        $once = $rows | Start-NetworkTraining -Loss $loss -Parameter $parameters -InitialValue $start -LearningRate 0.5 -Epoch 1
        foreach ($name in $parameters) { $once.Parameters[$name] | Assert-Near $at[$name] -Within 1e-14 -Because "it is $name" }
    }
}

# About two of five seeds solve the task, in this and in other implementations; the others stick at a plateau, and that is honest.
Describe 'Trainings from forty seeds' {
    BeforeAll {
        $runs = foreach ($seed in 1..40) {
            $rows | Start-NetworkTraining -Loss $loss -Parameter $parameters -InitialValue @{ b1 = 0; b2 = 0; c = 0 } -LearningRate 0.5 -Epoch 251 -Seed $seed
        }
        $solved = @($runs | Where-Object { ($_.Loss[-5..-1] | Measure-Object -Average).Average -lt 0.05 })
    }

    It 'end with the mean of the last losses under 0.05 for a good part of the seeds' {
        $solved.Count | Should -BeGreaterThan 10
        $solved.Count | Should -BeLessThan 30
    }

    It 'give the solved ones predictions near 0.98 for the first point and 0.008 for the others' {
        foreach ($run in $solved) {
            $predictions = @($rows | Measure-Expression $fout -At $run.Parameters)
            $predictions[0] | Assert-Near 0.98 -Within 0.015 -Because "the seed is $($run.Seed)"
            foreach ($other in $predictions[1..4]) { $other | Assert-Near 0.008 -Within 0.012 -Because "the seed is $($run.Seed)" }
        }
    }

    It 'start from the Glorot range +-sqrt(6/4) with biases 0' {
        $first = $rows | Start-NetworkTraining -Loss $loss -Parameter $parameters -InitialValue @{ b1 = 0; b2 = 0; c = 0 } -LearningRate 1e-300 -Epoch 1 -Seed 5
        foreach ($bias in 'b1', 'b2', 'c') { $first.Parameters[$bias] | Assert-Near 0 -Within 1e-299 }
        $weights = 'w11', 'w12', 'w21', 'w22', 'u1', 'u2' | ForEach-Object { $first.Parameters[$_] }
        foreach ($weight in $weights) { [Math]::Abs($weight) | Should -BeLessOrEqual ([Math]::Sqrt(6 / 4)) }
        @($weights | Sort-Object -Unique).Count | Should -Be 6
    }
}

Describe 'examples/five-points.ps1' {
    BeforeAll {
        $shown = @(& "$repositoryRoot/examples/five-points.ps1")
        $text = $shown | Out-String
        $result = $shown | Where-Object { $_ -is [PSAutodiff.TrainingResult] }
    }

    It 'trains for 1,255 steps to a mean loss under 0.05' {
        $result.Steps | Should -Be 1255
        $result.FinalLoss | Should -BeLessThan 0.05
    }

    It 'draws the losses as a chart' {
        $text.Contains([string][char]0x2588) | Should -BeTrue
    }

    It 'shows the five rows with predictions near 0.98 and 0.008' {
        $predictions = @($rows | Measure-Expression $fout -At $result.Parameters)
        $predictions[0] | Assert-Near 0.98 -Within 0.015
        foreach ($other in $predictions[1..4]) { $other | Assert-Near 0.008 -Within 0.008 }
        $text | Should -Match 'x1\s+x2\s+y\s+Prediction'
        $text.Contains($predictions[0].ToString('N2').Substring(0, 3)) | Should -BeTrue
    }

    It 'can be run with another seed' {
        $other = & "$repositoryRoot/examples/five-points.ps1" -Seed 8 | Where-Object { $_ -is [PSAutodiff.TrainingResult] }
        $other.Seed | Should -Be 8
        $other.FinalLoss | Should -Not -Be $result.FinalLoss
    }
}
