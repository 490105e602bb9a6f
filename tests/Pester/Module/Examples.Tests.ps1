# The scripts in examples/. Some are run in the files of their courses and cmdlets.
BeforeDiscovery {
    $scripts = Get-ChildItem "$PSScriptRoot/../../../examples" -Filter *.ps1 | ForEach-Object { @{ Name = $_.Name; Path = $_.FullName } }
    # Each script has the items of the test file of the same name.
    $courses = Get-ChildItem "$PSScriptRoot/../../../examples/courses" | ForEach-Object {
        $tests = -join ($_.BaseName -split '-' | ForEach-Object { $_.Substring(0, 1).ToUpperInvariant() + $_.Substring(1) })
        @{ Name = $_.Name; Path = $_.FullName; Tests = "$PSScriptRoot/../Courses/$tests.Tests.ps1" }
    }
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $examples = Join-Path $repositoryRoot examples

    # What a script shows, its objects, and the variables it ends with.
    function Invoke-Example([string]$ExampleName, [hashtable]$ExampleArguments = @{}) {
        $exampleOutput = @(. (Join-Path $examples $ExampleName) @ExampleArguments)
        $exampleVariables = @{}
        Get-Variable -Scope Local | ForEach-Object { $exampleVariables[$_.Name] = $_.Value }
        [pscustomobject]@{ Output = $exampleOutput; Text = ($exampleOutput | Out-String -Width 200) -replace '\e\[[0-9;]*m'; Variables = $exampleVariables }
    }
}

