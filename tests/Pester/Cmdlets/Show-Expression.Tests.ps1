# Pictures in the terminal: Show-Expression.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    # The rows beside the axis, without the numbers at the left. Ascii: the first '|' or '+' is the axis.
    function Get-Row([string[]]$Lines) {
        $last = 0..($Lines.Count - 1) | Where-Object { $Lines[$_] -match '^ *\+[-+]+$' } | Select-Object -First 1
        $Lines[0..($last - 1)] | ForEach-Object { $_ -replace '^[^|+]*[|+]' }
    }
    $ascii = @{ Style = 'Ascii'; Width = 60; Height = 11 }
    $line = 0..10 | ForEach-Object { [pscustomobject]@{ x = $_; y = 2 * $_ + 1 + ($_ % 2) } }
}

Describe 'Show-Expression' {
    It 'writes strings that fit the width and name the function' {
        $lines = Show-Expression 'sin(x)' -Width 50 -Height 9
        $lines | Should -BeOfType string
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 50
        Get-Row ($lines -replace '[\u2502\u2524\u2514]', '+' -replace '[\u2500\u252C]', '-') | Should -HaveCount 9
        $lines[-1] | Should -BeLike '*sin(x)'
    }

    It 'draws the same whichever way the expression comes' {
        $expected = Show-Expression 'x^2 + 1' -Range -3, 3
        Show-Expression 'x^2 + 1' -3, 3 | Should -BeExactly $expected
        Show-Expression -Expression (New-ExprNode 'x^2 + 1') -XRange -3, 3 | Should -BeExactly $expected
        'x^2 + 1' | Show-Expression -Range -3, 3 | Should -BeExactly $expected
        'x^2 + 1' | Show-Expression -3, 3 | Should -BeExactly $expected
        { $x * $x + 1 } | Show-Expression -Range -3, 3 | Select-Object -SkipLast 1 | Should -BeExactly ($expected | Select-Object -SkipLast 1)
        Show-Expression -InputObject 'x^2 + 1' -Range @{ x = -3, 3 } | Should -BeExactly $expected
        'x^2 + 1' | Show-Expression -Range '-sqrt(9)', '6/2' | Should -BeExactly $expected
    }

    It 'draws several curves together, from a list or from the pipeline' {
        $expected = Show-Expression 'sin(x)', 'cos(x)' @ascii
        'sin(x)', 'cos(x)' | Show-Expression @ascii | Should -BeExactly $expected
        $rows = (Get-Row $expected) -join ''
        $rows | Should -Match '\*'
        $rows | Should -Match '\+'
        $expected[-2] | Should -BeExactly ' *** sin(x)'
        $expected[-1] | Should -BeExactly ' +++ cos(x)'
    }

    It 'puts x = 0 where -At and -Variable say' {
        $rows = Get-Row (Show-Expression 'a*x + b' -At @{ a = 1; b = 0 } -Range -1, 1 @ascii)
        Get-Row (Show-Expression 'x' -Range -1, 1 @ascii) | Should -BeExactly $rows
        Get-Row (Show-Expression 'a*x + b' -Variable a -At @{ x = 1; b = 0; a = 9 } -Range -1, 1 @ascii) | Should -BeExactly $rows
    }

    It 'leaves gaps where there is no value' {
        $rows = Get-Row (Show-Expression 'sqrt(x)' -Range -5, 5 @ascii)
        foreach ($row in $rows) { $row.PadRight(60).Substring(0, 27) | Should -Not -Match '\*' }
        ($rows -join '') | Should -Match '\*'
    }

    It 'draws no line at a pole or a jump' {
        $rows = @(Get-Row (Show-Expression 'sign(x)' -Range -5, 5 @ascii))
        $rows[0] | Should -Match '\*'
        $rows[10] | Should -Match '\*'
        foreach ($row in $rows[1..4] + $rows[6..9]) { $row | Should -Not -Match '\*' }
        $pole = @(Get-Row (Show-Expression '1/x' -Range -1, 1 -ValueRange -10, 10 @ascii))
        # The middle column has the curve at one side of zero at most.
        @($pole | ForEach-Object { $_.PadRight(60)[28] } | Where-Object { $_ -eq '*' }).Count | Should -BeLessThan 6
    }

    It 'shows <Text> from <From> to <To>' -ForEach @(
        @{ Text = '1e300*x^3'; From = -5; To = 5 }
        @{ Text = 'x*1e-310'; From = -5; To = 5 }
        @{ Text = 'x'; From = -1.7e308; To = 1.7e308 }
        @{ Text = 'x'; From = 0; To = 1e-320 }
        @{ Text = '3'; From = -5; To = 5 }
        @{ Text = '1e9 + sin(x)/1000'; From = -5; To = 5 }
        @{ Text = 'exp(x)'; From = 0; To = 1000 }
    ) {
        $outcome = Get-Outcome { Show-Expression $Text -Range $From, $To @ascii }
        $outcome.Errors | Should -HaveCount 0
        ((Get-Row $outcome.Output) -join '') | Should -Match '\*'
        $outcome.Output | ForEach-Object { $_.Length | Should -BeLessOrEqual 60 }
    }

    It 'says so when no value is finite' {
        Show-Expression 'sqrt(-1 - x^2)' -Range -1, 1 | Should -BeExactly 'Nothing to show: no value is finite for x from -1 to 1.'
        Show-Expression '-x^2 - 1' -LogY -Range -1, 1 | Should -BeExactly 'Nothing to show: no value is finite and above 0 for x from -1 to 1.'
    }

    It 'takes the part of -5 to 5 where the function has values' {
        (Show-Expression 'log(x)' @ascii)[12] | Should -Match '^ +0 .* 4 '
        (Show-Expression 'asin(x)' @ascii)[12] | Should -Match '-1.*1'
    }

    It 'draws tangents and derivatives' {
        $lines = Show-Expression 'x^3 - 3*x' -Range -3, 3 -TangentAt 2 -Derivative @ascii
        $lines | Should -Contain ' +++ d/dx: 3 * x^2 - 3'
        $lines | Should -Contain ' ooo tangent at x = 2: value 2, slope 9'
        $outcome = Get-Outcome { Show-Expression 'log(x)' -TangentAt -1 @ascii }
        $outcome.Warnings | Should -HaveCount 1
        "$($outcome.Warnings)" | Should -BeLike 'There is no tangent of log(x) at x = -1*'
    }

    It 'draws data, and counts what is outside' {
        $lines = $line | Show-Expression '2*x + 1' -Label y @ascii
        ((Get-Row $lines) -join '' -replace '[^O]').Length | Should -Be 11
        $lines[-1] | Should -BeExactly '  O  y by x'
        ($line | Show-Expression '2*x + 1' -Range 0, 5 @ascii)[-1] | Should -BeExactly ' 5 of 11 points lie outside the picture.'
    }

    It 'leaves out a row without a number and draws the others' {
        $outcome = Get-Outcome { $line[0..3] + [pscustomobject]@{ x = 4; y = 'none' } | Show-Expression '2*x + 1' @ascii }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ColumnNotNumeric
        ((Get-Row $outcome.Output) -join '' -replace '[^O]').Length | Should -Be 4
    }

    It 'draws a fit with its residual band and the data' {
        $fit = $line | Invoke-LinearRegression -Feature x -Label y
        $lines = $line | Show-Expression $fit
        $error2 = (2 * $fit.ResidualStandardError / 2).ToString('g4', [cultureinfo]::InvariantCulture)
        @($lines -like "*2 residual standard errors of $error2 to both sides") | Should -HaveCount 1
        $formula = [string]::Format([cultureinfo]::InvariantCulture, 'y = {0:g5} + {1:g5} * x, R2 {2:g4}', $fit.Coefficients['Intercept'], $fit.Coefficients['x'], $fit.RSquared)
        @($lines | Where-Object { $_.EndsWith($formula) }) | Should -HaveCount 1
        @($lines -like '*y by x') | Should -HaveCount 1
        ($fit | Show-Expression -Range 0, 10)[-2].EndsWith($formula) | Should -BeTrue
    }

    It 'draws a minimum and the way to it' {
        $minimum = Find-Minimum '(x - 1)^2' -InitialValue @{ x = 4 } -KeepPath
        (Show-Expression $minimum @ascii)[-1] | Should -BeLike '*end of LBFGS, value*'
        $map = Find-Minimum 'x^2 + y^2' -InitialValue @{ x = 4; y = 1 } -KeepPath | Show-Expression @ascii
        $map -join "`n" | Should -Match 'steps before'
    }

    It 'draws the outputs of a network with one input' {
        $net = $line | Start-NetworkTraining -Network (New-NeuralNetwork 1 2, tanh, 1 -Seed 1) -Label y -Epoch 5 -Seed 1
        $lines = $line | Show-Expression $net @ascii
        $lines[-1] | Should -BeExactly '  O  y by x'
        $lines[-2] | Should -BeExactly ' *** y'
    }

    It 'has logarithmic scales' {
        $rows = @(Get-Row (Show-Expression 'x^2' -LogX -LogY -Range 0.1, 10 -Style Ascii -Width 70 -Height 11))
        # A straight line: each row has one stretch, and they go on to the right.
        $starts = $rows | ForEach-Object { $_.IndexOf('*') }
        $starts | Should -Not -Contain -1
        1..10 | ForEach-Object { $starts[$_] | Should -BeLessThan $starts[$_ - 1] }
        Get-ErrorId (Get-Outcome { Show-Expression x -LogX -Range 0, 5 }).Errors[0] | Should -BeExactly RangeInvalid
    }
}

