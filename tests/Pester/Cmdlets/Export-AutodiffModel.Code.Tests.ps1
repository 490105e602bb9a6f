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
    # Each activation three times as the first and three times as the last one, with every number of outputs.
    $activations = 'linear', 'relu', 'sigmoid', 'tanh', 'softmax'
    foreach ($activation in $activations) {
        foreach ($shift in 0, 1, 3) {
            $last = $activations[($activations.IndexOf($activation) + $shift) % 5]
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
        $models.Count | Should -BeGreaterThan 30
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
        @{ Language = 'PowerShell'; Prepare = ''; Run = @'
            . "$folder/$name.ps1"
            $actual = @($rows | & "Invoke-${type}")
            $of = { param($row, $names) foreach ($one in $names) { $row.$one } }
'@ }
        @{ Language = 'C#'; Prepare = '$classes = @(Add-Type -PassThru -Path @(foreach ($name in $names -split ",") { "$folder/$name.cs" }) | Group-Object Name -AsHashTable)[0]'; Run = @'
            $class = @($classes[$type])[0]
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
            PREPARE
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
'@.Replace('PREPARE', $Prepare).Replace('RUN', $Run)
        Set-Content "$folder/run.ps1" $script
        $lines = @(& $shellPath @shellArguments -NoProfile -NonInteractive -File "$folder/run.ps1" $folder ($models.Keys -join ',') 2>&1)
        $LASTEXITCODE | Should -Be 0 -Because ($lines | Out-String)
        $lines | Should -HaveCount $models.Count -Because ($lines | Out-String)
    }
}

Describe 'Texts of others in source code' {
    BeforeAll {
        # Each would write a file if any of it ran.
        $proof = Join-Path $TestDrive 'ran.txt'
        $hostile = @(
            "x'; Set-Content '$proof' 1; '", ('x\"; System.IO.File.WriteAllText(\"{0}\", \"1\"); //' -f $proof), "`$(Set-Content '$proof' 1)", '${x}"""', '\', '\u0022', "a`nopen('$proof', 'w')", "a`r`u{2028}`u{85}b", '*/', '#>', "`u{2019};1;`u{2018}",
            'class', 'def', '$null', '{0}', 'COLUMNS', "`u{1F600}", "`u{202e}abc", ' ', '1', 'Row', 'ToString', 'a-b', 'a b', 'a_b', '%s', '__proto__', "'", '"', '`'
        )
        $rows = foreach ($i in 1..60) {
            $row = [ordered]@{}
            for ($j = 0; $j -lt $hostile.Count; $j++) { $row[$hostile[$j]] = [Math]::Sin($i * ($j + 1)) }
            # A blank stands for a missing value.
            $texts = @($hostile -ne ' ')
            $row['level'] = $texts[$i % $texts.Count]
            $row['label'] = $texts[($i * 7) % $texts.Count]
            [pscustomobject]$row
        }
        $net = New-NeuralNetwork (2 * $hostile.Count - 1) ($hostile.Count - 1), softmax -Seed 1
        $trained = $rows | Start-NetworkTraining -Network $net -Feature @($hostile + 'level' | ForEach-Object { [WildcardPattern]::Escape($_) }) -Label label -Epoch 2 -Seed 1
        $expected = @($rows | Invoke-AutodiffModel $trained)
        $folder = Join-Path $TestDrive hostile
        $null = New-Item $folder -ItemType Directory
        $rows | ConvertTo-Json -AsArray | Set-Content "$folder/rows.json"
        $expected.Prediction | ConvertTo-Json -AsArray | Set-Content "$folder/expected.json"
        foreach ($name in 'hostile.py', 'hostile.ps1') { $trained | Export-AutodiffModel "$folder/$name" -WarningVariable +warned }
        $trained | Export-AutodiffModel "$folder/tensors.py" -Format PyTorch -WarningVariable +warned
        $trained | Export-AutodiffModel "$folder/hostile.cs" -WarningVariable renamed -WarningAction Ignore
        $run = @'
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
model = importlib.import_module(sys.argv[2])
rows = json.load(open(sys.argv[1] + "/rows.json", encoding="utf-8-sig"))
print(model.predict(rows) == json.load(open(sys.argv[1] + "/expected.json", encoding="utf-8-sig")))
'@
        Set-Content "$folder/run_hostile.py" $run
    }

    AfterEach { $proof | Should -Not -Exist }

    It 'stay texts in Python' -Skip:(-not $python) -ForEach @{ Python = "$python" } {
        & $Python "$folder/run_hostile.py" $folder hostile 2>&1 | Should -BeExactly True
    }

    It 'stay texts in Python with PyTorch' -Skip:(-not $torch) -ForEach @{ Torch = "$torch" } {
        & $Torch "$folder/run_hostile.py" $folder tensors 2>&1 | Should -BeExactly True
    }

    It 'stay texts in PowerShell, whose words are those of one function' {
        $tree = [System.Management.Automation.Language.Parser]::ParseFile("$folder/hostile.ps1", [ref] $null, [ref] $null)
        $tree.EndBlock.Statements | Should -HaveCount 1
        $commands = foreach ($command in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) { $command.GetCommandName() }
        $commands | Should -Not -Contain 'Set-Content'
        . "$folder/hostile.ps1"
        @($rows | Invoke-HostileModel).Prediction | Should -BeExactly $expected.Prediction
    }

    It 'stay texts in C#, whose names are mapped and listed in a warning and the file' {
        $type = @(Add-Type -PassThru -TypeDefinition (Get-Content "$folder/hostile.cs" -Raw) | Where-Object Name -EQ HostileModel)[0]
        for ($i = 0; $i -lt 10; $i++) {
            $cells = [System.Collections.Generic.Dictionary[string, object]]::new()
            foreach ($property in $rows[$i].PSObject.Properties) { $cells[$property.Name] = $property.Value }
            $type::Predict($cells).Label | Should -BeExactly $expected[$i].Prediction
            $row = [System.Text.Json.JsonSerializer]::Deserialize(($rows[$i] | ConvertTo-Json), $type.GetNestedType('Row'))
            $type::Predict($row).Label | Should -BeExactly $expected[$i].Prediction
        }
        $warned | Should -BeNullOrEmpty
        $renamed | Should -HaveCount 1
        "$renamed" | Should -BeLike "*'\' as _, *The file lists all."
        $type.GetNestedType('Row').GetProperties().Name | Should -Contain a_b
        Get-Content "$folder/hostile.cs" -Raw | Should -BeLike '*// Property a_b_ is the column "a-b".*'
    }
}

Describe 'Files of source code' {
    BeforeAll {
        $line = 1..6 | ForEach-Object { [pscustomobject]@{ a = $_; day = "2026-01-0$_"; b = 2 * $_ + $_ * $_ } } | Invoke-LinearRegression -Label b
        $bad = @(
            @{ a = ''; day = '2026-01-01' }, @{ a = 'NA'; day = '2026-01-01' }, @{ a = '1,5'; day = '2026-01-01' }, @{ a = [double]::NaN; day = '2026-01-01' }, @{ a = 'Infinity'; day = '2026-01-01' }, @{ a = '1e400'; day = '2026-01-01' },
            @{ a = '1e-400'; day = '2026-01-01' }, @{ a = 1; day = '2026-13-01' }, @{ a = 1; day = '1.1.2026' }, @{ a = 1; day = $null }, @{ a = 1 }, @{ a = '0x10'; day = '2026-01-01' }, @{ a = '1_0'; day = '2026-01-01' }
        )
        $good = @(@{ a = ' 1.5e0 '; day = '2026-01-01T12:00:00Z' }, @{ A = '3'; day = '2026-01-02 06:30' }, @{ a = 2; Day = '2026-01-01T00:00:00+02:00' })
        $good | Invoke-AutodiffModel $line | Should -HaveCount 3
        foreach ($row in $bad) { (Get-Outcome { $row | Invoke-AutodiffModel $line }).Output | Should -BeNullOrEmpty }
    }

    It 'refuse in PowerShell what the module refuses, row by row, and add nothing but the function' {
        $line | Export-AutodiffModel (Join-Path $TestDrive line.ps1)
        $before = @(Get-ChildItem function:).Name + @(Get-ChildItem variable:).Name
        . (Join-Path $TestDrive line.ps1)
        $outcome = Get-Outcome { $bad + $good | Invoke-LineModel }
        $outcome.Errors | Should -HaveCount $bad.Count
        $expected = ($good | Invoke-AutodiffModel $line).Prediction
        for ($i = 0; $i -lt 3; $i++) { $outcome.Output[$i].Prediction | Assert-Near $expected[$i] -Within 1e-12 }
        "$($outcome.Errors[0])" | Should -BeExactly "Row 1: Column 'a': the cell is empty, or stands for a missing value."
        { $bad[0] | Invoke-LineModel -ErrorAction Stop } | Should -Throw
        @(Get-ChildItem function:).Name + @(Get-ChildItem variable:).Name | Where-Object { $_ -notin $before -and $_ -notin 'before', 'outcome', 'outcomeBlock', 'expected', 'i' } | Should -BeExactly Invoke-LineModel
    }

    It 'refuse in Python what the module refuses' -Skip:(-not $python) -ForEach @{ Python = "$python" } {
        $line | Export-AutodiffModel (Join-Path $TestDrive line.py)
        $run = @'
import json, sys
sys.path.insert(0, sys.argv[1])
import line
for row in json.loads(sys.argv[2]):
    try:
        print(repr(line.predict([row])[0]))
    except ValueError as error:
        print("refused")
try:
    line.predict([{"a": 1, "day": "2026-01-01"}, {"a": "x", "day": "2026-01-01"}])
except ValueError as error:
    print(error)
print(line.predict({"a": [1.5], "day": ["2026-01-01"]}).shape, line.outputs(line.inputs([[1.0, float("nan")]])))
'@
        Set-Content (Join-Path $TestDrive run_line.py) $run
        $asText = { param($row) $copy = @{}; foreach ($key in $row.Keys) { $copy[$key] = $row[$key] -is [double] ? 'NaN' : $row[$key] }; $copy }
        $lines = @(& $Python (Join-Path $TestDrive run_line.py) $TestDrive ($bad + $good | ForEach-Object { & $asText $_ } | ConvertTo-Json -Compress -AsArray) 2>&1)
        $lines[0..($bad.Count - 1)] | Should -BeExactly (@('refused') * $bad.Count)
        $expected = @($good | Invoke-AutodiffModel $line).Prediction
        for ($i = 0; $i -lt 3; $i++) { [double]($lines[$bad.Count + $i] -replace '[^-+.\de]') | Assert-Near $expected[$i] -Within 1e-9 }
        $lines[-2] | Should -BeExactly "Row 2, column 'a': 'x' is not a number, which is written with a point, as 2.5 or 1e-3."
        $lines[-1] | Should -BeExactly '(1,) [[nan]]'
    }

    It 'refuse in C# what the module refuses' {
        $line | Export-AutodiffModel (Join-Path $TestDrive refusing.cs)
        $type = @(Add-Type -PassThru -TypeDefinition (Get-Content (Join-Path $TestDrive refusing.cs) -Raw) | Where-Object Name -EQ RefusingModel)[0]
        $cellsOf = { param($row) $cells = [System.Collections.Generic.Dictionary[string, object]]::new(); foreach ($key in $row.Keys) { $cells[$key] = $row[$key] }; , $cells }
        foreach ($row in $bad) { { $type::Predict((& $cellsOf $row)) } | Should -Throw }
        foreach ($row in $good) { $type::Predict((& $cellsOf $row)) | Assert-Near ($row | Invoke-AutodiffModel $line).Prediction -Within 1e-12 }
    }

    It 'are named after the file: <File> holds <Type>' -ForEach @(
        @{ File = 'iris.cs'; Type = 'IrisModel' }
        @{ File = 'house-prices 2.cs'; Type = 'HousePrices2Model' }
        @{ File = '2026.cs'; Type = 'Model2026Model' }
        @{ File = "`u{e4}.cs"; Type = 'Model' }
        @{ File = 'my model.cs'; Type = 'MyModel' }
    ) {
        $line | Export-AutodiffModel (Join-Path $TestDrive $File)
        Get-Content (Join-Path $TestDrive $File) -Raw | Should -BeLike "*public static class $Type`n*"
    }

    It 'are both written or none, and precision is that of tensors alone' {
        $python = Join-Path $TestDrive both.py
        $tensors = Join-Path $TestDrive both.safetensors
        $null = New-Item $tensors -ItemType Directory
        Get-ErrorId (Get-Outcome { $line | Export-AutodiffModel $python -Format PyTorch }).Errors[0] | Should -BeExactly FileUnwritable
        $python | Should -Not -Exist
        $line | Export-AutodiffModel $python -Format PyTorch -WhatIf
        $python | Should -Not -Exist
        Get-ErrorId (Get-Outcome { $line | Export-AutodiffModel (Join-Path $TestDrive x.safetensors) -Format PyTorch }).Errors[0] | Should -BeExactly PathInvalid
        foreach ($name in 'x.py', 'x.cs', 'x.ps1') { Get-ErrorId (Get-Outcome { $line | Export-AutodiffModel (Join-Path $TestDrive $name) -Precision Single }).Errors[0] | Should -BeExactly ArgumentInvalid }
        $line | Export-AutodiffModel (Join-Path $TestDrive x.py) -Format PyTorch -Precision Single
        (Get-Item (Join-Path $TestDrive x.safetensors)).Length | Should -BeGreaterThan 0
        Get-ErrorId (Get-Outcome { Import-AutodiffModel (Join-Path $TestDrive x.py) }).Errors[0] | Should -BeExactly ModelFile
    }
}
