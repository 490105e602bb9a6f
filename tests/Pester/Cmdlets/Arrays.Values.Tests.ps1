BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    # double[,] of rows.
    function Get-Matrix([object[]] $rows) {
        $matrix = [double[, ]]::new($rows.Count, $rows[0].Count)
        for ($i = 0; $i -lt $rows.Count; $i++) {
            for ($j = 0; $j -lt $rows[0].Count; $j++) { $matrix[$i, $j] = $rows[$i][$j] }
        }
        , $matrix
    }

    function Get-Flat($value) { if ($value -is [array]) { $value | ForEach-Object { Get-Flat $_ } } else { $value } }
}

Describe 'Values of vectors and matrices' {
    It 'takes a matrix given as <How>' -ForEach @(
        @{ How = 'a list of lists'; Value = { , @(@(1, 2, 3), @(4, 5, 6)) } }
        @{ How = 'double[,]'; Value = { Get-Matrix @(1, 2, 3), @(4, 5, 6) } }
        @{ How = 'double[][]'; Value = { , [double[][]]@([double[]](1, 2, 3), [double[]](4, 5, 6)) } }
        @{ How = 'float arrays'; Value = { , @([float[]](1, 2, 3), [float[]](4, 5, 6)) } }
        @{ How = 'lists of text'; Value = { , @(@('1', '2', '3'), @('4', '5', '6')) } }
        @{ How = 'what ConvertFrom-Json gives'; Value = { , ('{"m":[[1,2,3],[4,5,6]]}' | ConvertFrom-Json).m } }
        @{ How = 'a list that went through a pipeline'; Value = { , @(0, 3 | ForEach-Object { , @(($_ + 1), ($_ + 2), ($_ + 3)) }) } }
        @{ How = 'a generic list'; Value = { $list = [System.Collections.Generic.List[double[]]]::new(); $list.Add((1, 2, 3)); $list.Add((4, 5, 6)); , $list } }
    ) {
        $result = Measure-Expression 'A @ v' -At @{ A = (& $Value); v = 1, 10, 100 }
        , $result | Should -BeOfType ([double[]])
        $result | Should -Be 321, 654
    }

    It 'takes arrays whose indices begin elsewhere than at 0' {
        $vector = [Array]::CreateInstance([double], [int[]](3), [int[]](5))
        5..7 | ForEach-Object { $vector[$_] = $_ }
        (Measure-Expression 'v: [3]; v*1' -At @{ v = $vector }) | Should -Be 5, 6, 7
        Measure-Expression 'x*2' -At @{ x = $vector } | Should -Be 10, 12, 14
        (Measure-Expression 'A: [1, 3]; A @ [1, 10, 100]' -At @{ A = , $vector }) | Should -Be 765
        foreach ($type in [double], [int]) {
            $matrix = [Array]::CreateInstance($type, [int[]](2, 3), [int[]](1, -1))
            foreach ($i in 1, 2) { foreach ($j in -1, 0, 1) { $matrix[$i, $j] = (3 * $i) + $j - 1 } }
            (Measure-Expression 'A @ [1, 10, 100]' -At @{ A = $matrix }) | Should -Be 321, 654
            $matrix[1, -1] | Should -Be 1 -Because 'it is read only'
        }
    }

    It 'keeps a matrix symmetric that is declared so, in <_>' -ForEach LBFGS, Newton, PureNewton {
        $minimum = Find-Minimum 'H: [2, 2] symmetric; sum((H - [[2, 1], [3, 2]])^2)' -At @{ H = (0, 0), (0, 0) } -Method $_
        foreach ($entry in $minimum.At.H) { $entry | Assert-Near 2 -Within 1e-12 }
        $minimum.At.H[0, 1] | Should -BeExactly $minimum.At.H[1, 0]
        $minimum.Value | Assert-Near 2 -Within 1e-12
    }

    It 'gives numbers, vectors and matrices as such' {
        $at = @{ A = @(1, 2), @(3, 4); v = 1, 2 }
        Measure-Expression 'v @ A @ v' -At $at | Should -BeOfType double
        Measure-Expression 'v @ A @ v' -At $at | Should -Be 27
        $transposed = Measure-Expression 'A: [2, 2]; A.T' -At $at
        , $transposed | Should -BeOfType ([double[, ]])
        $transposed[0, 1] | Should -Be 3
        $transposed[1, 0] | Should -Be 2
    }

    It 'takes shapes from values where a text cannot be built with numbers' {
        Measure-Expression 'norm(v)' -At @{ v = 3, 4 } | Should -Be 5
        Measure-Expression 'v[1]' -At @{ v = 3, 4 } | Should -Be 4
        Measure-Expression 'sum(V^2)' -At @{ v = 3, 4 } | Should -Be 25
    }

    It 'still takes a list for a number as many points' {
        Measure-Expression 'x^2' -At @{ x = 1, 2, 3 } | Should -Be 1, 4, 9
        Measure-Expression 'v: [2]; c * sum(v)' -At @{ v = 1, 2; c = 1, 2, 3 } | Should -Be 3, 6, 9
        $vectors = @(Measure-Expression 'v: [2]; c * v' -At @{ v = 1, 2; c = 1, 2, 3 })
        $vectors | Should -HaveCount 3
        $vectors[2] | Should -Be 3, 6
    }

    It 'takes a matrix for a matrix where numbers would do' {
        $sum = Measure-Expression 'A + 1' -At @{ A = @(1, 2), @(3, 4) }
        $sum | Should -Be 2, 3, 4, 5
        $transposed = Measure-Expression { $A.T } -At @{ A = @(1, 2), @(3, 4) }
        $transposed | Should -Be 1, 3, 2, 4
    }

    It 'takes a matrix as a list of all elements, row after row, as JSON has it' {
        Measure-Expression 'A: [2, 3]; A[1, 0] * 10 + A[0, 1]' -At @{ A = 1, 2, 3, 4, 5, 6 } | Should -Be 42
        Measure-Expression 'A: [2, 3]; A[1, 0] * 10 + A[0, 1]' -At (@{ A = [double[,]]::new(2, 3) } | ConvertTo-Json | ConvertFrom-Json) | Should -Be 0
    }

    It 'takes the only element for a list of one, as PowerShell unrolls these' {
        Measure-Expression 'v: [1]; sum(v)' -At @{ v = 5 } | Should -Be 5
        Measure-Expression 'A: [1, 2]; sum(A)' -At @{ A = 5, 6 } | Should -Be 11
    }

    It 'gives gradients the shapes of their variables' {
        $measured = 'A: [2, 3]; v: [3]; c * sum((A @ v)^2)' | Measure-Expression -At @{ A = @(1, 2, 3), @(4, 5, 6); v = 1, 1, 1; c = 2 } -Gradient
        $measured.Value | Should -Be 522
        $measured.Gradient.Keys | Should -Be A, c, v
        , $measured.Gradient['A'] | Should -BeOfType ([double[, ]])
        $measured.Gradient['A'] | Should -Be 24, 24, 24, 60, 60, 60
        $measured.Gradient['c'] | Should -Be 261
        $measured.Gradient['v'] | Should -Be 264, 348, 432
    }

    It 'gives a Hessian over all elements, whose names are there' {
        $measured = 'H: [2, 2]; w: [2]; (w @ H @ w) / 2' | Measure-Expression -At @{ H = @(2, 1), @(1, 3); w = 1, 2 } -Hessian
        $measured.Elements | Should -Be 'H[0, 0]', 'H[0, 1]', 'H[1, 0]', 'H[1, 1]', 'w[0]', 'w[1]'
        $measured.Hessian[4, 4], $measured.Hessian[4, 5], $measured.Hessian[5, 5] | Should -Be 2, 1, 3
        $measured.Hessian[0, 4], $measured.Hessian[4, 0], $measured.Hessian[1, 4], $measured.Hessian[0, 0] | Should -Be 1, 1, 1, 0
    }

    It 'gives the Hessian of a squared norm where the norm has none' {
        ('v: [2]; norm(v)^2' | Measure-Expression -At @{ v = 0, 0 } -Hessian).Hessian | Should -Be 2, 0, 0, 2
    }

    It 'gives zeros of the right shape for second derivatives of what is linear' {
        $second = 'v: [2]; A: [2, 2]; sum(A @ v)' | Invoke-Differentiate v -Order 2
        $second.ToString() | Should -BeExactly 'zeros(2, 2)'
    }

    It 'shows what operators put together with two shapes for a name' {
        $wrong = (New-ExprNode 'v: [2]; v') + (New-ExprNode 'v: [3]; sum(v)')
        ($wrong | Out-String).Trim() -replace '\s+', ' ' | Should -BeLike "v + sum(v) # 'v' is a vector (*A name has one shape."
    }

    It 'agrees with NumPy in all 400 golden cases, gradients and Hessians too' {
        $wrong = foreach ($line in Get-Content "$PSScriptRoot/../../data/arrays.jsonl") {
            $case = $line | ConvertFrom-Json -AsHashtable
            $names = [string[]]@($case.at.Keys)
            [array]::Sort($names, [StringComparer]::Ordinal)
            $measured = $case.expression | Measure-Expression -At $case.at -Hessian
            $expected = @($case.value) + @($names | ForEach-Object { Get-Flat $case.gradient[$_] })
            $actual = @($measured.Value) + @($names | ForEach-Object { Get-Flat $measured.Gradient[$_] })
            if ($case.ContainsKey('hessian')) {
                $expected += Get-Flat $case.hessian
                $actual += Get-Flat $measured.Hessian
            }
            $allowed = 1e-12 * [math]::Max(1, $case.scale)
            if ($expected.Count -ne $actual.Count) { "$($actual.Count) numbers: $($case.expression)"; continue }
            for ($i = 0; $i -lt $expected.Count; $i++) {
                if (-not ([math]::Abs($expected[$i] - $actual[$i]) -le $allowed)) { "$($actual[$i]), not $($expected[$i]) at ${i}: $($case.expression)"; break }
            }
        }
        $wrong | Should -BeNullOrEmpty
    }

    It 'keeps a measurement through Clixml' {
        $measured = 'v: [2]; M: [2, 2]; v @ M @ v' | Measure-Expression -At @{ M = @(1, 2), @(3, 4); v = 1, 2 } -Gradient
        $file = Join-Path $TestDrive measured.clixml
        $measured | Export-Clixml $file
        $back = Import-Clixml $file
        $back.Gradient['M'] | Should -Be 1, 2, 2, 4
        $back.Gradient['M'][1, 0] | Should -Be 2
        $back.ToString() | Should -BeExactly $measured.ToString()
        $measured.ToString() | Should -BeExactly '27 { M: [[1, 2], [2, 4]]; v: [12, 21] }'
    }
}

