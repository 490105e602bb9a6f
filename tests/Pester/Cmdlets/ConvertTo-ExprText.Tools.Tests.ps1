# What ConvertTo-ExprText writes, given to the programs it is written for: LaTeX, Graphviz, Python with NumPy, the C# compiler, PowerShell.
BeforeDiscovery {
    $latex = Get-Command pdflatex -CommandType Application -ErrorAction Ignore
    $graphviz = Get-Command dot -CommandType Application -ErrorAction Ignore
    $python = Get-Command python3, python -CommandType Application -All -ErrorAction Ignore | Where-Object {
        & $_.Source -c 'import numpy' 2> $null
        $LASTEXITCODE -eq 0
    } | Select-Object -First 1 -ExpandProperty Source
    # Without NumPy it can still compile.
    $anyPython = Get-Command python3, python -CommandType Application -ErrorAction Ignore | Select-Object -First 1 -ExpandProperty Source
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $functions = 'neg', 'sqrt', 'exp', 'expm1', 'log', 'log1p', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'sigmoid', 'softplus', 'relu',
        'abs', 'sign', 'detach', 'log10', 'log2', 'cbrt', 'asinh', 'acosh', 'atanh', 'floor', 'ceil', 'round', 'erf', 'erfc', 'lgamma', 'digamma', 'trigamma'
    $texts = @(
        foreach ($function in $functions) { "$function(x)", "$function(y - x)^2 / 3", "-$function(x)^-$function(y)" }
        foreach ($function in 'sum', 'sub', 'mul', 'div', 'pow', 'min', 'max', 'less', 'lessequal', 'equal', 'and', 'or', 'hypot', 'atan2', 'mod', 'rem') { "$function(x, y)", "$function(x, y)^2", "$function(x, $function(y, x))", "$function(x, x)" }
        'polygamma(0, x)', 'polygamma(2, x) / polygamma(3, y)', 'polygamma(2, -x) + trigamma(-y - 2)', 'erfc(5 * x) + erf(-3 * y)', 'lgamma(-x - 1) + digamma(-y)'
        'not x', '(not (y - x))^2 / 3', '-(not x)^-(not y)', 'select(less(x, y), log(x), sqrt(y))', 'select(less(y, x), log(x), sqrt(y)) * 2', 'x', '2.5', '-3e-7', 'pi * x^2', '1e300 * x / 1e300', '-(-x)', 'x - (y - x) / (y / x)'
        's = x * y; t = exp(s); t / (s + t) - s', 'x^y^x', '(x^y)^x', '(-x)^2'
        '${CPU Load} * ${a-b} / ${2x} - ${CPU_Load_}', 'if(x > y and not (x >= 2), 2x, |y|) + (x != y)'
        'class + lambda * Math - np / error', 'w11 * x_1 + x1 + w_1_2', 'x + X', "alpha_2 * Gamma / `u{e9}t`u{e9} + `u{3b2}", '_x + a__b * __', "`u{e9}t`u{e9}^learning_rate"
    )
    # Graphs with shared parts, of functions that keep them near 1.
    $random = [Random]::new(20)
    $texts += foreach ($i in 1..25) {
        $bindings = foreach ($n in 3..14) {
            $a, $b = 1..2 | ForEach-Object { ('x', 'y' + @(3..14 | Where-Object { $_ -lt $n } | ForEach-Object { "s$_" }))[$random.Next($n - 1)] }
            $function = ('sin', 'tanh', 'sigmoid', 'atan', 'cos', 'softplus', 'relu', 'expm1')[$random.Next(8)]
            "s$n = $function($a $(('+', '-', '*')[$random.Next(3)]) 0.5 * $b)"
        }
        "$($bindings -join '; '); s14 * s13 - s12"
    }
    $nodes = @($texts | New-ExprNode)
    # Values between 0.2 and 0.9, in the order of the variables, and those of the expression.
    $cases = foreach ($node in $nodes) {
        $at = [Collections.Specialized.OrderedDictionary]::new()
        foreach ($name in $node.Variables) { $at[$name] = 0.2 + 0.7 * $random.NextDouble() }
        $values = @($at.Values)
        [pscustomobject]@{ Node = $node; Values = $values; Value = $node | Measure-Expression -At $at }
    }
    function Assert-SameValue([object[]]$Actual, [string]$Language) {
        $Actual | Should -HaveCount $cases.Count
        for ($i = 0; $i -lt $cases.Count; $i++) {
            if ([double]::IsNaN($cases[$i].Value)) { [double]::IsNaN($Actual[$i]) | Should -BeTrue -Because "$($cases[$i].Node) is not a number" }
            else { $Actual[$i] | Assert-Near $cases[$i].Value -Within (1e-12 * [Math]::Max(1, [Math]::Abs($cases[$i].Value))) -Because "it is $($cases[$i].Node) in $Language" }
        }
    }
}

