# Models as source code: the same predictions in Python, C# and PowerShell without the module.
BeforeDiscovery {
    $python = Get-Command python3, python -CommandType Application -All -ErrorAction Ignore | Where-Object {
        & $_.Source -c 'import numpy' 2> $null
        $LASTEXITCODE -eq 0
    } | Select-Object -First 1 -ExpandProperty Source
    $torch = Get-Command python3, python -CommandType Application -All -ErrorAction Ignore | Where-Object {
        & $_.Source -c 'import torch' 2> $null
        $LASTEXITCODE -eq 0
    } | Select-Object -First 1 -ExpandProperty Source
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $random = [Random]::new(5)

    function Get-Row([int]$Count, [string[]]$Name, [double]$Scale = 3) {
        foreach ($i in 1..$Count) {
            $row = [ordered]@{}
            foreach ($one in $Name) { $row[$one] = $Scale * (2 * $random.NextDouble() - 1) }
            [pscustomobject]$row
        }
    }

    # Each with the rows that it is tried on.
    $models = [ordered]@{}
    function Add-Model([string]$Name, $Model, [object[]]$Row) { $models[$Name] = @{ Model = $Model; Rows = $Row } }

    $edges = foreach ($number in 0, 1e300, -1e300, 1e-300, 5e-324, 1e15, -0.0) { [pscustomobject]@{ a = $number; b = 1.5; 'c c' = -$number } }
    $number = 0
    foreach ($activation in 'linear', 'relu', 'sigmoid', 'tanh', 'softmax') {
        foreach ($last in 'linear', 'relu', 'sigmoid', 'tanh', 'softmax') {
            $outputs = 1 + $number % 3
            if ($last -eq 'softmax') { $outputs++ }
            $rows = @(Get-Row 12 'a', 'b', 'c c')
            foreach ($row in $rows) { foreach ($j in 1..$outputs) { Add-Member -InputObject $row -NotePropertyName "y$j" -NotePropertyValue (1 / (1 + [Math]::Exp($row.a * $j + $row.b))) } }
            $net = New-NeuralNetwork 3 4, $activation, $outputs, $last -Seed (++$number)
            $labels = @(1..$outputs | ForEach-Object { "y$_" })
            if ($last -eq 'softmax') {
                $classes = ('true', 'false'), ('a', 'b', "c`n"), ('1', '2', '3', '5') | Where-Object Count -EQ $outputs
                for ($i = 0; $i -lt 12; $i++) { Add-Member -InputObject $rows[$i] -NotePropertyName class -NotePropertyValue $classes[$i % $outputs] }
                $labels = @('class')
            }
            $trained = $rows | Start-NetworkTraining -Network $net -Feature a, b, 'c c' -Label $labels -Standardize:($number % 2 -eq 0) -Epoch 2 -Seed 1
            Add-Model "network$number" $trained ($rows + @($edges | ForEach-Object { $_.PSObject.Copy() }))
        }
    }

    # One output for two classes, and labels of several types.
    foreach ($pair in @($false, $true), @(0, 7), @(1.5, 2.0), @('no', "yes `u{1F600} `u{202E}`$(1) 'x' `"y`" \"), @([guid]'11111111-1111-1111-1111-111111111111', [guid]'22222222-2222-2222-2222-222222222222')) {
        $rows = @(Get-Row 20 'a', 'b')
        foreach ($row in $rows) { Add-Member -InputObject $row -NotePropertyName y -NotePropertyValue $pair[[int]($row.a -gt $row.b)] }
        $last = $pair[1] -is [ValueType] -and $pair[1] -isnot [bool] -and $pair[1] -isnot [guid] ? (2, 'softmax') : (1, 'sigmoid')
        $net = New-NeuralNetwork 2 (@(3, 'tanh') + $last) -Seed (++$number)
        Add-Model "binary$number" ($rows | Start-NetworkTraining -Network $net -Label y -Epoch 5 -Seed 1) $rows
    }

    # Categories, dates, Booleans and printed numbers, in a network and in regressions.
    $table = foreach ($i in 1..60) {
        [pscustomobject]@{
            size = "$($i % 7).5"; color = ('red', "blue 'n' `$(1)", "gr`u{fc}n, `"x`"")[$i % 3]; when = ([datetime]'2026-01-30').AddHours(7 * $i).ToString('yyyy-MM-dd HH:mm'); on = "$($i % 5 -eq 0)"
            paid = ($i % 2 ? '1,200' : '800') ; y = $i % 7 + 2 * ($i % 3) + 0.01 * $i + $random.NextDouble(); z = ($i % 4 -gt 1) -xor ($i % 11 -eq 0); count = ($i % 5) + ($i % 3)
        }
    }
    $plain = @($table | Select-Object size, color, when, on, y, z, count)
    Add-Model linear ($plain | Select-Object size, color, when, on, y | Invoke-LinearRegression -Label y) $plain
    Add-Model formatted ($table | Select-Object size, paid, color, y | Invoke-LinearRegression -Label y -NumberFormat Formatted) $table
    Add-Model logistic ($plain | Select-Object size, color, on, z | Invoke-LinearRegression -Label z -Family Binomial -WarningAction Ignore) $plain
    Add-Model poisson ($plain | Select-Object size, color, count | Invoke-LinearRegression -Label count -Family Poisson -WarningAction Ignore) $plain
    $net = New-NeuralNetwork 6 5, relu, 1, linear -Seed 3
    Add-Model mixed ($plain | Start-NetworkTraining -Network $net -Feature size, color, when, on -Label y -Standardize -Epoch 3 -Seed 1) $plain
    Add-Model noIntercept ($plain | Select-Object size, color, y | Invoke-LinearRegression -Label y -NoIntercept) $plain

    # Curves and trained losses, also of names that languages keep for themselves.
    $points = foreach ($i in 1..25) { $x = $i / 5; [pscustomobject]@{ x = $x; class = $i % 4; lambda = 1 / $i; y = 3 * [Math]::Exp(-0.4 * $x) + 0.5 + 0.01 * $random.NextDouble(); k = $i % 3 } }
    Add-Model curve ($points | Invoke-CurveFit 'half * exp(-type * x) + forward' -Label y -InitialValue @{ half = 2; type = 0.3; forward = 0 } -WarningAction Ignore) $points
    Add-Model keywords ($points | Invoke-CurveFit 'a * class + b * lambda + c' -Label y -InitialValue @{ a = 0; b = 0; c = 0 }) $points
    Add-Model arrays ($points | Invoke-CurveFit 'v: [2]; w: [2]; v @ w + c' -Label y -InitialValue @{ w = 0, 0; c = 0 } -Column @{ v = 'x', 'lambda' }) $points
    Add-Model loss ($points | Start-NetworkTraining -Loss '(y - (p * x + q))^2' -Prediction 'p * x + q' -LearningRate 0.01 -Epoch 5 -Seed 1) $points
    Add-Model lossOfArrays ($points | Start-NetworkTraining -Loss 'v: [2]; W: [2, 3]; u: [3]; (y - tanh(v @ W) @ u)^2' -Prediction 'v: [2]; W: [2, 3]; u: [3]; [tanh(v @ W) @ u, sum(v)]' -Column @{ v = 'x', 'lambda' } -LearningRate 0.01 -Epoch 5 -Seed 1) $points
    foreach ($text in 'lgamma(x) + erf(y) * hypot(x, y) + atan2(y, x) + mod(x, y)', 'v: [3]; W: [2, 2]; [softmax(v)[0], norm(v), logsumexp(v), v @ [1, 2, 3], sum(W @ W), trace(W.T)]', 'W: [2, 2]; sum(inv(W + 5 * eye(2)) @ [1, 2]) + logdet(W @ W.T + eye(2)) + sum(solve(W + 9 * eye(2), [1, 2]))', 'select(x < y, 1e-300 * x, max(x, y) ^ 3) + log1p(x ^ 2) + expm1(-x) + cbrt(y)', 'k: [2]; sum(take([3, 1, 4], k)) + 0 * k[0]') {
        $model = [PSAutodiff.ExpressionModel]::new((New-ExprNode $text))
        $rows = foreach ($i in 1..8) {
            $cell = { 0.5 + 2 * $random.NextDouble() }
            [pscustomobject]@{ x = & $cell; y = & $cell; v = (& $cell), (& $cell), (& $cell); W = ((& $cell), (& $cell)), ((& $cell), (& $cell)); k = ($i % 3), 2 }
        }
        Add-Model "expression$($number += 1; $number)" $model @($rows)
    }

    $names = @($models.Keys)
    $folder = Join-Path $TestDrive code
    $null = New-Item $folder -ItemType Directory
    foreach ($name in @($models.Keys)) {
        $case = $models[$name]
        $case.Rows | ConvertTo-Json -Depth 5 -AsArray | Set-Content "$folder/$name.rows"
        $given = Get-Content "$folder/$name.rows" -Raw | ConvertFrom-Json -DateKind String
        $numbered = for ($i = 0; $i -lt $given.Count; $i++) { Add-Member -InputObject $given[$i] -NotePropertyName rowNumber -NotePropertyValue $i -PassThru }
        $predicted = @($numbered | Invoke-AutodiffModel $case.Model -ErrorAction Ignore)
        $case.Added = @($predicted[0].PSObject.Properties.Name | Where-Object { $_ -notin $given[0].PSObject.Properties.Name })
        $kept = @(foreach ($one in $predicted) { $given[$one.rowNumber] | Select-Object * -ExcludeProperty rowNumber })
        $kept | ConvertTo-Json -Depth 5 -AsArray | Set-Content "$folder/$name.rows"
        @{ names = $case.Added; values = @(foreach ($row in $predicted) { , @(foreach ($property in $case.Added) { $row.$property }) }) } | ConvertTo-Json -Depth 5 | Set-Content "$folder/$name.expected"
        $case.Count = $kept.Count
        $case.Model | Export-AutodiffModel "$folder/$name.py"
        $case.Model | Export-AutodiffModel "$folder/$name.cs" -WarningAction Ignore
        $case.Model | Export-AutodiffModel "$folder/$name.ps1"
        $case.Model | Export-AutodiffModel "$folder/torch_$name.py" -Format PyTorch
    }

    # Rows with predictions as a program of Python gives them against those that were expected.
    $compare = @'
import importlib, json, math, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[3:]:
    model = importlib.import_module(sys.argv[2] + name)
    rows = json.load(open(f"{sys.argv[1]}/{name}.rows", encoding="utf-8-sig"))
    expected = json.load(open(f"{sys.argv[1]}/{name}.expected", encoding="utf-8-sig"))
    assert model.PREDICTIONS == expected["names"], (name, model.PREDICTIONS, expected["names"])
    columns = {key: [row[key] for row in rows] for key in rows[0] if all(key in row for row in rows)}
    for actual in (model.predictions(rows), model.predictions(columns), [model.predictions(row)[0] for row in rows[:2] if not any(isinstance(cell, list) for cell in row.values())]):
        for i, (one, other) in enumerate(zip(actual, expected["values"])):
            for x, y in zip(one, other):
                if isinstance(y, float) or (isinstance(y, int) and not isinstance(y, bool)):
                    assert abs(x - y) <= 1e-12 * max(1, abs(y)), (name, i, x, y)
                else:
                    assert x == y, (name, i, x, y)
    print(name, len(actual and model.predictions(rows)))
'@
    Set-Content "$folder/compare_models.py" $compare
}

