# Expressions with vectors and matrices over rows from the pipeline: measured, joined, trained; and what is wrong with such rows.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    $points = 1..6 | ForEach-Object { [pscustomobject]@{ a = "$_"; b = $_ * $_; v = [double[]]($_, 1, -$_); y = 3 * $_ - 2 } }
    $flowers = Import-Csv "$PSScriptRoot/../../../examples/data/iris.csv"
    $species = @($flowers.Species | Sort-Object -Unique)
    $labelled = foreach ($flower in $flowers) {
        [pscustomobject]@{
            SepalLength = $flower.SepalLength; SepalWidth = $flower.SepalWidth; PetalLength = $flower.PetalLength; PetalWidth = $flower.PetalWidth
            y = [double[]]@($species | ForEach-Object { [int]($_ -eq $flower.Species) })
        }
    }
    $network = 'x: [4]; y: [3]; W: [4, 8]; b: [8]; V: [8, 3]; c: [3]; z = tanh(x @ W + b) @ V + c; logsumexp(z) - y @ z'
    $columns = @{ x = 'Sepal*', 'Petal*' }
}

Describe 'Measure-Expression with arrays over rows' {
    It 'takes vectors from columns, from properties, and the same one for all' {
        $points | Measure-Expression 'x: [2]; v: [3]; w: [3]; sum(x) + v @ w' -Column @{ x = 'a', 'b' } -At @{ w = 1, 10, 2 } | Should -Be (1..6 | ForEach-Object { $_ + $_ * $_ + 10 - $_ })
    }

    It 'takes columns by wildcards, in their order' {
        $row = $labelled[0] | Measure-Expression 'x: [4]; x' -Column $columns
        $row | Should -Be 5.1, 3.5, 1.4, 0.2
    }

    It 'gives a row its gradient, in the shapes of the variables' {
        $measured = $points[1] | Measure-Expression 'x: [2]; W: [2, 2]; sum(x @ W)' -Column @{ x = 'a', 'b' } -At @{ W = (1, 2), (3, 4) } -Gradient
        $measured.Value | Should -Be 34
        $measured.Gradient.W | Should -Be 2, 2, 4, 4
        $measured.Gradient.x | Should -Be 3, 7
    }

    It 'gives the mean and the sum over rows with derivatives by what does not vary' {
        $loss = 'x: [2]; w: [2]; (y - x @ w)^2'
        $each = $points | Measure-Expression $loss -Column @{ x = 'a', 'b' } -At @{ w = 1, 0.5 } -Gradient
        $sum = $points | Measure-Expression $loss -Column @{ x = 'a', 'b' } -At @{ w = 1, 0.5 } -Gradient -Sum
        $sum.Value | Assert-Near ($each.Value | Measure-Object -Sum).Sum -Within 1e-10
        for ($i = 0; $i -lt 2; $i++) { $sum.Gradient.w[$i] | Assert-Near ($each | ForEach-Object { $_.Gradient.w[$i] } | Measure-Object -Sum).Sum -Within 1e-10 }
        $mean = $points | Measure-Expression $loss -Column @{ x = 'a', 'b' } -At @{ w = 1, 0.5 } -Mean
        $mean | Assert-Near ($sum.Value / 6)
        $hessian = ($points | Measure-Expression $loss -Column @{ x = 'a', 'b' } -At @{ w = 1, 0.5 } -Sum -Hessian).Hessian
        $hessian[0, 1] | Assert-Near (2 * (1..6 | ForEach-Object { $_ * $_ * $_ } | Measure-Object -Sum).Sum) -Within 1e-9
    }

    It 'finds a mean where the sum overflows' {
        1..4 | ForEach-Object { [pscustomobject]@{ v = 1e308, 1e308 } } | Measure-Expression 'v: [2]; v[0] * 1' -Mean | Should -Be 1e308
    }
}

Describe 'Other cmdlets with arrays over rows' {
    It 'finds a minimum, checks its derivatives and writes a sum out' {
        $rows = 1..5 | ForEach-Object { [pscustomobject]@{ x = $_, ($_ * $_); y = 3 * $_ + $_ * $_ } }
        $found = ($rows | Find-Minimum 'x: [2]; w: [2]; (x @ w - y)^2' -At @{ w = 1, 2 } -Mean).At.w
        $found[0] | Assert-Near 3 -Within 1e-6
        $found[1] | Assert-Near 1 -Within 1e-6
        $rows | Test-Derivative 'x: [2]; w: [2]; sin(x @ w) * y' -At @{ w = 1, 2 } -Sum | Should -BeTrue
        ($rows[0..1] | Resolve-Expression 'x: [2]; w: [2]; (x @ w - y)^2' -Sum).ToString() | Should -BeExactly 'w: [2]; ([1, 1] @ w - 4)^2 + ([2, 4] @ w - 10)^2'
    }
}

