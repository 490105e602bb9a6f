# Reports: Export-AutodiffReport.
BeforeDiscovery {
    . "$PSScriptRoot/../Support.ps1"
    $missing = Get-ReportProblem
    $noNode = Get-ReportProblem -Svg
    $chromium = Get-Command chromium, chromium-browser, google-chrome -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    $browserTests = Join-Path $repositoryRoot tests/Browser
    $noBrowser = $noNode ?? $(if (-not $chromium) { 'no Chromium is installed' })
    if (-not $noBrowser -and -not (Test-Path "$browserTests/node_modules/playwright-core")) {
        if (Get-Command npm -CommandType Application -ErrorAction Ignore) { $null = npm ci --prefix $browserTests --ignore-scripts --no-audit --no-fund 2>&1 }
        if (-not (Test-Path "$browserTests/node_modules/playwright-core")) { $noBrowser = 'npm could not bring playwright-core' }
    }
    foreach ($reason in @($missing, $noNode, $noBrowser | Where-Object { $_ } | Select-Object -Unique)) { Write-Host "Tests of reports are skipped: $reason." }
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    # What the script of a page is given to draw.
    function Get-Picture([string]$Path) {
        if ((Get-Content $Path -Raw) -notmatch '(?s)<script type="application/json" id="pictures">(.*?)</script>') { throw 'The report has no pictures.' }
        , ($Matches[1] | ConvertFrom-Json)
    }

    # The page without its script.
    function Get-Page([string]$Path) { (Get-Content $Path -Raw) -replace '(?s)<script>.*</script>', '' }

    $points = Import-Csv $fivePoints
    $z = New-ExprNode '4*x*y + exp(-y)'
    $loss = New-ExprNode '(y - (a*x + b))^2'
    $line = 0..4 | ForEach-Object { [pscustomobject]@{ x = $_ / 4; y = 2 * $_ / 4 - 1 } }
    $trained = $line | Start-NetworkTraining $loss -LearningRate 0.2 -Epoch 40 -Seed 1
    $xor = New-NeuralNetwork 2 2, tanh, 1, sigmoid -Seed 1
    $classified = $points | Start-NetworkTraining -Network $xor -Feature x1, x2 -Label y -LearningRate 0.5 -Epoch 250 -Restart 3 -Seed 1
    $way = Find-Minimum '(x1-6)^2 + x2^2 - x1*x2' -At @{ x1 = 6; x2 = 6 } -Method GradientDescent -LearningRate 0.1 -MaxIteration 10 -KeepPath -WarningAction Ignore
}

