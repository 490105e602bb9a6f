BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'New-ExprNode takes what people write' {
    It 'makes an ExprNode of <What>' -ForEach @(
        @{ What = 'text'; Given = 'x^2 + 1'; Text = 'x^2 + 1' }
        @{ What = 'a script block'; Given = { $a * ($b + 2) }; Text = 'a * (b + 2)' }
        @{ What = 'an int'; Given = 3; Text = '3' }
        @{ What = 'a double'; Given = 2.5; Text = '2.5' }
        @{ What = 'a decimal'; Given = 2.5d; Text = '2.5' }
        @{ What = 'a long'; Given = 4000000000; Text = '4000000000' }
        @{ What = 'a byte'; Given = [byte]7; Text = '7' }
        @{ What = 'a big integer'; Given = [bigint]12; Text = '12' }
    ) {
        $byPosition = New-ExprNode $Given
        $byPosition | Should -BeOfType PSAutodiff.ExprNode
        $byPosition.ToString() | Should -BeExactly $Text
        (New-ExprNode -Expression $Given).Equals($byPosition) | Should -BeTrue
        (, $Given | New-ExprNode).Equals($byPosition) | Should -BeTrue
    }

    It 'gives a node back as it is, even one whose display is cut' {
        $long = New-ExprNode ((1..200 | ForEach-Object { "x$_" }) -join ' + ')
        $long.ToString() | Should -BeLike '*... `[#*`]'
        [object]::ReferenceEquals((New-ExprNode $long), $long) | Should -BeTrue
        [object]::ReferenceEquals(($long | New-ExprNode), $long) | Should -BeTrue
    }

    It 'reads a number as text the same way as the number' {
        (New-ExprNode '1e-3').Equals((New-ExprNode 0.001)) | Should -BeTrue
    }

    It 'makes one node for each object in the pipeline' {
        $nodes = 'x', 4, { $y }, (New-ExprNode z) | New-ExprNode
        $nodes | ForEach-Object ToString | Should -Be 'x', '4', 'y', 'z'
    }

    It 'sees through what PowerShell wraps around objects' {
        $wrapped = [psobject](New-ExprNode 'a*b') | Add-Member -NotePropertyName Note -NotePropertyValue 1 -PassThru
        (New-ExprNode $wrapped).Equals((New-ExprNode 'a*b')) | Should -BeTrue
    }
}

