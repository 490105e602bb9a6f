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

Describe 'Tab offers the columns of the rows before the bar' {
    BeforeAll {
        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive 'with files')).FullName
        Set-Content (Join-Path $folder plain.csv) 'a,CPU Load,"it''s ""so""",x', '1,2,3,4'
        Set-Content (Join-Path $folder semicolon.csv) '# a comment', 'a;b;c d', '1;2;3'
        Set-Content (Join-Path $folder signs.csv) "a,$([char]27)[31m,b" -NoNewline
        [IO.File]::WriteAllText((Join-Path $folder long.csv), 'a,' + ('b' * 10000000))
        Set-Variable PesterRows ([pscustomobject]@{ x = 1; 'y z' = 2 }, [pscustomobject]@{ x = 2; 'y z' = 3 }) -Scope Global
        Set-Variable PesterTable (@{ p = 1 }) -Scope Global
        $table = [System.Data.DataTable]::new()
        $null = $table.Columns.Add('u v')
        $null = $table.Rows.Add('1')
        Set-Variable PesterDataTable $table -Scope Global
        Set-Variable PesterLazy ([System.Linq.Enumerable]::Select([int[]](1, 2), [Func[int, object]] { throw 'This was run.' })) -Scope Global
        Push-Location $folder
    }

    AfterAll {
        Pop-Location
        Remove-Variable PesterRows, PesterTable, PesterDataTable, PesterLazy -Scope Global
    }

    It 'after <Line>' -ForEach @(
        @{ Line = 'Import-Csv plain.csv | Start-NetworkTraining -Label '; Offers = 'a', "'CPU Load'", "'it''s ""so""'", 'x' }
        @{ Line = 'Import-Csv plain.csv | Start-NetworkTraining -Feature a, '; Offers = 'a', "'CPU Load'", "'it''s ""so""'", 'x' }
        @{ Line = 'Import-Csv plain.csv | Start-NetworkTraining -Label c'; Offers = @("'CPU Load'") }
        @{ Line = "Import-Csv plain.csv | Start-NetworkTraining -Label 'c"; Offers = @("'CPU Load'") }
        @{ Line = 'Import-Csv -Path ./plain.csv | Invoke-LinearRegression -Feature x'; Offers = @('x') }
        @{ Line = 'Import-Csv -LiteralPath plain.csv | Invoke-LinearRegression -Weight x'; Offers = @('x') }
        @{ Line = 'Import-Csv plain.csv | Test-AutodiffModel $net -Label x'; Offers = @('x') }
        @{ Line = 'Import-Csv plain.csv | Show-Expression x^2 -Label x'; Offers = @('x') }
        @{ Line = 'Import-Csv plain.csv | Invoke-AutodiffModel $net -Feature x'; Offers = @('x') }
        @{ Line = 'Import-Csv plain.csv | Export-AutodiffReport -Network $net -Label x'; Offers = @('x') }
        @{ Line = 'Import-Csv plain.csv | Where-Object x -gt 1 | Sort-Object x | Select-Object -First 3 | Invoke-LinearRegression -Label x'; Offers = @('x') }
        @{ Line = '(Import-Csv plain.csv | Select-Object -Last 2 -Skip 1) | Invoke-LinearRegression -Label x'; Offers = @('x') }
        @{ Line = "Import-Csv semicolon.csv -Delimiter ';' | Invoke-LinearRegression -Label "; Offers = 'a', 'b', "'c d'" }
        @{ Line = "Import-Csv semicolon.csv ';' | Invoke-LinearRegression -Label "; Offers = 'a', 'b', "'c d'" }
        @{ Line = 'Import-Csv plain.csv -Header u, v | Invoke-LinearRegression -Label '; Offers = 'u', 'v' }
        @{ Line = 'Import-Csv signs.csv | Invoke-LinearRegression -Label '; Offers = 'a', 'b' }
        @{ Line = 'Import-Csv long.csv | Invoke-LinearRegression -Label a'; Offers = @('a') }
        @{ Line = '$PesterRows | Invoke-LinearRegression -Label '; Offers = 'x', "'y z'" }
        @{ Line = '$PesterRows[0..1] | Where-Object x -gt 1 | Invoke-LinearRegression -Label '; Offers = 'x', "'y z'" }
        @{ Line = '@($PesterRows) | Invoke-LinearRegression -Label '; Offers = 'x', "'y z'" }
        @{ Line = '$PesterRows | Select-Object x, n | Invoke-LinearRegression -Label '; Offers = 'x', 'n' }
        @{ Line = '$PesterTable | Invoke-LinearRegression -Label '; Offers = @('p') }
        @{ Line = '$PesterDataTable | Invoke-LinearRegression -Label '; Offers = @("'u v'") }
        @{ Line = '[pscustomobject]@{ u = 1; "v w" = 2 } | Invoke-LinearRegression -Feature '; Offers = 'u', "'v w'" }
    ) {
        Get-Completion $Line | Should -BeExactly $Offers
    }

    It 'and nothing, no files either, without an error, after <_>' -ForEach @(
        'Invoke-LinearRegression -Label '
        'Get-Process | Invoke-LinearRegression -Label '
        'Import-Csv none.csv | Invoke-LinearRegression -Label '
        'Import-Csv . | Invoke-LinearRegression -Label '
        'Import-Csv *.csv | Invoke-LinearRegression -Label '
        'Import-Csv $PesterText | Invoke-LinearRegression -Label '
        'Import-Csv | Invoke-LinearRegression -Label '
        'Import-Csv -NoSuch plain.csv | Invoke-LinearRegression -Label '
        'Import-Csv Env:Path | Invoke-LinearRegression -Label '
        '$PesterRows | ForEach-Object x | Invoke-LinearRegression -Label '
        '$PesterRows | Select-Object *, n | Invoke-LinearRegression -Label '
        '$PesterText | Invoke-LinearRegression -Label '
        '$PesterLazy | Invoke-LinearRegression -Label '
        '$nothingOfTheKind | Invoke-LinearRegression -Label '
        '$PesterRows | Invoke-LinearRegression -Label nothing'
    ) {
        $Error.Clear()
        Get-Completion $_ | Should -HaveCount 0
        $Error | Should -HaveCount 0
    }

    It 'without running anything that stands on the line' {
        foreach ($before in 'New-Item canary', '(New-Item canary)', 'Import-Csv (New-Item canary)', 'Import-Csv "$(New-Item canary)"', '$(New-Item canary)', '@(New-Item canary)', '& { New-Item canary }') {
            Get-Completion "$before | Invoke-LinearRegression -Label " | Should -HaveCount 0
        }
        Join-Path $folder canary | Should -Not -Exist
    }

    It 'and leaves FIFOs and devices alone' -Skip:$IsWindows {
        & mkfifo (Join-Path $folder waiting.csv)
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        foreach ($path in 'waiting.csv', '/dev/zero', '/dev/stdin') { Get-Completion "Import-Csv $path | Invoke-LinearRegression -Label " | Should -HaveCount 0 }
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 60
    }
}

