# Course system S6: weight decay and least squares, as the examples show them.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $examples = Join-Path $repositoryRoot examples
}

Describe 'weight-decay.ps1' {
    It 'moves the minimum as the formula says, and as minimising with the decay does' {
        $text = & "$examples/weight-decay.ps1" | Out-String -Width 120
        $text | Should -Match '(?m)^Without decay: a = 2\.0000, b = 1\.0000\r?$'
        # 20/21 and 0.2/1.2.
        $text | Should -Match '20 +0\.952381 '
        $text | Should -Match '0\.2 +0\.166667 '
        $rows = @($text -split '\r?\n' | Where-Object { $_ -match '^(0\.01|0\.1|1|10) +\d\.' })
        $rows | Should -HaveCount 4
        $rows | ForEach-Object { [double](($_.Trim() -split ' +')[-1]) | Assert-Near 0 -Within 1e-12 }
    }

    It 'keeps the directions of large curvature and lets the others go' {
        $moved = Measure-WeightDecay -Hessian @((10.1, 9.9), (9.9, 10.1)) -Minimizer 2, 1 -Decay 1
        $moved.DecayedMinimizer[0] + $moved.DecayedMinimizer[1] | Assert-Near (3 * 20 / 21)
        $moved.DecayedMinimizer[0] - $moved.DecayedMinimizer[1] | Assert-Near (1 * 0.2 / 1.2)
    }
}

Describe 'regression.ps1' {
    It 'agrees with lm, with the augmented rows, and with the expected training risk' {
        $output = & "$examples/regression.ps1"
        $fit = $output[0]
        @($fit.Coefficients.Values) | ForEach-Object { '{0:f8}' -f $_ } | Should -BeExactly '1.85599749', '0.65083716', '0.70913196', '-0.55648266'
        '{0:f7}' -f $fit.R2 | Should -BeExactly 0.8586117
        ($output[1] -replace '^.*?: +') | Should -BeExactly ($output[2] -replace '^.*?: +')
        # A mean of 2,000 draws of 4 chi^2(6)/8, with the standard error sqrt(2 * 6) * 4/8 / sqrt(2000).
        $mean = [double][regex]::Match($output[3], 'draws (\S+),').Groups[1].Value
        $mean | Assert-Near 3 -Within (4 * [Math]::Sqrt(12) / 2 / [Math]::Sqrt(2000))
    }
}
