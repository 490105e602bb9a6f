# Labels, columns, names of files and what parsers find come from others. Nothing in them may do anything to the terminal that shows them.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    # Red, the title of the window, clear the screen in one character, text from right to left, a bell, NUL, half a surrogate pair.
    $evil = "`e[31m`e]0;x`a`u{9b}2J`u{202e}`u{2066}`u{feff}`r`0"
    # Line breaks are the host's.
    $acting = '[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\r(?!\n)|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]'
    $rows = 1..8 | ForEach-Object { [pscustomobject]@{ "a$evil" = $_; b = $_ * $_; "l$evil" = "$('no', 'yes' | Select-Object -Index ($_ % 2))$evil" } }
    $trained = $rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 1, sigmoid -Seed 1) -Feature "a$evil", b -Label "l$evil" -Epoch 3 -Seed 1

    function Assert-Harmless([string]$Text, [string]$Because) {
        $found = [regex]::Match($Text, $acting)
        if ($found.Success) { throw "U+$('{0:X4}' -f [int]$found.Value[0]) is in what $Because says: $($Text.Substring([Math]::Max(0, $found.Index - 30)))" }
        $Text | Should -Not -BeNullOrEmpty -Because $Because
    }

    # As on a terminal without colors.
    function Out-Plain {
        $rendering = $PSStyle.OutputRendering
        try { $PSStyle.OutputRendering = 'PlainText'; $input | Out-String -Width 500 }
        finally { $PSStyle.OutputRendering = $rendering }
    }
}

Describe 'The view of something' {
    It 'about <Name> shows control characters and lets none through' -ForEach @(
        @{ Name = 'a network'; Get = { $trained.Network } }
        @{ Name = 'the result of a training'; Get = { $trained } }
        @{ Name = 'a test'; Get = { $rows | Test-AutodiffModel $trained } }
        @{ Name = 'a confusion matrix'; Get = { ($rows | Test-AutodiffModel $trained).ConfusionMatrix } }
        @{ Name = 'measures of classes'; Get = { ($rows | Test-AutodiffModel $trained).Classes } }
    ) {
        $text = & $Get | Out-Plain
        # Each of them may be styled by PowerShell itself only where it is not plain.
        $text = $text -replace '\e\[[0-9;]*m(?=\w+\s*:)', ''
        Assert-Harmless $text $Name
        if ($Name -ne 'the result of a training') { $text | Should -BeLike "*`u{241B}``[31m`u{241B}]0;x`u{2407}*" }
    }
}

Describe 'An error or warning' {
    It 'about <Name> shows control characters and lets none through' -ForEach @(
        @{ Name = 'a column'; Unquoted = $false; Get = { [pscustomobject]@{ "c$evil" = 1 } | Measure-Expression 'x' } }
        @{ Name = 'a regression'; Unquoted = $false; Get = { $rows | ForEach-Object { [pscustomobject]@{ "a$evil" = $_."a$evil"; "y$evil" = $_.b } } | Invoke-LinearRegression -Feature "a$evil" -Label "y$evil" } }
        @{ Name = 'a cell'; Unquoted = $false; Get = { [pscustomobject]@{ x = "1$evil" } | Measure-Expression 'x' } }
        @{ Name = 'a value'; Unquoted = $false; Get = { 'x' | Measure-Expression -At @{ x = "1$evil" } } }
        @{ Name = 'a name without a value'; Unquoted = $false; Get = { 'x' | Measure-Expression -At @{ "y$evil" = 1 } } }
        @{ Name = 'text'; Unquoted = $false; Get = { New-ExprNode "x + $evil" } }
        @{ Name = 'text of a value'; Unquoted = $false; Get = { 'x' | Resolve-Expression -At @{ x = "y +$evil" } } }
        @{ Name = 'half a surrogate pair'; Unquoted = $false; Get = { New-ExprNode "x + $([char]0xd800)" } }
        @{ Name = 'a function'; Unquoted = $false; Get = { New-ExprNode "f`u{202e}(x)" } }
        @{ Name = 'the name of a variable'; Unquoted = $false; Get = { New-ExprNode -Name "x$evil" } }
        @{ Name = 'an operation'; Unquoted = $false; Get = { New-ExprNode -Op "sin$evil" -X 1 } }
        @{ Name = 'JSON'; Unquoted = $true; Get = { New-ExprNode -Json "{`"x$evil`":1}" } }
        @{ Name = 'escapes in JSON'; Unquoted = $true; Get = { New-ExprNode -Json '{"format":"PSAutodiff.Expression","version":1,"nodes":[{"op":"\u001b]0;x\u0007"}],"root":0}' } }
        @{ Name = 'a script block'; Unquoted = $false; Get = { New-ExprNode ([scriptblock]::Create("& '`e[31m`u{9b}2J'")) } }
        @{ Name = 'a label'; Unquoted = $false; Get = { [pscustomobject]@{ "a$evil" = 1; b = 1; "l$evil" = "other$evil" } | Test-AutodiffModel $trained } }
        @{ Name = 'a class'; Unquoted = $false; Get = { ($rows | Test-AutodiffModel $trained).ConfusionMatrix["x$evil", 'no'] } }
        @{ Name = 'a file that is not there'; Unquoted = $false; Get = { Import-AutodiffModel -LiteralPath "no$evil.json" } }
        @{ Name = 'a folder that is not there'; Unquoted = $false; Get = { $trained | Export-AutodiffModel -LiteralPath "no`e[31m/x`u{202e}.json" } }
        @{ Name = 'a checkpoint'; Unquoted = $false; Get = { $rows | Start-NetworkTraining 'a' -Epoch 1 -CheckpointPath "no`e[31m/x`u{202e}.state" } }
        @{ Name = 'a column of the same value'; Unquoted = $false; Get = { 1..4 | ForEach-Object { [pscustomobject]@{ a = $_; "k`e[31m`u{9b}2J" = 1; l = $_ % 2 } } | Start-NetworkTraining -Network (New-NeuralNetwork 2 1, sigmoid -Seed 1) -Label l -Standardize -Epoch 1 -Seed 1 } }
        @{ Name = 'columns that depend on each other'; Unquoted = $false; Get = { 1..4 | ForEach-Object { [pscustomobject]@{ a = $_; "k`e[31m`u{9b}2J" = 2 * $_; y = $_ * $_ } } | Invoke-LinearRegression -Feature a, "k`e[31m`u{9b}2J" -Label y } }
    ) {
        $outcome = Get-Outcome $Get
        $messages = @($outcome.Errors | ForEach-Object { $_.Exception.Message }) + @($outcome.Warnings | ForEach-Object Message)
        $messages.Count | Should -BeGreaterThan 0
        foreach ($message in $messages) { Assert-Harmless $message $Name }
        # What a parser does not quote is not there to be shown.
        if (-not $Unquoted) { "$messages" | Should -Match '[\u2400-\u2421\ufffd]' }
    }
}

Describe 'A file that holds control characters' {
    It 'is read, shown and refused without acting on the terminal' {
        $path = Join-Path $TestDrive model.json
        $trained | Export-AutodiffModel $path
        $back = Import-AutodiffModel $path
        $back.Classes | Should -BeExactly $trained.Network.Classes
        Assert-Harmless ($back | Out-Plain) 'what was read'
        foreach ($change in '"Sigmoid"', '"weights"', '"layers"') {
            [IO.File]::WriteAllText($path, $trained.Network.ToJson().Replace($change, "`"x`e[2J`u{9b}2J`u{202e}`""))
            Assert-Harmless (Get-Outcome { Import-AutodiffModel $path }).Errors[0].Exception.Message $change
        }
    }
}
