# The lab on gradient descent: a function of two variables, the chain rule, a first network.
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
}

Describe 'The function of S3' {
    It 'is 0 at (6, 6), with the gradient (-6, 6)' {
        $there = $f | Measure-Expression -At $start -Gradient
        $there.Value | Should -Be 0
        $there.Gradient['x1'] | Should -Be -6
        $there.Gradient['x2'] | Should -Be 6
    }
}

Describe 'Steps with the rates 1/2, 1/3, 1/4' {
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
}

Describe 'The minimiser with the constant rate 0.1' {
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

Describe 'Steps over all five points' {
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

Describe 'Ten starts' {
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

    It 'from the standard normal distribution: all are reported, the best is marked' {
        $random.Start | Should -Be (1..10)
        $best = $random | Where-Object Best
        $best | Should -HaveCount 1
        $best.FinalLoss | Should -BeExactly ($random.FinalLoss | Measure-Object -Minimum).Minimum
        foreach ($start in $random) { $batch | Measure-Expression -At $start.Parameters | Assert-Near $start.FinalLoss -Within 1e-14 }
    }

    It 'from the standard normal distribution: a loss under 0.1 counts as solved, and two of ten are' {
        foreach ($start in $random) { $start.Solved | Should -Be ($start.FinalLoss -lt 0.1) }
        @($random | Where-Object Solved) | Should -HaveCount 2
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

Describe 'The decision boundary' {
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
            $title = [Array]::FindIndex([string[]]$shown, [Predicate[string]] { $args[0] -match $name })
            $lines = $shown[($title + 1)..($title + 21)]
            $lines | ForEach-Object { $_.Length | Should -Be 42 }
            ($lines -join '' -replace '[^01]') | Should -BeExactly '00100'
            $lines[10].Substring(20, 2) | Should -BeExactly ' 1'
            $lines[5].Substring(20, 2) | Should -BeExactly ' 0'
            $lines[10].Substring(30, 2) | Should -BeExactly ' 0'
        }
        $drawn = $shown[-21..-1] -join ''
        $drawn.Contains('@') | Should -BeTrue
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