Describe 'A map of two variables' {
    It 'has a legend, both axes and equal rows for a function of x alone' {
        $lines = Show-Expression 'x + 0*y' -Range -1, 1 @ascii
        $lines[0].Trim() | Should -BeExactly y
        $rows = Get-Row $lines[1..($lines.Count - 1)]
        @($rows | Select-Object -Unique) | Should -HaveCount 1
        $lines -join "`n" | Should -Match 'below -0\.\d+.*-0\.\d+ to'
    }

    It 'takes a range for each variable, and shows data' {
        $points = @([pscustomobject]@{ x = 1; y = 15 })
        $lines = $points | Show-Expression 'x*y' -Range @{ x = 0, 2; y = 10, 20 } @ascii
        $lines -join "`n" | Should -Match '(?m)^10 |^12 '
        $lines[-1] | Should -BeLike '*O y by x'
    }

    It 'draws one map for each expression' {
        @('x*y', 'x + y' | Show-Expression @ascii | Where-Object { $_.Trim() -eq 'y' }) | Should -HaveCount 2
    }

    It 'has a line at 0.5 where the values are probabilities' {
        $lines = Show-Expression 'sigmoid(8*x + 0*y)' -Range -1, 1 @ascii
        # One column of signs in the middle, from the top to the bottom.
        $rows = Get-Row $lines[1..($lines.Count - 1)]
        foreach ($row in $rows) { $row.IndexOf('x') | Should -BeIn 27, 28, 29 }
        @($rows | ForEach-Object { ($_ -replace '[^x]').Length } | Select-Object -Unique) | Should -Be 1
        $lines[-1] | Should -BeLike '* x 0.5*'
        Show-Expression '2*sigmoid(8*x + 0*y)' -Range -1, 1 @ascii | Select-Object -Last 2 | Should -Not -Match ' x 0.5'
    }

    It 'takes the parameters of a training for -At, and the class of each point from -Label' {
        $rows = -1, 1 | ForEach-Object { [pscustomobject]@{ a = $_; b = 0; y = [int]($_ -gt 0) } }
        $result = $rows | Start-NetworkTraining 'softplus(w*a + v*b) - y*(w*a + v*b)' -LearningRate 1 -Epoch 200 -Seed 1
        $lines = $rows | Show-Expression 'sigmoid(w*a + v*b)' -At $result -Label y @ascii
        $lines -join "`n" | Should -Match 'x 0\.5 +O y = 0 +0 y = 1'
        $lines | Should -BeExactly ($rows | Show-Expression 'sigmoid(w*a + v*b)' -At $result.Parameters -Label y @ascii)
    }

    It 'has no derivative' {
        $outcome = Get-Outcome { Show-Expression 'x*y' -Derivative }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ArgumentInvalid
    }
}