Describe 'The text of expressions' {
    It 'reads <Text> as <Meaning>' -ForEach @(
        @{ Text = '-x^2'; Meaning = '-(x^2)' }
        @{ Text = 'x^y^z'; Meaning = 'x^(y^z)' }
        @{ Text = 'a - b - c'; Meaning = '(a - b) - c' }
        @{ Text = 'a / b / c'; Meaning = '(a / b) / c' }
        @{ Text = 'a + b * c'; Meaning = 'a + (b * c)' }
        @{ Text = 'a / b * c'; Meaning = '(a / b) * c' }
        @{ Text = '-a * b'; Meaning = '(-a) * b' }
        @{ Text = 'x^-y'; Meaning = 'x^(-y)' }
        @{ Text = 'a * -b'; Meaning = 'a * (-b)' }
        @{ Text = '  x+y '; Meaning = 'x + y' }
        @{ Text = 't1 = x*x; t1 + t1'; Meaning = 'x*x + x*x' }
        @{ Text = 'a = x + 1; b = a*a; b/a'; Meaning = '((x + 1)*(x + 1))/(x + 1)' }
        @{ Text = 'max(min(a, b), c)'; Meaning = ' max( min(a,b) ,c ) ' }
        @{ Text = '2x + 3(x+1)'; Meaning = '2*x + 3*(x + 1)' }
        @{ Text = "x**2 + |y| - `u{221A}x"; Meaning = 'x^2 + abs(y) - sqrt(x)' }
        @{ Text = "`u{3C0}`u{B7}r`u{B2}"; Meaning = 'pi*r^2' }
        @{ Text = 'ln(x) + log(x, 10) + max(a, b, c)'; Meaning = 'log(x) + log10(x) + max(max(a, b), c)' }
        @{ Text = 'if(x > 0 and x != 1, a, b)'; Meaning = 'select(0 < x and not (x == 1), a, b)' }
        @{ Text = '${CPU Load} * 2'; Meaning = ' ${CPU Load}*2' }
        @{ Text = 'select(less(a, b), a, b)'; Meaning = 'select(less(a,b),a,b)' }
    ) {
        (New-ExprNode $Text).Equals((New-ExprNode $Meaning)) | Should -BeTrue
    }

    It 'reads <Text> as the number <Value>' -ForEach @(
        @{ Text = '2.5'; Value = 2.5 }
        @{ Text = '1e-3'; Value = 0.001 }
        @{ Text = '.5'; Value = 0.5 }
        @{ Text = '2E3'; Value = 2000 }
        @{ Text = '-7'; Value = -7 }
        @{ Text = 'pi'; Value = [Math]::PI }
    ) {
        (New-ExprNode $Text).Value | Should -BeExactly $Value
    }

    It 'gives <Text> the value <Value>' -ForEach @(
        @{ Text = '-2^2'; Value = -4 }
        @{ Text = '2^-1'; Value = 0.5 }
        @{ Text = '2^3^2'; Value = 512 }
        @{ Text = '2 - 3 - 4'; Value = -5 }
        @{ Text = '12 / 2 / 3'; Value = 2 }
        @{ Text = '2 * -3'; Value = -6 }
    ) {
        New-ExprNode $Text | Measure-Expression | Should -BeExactly $Value
    }

    It 'tells names apart by case' {
        (New-ExprNode 'x + X').Variables | Should -BeExactly 'X', 'x'
    }
}

Describe 'Script blocks are translated and never run' {
    It 'translates <Script>' -ForEach @(
        @{ Script = { 4 * $x * $y + [Math]::Exp(-$y) }; Text = '4 * x * y + exp(-y)' }
        @{ Script = { [Math]::Pow($x, 2) / [math]::Sqrt($y) }; Text = 'x^2 / sqrt(y)' }
        @{ Script = { [System.Math]::PI * $r * $r }; Text = 'pi * r * r' }
        @{ Script = { $a - ($b - $c) }; Text = 'a - (b - c)' }
        @{ Script = { -$x + -2 }; Text = '-x + -2' }
        @{ Script = { +$x }; Text = 'x' }
        @{ Script = { 1kb + 0x10 + 2e3 }; Text = '1024 + 16 + 2000' }
        @{ Script = { ${x1} * $_y }; Text = 'x1 * _y' }
        @{ Script = { [Math]::Max($x, [Math]::Tanh($y)) }; Text = 'max(x, tanh(y))' }
        @{ Script = { $x -gt 2 }; Text = 'x > 2' }
        @{ Script = { $x -ge 2 -and $x -lt $y }; Text = 'x >= 2 and x < y' }
        @{ Script = { $x -le 2 -or -not ($x -eq $y) }; Text = 'x <= 2 or not (x == y)' }
        @{ Script = { !$x -and $x -ne $y }; Text = 'not x and x != y' }
        @{ Script = { $x -cgt 2 -or $x -ilt 1 }; Text = 'x > 2 or x < 1' }
        @{ Script = { $x -gt 0 ? [Math]::Sqrt($x) : 0 }; Text = 'if(x > 0, sqrt(x), 0)' }
        @{ Script = { $x ? 1 : $y ? 2 : 3 }; Text = 'if(x, 1, if(y, 2, 3))' }
        @{ Script = { $x % 3 + 1 }; Text = 'rem(x, 3) + 1' }
        @{ Script = { [Math]::Log10($x) + [Math]::Log2($x) + [Math]::Log($x, $b) + [Math]::Log($x, 10) }; Text = 'log10(x) + log2(x) + log(x, b) + log10(x)' }
        @{ Script = { [Math]::Floor($x) + [Math]::Ceiling($x) + [Math]::Round($x) + [Math]::Truncate($x) }; Text = 'floor(x) + ceil(x) + round(x) + trunc(x)' }
        @{ Script = { [Math]::Cbrt($x) + [Math]::Atan2($y, $x) }; Text = 'cbrt(x) + atan2(y, x)' }
        @{ Script = { [Math]::Asinh($x) + [Math]::Acosh($x) + [Math]::Atanh($x) }; Text = 'asinh(x) + acosh(x) + atanh(x)' }
        @{ Script = { [Math]::Clamp($x, 0, 1) + [Math]::Tau }; Text = 'clamp(x, 0, 1) + 6.283185307179586' }
        @{ Script = { ${CPU Load} * 2 + ${a-b} }; Text = '${CPU Load} * 2 + ${a-b}' }
    ) {
        (New-ExprNode $Script).Equals((New-ExprNode $Text)) | Should -BeTrue
    }

    It 'takes $x for the variable x, whatever PowerShell''s $x holds' {
        $x = 5
        (New-ExprNode { $x * $x }).Variables | Should -BeExactly 'x'
        $x | Should -Be 5
    }

    It 'runs no command in it' {
        $canary = Join-Path $TestDrive canary
        $outcome = Get-Outcome { New-ExprNode ([scriptblock]::Create("`$x + (New-Item '$canary')")) }
        Test-Path $canary | Should -BeFalse
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].Exception.Message | Should -BeLike '*New-Item*'
    }
}

