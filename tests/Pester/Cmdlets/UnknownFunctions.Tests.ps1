# Functions without definitions through the cmdlets: made, written, differentiated, compared, defined, refused.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'A function without a definition' {
    It 'is differentiated as often as wanted' {
        $phi = New-ExprNode 'phi(z)'
        "$($phi | Invoke-Differentiate z)" | Should -BeExactly "phi'(z)"
        "$($phi | Invoke-Differentiate z -Order 2)" | Should -BeExactly "phi''(z)"
        "$($phi | Invoke-Differentiate z -Mode Forward)" | Should -BeExactly "1 * phi'(z)"
        "$('f(x, y)' | Invoke-Differentiate x | Invoke-Differentiate y)" | Should -BeExactly "f'12(x, y)"
        ('f(x, y)' | Invoke-Differentiate -Hessian).x.y | Should -Be (New-ExprNode "f'12(x, y)")
    }

    It 'has a name and functions among its properties' {
        $node = New-ExprNode "act: function; act'(z)*phi(x)"
        $node.Functions | Should -Be 'act', 'phi'
        $node.Variables | Should -Be 'x', 'z'
        $node.X.Op -eq "act'" | Should -BeTrue
        switch ($node.Y.Op) { 'phi' { $found = $true } }
        $found | Should -BeTrue
    }

    It 'is declared by -Function for text, script blocks and operations alike' {
        $expected = New-ExprNode 'act: function; act(z)^2 + f(x, 2*y)'
        New-ExprNode 'act(z)^2 + f(x, 2*y)' -Function act | Should -Be $expected
        New-ExprNode { [Math]::Pow((act $z), 2) + (f $x (2 * $y)) } -Function act | Should -Be $expected
        New-ExprNode { [Math]::Pow((act($z)), 2) + (f($x, (2 * $y))) } -Function act | Should -Be $expected
        'act(z)', 'act(x)' | New-ExprNode -Function act | Should -HaveCount 2
        New-ExprNode -Op "act'" -X z -Function act | Should -Be (New-ExprNode "act: function; act'(z)")
        New-ExprNode -Op f -X x -Y 2 | Should -Be (New-ExprNode 'f(x, 2)')
        [PSAutodiff.ExprNode]::Function('act', (New-ExprNode z)) | Should -Be (New-ExprNode 'act(z)' -Function act)
    }

    It 'is shown as a formula and is text with its declaration' {
        $node = New-ExprNode 'act(z)^2' -Function act
        ($node | Out-String).Trim() | Should -BeExactly 'act(z)^2'
        "$node" | Should -BeExactly 'act: function; act(z)^2'
        New-ExprNode "$node" | Should -Be $node
        ($node | Invoke-Differentiate -Gradient | Out-String) | Should -Match "2 \* act\(z\) \* act'\(z\)"
        ($node | Invoke-Differentiate -Gradient | Out-String) | Should -Not -Match 'function;'
    }

    It 'comes back from <As>' -ForEach @{ As = 'Infix' }, @{ As = 'Lab' }, @{ As = 'Let' }, @{ As = 'Json' } {
        $node = New-ExprNode "act'(x)*act'(x)*f'12(x, y)" -Function act
        $text = $node | ConvertTo-ExprText -As $As
        $(if ($As -eq 'Json') { New-ExprNode -Json $text } else { New-ExprNode $text }) | Should -Be $node
    }

    It 'comes back from jobs, runspaces and Clixml, alone and in gradients' {
        $node = New-ExprNode "act'(x)*f(x, y)" -Function act
        $file = Join-Path $TestDrive functions.xml
        $node | Export-Clixml $file
        $back = Import-Clixml $file
        $back | Should -Be $node
        $back.GetHashCode() | Should -Be $node.GetHashCode()
        $module = (Get-Module PSAutodiff).Path
        $gradient = Start-Job { Import-Module $using:module; $using:node | Invoke-Differentiate -Gradient } | Receive-Job -Wait -AutoRemoveJob
        $expected = $node | Invoke-Differentiate -Gradient
        $gradient.x | Should -Be $expected.x
        $gradient.y | Should -Be $expected.y
        1..2 | ForEach-Object -Parallel { Import-Module $using:module; $using:node | Invoke-Differentiate y } | ForEach-Object { $_ | Should -Be ($node | Invoke-Differentiate y) }
    }

    It 'is typeset as people write it' {
        "phi'(z)" | ConvertTo-ExprText -As Latex | Should -BeExactly '\phi''\left(z\right)'
        "f'12(x, y)" | ConvertTo-ExprText -As Latex | Should -BeExactly 'f^{(1,1)}\left(x, y\right)'
        "phi'(z)" | ConvertTo-ExprText -As MathML | Should -Match '<msup><mi>ϕ</mi><mo>′</mo></msup>'
    }

    It 'shows the chain rule in derivations' {
        $steps = 'phi(w*x)' | Invoke-Differentiate w -Step
        $steps[0].Rule | Should -BeExactly "chain rule: phi(u)' = u' * phi'(u)"
        ($steps | Out-String) | Should -Match "d/dw \[phi\(w \* x\)\]"
    }

    It 'is an unknown to algebra' {
        $comparison = Compare-Expression '(phi(z)^2 - 1)/(phi(z) - 1)' 'phi(z) + 1'
        $comparison.Equal, $comparison.How, $comparison.Assumption | Should -Be $true, 'Algebra', 'phi(z) - 1 != 0'
        $comparison = Compare-Expression 'phi(a*b)' 'phi(a)*phi(b)'
        $comparison.Equal, $comparison.How | Should -Be $false, 'Counterexample'
        $comparison.Reason | Should -Match 'phi = x =>'
        $comparison = Compare-Expression 'phi(x)*lgamma(x + 1)' 'phi(x)*(lgamma(x) + log(x))'
        $comparison.Equal, $comparison.How | Should -Be $false, 'Undecided'
        $comparison.Reason | Should -Match "the function 'phi' has no definition"
    }
}

