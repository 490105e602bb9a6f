# The lab on gradient descent, item by item, in its order: a function of two variables, the chain rule, a first network.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $f = New-ExprNode '(x1-6)^2 + x2^2 - x1*x2'
    $start = @{ x1 = 6; x2 = 6 }

    $parameters = 'b1', 'w11', 'w12', 'b2', 'w21', 'w22', 'c', 'u1', 'u2'
    $p = New-ExprNode '1/(1 + exp(-1*(c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2))))'
    $term = New-ExprNode '-1*(y*log(p + 1e-15) + (1 - y)*log(1 - p + 1e-15))' | Resolve-Expression -At @{ p = $p }
    $rows = Import-Csv $fivePoints
    $batch = New-ExprNode 0
    foreach ($row in $rows) { $batch += $term | Resolve-Expression -At $row }
    $batch /= 5
    $solution = @{ b1 = 1.543385; w11 = 3.111573; w12 = -2.808800; b2 = 1.373085; w21 = 3.130452; w22 = -2.813466; c = -4.241453; u1 = 4.036489; u2 = 4.074885 }
    # The lab prints what its network predicts and the gradient, but not the parameters. These are the ones, found by Find-Minimum.
    $drawn = @{
        b1 = -0.429159979; b2 = -0.369506015; w11 = -0.887710501; w12 = -1.010172880; w21 = -0.746048334; w22 = -0.237571706; c = -0.247157685
        u1 = 0.889086917; u2 = -1.138937864
    }
}

Describe '1. Three iterations by hand, with the rates 1/2, 1/3, 1/4' {
    BeforeAll {
        $run = $f | Find-Minimum -At $start -Method GradientDescent -LearningRate (1 / 2), (1 / 3), (1 / 4) -MaxIteration 3 -KeepPath
    }

    It 'lead from (<From>) to (<X1>, <X2>) in step <Step>: f = <Value>, gradient (<D1>, <D2>)' -ForEach @(
        @{ Step = 0; From = 'nowhere'; X1 = 6; X2 = 6; Value = 0; D1 = -6; D2 = 6 }
        @{ Step = 1; From = '6, 6'; X1 = 9; X2 = 3; Value = -9; D1 = 3; D2 = -3 }
        @{ Step = 2; From = '9, 3'; X1 = 8; X2 = 4; Value = -12; D1 = 0; D2 = 0 }
        @{ Step = 3; From = '8, 4'; X1 = 8; X2 = 4; Value = -12; D1 = 0; D2 = 0 }
    ) {
        $point = $run.Path[$Step]
        $point.Iteration | Should -Be $Step
        $point.At['x1'], $point.At['x2'] | Should -Be $X1, $X2
        $point.Value | Should -Be $Value
        $point.Gradient['x1'], $point.Gradient['x2'] | Should -Be $D1, $D2
    }

    It 'end there' {
        $run.Path | Should -HaveCount 4
        $run.Iterations | Should -Be 3
        $run.At['x1'], $run.At['x2'] | Should -Be 8, 4
        $run.Value | Should -Be -12
        $run.Gradient['x1'], $run.Gradient['x2'] | Should -Be 0, 0
    }

    It 'have the gradient that one writes down' {
        $gradient = @($f | Invoke-Differentiate x1, x2)
        Assert-Proved $gradient[0] '2*(x1 - 6) - x2'
        Assert-Proved $gradient[1] '2*x2 - x1'
    }

    It 'go on at the same point forever' {
        $more = $f | Find-Minimum -At @{ x1 = 8; x2 = 4 } -Method GradientDescent -LearningRate 0.25 -MaxIteration 50
        $more.At['x1'], $more.At['x2'] | Should -Be 8, 4
        $more.StopReason | Should -Be Converged
    }
}

Describe '2. Value and gradient' {
    It 'are 0 and (-6, 6) at (6, 6)' {
        $there = $f | Measure-Expression -At $start -Gradient
        $there.Value | Should -Be 0
        $there.Gradient['x1'] | Should -Be -6
        $there.Gradient['x2'] | Should -Be 6
    }
}

