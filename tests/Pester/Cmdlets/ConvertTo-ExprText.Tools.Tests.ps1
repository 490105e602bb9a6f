# What ConvertTo-ExprText writes, given to the programs it is written for: LaTeX, Graphviz, Python with NumPy and PyTorch, the C# compiler, PowerShell.
BeforeDiscovery {
    $latex = Get-Command pdflatex -CommandType Application -ErrorAction Ignore
    $graphviz = Get-Command dot -CommandType Application -ErrorAction Ignore
    $python = Get-Command python3, python -CommandType Application -All -ErrorAction Ignore | Where-Object {
        & $_.Source -c 'import numpy' 2> $null
        $LASTEXITCODE -eq 0
    } | Select-Object -First 1 -ExpandProperty Source
    $torch = Get-Command python3, python -CommandType Application -All -ErrorAction Ignore | Where-Object {
        & $_.Source -c 'import torch' 2> $null
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

    It 'computes the same in Python with PyTorch' -Skip:(-not $torch) -ForEach @{ Torch = "$torch" } {
        $file = Join-Path $TestDrive 'single.py'
        Set-Content $file @'
import json, sys
for case in json.load(open(sys.argv[1], encoding="utf-8")):
    names = {}
    exec(case["source"], names)
    print(repr(float(names["evaluate"](*case["values"]))))
'@
        $data = Join-Path $TestDrive 'single.json'
        $cases | ForEach-Object { @{ source = $_.Node | ConvertTo-ExprText -As PyTorch; values = $_.Values } } | ConvertTo-Json -AsArray | Set-Content $data
        $lines = @(& $Torch $file $data 2>&1)
        $LASTEXITCODE | Should -Be 0 -Because ($lines | Out-String)
        Assert-SameValue @($lines | ForEach-Object { if ($_ -eq 'nan') { [double]::NaN } else { [double]$_ } }) PyTorch
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

    Context 'With vectors and matrices' {
        BeforeAll {
            # A number, double[] or double[,].
            function ConvertTo-Plain($Value) {
                if ($Value -is [double[]] -or $Value -is [double[,]]) { return , $Value }
                if ($Value -isnot [System.Collections.IList]) { return [double]$Value }
                if ($Value[0] -isnot [System.Collections.IList]) { return , [double[]]$Value }
                $matrix = [double[,]]::new($Value.Count, $Value[0].Count)
                for ($i = 0; $i -lt $Value.Count; $i++) { for ($j = 0; $j -lt $Value[0].Count; $j++) { $matrix[$i, $j] = $Value[$i][$j] } }
                , $matrix
            }
            $records = Get-Content "$PSScriptRoot/../../data/arrays.jsonl" | ConvertFrom-Json -AsHashtable
            # All values, and some gradients.
            $arrays = @(for ($r = 0; $r -lt $records.Count; $r++) {
                    $record = $records[$r]
                    $node = New-ExprNode $record.expression
                    @{ Node = $node; Expected = $record.value; At = $record.at; Scale = $record.scale; Gradient = $record.gradient }
                    if ($r % 20 -eq 0) { foreach ($name in $node.Variables) { @{ Node = $node | Invoke-Differentiate $name; Expected = $record.gradient[$name]; At = $record.at; Scale = $record.scale } } }
                })
            # What does not occur there: values that are parameters, parts or constants, and everything that moves elements.
            $at = @{
                A = @((0.5, -1.25, 2), (1.5, 0.25, -0.75)); B = @((1, 2), (-3, 4), (0.5, 0.125)); S = @((2, 1, 0.5), (1, 3, -1), (0.5, -1, 4)); r = @(, (1.5, -2, 3)); c = @(@(, 0.5), @(, -2)); o = @(, @(, 1.25))
                v = 0.3, -0.7, 1.9; w = 2, 1, -1; k = 2, 0, 2; x = 0.75; i = -1.5
            }
            $declared = 'A: [2, 3]; B: [3, 2]; S: [3, 3] symmetric; r: [1, 3]; c: [2, 1]; o: [1, 1]; v: [3]; w: [3]; k: [3]; '
            $arrays += foreach ($text in 'v', 'A', 'A.T', 'A[1]', 'A[:, 1]', 'A[1, 2]', 'v[1:]', '[[1, 2], [-3, 1e-5]]', '[1, 2.5]', 'zeros(2, 3)', 'ones(3)', 'eye(3)', 'broadcast(x, 2, 3)', 'broadcast(v, 2, 3)', 'broadcast(c, 2, 3)', 'broadcast(-2, 3) * -v', 'A + r', 'A * c', 'A + c * r', 'r * c',
                'o + A', 'v + o', 'o @ r', 'c @ r', 'r @ v', 'v @ S @ v', 'outer(v, w)', 'diag(v)', 'diag(A)', 'diag(S)', 'diag(S[1:])', 'trace(S)', 'reshape(A, 6)', 'reshape(A, 3, 2)', 'reshape(A, 3, 2).T[1:]', 'reshape(v, 1, 3)', 'column(v)', 'reshape(r, 3)', 'reshape(c, 2)', 'reshape(r, 3, 1)', 'reshape(A[1:, 1:], 2)',
                'reshape([1, x, i, 2, 3, 4], 2, 3)', 'reshape(x, 1, 1)', 'concat(v, w)', 'concat(A, A + 1)', 'concat(A, B.T, axis=1)', 'concat(concat(v, [x]), concat(exp(w), v[1:]))', 'concat([v, w * x], [softmax(v), take(w, k)])', 'concat(concat(A, c, axis=1), outer([1, x], v), axis=1)', '[[x, i], [x * i, 2]]', '[v, A[1], w]', 'stack(stack(v, x), i)', 'stack(A, v)',
                'take(v, k)', 'take(v, 1)', 'take(v, k[0])', 'take(S, k)', 'take(A, 1)', 'take(v, [[0, 1], [2, 2]])', 'scatter(v, k, 4)', 'scatter(A, [1, 1], 3)', 'scatter(x, 2, 3)', 'scatter(v, 1, 2)', 'place(v, 1, 3, 0, 5)', 'place(x, 1, 1, 1, 3)', 'place(v, 1, 1, 1, 0, 3, 0, 2, 3)', 'place(A, 0, 2, 0, 1, 3, 0, 3, 4)',
                'sum(A)', 'sum(A, axis=0)', 'mean(A * x, axis=1)', 'max(A)', 'min(v - w)', 'max(A, axis=1)', 'norm(A)', 'norm(A, axis=0)', 'norm(0 * v)', 'logsumexp(v)', 'logsumexp(A, axis=0)', 'logsumexp(1000 * v)', 'softmax(1000 * v)', 'softmax(A)', 'softmax(A, axis=0)', 'winner(A)', 'winner(A, axis=0)', 'winner(A, axis=1)', 'winner([x, x])',
                'select(less(A, 0), -A, log(abs(A)))', 'max(v, 0.5) + min(w, x)', 'if(x > 0, v, w)', 't = tanh(v); t * t + sum(t * w) * t', 'u = A @ v; [u[0], u[1] * x]', 's = sum(v); s * s + sigmoid(s)', 'erf(v) + lgamma(abs(w)) + digamma(v^2 + 1)', 'mod(v, w) + rem(v, w) + round(v) + floor(w) + sign(v) + (v > w)', '(v^w)^2', 'not (v > 0) or w < 0',
                'solve(S, v)', 'solve(A @ B, A)', 'solve([[0, 1, 2], [1, 0, 3], [4, -3, 8]], v)', 'solve([[1, 2], [2, 4]], [x, 1])', 'inv(S)', 'inv([[0, x], [2, 1]])', 'inv([[0, 0], [0, 0]] * x)', 'logdet(S)', 'logdet(-S)', 'logdet(S - S)', 'logdet([[0, x], [-2, 1]])', 'cholesky(S)', 'cholesky([[x, 0.25], [0, 2]])', 'cholesky(-S)', 'tril(A)', 'tril(B)', 'v @ solve(S, v) + logdet(S)') {
                $node = New-ExprNode ($declared + $text)
                # Of its own variables.
                $own = @{}
                foreach ($name in $node.Variables) { $own[$name] = $at[$name] }
                # NumPy raises an error for matrices that have no inverse or factor.
                @{ Node = $node; Expected = ($node | Measure-Expression -At $own); At = $at; Scale = 1; Raises = $text -match '2, 4|0 \* x|inv.*0, 0|cholesky\(-' }
            }
            $arrays = foreach ($case in $arrays) {
                [pscustomobject]@{ Node = $case.Node; Expected = ConvertTo-Plain $case.Expected; At = $case.At; Arguments = [object[]]@(foreach ($name in $case.Node.Variables) { , (ConvertTo-Plain $case.At[$name]) }); Scale = [Math]::Max(1, $case.Scale); Raises = [bool]$case['Raises']; Gradient = $case['Gradient'] }
            }
            function Assert-SameArray($Actual, $Case, [string]$Language) {
                $expected = $Case.Expected
                $same = $Actual.GetType() -eq $expected.GetType()
                if ($same -and $expected -is [array]) {
                    for ($d = 0; $d -lt $expected.Rank; $d++) { $same = $same -and $Actual.GetLength($d) -eq $expected.GetLength($d) }
                }
                if (-not $same) { throw "Another shape in ${Language}: $($Case.Node)" }
                $places = @($expected).GetEnumerator()
                foreach ($number in $Actual) {
                    $null = $places.MoveNext()
                    $other = $places.Current
                    if (-not ([Math]::Abs($number - $other) -le 1e-12 * $Case.Scale) -and -not $number.Equals($other)) { throw "Expected $other, but got $number in ${Language}: $($Case.Node)" }
                }
            }
        }

        It 'computes the same in C#' {
            $source = for ($i = 0; $i -lt $arrays.Count; $i++) { "namespace PSAutodiffArrays$i {`n$($arrays[$i].Node | ConvertTo-ExprText -As CSharp)`n}" }
            $types = @{}
            Add-Type -PassThru -IgnoreWarnings -WarningAction Ignore -TypeDefinition ($source -join "`n") | Where-Object Name -EQ Expression | ForEach-Object { $types[$_.Namespace] = $_ }
            for ($i = 0; $i -lt $arrays.Count; $i++) { Assert-SameArray $types["PSAutodiffArrays$i"].GetMethod('Evaluate').Invoke($null, $arrays[$i].Arguments) $arrays[$i] 'C#' }
        }

        It 'computes the same in PowerShell, which writes one object' {
            foreach ($case in $arrays) {
                $arguments = $case.Arguments
                Assert-SameArray (& ([scriptblock]::Create(($case.Node | ConvertTo-ExprText -As PowerShell))) @arguments) $case PowerShell
            }
        }

        It 'refuses arrays of another shape, and places that are none' {
            $node = New-ExprNode 'A: [2, 3]; v: [3]; take(A @ v, x)'
            $script = [scriptblock]::Create(($node | ConvertTo-ExprText -As PowerShell))
            $type = Add-Type -PassThru -IgnoreWarnings -WarningAction Ignore -TypeDefinition "namespace PSAutodiffShapes {`n$($node | ConvertTo-ExprText -As CSharp)`n}" | Where-Object Name -EQ Expression
            $A = [double[,]]::new(2, 3)
            & $script $A (1, 2, 3) 1 | Should -Be 0
            $type::Evaluate($A, (1, 2, 3), 1) | Should -Be 0
            { & $script $A (1, 2) 1 } | Should -Throw 'v has to have 3 elements, not 2.'
            { & $script ([double[,]]::new(3, 2)) (1, 2, 3) 1 } | Should -Throw 'A has to have 2 rows and 3 columns, not 6 elements.'
            { & $script $A (1, 2, 3) 1.5 } | Should -Throw 'Elements are chosen by whole numbers from 0 to 1, not by 1.5.'
            { $type::Evaluate($A, (1, 2), 1) } | Should -Throw '*It has to have 3 elements, not 2.*'
            { $type::Evaluate([double[,]]::new(3, 2), (1, 2, 3), 1) } | Should -Throw '*It has to have 2 rows and 3 columns, not 3 and 2.*'
            { $type::Evaluate($A, (1, 2, 3), -1) } | Should -Throw '*Elements are chosen by whole numbers from 0 to 1, not by -1.*'
        }

        It 'computes the same in Python with NumPy' -Skip:(-not $python) -ForEach @{ Python = "$python" } {
            $file = Join-Path $TestDrive 'arrays.py'
            Set-Content $file @'
import json, sys
import numpy as np
for case in json.load(open(sys.argv[1], encoding="utf-8")):
    names = {}
    exec(case["source"], names)
    value = np.asarray(names["evaluate"](*[case["at"][name] for name in case["variables"]]))
    expected = np.asarray(case["expected"], dtype=float)
    print(value.size == expected.size and bool(np.allclose(value.ravel(), expected.ravel(), rtol=0, atol=1e-12 * case["scale"], equal_nan=True)), case["text"])
'@
            $data = Join-Path $TestDrive 'arrays.json'
            $computed = @($arrays | Where-Object Raises -EQ $false)
            @($computed | ForEach-Object { @{ source = $_.Node | ConvertTo-ExprText -As Python; variables = @($_.Node.Variables); at = $_.At; expected = @($_.Expected | ForEach-Object { $_ }); scale = $_.Scale; text = "$($_.Node)" } }) | ConvertTo-Json -Depth 6 | Set-Content $data
            $lines = @(& $Python $file $data 2>&1)
            $LASTEXITCODE | Should -Be 0 -Because ($lines | Out-String)
            $lines | Should -HaveCount $computed.Count
            $lines | Where-Object { -not $_.StartsWith('True') } | Should -BeNullOrEmpty
        }

        It 'computes the same in Python with PyTorch, whose gradients are those of the records' -Skip:(-not $torch) -ForEach @{ Torch = "$torch" } {
            $file = Join-Path $TestDrive 'tensors.py'
            Set-Content $file @'
import json, sys
import torch
for case in json.load(open(sys.argv[1], encoding="utf-8")):
    names = {}
    exec(case["source"], names)
    given = [torch.tensor(case["at"][name], dtype=torch.float64, requires_grad=True) for name in case["variables"]]
    value = names["evaluate"](*given)
    expected = torch.tensor([float(number) for number in case["expected"]], dtype=torch.float64)
    same = value.numel() == expected.numel() and torch.allclose(value.flatten(), expected.flatten(), rtol=0, atol=1e-12 * case["scale"], equal_nan=True)
    if case["gradient"] is not None:
        found = torch.autograd.grad(value, given, allow_unused=True)
        for name, one in zip(case["variables"], found):
            gradient = torch.tensor(case["gradient"][name], dtype=torch.float64)
            one = torch.zeros_like(gradient) if one is None else one
            same = same and one.shape == gradient.shape and torch.allclose(one, gradient, rtol=0, atol=1e-12 * case["scale"])
    print(bool(same), case["text"])
'@
            $data = Join-Path $TestDrive 'tensors.json'
            $computed = @($arrays | Where-Object Raises -EQ $false)
            @($computed | ForEach-Object { @{ source = $_.Node | ConvertTo-ExprText -As PyTorch; variables = @($_.Node.Variables); at = $_.At; expected = @($_.Expected | ForEach-Object { $_ }); scale = $_.Scale; gradient = $_.Gradient; text = "$($_.Node)" } }) | ConvertTo-Json -Depth 6 | Set-Content $data
            $lines = @(& $Torch $file $data 2>&1)
            $LASTEXITCODE | Should -Be 0 -Because ($lines | Out-String)
            $lines | Should -HaveCount $computed.Count
            $lines | Where-Object { -not $_.StartsWith('True') } | Should -BeNullOrEmpty
        }
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
