# The same table options in every cmdlet that reads rows, and what cells stand for in all of them.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $rows = @{ x = '1,000'; y = '2,000' }, @{ x = ''; y = 1 }, @{ x = '2,000'; y = '4,000' }
}

Describe '-NumberFormat and -MissingValue' {
    It 'are taken by <Name>' -ForEach @(
        @{ Name = 'Find-Minimum'; Call = { ($rows | Find-Minimum '(y - w*x)^2' -InitialValue @{ w = 1 } -Mean -NumberFormat Formatted -MissingValue Skip).At.w | Assert-Near 2 -Within 1e-6 } }
        @{ Name = 'Test-Derivative'; Call = { $rows | Test-Derivative '(y - w*x)^2' -At @{ w = 1 } -Mean -NumberFormat Formatted -MissingValue Skip | Should -BeTrue } }
        @{ Name = 'Resolve-Expression'; Call = { $rows | Resolve-Expression 'w*x' -Sum -NumberFormat Formatted -MissingValue Skip | Measure-Expression -At @{ w = 1 } | Should -Be 3000 } }
        @{ Name = 'Show-Expression'; Call = { "$($rows | Show-Expression -Feature x -Label y -NumberFormat Formatted -MissingValue Skip -Width 60)" | Should -Match '2000' } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 0
        $outcome.Warnings.Message | Should -BeExactly 'Rows left out because a value is missing: 1.'
    }

    It 'are refused where no rows come' {
        (Get-Outcome { 'x^2' | Find-Minimum -InitialValue @{ x = 1 } -MissingValue Skip }).Errors.Exception.Message | Should -BeLike '-MissingValue is about rows*'
        (Get-Outcome { Show-Expression 'x^2' -NumberFormat Formatted }).Errors.Exception.Message | Should -BeLike '-NumberFormat is about rows*'
        (Get-Outcome { Invoke-LinearRegression -Data @(@(1), @(2), @(3)) -Target 1, 2, 4 -MissingValue Skip }).Errors.Exception.Message | Should -BeLike '-MissingValue is about the cells of rows*-Data*'
    }
}

Describe 'A missing value' {
    It 'is written <_>' -ForEach '', 'NA', 'N/A', 'n/a', '#N/A', '#NA', '<NA>', 'NaN', 'nan', 'NULL', 'null', '-', ' - ' {
        $text = $_
        $outcome = Get-Outcome { @{ a = 1; y = 1 }, @{ a = 2; y = 3 }, @{ a = $text; y = 4 }, @{ a = 3; y = $text }, @{ a = 4; y = 7 } | Invoke-LinearRegression -Feature a -Label y -MissingValue Skip }
        $outcome.Errors | Should -HaveCount 0
        $outcome.Output[0].Rows | Should -Be 3
        (Get-Outcome { @{ a = 1; y = 1 }, @{ a = 2; y = 3 }, @{ a = $text; y = 4 }, @{ a = 4; y = 7 } | Invoke-LinearRegression -Feature a -Label y }).Errors.Exception.Message | Should -BeLike '*-MissingValue Skip leaves such rows out with one warning.'
    }

    It 'is no dash in a category' {
        ('+', '-', '+', '-', '-' | ForEach-Object { $i = 0 } { [pscustomobject]@{ sign = $_; y = $i++ } } | Invoke-LinearRegression -Label y).Columns[0].Levels | Should -BeExactly '+', '-'
    }

    It 'in an array is skipped too' {
        $arrays = @{ x = 1, 2; y = 5 }, @{ x = 1, $null; y = 5 }, @{ x = 2, [double]::NaN; y = 5 }, @{ x = 'NA', 2; y = 5 }, @{ x = $null; y = 1 }, @{ x = 2, 1; y = 4 }
        $outcome = Get-Outcome { $arrays | Invoke-CurveFit 'x: [2]; w: [2]; x @ w' -Label y -MissingValue Skip -WarningAction Continue }
        $outcome.Errors | Should -HaveCount 0
        $outcome.Output[0].Rows | Should -Be 2
        $outcome.Warnings.Message | Should -Contain 'Rows left out because a value is missing: 4.'
    }
}

Describe 'A column of two kinds' {
    It 'is refused: <What>' -ForEach @(
        @{ What = '5 and 5%'; Cells = '5%', '7', '9%', '0', '11%'; Says = "Row 2, column 'a': '7' has no percent sign, and row 1 has one*" }
        @{ What = '5% and 5'; Cells = '5', '7', '9%', '0', '11'; Says = "Row 3, column 'a': '9%' has a percent sign, and row 1 has none*" }
        @{ What = 'true and 7'; Cells = $true, $false, 7, 1, $true; Says = "Row 3, column 'a': *7 does not go with the other cells: row 1 holds true or false*" }
        @{ What = '7 and true'; Cells = 7, 0, 1, $true, 3; Says = "Row 4, column 'a':*row 1 holds a number that is neither 0 nor 1*" }
    ) {
        $outcome = Get-Outcome { $i = 0; $Cells | ForEach-Object { @{ a = $_; y = $i++ } } | Invoke-LinearRegression -Feature a -Label y -NumberFormat Formatted }
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
        $outcome.Output[0].Rows | Should -Be 4
    }

    It 'that is a feature and the weight is called so' {
        (Get-Outcome { @{ w = 1; y = 2 }, @{ w = 2; y = 3 } | Invoke-LinearRegression -Feature w -Label y -Weight w }).Errors.Exception.Message | Should -BeLike "*'w' cannot be both feature and weight."
        (Get-Outcome { @{ w = 1; y = 2 }, @{ w = 2; y = 3 } | Invoke-LinearRegression -Feature w -Label y -Weight y }).Errors.Exception.Message | Should -BeLike "*'y' cannot be both label and weight."
    }
}
