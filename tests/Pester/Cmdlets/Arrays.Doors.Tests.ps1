# Vectors and matrices through the cmdlets that differentiate, check, search and compare; and those that work on numbers alone.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'Invoke-Differentiate -Direction' {
    It 'gives Hessian times vector in two calls' {
        $gradient = Invoke-Differentiate 'H: [3,3] symmetric; w: [3]; b: [3]; b @ w + (w @ H @ w)/2' w
        "$gradient" | Should -BeExactly 'H: [3, 3] symmetric; b: [3]; w: [3]; b + H @ w'
        "$($gradient | Invoke-Differentiate -Direction @{ w = 'v' })" | Should -BeExactly 'H: [3, 3] symmetric; v: [3]; H @ v'
    }

    It 'takes <What> as a direction' -ForEach @(
        @{ What = 'a text of the shape of the variable'; Direction = { 'v' }; Expected = 'v: [2]; w: [2]; 2 * (v @ w)'; At = @{}; Value = 0 }
        @{ What = 'a text with shapes of its own'; Direction = { 'A: [2, 3]; u: [3]; A @ u' }; At = @{ A = (1, 0, 2), (0, 1, 0); u = 1, 2, 3 }; Expected = ''; Value = 2 * (7 * 3 + 2 * 4) }
        @{ What = 'numbers'; Direction = { 1, 2 }; Expected = ''; At = @{}; Value = 22 }
        @{ What = 'what ConvertFrom-Json gives'; Direction = { '[1, 2]' | ConvertFrom-Json }; Expected = ''; At = @{}; Value = 22 }
        @{ What = 'a node'; Direction = { New-ExprNode 'v: [2]; 2*v' }; Expected = ''; At = @{ v = 1, 2 }; Value = 44 }
        @{ What = 'the variable itself'; Direction = { 'w' }; Expected = ''; At = @{}; Value = 50 }
    ) {
        $along = Invoke-Differentiate 'w: [2]; w @ w' -Direction @{ w = & $Direction }
        if ($Expected) { "$along" | Should -BeExactly $Expected }
        else { $along | Measure-Expression -At ($At + @{ w = 3, 4 }) | Should -Be $Value }
    }

    It 'adds up what several variables do, and knows numbers too' {
        "$(Invoke-Differentiate 'x^2*y' -Direction @{ x = 1; y = 'dy' })" | Should -BeExactly '2 * x * y + x^2 * dy'
        $along = Invoke-Differentiate 'sum(t * v)' -Direction @{ t = 2 } -ErrorAction SilentlyContinue -ErrorVariable problem
        $along | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ShapeMismatch,*'
        $along = Invoke-Differentiate 'v: [2]; sum(t * v)' -Direction @{ t = 2; v = 5, 6 }
        $along | Measure-Expression -At @{ t = 3; v = 10, 20 } | Should -Be (2 * 30 + 3 * 11)
    }

    It 'is an array for an array' {
        $along = Invoke-Differentiate 'w: [2]; exp(w)' -Direction @{ w = 1, 0 }
        ($along | Measure-Expression -At @{ w = 0, 5 }) | Should -Be 1, 0
    }

    It 'fails for one expression alone: <Why>' -ForEach @(
        @{ Why = 'another shape'; Direction = @{ w = 1, 2, 3 }; Id = 'ShapeMismatch' }
        @{ Why = 'a number for a vector'; Direction = @{ w = 1 }; Id = 'ShapeMismatch' }
        @{ Why = 'no such variable'; Direction = @{ q = 'v' }; Id = 'VariableUnknown' }
        @{ Why = 'a text that is none'; Direction = @{ w = '2 +' }; Id = 'ExpressionSyntax' }
        @{ Why = 'an element that is not a number'; Direction = @{ w = 1, 'x' }; Id = 'ValueNotNumeric' }
    ) {
        $results = @('w: [2]; w @ w', '7' | Invoke-Differentiate -Direction $Direction -ErrorAction SilentlyContinue -ErrorVariable problem -WarningAction SilentlyContinue)
        $problem | Should -HaveCount 1
        $problem[0].FullyQualifiedErrorId | Should -BeExactly "$Id,PSAutodiff.Commands.InvokeDifferentiateCommand"
        $results | Should -HaveCount 1
        $results[0].Value | Should -Be 0
    }

    It 'warns of a name that no expression has' {
        $null = Invoke-Differentiate 'w: [2]; w @ w' -Direction @{ w = 'v'; q = 'r' } -WarningVariable warning -WarningAction SilentlyContinue
        "$warning" | Should -BeLike "*no variable 'q'*"
    }

    It 'is refused with <With>' -ForEach @(
        @{ With = '-Gradient'; More = @{ Gradient = $true }; Id = 'ArgumentInvalid' }
        @{ With = '-Hessian'; More = @{ Hessian = $true }; Id = 'ArgumentInvalid' }
        @{ With = '-Variable'; More = @{ Variable = 'w' }; Id = 'ArgumentInvalid' }
        @{ With = '-Order'; More = @{ Order = 2 }; Id = 'ArgumentInvalid' }
        @{ With = '-Mode Reverse'; More = @{ Mode = 'Reverse' }; Id = 'ArgumentInvalid' }
        @{ With = '-Step'; More = @{ Step = $true }; Id = 'StepUnsupported' }
    ) {
        { Invoke-Differentiate 'w: [2]; w @ w' -Direction @{ w = 'v' } @More } | Should -Throw -ErrorId "$Id,*"
    }

    It 'says so when it is <What>' -ForEach @(@{ What = 'null'; Value = $null }, @{ What = 'empty'; Value = @{} }, @{ What = 'no dictionary'; Value = 'v' }) {
        { Invoke-Differentiate 'w: [2]; w @ w' -Direction $Value } | Should -Throw -ErrorId 'ValueMissing,*'
    }
}

