BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    function Get-Display { ($input | Out-String -Width 120) -replace '\x1b\[[0-9;]*m', '' }
    $blocks = -join (0x2581..0x2588 | ForEach-Object { [char]$_ })
}

Describe 'An expression at the prompt' {
    It 'is its infix text and no list of properties' {
        (New-ExprNode '4*x*y + exp(-1*y)' | Get-Display).Trim() | Should -BeExactly '4 * x * y + exp(-1 * y)'
    }

    It 'stands in a line of its own among others' {
        $lines = 'x+1', 'y^2', 'z' | New-ExprNode | Get-Display
        ($lines -split '\r?\n' | Where-Object { $_ }) | Should -BeExactly 'x + 1', 'y^2', 'z'
    }

    It 'is cut when it is long, and then ends with the hash' {
        $long = New-ExprNode ((1..1000 | ForEach-Object { "x$_" }) -join ' + ')
        $shown = ($long | Get-Display) -replace '\r?\n', ''
        $shown | Should -Match '^x1 \+ x2 .*\.\.\. \[#[0-9a-f]{8}\]$'
        $shown.Length | Should -BeLessThan 300
        $shown | Should -BeExactly $long.ToString()
    }

    It 'has another hash when it is another expression with the same beginning' {
        $beginning = (1..1000 | ForEach-Object { "x$_" }) -join ' + '
        "$(New-ExprNode "$beginning + a")" | Should -Not -BeExactly "$(New-ExprNode "$beginning + b")"
        "$(New-ExprNode "$beginning + a")" | Should -BeExactly "$(New-ExprNode "$beginning + a")"
    }

    It 'is text in tables and strings too' {
        [pscustomobject]@{ Node = New-ExprNode 'x^2' } | Get-Display | Should -Match 'x\^2'
        "f = $(New-ExprNode 'x^2')" | Should -BeExactly 'f = x^2'
        'f = {0}' -f (New-ExprNode 'x^2') | Should -BeExactly 'f = x^2'
    }

    It 'shows its operation by name' {
        (New-ExprNode 'x + y').Operation | Get-Display | Should -Match '(?m)^sum\s+2'
    }
}

Describe 'A measurement at the prompt' {
    It 'shows value and gradient by name, without a Hessian that was not asked for' {
        $shown = 'x^2*y' | Measure-Expression -At @{ x = 3; y = 5 } -Gradient | Get-Display
        $shown | Should -Match 'Value\s+: 45'
        $shown | Should -Match 'x = 30'
        $shown | Should -Match 'y = 9'
        $shown | Should -Not -Match Hessian
    }

    It 'shows the Hessian row by row' {
        $shown = 'x^2*y' | Measure-Expression -At @{ x = 3; y = 5 } -Hessian | Get-Display
        $shown | Should -Match 'Hessian\s+: 10\s+6\s*\r?\n\s+6\s+0'
    }
}

Describe 'A training result at the prompt' {
    BeforeAll {
        $result = @{ x = 1; y = 3 }, @{ x = 2; y = 5 } | Start-NetworkTraining '(y - (a*x + b))^2' -InitialValue @{ a = 0; b = 0 } -LearningRate 0.1 -Epoch 200 -Seed 77
        $shown = $result | Get-Display
    }

    It 'shows <What>' -ForEach @(
        @{ What = 'the final loss'; Pattern = '(?m)^FinalLoss\s+: \d' }
        @{ What = 'epochs and steps'; Pattern = '(?m)^Epochs\s+: 200 \(400 steps\), lowest loss at \d+' }
        @{ What = 'why it stopped'; Pattern = '(?m)^StopReason\s+: Completed' }
        @{ What = 'the seed'; Pattern = '(?m)^Seed\s+: 77' }
        @{ What = 'the time'; Pattern = '(?m)^Elapsed\s+: 00:' }
        @{ What = 'the parameters'; Pattern = '(?m)^Parameters\s+: a = [\d.]+\s*\r?\n\s+b = [\d.]+' }
    ) {
        $shown | Should -Match $Pattern
    }

    It 'shows the losses as first, sparkline, last' {
        $shown | Should -Match "(?m)^EpochLoss\s+: [\d.e-]+ [$blocks]{40} [\d.e-]+\s*$"
    }

    It 'is no dump of all losses' {
        $shown.Length | Should -BeLessThan 1000
    }

    It 'shows its history as a table' {
        $result.History | Select-Object -First 2 | Get-Display | Should -Match 'Step\s+Epoch\s+Sample\s+Loss'
    }
}

Describe 'Charts for the terminal' {
    It 'draws a sparkline from the lowest to the highest block' {
        [PSAutodiff.TerminalChart]::Sparkline([double[]](0..7), 8) | Should -BeExactly $blocks
        [PSAutodiff.TerminalChart]::Sparkline([double[]](3, 3, 3), 8) | Should -BeExactly ([string]$blocks[0] * 3)
    }

    It 'averages what does not fit, and leaves a gap for what is not finite' {
        [PSAutodiff.TerminalChart]::Sparkline([double[]](0..999), 10).Length | Should -Be 10
        [PSAutodiff.TerminalChart]::Sparkline([double[]](0, [double]::NaN, 7), 3) | Should -BeExactly "$($blocks[0]) $($blocks[7])"
    }

    It 'draws columns with the largest and smallest number at the edge' {
        $lines = [PSAutodiff.TerminalChart]::Columns([double[]](0..9), 10, 4) -split '\n'
        $lines | Should -HaveCount 4
        $lines[0] | Should -Match '^\s*9 '
        $lines[3] | Should -Match '^\s*0 '
        $lines[0].TrimEnd()[-1] | Should -BeExactly $blocks[7]
        $lines[3].Substring($lines[3].Length - 7) | Should -BeExactly ([string]$blocks[7] * 7)
    }

    It 'draws the losses of a result as they are' {
        $result = @{ x = 1; y = 3 } | Start-NetworkTraining '(y - a*x)^2' -Epoch 50
        [PSAutodiff.TerminalChart]::Columns($result.EpochLoss, 20, 5) -split '\n' | Should -HaveCount 5
        [PSAutodiff.TerminalChart]::Sparkline($result.Loss, 20).Length | Should -Be 20
    }

    It 'needs no width' {
        [PSAutodiff.TerminalChart]::Sparkline([double[]](1..100)).Length | Should -Be 40
    }
}
