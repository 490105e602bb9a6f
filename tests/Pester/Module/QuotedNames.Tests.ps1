# Names that are no identifiers, such as the columns of other people's tables, through every door: text, script blocks, values, rows,
# derivatives, minima, training, files, and all formats.
BeforeDiscovery {
    $names = 'CPU Load', 'Sepal.Length', 'a-b', '2x', 'and', 'x/y', '100 %', 'a{b}`c', "it's", '#', 'x = 1; x', "temp`u{E9}rature (`u{B0}C)", '"quoted"', 'C:\temp' |
        ForEach-Object { @{ Name = $_ } }
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    function Get-Written([string]$Name) { '${' + ($Name -replace '[{}`]', '`$0') + '}' }
}

Describe 'A name that is not an identifier: <Name>' -ForEach $names {
    BeforeAll {
        $written = Get-Written $Name
        $node = New-ExprNode "$written^2 + 3*$written"
    }

    It 'is the name of the variable, and reads back' {
        $node.Variables | Should -BeExactly $Name
        $node.Equals(((New-ExprNode -Name $Name) | ForEach-Object { New-ExprNode "x^2 + 3*x" | Resolve-Expression @{ x = $_ } })) | Should -BeTrue
        foreach ($format in 'Infix', 'Lab', 'Let') { (New-ExprNode ($node | ConvertTo-ExprText -As $format)).Equals($node) | Should -BeTrue -Because $format }
        (New-ExprNode -Json ($node | ConvertTo-ExprText -As Json)).Equals($node) | Should -BeTrue
        $path = Join-Path $TestDrive node.xml
        $node | Export-Clixml $path
        (Import-Clixml $path).Equals($node) | Should -BeTrue
    }

    It 'stands in script blocks, unless it names a drive' {
        $block = [scriptblock]::Create("$written * 2")
        $outcome = Get-Outcome { New-ExprNode $block }
        if ($Name -match ':') { Get-ErrorId $outcome.Errors[0] | Should -BeExactly ScriptBlockUnsupported }
        else { $outcome.Output[0].Equals((New-ExprNode "$written * 2")) | Should -BeTrue }
    }

    It 'takes values by name, from a table, from lists and from rows' {
        $node | Measure-Expression -At @{ $Name = 2 } | Should -Be 10
        $node | Measure-Expression -At @{ $Name = 1, 2 } | Should -Be 4, 10
        [pscustomobject]@{ $Name = '2' }, [pscustomobject]@{ $Name = 3 } | Measure-Expression $node | Should -Be 10, 18
        ($node | Measure-Expression -At @{ $Name = 2 } -Gradient).Gradient.$Name | Should -Be 7
        (Get-Outcome { $node | Measure-Expression -At @{ q = 2 } }).Errors[0].Exception.Message | Should -BeLike "*'$($Name -replace '[`[\]*?]', '`$0')'*has no value*"
    }

    It 'can be differentiated by, compiled, replaced, checked and minimized' {
        $node | Invoke-Differentiate $Name | Measure-Expression -At @{ $Name = 2 } | Should -Be 7
        $node | Invoke-Differentiate $Name -Order 2 | Measure-Expression -At @{ $Name = 2 } | Should -Be 2
        ($node | Invoke-Differentiate -Gradient).$Name | Measure-Expression -At @{ $Name = 2 } | Should -Be 7
        ($node | New-CompiledExpression $Name).Invoke(2) | Should -Be 10
        $node | Resolve-Expression @{ $Name = 2 } | Measure-Expression | Should -Be 10
        $node | Test-Derivative -At @{ $Name = 2 } | Should -BeTrue
        (Find-Minimum $node -InitialValue @{ $Name = 4 }).At.$Name | Should -BeGreaterThan -1.500001
    }

    It 'is a column of rows to train on, and a parameter' {
        $rows = 1..8 | ForEach-Object { [pscustomobject]@{ $Name = $_; y = 2 * $_ } }
        $trained = $rows | Start-NetworkTraining -Loss "(y - w*$written)^2" -Epochs 60 -LearningRate 0.005 -Seed 1
        $trained.Parameters.Keys | Should -BeExactly w
        $trained.Parameters.w | Should -BeGreaterThan 1.9
        $other = 1..8 | ForEach-Object { [pscustomobject]@{ x = $_; y = 2 * $_ } }
        $trained = $other | Start-NetworkTraining -Loss "(y - $written*x)^2" -Epochs 60 -LearningRate 0.005 -Seed 1
        $trained.Parameters.Keys | Should -BeExactly $Name
    }

    It 'is written in every format, on as many lines as another name' {
        $plain = New-ExprNode 'q^2 + 3*q'
        foreach ($format in [Enum]::GetNames([PSAutodiff.ExprTextFormat])) {
            $text = $node | ConvertTo-ExprText -As $format
            $text | Should -Not -BeNullOrEmpty
            ($text -split '\n').Count | Should -Be (($plain | ConvertTo-ExprText -As $format) -split '\n').Count -Because $format
        }
        & ([scriptblock]::Create(($node | ConvertTo-ExprText -As PowerShell))) 2 | Should -Be 10
        { [xml]($node | ConvertTo-ExprText -As MathML) } | Should -Not -Throw
    }
}