Describe 'Points alone' {
    BeforeAll {
        $five = Import-Csv $fivePoints
    }

    It 'are rows without an expression: <Form>' -ForEach @(
        @{ Form = 'both columns named'; Call = { $line | Show-Expression -Feature x -Label y @ascii } }
        @{ Form = 'the label named'; Call = { $line | Show-Expression -Label y @ascii } }
        @{ Form = 'the feature named'; Call = { $line | Show-Expression -Feature x @ascii } }
        @{ Form = 'with an extra column'; Call = { $line | Select-Object @{ n = 'z'; e = { 0 } }, x, y | Show-Expression -Feature x -Label y @ascii } }
        @{ Form = 'dictionaries'; Call = { $line | ForEach-Object { @{ x = $_.x; y = $_.y } } | Show-Expression -Feature x -Label y @ascii } }
        @{ Form = 'a wildcard'; Call = { $line | Show-Expression -Feature [xz]* -Label y @ascii } }
    ) {
        $lines = & $Call
        ((Get-Row $lines) -join '' -replace '[^O]').Length | Should -Be 11
        $lines[-1] | Should -BeExactly '  O  y by x'
    }

    It 'stand where their columns say' {
        $lines = [pscustomobject]@{ t = 0; v = 10 }, [pscustomobject]@{ t = 4; v = 30 } | Show-Expression -Feature t -Label v -Range 0, 4 -ValueRange 10, 30 @ascii
        $rows = @(Get-Row $lines)
        $rows[-1].IndexOf('O') | Should -Be 0
        $rows[0].IndexOf('O') | Should -Be ($rows[0].Length - 1)
        $lines[0].Length | Should -Be 60
        $rows[1..($rows.Count - 2)] -join '' | Should -Not -Match 'O'
        $lines[0] | Should -BeLike '30 +*'
        $lines[-2] | Should -BeLike '*t'
    }

    It 'of two features are grouped by their label' {
        $lines = $five | Show-Expression -Feature x1, x2 -Label y @ascii
        $lines[0].Trim() | Should -BeExactly x2
        $lines[-3] | Should -BeLike '* x1'
        $lines[-2, -1] | Should -BeExactly '  O  y = 0', '  0  y = 1'
        $rows = @(Get-Row $lines[1..($lines.Count - 1)])
        ($rows -join '' -replace '[^O]').Length | Should -Be 4
        # The one point of the other class is in the middle.
        $rows[5].IndexOf('0') | Should -BeGreaterThan 20
        ($five | Show-Expression -Feature x1, x2 @ascii)[-1] | Should -BeExactly '  O  x2 by x1'
    }

    It 'of more than 12 classes are one group' {
        $many = 1..13 | ForEach-Object { [pscustomobject]@{ a = $_; b = $_; c = "k$_" } }
        ($many | Show-Expression -Feature a, b -Label c @ascii)[-1] | Should -BeExactly '  O  b by a'
        ($many[0..11] | Show-Expression -Feature a, b -Label c @ascii)[-1] | Should -BeExactly '  8  c = k9'
    }

    It 'have logarithmic scales' {
        $powers = 0..4 | ForEach-Object { [pscustomobject]@{ n = [Math]::Pow(10, $_); t = [Math]::Pow(100, $_) } }
        $rows = @(Get-Row ($powers | Show-Expression -Feature n -Label t -LogX -LogY -Style Ascii -Width 60 -Height 9))
        # On a line from corner to corner.
        $places = $rows | ForEach-Object { $_.IndexOf('O') } | Where-Object { $_ -ge 0 }
        $places | Should -HaveCount 5
        1..4 | ForEach-Object { $places[$_ - 1] - $places[$_] | Should -BeIn 12, 13, 14 }
        Get-ErrorId (Get-Outcome { [pscustomobject]@{ n = -1; t = 2 } | Show-Expression -Feature n -Label t -LogX }).Errors[0] | Should -BeExactly RangeInvalid
    }

    It 'leave out a row that is not a number, and are an error when no row is left' {
        $outcome = Get-Outcome { $line[0..3] + [pscustomobject]@{ x = 4; y = 'none' } | Show-Expression -Label y @ascii }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ColumnNotNumeric
        ((Get-Row $outcome.Output) -join '' -replace '[^O]').Length | Should -Be 4
        $outcome = Get-Outcome { [pscustomobject]@{ x = 4; y = 'none' } | Show-Expression -Label y @ascii }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ColumnNotNumeric, RowsMissing
    }

    It 'can be drawn with an expression whose variables have other names' {
        $lines = $line | Select-Object @{ n = 'Week'; e = 'x' }, y | Show-Expression '2*t + 1' -Feature Week -Label y @ascii
        $lines[-2, -1] | Should -BeExactly ' *** 2 * t + 1', '  O  y by Week'
        $map = $five | Show-Expression 'a*b' -Feature x1, x2 -Label y @ascii
        $map[-1] | Should -BeLike '*O y = 0*0 y = 1'
    }
}

