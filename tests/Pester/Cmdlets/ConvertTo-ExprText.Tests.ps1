BeforeDiscovery {
    $expressions = @(
        'x', '2.5', '-3', '-x', '4*x*y + exp(-1*y)', '-x^2', '(-x)^2', 'x^y^z', '(x^y)^z', 'a - (b - c)', 'a/(b*c)', '(a + b)*(a + b)',
        'select(less(a, b), max(a, 1e-300), min(b, 1e300))', 'log1p(expm1(x)) - -2', '2^-x', 'pi*r^2', '-(-x)', '-(2)', '(-2)^x', 'x - -y', 'exp(x)^-1'
    )
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $z = New-ExprNode '4*x*y + exp(-1*y)'
    $shared = New-ExprNode 't = x*y; u = t + t; u*u'
}

Describe 'ConvertTo-ExprText writes expressions' {
    It 'as infix text with no more parentheses than needed: <Text>' -ForEach @(
        @{ Text = '4 * x * y + exp(-1 * y)' }
        @{ Text = 'a - (b - c)' }
        @{ Text = 'a - b - c' }
        @{ Text = 'a / (b * c)' }
        @{ Text = '-x^2' }
        @{ Text = '(-x)^2' }
        @{ Text = 'x^y^z' }
        @{ Text = '(x^y)^z' }
        @{ Text = 'max(x, y + 1)' }
    ) {
        New-ExprNode $Text | ConvertTo-ExprText | Should -BeExactly $Text
        New-ExprNode $Text | ConvertTo-ExprText Infix | Should -BeExactly $Text
    }

    It 'as the lab does' {
        $z | ConvertTo-ExprText -As Lab | Should -BeExactly '( ( ( 4 * x ) * y ) + exp ( ( -1 * y ) ) )'
    }

    It 'with shared parts once, as Let' {
        $text = $shared | ConvertTo-ExprText -As Let
        $text | Should -BeExactly 't1 = x * y; t2 = t1 + t1; t2 * t2'
    }

    It 'as LaTeX' {
        New-ExprNode 'x/y + sqrt(z)^2' | ConvertTo-ExprText -As Latex | Should -Match '\\frac\{x\}\{y\}.*\\sqrt\{z\}'
    }

    It 'as MathML that is well-formed' {
        $xml = [xml](New-ExprNode 'x/y + exp(z1)' | ConvertTo-ExprText -As MathML)
        $xml.DocumentElement.LocalName | Should -BeExactly math
        $xml.GetElementsByTagName('mfrac').Count | Should -Be 1
    }

    It 'as a tree with a line for each node' {
        $lines = (New-ExprNode 'exp(x) + y' | ConvertTo-ExprText -As Tree) -split '\r?\n' | Where-Object { $_ }
        $lines | Should -HaveCount 4
        $lines[0] | Should -BeLike 'sum*'
        $lines[2] | Should -BeLike '*x'
    }

    It 'as a graph for Graphviz, shared parts once' {
        $text = $shared | ConvertTo-ExprText -As Dot
        $text | Should -Match '^\s*digraph'
        $text.Trim() | Should -BeLike '*}'
        [regex]::Matches($text, '->').Count | Should -Be 6
    }

    It 'as JSON that holds each distinct node once' {
        ($shared | ConvertTo-ExprText -As Json | ConvertFrom-Json).nodes | Should -HaveCount 5
    }

    It 'as C# that compiles and computes the same' {
        $assembly = Add-Type -PassThru -TypeDefinition ($z | ConvertTo-ExprText -As CSharp)
        $method = $assembly.GetMethods([System.Reflection.BindingFlags]'Public, Static') | Where-Object ReturnType -EQ ([double]) | Select-Object -First 1
        $method.Invoke($null, [object[]](2.0, 3.0)) | Assert-Near 24.049787068367863
    }

    It 'as a PowerShell script that computes the same' {
        $script = [scriptblock]::Create(($z | ConvertTo-ExprText -As PowerShell))
        & $script -x 2 -y 3 | Assert-Near 24.049787068367863
        & $script 2 3 | Assert-Near 24.049787068367863
    }

    It 'as Python with NumPy' {
        $text = $z | ConvertTo-ExprText -As Python
        $text | Should -Match '(?m)^import numpy as np'
        $text | Should -Match '(?m)^def \w+\(x, y\):'
        $text | Should -Match 'np\.exp\('
        $text | Should -Match '(?m)^\s+return '
    }

    It 'one text for each expression in the pipeline, of whatever kind' {
        'x+y', 3, { $a * $b }, $z | ConvertTo-ExprText | Should -BeExactly 'x + y', '3', 'a * b', '4 * x * y + exp(-1 * y)'
    }
}

