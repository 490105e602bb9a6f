# Bad input: each a clear error with a stable id, the thing at fault as its target, and the rest of the pipeline unharmed.
BeforeDiscovery {
    $syntax = @(
        @{ Text = 'x*'; Column = 3; Says = 'the text ends here; expected a number' }
        @{ Text = 'x x'; Column = 3; Says = "unexpected 'x'; expected an operator" }
        @{ Text = '(x + 1'; Column = 7; Says = "expected ')' for the '(' opened at column 1" }
        @{ Text = 'x + 1)'; Column = 6; Says = "this ')' closes nothing" }
        @{ Text = 'x $ y'; Column = 3; Says = "'`$' has no meaning here" }
        @{ Text = '2,5*x'; Column = 2; Says = "unexpected ','" }
        @{ Text = '1..5'; Column = 3; Says = '' }
        @{ Text = '= x'; Column = 1; Says = "unexpected '='" }
        @{ Text = 't = x'; Column = 6; Says = "expected ';'" }
        @{ Text = 't = x; t*'; Column = 10; Says = 'the text ends here' }
        @{ Text = 't = x; t = y; t'; Column = 8; Says = "'t' is bound already" }
        @{ Text = 'pi = 3; pi'; Column = 1; Says = "'pi' cannot be the name of a binding" }
        @{ Text = ''; Column = 1; Says = 'the text is empty' }
        @{ Text = 'x + foo(y)'; Column = 5; Says = "no operation 'foo'"; Id = 'OperationUnknown' }
        @{ Text = 'x + Exp(y)'; Column = 5; Says = "Did you mean 'exp'?"; Id = 'OperationUnknown' }
        @{ Text = 'y*exp(x, y)'; Column = 3; Says = "'exp' takes 1 argument, not 2"; Id = 'ArgumentCount' }
        @{ Text = 'max(x)'; Column = 1; Says = "'max' takes a vector or a matrix, not a number"; Id = 'ShapeMismatch' }
        @{ Text = 'y + arcsin(x)'; Column = 5; Says = 'Write asin(x).'; Id = 'OperationUnknown' }
        @{ Text = '2e3x'; Column = 1; Says = "write '2e3*x' for a product with the number 2e3 or '2*e3x' for one with a name" }
        @{ Text = '1/2x'; Column = 3; Says = "can be read in two ways: write '/2 * x' or '/(2*x)'" }
        @{ Text = 'x (y)'; Column = 1; Says = "If a product is meant, write 'x*(...)'"; Id = 'OperationUnknown' }
        @{ Text = 'a < b < c'; Column = 7; Says = "can be read in two ways: write 'a < b and b < c' or '(a < b) < c'" }
        @{ Text = '|x|y|z|'; Column = 4; Says = 'bars can be read in several ways here' }
        @{ Text = 'Sepal.Length'; Column = 6; Says = 'is written in braces, as in ${CPU.Load}' }
        @{ Text = 'x + 1e999'; Column = 5; Says = 'too large'; Id = 'ConstantNotFinite' }
    )
    $scripts = @(
        @{ Script = { $x + (Get-Date) }; Says = "the command 'Get-Date'" }
        @{ Script = { Remove-Item C:\ }; Says = "the command 'Remove-Item'" }
        @{ Script = { $x | Out-Null }; Says = "the command 'Out-Null'" }
        @{ Script = { $x -band 2 }; Says = "the operator '-band'" }
        @{ Script = { $x -like 2 }; Says = "the operator '-like'" }
        @{ Script = { $x -xor $y }; Says = "the operator '-xor'" }
        @{ Script = { 1 -lt $x -lt 2 }; Says = "can be read in two ways: write it as '`$a -lt `$b -and `$b -lt `$c' or as '(`$a -lt `$b) -lt `$c'" }
        @{ Script = { -not $x -gt 2 }; Says = "can be read in two ways: write it as '-not (`$a -lt `$b)' or as '(-not `$a) -lt `$b'" }
        @{ Script = { ($x -gt 1) -eq 2 }; Says = "can be read in two ways: write it as '(1 * (`$a -lt `$b)) -eq `$c' or as '(`$a -lt `$b) -eq (`$c -ne 0)'" }
        @{ Script = { $x ?? 2 }; Says = "the operator '??'" }
        @{ Script = { $x; $y }; Says = 'a second statement' }
        @{ Script = { $x = 2 }; Says = "the assignment '`$x = 2'" }
        @{ Script = { 'a' + $x }; Says = "the text 'a'" }
        @{ Script = { "$x" }; Says = 'the text "$x"' }
        @{ Script = { $env:PATH }; Says = '$env:PATH' }
        @{ Script = { $x + $null }; Says = '$null' }
        @{ Script = { $true * $x }; Says = "PowerShell's own `$true" }
        @{ Script = { $script:x * 2 }; Says = 'the variable of a scope or drive $script:x' }
        @{ Script = { trap { 1 } $x }; Says = 'a trap' }
        @{ Script = { begin { 1 } end { $x } }; Says = 'the begin block' }
        @{ Script = { process { $x } }; Says = 'the process block' }
        @{ Script = { end { $x } }; Says = 'the end block' }
        @{ Script = { dynamicparam { 1 } end { $x } }; Says = 'the dynamicparam block' }
        @{ Script = { clean { 1 } end { $x } }; Says = 'the clean block' }
        @{ Script = { param($x) $x }; Says = 'a param block' }
        @{ Script = { [CmdletBinding()] param() $x }; Says = 'a param block' }
        @{ Script = [scriptblock]::Create("using namespace System`n`$x"); Says = "the statement 'using namespace System'" }
        @{ Script = [scriptblock]::Create("#requires -Version 5`n`$x"); Says = '#requires' }
        @{ Script = { $x & }; Says = "the background operator '&'" }
        @{ Script = { 2 * ($x &) }; Says = "the background operator '&'" }
        @{ Script = { [Math]::Max[double]($x, 1) }; Says = '[Math]::Max[double]' }
        @{ Script = { 1e-400 * $x }; Id = 'ConstantUnderflow'; Says = '1e-400' }
        @{ Script = { $x + 1e-400d }; Id = 'ConstantUnderflow'; Says = '1e-400d' }
        @{ Script = { $_ * 2 }; Says = '$_' }
        @{ Script = { $x[0] }; Id = 'ShapeMismatch'; Says = "'`$x' is a number and has no elements" }
        @{ Script = { $x.Length }; Says = "'`$x.Length'" }
        @{ Script = { [int]$x }; Says = "'[int]`$x'" }
        @{ Script = { [Console]::Beep() }; Says = "'[Console]::Beep()'" }
        @{ Script = { if ($x) { 1 } }; Says = 'if' }
        @{ Script = { param($x) $x }; Says = 'param' }
        @{ Script = { }; Says = 'empty' }
        @{ Script = { [Math]::BitIncrement($x) }; Says = '[Math]::BitIncrement'; Id = 'OperationUnknown' }
        @{ Script = { [Math]::Round($x, 2) }; Says = "'round' takes 1 argument, not 2"; Id = 'ArgumentCount' }
        @{ Script = { [Math]::Pow($x) }; Says = "'pow' takes 2 arguments, not 1"; Id = 'ArgumentCount' }
    )
    $calls = @(
        @{ What = 'an unknown operation'; Id = 'OperationUnknown'; Command = 'NewExprNode'; Target = 'cube'; Says = "'cube'"; Call = { New-ExprNode -Op cube -X x } }
        @{ What = 'too few arguments'; Id = 'ArgumentCount'; Command = 'NewExprNode'; Target = 'sub'; Says = "'sub' takes 2 arguments, not 1"; Call = { New-ExprNode -Op sub -X x } }
        @{ What = 'too many arguments'; Id = 'ArgumentCount'; Command = 'NewExprNode'; Target = 'exp'; Says = "'exp' takes 1 argument, not 2"; Call = { New-ExprNode -Op exp -X x -Y y } }
        @{ What = 'a null argument'; Id = 'ExpressionNull'; Command = 'NewExprNode'; Target = 'sum'; Says = 'null'; Call = { New-ExprNode -Op sum -X x -Y $null } }
        @{ What = 'a NaN constant'; Id = 'ConstantNotFinite'; Command = 'NewExprNode'; Target = [double]::NaN; Says = 'NaN'; Call = { New-ExprNode -Value NaN } }
        @{ What = 'an infinite constant'; Id = 'ConstantNotFinite'; Command = 'NewExprNode'; Target = [double]::PositiveInfinity; Says = 'Infinity'; Call = { New-ExprNode ([double]::PositiveInfinity) } }
        @{ What = 'a name of two lines'; Id = 'VariableNameInvalid'; Command = 'NewExprNode'; Target = "a`nb"; Says = "'a`u{240A}b'"; Call = { New-ExprNode -Name "a`nb" } }
        @{ What = 'the empty name'; Id = 'VariableNameInvalid'; Command = 'NewExprNode'; Target = ''; Says = "''"; Call = { New-ExprNode -Name '' } }
        @{ What = 'a blank as a name'; Id = 'VariableNameInvalid'; Command = 'NewExprNode'; Target = ' '; Says = "' '"; Call = { New-ExprNode -Name ' ' } }
        @{ What = 'a bad name to differentiate by'; Id = 'VariableNameInvalid'; Command = 'InvokeDifferentiate'; Target = 'x'; Says = "'x+y'"; Call = { 'x' | Invoke-Differentiate 'x+y' } }
        @{ What = 'JSON that is none'; Id = 'ExpressionJson'; Command = 'NewExprNode'; Target = '{}'; Says = 'format'; Call = { New-ExprNode -Json '{}' } }
        @{ What = 'an object that is not an expression'; Id = 'ExpressionTypeUnsupported'; Command = 'NewExprNode'; Target = $true; Says = 'System.Boolean'; Call = { New-ExprNode $true } }
        @{ What = 'a variable without a value'; Id = 'VariableNotBound'; Command = 'MeasureExpression'; Target = 'x + rate'; Says = "'rate'"; Call = { 'x + rate' | Measure-Expression -At @{ x = 1 } } }
        @{ What = 'no values at all'; Id = 'VariableNotBound'; Command = 'MeasureExpression'; Target = 'rate'; Says = "'rate'"; Call = { 'rate' | Measure-Expression } }
        @{ What = 'text for a number'; Id = 'ValueNotNumeric'; Command = 'MeasureExpression'; Target = 'x'; Says = "'x' is 'much'"; Call = { 'x' | Measure-Expression -At @{ x = 'much' } } }
        @{ What = 'a decimal comma'; Id = 'ValueNotNumeric'; Command = 'MeasureExpression'; Target = 'x'; Says = "'x' is '2,5'"; Call = { 'x' | Measure-Expression -At @{ x = '2,5' } } }
        @{ What = 'null for a number'; Id = 'ValueNotNumeric'; Command = 'MeasureExpression'; Target = 'x'; Says = "'x' is missing"; Call = { 'x' | Measure-Expression -At @{ x = $null } } }
        @{ What = 'an object for a number'; Id = 'ValueNotNumeric'; Command = 'MeasureExpression'; Target = 'x'; Says = "'x' is an object of type DateTime"; Call = { 'x' | Measure-Expression -At @{ x = [datetime]'2020-01-01' } } }
        @{ What = 'text that is too small a number'; Id = 'ValueNotNumeric'; Command = 'MeasureExpression'; Target = 'x'; Says = "is '1e-400' (too small for a double), not a number"; Call = { 'x' | Measure-Expression -At @{ x = '1e-400' } } }
        @{ What = 'text that is too large a number'; Id = 'ValueNotNumeric'; Command = 'MeasureExpression'; Target = 'x'; Says = "is '-1e400' (too large for a double), not a number"; Call = { 'x' | Measure-Expression -At @{ x = '-1e400' } } }
        @{ What = 'a truth value for a number'; Id = 'ValueNotNumeric'; Command = 'MeasureExpression'; Target = 'x'; Says = "'x' is an object of type Boolean"; Call = { 'x' | Measure-Expression -At @{ x = $true } } }
        @{ What = 'a bare number for values'; Id = 'ValueMissing'; Command = 'MeasureExpression'; Target = 5; Says = 'the number 5'; Call = { 'x' | Measure-Expression -At 5 } }
        @{ What = 'bare text for replacements'; Id = 'ValueMissing'; Command = 'ResolveExpression'; Target = 'y'; Says = "'y'"; Call = { 'x' | Resolve-Expression -At y } }
        @{ What = 'two names that differ in case alone'; Id = 'VariableAmbiguous'; Command = 'MeasureExpression'; Target = 'foo'; Says = "'foo' could be"; Call = { 'foo' | Measure-Expression -At ([System.Collections.Generic.Dictionary[string, object]]::new() | ForEach-Object { $_.Add('Foo', 1); $_.Add('FOO', 2); , $_ }) } }
        @{ What = 'no values for Resolve-Expression'; Id = 'ValueMissing'; Command = 'ResolveExpression'; Target = $null; Says = '-At'; Call = { 'x' | Resolve-Expression } }
        @{ What = 'a bad replacement'; Id = 'ExpressionSyntax'; Command = 'ResolveExpression'; Target = 'x'; Says = 'Column 3'; Call = { 'x' | Resolve-Expression -At @{ x = 'y+' } } }
        @{ What = 'a division by zero in the lab'; Id = 'DivisionByZero'; Command = 'InvokeSimplify'; Target = 'x/0'; Says = 'division by zero'; Call = { 'x/0' | Invoke-Simplify Lab } }
        @{ What = 'a logarithm of 0 in the lab'; Id = 'LogarithmDomain'; Command = 'InvokeSimplify'; Target = 'log(0)'; Says = 'logarithm of non-positive number'; Call = { 'log(0)' | Invoke-Simplify Lab } }
    )
    $takers = @(
        @{ Name = 'New-ExprNode'; Command = 'NewExprNode'; Call = { $input | New-ExprNode } }
        @{ Name = 'ConvertTo-ExprText'; Command = 'ConvertToExprText'; Call = { $input | ConvertTo-ExprText } }
        @{ Name = 'Invoke-Differentiate'; Command = 'InvokeDifferentiate'; Call = { $input | Invoke-Differentiate x } }
        @{ Name = 'Invoke-Simplify'; Command = 'InvokeSimplify'; Call = { $input | Invoke-Simplify } }
        @{ Name = 'Resolve-Expression'; Command = 'ResolveExpression'; Call = { $input | Resolve-Expression -At @{ x = 2 } } }
        @{ Name = 'Measure-Expression'; Command = 'MeasureExpression'; Call = { $input | Measure-Expression -At @{ x = 2 } } }
    )
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'A syntax error' {
    It 'in "<Text>" has its caret under column <Column>' -ForEach $syntax {
        $expectedId = (Test-Path Variable:Id) ? $Id : 'ExpressionSyntax'
        $outcome = Get-Outcome { New-ExprNode $Text }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        $record = $outcome.Errors[0]
        $record.FullyQualifiedErrorId | Should -BeExactly "$expectedId,PSAutodiff.Commands.NewExprNodeCommand"
        $record.TargetObject | Should -BeExactly $Text
        $lines = $record.Exception.Message -split '\r?\n'
        $lines | Should -HaveCount 3
        $lines[0] | Should -BeLike "Column ${Column}: *"
        $lines[0].Contains($Says) | Should -BeTrue -Because "it says: $($lines[0])"
        $lines[1] | Should -BeExactly "    $Text"
        $lines[2] | Should -BeExactly ('    ' + ' ' * ($Column - 1) + '^')
        $record.Exception.Column | Should -Be $Column
    }

    It 'far into a long text shows the place, cut on both sides' {
        $text = ('aaaaaaaaa + ' * 20) + '?' + (' + bbbbbbbbb' * 20)
        $record = (Get-Outcome { New-ExprNode $text }).Errors[0]
        $lines = $record.Exception.Message -split '\r?\n'
        $lines[0] | Should -BeLike 'Column 241: *'
        $lines[1].Length | Should -BeLessThan 100
        $lines[1][$lines[2].IndexOf('^')] | Should -BeExactly ([char]'?')
        $lines[1] | Should -BeLike '    ...*...'
    }

    It 'keeps its column where the text has tabs and line breaks' {
        $lines = (Get-Outcome { New-ExprNode "x`t+`n?" }).Errors[0].Exception.Message -split '\r?\n'
        $lines[0] | Should -BeLike 'Column 5: *'
        $lines[1][$lines[2].IndexOf('^')] | Should -BeExactly ([char]'?')
    }
}

Describe 'A script block that is no arithmetic' {
    It '{<Script>} is refused by name' -ForEach $scripts {
        $expectedId = (Test-Path Variable:Id) ? $Id : 'ScriptBlockUnsupported'
        $outcome = Get-Outcome { New-ExprNode $Script }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "$expectedId,PSAutodiff.Commands.NewExprNodeCommand"
        $outcome.Errors[0].Exception.Message.Contains($Says) | Should -BeTrue -Because "it says: $($outcome.Errors[0])"
        [object]::ReferenceEquals($outcome.Errors[0].TargetObject, $Script) | Should -BeTrue
    }
}

Describe 'Bad input' {
    It '<What> is <Id>' -ForEach $calls {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        $record = $outcome.Errors[0]
        $record.FullyQualifiedErrorId | Should -BeExactly "$Id,PSAutodiff.Commands.${Command}Command"
        $record.Exception | Should -BeOfType PSAutodiff.AutodiffException
        [object]::Equals($record.TargetObject, $Target) | Should -BeTrue -Because "the target is $($record.TargetObject)"
        $record.Exception.Message.Contains($Says) | Should -BeTrue -Because "it says: $record"
        $record.CategoryInfo.Category.ToString() | Should -Not -BeExactly NotSpecified
    }
}

Describe '<Name> and the rest of its pipeline' -ForEach $takers {
    It 'gives one result and one error for x* and x^2' {
        $outcome = Get-Outcome { 'x*', 'x^2' | & $Call }
        $outcome.Output | Should -HaveCount 1
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "ExpressionSyntax,PSAutodiff.Commands.${Command}Command"
        $outcome.Errors[0].TargetObject | Should -BeExactly 'x*'
    }

    It 'goes on past null, a bad script block and an object that is not an expression' {
        $outcome = Get-Outcome { $null, { Get-Date }, (Get-Item /), 'x', 'nothing(x)', 3 | & $Call }
        $outcome.Output | Should -HaveCount 2
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly 'ExpressionNull', 'ScriptBlockUnsupported', 'ExpressionTypeUnsupported', 'OperationUnknown'
    }

    It 'is an error when nothing comes, and does not prompt' {
        $outcome = Get-Outcome { @() | & $Call }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "ExpressionMissing,PSAutodiff.Commands.${Command}Command"
        $outcome.Errors[0].Exception.Message | Should -BeLike "*$Name*"
    }

    It 'can be stopped at the first error and caught by type' {
        $ErrorActionPreference = 'Stop'
        $caught = $null
        $passed = [System.Collections.Generic.List[object]]::new()
        try { 'x', 'x*', 'x' | & $Call | ForEach-Object { $passed.Add($_) } }
        catch [PSAutodiff.AutodiffException] { $caught = $_ }
        $passed.Count | Should -Be 1
        $caught.Exception.ErrorId | Should -BeExactly ExpressionSyntax
    }
}

Describe 'Calls without anything' {
    It '<_> is an error and does not prompt' -ForEach @(
        'New-ExprNode', 'ConvertTo-ExprText', 'Invoke-Differentiate', 'Invoke-Simplify', 'Measure-Expression', 'Start-NetworkTraining'
    ) {
        $outcome = Get-Outcome ([scriptblock]::Create($_))
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ExpressionMissing
    }

    It 'Measure-Expression says that no rows came when it has an expression' {
        $outcome = Get-Outcome { @() | Measure-Expression x }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly RowsMissing
    }
}