Describe '3. The optimizer with a constant rate' {
    It 'reaches (7.943505, 4.056495) in at most 10 steps' {
        $run = Find-Minimum $f -At $start -Method GradientDescent -LearningRate 0.1 -MaxIteration 10 -Tolerance 1e-4
        $run.At['x1'] | Assert-Near 7.943505 -Within 5e-7
        $run.At['x2'] | Assert-Near 4.056495 -Within 5e-7
        $run.Iterations | Should -BeLessOrEqual 10
    }

    It 'stops early, once the decrease is under 1e-4' {
        $run = Find-Minimum $f -At $start -Method GradientDescent -LearningRate 0.1 -MaxIteration 100 -Tolerance 1e-4 -KeepPath
        $run.StopReason | Should -Be Converged
        $run.Iterations | Should -BeLessThan 100
        $decreases = @(for ($i = 1; $i -le $run.Iterations; $i++) { $run.Path[$i - 1].Value - $run.Path[$i].Value })
        $decreases[-1] | Should -BeLessThan 1e-4
        ($decreases | Select-Object -SkipLast 1 | Measure-Object -Minimum).Minimum | Should -BeGreaterOrEqual 1e-4
    }
}

Describe '4. Rates and starts tried' {
    It 'the rate <Rate> from (<X1>, <X2>) ends as <StopReason>' -ForEach @(
        foreach ($point in @(6, 6), @(0, 0), @(20, -10)) {
            foreach ($rate in 0.1, 0.3, 0.6) { @{ Rate = $rate; X1 = $point[0]; X2 = $point[1]; StopReason = 'Converged' } }
            @{ Rate = 0.7; X1 = $point[0]; X2 = $point[1]; StopReason = 'Diverged' }
        }
    ) {
        $run = (Get-Outcome { Find-Minimum $f -At @{ x1 = $X1; x2 = $X2 } -Method GradientDescent -LearningRate $Rate -MaxIteration 100 -Tolerance 1e-4 }).Output[0]
        $run.StopReason | Should -Be $StopReason
        if ($StopReason -eq 'Converged') {
            $run.At['x1'] | Assert-Near 8 -Within 0.03
            $run.At['x2'] | Assert-Near 4 -Within 0.03
        }
    }

    It 'the bound is 2/3, since the largest curvature is 3' {
        $outcome = Get-Outcome { Find-Minimum $f -At $start -Method GradientDescent -LearningRate 0.7 }
        $outcome.Errors[0].Exception.Message | Should -BeLike '*only rates below 2/3 = 0.6666666667 converge.'
    }

    It 'the minimum itself is (8, 4), with the value -12' {
        $run = Find-Minimum $f -At $start
        $run.At['x1'], $run.At['x2'] | ForEach-Object { [Math]::Round($_, 12) } | Should -Be 8, 4
        $run.Value | Assert-Near -12 -Within 1e-14
    }
}

