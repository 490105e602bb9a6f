BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $cars = Import-Csv (Join-Path $repositoryRoot 'tests/data/mtcars.csv')
}

Describe 'Invoke-LinearRegression -Family' {
    It 'has the numbers of glm in R for a binomial label' {
        $fit = $cars | Invoke-LinearRegression -Feature wt, hp -Label am -Family Binomial
        $fit | Should -BeOfType PSAutodiff.GeneralizedRegressionResult
        $expected = @{ Coefficients = 18.866298717204155, -8.083475182444649, 0.036255596082216615; StandardErrors = 7.4435584279817278, 3.0686752753905919, 0.017734154331947037; ZValues = 2.534580590686601, -2.6341904753723919, 2.0443938517499134; PValues = 0.011258202740763003, 0.0084338160612911035, 0.040914654210384267 }
        foreach ($part in $expected.Keys) {
            $fit.$part.Keys | Should -BeExactly Intercept, wt, hp
            0..2 | ForEach-Object { $fit.$part[$_] / $expected[$part][$_] | Assert-Near 1 -Within 1e-11 }
        }
        $fit.Deviance | Assert-Near 10.059110472266987
        $fit.NullDeviance | Assert-Near 43.229733276857806
        $fit.AIC | Assert-Near 16.059110472266987
        $fit.ResidualDegreesOfFreedom, $fit.NullDegreesOfFreedom, $fit.Rows | Should -Be 29, 31, 32
        $fit.Converged | Should -BeTrue
    }

    It 'has the numbers of glm in R for counts' {
        $fit = $cars | Invoke-LinearRegression -Feature wt -Label carb -Family Poisson
        $fit.Coefficients.wt | Assert-Near 0.23859351724585504
        $fit.StandardErrors.wt | Assert-Near 0.10417211288130431
        $fit.Deviance | Assert-Near 21.962333259190546
        $fit.Aic | Assert-Near 115.32798291659833
    }

    It 'takes NA in the label for a missing value, not for a class' {
        $rows = @($cars | Select-Object wt, @{ n = 'gears'; e = { $_.am -eq '1' ? 'manual' : 'automatic' } }) + [pscustomobject]@{ wt = 3; gears = 'NA' }
        $fit = $rows | Invoke-LinearRegression -Label gears -Family Binomial -ErrorVariable faults -ErrorAction SilentlyContinue
        $fit.Classes | Should -BeExactly automatic, manual
        "$faults" | Should -BeLike "Row 33, column 'gears': the label is missing*"
        $fit = $rows | Invoke-LinearRegression -Label gears -Family Binomial -MissingValue Skip -WarningVariable warnings -WarningAction SilentlyContinue
        $fit.Rows | Should -Be 32
        @($warnings) | Should -HaveCount 1
        { Invoke-LinearRegression -Data 1, 2, 3 -Target a, b, NA -Family Binomial } | Should -Throw -ErrorId LabelMissing* -ExpectedMessage '*-Target, element 3*'
    }

    It 'takes words for classes, the second in their order as the one predicted, and numbers and arrays for the same' {
        $rows = $cars | Select-Object wt, hp, @{ n = 'gears'; e = { $_.am -eq '1' ? 'manual' : 'automatic' } }
        $fit = $rows | Invoke-LinearRegression -Label gears -Family Binomial
        $fit.Classes | Should -BeExactly automatic, manual
        $fit.Coefficients.wt | Assert-Near -8.083475182444649 -Within 1e-10
        $data = foreach ($row in $cars) { , ([double[]]($row.wt, $row.hp)) }
        foreach ($target in @(, $cars.am), @(, @($rows.gears))) {
            $other = Invoke-LinearRegression -Data $data -Target $target[0] -Feature wt, hp -Family Binomial
            $other.Coefficients.Values | Should -BeExactly @($fit.Coefficients.Values)
        }
        # The probability of a row, by the expression of the fit.
        $probabilities = @($cars | Measure-Expression $fit.Expression)
        $linear = $fit.Coefficients.Intercept + $fit.Coefficients.wt * 2.62 + $fit.Coefficients.hp * 110
        $probabilities[0] | Assert-Near (1 / (1 + [Math]::Exp(-$linear)))
        ($probabilities | Measure-Object -Sum).Sum | Assert-Near 13 -Within 1e-9
    }

    It 'takes two writings of one number for two classes' {
        $rows = 1..20 | ForEach-Object { [pscustomobject]@{ x = $_ % 7; y = if ($_ % 3) { '01' } else { '1' } } }
        ($rows | Invoke-LinearRegression -Feature x -Label y -Family Binomial).Classes | Should -BeExactly '01', '1'
    }

    It 'shows coefficients, deviances and classes' {
        $shown = $cars | Select-Object wt, @{ n = 'gears'; e = { $_.am -eq '1' ? 'manual' : 'automatic' } } | Invoke-LinearRegression -Label gears -Family Binomial | Out-String -Width 100
        $shown | Should -Match 'gears manual, not automatic, from 32 rows, Binomial, rank 2 of 2'
        $shown | Should -Match '(?m)Coefficient\s+StdError\s+z\s+p\s*$'
        $shown | Should -Match 'Null deviance 43.2297 on 31 degrees of freedom'
        $shown | Should -Match 'AIC 23.1761'
    }

    It 'draws and reports' {
        $fit = $cars | Invoke-LinearRegression -Feature wt -Label am -Family Binomial
        $fit | Show-Expression -Range @{ wt = 1, 6 } | Out-String | Should -Match 'sigmoid'
        $page = Get-Content -Raw ($fit | Export-AutodiffReport -Path (Join-Path $TestDrive fit.html))
        $page | Should -Match 'Binomial, deviance 19.176'
    }

    It 'says of separated classes that their coefficients are infinite' {
        $outcome = Get-Outcome { 1..10 | ForEach-Object { [pscustomobject]@{ x = $_; y = $_ -gt 5 ? 'yes' : 'no' } } | Invoke-LinearRegression -Label y -Family Binomial }
        $outcome.Errors | Should -HaveCount 0
        $outcome.Output[0].Separated | Should -BeExactly Intercept, x
        $outcome.Output[0].StandardErrors.x | Should -BeExactly ([double]::PositiveInfinity)
        $outcome.Output[0].PValues.x | Should -BeExactly NaN
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeLike 'The data are separated: Intercept, x *no finite value*'
        $outcome.Output | Out-String | Should -Match 'Separated: Intercept, x'
    }

    It 'takes more features than rows' {
        $outcome = Get-Outcome { @{ a = 1; b = 2; c = 5; y = 1 }, @{ a = 2; b = 1; c = 1; y = 3 } | Invoke-LinearRegression -Label y -Family Poisson }
        $outcome.Output[0].Rank | Should -Be 2
        $outcome.Output[0].StandardErrors.a | Should -BeExactly NaN
        $outcome.Warnings[0].Message | Should -BeLike '*only 2 rows*'
    }

    It 'says of labels that are no whole numbers that there is no likelihood' {
        $outcome = Get-Outcome { @{ a = 1; y = 0.5 }, @{ a = 2; y = 1.5 }, @{ a = 3; y = 1 } | Invoke-LinearRegression -Label y -Family Poisson }
        $outcome.Output[0].Aic | Should -BeExactly NaN
        $outcome.Warnings.Message | Should -BeLike '*not whole numbers*'
    }

    It 'loses a bad row only: <Says>' -ForEach @(
        @{ Family = 'Poisson'; Bad = @{ a = 1; y = -1 }; Id = 'TargetInvalid'; Says = "Row 3, column 'y': -1 is not a count*" }
        @{ Family = 'Poisson'; Bad = @{ a = 1; y = 'many' }; Id = 'ColumnNotNumeric'; Says = "Row 3, column 'y': 'many' is not a number*" }
        @{ Family = 'Poisson'; Bad = @{ a = 1; y = [double]::PositiveInfinity }; Id = 'ValueNotFinite'; Says = "Row 3, column 'y': *" }
        @{ Family = 'Binomial'; Bad = @{ a = 1; y = 2 }; Id = 'TargetInvalid'; Says = "Row 3, column 'y': 2 is not from 0 to 1.*words*" }
        @{ Family = 'Binomial'; Bad = @{ a = 1; y = '' }; Id = 'LabelMissing'; Says = "Row 3, column 'y': *empty*" }
        @{ Family = 'Binomial'; Bad = @{ a = 'k'; y = 1 }; Id = 'ColumnNotNumeric'; Says = "Row 3, column 'a': 'k'*" }
    ) {
        $outcome = Get-Outcome { @{ a = 1; y = 1 }, @{ a = 2; y = 0 }, $Bad, @{ a = 3; y = 1 }, @{ a = 4; y = 0 }, @{ a = 5; y = 1 } | Invoke-LinearRegression -Feature a -Label y -Family $Family }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
        $outcome.Output[0].Rows | Should -Be 5
    }

    It 'loses a row of negative weight, and leaves out rows of weight 0' {
        $rows = @{ a = 1; y = 0; w = 1 }, @{ a = 2; y = 1; w = 0 }, @{ a = 3; y = 0.5; w = 2 }, @{ a = 4; y = 1; w = -1 }, @{ a = 5; y = 0.75; w = 4 }
        $outcome = Get-Outcome { $rows | Invoke-LinearRegression -Feature a -Label y -Weight w -Family Binomial }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly WeightInvalid
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 4, column 'w': *number of trials*-1*"
        $outcome.Warnings.Message | Should -BeLike '*weight is 0: 1.'
        $outcome.Output[0].Rows | Should -Be 3
    }

    It 'reports <Id> for <What>' -ForEach @(
        @{ What = 'one class'; Id = 'ClassCount'; Says = '*1 in every row*at least two classes*'; Call = { 1..3 | ForEach-Object { @{ a = $_; y = 1 } } | Invoke-LinearRegression -Label y -Family Binomial } }
        @{ What = 'one word'; Id = 'ClassCount'; Says = "*column 'y'*yes*"; Call = { 1..3 | ForEach-Object { @{ a = $_; y = 'yes' } } | Invoke-LinearRegression -Label y -Family Binomial } }
        @{ What = 'three words'; Id = 'ClassCount'; Says = '*3 classes*'; Call = { 'x', 'y', 'z' | ForEach-Object { @{ a = 1; y = $_ } } | Invoke-LinearRegression -Label y -Family Binomial } }
        @{ What = 'a ridge'; Id = 'ArgumentInvalid'; Says = '-Ridge*Binomial*'; Call = { @{ a = 1; y = 1 } | Invoke-LinearRegression -Label y -Family Binomial -Ridge 1 } }
        @{ What = 'a covariance'; Id = 'ArgumentInvalid'; Says = '-Covariance*Poisson*'; Call = { @{ a = 1; y = 1 } | Invoke-LinearRegression -Label y -Family Poisson -Covariance 1, 2 } }
        @{ What = 'arrays of different length'; Id = 'LengthMismatch'; Says = '*2 rows*3*'; Call = { Invoke-LinearRegression -Data 1, 2 -Target 1, 2, 3 -Family Poisson } }
        @{ What = 'a count below 0 in -Target'; Id = 'TargetInvalid'; Says = '-Target, element 2: -2*'; Call = { Invoke-LinearRegression -Data 1, 2 -Target 1, -2 -Family Poisson } }
        @{ What = 'no rows'; Id = 'RowsMissing'; Says = '*no rows*'; Call = { @() | Invoke-LinearRegression -Label y -Family Poisson } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }
}