Describe 'Weight decay' {
    It 'is drawn with contours, eigenvectors, both minima and the path' {
        $analysis = Measure-WeightDecay '5*(a + b - 3)^2/4 + (a - b - 1)^2/5' -At @{ a = 2; b = 1 } -Decay 0.5
        $lines = $analysis | Show-Expression @ascii
        $lines[0].Trim() | Should -BeExactly b
        $lines[-7..-1] | Should -BeExactly ' *** path of the minimum as tau grows from 0', ' +++ contours of E', " ooo contours of E' with tau = 0.5",
            ' xxx eigenvector 1, curvature 5', ' ### eigenvector 2, curvature 0.8', '  O  minimum of E (2, 1)', '  0  with tau = 0.5 (1.671, 1.056)'
        Show-Expression $analysis @ascii | Should -BeExactly $lines
    }

    It 'needs two weights' {
        $outcome = Get-Outcome { Measure-WeightDecay 'x^2 + y^2 + z^2' -At @{ x = 0; y = 0; z = 0 } -Decay 1 | Show-Expression }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ArgumentInvalid
    }
}

Describe 'What cannot be drawn' {
    It 'is the error <Id> with <Call>' -ForEach @(
        @{ Call = { Show-Expression }; Id = 'ExpressionMissing' }
        @{ Call = { Show-Expression $null }; Id = 'ExpressionNull' }
        @{ Call = { Show-Expression '2 +' }; Id = 'ExpressionSyntax' }
        @{ Call = { Show-Expression (Get-Date) }; Id = 'ExpressionTypeUnsupported' }
        @{ Call = { Show-Expression x -Range 3, -3 }; Id = 'RangeInvalid' }
        @{ Call = { Show-Expression x -Range 3 }; Id = 'RangeInvalid' }
        @{ Call = { Show-Expression x -Range 0, NaN }; Id = 'RangeInvalid' }
        @{ Call = { Show-Expression x -Range 0, y }; Id = 'RangeInvalid' }
        @{ Call = { Show-Expression x -Range @{ y = 1, 2 } }; Id = 'VariableUnknown' }
        @{ Call = { Show-Expression x -Variable z }; Id = 'VariableUnknown' }
        @{ Call = { Show-Expression x -At @{ x = 1 } }; Id = 'VariableUnknown' }
        @{ Call = { Show-Expression 'a*b*c' }; Id = 'VariableNotBound' }
        @{ Call = { Show-Expression 'a*b*c' -Variable a }; Id = 'VariableNotBound' }
        @{ Call = { [pscustomobject]@{ x = 1; y = 2 } | Show-Expression }; Id = 'ExpressionMissing' }
        @{ Call = { [pscustomobject]@{ x = 1; y = 2; z = 3 } | Show-Expression x }; Id = 'LabelMissing' }
        @{ Call = { [pscustomobject]@{ q = 1; y = 2 } | Show-Expression x }; Id = 'ColumnMissing' }
        @{ Call = { [pscustomobject]@{ x = 1; y = 2 } | Start-NetworkTraining '(y - a*x)^2' -Epoch 1 -Seed 1 | Show-Expression }; Id = 'ExpressionMissing' }
        @{ Call = { @() | Show-Expression x }; Id = 'RowsMissing' }
        @{ Call = { [pscustomobject]@{ x = 1; y = 2; z = 3 } | Show-Expression -Label y }; Id = 'FeatureMissing' }
        @{ Call = { [pscustomobject]@{ x = 1; y = 2; z = 3 } | Show-Expression -Feature x }; Id = 'LabelMissing' }
        @{ Call = { [pscustomobject]@{ x = 1; y = 2; z = 3 } | Show-Expression -Feature x, y, z }; Id = 'FeatureCount' }
        @{ Call = { [pscustomobject]@{ x = 1; y = 2; z = 3 } | Show-Expression a -Feature x, y -Label z }; Id = 'FeatureCount' }
        @{ Call = { [pscustomobject]@{ x = 1; y = 2 } | Show-Expression -Feature q -Label y }; Id = 'ColumnMissing' }
        @{ Call = { [pscustomobject]@{ x = 1; y = 2 } | Show-Expression -Label y -Derivative }; Id = 'ArgumentInvalid' }
        @{ Call = { [pscustomobject]@{ x = 1; y = 2 } | Show-Expression -Label y -At @{ a = 1 } }; Id = 'ArgumentInvalid' }
        @{ Call = { 'x' | Show-Expression -1, 1 -Range -2, 2 }; Id = 'ExpressionRepeated' }
        @{ Call = { Show-Expression x -InputObject y }; Id = 'ExpressionRepeated' }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Output | Should -HaveCount 0
    }

    It 'costs one curve of several' {
        $outcome = Get-Outcome { 'x', '2 +', 'x^2' | Show-Expression @ascii }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ExpressionSyntax
        $outcome.Output[-2, -1] | Should -BeExactly ' *** x', ' +++ x^2'
    }
}