# The solution of question 1 begins with y log f + (1 - y) log(1 - f), without the minus sign of the loss. Question 10 writes sigmoid where it means tanh,
# and questions 12 and 13 write d/db2 in their first lines. Their results are right.
Describe '5. Sixteen derivatives' {
    BeforeAll {
        $cross = New-ExprNode '-y*log(fout) - (1 - y)*log(1 - fout)'
        $sigmoid = New-ExprNode '1/(1 + exp(-fin))'
        $in = New-ExprNode 'c + u1*z1out + u2*z2out'
        $z2in = New-ExprNode 'b2 + w12*x1 + w22*x2'
        # The loss down to fin, to the hidden outputs, and to the parameters and inputs.
        $ofFin = $cross | Resolve-Expression @{ fout = $sigmoid }
        $ofOut = $ofFin | Resolve-Expression @{ fin = $in }
        $whole = $ofOut | Resolve-Expression @{ z1out = 'tanh(b1 + w11*x1 + w21*x2)'; z2out = 'tanh(b2 + w12*x1 + w22*x2)' }
        # The products of the solution: L' sigma' first, then what follows.
        $front = '(-y/s + (1 - y)/(1 - s))*s*(1 - s)'
        $parts = @{ s = 'sigmoid(c + u1*t1 + u2*t2)' }
        $hidden = @{ t1 = 'tanh(b1 + w11*x1 + w21*x2)'; t2 = 'tanh(b2 + w12*x1 + w22*x2)' }
    }

    It '<Number>: <What>' -ForEach @(
        @{ Number = 1; What = 'dL/dfout'; Of = { $cross }; By = 'fout'; Is = '-y/fout + (1 - y)/(1 - fout)' }
        @{ Number = 2; What = 'dfout/dfin'; Of = { $sigmoid }; By = 'fin'; Is = 'exp(-fin)/(1 + exp(-fin))^2' }
        @{ Number = 3; What = 'sigma'' = sigma (1 - sigma)'; Of = { $sigmoid }; By = 'fin'; Is = '1/(1 + exp(-fin))*(1 - 1/(1 + exp(-fin)))' }
        @{ Number = 4; What = 'tanh'' = 1 - tanh^2, from exponentials'; Of = { '(exp(x) - exp(-x))/(exp(x) + exp(-x))' }; By = 'x'; Is = '1 - tanh(x)^2' }
        @{ Number = 5; What = 'dfin/dc'; Of = { $in }; By = 'c'; Is = '1' }
        @{ Number = 6; What = 'dfin/du1'; Of = { $in }; By = 'u1'; Is = 'z1out' }
        @{ Number = 7; What = 'dL/dc'; Of = { $whole }; By = 'c'; Is = 'front' }
        @{ Number = 8; What = 'dL/du1'; Of = { $whole }; By = 'u1'; Is = 'front*t1' }
        @{ Number = 9; What = 'dfin/dz2out'; Of = { $in }; By = 'z2out'; Is = 'u2' }
        @{ Number = 10; What = 'dz2out/dz2in'; Of = { 'tanh(z2in)' }; By = 'z2in'; Is = '1 - tanh(z2in)^2' }
        @{ Number = 11; What = 'dz2in/db2'; Of = { $z2in }; By = 'b2'; Is = '1' }
        @{ Number = 12; What = 'dz2in/dw12'; Of = { $z2in }; By = 'w12'; Is = 'x1' }
        @{ Number = 13; What = 'dz2in/dx1'; Of = { $z2in }; By = 'x1'; Is = 'w12' }
        @{ Number = 14; What = 'dL/db2'; Of = { $whole }; By = 'b2'; Is = 'front*u2*(1 - t2^2)' }
        @{ Number = 15; What = 'dL/dw12'; Of = { $whole }; By = 'w12'; Is = 'front*u2*(1 - t2^2)*x1' }
        @{ Number = 16; What = 'dL/dx1, through both units'; Of = { $whole }; By = 'x1'; Is = 'front*u2*(1 - t2^2)*w12 + front*u1*(1 - t1^2)*w11' }
    ) {
        $expected = New-ExprNode $Is | Resolve-Expression @{ front = $front } | Resolve-Expression $parts | Resolve-Expression $hidden
        $derivative = & $Of | Invoke-Differentiate $By
        Assert-Proved $derivative $expected -Because "it is $derivative"
        (Compare-Expression $derivative ($expected * 1.001)).Equal | Should -BeFalse
    }

    It 'down to fin, a node of the loss, it is fout - y' {
        Assert-Proved ($whole | Invoke-Differentiate ($in | Resolve-Expression @{ z1out = $hidden.t1; z2out = $hidden.t2 })) ($p - 'y')
    }

    It '<Text> simplifies to <Short>' -ForEach @(
        @{ Text = '1 - y - sigmoid(-u)'; Rule = 'Textbook'; Short = 'sigmoid(u) - y' }
        @{ Text = '(1 - y)*sigmoid(u) - y*sigmoid(-u)'; Rule = 'Textbook'; Short = 'sigmoid(u) - y' }
        @{ Text = 'a/(1 + exp(-u))'; Rule = 'Textbook'; Short = 'a * sigmoid(u)' }
        @{ Text = 'a/(1 + exp(-u))'; Rule = 'Standard'; Short = 'a * sigmoid(u)' }
        @{ Text = '1/(1 + exp(-u))'; Rule = 'Standard'; Short = '1 / (1 + exp(-u))' }
    ) {
        Invoke-Simplify $Text -Rule $Rule | Should -BeExactly $Short
    }

    It '10 as printed, with sigma for tanh, and 1 without the minus sign, are something else' {
        (Compare-Expression ('1/(1 + exp(-z2in))' | Invoke-Differentiate z2in) '1 - tanh(z2in)^2').Equal | Should -BeFalse
        (Compare-Expression ('y*log(fout) + (1 - y)*log(1 - fout)' | Invoke-Differentiate fout) '-y/fout + (1 - y)/(1 - fout)').Equal | Should -BeFalse
    }
}