Describe 'A name that is a piece of a page' {
    It 'is shown in reports and does nothing there' {
        $name = '<script>alert(1)</script>&"'
        $node = New-ExprNode ('${' + $name + '}^2 + ${a b}^2')
        $path = Join-Path $TestDrive page.html
        foreach ($thing in $node, (Find-Minimum $node -InitialValue @{ $name = 3; 'a b' = 2 })) {
            $null = $thing | Export-AutodiffReport -Path $path
            $page = Get-Content -Raw $path
            $page.Contains('<script>alert(1)') | Should -BeFalse
            $page.Contains('&lt;script&gt;alert(1)') | Should -BeTrue
        }
    }
}

Describe 'A column that is named like a difference' {
    BeforeAll {
        $rows = 1..6 | ForEach-Object { [pscustomobject]@{ 'a-b' = $_; y = 3 * $_ } }
    }

    It 'is not taken for one in silence by <What>' -ForEach @(
        @{ What = 'Measure-Expression'; Call = { $rows | Measure-Expression 'y - 3*(a-b)' }; Says = '*''a-b'' is written ${a-b}*' }
        @{ What = '-At'; Call = { 'a-b' | Measure-Expression -At @{ 'a-b' = 2 } }; Says = '*''a-b'' is written ${a-b}*' }
        @{ What = 'Start-NetworkTraining'; Call = { $rows | Start-NetworkTraining -Loss '(y - w*(a-b))^2' }; Says = "*'a' and 'b' are not columns, so they would be trained, but there is a column 'a-b'. Write `${a-b} in the loss*" }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }

    It 'is one where the parameters are named' {
        ($rows | Start-NetworkTraining -Loss '(y - w*(a-b))^2' -Parameter w, a, b -Epochs 2 -LearningRate 0.001).Parameters.Keys | Should -Be w, a, b
    }

    It 'leaves differences of columns alone' {
        [pscustomobject]@{ 'a-b' = 1; a = 5; b = 3 } | Measure-Expression 'a-b + 10*${a-b}' | Should -Be 12
    }
}

Describe 'A name given for a variable that can only be a slip' {
    It 'is refused: <_>' -ForEach 'x^2', 'x+y', 'x y', '2x' {
        foreach ($call in { 'x^2 + y' | Invoke-Differentiate $_ }, { 'x^2 + y' | Invoke-Differentiate $_ -Gradient }, { 'x^2 + y' | New-CompiledExpression x, y, $_ }) {
            $name = $_
            $outcome = Get-Outcome ([scriptblock]::Create($call.ToString().Replace('$_', "'$name'")))
            $outcome.Output | Should -HaveCount 0
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly VariableNameInvalid
            $outcome.Errors[0].Exception.Message | Should -BeLike "'$name' is not the name of a variable here. The expression has: x, y."
        }
    }
}