Describe 'Invoke-Differentiate by vectors and matrices' {
    It 'prints gradients as formulas: <Text> by <Variable>' -ForEach @(
        @{ Text = 'X: [5,3]; w: [3]; y: [5]; mean((X @ w - y)^2)'; Variable = 'w'; Expected = '0.4 * (X.T @ (X @ w - y))' }
        @{ Text = 'H: [3,3]; w: [3]; b: [3]; b @ w + (w @ H @ w)/2'; Variable = 'w'; Expected = 'b + 0.5 * ((H.T + H) @ w)' }
        @{ Text = 'x: [4]; W: [4,3]; y: [3]; logsumexp(x @ W) - y @ (x @ W)'; Variable = 'W'; Expected = 'outer(x, softmax(x @ W) - y)' }
    ) {
        ("$(Invoke-Differentiate $Text $Variable)" -split '; ')[-1] | Should -BeExactly $Expected
    }

    It 'gives one for each variable' {
        $gradient = Invoke-Differentiate 'A: [2,2]; x: [2]; sum(tanh(A @ x))' -Gradient
        $gradient.Variables | Should -Be 'A', 'x'
        $gradient.A.Shape | Should -Be 2, 2
        $gradient.x.Shape | Should -Be 2
    }

    It 'gives one matrix over all elements with <What>, which has numbers' -ForEach @(
        @{ What = 'Hessian'; Text = 'w: [2]; exp(w @ w)'; Expected = 'outer(w, 4 * exp(w @ w) * w) + 2 * exp(w @ w) * eye(2)' }
        @{ What = 'Jacobian'; Text = 'w: [2]; A: [3, 2]; exp(A @ w)'; Expected = 'diag(exp(A @ w)) @ A' }
    ) {
        $more = @{ $What = $true }
        $matrix = $Text | Invoke-Differentiate w @more
        $matrix | Should -BeOfType PSAutodiff.ExprNode
        $matrix | ConvertTo-ExprText | Should -BeLike "*; $Expected"
        $at = @{ w = 0.5, -1; A = (1, 2), (3, 4), (5, 6) }
        if ($What -eq 'Jacobian') { return }
        $at.Remove('A')
        $value = $matrix | Measure-Expression -At $at
        $numbers = ($Text | Measure-Expression -At $at -Hessian).Hessian
        foreach ($i in 0, 1) { foreach ($j in 0, 1) { [Math]::Abs($value[$i, $j] / $numbers[$i, $j] - 1) | Should -BeLessThan 1e-14 } }
    }

    It 'names -Direction where there is no such matrix for -<What>, and goes on' -ForEach @(
        @{ What = 'Hessian'; Text = 'W: [2, 2]; sum(W^2)' }
        @{ What = 'Jacobian'; Text = 'W: [2, 2]; W' }
    ) {
        $more = @{ $What = $true }
        $results = @($Text | Invoke-Differentiate @more -ErrorAction SilentlyContinue -ErrorVariable problem)
        $results | Should -HaveCount 0
        $problem[0].FullyQualifiedErrorId | Should -BeExactly 'DerivativeOfArray,PSAutodiff.Commands.InvokeDifferentiateCommand'
        $problem[0].Exception.Message | Should -BeLike '*-Direction*'
    }

    It 'tells the steps by a vector' {
        $steps = 'w: [2]; w @ w' | Invoke-Differentiate w -Step
        $steps[0].Rule | Should -BeExactly "product rule for matrix products: g * (u @ v)' = (g * v) : u' + (g * u) : v'"
        $steps[-1].WholeText | Should -BeExactly '2 * w'
    }
}