Describe '6. predict, loss and gradient at the printed predictions' {
    BeforeAll {
        $printed = 0.4491225, 0.4965392, 0.5436179, 0.3752571, 0.4099662
        $names = 'b1', 'b2', 'w11', 'w12', 'w21', 'w22', 'c', 'u1', 'u2'
        $gradient = 0.10535249, -0.16134603, -0.03237562, 0.03281629, -0.06440284, 0.05575347, 0.25490058, -0.04360869, -0.06480158
    }

    It 'the loss of the printed predictions is 0.6538249' {
        $losses = foreach ($k in 0..4) { '-(y*log(p + 1e-15) + (1 - y)*log(1 - p + 1e-15))' | Measure-Expression -At @{ p = $printed[$k]; y = $rows[$k].y } }
        ($losses | Measure-Object -Average).Average | Assert-Near 0.6538249 -Within 1e-7
    }

    It 'the derivative by c is the mean of prediction minus label' {
        (0..4 | ForEach-Object { $printed[$_] - $rows[$_].y } | Measure-Object -Average).Average | Assert-Near $gradient[6] -Within 1e-7
    }

    It 'some nine parameters have all five predictions, the loss and the nine derivatives to the digits printed' {
        $predictions = @($rows | Measure-Expression $p -At $drawn)
        foreach ($k in 0..4) { $predictions[$k] | Assert-Near $printed[$k] -Within 5.1e-8 }
        $there = $batch | Measure-Expression -At $drawn -Gradient
        $there.Value | Assert-Near 0.6538249 -Within 5.1e-8
        foreach ($k in 0..8) { $there.Gradient[$names[$k]] | Assert-Near $gradient[$k] -Within 5.1e-9 -Because "it is $($names[$k])" }
    }
}

Describe '7. Finite differences' {
    It 'pass for the nine parameters with the lab''s step 1e-9 and limit 1e-5' {
        $checks = @($batch | Test-Derivative -At $drawn -Epsilon 1e-9 -Tolerance 1e-5 -Detailed)
        $checks.Variable | Should -BeExactly ($parameters | Sort-Object)
        $checks.Passed | Should -Not -Contain $false
        $rows | Test-Derivative $term -At $drawn -Mean -Epsilon 1e-9 -Tolerance 1e-5 | Should -BeTrue
    }

    It 'fail when the derivative by <_> is off by 0.001' -ForEach 'b1', 'b2', 'w11', 'w12', 'w21', 'w22', 'c', 'u1', 'u2' {
        $gradient = ($batch | Measure-Expression -At $drawn -Gradient).Gradient
        $gradient[$_] += 1e-3
        $outcome = Get-Outcome { $batch | Test-Derivative -At $drawn -Derivative $gradient -Epsilon 1e-9 -Tolerance 1e-5 }
        $outcome.Output | Should -BeExactly $false
        $outcome.Warnings[0].Message | Should -BeLike "1 of 9 derivatives failed: ${_}: *off by 0.001, limit 1e-05*"
        $rows | Test-Derivative $term -At $drawn -Derivative $gradient -Mean -Epsilon 1e-9 -Tolerance 1e-5 -WarningAction Ignore | Should -BeFalse
    }
}