Describe 'New-ExprNode builds nodes one by one' {
    It 'makes a constant with -Value' {
        $node = New-ExprNode -Value 2.5
        $node.Op | Should -BeExactly const
        $node.Value | Should -BeExactly 2.5
        $node.Name, $node.X, $node.Y, $node.Z | Should -Be $null, $null, $null, $null
    }

    It 'makes a variable with -Name' {
        $node = New-ExprNode -Name w11
        $node.Op | Should -BeExactly var
        $node.Name | Should -BeExactly w11
        $null -eq $node.Value | Should -BeTrue
    }

    It 'takes the lab''s words: -Op const -Value, -Op var -Name' {
        (New-ExprNode -Op const -Value 3).Equals((New-ExprNode 3)) | Should -BeTrue
        (New-ExprNode -Op var -Name q).Equals((New-ExprNode q)) | Should -BeTrue
    }

    It 'makes -Op <Op> -X a -Y b' -ForEach @(
        @{ Op = 'sum'; Text = 'a + b' }
        @{ Op = 'sub'; Text = 'a - b' }
        @{ Op = 'mul'; Text = 'a * b' }
        @{ Op = 'div'; Text = 'a / b' }
        @{ Op = 'pow'; Text = 'a^b' }
        @{ Op = 'min'; Text = 'min(a, b)' }
        @{ Op = 'max'; Text = 'max(a, b)' }
        @{ Op = 'less'; Text = 'a < b' }
    ) {
        $node = New-ExprNode -Op $Op -X a -Y (New-ExprNode b)
        $node.ToString() | Should -BeExactly $Text
        $node.Op | Should -BeExactly $Op
        $node.X.Name, $node.Y.Name | Should -Be a, b
        $node.Arguments.Count | Should -Be 2
        $null -eq $node.Z | Should -BeTrue
    }

    It 'makes -Op <_> -X a' -ForEach @(
        'neg', 'exp', 'log', 'tanh', 'sqrt', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'sigmoid', 'softplus', 'relu', 'abs',
        'sign', 'log1p', 'expm1', 'detach'
    ) {
        $node = New-ExprNode -Op $_ -X a
        $node.Op | Should -BeExactly $_
        $node.ToString() | Should -BeExactly ($_ -eq 'neg' ? '-a' : "$_(a)")
        $node.Arguments.Count | Should -Be 1
    }

    It 'makes -Op select -X c -Y a -Z b' {
        $node = New-ExprNode -Op select -X c -Y a -Z 4
        $node.ToString() | Should -BeExactly 'select(c, a, 4)'
        $node.Z.Value | Should -Be 4
    }

    It 'reads back what ConvertTo-ExprText -As Json wrote' {
        $node = New-ExprNode 'select(less(a, 0.1), exp(a)*exp(a), -b^2)'
        (New-ExprNode -Json ($node | ConvertTo-ExprText -As Json)).Equals($node) | Should -BeTrue
    }
}

