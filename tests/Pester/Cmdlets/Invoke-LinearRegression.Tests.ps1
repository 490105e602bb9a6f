BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $iris = Import-Csv (Join-Path $repositoryRoot 'examples/data/iris.csv')
    $line = 1..6 | ForEach-Object { [pscustomobject]@{ a = $_; b = $_ * $_; y = 3 + 2 * $_ - 0.5 * $_ * $_ } }
}

Describe 'Invoke-LinearRegression on iris' {
    BeforeAll {
        $fit = $iris | Invoke-LinearRegression -Feature SepalWidth, PetalLength, PetalWidth -Label SepalLength
    }

    It 'has the numbers of lm in R' {
        $fit | Should -BeOfType PSAutodiff.LinearRegressionResult
        $fit.Coefficients.Keys | Should -BeExactly Intercept, SepalWidth, PetalLength, PetalWidth
        $expected = 1.85599749, 0.65083716, 0.70913196, -0.55648266
        0..3 | ForEach-Object { $fit.Coefficients[$_] | Assert-Near $expected[$_] -Within 5e-9 }
        $fit.ResidualStandardError | Assert-Near 0.3145491 -Within 5e-8
        $fit.RSquared | Assert-Near 0.8586117 -Within 5e-8
        $fit.AdjustedRSquared | Assert-Near 0.8557 -Within 5e-5
        $errors = 0.25078, 0.06665, 0.05672, 0.12755
        $ts = 7.401, 9.765, 12.502, -4.363
        0..3 | ForEach-Object {
            $fit.StandardErrors[$_] | Assert-Near $errors[$_] -Within 5e-6
            $fit.TValues[$_] | Assert-Near $ts[$_] -Within 5e-4
        }
        $fit.PValues['Intercept'] | Assert-Near 9.85e-12 -Within 5e-15
        $fit.PValues['PetalWidth'] | Assert-Near 2.41e-5 -Within 5e-8
    }

    It 'has ranks, counts and risks that fit each other' {
        $fit.Rank | Should -Be 4
        $fit.RankDeficient | Should -BeFalse
        $fit.Rows | Should -Be 150
        $fit.ResidualDegreesOfFreedom | Should -Be 146
        $variance = $fit.ResidualStandardError * $fit.ResidualStandardError
        $fit.ResidualRisk | Assert-Near (146 / 150 * $variance)
        $fit.ExpectedResidualRisk | Assert-Near (146 / 150 * $variance)
        $residuals = $iris | ForEach-Object {
            $_.SepalLength - $fit.Coefficients.Intercept - $fit.Coefficients.SepalWidth * $_.SepalWidth - $fit.Coefficients.PetalLength * $_.PetalLength -
            $fit.Coefficients.PetalWidth * $_.PetalWidth
        }
        ($residuals | ForEach-Object { $_ * $_ } | Measure-Object -Average).Average | Assert-Near $fit.ResidualRisk
    }

    It 'gives the same bits called <How>' -ForEach @(
        @{ How = 'with wildcards'; Call = { $iris | Invoke-LinearRegression -Feature SepalWidth, Petal* -Label SepalLength } }
        @{ How = 'without -Feature'; Call = { $iris | Select-Object SepalWidth, PetalLength, PetalWidth, SepalLength | Invoke-LinearRegression -Label SepalLength } }
        @{ How = 'with hashtables'; Call = {
                $iris | ForEach-Object { @{ SepalWidth = [double]$_.SepalWidth; PetalLength = $_.PetalLength; PetalWidth = [decimal]$_.PetalWidth; l = $_.SepalLength } } |
                    Invoke-LinearRegression -Feature SepalWidth, PetalLength, PetalWidth -Label l } }
        @{ How = 'with arrays'; Call = {
                $data = foreach ($row in $iris) { , ([double[]]($row.SepalWidth, $row.PetalLength, $row.PetalWidth)) }
                Invoke-LinearRegression -Data $data -Target ([double[]]$iris.SepalLength) -Feature SepalWidth, PetalLength, PetalWidth } }
        @{ How = 'with a matrix'; Call = {
                $data = [double[,]]::new(150, 3)
                for ($i = 0; $i -lt 150; $i++) { $data[$i, 0] = $iris[$i].SepalWidth; $data[$i, 1] = $iris[$i].PetalLength; $data[$i, 2] = $iris[$i].PetalWidth }
                Invoke-LinearRegression -Data $data -Target ([double[]]$iris.SepalLength) -Feature SepalWidth, PetalLength, PetalWidth } }
    ) {
        $other = & $Call
        $other.Coefficients.Keys | Should -BeExactly @($fit.Coefficients.Keys)
        $other.Coefficients.Values | Should -BeExactly @($fit.Coefficients.Values)
        $other.ResidualRisk | Should -BeExactly $fit.ResidualRisk
    }

    It 'shows a table of the coefficients and the rest below' {
        $shown = $fit | Out-String -Width 100
        $shown | Should -Match 'SepalLength from 150 rows, rank 4 of 4'
        $shown | Should -Match '(?m)^PetalWidth\s+-0.556483\s+0.127548\s+-4.36293\s+2.41288e-05\s*$'
        $shown | Should -Match 'Residual standard error 0.314549 on 146 degrees of freedom'
    }
}