Describe '8. Ten restarts: what a step does' {
    It 'go down the gradient of the mean loss' {
        $at = @{ b1 = 0.1; w11 = 0.7; w12 = -0.4; b2 = -0.2; w21 = 0.3; w22 = 0.9; c = 0.05; u1 = -0.8; u2 = 0.5 }
        $run = $rows | Start-NetworkTraining $term -Parameter $parameters -InitialValue $at -BatchSize 5 -LearningRate 1 -Epoch 3
        $run.Steps | Should -Be 3
        foreach ($step in 0..2) {
            $there = $batch | Measure-Expression -At $at -Gradient
            $run.Loss[$step] | Assert-Near $there.Value -Within 1e-14 -Because "it is step $step"
            foreach ($name in $parameters) { $at[$name] -= $there.Gradient[$name] }
        }
        foreach ($name in $parameters) { $run.Parameters[$name] | Assert-Near $at[$name] -Within 1e-13 -Because "it is $name" }
        $run.FinalLoss | Assert-Near ($batch | Measure-Expression -At $at) -Within 1e-14
    }
}

Describe '8. Ten restarts' {
    BeforeAll {
        $run = $rows | Start-NetworkTraining $term -Parameter $parameters -BatchSize 5 -LearningRate 1 -Epoch 100 -Restart 10 -Seed 2
        $random = & "$repositoryRoot/examples/restarts.ps1"
    }

    It 'by -Restart: all are reported, the best is kept' {
        $run.Restarts | Should -HaveCount 10
        $run.Restarts.Restart | Should -Be (1..10)
        $run.Restarts | ForEach-Object { $_.Steps | Should -Be 100 }
        $best = $run.Restarts | Where-Object IsBest
        $best | Should -HaveCount 1
        $best.FinalLoss | Should -BeExactly ($run.Restarts.FinalLoss | Measure-Object -Minimum).Minimum
        $run.FinalLoss | Should -BeExactly $best.FinalLoss
        @($run.Restarts.Seed | Sort-Object -Unique) | Should -HaveCount 10
    }

    It 'by -Restart: the parameters are those of the best' {
        $batch | Measure-Expression -At $run.Parameters | Assert-Near $run.FinalLoss -Within 1e-14
        @($run.Restarts | Where-Object FinalLoss -LT 0.1).Count | Should -BeGreaterThan 0
        $run.FinalLoss | Should -BeLessThan 0.1
    }

    It 'by -Initializer Normal, with an end when the loss falls by less than 1e-4: some of ten are solved' {
        $normal = $rows | Start-NetworkTraining $term -Parameter $parameters -Initializer Normal -InitialScale 1 -BatchSize 5 -LearningRate 1 -Epoch 100 -MinDecrease 1e-4 -Restart 10 -Seed 2
        $normal.Restarts | Should -HaveCount 10
        @($normal.Restarts | Where-Object FinalLoss -LT 0.1).Count | Should -BeGreaterThan 0
        @($normal.Restarts | Where-Object StopReason -EQ MinDecrease).Count | Should -BeGreaterThan 0
        $batch | Measure-Expression -At $normal.Parameters | Assert-Near $normal.FinalLoss -Within 1e-14
    }

    It 'from the standard normal distribution: all are reported, the best is marked' {
        $random.Start | Should -Be (1..10)
        $best = $random | Where-Object Best
        $best | Should -HaveCount 1
        $best.FinalLoss | Should -BeExactly ($random.FinalLoss | Measure-Object -Minimum).Minimum
        foreach ($start in $random) { $batch | Measure-Expression -At $start.Parameters | Assert-Near $start.FinalLoss -Within 1e-14 }
    }

    It 'from the standard normal distribution: a loss under 0.1 counts as solved, and four of ten are' {
        foreach ($start in $random) { $start.Solved | Should -Be ($start.FinalLoss -lt 0.1) }
        @($random | Where-Object Solved) | Should -HaveCount 4
    }

    It 'give a best one that is right at all five points' {
        $predictions = @($rows | Measure-Expression $p -At ($random | Where-Object Best).Parameters)
        $predictions[0] | Should -BeGreaterThan 0.5
        foreach ($other in $predictions[1..4]) { $other | Should -BeLessThan 0.5 }
    }

    It 'are the same again with the same seed, and others with another' {
        $again = & "$repositoryRoot/examples/restarts.ps1" -Seed 1
        $again.FinalLoss | Should -BeExactly $random.FinalLoss
        $other = & "$repositoryRoot/examples/restarts.ps1" -Seed 2
        $other.FinalLoss[0] | Should -Not -Be $random.FinalLoss[0]
    }
}

