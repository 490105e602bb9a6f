# Tables as they come: categories, Booleans, dates, numbers as people print them, missing values and formulas as in R.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $iris = Import-Csv (Join-Path $repositoryRoot 'examples/data/iris.csv')
    # What a group adds to 10 + 2x.
    $shift = @{ red = 5; green = 0; blue = -3 }
    $rows = 0..17 | ForEach-Object { $colour = ('red', 'green', 'blue')[$_ % 3]; [pscustomobject]@{ x = $_; colour = $colour; y = 10 + 2 * $_ + $shift[$colour] } }
}

Describe 'A column of text' {
    It 'is a category in a regression: each level but the first has a coefficient' {
        $fit = $rows | Invoke-LinearRegression -Label y
        $fit.Coefficients.Keys | Should -BeExactly Intercept, x, 'colour=green', 'colour=red'
        $expected = 7, 2, 3, 8
        0..3 | ForEach-Object { $fit.Coefficients[$_] | Assert-Near $expected[$_] -Within 1e-12 }
        $fit.Columns.Name | Should -BeExactly x, colour
        $fit.Columns[1].Kind | Should -Be Category
        $fit.Columns[1].Levels | Should -BeExactly blue, green, red
        $fit | Out-String | Should -Match '(?m)^colour: blue, green, red\s*$'
        # The means of three groups by hand.
        $means = $iris | Invoke-LinearRegression -Feature Species -Label PetalLength
        $means.Coefficients.Intercept | Assert-Near 1.462
        $means.Coefficients['Species=virginica'] | Assert-Near (5.552 - 1.462)
    }

    It 'has a coefficient for every level of the first category without an intercept' {
        $fit = $rows | Invoke-LinearRegression -Feature colour, x -Label y -NoIntercept
        $fit.Coefficients.Keys | Should -BeExactly 'colour=blue', 'colour=green', 'colour=red', x
        $fit.Coefficients['colour=red'] | Assert-Near 15 -Within 1e-12
    }

    It 'has the numbers of columns of zeros and ones, in other families and with weights too' {
        $coded = $rows | Select-Object x, @{ n = 'g'; e = { [int]($_.colour -eq 'green') } }, @{ n = 'r'; e = { [int]($_.colour -eq 'red') } }, @{ n = 'n'; e = { $_.x * 7 % 5 } }, @{ n = 'w'; e = { 1 + $_.x % 2 } }
        $text = $rows | Select-Object x, colour, @{ n = 'n'; e = { $_.x * 7 % 5 } }, @{ n = 'w'; e = { 1 + $_.x % 2 } }
        foreach ($family in 'Gaussian', 'Poisson') {
            $one = $text | Invoke-LinearRegression -Label n -Weight w -Family $family
            $two = $coded | Invoke-LinearRegression -Label n -Weight w -Family $family
            $one.Coefficients.Values | Should -BeExactly @($two.Coefficients.Values)
            $one.StandardErrors.Values | Should -BeExactly @($two.StandardErrors.Values)
        }
    }

    It 'is one of n in a network, which remembers the levels' {
        $net = New-NeuralNetwork 4 1, linear -Seed 1
        $trained = $rows | Start-NetworkTraining -Network $net -Feature x, colour -Label y -Standardize -Epoch 200 -Seed 1 -LearningRate 0.1
        $network = $trained.Network
        $network.Features | Should -BeExactly x, 'colour=blue', 'colour=green', 'colour=red'
        $network.Columns[1].Levels | Should -BeExactly blue, green, red
        ($rows | Test-AutodiffModel $network).Loss | Should -BeLessThan 1e-3
        # In another order, and after a journey through a file.
        $path = Join-Path $TestDrive net.json
        $network | Export-AutodiffModel $path
        $back = Import-AutodiffModel $path
        $back.ToJson() | Should -BeExactly $network.ToJson()
        $new = [pscustomobject]@{ colour = 'red'; x = 4 }, [pscustomobject]@{ colour = 'blue'; x = 4 }
        $predicted = @($new | Invoke-AutodiffModel $back)
        $predicted[0].Prediction | Assert-Near 23 -Within 0.1
        $predicted[1].Prediction | Assert-Near 15 -Within 0.1
        $outcome = Get-Outcome { $new[0], [pscustomobject]@{ colour = 'pink'; x = 1 } | Invoke-AutodiffModel $back }
        $outcome.Output | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly LevelUnknown
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 2, column 'colour': 'pink' is none of the levels that the model knows: blue, green, red.*"
        ($rows + [pscustomobject]@{ x = 1; colour = 'pink'; y = 0 } | Test-AutodiffModel $network -ErrorAction SilentlyContinue).Rows | Should -Be 18
    }

    It 'with two levels is one column of a report, without points' {
        $fit = $rows | Where-Object colour -NE red | Invoke-LinearRegression -Feature colour -Label y
        $page = Get-Content -Raw ($fit | Export-AutodiffReport -Path (Join-Path $TestDrive fit.html) -Data $rows)
        $page | Should -Match 'colour=green'
    }

    It 'says how many inputs a network needs' {
        $outcome = Get-Outcome { $rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 1, linear -Seed 1) -Feature x, colour -Label y -Epoch 1 }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly FeatureCount
        $outcome.Errors[0].Exception.Message | Should -BeLike '*make 4 inputs, one for each level of a category, but the network has 2 inputs*-InputSize 4.'
    }

    It 'is one of numbers where most of the first cells are, and a word costs its row' {
        $outcome = Get-Outcome { @{ a = 'unknown'; y = 1 }, @{ a = '2'; y = 3 }, @{ a = '3'; y = 5 }, @{ a = '4'; y = 7 } | Invoke-LinearRegression -Feature a -Label y }
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 1, column 'a': 'unknown' is not a number*"
        $outcome.Output[0].Coefficients.a | Assert-Near 2
    }

    It 'is refused with <What>' -ForEach @(
        @{ What = 'one level'; Says = "*'a' holds the text 'k' in every row*one level*"; Call = { 1..4 | ForEach-Object { [pscustomobject]@{ a = 'k'; b = $_; y = $_ } } | Invoke-LinearRegression -Label y } }
        @{ What = 'another text in every row'; Says = "*'a' holds another text in each of the 40 rows, such as 'k1'*"; Call = { 1..40 | ForEach-Object { [pscustomobject]@{ a = "k$_"; b = $_; y = $_ } } | Invoke-LinearRegression -Label y } }
        @{ What = 'one level for a network'; Says = "*'a' holds the text 'k' in every row*"; Call = { 1..4 | ForEach-Object { [pscustomobject]@{ a = 'k'; y = $_ } } | Start-NetworkTraining -Network (New-NeuralNetwork 1 1, linear -Seed 1) -Label y -Epoch 1 } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly LevelCount
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }
}