Describe 'A definition' {
    It 'given as <Kind> takes the place of the function and of its derivatives' -ForEach @(
        @{ Kind = 'text'; Definition = 'u => u^3 + a' }
        @{ Kind = 'a script block'; Definition = { param($u) [Math]::Pow($u, 3) + $a } }
    ) {
        $resolved = "phi'(z) + phi(2*z)" | Resolve-Expression -Function @{ phi = $Definition }
        $resolved.Functions | Should -HaveCount 0
        $resolved.Variables | Should -Be 'a', 'z'
        $resolved | Measure-Expression -At @{ z = 2; a = 0.5 } | Should -Be (12 + 64 + 0.5)
    }

    It 'may be the name of an operation' {
        "phi'(z)" | Resolve-Expression -Function @{ phi = 'tanh' } | Measure-Expression -At @{ z = 0 } | Should -Be 1
        "f(x, y)" | Resolve-Expression -Function @{ f = 'max' } | Should -Be (New-ExprNode 'max(x, y)')
    }

    It 'comes before values, also in what -At gives' {
        $resolved = 'phi(z)' | Resolve-Expression @{ z = 'phi(x)'; a = 2 } -Function @{ phi = 'u => a*u' }
        "$resolved" | Should -BeExactly '2 * (a * x)'
    }

    It 'may use others' {
        'f(x)' | Resolve-Expression -Function @{ f = 'x => act(x)^2'; act = { param($t) (g $t) + 1 }; g = 'exp' } | Should -Be (New-ExprNode '(exp(x) + 1)^2')
    }

    It 'counts for the mean over rows, with columns among its variables' {
        $rows = 'x,y', '1,3', '2,5' | ConvertFrom-Csv
        $mean = $rows | Resolve-Expression '(phi(x) - y)^2' -Mean -Function @{ phi = 'u => w*u*x' }
        $mean | Measure-Expression -At @{ w = 1 } | Should -Be ((4 + 1) / 2)
    }

    It 'of another number of arguments costs one expression only' {
        $out = 'phi(x, y)', 'phi(x)' | Resolve-Expression -Function @{ phi = 'z => z' } -ErrorVariable problems -ErrorAction SilentlyContinue
        "$out" | Should -BeExactly 'x'
        $problems | Should -HaveCount 1
        Get-ErrorId $problems[0] | Should -BeExactly 'ArgumentCount'
        $problems[0].Exception.Message | Should -BeExactly "The function 'phi' has 2 arguments in the expression and 1 in its definition 'z => z'."
    }

    It 'is refused, <What>' -ForEach @(
        @{ What = 'needing itself'; Function = @{ phi = 'z => phi(z - 1)' }; Says = "needs itself: phi -> phi" }
        @{ What = 'needing its own derivative'; Function = @{ phi = "z => phi'(z)" }; Says = "needs itself: phi -> phi" }
        @{ What = 'in a circle'; Function = @{ f = 'x => act(x)'; act = 'x => f(x)' }; Says = 'needs itself: ' }
        @{ What = 'without an argument'; Function = @{ phi = 'z^2' }; Says = "'z^2' is not a definition of the function 'phi'" }
        @{ What = 'as a block without an argument'; Function = @{ phi = { $z } }; Says = 'does not name the argument' }
        @{ What = 'as a number'; Function = @{ phi = 3 }; Says = 'is the number 3' }
        @{ What = 'as nothing'; Function = @{ phi = $null }; Says = "The definition of 'phi' is " }
        @{ What = 'of an operation'; Function = @{ tanh = 'z => z' }; Says = "'tanh' is an operation" }
    ) {
        { 'phi(z)' | Resolve-Expression -Function $Function } | Should -Throw "*$Says*" -ErrorId 'FunctionInvalid,*'
    }

    It 'of a function that is nearly one of the expression gives a warning' {
        'gain: function; gain(x)' | Resolve-Expression -Function @{ gian = 'z => z' } -WarningVariable warnings -WarningAction SilentlyContinue | Should -Be (New-ExprNode 'gain(x)' -Function gain)
        $warnings | Should -HaveCount 1
        $warnings[0].Message | Should -Match "'gian'.*'gain' was left alone"
    }

    It 'warns of a definition that no expression asks for, and names the functions there are' {
        $null = 'phi(z) + f(x, y)', 'x' | Resolve-Expression -Function @{ psi = 'z => z'; phi = 'z => z' } -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 1
        $warnings[0].Message | Should -BeExactly "-Function defines 'psi', but no expression has a function of that name. The functions without definitions: f, phi."
        # One that another definition needs is asked for.
        $null = 'phi(z)' | Resolve-Expression -Function @{ phi = 'z => psi(z)'; psi = 'z => z' } -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 0
        $null = 'x^2' | Resolve-Expression -Function @{ psi = 'z => z' } -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Message | Should -BeLike '*There are no functions without definitions.'
    }

    It 'is offered by Tab as a hashtable to fill in' {
        $line = "'phi(z) + f(x, y)' | Resolve-Expression -Function "
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -BeExactly "@{ f = ''; phi = '' }"
    }
}