Describe 'Training a loss with arrays' {
    It 'takes shapes from -Shape as from declarations, and its results for the next call' {
        $of = @{ Column = $columns; Seed = 2; Epoch = 2; BatchSize = 30 }
        $shape = @{ x = 4; y = 3; W = 4, 8; b = 8; V = 8, 3; c = 3 }
        $declared = $labelled | Start-NetworkTraining $network @of
        $text = $network -replace '\w: \[[^]]+\]; '
        $text | Should -BeLike 'z = *'
        $shaped = $labelled | Start-NetworkTraining $text @of -Shape $shape
        $shaped.Loss | Should -BeExactly $declared.Loss
        $next = $labelled | Start-NetworkTraining $text @of -Shape $shape -InitialValue $shaped.Parameters
        $next.EpochLoss[-1] | Should -BeLessThan $shaped.EpochLoss[0]
        $mean = $labelled[0..29] | Measure-Expression $network -Column $columns -At $shaped.Parameters -Mean
        $next.Loss[0] | Assert-Near $mean -Within 1e-12
        $problem = (Get-Outcome { $labelled | Start-NetworkTraining $text @of -Shape ($shape + @{ Q = 4 }) }).Errors[0]
        $problem.Exception.Message | Should -BeLike "*'Q'*"
    }

    It 'trains a network written as a formula, and hands its parameters on' {
        $training = @{ Column = $columns; BatchSize = 30; Optimizer = 'Adam'; LearningRate = 0.01; Seed = 1 }
        $first = $labelled | Start-NetworkTraining $network @training -Epochs 100
        $first.FinalLoss | Should -BeLessThan 0.2
        $first.Parameters.W.GetLength(1) | Should -Be 8
        $first.Parameters.c.Count | Should -Be 3
        $labelled | Measure-Expression $network -Column $columns -At $first -Mean | Assert-Near $first.FinalLoss
        $second = $labelled | Start-NetworkTraining $network @training -Epochs 50 -InitialValue $first
        $second.FinalLoss | Should -BeLessThan $first.FinalLoss
    }

    It 'gives the same numbers for the same seed, for any number of threads' {
        $results = 1, 2 | ForEach-Object { $labelled | Start-NetworkTraining $network -Column $columns -BatchSize 50 -Epochs 3 -Seed 4 -Shuffle -ThrottleLimit $_ -LearningRate 0.1 }
        $results[0].FinalLoss | Should -Be $results[1].FinalLoss
        $results[0].Parameters.V | Should -Be $results[1].Parameters.V
    }

    It 'starts matrices by their size, all else as numbers' {
        $start = $points | Start-NetworkTraining 'W: [50, 100]; h: [100]; sum((ones(50) @ W + h) * 0) + y*0' -MaxStep 1 -Seed 3
        $largest = ($start.Parameters.W | ForEach-Object { [Math]::Abs($_) } | Measure-Object -Maximum).Maximum
        $largest | Should -BeGreaterThan 0.19
        $largest | Should -BeLessThan ([Math]::Sqrt(6 / 150))
        ($start.Parameters.h | ForEach-Object { [Math]::Abs($_) } | Measure-Object -Maximum).Maximum | Should -BeGreaterThan 1
        $scaled = $points | Start-NetworkTraining 'W: [50, 100]; sum(W) * 0 + y*0' -MaxStep 1 -Seed 3 -InitialScale 5
        ($scaled.Parameters.W | Measure-Object -Maximum).Maximum | Should -BeGreaterThan 4.9
    }

    It 'has restarts, patience and validation' {
        $result = $labelled | Start-NetworkTraining $network -Column $columns -BatchSize 30 -Epochs 60 -Restart 3 -Patience 5 -ValidationFraction 0.2 -Seed 2 -Optimizer Adam -LearningRate 0.05
        $result.Restarts.Count | Should -Be 3
        $result.ValidationLoss.Count | Should -Be $result.Epochs
    }

    It 'goes on from a checkpoint' {
        $path = Join-Path $TestDrive arrays.checkpoint
        $training = @{ Column = $columns; BatchSize = 30; Epochs = 20; Seed = 5; CheckpointPath = $path; LearningRate = 0.1 }
        $whole = $labelled | Start-NetworkTraining $network @training
        $again = $labelled | Start-NetworkTraining $network @training -Resume
        $again.FinalLoss | Should -Be $whole.FinalLoss
        $again.Parameters.W | Should -Be $whole.Parameters.W
    }

    It 'trains in single precision, and names a number that is too large for it' {
        $training = @{ Column = $columns; BatchSize = 30; Epochs = 20; Seed = 5; LearningRate = 0.1 }
        $double = $labelled | Start-NetworkTraining $network @training
        $single = $labelled | Start-NetworkTraining $network @training -Precision Single
        [Math]::Abs($single.FinalLoss - $double.FinalLoss) | Should -BeLessThan 1e-4
        foreach ($weight in $single.Parameters.V) { [double][float]$weight | Should -BeExactly $weight }
        { [pscustomobject]@{ x = 1; y = 2 }, [pscustomobject]@{ x = 1e39; y = 2 } | Start-NetworkTraining '(y - a*x)^2' -Precision Single -ErrorAction Stop } |
            Should -Throw -ErrorId 'ValueNotFinite,*' -ExpectedMessage "Row 2, column 'x': 1E+39 is too large for single precision*"
    }

    It 'learns vectors for categories' {
        $rows = 1..9 | ForEach-Object { [pscustomobject]@{ kind = $_ % 3; y = 2.0 * ($_ % 3) } }
        $result = $rows | Start-NetworkTraining 'E: [3, 2]; w: [2]; (y - take(E, kind) @ w)^2' -Epochs 400 -Seed 2
        $result.FinalLoss | Should -BeLessThan 1e-10
        $result.Parameters.E.GetLength(0) | Should -Be 3
    }
}

