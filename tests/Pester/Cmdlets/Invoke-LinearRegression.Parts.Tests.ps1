BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $iris = Import-Csv (Join-Path $repositoryRoot examples/data/iris.csv)
    $whole = $iris | Invoke-LinearRegression -Feature PetalLength, SepalWidth -Label PetalWidth
    $files = @(foreach ($i in 0..2) { , @($iris[(50 * $i)..(50 * $i + 49)]) })
    $parts = foreach ($file in $files) { $file | Invoke-LinearRegression -Feature PetalLength, SepalWidth -Label PetalWidth -AsPartial }
    # Large enough for a factor.
    $long = foreach ($i in 1..600) { [pscustomobject]@{ x = $i % 17; z = [Math]::Sin($i); y = 2 * ($i % 17) - [Math]::Sin($i) + ($i % 5); w = 1 + $i % 2 } }
    $factors = foreach ($i in 0..1) { $long[(300 * $i)..(300 * $i + 299)] | Invoke-LinearRegression -Label y -Weight w -AsPartial }
    function Get-Bit($Fit) { @($Fit.Coefficients.Values) + @($Fit.StandardErrors.Values) + $Fit.RSquared | ForEach-Object { [BitConverter]::DoubleToInt64Bits($_) } }
}

Describe 'Parts of a linear regression' {
    It 'give the fit of all rows' {
        $joined = $parts | Invoke-LinearRegression
        $joined | Should -BeOfType PSAutodiff.LinearRegressionResult
        $joined.Rows | Should -Be 150
        foreach ($name in 'Intercept', 'PetalLength', 'SepalWidth') {
            $joined.Coefficients[$name] | Assert-Near $whole.Coefficients[$name]
            $joined.StandardErrors[$name] | Assert-Near $whole.StandardErrors[$name]
        }
        $joined.RSquared | Assert-Near $whole.RSquared
        ($iris[0] | Invoke-AutodiffModel $joined).Prediction | Assert-Near ($iris[0] | Invoke-AutodiffModel $whole).Prediction
    }

    It 'give the same bits in every order, and out of a job, a thread and a file' {
        foreach ($kind in @(, $parts), @(, $factors)) {
            $some = $kind[0]
            $expected = Get-Bit ($some | Invoke-LinearRegression)
            [array]::Reverse($some)
            Get-Bit ($some | Invoke-LinearRegression) | Should -Be $expected
            $some | Export-Clixml TestDrive:/parts.xml
            Get-Bit (Import-Clixml TestDrive:/parts.xml | Invoke-LinearRegression) | Should -Be $expected
        }
        $base = $moduleBase
        $fromJobs = $files | ForEach-Object { Start-Job { Import-Module $using:base; $args | Invoke-LinearRegression -Feature PetalLength, SepalWidth -Label PetalWidth -AsPartial } -ArgumentList $_ } |
            Receive-Job -Wait -AutoRemoveJob
        Get-Bit ($fromJobs | Invoke-LinearRegression) | Should -Be (Get-Bit ($parts | Invoke-LinearRegression))
        $fromThreads = $files | ForEach-Object -Parallel { Import-Module $using:base; $_ | Invoke-LinearRegression -Feature PetalLength, SepalWidth -Label PetalWidth -AsPartial }
        Get-Bit ($fromThreads | Invoke-LinearRegression) | Should -Be (Get-Bit ($parts | Invoke-LinearRegression))
    }

    It 'are small: the factor of 300 rows of 2 features has ten numbers' {
        $factors[0].Rows | Should -Be 300
        $factors[0].Factor.Length | Should -Be 80
        $factors[0].Weight | Should -BeExactly w
    }

    It 'can be joined step by step, and with penalties' {
        $first = $factors[0] | Invoke-LinearRegression -AsPartial
        (@($first) + $factors[1] | Invoke-LinearRegression).Coefficients['x'] | Assert-Near ($long | Invoke-LinearRegression -Label y -Weight w).Coefficients['x']
        ($factors | Invoke-LinearRegression -Ridge 0.5).Coefficients['x'] | Assert-Near ($long | Invoke-LinearRegression -Label y -Weight w -Ridge 0.5).Coefficients['x']
        ($factors | Invoke-LinearRegression -Lasso 0.5).Coefficients['x'] | Assert-Near ($long | Invoke-LinearRegression -Label y -Weight w -Lasso 0.5).Coefficients['x']
    }

    It 'come out of arrays too' {
        $data = @((1, 2), (2, 1), (3, 5), (4, 4))
        $array = Invoke-LinearRegression -Data $data -Target 1, 2, 3, 5 -AsPartial
        ($array | Invoke-LinearRegression).Coefficients['x1'] | Assert-Near (Invoke-LinearRegression -Data $data -Target 1, 2, 3, 5).Coefficients['x1']
    }

    It 'are refused: <What>' -ForEach @(
        @{ What = 'other features'; Id = 'PartInvalid'; Says = 'features'; Call = { $parts[0], ($iris | Invoke-LinearRegression -Feature SepalWidth, PetalLength -Label PetalWidth -AsPartial) | Invoke-LinearRegression } }
        @{ What = 'another label'; Id = 'PartInvalid'; Says = 'predicts'; Call = { $parts[0], ($iris | Invoke-LinearRegression -Feature PetalLength, SepalWidth -Label SepalLength -AsPartial) | Invoke-LinearRegression } }
        @{ What = 'no intercept'; Id = 'PartInvalid'; Says = 'intercept'; Call = { $parts[0], ($iris | Invoke-LinearRegression -Feature PetalLength, SepalWidth -Label PetalWidth -NoIntercept -AsPartial) | Invoke-LinearRegression } }
        @{ What = 'other weights'; Id = 'PartInvalid'; Says = 'weights'; Call = { $factors[0], ($long | Invoke-LinearRegression -Feature x, z -Label y -AsPartial) | Invoke-LinearRegression } }
        @{ What = 'rows after a part'; Id = 'PartInvalid'; Says = 'together'; Call = { $parts[0], $iris[0] | Invoke-LinearRegression } }
        @{ What = 'a part after rows'; Id = 'PartInvalid'; Says = 'together'; Call = { $iris[0], $parts[0] | Invoke-LinearRegression -Label PetalWidth -Feature PetalLength } }
        @{ What = '-Feature where they are joined'; Id = 'ArgumentInvalid'; Says = 'settled'; Call = { $parts | Invoke-LinearRegression -Feature PetalLength } }
        @{ What = '-Ridge where they are made'; Id = 'ArgumentInvalid'; Says = 'joined'; Call = { $iris | Invoke-LinearRegression -Feature PetalLength -Label PetalWidth -Ridge 1 -AsPartial } }
        @{ What = 'another family'; Id = 'ArgumentInvalid'; Says = 'Family'; Call = { $iris | Invoke-LinearRegression -Feature PetalLength -Label Species -Family Binomial -AsPartial } }
        @{ What = 'a column of text'; Id = 'ColumnNotNumeric'; Says = 'AsPartial'; Call = { $iris | Invoke-LinearRegression -Feature Species -Label PetalWidth -AsPartial } }
        @{ What = 'nothing at all'; Id = 'RowsMissing'; Says = 'Label'; Call = { @() | Invoke-LinearRegression } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -BeNullOrEmpty
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        "$($outcome.Errors[0])" | Should -Match $Says
    }

    It 'are refused when they were changed on the way' {
        $parts[0] | Export-Clixml TestDrive:/part.xml
        $text = Get-Content TestDrive:/part.xml -Raw
        Set-Content TestDrive:/part.xml ($text -replace '("|&quot;)rows\1:50', '$1rows$1:49')
        $outcome = Get-Outcome { Import-Clixml TestDrive:/part.xml | Invoke-LinearRegression }
        $outcome.Output | Should -BeNullOrEmpty
        $outcome.Errors.Count | Should -BeGreaterThan 0
    }

    It 'says that nothing came where no part arrives' {
        $outcome = Get-Outcome { @() | Invoke-LinearRegression }
        $outcome.Errors[0].Exception.Message | Should -BeExactly 'Nothing came through the pipeline: neither rows, of which -Label names the column to predict, nor parts of a regression that -AsPartial made.'
    }
}
