# Course system S6: optimal brain damage in rounds of train, score, prune, train again.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'examples/pruning.ps1 with the seed <_>' -ForEach 1, 2, 3 {
    BeforeAll {
        $table = & "$repositoryRoot/examples/pruning.ps1" -Seed $_
    }

    It 'removes 70 % of the weights and loses at most 3 points of accuracy on rows held back' {
        $full, $once, $rounds, $magnitude = $table
        $full.Weights | Should -Be 112
        $once.Weights, $rounds.Weights, $magnitude.Weights | Should -Be 34, 34, 34
        $full.Accuracy | Should -BeGreaterThan 0.9
        $rounds.Accuracy | Should -BeGreaterOrEqual ($full.Accuracy - 0.03)
    }

    It 'needs the training in between' {
        $table[1].Accuracy | Should -BeLessThan ($table[0].Accuracy - 0.03)
    }
}

Describe 'Without training again' {
    It 'removing a weight from a trained network raises the loss by its saliency, while that is small' {
        $rows = 1..40 | ForEach-Object { [pscustomobject]@{ x = [Math]::Sin(7 * $_); z = [Math]::Cos(3 * $_); y = [Math]::Sin(7 * $_) - 0.04 * [Math]::Cos(3 * $_) } }
        $net = ($rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 1 -Seed 1) -Feature x, z -Label y -LearningRate 0.5 -Epoch 500 -Seed 1).Network
        $least = $rows | Optimize-NeuralNetwork $net -Detailed | Sort-Object Saliency | Select-Object -First 1
        $least.Name | Should -BeExactly w1_2_1
        $before = ($rows | Test-NeuralNetwork $net).Loss
        $after = ($rows | Test-NeuralNetwork ($rows | Optimize-NeuralNetwork $net -Fraction 0.5)).Loss
        # The loss of a linear network is a parabola.
        $after - $before | Assert-Near $least.Saliency -Within 1e-9
        $least.Saliency | Should -BeGreaterThan 1e-4
    }
}