Describe 'Shapes that rows show' {
    It 'is a vector of as many elements as -Column names columns, for <Name>' -ForEach @(
        @{ Name = 'Measure-Expression'; Script = { $points | Measure-Expression 'x @ w' -Column @{ x = 'a', 'b' } -At @{ w = 1, 2 } }; Expected = 3, 10, 21, 36, 55, 78 }
        @{ Name = 'Measure-Expression by wildcards'; Script = { $labelled[0] | Measure-Expression 'x @ w' -Column @{ x = 'Sepal*' } -At @{ w = 10, 1 } }; Expected = 54.5 }
        @{ Name = 'Measure-Expression -Sum'; Script = { ($points | Measure-Expression 'x @ w' -Column @{ X = '[ab]' } -At @{ w = 1, 2 } -Sum -Gradient).Gradient.w }; Expected = 21, 91 }
        @{ Name = 'script blocks'; Script = { $points | Measure-Expression { $x.Dot($w) } -Column @{ x = 'a', 'b' } -At @{ w = 1, 2 } }; Expected = 3, 10, 21, 36, 55, 78 }
        @{ Name = 'Start-NetworkTraining'; Script = { ($points | Start-NetworkTraining '(y - x @ w)^2' -Column @{ x = '[ab]' } -InitialValue @{ w = 0, 0 } -MaxStep 1 -LearningRate 0.5).Parameters.w }; Expected = 1, 1 }
        @{ Name = 'Invoke-CurveFit'; Script = { ($points | Invoke-CurveFit 'x @ w + c' -Label y -Column @{ x = '[ab]' } -InitialValue @{ w = 0, 0 }).Parameters.w | ForEach-Object { [Math]::Round($_, 9) } }; Expected = 3, 0 }
    ) {
        & $Script | Should -Be $Expected
    }

    It 'is that of a list in a cell, for <Name>' -ForEach @(
        @{ Name = 'Measure-Expression'; Script = { $points | Measure-Expression 'v @ w' -At @{ w = 1, 10, 2 } }; Expected = 9, 8, 7, 6, 5, 4 }
        @{ Name = 'Measure-Expression with a text of numbers'; Script = { ($points | Measure-Expression '2*v' | Select-Object -First 1) -join ' ' }; Expected = '2 2 -2' }
        @{ Name = 'Measure-Expression -Mean'; Script = { $points | Measure-Expression 'sum(v) + y*0' -Mean }; Expected = 1 }
        @{ Name = 'Find-Minimum'; Script = { ($points | Find-Minimum 'sum(v*w) - y + sum(w^2)' -At @{ w = 1, 2, 3 } -Mean).At.w | ForEach-Object { [Math]::Round($_, 6) } }; Expected = -1.75, -0.5, 1.75 }
        @{ Name = 'Test-Derivative'; Script = { $points | Test-Derivative 'sin(v @ w)' -At @{ w = 1, 2, 3 } -Sum }; Expected = $true }
        @{ Name = 'Resolve-Expression'; Script = { ($points[0..1] | Resolve-Expression 'w: [3]; v @ w' -Sum).ToString() }; Expected = 'w: [3]; [1, 1, -1] @ w + [2, 1, -2] @ w' }
        @{ Name = 'Start-NetworkTraining'; Script = { ($points | Start-NetworkTraining 'w: [3]; (y - v @ w)^2' -MaxStep 1).Parameters.w.Count }; Expected = 3 }
    ) {
        & $Script | Should -Be $Expected
    }

    It 'is not taken where text declares another, and is not asked of a value beside the rows' {
        { $points | Measure-Expression 'x: [3]; sum(x)' -Column @{ x = 'a', 'b' } -ErrorAction Stop } | Should -Throw -ErrorId 'ShapeMismatch,*' -ExpectedMessage "'x' is a vector (3) and takes 3 columns, but -Column gives it 2: a, b."
        $points[0] | Measure-Expression 'v + y' -At @{ v = 5 } | Should -Be 6
    }

    It 'leaves a text that does not go with it an error that ends the command' {
        { $points | Measure-Expression 'x @ w' -Column @{ x = 'a', 'b' } -At @{ w = 1, 2, 3 } -ErrorAction Stop } | Should -Throw -ErrorId 'ShapeMismatch,*' -ExpectedMessage '*a vector (2) and a vector (3)*'
        { $points | Start-NetworkTraining '(y - x @ w)^2' -Column @{ x = 'a', 'b' } -ErrorAction Stop } | Should -Throw -ErrorId 'ShapeMismatch,*' -ExpectedMessage '*-Shape*'
        { $points | Measure-Expression 'x @ (w' -Column @{ x = '[ab]' } -ErrorAction Stop } | Should -Throw -ErrorId 'ExpressionSyntax,*'
    }
}