Describe 'Test-Derivative by element' {
    It 'checks all elements, by name' {
        $at = @{ A = (1, 2), (3, 4); x = 0.1, 0.2 }
        Test-Derivative 'sum(tanh(A @ x))' -At $at | Should -BeTrue
        $rows = Test-Derivative 'sum(tanh(A @ x))' -At $at -Variable A -Detailed
        $rows.Variable | Should -Be 'A[0, 0]', 'A[0, 1]', 'A[1, 0]', 'A[1, 1]'
        $rows.Passed | Should -Not -Contain $false
    }

    It 'compares candidates element by element' {
        Test-Derivative 'W: [2,2]; sum(W^2)' -At @{ W = (1, 2), (3, 4) } -Derivative '2*W' | Should -BeTrue
        $rows = Test-Derivative 'W: [2,2]; sum(W^2)' -At @{ W = (1, 2), (3, 4) } -Derivative @{ W = '2*W + [[0, 0], [0.1, 0]]' } -Detailed
        ($rows | Where-Object { -not $_.Passed }).Variable | Should -BeExactly 'W[1, 0]'
        $null = Test-Derivative 'W: [2,2]; sum(W^2)' -At @{ W = (1, 2), (3, 4) } -Derivative 'sum(W)' -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ShapeMismatch,*'
    }

    It 'takes a list for the value of a vector where the text could be one of numbers, and not where it could not' {
        Test-Derivative 'norm(w - [1, 2])^2' -At @{ w = 0, 1 } | Should -BeTrue
        $null = Test-Derivative 'x^2' -At @{ x = 0, 1 } -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ValueNotNumeric,*'
    }
}