Describe 'What an ExprNode tells about itself' {
    It 'lists each variable once, in ordinal order' {
        (New-ExprNode 'b*a + B + a10 + a2 + a').Variables | Should -BeExactly 'B', 'a', 'a10', 'a2', 'b'
    }

    It 'counts distinct nodes: shared parts once' {
        (New-ExprNode '(x + 1)*(x + 1)').NodeCount | Should -Be 4
    }

    It 'knows how deep it is' {
        (New-ExprNode 'x').Depth | Should -Be 1
        (New-ExprNode 'exp(x + 1)*y').Depth | Should -Be 4
    }

    It 'equals another one with the same structure and no other' {
        $one = New-ExprNode 'x + y'
        $one.Equals((New-ExprNode { $x + $y })) | Should -BeTrue
        $one.GetHashCode() | Should -Be (New-ExprNode { $x + $y }).GetHashCode()
        $one.Equals((New-ExprNode 'y + x')) | Should -BeFalse
        $one -eq (New-ExprNode 'x + y') | Should -BeTrue
        $one -ne (New-ExprNode 'x + z') | Should -BeTrue
    }

    It 'cannot be changed' {
        $node = New-ExprNode 'x + y'
        { $node.X = New-ExprNode z } | Should -Throw
        $node.ToString() | Should -BeExactly 'x + y'
    }
}