Describe 'Models as source code' {
    It 'are of all kinds, with rows' {
        $models.Count | Should -BeGreaterThan 40
        foreach ($name in $models.Keys) { $models[$name].Count | Should -BeGreaterThan 7 -Because $name }
    }

    It 'predict the same in Python with NumPy alone' -Skip:(-not $python) -ForEach @{ Python = "$python" } {
        $lines = @(& $Python "$folder/compare_models.py" $folder '' @names 2>&1)
        $LASTEXITCODE | Should -Be 0 -Because ($lines -join "`n")
        $lines | Should -HaveCount $models.Count
    }

    It 'predict the same in Python with PyTorch' -Skip:(-not $torch) -ForEach @{ Torch = "$torch" } {
        $lines = @(& $Torch "$folder/compare_models.py" $folder torch_ @names 2>&1)
        $LASTEXITCODE | Should -Be 0 -Because ($lines -join "`n")
        $lines | Should -HaveCount $models.Count
    }

    It 'predict the same in <Language> without the module, in a culture with decimal commas' -ForEach @(
        @{ Language = 'PowerShell'; Run = @'
            . "$folder/$name.ps1"
            $actual = @($rows | & "Invoke-${type}")
            $of = { param($row, $names) foreach ($one in $names) { $row.$one } }
'@ }
        @{ Language = 'C#'; Run = @'
            $class = @(Add-Type -PassThru -TypeDefinition (Get-Content "$folder/$name.cs" -Raw) | Where-Object Name -eq $type)[0]
            $actual = @(foreach ($row in $rows) {
                $cells = [System.Collections.Generic.Dictionary[string, object]]::new()
                foreach ($property in $row.PSObject.Properties) { $cells[$property.Name] = $property.Value }
                [pscustomobject]@{ Value = $class::Predict($cells) }
            })
            $of = { param($row) if ($row.Value -is [ValueType] -or $row.Value -is [array]) { $row.Value } elseif ($row.Value.PSObject.Properties['Probability']) { $row.Value.Label; $row.Value.Probability; $row.Value.Probabilities } else { $row.Value.Label } }
'@ }
    ) {
        $script = @'
            param($folder, $names)
            Set-StrictMode -Version Latest
            $ErrorActionPreference = 'Stop'
            [cultureinfo]::CurrentCulture = 'de-DE'
            foreach ($name in $names -split ',') {
                $type = $name.Substring(0, 1).ToUpperInvariant() + $name.Substring(1) + 'Model'
                $rows = Get-Content "$folder/$name.rows" -Raw | ConvertFrom-Json -DateKind String
                $expected = Get-Content "$folder/$name.expected" -Raw | ConvertFrom-Json -DateKind String
                RUN
                if ($actual.Count -ne $rows.Count) { throw "$name gives $($actual.Count) rows of $($rows.Count)" }
                for ($i = 0; $i -lt $actual.Count; $i++) {
                    $values = @(& $of $actual[$i] $expected.names)
                    $wanted = @($expected.values[$i])
                    if ($values.Count -ne $wanted.Count) { throw "$name, row ${i}: $values, not $wanted" }
                    for ($j = 0; $j -lt $values.Count; $j++) {
                        $isSame = if ($wanted[$j] -is [double] -or $wanted[$j] -is [long]) { [Math]::Abs([double] $values[$j] - [double] $wanted[$j]) -le 1e-12 * [Math]::Max(1.0, [Math]::Abs([double] $wanted[$j])) } else { "$($values[$j])" -ceq "$($wanted[$j])" }
                        if (-not $isSame) { throw "$name, row ${i}: $($values[$j]), not $($wanted[$j])" }
                    }
                }
                $name
            }
            if (Get-Module PSAutodiff) { throw 'The module is loaded.' }
'@.Replace('RUN', $Run)
        Set-Content "$folder/run.ps1" $script
        $lines = @(& $shellPath @shellArguments -NoProfile -NonInteractive -File "$folder/run.ps1" $folder ($models.Keys -join ',') 2>&1)
        $LASTEXITCODE | Should -Be 0 -Because ($lines | Out-String)
        $lines | Should -HaveCount $models.Count -Because ($lines | Out-String)
    }
}
