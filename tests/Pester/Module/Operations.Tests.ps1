# The operation of a node behaves like its text, as students write it in their own recursions.
BeforeDiscovery {
    # Of numbers; those of arrays are made in New-ExprNode.Arrays.Tests.ps1 and in the engine's tests.
    $arrayOperation = [PSAutodiff.ExprNode].Assembly.GetType('PSAutodiff.ArrayOperation', $true)
    $operations = @([PSAutodiff.ExprNode].Assembly.GetTypes() |
            Where-Object { -not $_.IsAbstract -and -not $_.IsNested -and $_.IsSubclassOf([PSAutodiff.Operation]) -and $_.Name -ne 'UnknownFunction' } |
            Where-Object { -not $_.IsSubclassOf($arrayOperation) -and $_.Name -notin 'IndexLeafOperation', 'ArrayLeafOperation' } |
            ForEach-Object { $it = [Activator]::CreateInstance($_, $true); @{ Op = $it.Name; Arity = $it.Arity } })
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $node = New-ExprNode 'x + 2'
}

Describe 'The operation of a node' {
    It 'equals its text in both orders' {
        $node.Op -eq 'sum' | Should -BeTrue
        'sum' -eq $node.Op | Should -BeTrue
        $node.X.Op -eq 'var' -and 'const' -eq $node.Y.Op | Should -BeTrue
        $node.Op -ne 'sum' | Should -BeFalse
        'sum' -ne $node.Op | Should -BeFalse
        $node.Op -eq 'mul' | Should -BeFalse
        $node.Op -ceq $node.Op | Should -BeTrue
    }

    It 'is found in lists, and lists of operations are searched for text' {
        $node.Op -in 'mul', 'sum' | Should -BeTrue
        $node.Op -notin 'mul', 'div' | Should -BeTrue
        'mul', 'sum' -contains $node.Op | Should -BeTrue
        @($node.Op, $node.X.Op) -contains 'var' | Should -BeTrue
        'const' -in @($node.Op, $node.X.Op) | Should -BeFalse
        [array]::IndexOf(@('mul', 'sum'), $node.Op) | Should -Be 1
    }

    It 'matches and splits as text' {
        $node.Op -match '^s' | Should -BeTrue
        $node.Op -like 's?m' | Should -BeTrue
        $node.Op -replace 'u', 'o' | Should -BeExactly som
        "<$($node.Op)>" | Should -BeExactly '<sum>'
        '{0}' -f $node.Op | Should -BeExactly sum
        $node.Op + $node.X.Op | Should -BeExactly sumvar
    }

    It 'is switched on' {
        $(switch ($node.Op) { mul { 1 } sum { 2 } default { 3 } }) | Should -Be 2
        $(switch -Wildcard ($node.Op) { 'm*' { 1 } 's*' { 2 } }) | Should -Be 2
        $(switch -Regex -CaseSensitive ($node.Op) { '^s' { 1 } 'M' { 2 } }) | Should -Be 1
        $(switch ($node, $node.X, $node.Y) { { $_.Op -eq 'var' } { $_.Name } { $_.Op -eq 'const' } { $_.Value } }) | Should -Be 'x', 2
    }

    It 'is a key of hashtables and dictionaries, whichever was there first' {
        @{ sum = 7 }[$node.Op] | Should -Be 7
        @{ sum = 7 }.Contains($node.Op) | Should -BeTrue
        @{ $node.Op = 7 }.sum | Should -Be 7
        @{ $node.Op = 7 }['sum'] | Should -Be 7
        ([ordered]@{ mul = 6; sum = 7 })[$node.Op] | Should -Be 7
        ([ordered]@{ $node.Op = 7 })['sum'] | Should -Be 7
        $table = [Collections.Generic.Dictionary[string, scriptblock]]::new()
        $table[$node.Op] = { param($a, $b) $a + $b }
        & $table['sum'] 3 4 | Should -Be 7
        [Collections.Generic.HashSet[string]]::new([string[]]('sum')).Contains($node.Op) | Should -BeTrue
    }

    It 'groups, sorts, filters and measures' {
        $nodes = 'x + y', 'x', 'a*b', 'x - 1 + y', '3' | New-ExprNode
        ($nodes | Group-Object Op | ForEach-Object { "$($_.Name)$($_.Count)" } | Sort-Object -Culture '') -join ' ' | Should -BeExactly 'const1 mul1 sum2 var1'
        ($nodes | Group-Object Op -AsHashTable)['sum'] | Should -HaveCount 2
        ($nodes | Group-Object Op -AsHashTable -AsString).mul | Should -HaveCount 1
        ($nodes | Sort-Object Op).Op -join ' ' | Should -BeExactly 'const mul sum sum var'
        @($nodes | Where-Object Op -eq sum) | Should -HaveCount 2
        @($nodes.Op | Select-Object -Unique) | Should -HaveCount 4
    }

    It 'is text in JSON and CSV, and the rest of it stands under Operation' {
        ($node | Select-Object Op | ConvertTo-Json | ConvertFrom-Json).Op | Should -BeExactly sum
        ($node | Select-Object Op | ConvertTo-Csv)[1] | Should -BeExactly '"sum"'
        $node.Op | Should -BeOfType string
        $node.Operation.Name | Should -BeExactly sum
        $node.Operation.Arity | Should -Be 2
    }

    It 'of a leaf comes with an empty list of arguments, so that recursion ends' -ForEach 'x', '3' {
        $leaf = New-ExprNode $_
        $leaf.Arguments.Count | Should -Be 0
        @(foreach ($argument in $leaf.Arguments) { $argument }) | Should -HaveCount 0
        @($leaf.Arguments | ForEach-Object { 1 }) | Should -HaveCount 0
    }
}

Describe 'The static method <Op>' -ForEach $operations {
    It 'makes a node of the operation of that name' {
        $arguments = switch ($Op) { const { 2.5 } var { 'x' } default { 'a', 'b', 'c' | Select-Object -First $Arity | New-ExprNode } }
        $made = [PSAutodiff.ExprNode]::$Op.Invoke(@($arguments))
        $made.Op | Should -BeExactly $Op
        @($made.Arguments).Count | Should -Be $Arity
        if ($Arity) { "$($made.Arguments)" | Should -BeExactly 'a b c'.Substring(0, 2 * $Arity - 1) }
    }
}
