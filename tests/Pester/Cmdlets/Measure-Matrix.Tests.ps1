BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    function Get-Product([double[,]]$Left, [double[,]]$Right) {
        $product = [double[,]]::new($Left.GetLength(0), $Right.GetLength(1))
        for ($i = 0; $i -lt $Left.GetLength(0); $i++) {
            for ($j = 0; $j -lt $Right.GetLength(1); $j++) {
                for ($k = 0; $k -lt $Right.GetLength(0); $k++) { $product[$i, $j] += $Left[$i, $k] * $Right[$k, $j] }
            }
        }
        , $product
    }
    $hessian = 'x^2 + x*y + y^2' | Invoke-Differentiate -Hessian
}

Describe 'Measure-Matrix' {
    It 'has all that a matrix has' {
        $result = Measure-Matrix @((2, 1), (1, 2))
        $result | Should -BeOfType PSAutodiff.MatrixAnalysis
        $result.Rank, $result.Trace, $result.Determinant | Should -Be 2, 4, 3
        $result.Condition | Assert-Near 3 -Within 1e-14
        $result.Eigenvalues[0] | Assert-Near 3 -Within 1e-14
        $result.SingularValues[1] | Assert-Near 1 -Within 1e-14
        $result.Inverse[0, 1] | Should -Be (-1 / 3)
        $result.PseudoInverse[1, 1] | Should -Be (2 / 3)
        $result.IsSymmetric | Should -BeTrue
        $result.Definiteness | Should -Be PositiveDefinite
        $result.Notes | Should -HaveCount 0
    }

    It 'takes <What>' -ForEach @(
        @{ What = 'double[,]'; Call = { $m = [double[,]]::new(2, 2); $m[0, 0] = $m[1, 1] = 2; $m[0, 1] = $m[1, 0] = 1; Measure-Matrix $m } }
        @{ What = 'arrays of arrays'; Call = { Measure-Matrix @([double[]](2, 1), [double[]](1, 2)) } }
        @{ What = 'rows that are lists'; Call = { (2, 1), (1, 2) | Measure-Matrix } }
        @{ What = 'rows that are objects'; Call = { [pscustomobject]@{ a = 2; b = '1' }, [pscustomobject]@{ a = 1; b = 2.0 } | Measure-Matrix } }
        @{ What = 'a list of objects'; Call = { Measure-Matrix @([pscustomobject]@{ a = 2; b = 1 }, [pscustomobject]@{ a = 1; b = 2 }) } }
        @{ What = 'dictionaries, and columns by name'; Call = { [ordered]@{ name = 'p'; a = 2; b = 1 }, [ordered]@{ name = 'q'; a = 1; b = 2 } | Measure-Matrix -Feature a, b } }
        @{ What = 'a measurement'; Call = { Measure-Expression 'x^2 + x*y + y^2' -At @{ x = 0; y = 0 } -Hessian | Measure-Matrix } }
        @{ What = 'a Hessian'; Call = { $hessian | Measure-Matrix -At @{ x = 0; y = 0 } } }
        @{ What = 'a Hessian by position'; Call = { Measure-Matrix $hessian -At @{ x = 3; y = 1 } } }
        @{ What = 'a Jacobian'; Call = { 'x^2 + y', 'x + y^2' | Invoke-Differentiate -Jacobian | Measure-Matrix -At @{ x = 1; y = 1 } } }
        @{ What = 'a whole matrix from the pipeline'; Call = { , @((2, 1), (1, 2)) | Measure-Matrix } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 0
        $outcome.Output | Should -HaveCount 1
        $outcome.Output.Determinant | Should -Be 3
        $outcome.Output.Eigenvalues[1] | Assert-Near 1 -Within 1e-14
    }

    It 'names the columns where it knows them' {
        (Measure-Matrix $hessian -At @{ x = 3; y = 1 }).Variables | Should -BeExactly x, y
        ([pscustomobject]@{ a = 2; b = 1 } | Measure-Matrix).Variables | Should -BeExactly a, b
        (Measure-Matrix 5).Variables | Should -HaveCount 0
    }

    It 'works on several matrices, and a bad one costs the others nothing' {
        $outcome = Get-Outcome { @((1, 0), (0, 1)), @((1, [double]::PositiveInfinity), (0, 1)), @((2, 0), (0, 2)) | Measure-Matrix }
        $outcome.Output.Determinant | Should -Be 1, 4
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ValueNotFinite
    }

    It 'writes one result with -Property, vectors number by number and matrices whole' {
        Measure-Matrix @((2, 1), (1, 2)) -Property Determinant | Should -Be 3
        @(Measure-Matrix @((3, 0), (0, 2)) -Property Eigenvalues) | Should -Be 3, 2
        $inverse = Measure-Matrix @((2, 0), (0, 4)) -Property Inverse
        , $inverse | Should -BeOfType 'double[,]'
        $inverse[1, 1] | Should -Be 0.25
        $complex = @(Measure-Matrix @((0, -2), (2, 0)) -Property Eigenvalues)
        $complex[0] | Should -BeOfType System.Numerics.Complex
        $complex.Imaginary | Should -Be 2, -2
    }

    It 'shows the hat matrix of a regression: A^2 = A, its rank, its trace, eigenvalues 0 and 1' {
        $x = @((1, 1), (1, 2), (1, 3), (1, 5))
        $plus = Measure-Matrix $x -Property PseudoInverse
        $data = [double[,]]::new(4, 2); foreach ($i in 0..3) { $data[$i, 0] = $x[$i][0]; $data[$i, 1] = $x[$i][1] }
        $hat = Get-Product $data $plus
        $square = Get-Product $hat $hat
        foreach ($i in 0..3) { foreach ($j in 0..3) { $square[$i, $j] | Assert-Near $hat[$i, $j] -Within 1e-14 } }
        $result = Measure-Matrix $hat
        $result.Rank | Should -Be 2
        $result.Trace | Assert-Near 2 -Within 1e-14
        $result.IsSymmetric | Should -BeTrue
        $result.Definiteness | Should -Be PositiveSemidefinite
        foreach ($i in 0..3) { $result.Eigenvalues[$i] | Assert-Near (1, 1, 0, 0)[$i] -Within 1e-14 }
        $result.Inverse | Should -BeNullOrEmpty
        $result.Notes | Should -BeLike 'Inverse: the matrix is singular*rank is 2 of 4*'
    }

    It 'counts singular values by -Tolerance' {
        (Measure-Matrix @((1e10, 0), (0, 1e-10))).Rank | Should -Be 1
        $loose = Measure-Matrix @((1e10, 0), (0, 1e-10)) -Tolerance 0
        $loose.Rank, $loose.Tolerance | Should -Be 2, 0
        $loose.Inverse[1, 1] | Should -Be 1e10
    }

    It 'shows names of properties and what belongs to them' {
        $shown = Measure-Matrix @((0, -2), (2, 0)) | Out-String -Width 100
        $shown | Should -Match '(?m)^2 x 2 matrix, rank 2, condition 1\s*$'
        $shown | Should -Match '(?m)^Eigenvalues\s+0\+2i\s+0-2i\s*$'
        $shown | Should -Match '(?m)^Inverse\s+0\s+0\.5\s*$'
        $shown | Should -Match '(?m)^Definiteness: only a symmetric matrix'
    }

    It 'reports <Id> for <What>' -ForEach @(
        @{ What = 'an inverse of a singular matrix'; Id = 'MatrixSingular'; Says = 'Inverse: the matrix is singular*rank is 1 of 2*'; Call = { Measure-Matrix @((1, 2), (2, 4)) -Property Inverse } }
        @{ What = 'a determinant of a matrix that is not square'; Id = 'MatrixNotSquare'; Says = 'Determinant: *3 rows and 2 columns*'; Call = { Measure-Matrix @((1, 2), (2, 4), (5, 6)) -Property Determinant } }
        @{ What = 'eigenvalues of one row'; Id = 'MatrixNotSquare'; Says = '*1 row and 2 columns*'; Call = { , (1, 2) | Measure-Matrix -Property Eigenvalues } }
        @{ What = 'definiteness without symmetry'; Id = 'MatrixNotSymmetric'; Says = '*Row 1, column 2 is 2, but row 2, column 1 is 3*'; Call = { Measure-Matrix @((1, 2), (3, 4)) -Property Definiteness } }
        @{ What = 'NaN'; Id = 'ValueNotFinite'; Says = '*row 2, column 1*NaN*'; Call = { Measure-Matrix @((1, 2), ([double]::NaN, 4)) } }
        @{ What = 'an infinite cell of a row'; Id = 'ValueNotFinite'; Says = "Row 2, column 'a'*"; Call = { @{ a = 1 }, @{ a = [double]::PositiveInfinity }, @{ a = 2 } | Measure-Matrix } }
        @{ What = 'a Hessian that is not finite'; Id = 'ValueNotFinite'; Says = '*Hessian*row 1, column 1*'; Call = { 'x^0.5' | Invoke-Differentiate -Hessian | Measure-Matrix -At @{ x = 0 } } }
        @{ What = 'rows of different length'; Id = 'DataInvalid'; Says = '*row 2*'; Call = { Measure-Matrix @((1, 2), (3, 4, 5)) } }
        @{ What = 'rows of different length from the pipeline'; Id = 'DataInvalid'; Says = '*row 2 has 3 values*'; Call = { (1, 2), (3, 4, 5) | Measure-Matrix } }
        @{ What = 'no entries'; Id = 'DataInvalid'; Says = '*no entries*'; Call = { Measure-Matrix @() } }
        @{ What = 'a matrix that the pipeline took apart'; Id = 'DataInvalid'; Says = '*write Measure-Matrix $matrix*'; Call = { $m = [double[,]]::new(2, 2); $m | Measure-Matrix } }
        @{ What = 'text'; Id = 'DataInvalid'; Says = "*'abc'*"; Call = { Measure-Matrix abc } }
        @{ What = 'text in a cell'; Id = 'ValueNotNumeric'; Says = "*row 1, column 2*'b'*"; Call = { Measure-Matrix @((1, 'b'), (2, 3)) } }
        @{ What = 'a column of text'; Id = 'ColumnNotNumeric'; Says = "*column 'b'*-Feature*"; Call = { [pscustomobject]@{ a = 1; b = 'x' } | Measure-Matrix } }
        @{ What = 'a row without a column'; Id = 'ColumnMissing'; Says = '*Row 2*'; Call = { [pscustomobject]@{ a = 1; b = 2 }, [pscustomobject]@{ a = 1 } | Measure-Matrix } }
        @{ What = 'a null between the rows'; Id = 'RowNull'; Says = 'Row 2*'; Call = { (1, 2), $null, (3, 4) | Measure-Matrix } }
        @{ What = 'rows of two kinds'; Id = 'DataInvalid'; Says = '*Row 2*one kind*'; Call = { (1, 2), [pscustomobject]@{ a = 1; b = 2 } | Measure-Matrix } }
        @{ What = 'two sources'; Id = 'DataInvalid'; Says = '*one of the two*'; Call = { (1, 2), (3, 4) | Measure-Matrix @((1, 2), (3, 4)) } }
        @{ What = 'a Hessian without values'; Id = 'ValueMissing', 'VariableNotBound'; Says = "*'x'*-At*"; Call = { $hessian3 = 'x^3' | Invoke-Differentiate -Hessian; $hessian3 | Measure-Matrix } }
        @{ What = 'a measurement without a Hessian'; Id = 'HessianMissing'; Says = '*-Hessian*'; Call = { Measure-Expression 'x^2' -At @{ x = 1 } -Gradient | Measure-Matrix } }
        @{ What = 'a bad tolerance'; Id = 'ToleranceInvalid'; Says = '*-1*'; Call = { Measure-Matrix 5 -Tolerance -1 } }
        @{ What = 'nothing'; Id = 'RowsMissing'; Says = '*no matrix*'; Call = { Measure-Matrix } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeIn $Id
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }
}

Describe 'A large matrix' {
    It 'does not keep Ctrl+C waiting' {
        $shell = [PowerShell]::Create()
        try {
            $null = $shell.AddScript({
                    param($module)
                    Import-Module $module
                    $random = [Random]::new(1)
                    $matrix = [double[, ]]::new(1000, 1000)
                    foreach ($i in 0..999) { foreach ($j in 0..999) { $matrix[$i, $j] = $random.NextDouble() } }
                    'ready'
                    Measure-Matrix (, $matrix)
                }).AddArgument((Get-Module PSAutodiff).Path)
            $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
            $run = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $output)
            while ($output.Count -eq 0 -and -not $run.IsCompleted) { Start-Sleep -Milliseconds 20 }
            Start-Sleep -Milliseconds 500
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 3
            $output | Should -HaveCount 1
        }
        finally {
            $shell.Dispose()
        }
    }
}