Describe 'Values that do not fit' {
    It 'refuses <Value> for a matrix (2, 2) with <Id>, and goes on' -ForEach @(
        @{ Value = { , @(@(1, 2), @(3)) }; Id = 'ShapeMismatch'; Says = '*row 0 has 2 elements and row 1 has 1 element*' }
        @{ Value = { , @(@(1, 2), 3) }; Id = 'ShapeMismatch'; Says = '*row 1 is not a list*' }
        @{ Value = { , @(1, 2, 3) }; Id = 'ShapeMismatch'; Says = "*'A' is a vector (3), but 'A' is a matrix (2, 2)*" }
        @{ Value = { , @() }; Id = 'ValueMissing'; Says = "*'A' is an empty list*" }
        @{ Value = { 5 }; Id = 'ShapeMismatch'; Says = "*is a number, but 'A' is a matrix (2, 2)*" }
        @{ Value = { 'text' }; Id = 'ValueNotNumeric'; Says = '*' }
        @{ Value = { , @(@(1, 'two'), @(3, 4)) }; Id = 'ValueNotNumeric'; Says = "*A``[0, 1``] is 'two', not a number*" }
        @{ Value = { , [double[, , ]]::new(2, 2, 2) }; Id = 'ShapeMismatch'; Says = '*has 3 axes*' }
    ) {
        $outcome = Get-Outcome { 'A: [2, 2]; sum(A)', '1 + 1' | Measure-Expression -At @{ A = (& $Value) } }
        $outcome.Output | Should -Be 2
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }

    It 'refuses values that break a promised symmetry' {
        $outcome = Get-Outcome { 'H: [2, 2] symmetric; sum(H)' | Measure-Expression -At @{ H = @(1, 2), @(3, 4) } }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ValueNotSymmetric
        $outcome.Errors[0].Exception.Message | Should -BeLike '*H`[1, 0`] is 3 and H`[0, 1`] is 2*'
    }

    It 'refuses a Hessian that is too large, and goes on' {
        $outcome = Get-Outcome { 'v: [300000]; sum(v^2)', 'x: [2]; sum(x^2)' | Measure-Expression -At @{ v = [double[]]::new(300000); x = 1, 2 } -Hessian }
        $outcome.Output.Value | Should -Be 5
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly DataTooLarge
    }

    It 'takes arrays beside rows' {
        @{ x = 1 }, @{ x = 2 } | Measure-Expression 'v: [2]; x * sum(v)' -At @{ v = 1, 2 } | Should -Be 3, 6
    }
}