Describe 'Invoke-LinearRegression' {
    It 'finds an exact law' {
        $fit = $line | Invoke-LinearRegression -Feature a, b -Label y
        $fit.Coefficients.Intercept | Assert-Near 3 -Within 1e-12
        $fit.Coefficients.a | Assert-Near 2 -Within 1e-12
        $fit.Coefficients.b | Assert-Near -0.5 -Within 1e-12
        $fit.RSquared | Assert-Near 1
    }

    It 'goes through the origin without an intercept' {
        $fit = Invoke-LinearRegression -Data 1, 2 -Target 2, 5 -NoIntercept
        $fit.Coefficients.Keys | Should -BeExactly x1
        $fit.Coefficients.x1 | Assert-Near 2.4
        # About 0, as R does: 1 - 0.2/29.
        $fit.RSquared | Assert-Near (1 - 0.2 / 29)
    }

    It 'adds lambda N to the diagonal with -Ridge' {
        # x centred: 2, y centred: -1, 0, 1; b = 2 / (2 + 0.5 * 3), and the mean stays.
        $fit = Invoke-LinearRegression -Data 1, 2, 3 -Target 4, 5, 6 -Ridge 0.5
        $fit.Coefficients.x1 | Assert-Near (2 / 3.5)
        $fit.Coefficients.Intercept | Assert-Near (5 - 2 * 2 / 3.5)
        (Invoke-LinearRegression -Data 1, 2, 3 -Target 4, 5, 6 -Ridge 0.5 -NoIntercept).Coefficients.x1 | Assert-Near (32 / 15.5)
    }

    It 'thresholds with -Lasso' {
        # |y - x b|^2 / 3 + lasso |b|: b = (2 - 3/2 lasso) / 2.
        (Invoke-LinearRegression -Data 1, 2, 3 -Target 4, 5, 6 -Lasso 0.4).Coefficients.x1 | Assert-Near 0.7
        (Invoke-LinearRegression -Data 1, 2, 3 -Target 4, 5, 6 -Lasso 0.4 -Ridge 0.5).Coefficients.x1 | Assert-Near (1.4 / 3.5)
        (Invoke-LinearRegression -Data 1, 2, 3 -Target 4, 5, 6 -Lasso 1.4).Coefficients.x1 | Should -BeExactly 0
    }

    It 'takes weights, a list of variances and a diagonal covariance for the same' {
        $rows = 1..5 | ForEach-Object { [pscustomobject]@{ x = $_; y = $_ * $_; w = 1 / $_ } }
        $byWeight = $rows | Invoke-LinearRegression -Feature x -Label y -Weight w
        $byVariance = $rows | Invoke-LinearRegression -Feature x -Label y -Covariance (1..5)
        $matrix = [double[,]]::new(5, 5)
        0..4 | ForEach-Object { $matrix[$_, $_] = $_ + 1 }
        $byMatrix = $rows | Invoke-LinearRegression -Feature x -Label y -Covariance $matrix
        $byArray = Invoke-LinearRegression -Data (1..5) -Target 1, 4, 9, 16, 25 -Covariance $matrix
        foreach ($other in $byVariance, $byMatrix, $byArray) {
            0, 1 | ForEach-Object {
                $other.Coefficients[$_] | Assert-Near $byWeight.Coefficients[$_]
                $other.StandardErrors[$_] | Assert-Near $byWeight.StandardErrors[$_]
            }
        }
        # Weighted means 5/(137/60) and so on by hand: slope (sum w x y - ...) = 15 - 5*15/(137/60) over 15 - 25/(137/60), with w x y = x^2.
        $byWeight.Coefficients.x | Assert-Near ((55 - 5 * 15 / (137 / 60)) / (15 - 25 / (137 / 60)))
    }

    It 'explains nothing of a label that is constant' {
        $fit = 1..5 | ForEach-Object { [pscustomobject]@{ x = $_ * $_; y = 0.1 } } | Invoke-LinearRegression -Feature x -Label y
        $fit.Coefficients.x | Assert-Near 0 -Within 1e-16
        $fit.Coefficients.Intercept | Assert-Near 0.1 -Within 1e-15
        $fit.RSquared | Should -BeExactly NaN
    }

    It 'leaves the weight column out of wildcards' {
        $fit = 1..5 | ForEach-Object { [pscustomobject]@{ x = $_; y = $_; w = 1 } } | Invoke-LinearRegression -Label y -Weight w
        $fit.Features | Should -BeExactly x
    }

    It 'leaves out rows of weight 0 and says so' {
        $outcome = Get-Outcome { @{ x = 1; y = 1; w = 1 }, @{ x = 2; y = 9; w = 0 }, @{ x = 3; y = 3; w = 2 } | Invoke-LinearRegression -Feature x -Label y -Weight w }
        $outcome.Output.Rows | Should -Be 2
        $outcome.Warnings.Message | Should -BeLike '*weight is 0: 1.'
    }

    It 'takes 100,000 rows one by one and has the bits of the arrays' {
        $random = [Random]::new(3)
        $data = [double[,]]::new(100000, 2)
        $target = [double[]]::new(100000)
        $rows = for ($i = 0; $i -lt 100000; $i++) {
            $data[$i, 0] = $random.NextDouble(); $data[$i, 1] = $random.NextDouble(); $target[$i] = $data[$i, 0] - $data[$i, 1] + $random.NextDouble()
            @{ a = $data[$i, 0]; b = $data[$i, 1]; y = $target[$i] }
        }
        $streamed = $rows | Invoke-LinearRegression -Feature a, b -Label y
        $streamed.Rows | Should -Be 100000
        $streamed.Coefficients.Values | Should -BeExactly @((Invoke-LinearRegression -Data $data -Target $target).Coefficients.Values)
    }
}