Describe 'Columns that are no numbers' {
    It 'of Booleans are 0 and 1, as values and as text' {
        ($rows | Select-Object x, @{ n = 'big'; e = { $_.x -gt 8 } }, @{ n = 'y'; e = { $_.x + 4 * ($_.x -gt 8) } } | Invoke-LinearRegression -Label y).Coefficients.big | Assert-Near 4 -Within 1e-12
        [pscustomobject]@{ a = $true }, [pscustomobject]@{ a = 'False' }, [pscustomobject]@{ a = 2 } | Measure-Expression '3*a' | Should -Be 3, 0, 6
    }

    It 'of dates are days from the first, which the result says: <What>' -ForEach @(
        @{ What = 'text'; Date = { param($i) '2026-03-{0:00}' -f (1 + $i) } }
        @{ What = 'dates'; Date = { param($i) [datetime]::new(2026, 3, 1).AddDays($i) } }
        @{ What = 'times'; Date = { param($i) [DateTimeOffset]::new(2026, 3, 1 + $i, 0, 0, 0, [timespan]::Zero) } }
    ) {
        $fit = 0..9 | ForEach-Object { [pscustomobject]@{ day = & $Date $_; y = 100 + 2.5 * $_ } } | Invoke-LinearRegression -Label y
        $fit.Coefficients.day | Assert-Near 2.5 -Within 1e-12
        $fit.Coefficients.Intercept | Assert-Near 100 -Within 1e-11
        $fit.Columns[0].FirstDate | Should -Be ([datetime]'2026-03-01')
        $fit | Out-String | Should -Match 'day: days from 2026-03-01'
    }

    It 'come back from files with the fit' {
        $path = Join-Path $TestDrive fit.xml
        $rows | Select-Object @{ n = 'day'; e = { [datetime]::new(2026, 1, 1).AddHours(6 * $_.x) } }, colour, y | Invoke-LinearRegression -Label y | Export-Clixml $path
        $back = Import-Clixml $path
        $back.Columns[0].FirstDate | Should -Be ([datetime]'2026-01-01')
        $back.Columns[1].Inputs | Should -BeExactly 'colour=green', 'colour=red'
        $back.Coefficients.day | Assert-Near 8 -Within 1e-11
    }
}

