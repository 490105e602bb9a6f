# Course system S6: minimising w'Hw by gradient descent and by Newton's method.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    # H = [[7, 2, 0], [2, 6, -2], [0, -2, 5]] has the eigenvalues 3, 6, 9 with the eigenvectors (1, -2, -2), (-2, 1, -2), (2, 2, -1).
    $f = New-ExprNode '7*a^2 + 6*b^2 + 5*c^2 + 4*a*b - 4*b*c'
    $w0 = [ordered]@{ a = 1; b = -2; c = 3 }
    $vectors = @(1, -2, -2), @(-2, 1, -2), @(2, 2, -1)
}

Describe 'Gradient descent on w''Hw' {
    It 'is at (I - 2 e H)^t w_0 after t steps, with the rate <_>' -ForEach 0.02, 0.1, 0.111 {
        $rate = $_
        $run = Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate $rate -MaxIteration 30 -KeepPath
        $run.Path | Should -HaveCount 31
        foreach ($point in $run.Path) {
            $at = @($point.At.Values)
            foreach ($k in 0..2) {
                # In the eigenbasis each coordinate shrinks by itself.
                $v = $vectors[$k]
                $begin = $v[0] * $w0['a'] + $v[1] * $w0['b'] + $v[2] * $w0['c']
                $now = $v[0] * $at[0] + $v[1] * $at[1] + $v[2] * $at[2]
                $now | Assert-Near ([Math]::Pow(1 - 2 * $rate * (3, 6, 9)[$k], $point.Iteration) * $begin) -Within 1e-12
            }
        }
    }

    It 'diverges for e > 1/lambda_max = 1/9, and the error names the bound' {
        (Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate 0.111 -MaxIteration 100000).StopReason | Should -Be Converged
        $outcome = Get-Outcome { Find-Minimum $f -At $w0 -Method GradientDescent -LearningRate 0.1112 }
        $outcome.Output[0].StopReason | Should -Be Diverged
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly MinimizationDiverged
        # The Hessian of w'Hw is 2H.
        $outcome.Errors[0].Exception.Message | Should -BeLike '*largest eigenvalue of its Hessian, is 18: only rates below 2/18 = 0.1111111111 converge.'
    }

    It 'is over after one step of Newton''s method' {
        $run = Find-Minimum $f -At $w0 -Method Newton -KeepPath
        $run.Iterations | Should -Be 1
        $run.Path[1].At.Values | ForEach-Object { $_ | Assert-Near 0 -Within 1e-14 }
    }
}

Describe 'examples/quadratic.ps1' {
    It 'tells <Figure>' -ForEach @(
        @{ Figure = '-0.291584 -0.290432  0.146688' }
        @{ Figure = '0.111: Converged' }
        @{ Figure = '0.112: Diverged' }
        @{ Figure = 'only rates below 2/18 = 0.1111111111 converge' }
        @{ Figure = "Newton's method takes 1 step." }
    ) {
        $story = & "$repositoryRoot/examples/quadratic.ps1" | Out-String -Width 200
        $story.Contains($Figure) | Should -BeTrue -Because "it wrote:`n$story"
    }
}