Describe 'The output of Show-Expression' {
    It 'has colors where $PSStyle asks for them, and is the same without' {
        $rendering = $PSStyle.OutputRendering
        try {
            $PSStyle.OutputRendering = 'PlainText'
            $plain = Show-Expression 'sin(x)', 'cos(x)'
            $PSStyle.OutputRendering = 'Ansi'
            $colored = Show-Expression 'sin(x)', 'cos(x)'
            $map = Show-Expression 'x*y'
        }
        finally { $PSStyle.OutputRendering = $rendering }
        $plain | Should -Not -Match '\e'
        @($colored -match '\e\[36m').Count | Should -BeGreaterThan 3
        $colored -replace '\e\[[0-9;]*m' | Should -BeExactly $plain
        @($map -match '\e\[38;5;\d+m').Count | Should -BeGreaterThan 10
    }

    It 'has none where NO_COLOR is set' {
        $rendering, $before = $PSStyle.OutputRendering, $env:NO_COLOR
        try {
            $PSStyle.OutputRendering = 'Ansi'
            $env:NO_COLOR = '1'
            Show-Expression 'sin(x)' | Should -Not -Match '\e'
        }
        finally { $PSStyle.OutputRendering, $env:NO_COLOR = $rendering, $before }
    }

    It 'is plain text of 79 columns where it is redirected, and in jobs' -Tag Slow {
        $path = Join-Path $TestDrive plot.txt
        $null = Invoke-FreshShell "Import-Module '$moduleBase'; Show-Expression 'sin(x)' > '$path'"
        $job = Start-Job { Import-Module $using:moduleBase; Show-Expression 'sin(x)' } | Receive-Job -Wait -AutoRemoveJob
        $file = Get-Content $path
        $job | Should -BeExactly $file
        $file | Should -Not -Match '\e'
        ($file | Measure-Object Length -Maximum).Maximum | Should -Be 79
    }

    It 'shows control characters in names and lets none through' {
        $name = "a`e[31m`nb"
        $lines = [pscustomobject]@{ x = 1; $name = 2 } | Show-Expression 'x' @ascii
        $lines | Should -Not -Match '[\e\n]'
        $lines[-1] | Should -BeLike '*a*b by x'
        $map = [pscustomobject]@{ x = 1; y = 2; "`e" = 3 } | Show-Expression 'x*y' @ascii
        $map | Should -Not -Match '\e'
    }

    It 'is the same in every culture' {
        $expected = Show-Expression 'x/3' -Range -0.5, 0.5 @ascii
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            Show-Expression 'x/3' -Range -0.5, 0.5 @ascii | Should -BeExactly $expected
        }
        finally { [cultureinfo]::CurrentCulture = $before }
    }
}