Describe '9. The map of the best and of a random network' {
    BeforeAll {
        $shown = @(& "$repositoryRoot/examples/decision-boundary.ps1" -CsvPath TestDrive:/map.csv) -replace '\e\[[0-9;]*m'
        $map = Import-Csv TestDrive:/map.csv
        $best = (& "$repositoryRoot/examples/restarts.ps1" | Where-Object Best).Parameters
    }

    It 'is known at 101 x 101 points from -2 to 2' {
        $map | Should -HaveCount 10201
        @($map.x1 | Sort-Object -Unique) | Should -HaveCount 101
        ($map.x2 | Measure-Object -Minimum -Maximum).Minimum | Should -Be -2
        ($map.x2 | Measure-Object -Minimum -Maximum).Maximum | Should -Be 2
        [double]$map[1].x1 - [double]$map[0].x1 | Assert-Near (1 / 25) -Within 1e-15
    }

    It 'is where the network has 0.5' {
        foreach ($i in 0, 700, 5100, 7777, 10200) {
            $map[$i] | Measure-Expression $p -At $best | Assert-Near ([double]$map[$i].Trained) -Within 1e-15
        }
        $middle = $map[50 * 101 + 50]
        [double]$middle.x1, [double]$middle.x2 | Should -Be 0, 0
        [double]$middle.Trained | Should -BeGreaterThan 0.5
        foreach ($other in $map[50 * 101 + 75], $map[25 * 101 + 50], $map[50 * 101 + 25], $map[75 * 101 + 50]) { [double]$other.Trained | Should -BeLessThan 0.5 }
    }

    It 'is drawn in 21 lines with the five points, for a random network and for the trained one' {
        foreach ($name in 'Random', 'Trained') {
            $title = [Array]::IndexOf($shown, "${name}:")
            $lines = $shown[($title + 2)..($title + 22)]
            $lines | ForEach-Object { $_.Length | Should -Be 60 }
            ($lines -join '' -replace '[^●◆]') | Should -BeExactly '●●◆●●'
            # The points at x1 = 0, and the middle of the map.
            $lines[5][32], $lines[10][32], $lines[15][32] | Should -BeExactly '●', '◆', '●'
            $lines[10][46] | Should -BeExactly '●'
        }
        # The trained one is above 0.8 around the first point, with the line of 0.5 on both sides.
        $lines[10].Substring(24, 16) | Should -Match '^╳+⣿+◆⣿+⣶?╳+'
    }

    It 'of the printed solution has 2,229 of the points on the side of the first one' {
        $steps = -50..50 | ForEach-Object { $_ / 25 }
        $points = foreach ($x2 in $steps) { foreach ($x1 in $steps) { @{ x1 = $x1; x2 = $x2 } } }
        $values = @($points | Measure-Expression $p -At $solution)
        $values | Should -HaveCount 10201
        $values[50 * 101 + 50] | Assert-Near 0.953736166 -Within 1e-9
        @($values | Where-Object { $_ -gt 0.5 }).Count | Should -Be 2229
    }
}