Describe 'Tab offers values to fill in' {
    BeforeAll {
        Set-Variable PesterLine (New-ExprNode 'slope*x + base') -Scope Global
        Set-Variable PesterRows ([pscustomobject]@{ x = 1; y = 2 }) -Scope Global
    }

    AfterAll {
        Remove-Variable PesterLine, PesterRows -Scope Global
    }

    It 'of the variables that are not columns, after <Line>' -ForEach @(
        @{ Line = '$PesterRows | Measure-Expression $PesterLine -At '; Offers = '@{ base = ; slope = }' }
        @{ Line = '$PesterRows | Start-NetworkTraining $PesterLine -InitialValue '; Offers = '@{ base = ; slope = }' }
        @{ Line = '$PesterLine | Find-Minimum -At '; Offers = '@{ base = ; slope = ; x = }' }
        @{ Line = 'Find-Minimum $PesterLine -InitialValue '; Offers = '@{ base = ; slope = ; x = }' }
        @{ Line = "Find-Root 'u - 1', 'u*v - 2' -At "; Offers = '@{ u = ; v = }' }
        @{ Line = "Resolve-Expression 'u*v' -At "; Offers = '@{ u = ; v = }' }
        @{ Line = "Test-Derivative 'u*v' -At "; Offers = '@{ u = ; v = }' }
    ) {
        Get-Completion $Line | Should -BeExactly $Offers
    }

    It 'and nothing where the expression is not known' {
        Get-Completion 'Find-Minimum -At ' | Should -HaveCount 0
        Get-Completion 'Get-Date | Find-Minimum -At ' | Should -HaveCount 0
    }
}

Describe 'Tab offers the operations' {
    It 'that begin as typed' {
        Get-Completion 'New-ExprNode -Op softp' | Should -BeExactly 'softplus'
        Get-Completion 'New-ExprNode -Op TAN' | Should -BeExactly 'tan', 'tanh'
    }

    It 'all that the engine has, in order, with the number of arguments as a tooltip' {
        $line = 'New-ExprNode -Op '
        $operations = @(Get-Operation)
        $found = (TabExpansion2 $line $line.Length).CompletionMatches | Where-Object CompletionText -CIn $operations.Name
        $found.CompletionText | Should -BeExactly $operations.Name
        $found.ToolTip | Should -BeExactly @($operations | ForEach-Object { "$($_.Name) takes $($_.Arity) argument$($_.Arity -eq 1 ? '' : 's')" })
    }

    It 'those of arrays among them' {
        Get-Completion 'New-ExprNode -Op ma' | Should -BeExactly 'matmul', 'max'
        Get-Completion 'New-ExprNode -Op soft' | Should -BeExactly 'softmax', 'softplus'
        (TabExpansion2 'New-ExprNode -Op resh' 20).CompletionMatches.ToolTip | Should -BeExactly 'reshape takes 2 or 3 arguments'
    }

    It 'which make nodes of as many arguments' {
        foreach ($operation in Get-Operation) {
            $arguments = @{ X = 'a' }
            if ($operation.Arity -gt 1) { $arguments.Y = 'b' }
            if ($operation.Arity -gt 2) { $arguments.Z = 'c' }
            $node = New-ExprNode -Op $operation.Name @arguments
            $node.Op | Should -BeExactly $operation.Name
            "$($node.Arguments)" | Should -BeExactly 'a b c'.Substring(0, 2 * $operation.Arity - 1)
        }
    }
}

Describe 'Tab offers the values of enumerations' {
    It 'after <Line>' -ForEach @(
        @{ Line = 'Invoke-Differentiate -Mode '; Offers = 'Auto', 'Forward', 'Reverse' }
        @{ Line = 'Invoke-Simplify -Rule '; Offers = 'Collect', 'Expand', 'Factor', 'Lab', 'Stable', 'Standard', 'Textbook', 'Trigonometric' }
        @{ Line = 'ConvertTo-ExprText -As '; Offers = 'CSharp', 'Dot', 'Infix', 'Json', 'Lab', 'Latex', 'Let', 'MathML', 'PowerShell', 'Python', 'PyTorch', 'Tree' }
        @{ Line = '$PesterNode | Invoke-Simplify '; Offers = 'Collect', 'Expand', 'Factor', 'Lab', 'Stable', 'Standard', 'Textbook', 'Trigonometric' }
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