Describe 'Parameters as JSON' {
    It 'are lists of all elements, which the next call takes' {
        $loss = 'x: [2]; W: [2, 3]; u: [3]; (y - x @ W @ u - c)^2'
        $result = $points | Start-NetworkTraining $loss -Column @{ x = 'a', 'b' } -Seed 1 -MaxStep 3 -LearningRate 1e-4
        $json = $result.Parameters | ConvertTo-Json -Compress
        $json | Should -BeLike '{"W":`[*],"c":*,"u":`[*]}'
        $read = $json | ConvertFrom-Json
        $read.W | Should -HaveCount 6
        $read.W[4] | Should -BeExactly $result.Parameters.W[1, 1]
        $next = $read, $result | ForEach-Object { $points | Start-NetworkTraining $loss -Column @{ x = 'a', 'b' } -InitialValue $_ -MaxStep 4 -LearningRate 1e-4 }
        $next[0].Loss | Should -BeExactly $next[1].Loss
        $points | Measure-Expression $loss -Column @{ x = 'a', 'b' } -At $read -Mean | Should -BeExactly ($points | Measure-Expression $loss -Column @{ x = 'a', 'b' } -At $result -Mean)
    }

    It 'have to have as many elements' {
        { $points | Start-NetworkTraining 'W: [2, 3]; sum(W) * y' -InitialValue @{ W = 1, 2, 3, 4 } -ErrorAction Stop } | Should -Throw -ErrorId 'ShapeMismatch,*' -ExpectedMessage "The value of 'W' is a vector (4), but 'W' is a matrix (2, 3)."
    }
}