Describe 'ConvertTo-ExprText of several derivatives' {
    It 'gives a text for each, row by row' {
        'x^2*y' | Invoke-Differentiate -Gradient | ConvertTo-ExprText | Should -BeExactly '2 * x * y', 'x^2'
        ConvertTo-ExprText ('x^2*y' | Invoke-Differentiate -Hessian) Lab | Should -BeExactly '( 2 * y )', '( 2 * x )', '( 2 * x )', '0'
        'x^2*y', 'x' | Invoke-Differentiate -Jacobian | ConvertTo-ExprText -As Infix | Should -BeExactly '2 * x * y', 'x^2', '1', '0'
        @('x^2*y' | Invoke-Differentiate -Gradient | ConvertTo-ExprText -As Python) | Should -HaveCount 2
        $json = 'x^2*y' | Invoke-Differentiate -Gradient | ConvertTo-ExprText -As Json
        $json | ForEach-Object { "$(New-ExprNode -Json $_)" } | Should -BeExactly '2 * x * y', 'x^2'
    }

    It 'gives one matrix where formulas are typeset' {
        'x^2*y' | Invoke-Differentiate -Gradient | ConvertTo-ExprText Latex | Should -BeExactly '\left[\begin{array}{c} 2 \cdot x \cdot y \\ x^{2} \\ \end{array}\right]'
        'x^2*y' | Invoke-Differentiate -Hessian | ConvertTo-ExprText Latex | Should -BeExactly '\left[\begin{array}{cc} 2 \cdot y & 2 \cdot x \\ 2 \cdot x & 0 \\ \end{array}\right]'
        $element = [xml]('x^2*y', 'x' | Invoke-Differentiate -Jacobian | ConvertTo-ExprText MathML)
        $element.math.mrow.mtable.mtr | Should -HaveCount 2
        $element.math.mrow.mtable.mtr[1].mtd.InnerText | Should -Be '1', '0'
    }

    It 'cuts each where it is long, and warns once' {
        $long = ('x', 'y', 'z' | ForEach-Object { "$_^3*sin($_)*exp($_)" }) -join '*'
        foreach ($format in 'Infix', 'Latex', 'MathML') {
            $outcome = Get-Outcome { $long | Invoke-Differentiate -Gradient | ConvertTo-ExprText $format -MaxLength 20 }
            $outcome.Warnings | Should -HaveCount 1
            $outcome.Errors | Should -HaveCount 0
            ([regex]::Matches("$($outcome.Output)", '\.\.\. ')).Count | Should -Be 3
        }
    }
}

Describe 'Text that reads back' {
    It '<_> comes back from Infix, Lab, Let and Json' -ForEach $expressions {
        $node = New-ExprNode $_
        foreach ($format in 'Infix', 'Lab', 'Let') {
            $text = $node | ConvertTo-ExprText -As $format
            (New-ExprNode $text).Equals($node) | Should -BeTrue -Because "$format is $text"
        }
        (New-ExprNode -Json ($node | ConvertTo-ExprText -As Json)).Equals($node) | Should -BeTrue
    }

    It 'keeps every bit of the number <_>' -ForEach @(
        0.1, 1e-320, 1.7976931348623157e308, -2.2250738585072014e-308, 123456789.123456789, 1e22, 3
    ) {
        foreach ($format in 'Infix', 'Lab', 'Let') {
            (New-ExprNode (New-ExprNode -Value $_ | ConvertTo-ExprText -As $format)).Value | Should -BeExactly $_
        }
        (New-ExprNode -Json (New-ExprNode -Value $_ | ConvertTo-ExprText -As Json)).Value | Should -BeExactly $_
    }
}

Describe 'Text that would be long' {
    BeforeAll {
        $long = New-ExprNode ((1..100 | ForEach-Object { "variable$_" }) -join ' + ')
    }

    It 'is whole by default' {
        $outcome = Get-Outcome { $long | ConvertTo-ExprText }
        $outcome.Output[0] | Should -BeLike '*+ variable100'
        $outcome.Warnings | Should -HaveCount 0
    }

    It 'is cut at -MaxLength, with the hash and a warning that names the way out' {
        $outcome = Get-Outcome { $long | ConvertTo-ExprText -MaxLength 50 }
        $outcome.Output[0] | Should -Match '^.{50}\.\.\. \[#[0-9a-f]{8}\]$'
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeLike '*50 characters*-As Let*'
    }

    It 'is not cut as Let' {
        $outcome = Get-Outcome { $long | ConvertTo-ExprText -As Let -MaxLength 50 }
        (New-ExprNode $outcome.Output[0]).Equals($long) | Should -BeTrue
        $outcome.Warnings | Should -HaveCount 0
    }

    It 'refuses a -MaxLength too short to show anything' {
        { 'x' | ConvertTo-ExprText -MaxLength 5 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,PSAutodiff.Commands.ConvertToExprTextCommand'
    }
}

Describe 'After an error' {
    It 'an empty pipeline has no second one' {
        $outcome = Get-Outcome { 'sin(' | New-ExprNode | ConvertTo-ExprText }
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ExpressionSyntax

        # Empty by itself, it has one, also when an earlier command failed.
        $outcome = Get-Outcome { @() | ConvertTo-ExprText }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ExpressionMissing
    }
}