Describe 'examples/<Name>' -ForEach $scripts {
    It 'has less than 30 lines, begins with what it is, and runs in strict mode' {
        $lines = @(Get-Content $Path)
        $lines.Count | Should -BeLessThan 30
        $lines[0] | Should -Match '^# \w'
        @($lines | Where-Object { $_ -ceq 'Set-StrictMode -Version Latest' }) | Should -HaveCount 1
    }

    It 'is run by a test' {
        $tests = Get-ChildItem "$PSScriptRoot/.." -Recurse -Filter *.Tests.ps1 | Get-Content -Raw
        @($tests | Where-Object { $_.Contains("examples/$Name`"") -or $_.Contains("Join-Path `$examples $Name") -or $_.Contains("Invoke-Example $Name") }).Count | Should -BeGreaterThan 0
    }
}

Describe 'examples/courses/<Name>' -ForEach $courses {
    BeforeAll {
        $lines = @(Get-Content $Path)
        $starts = @(0..($lines.Count - 1) | Where-Object { $lines[$_] -match '^# \d+\. ' })
    }

    It 'begins with what it is, and runs in strict mode' {
        $lines[0] | Should -Match '^# The \w'
        @($lines | Where-Object { $_ -ceq 'Set-StrictMode -Version Latest' }) | Should -HaveCount 1
    }

    It 'has the items of the course one after the other, each in less than 30 lines' {
        $starts | ForEach-Object { [int]($lines[$_] -replace '^# (\d+)\..*', '$1') } | Should -Be (1..$starts.Count)
        for ($i = 0; $i -lt $starts.Count; $i++) {
            $item = $lines[$starts[$i]..(($i + 1 -lt $starts.Count ? $starts[$i + 1] : $lines.Count) - 1)]
            @($item | Where-Object { $_ -and -not $_.StartsWith('#> ', [StringComparison]::Ordinal) }).Count | Should -BeLessThan 30 -Because "it is item $($i + 1)"
        }
    }

    It 'has the items that its tests have' {
        $tested = [regex]::Matches((Get-Content $Tests -Raw), "(?m)^Describe '(\d+)\.") | ForEach-Object { [int]$_.Groups[1].Value }
        $tested | Should -Be ($tested | Sort-Object)
        $tested | Select-Object -Unique | Should -Be (1..$starts.Count)
    }

    It 'writes what stands below its pipelines' {
        $shown = $lines | Where-Object { $_.StartsWith('#> ', [StringComparison]::Ordinal) } | ForEach-Object { $_.Substring(3) }
        $written = (& $Path *>&1 | Out-String -Width 120) -replace '\e\[[0-9;]*m' -split '\r?\n' | ForEach-Object TrimEnd | Where-Object { $_ }
        $written -join "`n" | Should -BeExactly ($shown -join "`n")
    }
}

Describe 'weight-decay.ps1' {
    It 'moves the minimum as the formula says, and as minimising with the decay does' {
        $text = (Invoke-Example weight-decay.ps1).Text
        $text | Should -Match '(?m)^Without decay: a = 2\.0000, b = 1\.0000\r?$'
        # 20/21 and 0.2/1.2.
        $text | Should -Match '20 +0\.952381 '
        $text | Should -Match '0\.2 +0\.166667 '
        $rows = @($text -split '\r?\n' | Where-Object { $_ -match '^(0\.01|0\.1|1|10) +\d\.' })
        $rows | Should -HaveCount 4
        $rows | ForEach-Object { [double](($_.Trim() -split ' +')[-1]) | Assert-Near 0 -Within 1e-12 }
    }
}

Describe 'siamese.ps1' {
    It 'proves the formula for every parameter, by rewriting and not by sampling, and refutes the printed one' {
        $lines = @((Invoke-Example siamese.ps1).Output | Where-Object { $_ -isnot [string] -and $_ -isnot [PSAutodiff.TrainingResult] })
        $lines.Parameter | Should -BeExactly w11, w12, w21, w22, b1, b2
        $lines.Minus | Should -Not -Contain $false
        $lines.How | Should -Not -Contain Sampling
        $lines.Plus | Should -Not -Contain $true
        $lines.Counterexample | Should -HaveCount 6
    }
}

Describe 'iris.ps1' {
    BeforeAll {
        $model = Join-Path $TestDrive 'iris.json'
        $run = Invoke-Example iris.ps1 @{ Path = $model }
        $measured = $run.Output | Where-Object { $_ -is [PSAutodiff.ModelTest] }
    }

    It 'tests on 50 flowers that are not among the 100 it trains on' {
        $run.Variables.training | Should -HaveCount 100
        $run.Variables.test | Should -HaveCount 50
        $all = Import-Csv (Join-Path $examples data/iris.csv)
        Compare-Object ($all | ForEach-Object { $_.PSObject.Properties.Value -join ',' }) (@($run.Variables.training) + $run.Variables.test | ForEach-Object { $_.PSObject.Properties.Value -join ',' }) |
            Should -BeNullOrEmpty
        $run.Variables.result.Steps | Should -Be 400
    }

    It 'names at least 45 of them rightly' {
        $measured.Rows | Should -Be 50
        $measured.Accuracy | Should -BeGreaterOrEqual 0.9
        $right = @($run.Variables.test | Invoke-AutodiffModel $run.Variables.result | Where-Object { $_.Prediction -ceq $_.Species }).Count
        $right / 50 | Should -BeExactly $measured.Accuracy
    }

    It 'saves a model that is the same when it is loaded' {
        (Import-AutodiffModel $model).ToJson() | Should -BeExactly $run.Variables.result.Network.ToJson()
        $run.Text | Should -Match 'Prediction\s+: virginica'
    }
}

Describe 'service-metrics.ps1' {
    BeforeAll {
        $run = Invoke-Example service-metrics.ps1
        $measured = $run.Output | Where-Object { $_ -is [PSAutodiff.ModelTest] }
    }

    It 'reads 96 rows, 23 of them incidents, and keeps 24 for the test' {
        $run.Variables.rows | Should -HaveCount 96
        @($run.Variables.rows | Where-Object Incident -EQ yes) | Should -HaveCount 23
        $run.Variables.training | Should -HaveCount 72
        $run.Variables.test | Should -HaveCount 24
    }

    It 'finds that latency, errors and queue count, and the processor does not' {
        $weights = @($run.Variables.result.Network.Layers[0].Weights)
        $weights[0] | Assert-Near 1.53 -Within 0.005
        $weights[1] | Assert-Near 1.17 -Within 0.005
        $weights[2] | Assert-Near 0.02 -Within 0.005
        $weights[3] | Assert-Near 1.54 -Within 0.005
    }

    It 'is right for 21 of the 24 rows' {
        $measured.Accuracy | Should -BeExactly (21 / 24)
        $measured.ConfusionMatrix['yes', 'yes'] | Should -Be 3
        $run.Text | Should -Match '(?m)^19:45 .* yes\s+92 ?%'
    }

    It 'is at the minimum of the loss with decay' {
        $result = $run.Variables.result
        $net = $result.Network
        $scaled = foreach ($row in $run.Variables.training) {
            , @(foreach ($i in 0..3) { ([double]$row.($net.Features[$i]) - $net.Scaling.Means[$i]) / $net.Scaling.Deviations[$i] })
        }
        $slope = 0.01 * $net.Layers[0].Weights[0, 0]
        for ($k = 0; $k -lt 72; $k++) {
            $z = $net.Layers[0].Biases[0]
            foreach ($i in 0..3) { $z += $scaled[$k][$i] * $net.Layers[0].Weights[$i, 0] }
            $slope += (1 / (1 + [Math]::Exp(-$z)) - ($run.Variables.training[$k].Incident -eq 'yes')) * $scaled[$k][0] / 72
        }
        $slope | Assert-Near 0 -Within 1e-4
    }
}

Describe 'matrix-calculus.ps1' {
    It 'shows the gradient as a formula, and the least squares solution, where it is 0' {
        $run = Invoke-Example matrix-calculus.ps1
        "$($run.Output[0])" | Should -BeExactly 'A: [4, 2]; v: [2]; y: [4]; A.T @ (A @ v - y)'
        $run.Output[1] | Should -BeExactly '\mathbf{A}^{\mathsf{T}} \, \left(\mathbf{A} \, \mathbf{v} - \mathbf{y}\right)'
        # By the normal equations of a line through four points.
        $run.Variables.line[0] | Assert-Near 0.9 -Within 1e-12
        $run.Variables.line[1] | Assert-Near 2.15 -Within 1e-12
        $run.Output[2].Value | Assert-Near 0.0375 -Within 1e-14
        foreach ($element in $run.Output[2].Gradient['v']) { [Math]::Abs($element) | Should -BeLessThan 1e-13 }
    }
}

Describe 'Models written as the loss of one row' {
    BeforeAll {
        function Get-Product([double[]]$Left, [double[,]]$Right) {
            foreach ($j in 0..($Right.GetLength(1) - 1)) {
                $sum = 0.0
                foreach ($i in 0..($Left.Count - 1)) { $sum += $Left[$i] * $Right[$i, $j] }
                $sum
            }
        }
        function Get-Softmax([double[]]$Scores) {
            $parts = $Scores | ForEach-Object { [Math]::Exp($_) }
            $sum = ($parts | Measure-Object -Sum).Sum
            $parts | ForEach-Object { $_ / $sum }
        }
        function Get-Mean([double[]]$Numbers) { ($Numbers | Measure-Object -Average).Average }
    }

    It 'residual-network.ps1 has the loss of a network by loops, and knows flowers that it has not seen' {
        $run = Invoke-Example residual-network.ps1
        $of = $run.Variables.result.Parameters
        $losses = foreach ($row in $run.Variables.rows[$run.Variables.known]) {
            $x = [double[]]($row.SepalLength, $row.SepalWidth, $row.PetalLength, $row.PetalWidth)
            foreach ($block in @($of.A, $of.a), @($of.B, $of.b)) {
                $z = Get-Product $x $block[0]
                $x = 0..3 | ForEach-Object { $x[$_] + [Math]::Tanh($z[$_] + $block[1][$_]) }
            }
            $z = Get-Product $x $of.V
            -[Math]::Log((Get-Softmax (0..2 | ForEach-Object { $z[$_] + $of.c[$_] }))[$row.kind])
        }
        $run.Variables.result.FinalLoss | Assert-Near (Get-Mean $losses) -Within 1e-12
        $run.Output[-1] | Should -BeGreaterThan 46
    }

    It 'deep-network.ps1 learns with normalization and skip connections what it does not without' {
        $plain, $steps = @((Invoke-Example deep-network.ps1).Output)
        $plain.TestAccuracy | Should -BeLessThan 0.8
        $steps.TestAccuracy | Should -BeGreaterThan 0.9
        $steps.TestLoss | Should -BeLessThan ($plain.TestLoss / 3)
    }

    It 'embedding.ps1 finds the regression of each species' {
        $run = Invoke-Example embedding.ps1
        $lines = @($run.Output[1..3])
        foreach ($line in $lines) { foreach ($i in 0, 1) { $line.Vector[$i] | Assert-Near $line.Regression[$i] -Within 2e-4 } }
    }

    It 'two-towers.ps1 takes the steps of siamese.ps1, which is written out to numbers' {
        $towers = (Invoke-Example two-towers.ps1).Variables.result
        $numbers = (Invoke-Example siamese.ps1).Variables.result
        $towers.FinalLoss | Assert-Near $numbers.FinalLoss -Within 1e-15
        foreach ($i in 0, 1) {
            $towers.Parameters.b[$i] | Assert-Near $numbers.Parameters["b$($i + 1)"] -Within 1e-14
            foreach ($j in 0, 1) { $towers.Parameters.W[$i, $j] | Assert-Near $numbers.Parameters["w$($i + 1)$($j + 1)"] -Within 1e-14 }
        }
    }

    It 'attention.ps1 looks at the key and reads the value, with the loss of loops' {
        $run = Invoke-Example attention.ps1
        $of = $run.Variables.result.Parameters
        $losses = foreach ($row in $run.Variables.rows) {
            $weights = Get-Softmax (0..3 | ForEach-Object { $row.X[$_, 0] * $of.q[0] + $row.X[$_, 1] * $of.q[1] })
            $read = 0.0
            foreach ($j in 0..3) { $read += $weights[$j] * ($row.X[$j, 0] * $of.v[0] + $row.X[$j, 1] * $of.v[1]) }
            ($row.y - $read) * ($row.y - $read)
        }
        $run.Variables.result.FinalLoss | Assert-Near (Get-Mean $losses) -Within 1e-12
        $of.q[0] | Should -BeGreaterThan 8
        [Math]::Abs($of.q[1]) | Should -BeLessThan 0.5
        $of.v[1] | Assert-Near 1 -Within 0.1
    }

    It 'mixture-of-experts.ps1 learns a corner from two lines, with the loss of loops' {
        $run = Invoke-Example mixture-of-experts.ps1
        $of = $run.Variables.result.Parameters
        $losses = foreach ($row in $run.Variables.rows) {
            $p = 1 / (1 + [Math]::Exp(-$of.g[0] - $row.x * $of.g[1]))
            $read = $p * ($of.v[0] + $row.x * $of.v[1]) + (1 - $p) * ($of.w[0] + $row.x * $of.w[1])
            ($row.y - $read) * ($row.y - $read)
        }
        $run.Variables.result.FinalLoss | Assert-Near (Get-Mean $losses) -Within 1e-14
        $run.Output[-2..-1] | ForEach-Object { [Math]::Abs($_) } | ForEach-Object { $_ | Assert-Near 1 -Within 0.1 }
        $run.Output[2] | Assert-Near 2 -Within 0.1
    }
}

Describe 'predict-disk.ps1, as a scheduler starts it' {
    BeforeAll {
        $job = Join-Path $examples predict-disk.ps1
        $model, $log = (Join-Path $TestDrive fit.json), (Join-Path $TestDrive job.log)
        Import-Csv (Join-Path $examples data/disk-growth.csv) | Invoke-CurveFit 'c + a*exp(r*Day)' UsedGB -InitialValue @{ r = 0.01 } | Export-AutodiffModel $model
        $searchPath = $env:PSModulePath
        $env:PSModulePath = (Split-Path $moduleBase) + [IO.Path]::PathSeparator + $searchPath
    }

    AfterAll { $env:PSModulePath = $searchPath }

    It '<Name>: exit code <Code>' -ForEach @(
        @{ Name = 'a warning'; Days = 20; File = 'fit.json'; Code = 1; Says = 'The disk is full in 14 days.' }
        @{ Name = 'time enough'; Days = 10; File = 'fit.json'; Code = 0; Says = 'The disk is full in 14 days.' }
        @{ Name = 'a failure'; Days = 20; File = 'missing.json'; Code = 2; Says = 'Failed: *missing.json*' }
    ) {
        $shown = & $shellPath @shellArguments -NoProfile -NonInteractive -File $job -Model (Join-Path $TestDrive $File) -Log $log -WarnDays $Days
        $LASTEXITCODE | Should -Be $Code
        $shown | Should -BeLike $Says
        @(Get-Content $log)[-1] | Should -BeLike "????-??-??T??:??:?? $Says"
    }

    It 'is the script that the tutorial shows' {
        $page = (Get-Content (Join-Path $repositoryRoot docs/tutorials/fit-a-csv.md) -Raw) -replace '\r'
        $page.Contains("``````powershell`n$((Get-Content $job -Raw) -replace '\r')``````") | Should -BeTrue
    }
}

Describe 'data/service-metrics.ps1' {
    It 'makes the rows of service-metrics.csv' {
        $made = & (Join-Path $examples data/service-metrics.ps1) | ConvertTo-Csv -UseQuotes Never
        $made | Should -BeExactly (Get-Content (Join-Path $examples data/service-metrics.csv))
    }
}

Describe 'data/disk-growth.ps1' {
    It 'makes the rows of disk-growth.csv' {
        $made = & (Join-Path $examples data/disk-growth.ps1) | ConvertTo-Csv -UseQuotes Never
        $made | Should -BeExactly (Get-Content (Join-Path $examples data/disk-growth.csv))
    }
}