Describe 'A report of an expression' -Skip:([bool]$missing) {
    BeforeAll {
        $path = Join-Path $TestDrive expression.html
        $null = $z | Export-AutodiffReport $path -At @{ x = 2; y = 3 } -Title 'One formula'
    }

    It 'has its title, formula and derivatives as MathML' {
        $page = Get-Page $path
        $page | Should -BeLike '*<title>One formula</title>*'
        ([regex]::Matches($page, '<math ')).Count | Should -Be 3
    }

    It 'draws each node once, the result first, with value and derivative' {
        $graph = (Get-Picture $path)[0]
        $graph.type | Should -BeExactly graph
        $graph.nodes | Should -HaveCount $z.NodeCount
        $graph.nodes[0][2] | Assert-Near 24.0498 -Within 1e-12
        $graph.nodes[0][3] | Should -Be 1
        $leaf = { param($name) $graph.nodes | Where-Object { $_[0] -ceq $name } }
        (& $leaf x)[2, 3] | Should -Be 2, 12
        (& $leaf y)[3] | Assert-Near 7.95021 -Within 1e-12
    }

    It 'shows the derivatives that a gradient holds' {
        $null = $z | Invoke-Differentiate -Gradient | Export-AutodiffReport $path -Force
        $page = Get-Page $path
        $page | Should -BeLike '*Gradient 4 \* x \* y + exp(-y)*'.Replace('\', '`')
        (Get-Picture $path)[0].hasValues | Should -BeFalse
    }

    It 'has a summary and a note for a graph of a million nodes' -Tag Slow {
        $null = Get-PromisedGraph 'a chain a million deep' | Export-AutodiffReport $path -Force
        $page = Get-Page $path
        $page | Should -BeLike '*The graph is too large to be drawn: it has 1000001 nodes.*'
        $page | Should -BeLike '*The derivatives are left out*'
        (Get-Picture $path)[0].nodes | Should -HaveCount 5000
        (Get-Item $path).Length | Should -BeLessThan 8MB
    }

    It 'has a map of two variables with the point, and a curve of one with derivative and tangent' {
        $null = $z | Export-AutodiffReport $path -Force -At @{ x = 2; y = 3 }
        $pictures = Get-Picture $path
        $pictures.type | Should -BeExactly graph, contour
        $pictures[1].values[0] | Assert-Near ($z | Measure-Expression -At @{ x = -5; y = -5 }) -Within 1e-3
        $pictures[1].groups[0].points[0][2] | Assert-Near 24.0498 -Within 1e-12
        $null = 'x^3' | Export-AutodiffReport $path -Force -At @{ x = 2 }
        $curves = (Get-Picture $path)[1]
        $curves.series.name | Should -BeExactly 'x^3', 'd/dx: 3 * x^2', 'tangent at x = 2: value 8, slope 12', '(2, 8)'
        foreach ($point in $curves.series[1].points) { $point[1] | Assert-Near (3 * $point[0] * $point[0]) -Within 1e-10 }
    }

    It 'shows something where no script runs' {
        $null = 'sin(x)' | Export-AutodiffReport $path -Force
        $page = Get-Page $path
        ([regex]::Matches($page, '<noscript><pre role="img" aria-label="[^"]+">')).Count | Should -Be 2
        $page | Should -BeLike '* `*`*`* sin(x)*'
    }

    It 'leaves out the derivative behind a branch that is not taken' {
        $null = 'select(x, y, sqrt(y - 4) * x)' | Export-AutodiffReport $path -Force -At @{ x = 1; y = 4 }
        $nodes = (Get-Picture $path)[0].nodes
        ($nodes | Where-Object { $_[0] -ceq 'y' })[3] | Should -Be 1
    }
}

Describe 'A report of a training' -Skip:([bool]$missing) {
    It 'has the losses of each sample, and their mean per epoch' {
        $path = Join-Path $TestDrive training.html
        $null = $trained | Export-AutodiffReport $path
        $curves = (Get-Picture $path)[0]
        $curves.series.name | Should -BeExactly 'sample 1', 'sample 2', 'sample 3', 'sample 4', 'sample 5', 'mean per epoch'
        $curves.series[0].points | Should -HaveCount 40
        $curves.series[5].points | Should -HaveCount 40
        $curves.series[1].points[0][0] | Should -Be 2
        $curves.series[1].points[0][1] | Assert-Near $trained.Loss[1] -Within 1e-5
        $curves.series[5].points[39][0] | Should -Be 200
        Get-Page $path | Should -BeLike '*<th scope="row">a</th>*'
    }

    It 'has the validation curve' {
        $path = Join-Path $TestDrive validation.html
        $null = $line | Start-NetworkTraining $loss -LearningRate 0.2 -Epoch 20 -Seed 1 -ValidationFraction 0.4 | Export-AutodiffReport $path
        (Get-Picture $path)[0].series.name | Should -Contain validation
    }

    It 'has restarts, weights and the decision boundary with the data' {
        $path = Join-Path $TestDrive network.html
        $null = $classified | Export-AutodiffReport $path -Data $points
        $pictures = Get-Picture $path
        $pictures.type | Should -BeExactly curves, network, boundary, heat
        $boundary = $pictures[2]
        $boundary.values | Should -HaveCount 10201
        $boundary.x | Should -Be -2, 2
        $boundary.groups.name | Should -BeExactly 0, 1
        $boundary.groups[0].points | Should -HaveCount 4
        # The middle of the grid is the first point.
        $boundary.values[5100] | Assert-Near ($points[0] | Invoke-AutodiffModel $classified).P_1 -Within 1e-5
        $page = Get-Page $path
        $page | Should -BeLike '*<caption>Restarts</caption>*'
        $page | Should -BeLike '*<caption>Layer 1: 2 x 2, Tanh</caption>*'
        $pictures[1].layers[1].weights[0][1] | Assert-Near $classified.Network.Layers[0].Weights[0, 1] -Within 1e-5
    }

    It 'marks where the losses were no longer finite' {
        $path = Join-Path $TestDrive gaps.html
        $outcome = Get-Outcome { $line | Start-NetworkTraining $loss -LearningRate 1e200 -Epoch 3 -Seed 1 }
        $outcome.Output[0] | Should -BeOfType PSAutodiff.TrainingResult
        $null = $outcome.Output[0] | Export-AutodiffReport $path
        $curves = (Get-Picture $path)[0]
        $curves.gaps | Should -Be $outcome.Output[0].FailedStep.Step
        $curves.description | Should -BeLike '*1 losses are not finite, the first at step 2*'
        Get-Page $path | Should -BeLike '*At step 2 (epoch 1) the loss or a parameter was no longer finite: the loss was Infinity.*'
    }
}

Describe 'A report of a minimum' -Skip:([bool]$missing) {
    It 'has the steps on a contour plot' {
        $path = Join-Path $TestDrive minimum.html
        $null = $way | Export-AutodiffReport $path
        $pictures = Get-Picture $path
        $pictures.type | Should -BeExactly contour, curves
        $steps = $pictures[0].groups[0].points
        $steps | Should -HaveCount 11
        $steps[0][0, 1] | Should -Be 6, 6
        $steps[10][0] | Assert-Near 7.9435 -Within 1e-4
        $pictures[0].values | Should -HaveCount 10201
    }

    It 'shows the function of one variable with the steps on it' {
        $path = Join-Path $TestDrive minimum1.html
        $minimum = Find-Minimum '(x - 1)^2 + 2' -InitialValue @{ x = 4 } -KeepPath
        $null = $minimum | Export-AutodiffReport $path
        $curves = (Get-Picture $path)[0]
        $curves.series.name | Should -BeExactly '(x - 1)^2 + 2', steps
        $curves.series[1].points | Should -HaveCount $minimum.Path.Count
        $curves.series[1].points[0] | Should -Be 4, 11
        foreach ($point in $curves.series[0].points) { $point[1] | Assert-Near ([Math]::Pow($point[0] - 1, 2) + 2) -Within 1e-10 }
    }

    It 'says how to keep the way when it was not kept' {
        $path = Join-Path $TestDrive noway.html
        $null = Find-Minimum 'x^2' -At @{ x = 1 } | Export-AutodiffReport $path
        Get-Page $path | Should -BeLike '*Find-Minimum -KeepPath keeps it.*'
    }
}

Describe 'A report of a fit, and of a network with one input' -Skip:([bool]$missing) {
    It 'has the coefficients, and the line with its band over the data' {
        $path = Join-Path $TestDrive fit.html
        $rows = 0..9 | ForEach-Object { [pscustomobject]@{ x = $_; y = 3 * $_ + 1 + $_ % 2 } }
        $fit = $rows | Invoke-LinearRegression -Feature x -Label y
        $null = $fit | Export-AutodiffReport $path -Data $rows
        Get-Page $path | Should -BeLike '*<caption>Coefficients</caption>*<th scope="row">Intercept</th>*'
        $curves = (Get-Picture $path)[0]
        $curves.series | Should -HaveCount 4
        $curves.series[3].points | Should -HaveCount 10
        $at = $curves.series[0].points[400]
        $at[1] | Assert-Near ($fit.Coefficients['Intercept'] + $fit.Coefficients['x'] * $at[0]) -Within 1e-10
        $curves.series[1].points[400][1] - $at[1] | Assert-Near (2 * $fit.ResidualStandardError) -Within 1e-10
        $at[1] - $curves.series[2].points[400][1] | Assert-Near (2 * $fit.ResidualStandardError) -Within 1e-10
    }

    It 'has the curve of a curve fit with both bands, its data and residuals' {
        $path = Join-Path $TestDrive curvefit.html
        $rows = 0..9 | ForEach-Object { [pscustomobject]@{ x = $_; y = 3 * $_ + 1 + $_ % 2 } }
        $fit = $rows | Invoke-CurveFit 'a + b*x' -Label y
        $null = $fit | Export-AutodiffReport $path -Data $rows
        Get-Page $path | Should -BeLike '*<caption>Parameters</caption>*<th scope="row">a</th>*'
        $pictures = Get-Picture $path
        $curves, $residuals = $pictures[0], $pictures[1]
        $curves.series.name[1..5] | Should -BeExactly '95 % confidence of the curve', '95 % confidence of the curve',
            '95 % prediction of an observation', '95 % prediction of an observation', data
        $curves.series[5].points | Should -HaveCount 10
        # R's predict(lm(y ~ x), interval = ...) at the mean of x has s times the roots of 1/10 and 1 + 1/10, and qt(.975, 8) = 2.306004.
        $s = $fit.ResidualStandardError
        $at = $curves.series[0].points[400]
        $at[0] | Assert-Near 4.5 -Within 1e-10
        $curves.series[1].points[400][1] - $at[1] | Assert-Near (2.306004135 * $s * [math]::Sqrt(0.1)) -Within 1e-7
        $at[1] - $curves.series[4].points[400][1] | Assert-Near (2.306004135 * $s * [math]::Sqrt(1.1)) -Within 1e-7
        $residuals.y | Should -BeExactly residual
        $residuals.series[1].points | Should -HaveCount 10
        $residuals.series[1].points[3][1] | Assert-Near (11 - $fit.Parameters['a'] - 3 * $fit.Parameters['b']) -Within 1e-10
    }

    It 'has the residuals of a curve fit of several columns by its prediction, and says how data come in' {
        $path = Join-Path $TestDrive curvefit2.html
        $rows = 0..9 | ForEach-Object { [pscustomobject]@{ x = $_; z = $_ % 3; y = [math]::Exp(0.1 * $_ + $_ % 3) } }
        $fit = $rows | Invoke-CurveFit 'a*x + b*z + c' -Label 'log(y)'
        $null = $fit | Export-AutodiffReport $path -Data $rows
        $pictures = @(Get-Picture $path)
        $pictures | Should -HaveCount 1
        $pictures[0].x | Should -BeExactly 'predicted log(y)'
        $null = $fit | Export-AutodiffReport $path
        @(Get-Picture $path) | Should -BeNullOrEmpty
        Get-Page $path | Should -BeLike '*-Data puts them there, with the residuals.*'
    }

    It 'has the curve of the network over the data' {
        $path = Join-Path $TestDrive network1.html
        $net = $line | Start-NetworkTraining -Network (New-NeuralNetwork 1 3, tanh, 1 -Seed 1) -Feature x -Label y -Epoch 20 -Seed 1
        $null = $net | Export-AutodiffReport $path -Data $line
        $pictures = Get-Picture $path
        $pictures.type | Should -BeExactly curves, network, curves
        $pictures[2].series.name | Should -BeExactly y, data
        $pictures[2].series[1].points | Should -HaveCount 5
        $at = $pictures[2].series[0].points[100]
        ([pscustomobject]@{ x = $at[0] } | Invoke-AutodiffModel $net).Prediction | Assert-Near $at[1] -Within 1e-12
    }
}

Describe 'The scripts of reports' {
    It 'pass their own tests' -Skip:([bool]$noNode) {
        $output = node --test (Join-Path $repositoryRoot reports/test/pictures.test.mjs) 2>&1 | Out-String
        $LASTEXITCODE | Should -Be 0 -Because $output
        $output | Should -Match 'fail 0'
    }
}

Describe 'A report of a formula with the parameters of a training' -Skip:([bool]$missing) {
    BeforeAll {
        # The network of the lab on gradient descent, at the weights it prints.
        $output = New-ExprNode 'sigmoid(c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2))'
        $weights = @{ b1 = 1.543385; w11 = 3.111573; w12 = -2.808800; b2 = 1.373085; w21 = 3.130452; w22 = -2.813466; c = -4.241453; u1 = 4.036489; u2 = 4.074885 }
    }

    It 'has the map of what it says over the two variables that -At leaves, with the points and the level 0.5' {
        $path = Join-Path $TestDrive map.html
        $null = Export-AutodiffReport $output $path -At $weights -Data $points -Label y
        $map = (Get-Picture $path)[-1]
        $map.type | Should -BeExactly boundary
        $map.names | Should -BeExactly x1, x2
        $map.range | Should -Be 0, 1
        $map.levels | Should -Be 0.5
        $map.x | Should -Be -2, 2
        $map.values | Should -HaveCount (101 * 101)
        # The middle of the map is the first of the five points.
        $map.values[5100] | Assert-Near (Measure-Expression $output -At ($weights + @{ x1 = 0; x2 = 0 })) -Within 1e-6
        $map.values[0] | Assert-Near (Measure-Expression $output -At ($weights + @{ x1 = -2; x2 = -2 })) -Within 1e-6
        $map.groups.name | Should -BeExactly 0, 1
        $map.groups[0].points | Should -HaveCount 4
        $map.groups[1].points[0][0, 1] | Should -Be 0, 0
        Get-Page $path | Should -Match 'with a line at 0\.5'
    }

    It 'takes the result of the training for -At, beside which its losses are shown' {
        $path = Join-Path $TestDrive line.html
        $null = Export-AutodiffReport $trained, 'a*x + b' $path -At $trained -Data $line -Label y
        $curve = (Get-Picture $path)[-1]
        $curve.type | Should -BeExactly curves
        $curve.series.name | Should -BeExactly 'a * x + b', 'd/dx: a', data
        $curve.series[2].points | Should -HaveCount 5
        $a, $b = $trained.Parameters['a'], $trained.Parameters['b']
        foreach ($point in $curve.series[0].points) { $point[1] | Assert-Near ($a * $point[0] + $b) -Within 1e-12 }
    }

    It 'has contours where the values are no probabilities, with the points' {
        $path = Join-Path $TestDrive contours.html
        $null = Export-AutodiffReport 'k*x1*x2' $path -At @{ k = 2 } -Data $points
        $map = (Get-Picture $path)[-1]
        $map.type | Should -BeExactly contour
        $map.groups.name | Should -BeExactly '0', '1'
        $map.groups.points | Should -HaveCount 5
        $map.description | Should -BeLike '*with k = 2.'
    }

    It 'draws a network''s border between classes and at 0.5' {
        $path = Join-Path $TestDrive border.html
        $null = $classified | Export-AutodiffReport $path -Data $points
        ((Get-Picture $path).Where({ $_.type -eq 'boundary' })).levels | Should -Be 0.5
        $three = Import-Csv (Join-Path $repositoryRoot examples/data/iris.csv) |
            Start-NetworkTraining -Network (New-NeuralNetwork 2 3, softmax -Seed 1) -Feature Petal* -Label Species -Epoch 2 -Seed 1
        $null = $three | Export-AutodiffReport $path
        ((Get-Picture $path).Where({ $_.type -eq 'boundary' })).levels | Should -Be 1.5, 2.5
    }

    It 'leaves data out whose columns are not those of the formula' {
        $path = Join-Path $TestDrive other.html
        $null = Export-AutodiffReport 'u*v' $path -Data $points
        (Get-Picture $path)[-1].groups | Should -HaveCount 0
        $null = Export-AutodiffReport 'u*v' $path -Data $points -Feature x1, x2
        (Get-Picture $path)[-1].groups.points | Should -HaveCount 5
    }
}

Describe 'A report of weight decay' -Skip:([bool]$missing) {
    BeforeAll {
        # Curvature 5 along (1, 1) and 0.8 along (1, -1), minimum at (2, 1).
        $path = Join-Path $TestDrive decay.html
        $null = Measure-WeightDecay '5*(a + b - 3)^2/4 + (a - b - 1)^2/5' -At @{ a = 2; b = 1 } -Decay 0.5, 2 | Export-AutodiffReport $path
        $picture = (Get-Picture $path)[0]
        function Get-Series([string]$Name) { $picture.series | Where-Object name -Like $Name }
    }

    It 'has one picture of one error' {
        Get-Picture $path | Should -HaveCount 1
        ([regex]::Matches((Get-Page $path), '<section ')).Count | Should -Be 1
        $picture.series.name | Should -BeExactly 'path of the minimum as tau grows from 0', 'contours of E', "contours of E' with tau = 0.5", "contours of E' with tau = 2",
            'eigenvector 1, curvature 5', 'eigenvector 2, curvature 0.8', 'minimum of E (2, 1)', 'with tau = 0.5 (1.671, 1.056)', 'with tau = 2 (1.214, 0.9286)'
    }

    It 'has contours on which E and E'' are constant' {
        $e = { param($a, $b) 5 * ($a + $b - 3) * ($a + $b - 3) / 4 + ($a - $b - 1) * ($a - $b - 1) / 5 }
        $values = (Get-Series 'contours of E').points | Where-Object { $null -ne $_[1] } | ForEach-Object { [Math]::Round((& $e $_[0] $_[1]), 9) }
        @($values | Select-Object -Unique) | Should -HaveCount 5
        # All of them close within the picture, and one goes through the end of the eigenvector of the least curvature.
        $end = (Get-Series 'eigenvector 2*').points[1]
        @($values -eq [Math]::Round((& $e $end[0] $end[1]), 9)).Count | Should -BeGreaterThan 100
        foreach ($point in (Get-Series 'contours of E').points | Where-Object { $null -ne $_[1] }) {
            $point[0] | Should -BeGreaterThan $picture.domain[0]
            $point[0] | Should -BeLessThan $picture.domain[1]
        }
        $decayed = (Get-Series '*tau = 2').Where({ $_.name -like 'contours*' }).points | Where-Object { $null -ne $_[1] } |
            ForEach-Object { [Math]::Round((& $e $_[0] $_[1]) + $_[0] * $_[0] + $_[1] * $_[1], 9) }
        @($decayed | Select-Object -Unique) | Should -HaveCount 5
    }

    It 'of many decays shows the contours of one, and the others on demand' {
        $many = Join-Path $TestDrive many.html
        $null = Measure-WeightDecay '5*(a + b - 3)^2/4 + (a - b - 1)^2/5' -At @{ a = 2; b = 1 } -Decay 0, 0.1, 1, 10 | Export-AutodiffReport $many
        $series = (Get-Picture $many)[0].series
        ($series | Where-Object { $_.PSObject.Properties['hidden'] }).name | Should -BeExactly "contours of E' with tau = 0.1", "contours of E' with tau = 10"
        @($series.name) -like 'with tau*' | Should -HaveCount 3
    }

    It 'has the path from the minimum to 0, through the minima with decay' {
        $way = (Get-Series 'path*').points
        $way[0] | Should -Be 2, 1
        [Math]::Abs($way[-1][0]) + [Math]::Abs($way[-1][1]) | Should -BeLessThan 1e-3
        foreach ($point in (Get-Series 'with tau*').points) {
            ($way | ForEach-Object { [Math]::Abs($_[0] - $point[0]) + [Math]::Abs($_[1] - $point[1]) } | Measure-Object -Minimum).Minimum | Should -BeLessThan 0.05
        }
    }

    It 'has eigenvectors at right angles, and equal lengths on both axes' {
        $one, $two = (Get-Series 'eigenvector*')
        ($one.points[1][0] - 2) * ($two.points[1][0] - 2) + ($one.points[1][1] - 1) * ($two.points[1][1] - 1) | Assert-Near 0 -Within 1e-12
        ($picture.domain[1] - $picture.domain[0]) / ($picture.range[1] - $picture.range[0]) | Assert-Near (712 / 370) -Within 1e-4
    }

    It 'has tables alone for other numbers of weights, and a section for each error' {
        $null = 'x^2 + y^2 + z^2', 'x^2' | ForEach-Object { Measure-WeightDecay $_ -At @{ x = 0; y = 0; z = 0 } -Decay 1, 2 } | Export-AutodiffReport $path
        ([regex]::Matches((Get-Page $path), '<section ')).Count | Should -Be 2
        Get-Page $path | Should -Match 'The geometry is drawn for two weights'
    }
}

Describe 'Export-AutodiffReport' -Skip:([bool]$missing) {
    It 'puts several things into one report, and goes on after a bad one' {
        $path = Join-Path $TestDrive several.html
        $outcome = Get-Outcome { 'x^2', '2 +', (Get-Date), $trained, $xor, $way | Export-AutodiffReport $path }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ExpressionSyntax, ReportTypeUnsupported
        ([regex]::Matches((Get-Page $path), '<section ')).Count | Should -Be 4
        ([regex]::Matches((Get-Page $path), '</section>')).Count | Should -Be 4
    }

    It 'takes what it shows at the first position, by name or from the pipeline: <Form>' -ForEach @(
        @{ Form = 'by position'; Call = { Export-AutodiffReport 'x^2' $path } }
        @{ Form = 'by position and name'; Call = { Export-AutodiffReport 'x^2' -Path $path } }
        @{ Form = 'in the other order'; Call = { Export-AutodiffReport -Path $path 'x^2' } }
        @{ Form = 'by name'; Call = { Export-AutodiffReport -Expression 'x^2' -LiteralPath $path } }
        @{ Form = 'a script block'; Call = { Export-AutodiffReport { $x * $x } -LiteralPath $path } }
        @{ Form = 'a node'; Call = { Export-AutodiffReport (New-ExprNode 'x^2') $path } }
        @{ Form = 'from the pipeline'; Call = { 'x^2' | Export-AutodiffReport $path } }
        @{ Form = 'from the pipeline, the file by name'; Call = { 'x^2' | Export-AutodiffReport -Path $path } }
        @{ Form = 'from the pipeline, the file as an object'; Call = { 'x^2' | Export-AutodiffReport ([IO.FileInfo]$path) } }
        @{ Form = 'by -InputObject'; Call = { Export-AutodiffReport -InputObject 'x^2' $path } }
        @{ Form = 'inside of another pipeline'; Call = { 1 | ForEach-Object { Export-AutodiffReport 'x^2' $path } } }
        @{ Form = 'splatted'; Call = { $all = @{ Expression = 'x^2'; Path = $path }; Export-AutodiffReport @all } }
    ) {
        $path = Join-Path $TestDrive position.html
        Remove-Item $path -ErrorAction Ignore
        (& $Call).FullName | Should -BeExactly $path
        (Get-Picture $path)[1].description | Should -BeLike 'The function and its derivative, for x from -5 to 5*'
    }

    It 'takes several at the first position' {
        $path = Join-Path $TestDrive list.html
        $null = Export-AutodiffReport 'x^2', $trained, 'y' $path
        ([regex]::Matches((Get-Page $path), '<section ')).Count | Should -Be 3
    }

    It 'names the variable that -At lacks' {
        $outcome = Get-Outcome { 'x*y*z*u' | Export-AutodiffReport (Join-Path $TestDrive unbound.html) -At @{ x = 1 } }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly VariableNotBound
        Join-Path $TestDrive unbound.html | Should -Not -Exist
    }

    It 'lets no text of users become markup, and allows no request' {
        $path = Join-Path $TestDrive evil.html
        $evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>$([char]0x2028)"
        $rows = -1, 1 | ForEach-Object { [pscustomobject]@{ $evil = $_; b = -$_; '"><svg onload=alert(3)>' = $evil + $_ } }
        $net = $rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 1, sigmoid -Seed 1) -Label '"><svg onload=alert(3)>' -Epoch 2 -Seed 1
        $null = $net | Export-AutodiffReport $path -Title $evil -Data $rows
        $page = Get-Content $path -Raw
        # The pictures, and the script of the page.
        ([regex]::Matches($page, '<script')).Count | Should -Be 2
        ([regex]::Matches($page, '</script')).Count | Should -Be 2
        $page | Should -Not -Match '<img'
        Get-Page $path | Should -Not -Match '<svg'
        $page.Contains("content=`"default-src 'none'; script-src 'sha256-") | Should -BeTrue
        (Get-Picture $path)[2].names[0] | Should -BeExactly $evil.Replace([char]0x2028, [char]0xFFFD)
    }

    It 'asks for nothing by address: all is in the file' {
        $path = Join-Path $TestDrive alone.html
        $null = $z | Export-AutodiffReport $path
        Get-Page $path | Should -Not -Match '(src|href)="(?!#)'
    }

    It 'writes nothing with -WhatIf' {
        $null = $z | Export-AutodiffReport (Join-Path $TestDrive if.html) -WhatIf
        Join-Path $TestDrive if.html | Should -Not -Exist
    }

    It 'replaces a file without asking, also where nobody could answer, and returns it' -Tag Slow {
        $path = Join-Path $TestDrive old.html
        Set-Content $path old
        $item = $z | Export-AutodiffReport $path
        $item | Should -BeOfType System.IO.FileInfo
        $item.FullName | Should -BeExactly $path
        $item.PSPath | Should -Not -BeNullOrEmpty
        Get-Content $path -TotalCount 1 | Should -BeExactly '<!DOCTYPE html>'
        # Without standard input and without anybody to ask, twice as a nightly script does.
        Invoke-FreshShell "`$ErrorActionPreference = 'Stop'; Import-Module '$moduleBase'; 1..2 | ForEach-Object { (1..`$_ -join ' + ' | Export-AutodiffReport '$path').Name }" |
            Should -BeExactly "old.html$([Environment]::NewLine)old.html"
        Get-Page $path | Should -BeLike '*1 + 2*'
    }

    It 'replaces no file with -NoClobber, and a write-protected one only with -Force' {
        $path = Join-Path $TestDrive kept.html
        Set-Content $path old
        Get-ErrorId (Get-Outcome { $z | Export-AutodiffReport $path -NoClobber }).Errors[0] | Should -BeExactly FileExists
        (Get-Item $path).IsReadOnly = $true
        Get-ErrorId (Get-Outcome { $z | Export-AutodiffReport $path }).Errors[0] | Should -BeExactly FileUnwritable
        Get-Content $path | Should -BeExactly old
        $null = $z | Export-AutodiffReport $path -Force
        Get-Content $path -TotalCount 1 | Should -BeExactly '<!DOCTYPE html>'
        (Get-Item $path).IsReadOnly | Should -BeTrue
        (Get-Item $path).IsReadOnly = $false
    }

    It 'takes the format from the extension: <Name>' -ForEach @(
        @{ Name = 'a.html'; Arguments = @{} }, @{ Name = 'a.HTM'; Arguments = @{} }, @{ Name = 'a.b.html'; Arguments = @{ Format = 'Html' } }
        @{ Name = 'bare'; Arguments = @{ Format = 'Html' } }
    ) {
        ('x' | Export-AutodiffReport (Join-Path $TestDrive $Name) @Arguments).Name | Should -BeExactly $Name
        Get-Content (Join-Path $TestDrive $Name) -TotalCount 1 | Should -BeExactly '<!DOCTYPE html>'
    }

    It 'refuses a name that promises something else: <Name> <Format>' -ForEach @(
        @{ Name = 'a.png'; Format = '' }, @{ Name = 'a.png'; Format = 'Svg' }, @{ Name = 'a.svg'; Format = 'Html' }, @{ Name = 'a.html'; Format = 'Svg' }
        @{ Name = 'a.txt'; Format = 'Html' }, @{ Name = 'nothing'; Format = '' }, @{ Name = 'svg'; Format = '' }
    ) {
        $folder = New-Item (Join-Path $TestDrive refused) -ItemType Directory -Force
        $arguments = if ($Format) { @{ Format = $Format } } else { @{} }
        $outcome = Get-Outcome { 'x' | Export-AutodiffReport (Join-Path $folder $Name) @arguments }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly PathInvalid
        $outcome.Errors[0].Exception.Message | Should -BeLike "*$Name*"
        Get-ChildItem $folder | Should -BeNullOrEmpty
    }

    It 'has no control characters in the page, whatever labels, columns and titles hold' {
        $path = Join-Path $TestDrive control.html
        $evil = "`e[31m`u{9b}2J`u{202e}`a`0"
        $rows = -1, 1 | ForEach-Object { [pscustomobject]@{ "a$evil" = $_; b = -$_; l = "$evil$_" } }
        $net = $rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 1, sigmoid -Seed 1) -Label l -Epoch 2 -Seed 1
        $null = $net, 'x' | Export-AutodiffReport $path -Title "t$evil" -Data $rows
        $text = Get-Content $path -Raw
        ($text -replace '(?s)<script>.*</script>', '') | Should -Not -Match '[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]'
        $text | Should -BeLike "*`u{241B}``[31m*"
    }

    It 'refuses <What>: <Id>' -ForEach @(
        @{ What = 'nothing'; Id = 'ReportEmpty'; Call = { Export-AutodiffReport (Join-Path $TestDrive x.html) } }
        @{ What = 'no path'; Id = 'PathInvalid'; Call = { 'x' | Export-AutodiffReport } }
        @{ What = 'an expression without a path'; Id = 'PathInvalid'; Call = { Export-AutodiffReport 'x^2' } }
        @{ What = 'a script block for a path'; Id = 'PathInvalid'; Call = { 'x' | Export-AutodiffReport { $x } } }
        @{ What = 'an expression in the pipeline and at the first position'; Id = 'ExpressionRepeated'; Call = { 'x' | Export-AutodiffReport 'y' (Join-Path $TestDrive x.html) } }
        @{ What = 'an expression by two names'; Id = 'ExpressionRepeated'; Call = { Export-AutodiffReport -Expression y -InputObject x -Path (Join-Path $TestDrive x.html) } }
        @{ What = 'another kind of drive'; Id = 'PathInvalid'; Call = { 'x' | Export-AutodiffReport env:x } }
        @{ What = 'a folder that is not there'; Id = 'FileUnwritable'; Call = { 'x' | Export-AutodiffReport (Join-Path $TestDrive 'no/such/x.html') } }
        @{ What = 'a folder for a file'; Id = 'FileUnwritable'; Call = { 'x' | Export-AutodiffReport (New-Item (Join-Path $TestDrive folder.html) -ItemType Directory -Force).FullName } }
        @{ What = 'null'; Id = 'ExpressionNull'; Call = { $null | Export-AutodiffReport (Join-Path $TestDrive x.html) } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "$Id,PSAutodiff.Commands.ExportAutodiffReportCommand"
    }
}

Describe 'Export-AutodiffReport in a module that was built without npm' -Skip:(-not $missing) {
    It 'says what is missing and writes nothing' {
        $path = Join-Path $TestDrive never.html
        $outcome = Get-Outcome { 'x' | Export-AutodiffReport $path }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ReportScriptMissing
        $outcome.Errors[0].Exception.Message | Should -BeLike '*npm*'
        $path | Should -Not -Exist
    }
}

Describe 'A report of vectors and matrices' -Skip:([bool]$missing) {
    It 'takes shapes from values, and says what is missing' {
        $path = Join-Path $TestDrive product.html
        'norm(A @ v)' | Export-AutodiffReport $path -At @{ A = (1, 2), (3, 4); v = 1, -1 } | Should -BeOfType System.IO.FileInfo
        Get-Content $path -Raw | Should -BeLike '*f is a number of A, a matrix (2, 2), v, a vector (2).*'
        $problem = (Get-Outcome { 'v: [2]; w: [2]; v @ w' | Export-AutodiffReport $path -At @{ v = 1, 2 } }).Errors[0]
        $problem.Exception.Message | Should -BeLike "*'w'*"
    }

    It 'shows array parameters of a training, with matrices as maps' {
        $path = Join-Path $TestDrive parameters.html
        $rows = 1..6 | ForEach-Object { [pscustomobject]@{ a = $_ / 3; b = 1 - $_ / 5; t = $_ / 6 } }
        $null = $rows | Start-NetworkTraining 'W: [2, 3]; v: [3]; x: [2]; (t - tanh(x @ W) @ v)^2' -Column @{ x = 'a', 'b' } -Epoch 2 -Seed 1 | Export-AutodiffReport $path
        $page = Get-Content $path -Raw
        $page | Should -BeLike '*<th scope="row">W`[1, 2`]</th>*'
        $page | Should -BeLike '*"type":"heat","title":"W"*'
    }
}

Describe 'Export-AutodiffReport -Format Svg' -Skip:([bool]$noNode) {
    It 'writes one file for one picture, with title and description' {
        $path = Join-Path $TestDrive one.svg
        $null = 'x*y*z' | Export-AutodiffReport $path -Format Svg
        $svg = [xml](Get-Content $path -Raw)
        $svg.DocumentElement.Name | Should -BeExactly svg
        $svg.DocumentElement.title.InnerText | Should -BeExactly 'Graph of x * y * z'
        $svg.DocumentElement.desc | Should -Not -BeNullOrEmpty
    }

    It 'writes the graph and the curve of an expression of one variable' {
        $files = 'x^2' | Export-AutodiffReport (Join-Path $TestDrive square.svg)
        $files.Name | Should -BeExactly square-1.svg, square-2.svg
        $svg = [xml](Get-Content $files[1] -Raw)
        $svg.DocumentElement.title | Should -BeExactly 'The function and its derivative'
        # The curve and the derivative are lines of many points.
        @($svg.SelectNodes("//*[local-name()='path']") | Where-Object { $_.d.Length -gt 2000 }).Count | Should -BeGreaterThan 1
    }

    It 'writes a numbered file for each of several pictures, and returns all' {
        $files = $trained, $way | Export-AutodiffReport (Join-Path $TestDrive many.svg)
        $files.Name | Should -BeExactly many-1.svg, many-2.svg, many-3.svg
        ($trained, $way | Export-AutodiffReport (Join-Path $TestDrive many.svg) -Format Svg).Name | Should -BeExactly $files.Name
        foreach ($number in 1..3) {
            $svg = [xml](Get-Content (Join-Path $TestDrive "many-$number.svg") -Raw)
            $svg.SelectNodes("//*[local-name()='path']").Count | Should -BeGreaterThan 10
            $svg.SelectNodes("//*[local-name()='title']").Count | Should -BeGreaterThan 0
        }
        Join-Path $TestDrive many-4.svg | Should -Not -Exist
    }

    It 'writes all pictures or, with -NoClobber, none' {
        Set-Content (Join-Path $TestDrive some-3.svg) mine
        Get-ErrorId (Get-Outcome { $trained, $way | Export-AutodiffReport (Join-Path $TestDrive some.svg) -NoClobber }).Errors[0] | Should -BeExactly FileExists
        Get-ChildItem $TestDrive -Filter some* | ForEach-Object Name | Should -BeExactly some-3.svg
        Get-Content (Join-Path $TestDrive some-3.svg) | Should -BeExactly mine
        (Get-Outcome { $trained, $way | Export-AutodiffReport (Join-Path $TestDrive some.svg) -WhatIf }).Output | Should -BeNullOrEmpty
        Get-Content (Join-Path $TestDrive some-3.svg) | Should -BeExactly mine
    }
}

Describe 'Reports in a browser' -Skip:([bool]$noBrowser) {
    BeforeAll {
        $browserTests = Join-Path $repositoryRoot tests/Browser
        $chromium = (Get-Command chromium, chromium-browser, google-chrome -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source
        $folder = (New-Item (Join-Path $TestDrive browser) -ItemType Directory).FullName
        $evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>'
        $null = $z | Export-AutodiffReport "$folder/expression.html" -At @{ x = 2; y = 3 }
        $null = $z | Export-AutodiffReport "$folder/evil.html" -Title $evil
        $s2 = 'fin = c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2); fin - fin*y + log(1 + exp(-fin))'
        $null = $points | Start-NetworkTraining $s2 -Parameter b1, w11, w12, b2, w21, w22, c, u1, u2 -InitialValue @{ b1 = 0; b2 = 0; c = 0 } -LearningRate 0.5 -Epoch 251 -Seed 3 | Export-AutodiffReport "$folder/training.html"
        $null = $classified | Export-AutodiffReport "$folder/network.html" -Data $points
        $null = Find-Minimum '100*(y - x^2)^2 + (1 - x)^2' -At @{ x = -1.2; y = 1 } -KeepPath | Export-AutodiffReport "$folder/minimum.html"
        $large = '0'
        for ($i = 0; $i -lt 400; $i++) { $large += " + sin(x*$i)*y" }
        $null = $large | Export-AutodiffReport "$folder/large.html"
        $layer = 'W: [2, 3]; b: [3]; x: [2]; y: [3]; z = tanh(x @ W + b); logsumexp(z) - y @ z'
        $null = $layer | Export-AutodiffReport "$folder/arrays.html" -At @{ W = (1, -2, 3), (0.5, 0, 1); b = 0.1, 0.2, 0.3; x = 1, 2; y = 0, 1, 0 }
        $seen = node "$browserTests/check.mjs" $chromium $folder (Get-Item "$folder/*.html").FullName | ConvertFrom-Json
        # To renew the pictures of the docs, run this file with PSAUTODIFF_IMAGES set to 1.
        if ($env:PSAUTODIFF_IMAGES) {
            $images = (New-Item (Join-Path $repositoryRoot docs/images) -ItemType Directory -Force).FullName
            'expression-graph', 'expression-phone', 'arrays-graph', 'training-curves', 'network-network', 'network-boundary', 'minimum-contour' |
                ForEach-Object { Copy-Item "$folder/$_.png" $images }
        }
        $ofFile = { param($name) $seen | Where-Object file -EQ "$name.html" }
    }

    It 'show no errors and make no requests' {
        $seen | Should -HaveCount 7
        $seen | ForEach-Object { $_.errors; $_.requests } | Should -BeNullOrEmpty
        ($seen.dialogs | Measure-Object -Sum).Sum | Should -Be 0
    }

    It 'have the title as text' {
        (& $ofFile evil).title | Should -BeExactly $evil
    }

    It 'have each picture, of a size to look at' {
        (& $ofFile expression).pictures.kind | Should -BeExactly graph, contour
        (& $ofFile training).pictures.kind | Should -BeExactly curves
        (& $ofFile network).pictures.kind | Should -BeExactly curves, network, boundary, heat
        (& $ofFile arrays).pictures.kind | Should -BeExactly graph
        (& $ofFile minimum).pictures.kind | Should -BeExactly contour, curves
        foreach ($picture in $seen.pictures) {
            # Two rows of a heat map are lower.
            $picture.height | Should -BeGreaterThan $(if ($picture.kind -eq 'heat') { 50 } else { 100 })
            $picture.width | Should -BeGreaterThan $(if ($picture.kind -eq 'heat') { 50 } else { 100 })
            $picture.label | Should -Not -BeNullOrEmpty
            if ($picture.kind -in 'curves', 'boundary', 'contour') { $picture.colours | Should -BeGreaterThan 10 }
        }
    }

    It 'tell values to pointer and keyboard, and zoom' {
        foreach ($picture in $seen.pictures) {
            $picture.hover | Should -Not -BeNullOrEmpty
            $picture.zoom | Should -Not -BeNullOrEmpty
            if ($picture.kind -in 'graph', 'network', 'heat') { $picture.zoomedWidth | Assert-Near ($picture.width * 1.25) -Within 1 }
            else { $picture.keyboard | Should -Not -BeNullOrEmpty }
            if ($picture.kind -eq 'curves') { $picture.log | Should -BeExactly true }
        }
    }

    It 'draw the graph of S1 and fold it' {
        $graph = (& $ofFile expression).pictures[0]
        $graph.nodes | Should -Be 8
        $graph.edges | Should -Be 8
        $graph.nodesFolded | Should -Be 1
        $graph.nodesUnfolded | Should -Be 8
    }

    It 'draw arrays as maps at their nodes, play how they come about, and weights as a map' {
        $graph = (& $ofFile arrays).pictures[0]
        # W, x, product, b, sum, tanh, y, logsumexp, product, difference: eight arrays, with derivatives, of which two numbers are the ends.
        $graph.nodes | Should -Be 10
        $graph.cells | Should -Be (2 * (6 + 2 + 3 + 3 + 3 + 3 + 3))
        $graph.stepEnd[0] | Should -Be 20
        $graph.stepEnd[1] | Should -Match '^Back: \w+ \([\d, ]+\) has the adjoint'
        (& $ofFile network).pictures[3].cells | Should -Be 4
    }

    It 'play the sweeps over a graph and the steps to a minimum, by pointer and keyboard' {
        $graph = (& $ofFile expression).pictures[0]
        $graph.stepEnd[0] | Should -Be 16
        $graph.stepBack[0] | Should -Be 15
        $graph.stepHome | Should -BeExactly '0', 'Nothing is computed yet.'
        $graph.stepEnd[1] | Should -Match '^Back: (x has the adjoint 12|y has the adjoint 7\.95|4 has the adjoint 6)\.'
        $way = (& $ofFile minimum).pictures[0]
        $way.stepHome | Should -BeExactly '0', 'Before the start.'
        $way.played[1] | Should -Match '^(Start|Step \d+): x -?\d'
        $way.stepEnd[1] | Should -Match '^Step \d+: x 1, y 1, value'
    }

    It 'draw the part of a large graph that can be looked at' {
        (& $ofFile large).pictures[0].nodes | Should -BeGreaterThan 20
        (& $ofFile large).pictures[0].nodes | Should -BeLessThan 401
    }

    It 'are light or dark, and fit a phone' {
        foreach ($report in $seen) {
            $report.background | Should -BeExactly 'rgb(255, 255, 255)'
            $report.darkBackground | Should -Not -BeExactly $report.background
            $report.phoneWidth | Should -BeLessOrEqual 390
        }
    }
}