Describe 'Without a definition' {
    It '<Cmdlet> refuses and names the function' -ForEach @(
        @{ Cmdlet = 'Measure-Expression'; Call = { 'phi(z)' | Measure-Expression -At @{ z = 1 } } }
        @{ Cmdlet = 'Measure-Expression of a constant'; Call = { 'phi(2)' | Measure-Expression } }
        @{ Cmdlet = 'Measure-Expression -Gradient'; Call = { 'x*phi(z)' | Measure-Expression -At @{ x = 1; z = 1 } -Gradient } }
        @{ Cmdlet = 'Measure-Expression over rows'; Call = { [pscustomobject]@{ z = 1 } | Measure-Expression 'phi(z)' -Mean } }
        @{ Cmdlet = 'New-CompiledExpression'; Call = { 'phi(z)' | New-CompiledExpression } }
        @{ Cmdlet = 'Find-Minimum'; Call = { 'phi(z)^2' | Find-Minimum -InitialValue @{ z = 1 } } }
        @{ Cmdlet = 'Find-Root'; Call = { 'phi(z)' | Find-Root -InitialValue @{ z = 1 } } }
        @{ Cmdlet = 'Test-Derivative'; Call = { 'phi(z)' | Test-Derivative -At @{ z = 1 } } }
        @{ Cmdlet = 'Start-NetworkTraining'; Call = { [pscustomobject]@{ x = 1; y = 2 } | Start-NetworkTraining -Loss '(phi(w*x) - y)^2' } }
        @{ Cmdlet = 'Show-Expression'; Call = { 'phi(z)' | Show-Expression } }
        @{ Cmdlet = 'ConvertTo-ExprText -As CSharp'; Call = { 'phi(z)' | ConvertTo-ExprText -As CSharp } }
        @{ Cmdlet = 'ConvertTo-ExprText -As Python'; Call = { 'phi(z)' | ConvertTo-ExprText -As Python } }
        @{ Cmdlet = 'ConvertTo-ExprText -As PowerShell'; Call = { 'phi(z)' | ConvertTo-ExprText -As PowerShell } }
    ) {
        $ErrorActionPreference = 'Stop'
        $Call | Should -Throw "The function 'phi' has no definition, so it has no value.*" -ErrorId 'FunctionUndefined,*'
    }

    It 'a bad item costs only itself' {
        $values = 'phi(x)', 'x^2' | Measure-Expression -At @{ x = 3 } -ErrorAction SilentlyContinue -ErrorVariable problems
        $values | Should -Be 9
        Get-ErrorId $problems[0] | Should -BeExactly 'FunctionUndefined'
    }
}