Describe 'Invoke-LinearRegression on data that do not determine the coefficients' {
    It 'takes the pseudo-inverse and says so for dependent columns' {
        $outcome = Get-Outcome { $line | Select-Object a, @{ n = 'double'; e = { 2 * $_.a } }, y | Invoke-LinearRegression -Label y }
        $outcome.Errors | Should -HaveCount 0
        $outcome.Output[0].Rank | Should -Be 2
        $outcome.Output.RankDeficient | Should -BeTrue
        $outcome.Output.Aliased | Should -BeExactly a, double
        $outcome.Output.Coefficients.double | Assert-Near (2 * $outcome.Output.Coefficients.a)
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeLike '*rank is 2*3 coefficients*depend on each other: a, double.*pseudo-inverse*'
    }

    It 'names a constant column' {
        $outcome = Get-Outcome { $line | Select-Object a, @{ n = 'c'; e = { 7 } }, y | Invoke-LinearRegression -Label y }
        $outcome.Output.Constant | Should -BeExactly c
        # c = 7 times the intercept: the shortest has b_c = 7 b_0.
        $outcome.Output.Coefficients.c | Assert-Near (7 * $outcome.Output.Coefficients.Intercept)
        $outcome.Warnings[0].Message | Should -BeLike '*same value in every row*: c.*'
    }

    It 'takes more features than rows' {
        $outcome = Get-Outcome { Invoke-LinearRegression -Data @((1, 2, 3), (4, 5, 7)) -Target 1, 2 }
        $outcome.Output.ResidualRisk | Assert-Near 0
        $outcome.Output.ResidualDegreesOfFreedom | Should -Be 0
        $outcome.Output.StandardErrors.x1 | Should -BeExactly NaN
        $outcome.Warnings[0].Message | Should -BeLike '*only 2 rows*'
    }

    It 'gives a column of zeros the coefficient 0' {
        $fit = Invoke-LinearRegression -Data @((0, 1), (0, 2), (0, 3)) -Target 2, 4, 6 -NoIntercept -WarningAction Ignore
        $fit.Coefficients.x1 | Should -Be 0
        $fit.Coefficients.x2 | Assert-Near 2
        $fit.Aliased | Should -BeExactly x1
    }

    It 'needs no warning with a ridge' {
        $outcome = Get-Outcome { $line | Select-Object a, @{ n = 'double'; e = { 2 * $_.a } }, y | Invoke-LinearRegression -Label y -Ridge 0.1 }
        $outcome.Warnings | Should -HaveCount 0
        $outcome.Output[0].Rank | Should -Be 2
    }
}