Describe 'What ConvertTo-ExprText writes' -Tag Slow {
    It 'compiles under pdflatex' -Skip:(-not $latex) {
        $formulas = $nodes | ConvertTo-ExprText -As Latex | ForEach-Object { "\[ $_ \]" }
        Set-Content (Join-Path $TestDrive 'formulas.tex') '\documentclass{article}', '\usepackage{amsmath}', '\begin{document}', $formulas, '\end{document}'
        Push-Location $TestDrive
        try { $log = & pdflatex -interaction=nonstopmode -halt-on-error formulas.tex | Out-String }
        finally { Pop-Location }
        $LASTEXITCODE | Should -Be 0 -Because $log
        $log | Should -Not -Match '(?m)^! '
        Join-Path $TestDrive 'formulas.pdf' | Should -Exist
    }

    It 'is well-formed MathML' {
        foreach ($text in $nodes | ConvertTo-ExprText -As MathML) { ([xml]$text).DocumentElement.NamespaceURI | Should -BeExactly 'http://www.w3.org/1998/Math/MathML' }
    }

    It 'is drawn by Graphviz, with every node once' -Skip:(-not $graphviz) {
        $source = Join-Path $TestDrive 'graphs.dot'
        $nodes | ConvertTo-ExprText -As Dot | Set-Content $source
        $drawn = & dot -Tsvg $source 2>&1 | Out-String
        $LASTEXITCODE | Should -Be 0 -Because $drawn
        $drawn | Should -Not -Match '(?m)^(Error|Warning)'
        [regex]::Matches($drawn, '</svg>').Count | Should -Be $nodes.Count
        [regex]::Matches($drawn, 'class="node"').Count | Should -Be ($nodes | Measure-Object NodeCount -Sum).Sum
    }

    It 'computes the same in Python with NumPy, for numbers and for arrays' -Skip:(-not $python) -ForEach @{ Python = "$python" } {
        $file = Join-Path $TestDrive 'evaluate.py'
        Set-Content $file @'
import json, sys
import numpy as np
for case in json.load(open(sys.argv[1], encoding="utf-8")):
    names = {}
    exec(case["source"], names)
    one = names["evaluate"](*case["values"])
    many = names["evaluate"](*[np.array([0.5, v]) for v in case["values"]])
    print(repr(float(one)), repr(float(np.broadcast_to(many, 2)[1])))
'@
        $data = Join-Path $TestDrive 'cases.json'
        $cases | ForEach-Object { @{ source = $_.Node | ConvertTo-ExprText -As Python; values = $_.Values } } | ConvertTo-Json -AsArray | Set-Content $data
        $lines = @(& $Python $file $data 2>&1)
        $LASTEXITCODE | Should -Be 0 -Because ($lines | Out-String)
        $pairs = $lines | ForEach-Object { , @(-split $_ | ForEach-Object { if ($_ -eq 'nan') { [double]::NaN } else { [double]$_ } }) }
        Assert-SameValue @($pairs | ForEach-Object { $_[0] }) Python
        Assert-SameValue @($pairs | ForEach-Object { $_[1] }) 'Python, for arrays'
    }

    It 'computes vectors and matrices in Python with NumPy, and gradients by them' -Skip:(-not $python) -ForEach @{ Python = "$python" } {
        $file = Join-Path $TestDrive 'arrays.py'
        Set-Content $file @'
import json, sys
import numpy as np
for case in json.load(open(sys.argv[1], encoding="utf-8")):
    names = {}
    exec(case["source"], names)
    value = np.asarray(names["evaluate"](*[case["at"][name] for name in case["variables"]]))
    expected = np.asarray(case["expected"], dtype=float)
    print(value.shape == expected.shape and bool(np.all(np.abs(value - expected) <= 1e-12 * max(1.0, case["scale"]))), case["text"])
'@
        $arrays = foreach ($line in Get-Content "$PSScriptRoot/../../data/arrays.jsonl") {
            $record = $line | ConvertFrom-Json -AsHashtable
            $node = New-ExprNode $record.expression
            $all = @{ Node = $node; Expected = $record.value }, @($node.Variables | ForEach-Object { @{ Node = $node | Invoke-Differentiate $_; Expected = $record.gradient[$_] } }) | ForEach-Object { $_ }
            foreach ($one in $all) { @{ source = $one.Node | ConvertTo-ExprText -As Python; variables = @($one.Node.Variables); at = $record.at; expected = $one.Expected; scale = $record.scale; text = $record.expression } }
        }
        $data = Join-Path $TestDrive 'arrays.json'
        $arrays | ConvertTo-Json -AsArray -Depth 6 | Set-Content $data
        $lines = @(& $Python $file $data 2>&1)
        $LASTEXITCODE | Should -Be 0 -Because ($lines | Out-String)
        $lines | Should -HaveCount $arrays.Count
        $lines | Where-Object { -not $_.StartsWith('True') } | Should -BeNullOrEmpty
    }

    It 'computes the same in C#' {
        $source = for ($i = 0; $i -lt $cases.Count; $i++) { "namespace PSAutodiffWritten$i {`n$($cases[$i].Node | ConvertTo-ExprText -As CSharp)`n}" }
        $types = Add-Type -PassThru -IgnoreWarnings -WarningAction Ignore -TypeDefinition ($source -join "`n") | Where-Object Name -EQ Expression
        $actual = for ($i = 0; $i -lt $cases.Count; $i++) {
            ($types | Where-Object Namespace -EQ "PSAutodiffWritten$i").GetMethod('Evaluate').Invoke($null, [object[]]$cases[$i].Values)
        }
        Assert-SameValue $actual 'C#'
    }

    It 'computes the same in PowerShell' {
        $actual = foreach ($case in $cases) {
            $values = $case.Values
            & ([scriptblock]::Create(($case.Node | ConvertTo-ExprText -As PowerShell))) @values
        }
        Assert-SameValue $actual PowerShell
    }

    Context 'With a name of every letter and digit of Unicode' {
        BeforeAll {
            # Letters at the beginning of a name and within it, digits within it.
            $letters = @(0x80..0xffff | ForEach-Object { [char]$_ } | Where-Object { [char]::IsLetterOrDigit($_) })
            # In braces, since the letter for pi means the number.
            $all = @($letters | ForEach-Object { [char]::IsLetter($_) ? "`${${_}a$_}" : "`${a$_}" })
            $sum = $all -join ' + ' | New-ExprNode
            # Names that become one, or a word of the language, in another way of writing them.
            $tricky = "v`u{1100}`u{1161} + v`u{ac00} + u2E2F_ + `u{2e2f} + `u{ff49}`u{ff46} + lambda + is" | New-ExprNode
        }

        It 'compiles in Python' -Skip:(-not $anyPython) -ForEach @{ Python = "$anyPython" } {
            $file = Join-Path $TestDrive letters.py
            foreach ($node in $sum, $tricky) {
                Set-Content $file ($node | ConvertTo-ExprText -As Python)
                $count = & $Python -c 'import ast, sys
tree = ast.parse(open(sys.argv[1], encoding="utf-8").read())
print(len({a.arg for f in tree.body if isinstance(f, ast.FunctionDef) and f.name == "evaluate" for a in f.args.args}))' $file 2>&1
                $count | Should -Be $node.Variables.Count
            }
        }

        It 'compiles in C# and PowerShell' {
            # A method has at most 65,535 parameters, and compilers are slow with so many.
            for ($i = 0; $i -lt $all.Count; $i += 20000) {
                $node = $all[$i..[Math]::Min($i + 19999, $all.Count - 1)] -join ' + ' | New-ExprNode
                $class = 'Letters' + $i
                $type = Add-Type -PassThru -TypeDefinition (($node | ConvertTo-ExprText -As CSharp) -replace 'class Expression', "class $class")
                $type.GetMethod('Evaluate').GetParameters() | Should -HaveCount $node.Variables.Count
            }
            foreach ($node in $sum, $tricky) {
                $errors = $null
                $tree = [System.Management.Automation.Language.Parser]::ParseInput(($node | ConvertTo-ExprText -As PowerShell), [ref]$null, [ref]$errors)
                $errors | Should -BeNullOrEmpty
                [System.Collections.Generic.HashSet[string]]::new([string[]]$tree.ParamBlock.Parameters.Name.VariablePath.UserPath, [StringComparer]::OrdinalIgnoreCase).Count | Should -Be $node.Variables.Count
            }
        }
    }

    It 'reads back from Json, Let, Infix and Lab' {
        foreach ($node in $nodes) {
            (New-ExprNode -Json ($node | ConvertTo-ExprText -As Json)).Equals($node) | Should -BeTrue -Because "it is $node"
            foreach ($format in 'Let', 'Infix', 'Lab') { (New-ExprNode ($node | ConvertTo-ExprText -As $format)).Equals($node) | Should -BeTrue -Because "$format of $node" }
        }
    }

    It 'is a tree of box-drawing characters with every node on a line' {
        foreach ($text in $nodes | ConvertTo-ExprText -As Tree) {
            $lines = $text -split '\n'
            $lines[0] | Should -Match '^[\w.-]+( #1)?$'
            foreach ($line in $lines | Select-Object -Skip 1) { $line | Should -Match "^(`u{2502}  |   )*(`u{251c}|`u{2514})`u{2500} \S" }
        }
    }
}