Describe 'A number without quotes' {
    It 'is what was written, not what PowerShell makes of it: <_>' -ForEach @('2kb', '2d', '0x10', '1_000', '5l', '0b11', '1uy', '3n', '2gb', '1e3kb', '0x1e', '7us') {
        foreach ($call in "New-ExprNode $_", "New-ExprNode -Op sum -X 1 -Y $_", "Measure-Expression -Expression $_", "Invoke-Simplify -Expression $_ -Step") {
            $outcome = Get-Outcome ([scriptblock]::Create($call))
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly ExpressionSyntax -Because $call
            $outcome.Output | Should -HaveCount 0
        }
    }

    It 'is that number where both read it alike: <_>' -ForEach @('0', '7', '-5', '1e3', '1.50', '.5', '1.', '007', '-.5e-3', '12345678901234567890123456789', '0.1', '9007199254740993', '1e22') {
        $unquoted = & ([scriptblock]::Create("New-ExprNode $_"))
        $unquoted.Equals((New-ExprNode $_)) | Should -BeTrue
        $unquoted.Value | Should -Be ([double]::Parse($_, [cultureinfo]::InvariantCulture))
    }

    It 'is refused when it becomes 0 or infinite: <_>' -ForEach @('1e-400', '-1e-400', '1e400', '0.1e-330') {
        foreach ($call in "New-ExprNode $_", "New-ExprNode '$_'", "New-ExprNode '$_*x'") {
            Get-ErrorId (Get-Outcome ([scriptblock]::Create($call))).Errors[0] | Should -BeExactly ($_ -eq '1e400' ? 'ConstantNotFinite' : 'ConstantUnderflow') -Because $call
        }
    }

    It 'reads like the same with quotes, whatever numbers, suffixes and signs are put together' {
        $random = [Random]::new(22)
        # As numbers are written, with a part more or less.
        $parts = @(
            , ('', '', '', '', '', '-', '+', '--', 'x')
            , ('0', '1', '7', '12', '007', '255', '0x1F', '0b11', '.5', '1.25', '9007199254740993', '')
            , ('', '', '', '', '', '', '', '', 'e3', 'E-2', 'e', 'e400', 'e-400', '_0', '.')
            , ('', '', 'd', 'l', 'u', 'y', 's', 'n', 'uy', 'ul', 'x')
            , ('', '', 'kb', 'MB', 'pb')
            , ('', '', '', '', '', '', '', '', '*', '*x', '/2', '^2')
        )
        $numbers = 0
        foreach ($i in 1..500) {
            $text = -join ($parts | ForEach-Object { $_[$random.Next($_.Count)] })
            # What PowerShell takes for a parameter, a list, a path or a comment is another matter.
            if (-not $text -or $text -match '^-[^\d.]|^-$') { continue }
            $quoted, $unquoted = "New-ExprNode '$text'", "New-ExprNode $text" | ForEach-Object {
                $outcome = Get-Outcome ([scriptblock]::Create($_))
                if ($outcome.Errors) { Get-ErrorId $outcome.Errors[0] } else { $outcome.Output[0].ToString() }
            }
            $tokens = $null
            $null = [System.Management.Automation.Language.Parser]::ParseInput("f $text", [ref]$tokens, [ref]$null)
            $isOther = $tokens[1].Kind -eq 'Number' -and "$($tokens[1].Value)" -cne $text
            if ($isOther) { $numbers++ }
            # 2kb is the number 2048 to PowerShell and a product to us: neither is taken.
            if ($isOther -and $quoted -match ' \* ') { $quoted = 'ExpressionSyntax' }
            $unquoted | Should -BeExactly $quoted -Because "it is $text"
        }
        $numbers | Should -BeGreaterThan 80
    }

    It 'is text like any other where PowerShell takes it for text' {
        $random = [Random]::new(23)
        # Nothing that means something to PowerShell itself.
        $pieces = 'x', 'y', '2', '3.5', '.5', '12', 'pi', 'e3', '_', '+', '-', '*', '**', '/', '^', '==', '!=', '%', '!', '=', "`u{B2}", "`u{B3}", "`u{221A}", "`u{3C0}", "`u{B7}", "`u{D7}", "`u{2264}"
        $taken = $refused = 0
        foreach ($i in 1..400) {
            $text = -join (0..$random.Next(1, 6) | ForEach-Object { $pieces[$random.Next($pieces.Count)] })
            $tokens = $null
            $null = [System.Management.Automation.Language.Parser]::ParseInput("f $text", [ref]$tokens, [ref]$null)
            if ($tokens.Count -ne 3 -or $tokens[1].Kind -notin 'Generic', 'Identifier' -or $tokens[1].Text -cne $text) { continue }
            $quoted, $unquoted = "New-ExprNode '$text'", "New-ExprNode $text" | ForEach-Object {
                $outcome = Get-Outcome ([scriptblock]::Create($_))
                if ($outcome.Errors) { Get-ErrorId $outcome.Errors[0] } else { $outcome.Output[0].ToString() }
            }
            $unquoted | Should -BeExactly $quoted -Because "it is $text"
            if ($quoted -cmatch '^Expression|^Operation|^Constant') { $refused++ } else { $taken++ }
        }
        $taken | Should -BeGreaterThan 15
        $refused | Should -BeGreaterThan 40
    }

    It 'that could be a product names both readings' {
        $outcome = Get-Outcome { New-ExprNode 2kb }
        $outcome.Errors[0].Exception.Message | Should -BeLike "Column 1: '2kb' can be read in two ways without quotes: write 2048 for PowerShell's number, or '2 * kb' in quotes for the product.*"
        (New-ExprNode '2kb').ToString() | Should -BeExactly '2 * kb'
    }

    It 'of a variable or the pipeline is its value' {
        $size = 2kb
        (New-ExprNode $size).Value | Should -Be 2048
        (2kb, 0x10, 2d, [float]0.1, [psobject][float]0.1, [psobject]3 | New-ExprNode).Value | Should -Be 2048, 16, 2, ([double][float]0.1), ([double][float]0.1), 3
        (New-ExprNode (2kb)).Value | Should -Be 2048
        (New-ExprNode { 2kb * $x }).ToString() | Should -BeExactly '2048 * x'
    }
}
