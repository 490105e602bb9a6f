BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $single = New-NeuralNetwork 2 3, tanh, 1 -Seed 1 -Precision Single
    $double = New-NeuralNetwork 1 3, tanh, 1 -Seed 1
    $rows = foreach ($i in 1..6) { [pscustomobject]@{ a = $i; b = $i -eq 4 ? 1e39 : 2 * $i; y = $i / 6 } }
}

Describe 'Numbers that single precision cannot hold' {
    It 'are named with their row and column before anything is computed: <Name>' -ForEach @(
        @{ Name = 'training'; Call = { $rows | Start-NetworkTraining -Network $single -Label y -Epoch 2 } }
        @{ Name = 'a test'; Call = { $rows | Test-AutodiffModel ($rows[0..2] | Start-NetworkTraining -Network $single -Label y -Epoch 2) } }
        @{ Name = 'a trace'; Call = { $rows | Trace-NeuralNetwork $single -Label y } }
    ) {
        $outcome = Get-Outcome $Call
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ValueNotFinite
        "$($outcome.Errors[0])" | Should -BeLike "*Row 4, column 'b': the number is too large for single precision*"
    }

    It 'are named by their places in -Data and -Target' {
        $data = [double[,]]::new(2, 2)
        $data[1, 0] = -1e39
        foreach ($call in { Start-NetworkTraining -Network $single -Data $data -Target 1, 2 -Epoch 1 }, { Invoke-AutodiffModel $single -Data $data }) {
            "$((Get-Outcome $call).Errors[0])" | Should -BeLike '*-Data, row 2, column 1: the number is too large for single precision*'
        }

        "$((Get-Outcome { Start-NetworkTraining -Network $single -Data ([double[,]]::new(2, 2)) -Target 1, 1e300 -Epoch 1 }).Errors[0])" | Should -BeLike '*-Target, row 2*too large for single precision*'
    }

    It 'leave one row out of predictions, and no other' {
        $trained = $rows[0..2] | Start-NetworkTraining -Network $single -Label y -Epoch 2
        $outcome = Get-Outcome { $rows | Invoke-AutodiffModel $trained }
        $outcome.Output.a | Should -Be 1, 2, 3, 5, 6
        "$($outcome.Errors)" | Should -BeLike "*Row 4, column 'b': the number is too large for the single precision of the network*"
    }

    It 'are named by $net.Predict' {
        $call = { $single.Predict([double[,]]$matrix) }
        $matrix = [double[,]]::new(1, 2)
        $matrix[0, 1] = 1e39
        $call | Should -Throw '*Row 1, column 2: 1E+39 is too large for single precision*'
    }

    It 'are named as targets that are scaled' {
        $far = foreach ($i in 1..5) { [pscustomobject]@{ a = $i; b = 1; y = $i * 1e39 } }
        "$((Get-Outcome { $far | Start-NetworkTraining -Network $single -Label y -StandardizeTarget -Epoch 1 }).Errors[0])" | Should -BeLike "*The target 'y', about 3E+39, is too large for single precision*"
    }
}

Describe 'Numbers whose sums double precision cannot hold' {
    It 'have a mean and a deviation all the same' {
        $far = foreach ($x in 1e308, -1e308, 1.5e308, 1e308) { [pscustomobject]@{ x = $x; y = $x / 1e308 } }
        $network = ($far | Start-NetworkTraining -Network $double -Label y -Standardize -Epoch 1 -Seed 1).Network
        $network.Scaling.Means[0] / 0.625e308 | Assert-Near 1
        # Deviations of 0.375, -1.625, 0.875 and 0.375.
        $network.Scaling.Deviations[0] / 1e308 | Assert-Near ([Math]::Sqrt((2 * 0.375 * 0.375 + 1.625 * 1.625 + 0.875 * 0.875) / 4))
    }

    It 'warn of a loss that falls for ever' {
        $outcome = Get-Outcome { 1..4 | ForEach-Object { [pscustomobject]@{ x = $_ } } | Start-NetworkTraining 'a*x' -Optimizer LBFGS -Epoch 50 -InitialValue @{ a = 1 } }
        "$($outcome.Warnings)" | Should -BeLike '*the loss fell from 2.5 to -*as if it had no lower bound*'
    }

    It 'get advice about the data when squares of them overflow' {
        $far = foreach ($x in 1..4) { [pscustomobject]@{ x = $x; y = $x * 1e200 } }
        "$((Get-Outcome { $far | Start-NetworkTraining -Network $double -Label y -Epoch 1 }).Errors[0])" | Should -BeLike '*so large that squares or products of them overflow*-StandardizeTarget*'
    }
}