Describe '-NumberFormat' {
    BeforeAll {
        $printed = @{ a = '1,203,400'; y = '29.4%' }, @{ a = '203,400'; y = '9.4 %' }, @{ a = '400'; y = '-.6%' }
    }

    It 'reads groups of digits and percent signs' {
        $fit = $printed | Invoke-LinearRegression -Feature a -Label y -NumberFormat Formatted
        $plain = @{ a = 1203400; y = 0.294 }, @{ a = 203400; y = 0.094 }, @{ a = 400; y = -0.006 } | Invoke-LinearRegression -Feature a -Label y
        $fit.Coefficients.Values | Should -BeExactly @($plain.Coefficients.Values)
    }

    It 'is named where it would help, and refuses what only looks alike' {
        $outcome = Get-Outcome { @{ a = 1; y = 1 }, @{ a = '203,400'; y = 1 } | Invoke-LinearRegression -Feature a -Label y }
        $outcome.Errors[0].Exception.Message | Should -BeLike "*'203,400' is not a number*-NumberFormat Formatted reads it."
        foreach ($text in '203,4', '1,2,3', '12,34,567', '5%%', '1,234,', ',123', '0,123', '00,123', '-0,500', '0,123%', '0,123,456', '.%') {
            $outcome = Get-Outcome { @{ a = 1; y = 1 }, @{ a = $text; y = 1 }, @{ a = 3; y = 2 } | Invoke-LinearRegression -Feature a -Label y -NumberFormat Formatted }
            $outcome.Errors | Should -HaveCount 1 -Because $text
        }
    }
}

Describe '-MissingValue' {
    BeforeAll {
        $gaps = @{ a = 1; y = 1 }, @{ a = ''; y = 1 }, @{ a = 'NA'; y = 9 }, @{ a = 2; y = 3 }, @{ a = $null; y = 3 }, @{ a = 3; y = [double]::NaN }, @{ a = 4; y = 7 }
    }

    It 'is an error of its row, or with Skip one warning for all' {
        (Get-Outcome { $gaps | Invoke-LinearRegression -Feature a -Label y }).Errors | Should -HaveCount 4
        $outcome = Get-Outcome { $gaps | Invoke-LinearRegression -Feature a -Label y -MissingValue Skip }
        $outcome.Errors | Should -HaveCount 0
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeExactly 'Rows left out because a value is missing: 4.'
        $outcome.Output[0].Rows | Should -Be 3
        $outcome.Output[0].Coefficients.a | Assert-Near 2
    }

    It 'skips gaps in categories, and nothing else that is wrong' {
        $table = @($rows) + [pscustomobject]@{ x = 1; colour = ''; y = 3 } + [pscustomobject]@{ x = 'k'; colour = 'red'; y = 3 }
        $outcome = Get-Outcome { $table | Invoke-LinearRegression -Label y -MissingValue Skip }
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 20, column 'x': 'k'*"
        $outcome.Warnings[0].Message | Should -BeLike '*missing: 1.'
        $outcome.Output[0].Rows | Should -Be 18
    }

    It 'skips rows without a label, be it a class or a number' {
        $classes = @{ a = 1; y = 'u' }, @{ a = 2; y = '' }, @{ a = 3; y = 'v' }, @{ a = 4; y = 'u' }, @{ a = 5; y = $null }, @{ a = 6; y = 'v' }
        foreach ($call in { $classes | Invoke-LinearRegression -Label y -Family Binomial -MissingValue Skip }, { $classes | Start-NetworkTraining -Network (New-NeuralNetwork 1 1, sigmoid -Seed 1) -Label y -Epoch 1 -MissingValue Skip }) {
            $outcome = Get-Outcome $call
            $outcome.Errors | Should -HaveCount 0
            $outcome.Warnings.Message | Should -BeExactly 'Rows left out because a value is missing: 2.'
        }
        $outcome = Get-Outcome { @{ a = 1 }, @{ a = 'NA' }, @{ a = 3 } | Measure-Expression '2*a' -MissingValue Skip }
        $outcome.Output | Should -Be 2, 6
        $outcome.Warnings.Message | Should -BeLike '*missing: 1.'
        @{ a = '12,000' } | Measure-Expression '2*a' -NumberFormat Formatted | Should -Be 24000
        $fit = @{ x = '1,000'; y = '50%' }, @{ x = ''; y = 1 }, @{ x = '2,000'; y = '100%' }, @{ x = '3,000'; y = '150%' } | Invoke-CurveFit 'a*x' -Label y -InitialValue @{ a = 1 } -NumberFormat Formatted -MissingValue Skip -WarningAction Ignore
        $fit.Parameters.a | Assert-Near 0.0005 -Within 1e-15
    }

    It 'says of rows that all lack a value that they do' {
        $outcome = Get-Outcome { @{ a = ''; y = 1 }, @{ a = ''; y = 1 } | Invoke-LinearRegression -Feature a -Label y -MissingValue Skip }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly RowsMissing
        $outcome.Errors[0].Exception.Message | Should -BeLike 'All 2 rows were left out, because a value is missing in each.'
    }
}

Describe 'A formula as in R' {
    It 'is refused with what to write: <What>' -ForEach @(
        @{ What = 'an expression'; Call = { New-ExprNode 'y ~ x + z' } }
        @{ What = 'a label'; Call = { $rows | Invoke-LinearRegression -Label 'y ~ x' } }
        @{ What = 'a loss'; Call = { $rows | Start-NetworkTraining -Loss 'y ~ x' } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].Exception.Message | Should -BeLike '*as in R*-Label*-Feature x, z*'
    }
}
