BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    # Completion looks at variables of the session.
    Set-Variable PesterNode (New-ExprNode '4*alpha*beta + exp(-1*gamma)') -Scope Global
    Set-Variable PesterText 'p*q' -Scope Global
    function Get-Completion([string]$Line) { @((TabExpansion2 $Line $Line.Length).CompletionMatches | ForEach-Object CompletionText) }
}

AfterAll {
    Remove-Variable PesterNode, PesterText -Scope Global
}

Describe 'Tab offers the variables of the expression' {
    It 'after <Line>' -ForEach @(
        @{ Line = '$PesterNode | Invoke-Differentiate -Variable '; Offers = 'alpha', 'beta', 'gamma' }
        @{ Line = '$PesterNode | Invoke-Differentiate '; Offers = 'alpha', 'beta', 'gamma' }
        @{ Line = '$PesterNode | Invoke-Differentiate b'; Offers = 'beta' }
        @{ Line = '$PesterNode | Invoke-Differentiate G'; Offers = 'gamma' }
        @{ Line = '$PesterNode | Invoke-Differentiate alpha, '; Offers = 'alpha', 'beta', 'gamma' }
        @{ Line = '$PesterNode | Invoke-Simplify | Invoke-Differentiate -Variable '; Offers = 'alpha', 'beta', 'gamma' }
        @{ Line = '$PesterText | Invoke-Differentiate -Variable '; Offers = 'p', 'q' }
        @{ Line = '"u*v^w" | Invoke-Differentiate -Variable '; Offers = 'u', 'v', 'w' }
        @{ Line = "'u*v' | Invoke-Differentiate -Order 2 -Variable "; Offers = 'u', 'v' }
        @{ Line = 'Invoke-Differentiate $PesterNode '; Offers = 'alpha', 'beta', 'gamma' }
        @{ Line = 'New-CompiledExpression $PesterNode a'; Offers = @('alpha') }
        @{ Line = '$PesterNode | New-CompiledExpression '; Offers = 'alpha', 'beta', 'gamma' }
        @{ Line = 'Invoke-Differentiate -Expression $PesterNode -Variable '; Offers = 'alpha', 'beta', 'gamma' }
        @{ Line = 'Import-Csv data.csv | Start-NetworkTraining -Loss $PesterNode -Parameter '; Offers = 'alpha', 'beta', 'gamma' }
        @{ Line = 'Import-Csv data.csv | Start-NetworkTraining $PesterNode -Parameter '; Offers = 'alpha', 'beta', 'gamma' }
    ) {
        Get-Completion $Line | Should -BeExactly $Offers
    }

    It 'and nothing, without an error, after <_>' -ForEach @(
        '$nothingOfTheKind | Invoke-Differentiate -Variable zz'
        '"x*" | Invoke-Differentiate -Variable zz'
        'Get-Date | Invoke-Differentiate -Variable zz'
        'Invoke-Differentiate -Variable zz'
    ) {
        $Error.Clear()
        Get-Completion $_ | Should -HaveCount 0
        $Error | Should -HaveCount 0
    }

    It 'without running anything that stands on the line' {
        $canary = Join-Path $TestDrive canary
        $null = Get-Completion "New-Item '$canary' | Invoke-Differentiate -Variable "
        $null = Get-Completion "(New-Item '$canary') | Invoke-Differentiate -Variable "
        $canary | Should -Not -Exist
    }
}

Describe 'Tab offers the operations' {
    It 'that begin as typed' {
        Get-Completion 'New-ExprNode -Op so' | Should -BeExactly 'softplus'
        Get-Completion 'New-ExprNode -Op TAN' | Should -BeExactly 'tan', 'tanh'
    }

    It 'all that the engine has, in order, with the number of arguments as a tooltip' {
        $line = 'New-ExprNode -Op '
        $found = (TabExpansion2 $line $line.Length).CompletionMatches
        $operations = @(Get-Operation)
        $found.CompletionText | Should -BeExactly $operations.Name
        $found.ToolTip | Should -BeExactly @($operations | ForEach-Object { "$($_.Name) takes $($_.Arity) argument$($_.Arity -eq 1 ? '' : 's')" })
    }

    It 'which make nodes of as many arguments' {
        foreach ($operation in Get-Operation) {
            $arguments = @{ X = 'a' }
            if ($operation.Arity -gt 1) { $arguments.Y = 'b' }
            if ($operation.Arity -gt 2) { $arguments.Z = 'c' }
            $node = New-ExprNode -Op $operation.Name @arguments
            $node.Op.Name | Should -BeExactly $operation.Name
            "$($node.Arguments)" | Should -BeExactly 'a b c'.Substring(0, 2 * $operation.Arity - 1)
        }
    }
}

Describe 'Tab offers the values of enumerations' {
    It 'after <Line>' -ForEach @(
        @{ Line = 'Invoke-Differentiate -Mode '; Offers = 'Auto', 'Forward', 'Reverse' }
        @{ Line = 'Invoke-Simplify -Rule '; Offers = 'Lab', 'Stable', 'Standard' }
        @{ Line = 'ConvertTo-ExprText -As '; Offers = 'CSharp', 'Dot', 'Infix', 'Json', 'Lab', 'Latex', 'Let', 'MathML', 'PowerShell', 'Python', 'Tree' }
        @{ Line = '$PesterNode | Invoke-Simplify '; Offers = 'Lab', 'Stable', 'Standard' }
        @{ Line = 'Invoke-Simplify $PesterNode St'; Offers = 'Stable', 'Standard' }
        @{ Line = '$PesterNode | ConvertTo-ExprText L'; Offers = 'Lab', 'Latex', 'Let' }
        @{ Line = 'ConvertTo-ExprText -As L'; Offers = 'Lab', 'Latex', 'Let' }
    ) {
        Get-Completion $Line | Should -BeExactly $Offers
    }

    It 'and the cmdlets themselves' {
        Get-Completion 'Invoke-Diff' | Should -Contain Invoke-Differentiate
        Get-Completion 'Start-NetworkT' | Should -Contain Start-NetworkTraining
    }
}
