# The numbers of derivatives come by one recipe: simplify by Stable, differentiate, simplify by Stable.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'The numbers of a derivative' {
    BeforeAll {
        # As written, rounding of w1/w1 leaves -0.998002995970.
        $text = 'log(w1 + w1/w1)'
        $at = @{ w1 = 0.001 }
        $second = -0.99800299600499432
        $first = 1 / (1 + 0.001)
    }

    It 'have the same digits through every cmdlet' {
        ($text | Measure-Expression -At $at -Hessian).Hessian[0, 0] | Should -Be $second
        ($text | Measure-Expression -At $at -Hessian).Gradient.w1 | Should -Be $first
        ($text | Measure-Expression -At $at -Gradient).Gradient.w1 | Should -Be $first
        ($text | Invoke-Differentiate -Hessian | Measure-Expression -At $at)[0, 0] | Should -Be $second
        ($text | Invoke-Differentiate -Gradient | Measure-Expression -At $at).w1 | Should -Be $first
        ($text | New-CompiledExpression -Gradient).InvokeGradient(0.001).w1 | Should -Be $first
        ($text | Test-Derivative -At $at -Detailed).Derivative | Should -Be $first
    }

    It 'are right to the last digits' {
        [math]::Abs($second + 0.998002996005) | Should -BeLessThan 1e-12
        [math]::Abs($first - 1 / 1.001) | Should -BeLessThan 2e-16
    }

    It 'come beside the value of the expression as it is written' {
        $measured = 'log(1 + exp(x))' | Measure-Expression -At @{ x = 1000 } -Gradient
        $measured.Value | Should -Be ([double]::PositiveInfinity)
        $measured.Gradient.x | Should -Be 1
    }
}

Describe 'The textbook loss' {
    It 'trains where the sigmoid is saturated' {
        $rows = foreach ($x in -200, -100, 100, 200) { [pscustomobject]@{ x = $x; y = [int]($x -lt 0) } }
        $loss = '-(y*log(sigmoid(a*x + b)) + (1 - y)*log(1 - sigmoid(a*x + b)))'
        $result = $rows | Start-NetworkTraining $loss -InitialValue @{ a = 1; b = 0 } -LearningRate 0.001 -Epoch 200
        $result.StopReason | Should -Be 'Completed'
        $result.FinalLoss | Should -BeLessThan 0.01
    }
}