Describe 'Find-Minimum over vectors and matrices' {
    It 'ends where least squares do, with <Method>' -ForEach @(
        @{ Method = 'LBFGS'; More = @{} }, @{ Method = 'Newton'; More = @{} }, @{ Method = 'PureNewton'; More = @{} }, @{ Method = 'GradientDescent'; More = @{ LearningRate = 0.2; Tolerance = 1e-15 } }
        @{ Method = 'Momentum'; More = @{ LearningRate = 0.05 } }, @{ Method = 'Adam'; More = @{ LearningRate = 0.05 } }
    ) {
        $minimum = 'X: [3,2]; y: [3]; w: [2]; mean((X @ w - y)^2)' | Resolve-Expression -At @{ X = (1, 0), (1, 1), (1, 2); y = 1, 2, 4 } |
            Find-Minimum -At @{ w = 0, 0 } -Method $Method @More
        $minimum.StopReason | Should -Be Converged
        , $minimum.At.w | Should -BeOfType ([double[]])
        $minimum.At.w[0] | Should -BeLessThan (5 / 6 + 1e-5)
        $minimum.At.w[0] | Should -BeGreaterThan (5 / 6 - 1e-5)
        $minimum.At.w[1] | Should -BeLessThan (1.5 + 1e-5)
        $minimum.At.w[1] | Should -BeGreaterThan (1.5 - 1e-5)
    }

    It 'keeps the shape of a matrix on the way, at the end and in the view' {
        $minimum = Find-Minimum 'A: [2,2]; t: [2]; sum((A - 1)^2) + t @ t' -At @{ A = (1, 2), (3, 4); t = 1, 2 } -KeepPath
        , $minimum.At.A | Should -BeOfType ([double[,]])
        , $minimum.Gradient.A | Should -BeOfType ([double[,]])
        $minimum.Path[0].At.A[1, 0] | Should -Be 3
        $minimum.Path[0].Gradient.A[1, 0] | Should -Be 4
        ($minimum.Path | Select-Object -First 1 | Out-String) | Should -Match 'A = \[\[1, 2\], \[3, 4\]\], t = \[1, 2\]'
        $again = Find-Minimum 'A: [2,2]; t: [2]; sum((A - 1)^2) + t @ t' -At $minimum
        $again.Value | Should -BeLessOrEqual $minimum.Value
    }

    It 'comes back from Clixml' {
        $minimum = Find-Minimum 'A: [2,2]; sum((A - 1)^2)' -At @{ A = (1, 2), (3, 4) } -KeepPath
        $path = Join-Path $TestDrive minimum.xml
        $minimum | Export-Clixml $path
        $back = Import-Clixml $path
        $back | Should -BeOfType PSAutodiff.Minimum
        for ($i = 0; $i -lt 4; $i++) { $back.At.A[[math]::Floor($i / 2), ($i % 2)] | Should -BeExactly $minimum.At.A[[math]::Floor($i / 2), ($i % 2)] }
        $back.Path[0].At.A[1, 1] | Should -Be 4
    }

    It 'names elements in its messages: <Text>' -ForEach @(
        @{ Text = 'w: [2]; w @ w'; At = @{ w = 0, [double]::NaN }; Id = 'ValueNotFinite'; Like = "*'w?1?'*" }
        @{ Text = 'w: [2]; sum(log(w))'; At = @{ w = 1, -1 }; Id = 'ValueNotFinite'; Like = '*w?1? = -1*' }
        @{ Text = 'w: [2]; w^2'; At = @{ w = 1, -1 }; Id = 'ShapeMismatch'; Like = '*vector (2)*' }
        @{ Text = 'w: [2]; w @ w'; At = @{ w = 1, 2, 3 }; Id = 'ShapeMismatch'; Like = "*'w' is a vector (3)*" }
    ) {
        $results = @($Text, 'x^2' | Find-Minimum -At ($At + @{ x = 1 }) -ErrorAction SilentlyContinue -ErrorVariable problem)
        $problem[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $problem[0].Exception.Message | Should -BeLike $Like
        $results | Should -HaveCount 1
    }
}

Describe 'Compare-Expression of vectors and matrices' {
    It 'finds equal what is: <Reference> and <Difference>' -ForEach @(
        @{ Reference = 'A: [2,3]; B: [3,2]; (A @ B).T'; Difference = 'B.T @ A.T' }
        @{ Reference = 'A: [2,3]; B: [3,2]; trace(A @ B)'; Difference = 'sum(A * B.T)' }
        @{ Reference = 'x: [3]; y: [2]; z: [2]; outer(x, y) @ z'; Difference = 'x * (y @ z)' }
    ) {
        (Compare-Expression $Reference $Difference).Equal | Should -BeTrue
    }

    It 'has a point, and the element that differs there' {
        $result = Compare-Expression 'A: [2,2]; B: [2,2]; A @ B' 'B @ A'
        $result.Equal | Should -BeFalse
        , $result.Counterexample.A | Should -BeOfType ([double[,]])
        $result.Element | Should -BeExactly '[0, 0]'
        ('A: [2,2]; B: [2,2]; A @ B' | Measure-Expression -At $result.Counterexample)[0, 0] | Should -BeExactly $result.ReferenceValue
        ($result | Out-String) | Should -Match 'Element +: \[0, 0\]'
    }

    It 'does not compare other shapes, and goes on' {
        $results = @('1', 'v: [3]; v + v' | Compare-Expression 'v: [3]; 2*v' -ErrorAction SilentlyContinue -ErrorVariable problem)
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ShapeMismatch,*'
        $results.Equal | Should -Be $true
    }
}

Describe 'Cmdlets that work on numbers alone' {
    It 'refuse vectors and matrices: <What>' -ForEach @(
        @{ What = 'roots'; Do = { Find-Root 'norm(w) - 1' -At @{ w = 1, 2 } } }
        @{ What = 'roots with arrays inside'; Do = { Find-Root 'norm([x, 1]) - 2' -At @{ x = 1 } } }
        @{ What = 'adjoints'; Do = { Measure-Expression 'w: [2]; w @ w' -At @{ w = 1, 2 } -Adjoint } }
        @{ What = 'weight decay'; Do = { Measure-WeightDecay 'w: [2]; w @ w' -Minimizer @{ w = 1, 2 } -Decay 0.1 } }
        @{ What = 'plots'; Do = { Show-Expression 'w: [2]; w @ w' } }
        @{ What = 'plots of minima'; Do = { Find-Minimum 'w: [2]; w @ w' -At @{ w = 3, 1 } | Show-Expression } }
    ) {
        { & $Do -ErrorAction Stop } | Should -Throw -ErrorId 'ArraysUnsupported,*'
    }

    It 'take a measured Hessian by element: weight decay' {
        $measured = Measure-Expression 'w: [2]; 3*w[0]^2 + w[1]^2' -At @{ w = 0, 0 } -Hessian
        $decayed = Measure-WeightDecay -Hessian $measured -Minimizer (Find-Minimum 'w: [2]; 3*(w[0] - 1)^2 + (w[1] - 2)^2' -At @{ w = 0, 0 }) -Decay 2
        $decayed | Should -Not -BeNullOrEmpty
        ($decayed | Out-String) | Should -Match 'w\[0\] +w\[1\]'
    }

    It 'show a minimum over arrays in a report, element by element' {
        $path = Join-Path $TestDrive report.html
        Find-Minimum 'w: [2]; w @ w' -At @{ w = 3, 1 } -KeepPath | Export-AutodiffReport -LiteralPath $path | Should -Not -BeNullOrEmpty
        Get-Content -Raw $path | Should -Match 'w\[1\]'
    }
}
