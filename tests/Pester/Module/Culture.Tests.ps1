# German writes 2,5 for 2.5; in Turkish the upper case of i is not I. Neither may change what an expression means.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
}

Describe 'Under the culture <_>' -ForEach 'de-DE', 'tr-TR' {
    BeforeAll {
        $before = [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture
        [cultureinfo]::CurrentCulture = $_
        [cultureinfo]::CurrentUICulture = $_
    }

    AfterAll {
        [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture = $before
    }

    It 'the test means something: numbers are written with a comma' {
        (2.5).ToString() | Should -BeExactly '2,5'
    }

    It 'text is read with a point' {
        (New-ExprNode '2.5').Value | Should -BeExactly 2.5
        New-ExprNode '1e-3*x + 0.25' | Measure-Expression -At @{ x = 1000 } | Should -BeExactly 1.25
    }

    It 'a comma is no decimal point in an expression' {
        $outcome = Get-Outcome { New-ExprNode '2,5*x' }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ExpressionSyntax
        $outcome.Errors[0].Exception.Message | Should -BeLike 'Column 2: *'
    }

    It 'text in values is read with a point, and refused with a comma' {
        'x' | Measure-Expression -At @{ x = '2.5' } | Should -BeExactly 2.5
        $outcome = Get-Outcome { 'x' | Measure-Expression -At @{ x = '2,5' } }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ValueNotNumeric
    }

    It 'columns of a CSV are read with a point, and refused with a comma' {
        $rows = 'x;y', '0.5;1e1', '0,5;1' | ConvertFrom-Csv -Delimiter ';'
        $outcome = Get-Outcome { $rows | Measure-Expression 'x*y' }
        $outcome.Output | Should -BeExactly 5.0
        $outcome.Errors[0].Exception.Message | Should -BeLike "Row 2, column 'x': '0,5'*"
    }

    It 'every format is the same as elsewhere: <_>' -ForEach 'Infix', 'Lab', 'Let', 'Latex', 'MathML', 'Tree', 'Dot', 'Json', 'CSharp', 'Python', 'PyTorch', 'PowerShell' {
        $node = New-ExprNode 'sigmoid(0.125*I) + i^2.5 - sinh(1e-20)*pi*min(i, ln)'
        $here = $node | ConvertTo-ExprText -As $_
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
            $here | Should -BeExactly ($node | ConvertTo-ExprText -As $_)
        }
        finally { [cultureinfo]::CurrentCulture = $culture }
        $here | Should -Not -Match '0,125'
    }

    It 'the display of an expression is the same as elsewhere' {
        (New-ExprNode '0.5*x' | Out-String).Trim() | Should -BeExactly '0.5 * x'
        "$(New-ExprNode 1e-7)" | Should -BeExactly '1e-07'
    }

    It 'operators take numbers as they are' {
        (0.5 * (New-ExprNode x)).ToString() | Should -BeExactly '0.5 * x'
        (New-ExprNode { 2.5 * $x }).ToString() | Should -BeExactly '2.5 * x'
    }

    It 'names and operations with an i are found, whatever their case' {
        New-ExprNode -Op sin -X i | Measure-Expression -At @{ I = 0 } | Should -Be 0
        New-ExprNode { [MATH]::SINH($pi_i) + [math]::min($pi_i, 1) } | Measure-Expression -At @{ PI_I = 0 } | Should -Be 0
        'I^2' | Measure-Expression -At ([pscustomobject]@{ i = 3 }) | Should -Be 9
        'init' | Invoke-Differentiate init -Mode FORWARD | Measure-Expression | Should -Be 1
    }

    It 'views show gradient and parameters with a point' {
        'x^2' | Measure-Expression -At @{ x = 0.25 } -Gradient | Out-String | Should -Match 'x = 0\.5'
        $result = @{ x = 1; y = 1 } | Start-NetworkTraining '(y - a*x)^2' -InitialValue @{ a = 0.5 } -LearningRate 0.25 -Epoch 1
        $result | Out-String | Should -Match 'a = 0\.75'
        [PSAutodiff.TerminalChart]::Columns([double[]](0.25, 0.5), 10, 2) | Should -Match '0\.25'
    }

    It 'errors write numbers with a point' {
        $outcome = Get-Outcome { @{ x = 1 } | Start-NetworkTraining 'a*x' -LearningRate -0.5 }
        $outcome.Errors[0].Exception.Message | Should -BeLike '*-0.5*'
    }

    It 'a file written here is read elsewhere' {
        $node = New-ExprNode '0.1*x + 1e-320'
        $path = Join-Path $TestDrive node.xml
        $node | Export-Clixml $path
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
            (Import-Clixml $path).Equals($node) | Should -BeTrue
        }
        finally { [cultureinfo]::CurrentCulture = $culture }
    }

    It 'the five points train to the same bits as elsewhere' {
        $train = { Import-Csv $fivePoints | Start-NetworkTraining '(y - tanh(b + x1*w + x2*v))^2' -InitialValue @{ b = '0.1'; w = 0.2; v = 0.3 } -Epoch 20 }
        $here = & $train
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
            $here.FinalLoss | Should -BeExactly (& $train).FinalLoss
        }
        finally { [cultureinfo]::CurrentCulture = $culture }
    }
}
