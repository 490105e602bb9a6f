BeforeDiscovery {
    # Runs a command in a terminal, whose size can be set.
    $terminal = $IsLinux -and (Get-Command script -CommandType Application -ErrorAction Ignore)
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $block = "[$([char]0x2581)-$([char]0x2588)]"
    function Get-Training([int]$Epoch = 120, [double]$Validation = 0) {
        Import-Csv $fivePoints |
            Start-NetworkTraining '(y - (a*x1 + b*x2 + c))^2' -LearningRate 0.1 -Epoch $Epoch -Seed 1 -ValidationFraction $Validation
    }
    $result = Get-Training
    function Get-Chart($Training, [string]$Rendering, [string]$NoColor) {
        $before = $PSStyle.OutputRendering
        $variable = $env:NO_COLOR
        try {
            $PSStyle.OutputRendering = $Rendering
            $env:NO_COLOR = $NoColor
            $Training | Format-Custom -View Chart | Out-String -Width 120
        }
        finally {
            $PSStyle.OutputRendering = $before
            $env:NO_COLOR = $variable
        }
    }
}

Describe 'The losses of a training as a chart' {
    It 'have a title, eight lines of blocks and the epochs below' {
        $lines = (Get-Chart $result PlainText).Trim("`r", "`n") -split '\r?\n'
        $lines | Should -HaveCount 10
        $lines[0] | Should -BeExactly 'Mean loss by epoch'
        $lines[1] | Should -Match "^ *[\d.e-]+ .$block"
        $lines[8] | Should -Match "^ *[\d.e-]+ .$block{60,}$"
        $lines[9] | Should -Match '^ +1 +120$'
        $lines[9].Length | Should -Be $lines[8].Length
    }

    It 'are followed by those of the validation' {
        $chart = Get-Chart (Get-Training -Validation 0.4) PlainText
        $chart | Should -Match '(?s)^\s*Mean loss by epoch.+\n\r?\n\s*Validation loss by epoch'
    }

    It 'stand on one line when there is one epoch' {
        $lines = (Get-Chart (Get-Training -Epoch 1) PlainText).Trim("`r", "`n") -split '\r?\n'
        $lines[9].Trim() | Should -BeExactly '1'
    }

    It 'have color with the rendering <Rendering> and NO_COLOR "<NoColor>": <Colored>' -ForEach @(
        @{ Rendering = 'Ansi'; NoColor = ''; Colored = $true }
        @{ Rendering = 'Ansi'; NoColor = '1'; Colored = $false }
        @{ Rendering = 'PlainText'; NoColor = ''; Colored = $false }
        @{ Rendering = 'Host'; NoColor = ''; Colored = $false }
    ) {
        (Get-Chart $result $Rendering $NoColor).Contains([char]27) | Should -Be $Colored
    }

    It 'are the same with and without color' {
        ((Get-Chart $result Ansi) -replace '\e\[[0-9;]*m' -replace ' +(?=\r?\n)') | Should -BeExactly ((Get-Chart $result PlainText) -replace ' +(?=\r?\n)')
    }

    It 'fit a window of <_> columns' -ForEach 24, 40, 60, 200 {
        $lines = [PSAutodiff.Views]::LossChart($result, $_)
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessThan $_
        $lines[8] | Should -Match "$block{$([Math]::Min(120, $_ - 13))}$"
    }
}

Describe 'The losses of a training in a list' {
    It 'fit a window of <Columns> columns with <Blocks> blocks' -ForEach @(
        @{ Columns = 40; Blocks = 10 }
        @{ Columns = 60; Blocks = 30 }
        @{ Columns = 80; Blocks = 40 }
        @{ Columns = 200; Blocks = 40 }
    ) {
        $text = [PSAutodiff.Views]::Losses([double[]](1..100 | ForEach-Object { 1.125 / $_ }), $Columns)
        $text.Length | Should -BeLessOrEqual ($Columns - 13)
        [regex]::Matches($text, $block).Count | Should -BeGreaterOrEqual ($Blocks - 3)
        [regex]::Matches($text, $block).Count | Should -BeLessOrEqual 40
    }

    It 'have a block left in a window that is too narrow' {
        [PSAutodiff.Views]::Losses([double[]](1.125, 2.5, 3.125), 21) | Should -Match "^1\.125 $block 3\.125$"
    }

    It 'fit the window of a terminal' -Skip:(-not $terminal) {
        $command = "Import-Module '$moduleBase'; @{ x = 1; y = 3 }, @{ x = 2; y = 5 } | Start-NetworkTraining '(y - (a*x + b))^2' -Epoch 300 -LearningRate 0.05 -Seed 1 -OutVariable r; `$r | Format-Custom -View Chart"
        $file = Join-Path $TestDrive 'terminal.ps1'
        Set-Content $file $command
        $call = (@($shellPath) + $shellArguments + '-NoProfile', '-File', $file | ForEach-Object { "'$_'" }) -join ' '
        $shown = & script -qec "stty cols 60 rows 40; $call" /dev/null | ForEach-Object { $_ -replace '\e\[[0-9;?]*[a-zA-Z=]|\e=' -replace '\r' }
        @($shown | Where-Object { $_ -match $block }).Count | Should -Be 9
        @($shown | Where-Object { $_.Length -ge 60 }) | Should -HaveCount 0
    }
}

Describe 'A minimum at the prompt' {
    It 'shows the values of its path when that was kept' {
        $search = @{ At = @{ x = 4 }; Method = 'GradientDescent'; LearningRate = 0.2; MaxIteration = 6; WarningAction = 'Ignore' }
        'x^2' | Find-Minimum @search | Out-String | Should -Not -Match '(?m)^Path'
        ('x^2' | Find-Minimum @search -KeepPath | Out-String) -replace '\e\[[0-9;]*m' | Should -Match "(?m)^Path\s+: 16 $block{7} [\d.e-]+\s*$"
    }
}

Describe 'The width of a window' {
    It 'is 80 columns without one' {
        [PSAutodiff.Views]::Columns($null) | Should -Be 80
        $shell = [powershell]::Create()
        try { $shell.AddScript('[PSAutodiff.Views]::Columns($Host)').Invoke() | Should -Be 80 }
        finally { $shell.Dispose() }
    }
}