Describe 'Compiled functions of arrays' {
    It 'takes and gives arrays' {
        $f = New-CompiledExpression 'A: [2, 2]; v: [2]; A @ v' -Variable A, v
        $f.Invoke(@(@(1, 2), @(3, 4)), @(1, 2)) | Should -Be 5, 11
        $f.Invoke((Get-Matrix @(1, 2), @(3, 4)), [double[]](1, 2)) | Should -Be 5, 11
    }

    It 'takes the only array as PowerShell passes it' {
        $f = New-CompiledExpression 'v: [3]; 2 * v'
        $f.Invoke(@(1, 2, 3)) | Should -Be 2, 4, 6
        $f.Invoke([double[]](1, 2, 3)) | Should -Be 2, 4, 6
    }

    It 'gives gradients in the shapes of the variables' {
        $f = New-CompiledExpression 'A: [2, 2]; v: [2]; sum((A @ v)^2)' -Gradient
        $gradient = $f.InvokeGradient(@(@(1, 2), @(3, 4)), @(1, 2))
        $gradient['A'] | Should -Be 10, 20, 22, 44
        $gradient['v'] | Should -Be 76, 108
    }

    It 'says what does not fit' {
        $f = New-CompiledExpression 'v: [3]; w: [2]; sum(v) + sum(w)'
        { $f.Invoke(@(1, 2), @(1, 2)) } | Should -Throw "*'v' is a vector (2), but 'v' is a vector (3)*"
        { $f.Invoke(@(1, 2, 3)) } | Should -Throw '*takes 2 arguments (v, w), not 3*'
    }

    It 'still takes numbers of any kind' {
        $f = New-CompiledExpression 'x * y'
        $f.Invoke(2, 3) | Should -Be 6
        $f.Invoke(2.5, 2) | Should -Be 5
        $f.Invoke('2', 3.5) | Should -Be 7
    }
}

Describe 'Replacing variables by arrays' {
    It 'puts arrays in their places' {
        (Resolve-Expression 'A @ v' -At @{ A = @(1, 2), @(3, 4); v = 1, 2 }).ToString() | Should -BeExactly '[[1, 2], [3, 4]] @ [1, 2]'
        $tripled = Resolve-Expression 'v: [2]; c * v' -At @{ v = 1, 2 } | Measure-Expression -At @{ c = 3 }
        $tripled | Should -Be 3, 6
    }

    It 'refuses another shape' {
        $outcome = Get-Outcome { Resolve-Expression 'v: [2]; c * v' -At @{ v = 'a + b' } }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ShapeMismatch
        $outcome.Errors[0].Exception.Message | Should -BeLike "*What takes the place of 'v' is a number, but 'v' is a vector (2)*"
    }
}