Describe 'What is not a function' {
    It 'New-ExprNode refuses <Text>' -ForEach @(
        @{ Text = 'act(z)'; Id = 'OperationUnknown'; Says = "declare it: 'act: function; act(...)'" }
        @{ Text = 'sine(x)'; Id = 'OperationUnknown'; Says = 'Write sin(x).' }
        @{ Text = 'tahn(x)'; Id = 'OperationUnknown'; Says = "Did you mean 'tanh'?" }
        @{ Text = 'phi + phi(z)'; Id = 'OperationUnknown'; Says = "'phi' is a variable here" }
        @{ Text = 'phi(z) + phi(x, y)'; Id = 'ArgumentCount'; Says = "'phi' is a function with 1 argument in one place and 2 in another" }
        @{ Text = "sin'(x)"; Id = 'ExpressionSyntax'; Says = 'differentiate sin(...) instead' }
        @{ Text = 'a : b'; Id = 'ExpressionSyntax'; Says = "expected 'function' after 'a:'" }
    ) {
        { New-ExprNode $Text -ErrorAction Stop } | Should -Throw "*$Says*" -ErrorId "$Id,*"
    }

    It 'New-ExprNode -Function refuses the name <_>' -ForEach 'tanh', 'a b', '2x', 'pi' {
        { New-ExprNode 'x' -Function $_ } | Should -Throw "*'$_'*" -ErrorId 'FunctionInvalid,*'
    }

    It 'a script block names the command and how to declare it' {
        { New-ExprNode { 2 * (act $z) } -ErrorAction Stop } | Should -Throw "*the command 'act'*New-ExprNode -Function act*" -ErrorId 'ScriptBlockUnsupported,*'
        { New-ExprNode { phi $z+1 } -ErrorAction Stop } | Should -Throw '*the argument $z+1 without parentheses*' -ErrorId 'ScriptBlockUnsupported,*'
        { New-ExprNode { phi $x $y $z 4 } -ErrorAction Stop } | Should -Throw '*at most 3 arguments, not 4*' -ErrorId 'ArgumentCount,*'
        { New-ExprNode { & phi $z } -ErrorAction Stop } | Should -Throw -ErrorId 'ScriptBlockUnsupported,*'
        { New-ExprNode { phi } -ErrorAction Stop } | Should -Throw -ErrorId 'ArgumentCount,*'
    }

    It 'Measure-Expression -Cost refuses a function without a definition' {
        { 'phi(z) + z' | Measure-Expression -Cost -ErrorAction Stop } | Should -Throw "*'phi' has no definition*" -ErrorId 'FunctionUndefined,*'
    }

    It 'expressions put together cannot have a function with two numbers of arguments' {
        $sum = (New-ExprNode 'f(x)') + (New-ExprNode 'f(x, y)')
        { $sum | Invoke-Differentiate x -ErrorAction Stop } | Should -Throw "'f' is a function with*" -ErrorId 'ArgumentCount,*'
    }
}