Describe 'Invoke-LinearRegression and mistakes' {
    It 'loses a bad row only: <Id>' -ForEach @(
        @{ Id = 'ColumnNotNumeric'; Bad = @{ a = 'k'; y = 1 }; Says = "Row 3, column 'a'*'k'*" }
        @{ Id = 'ColumnNotNumeric'; Bad = @{ a = 1; y = '' }; Says = "Row 3, column 'y'*" }
        @{ Id = 'ColumnMissing'; Bad = @{ a = 1 }; Says = "Row 3*'y'*" }
        @{ Id = 'ValueNotFinite'; Bad = @{ a = 1; y = [double]::NaN }; Says = "Row 3, column 'y'*NaN*" }
        @{ Id = 'RowNull'; Bad = $null; Says = 'Row 3*' }
    ) {
        $outcome = Get-Outcome { @{ a = 1; y = 1 }, @{ a = 2; y = 3 }, $Bad, @{ a = 3; y = 5 } | Invoke-LinearRegression -Feature a -Label y }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
        $outcome.Output.Rows | Should -Be 3
        $outcome.Output.Coefficients.a | Assert-Near 2
    }

    It 'takes the variance of a bad row out with it, <How>' -ForEach @(
        @{ How = 'of a list'; Covariance = @(1, 2, 50, 4) }
        @{ How = 'of a matrix'; Covariance = @((1, 0, 0, 0), (0, 2, 0, 0), (0, 0, 50, 0), (0, 0, 0, 4)) }
    ) {
        $outcome = Get-Outcome { @{ a = 1; y = 1 }, @{ a = 2; y = 3 }, @{ a = 'k'; y = 0 }, @{ a = 3; y = 4 } | Invoke-LinearRegression -Feature a -Label y -Covariance $Covariance }
        $outcome.Errors | Should -HaveCount 1
        $expected = Invoke-LinearRegression -Data 1, 2, 3 -Target 1, 3, 4 -Covariance 1, 2, 4
        $outcome.Output.Coefficients.a | Assert-Near $expected.Coefficients.x1
    }

    It 'loses a row of negative weight' {
        $outcome = Get-Outcome { @{ x = 1; y = 1; w = 1 }, @{ x = 2; y = 9; w = -1 }, @{ x = 3; y = 3; w = 2 } | Invoke-LinearRegression -Feature x -Label y -Weight w }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly WeightInvalid
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 2, column 'w'*-1*"
        $outcome.Output.Rows | Should -Be 2
    }

    It 'reports <Id> for <What>' -ForEach @(
        @{ What = 'no label'; Id = 'LabelMissing'; Says = '*-Label*'; Call = { $line | Invoke-LinearRegression -Feature a } }
        @{ What = 'no arguments'; Id = 'LabelMissing'; Says = '*-Label*'; Call = { Invoke-LinearRegression } }
        @{ What = 'no rows'; Id = 'RowsMissing'; Says = '*no rows*'; Call = { @() | Invoke-LinearRegression -Feature a -Label y } }
        @{ What = 'only bad rows'; Id = 'RowsMissing'; Says = "The only row was left out: Row 1, column 'y': an empty cell*"; Call = { @{ a = 1; y = '' } | Invoke-LinearRegression -Feature a -Label y 2>$null } }
        @{ What = 'several labels'; Id = 'LabelCount'; Says = '*a, b*'; Call = { $line | Select-Object a, b | Invoke-LinearRegression -Feature a -Label '[ab]' } }
        @{ What = 'a label among the features'; Id = 'ColumnRepeated'; Says = "*'y'*"; Call = { $line | Invoke-LinearRegression -Feature a, y -Label y } }
        @{ What = 'a wildcard that matches nothing'; Id = 'ColumnMissing'; Says = "*'q*'*"; Call = { $line | Invoke-LinearRegression -Feature q* -Label y } }
        @{ What = 'a feature called Intercept'; Id = 'ColumnRepeated'; Says = '*Intercept*-NoIntercept*'; Call = { @{ Intercept = 1; y = 2 } | Invoke-LinearRegression -Feature Intercept -Label y } }
        @{ What = 'a negative ridge'; Id = 'PenaltyInvalid'; Says = '*-Ridge*-1*'; Call = { $line | Invoke-LinearRegression -Feature a -Label y -Ridge -1 } }
        @{ What = 'a lasso of NaN'; Id = 'PenaltyInvalid'; Says = '*-Lasso*NaN*'; Call = { $line | Invoke-LinearRegression -Feature a -Label y -Lasso NaN } }
        @{ What = 'a covariance of the wrong size'; Id = 'CovarianceInvalid'; Says = '*2 rows, but there are 6*'; Call = { $line | Invoke-LinearRegression -Feature a -Label y -Covariance 1, 2 } }
        @{ What = 'a covariance matrix of the wrong size'; Id = 'CovarianceInvalid'; Says = '*2 rows, but there are 6*'; Call = { $line | Invoke-LinearRegression -Feature a -Label y -Covariance @((1, 0), (0, 1)) } }
        @{ What = 'more variances than rows'; Id = 'CovarianceInvalid'; Says = '*7 rows, but there are 6*'; Call = { $line | Invoke-LinearRegression -Feature a -Label y -Covariance (1..7) } }
        @{ What = 'a variance of 0'; Id = 'CovarianceInvalid'; Says = '*row 2 is 0*'; Call = { $line | Invoke-LinearRegression -Feature a -Label y -Covariance 1, 0 } }
        @{ What = 'an asymmetric covariance'; Id = 'CovarianceInvalid'; Says = '*row 1, column 2 is 0.5*'; Call = { Invoke-LinearRegression -Data 1, 2 -Target 1, 2 -Covariance @((1, 0.5), (0, 1)) } }
        @{ What = 'an indefinite covariance'; Id = 'CovarianceInvalid'; Says = '*not positive definite*eigenvalue is -*'; Call = { Invoke-LinearRegression -Data 1, 2 -Target 1, 2 -Covariance @((1, 2), (2, 1)) } }
        @{ What = 'weights and covariance'; Id = 'WeightInvalid'; Says = '*-Weight and -Covariance*'; Call = { $line | Invoke-LinearRegression -Feature a -Label y -Weight b -Covariance 1, 2 } }
        @{ What = 'arrays without a target'; Id = 'DataInvalid'; Says = '*-Target*'; Call = { Invoke-LinearRegression -Data 1, 2 } }
        @{ What = 'arrays of different length'; Id = 'LengthMismatch'; Says = '*2 rows*3*'; Call = { Invoke-LinearRegression -Data 1, 2 -Target 1, 2, 3 } }
        @{ What = 'too few names'; Id = 'FeatureCount'; Says = '*names 1*has 2*'; Call = { Invoke-LinearRegression -Data @((1, 2), (3, 4)) -Target 1, 2 -Feature a } }
        @{ What = 'a target of two columns'; Id = 'DataInvalid'; Says = '*2 columns*'; Call = { Invoke-LinearRegression -Data 1, 2 -Target @((1, 2), (3, 4)) } }
        @{ What = 'text in a matrix'; Id = 'ValueNotNumeric'; Says = '*row 2, column 1*'; Call = { Invoke-LinearRegression -Data 1, 'k' -Target 1, 2 } }
        @{ What = 'numbers that are too large'; Id = 'ValueNotFinite'; Says = '*too large*'; Call = { Invoke-LinearRegression -Data 1e-200, 2e-200, 5e-200 -Target 1e150, 2e150, 3e150 } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeLike '*,PSAutodiff.Commands.InvokeLinearRegressionCommand'
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }
}

Describe 'Arrays without their counterpart' {
    It 'are an error, not a prompt: <_>' -ForEach 'Data', 'Target' {
        $given = @{ $_ = 1, 2, 3 }
        $outcome = Get-Outcome { Invoke-LinearRegression @given }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly DataInvalid
    }
}

Describe 'A wide regression' {
    It 'factors the rows: the shortest coefficients, the rank stated, in little memory' {
        $random = [Random]::new(1)
        $data = [double[, ]]::new(30, 2000)
        for ($i = 0; $i -lt 30; $i++) { for ($j = 0; $j -lt 2000; $j++) { $data[$i, $j] = $random.NextDouble() - 0.5 } }
        $target = 1..30 | ForEach-Object { $random.NextDouble() }
        $before = [GC]::GetTotalAllocatedBytes($true)
        $fit = Invoke-LinearRegression -Data $data -Target $target -WarningVariable warnings -WarningAction SilentlyContinue
        # To factor the 2,000 columns takes a gigabyte, and a minute.
        [GC]::GetTotalAllocatedBytes($true) - $before | Should -BeLessThan 200MB
        $fit.Rank | Should -Be 30
        $warnings[0].Message | Should -BeLike '*their rank is 30, but there are 2001 coefficients. There are only 30 rows.*the shortest were taken*'
        $fit.ResidualRisk | Should -BeLessThan 1e-25

        # The shortest are pinv(X) y, so adding rows of zeros with target 0 changes nothing.
        $more = [double[, ]]::new(31, 2000)
        for ($i = 0; $i -lt 30; $i++) { for ($j = 0; $j -lt 2000; $j++) { $more[$i, $j] = $data[$i, $j] } }
        $one = Invoke-LinearRegression -Data $data -Target $target -NoIntercept -WarningAction SilentlyContinue
        $two = Invoke-LinearRegression -Data $more -Target ($target + 0) -NoIntercept -WarningAction SilentlyContinue
        $two.Rank | Should -Be 30
        foreach ($name in 'x1', 'x1000', 'x2000') { $two.Coefficients[$name] | Assert-Near $one.Coefficients[$name] -Within 1e-14 }
    }
}

Describe 'A regression on numbers of any size' {
    It 'keeps slope, rank and standard error: <Unit> times x, <Of> times y' -ForEach @(
        @{ Unit = 1e-160; Of = 1 }, @{ Unit = 1e-165; Of = 1 }, @{ Unit = 1; Of = 1e-170 }, @{ Unit = 1e160; Of = 1 }, @{ Unit = 1e-160; Of = 1e-160 }
    ) {
        $plain = $line | Invoke-LinearRegression -Feature a -Label y
        $fit = $line | ForEach-Object { @{ a = $_.a * $Unit; y = $_.y * $Of } } | Invoke-LinearRegression -Feature a -Label y
        $fit.Rank | Should -Be 2
        $fit.Coefficients.a * $Unit / $Of / $plain.Coefficients.a | Assert-Near 1 -Within 1e-13
        $fit.StandardErrors.a * $Unit / $Of / $plain.StandardErrors.a | Assert-Near 1 -Within 1e-13
        $fit.RSquared | Assert-Near $plain.RSquared -Within 1e-13
    }

    It 'sees one value as one value, and a large common part as no matter' {
        $rows = 0..99 | ForEach-Object { [pscustomobject]@{ a = 1.7e15 + $_ % 24; b = 0.1; y = 2.5e15 + 3 * ($_ % 24) + ($_ % 2) } }
        $fit = $rows | Invoke-LinearRegression -Feature a, b -Label y -WarningAction SilentlyContinue
        $fit.Constant | Should -BeExactly b
        $fit.Rank | Should -Be 2
        $low = 0..99 | ForEach-Object { @{ a = $_ % 24; y = 3 * ($_ % 24) + ($_ % 2) } } | Invoke-LinearRegression -Feature a -Label y
        $fit.Coefficients.a | Assert-Near $low.Coefficients.a -Within 1e-12
        $fit.RSquared | Assert-Near $low.RSquared
        $fit.ResidualStandardError | Assert-Near $low.ResidualStandardError -Within 1e-12
        ($rows | Invoke-LinearRegression -Feature a -Label b).RSquared | Should -Be NaN
    }
}

Describe 'Weights that are all 0' {
    It 'are said, not taken for missing rows, with -Family <_>' -ForEach Gaussian, Binomial, Poisson {
        $rows = 1..6 | ForEach-Object { [pscustomobject]@{ x = $_; y = $_ % 2; w = 0 } }
        $outcome = Get-Outcome { $rows | Invoke-LinearRegression -Feature x -Label y -Weight w -Family $_ }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly WeightInvalid
        $outcome.Errors[0].Exception.Message | Should -BeExactly 'All weights are 0, so no row counts.'
    }
}