Describe 'Bad input for arrays over rows' {
    It 'names the row of a batch that overflows, and the row of a computed index' {
        $good = 1..40 | ForEach-Object { [pscustomobject]@{ k = 1; y = 1 } }
        $outcome = Get-Outcome { $good + [pscustomobject]@{ k = 'q'; y = 1 }, [pscustomobject]@{ k = 1e200; y = 1 } | Start-NetworkTraining 'W: [20, 30]; (y - sum(exp(k*W)))^2' -BatchSize 50 -Seed 1 }
        $outcome.Errors[1].Exception.Message | Should -BeLike 'Training stopped at step 1 (epoch 1, sample 42): the loss became *'
        $bad = $good + [pscustomobject]@{ k = 0.5; y = 1 }
        { $bad | Start-NetworkTraining 'W: [3, 40]; sum(take(W, k*1))^2 + y' -BatchSize 50 -ErrorAction Stop } | Should -Throw -ErrorId 'IndexInvalid,*' -ExpectedMessage "Row 41: 'take'*not by 0.5."
        { $bad | Measure-Expression 'sum(take(W, k*1)*[1, 1]) + y' -At @{ W = (1, 2), (3, 4) } -Sum -ErrorAction Stop } | Should -Throw -ErrorId 'IndexInvalid,*' -ExpectedMessage "Row 41: 'take'*not by 0.5."
        $outcome = Get-Outcome { $bad | Measure-Expression 'sum(take(W, k*1)) + y' -At @{ W = (1, 2), (3, 4) } }
        $outcome.Output | Should -HaveCount 40
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 41 is left out. 'take'*not by 0.5."
    }

    It 'names the column of a number that is too large for single precision, not the element' {
        { [pscustomobject]@{ a = 1; b = 1e39; y = 2 } | Start-NetworkTraining 'w: [2]; (y - x @ w)^2' -Column @{ x = 'a', 'b' } -Precision Single -ErrorAction Stop } |
            Should -Throw -ErrorId 'ValueNotFinite,*' -ExpectedMessage "Row 1, column 'b': 1E+39 is too large for single precision*"
    }

    It 'says that columns do not fill a vector' {
        $error1 = { $labelled | Start-NetworkTraining $network -Column @{ x = 'Sepal*' } -ErrorAction Stop } | Should -Throw -ErrorId 'ShapeMismatch,*' -PassThru
        $error1.Exception.Message | Should -BeExactly "'x' is a vector (4) and takes 4 columns, but -Column gives it 2: SepalLength, SepalWidth."
    }

    It 'says that a column or a variable is not there' {
        { $labelled | Start-NetworkTraining $network -Column @{ x = 'Sepal*', 'q' } -ErrorAction Stop } | Should -Throw -ErrorId 'ColumnMissing,*'
        { $labelled | Measure-Expression 'x: [4]; sum(x)' -Column @{ q = 'Sepal*' } -ErrorAction Stop } | Should -Throw -ErrorId 'VariableUnknown,*'
        { $labelled | Measure-Expression 'x: [4]; sum(x)' -Column @{ x = 3 } -ErrorAction Stop } | Should -Throw -ErrorId 'ArgumentInvalid,*'
        { Measure-Expression 'x: [2]; sum(x)' -Column @{ x = 'a' } -At @{ x = 1, 2 } -ErrorAction Stop } | Should -Throw -ErrorId 'ArgumentInvalid,*'
    }

    It 'names row and column of <What>, and leaves the row out' -ForEach @(
        @{ What = 'another length'; Row = @{ v = 1, 2; k = 0 }; Id = 'ShapeMismatch'; Text = "Row 3, column 'v'*" }
        @{ What = 'NaN'; Row = @{ v = 1, 2, [double]::NaN; k = 0 }; Id = 'ValueNotFinite'; Text = "Row 3, column 'v': v[[]2[]] is NaN*" }
        @{ What = 'text'; Row = @{ v = 1, 2, 'x'; k = 0 }; Id = 'ColumnNotNumeric'; Text = "Row 3, column 'v'*" }
        @{ What = 'no list'; Row = @{ v = 'x'; k = 0 }; Id = 'ColumnNotNumeric'; Text = "Row 3, column 'v'*" }
        @{ What = 'a number that is not whole'; Row = @{ v = 1, 2, 3; k = 0.5 }; Id = 'IndexInvalid'; Text = "Row 3, column 'k': 0.5 *from 0 to 2*" }
        @{ What = 'a number that is too large'; Row = @{ v = 1, 2, 3; k = 3 }; Id = 'IndexInvalid'; Text = "Row 3, column 'k': 3 *from 0 to 2*" }
        @{ What = 'nothing'; Row = @{ v = 1, 2, 3 }; Id = 'ColumnMissing'; Text = 'Row 3*' }
    ) {
        $good = @{ v = 1, 2, 3; k = 1 }
        $result = @($good, $good, $Row, $good | ForEach-Object { [pscustomobject]$_ }) | Start-NetworkTraining 'v: [3]; E: [3, 3]; (1 - v @ take(E, k))^2' -Epochs 2 -LearningRate 0.01 -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.Count | Should -Be 1
        Get-ErrorId $problem[0] | Should -BeExactly $Id
        $problem[0].Exception.Message | Should -BeLike $Text
        $result.Steps | Should -Be 6
    }
}
