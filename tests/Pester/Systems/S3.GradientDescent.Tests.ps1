# Course system S3: gradient descent on f(x1, x2) = (x1-6)^2 + x2^2 - x1*x2.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $f = New-ExprNode '(x1-6)^2 + x2^2 - x1*x2'
    $start = @{ x1 = 6; x2 = 6 }
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
