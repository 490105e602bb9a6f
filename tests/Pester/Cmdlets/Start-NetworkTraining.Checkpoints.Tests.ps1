# A training that is killed again and again, at random moments, goes on to the bits of one that never was.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $csv = Join-Path $repositoryRoot 'examples/data/iris.csv'
    $folder = New-Item (Join-Path $TestDrive checkpoints) -ItemType Directory
    $checkpoint = Join-Path $folder state
    $rows = Import-Csv $csv

    # Everything that a checkpoint has to remember: the memory of the optimizer, orders, noise, validation rows, the best so far, two starts at once.
    $settings = "@{
        Network = New-NeuralNetwork 4 6, tanh, 3, softmax -Seed 3
        Label = 'Species'; Seed = 7; Epoch = 4000; BatchSize = 60; Shuffle = `$true; Optimizer = 'Adam'; LearningRate = 0.002
        InputNoise = 0.05; GaussianDropout = 0.1; ValidationFraction = 0.2; Patience = 4000; Restart = 2; ThrottleLimit = 2
    }"
    $training = & ([scriptblock]::Create($settings))
    $whole = $rows | Start-NetworkTraining @training -CheckpointPath (Join-Path $TestDrive whole) -CheckpointInterval 4000
    $wholeLength = (Get-Item (Join-Path $TestDrive whole)).Length

    # A PowerShell that has everything ready and goes on with the training when it gets a line; it ends with the text of the network.
    function Open-Child([int]$Number) {
        $command = "`$ErrorActionPreference = 'Stop'; Import-Module '$moduleBase'; `$rows = Import-Csv '$csv'; `$training = $settings
            `$null = `$rows | Start-NetworkTraining @training -MaxStep 3 -CheckpointPath '$TestDrive/warm-$Number' -Resume
            'ready'; `$null = [Console]::In.ReadLine()
            (`$rows | Start-NetworkTraining @training -CheckpointPath '$checkpoint' -Resume).Network.ToJson()"
        $start = [System.Diagnostics.ProcessStartInfo]::new($shellPath)
        foreach ($argument in $shellArguments + '-NoProfile', '-NonInteractive', '-Command', $command) { $start.ArgumentList.Add($argument) }
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        [System.Diagnostics.Process]::Start($start)
    }

    # A whole checkpoint of this training is refused by another one as such; a damaged one is refused as damaged.
    function Assert-Whole([string]$Path, [string]$Because) {
        $copy = Join-Path $TestDrive copy
        Copy-Item -LiteralPath $Path $copy
        $other = @{} + $training
        $other.Seed++
        Get-ErrorId (Get-Outcome { $rows | Start-NetworkTraining @other -CheckpointPath $copy -Resume }).Errors[0] | Should -BeExactly CheckpointMismatch -Because $Because
    }
}

Describe 'A training that is killed again and again' -Tag Slow {
    BeforeAll {
        # Each kill takes a PowerShell: PSAUTODIFF_KILLS = 50 before a release.
        $most = [int]($env:PSAUTODIFF_KILLS ?? 8)
        $seed = [Environment]::TickCount
        $random = [Random]::new($seed)
        $said = "the random moments have the seed $seed"
        $kills = $advanced = $ended = $number = $longest = 0
        $waiting = [System.Collections.Generic.Queue[System.Diagnostics.Process]]::new()
        $wrong = [System.Collections.Generic.List[string]]::new()
        try {
            while ($kills -lt $most -and $number -lt 2 * $most) {
                # The next two start while this one trains.
                while ($waiting.Count -lt [Math]::Min(3, $most - $kills)) { $waiting.Enqueue((Open-Child (++$number))) }
                $child = $waiting.Dequeue()
                if ($child.StandardOutput.ReadLine() -ne 'ready') { throw "A child did not start: $($child.StandardError.ReadToEnd())" }
                $before = [IO.File]::GetLastWriteTimeUtc($checkpoint)
                $child.StandardInput.WriteLine()
                # Every second one may train, the others are killed at any moment: while they read the checkpoint too.
                if ($kills % 2) {
                    while (-not $child.HasExited -and [IO.File]::GetLastWriteTimeUtc($checkpoint) -eq $before) { [System.Threading.Thread]::Sleep(1) }
                }
                [System.Threading.Thread]::Sleep($random.Next(60))
                $child.Kill()
                $child.WaitForExit()
                $text = $child.StandardOutput.ReadToEnd()
                $problem = $child.StandardError.ReadToEnd()
                $child.Dispose()
                if ($problem) { $wrong.Add($problem) }
                if ($text) {
                    # It came to the end before it was killed: again from the start.
                    $ended++
                    if ($text.TrimEnd() -cne $whole.Network.ToJson().TrimEnd()) { $wrong.Add("Run $number ended with other weights.") }
                    Remove-Item -LiteralPath $checkpoint
                    $longest = 0
                    continue
                }
                $kills++
                if (-not (Test-Path -LiteralPath $checkpoint)) { continue }
                if ([IO.File]::GetLastWriteTimeUtc($checkpoint) -ne $before) { $advanced++ }
                # It holds the losses of all steps, so it grows as long as each goes on where the last one was; at the end only the best start keeps them.
                $length = (Get-Item -LiteralPath $checkpoint).Length
                if ($length -lt $longest -and $length -ne $wholeLength) { $wrong.Add("After kill $kills the training was back from $longest bytes of checkpoint to $length.") }
                $longest = $length
                try { Assert-Whole $checkpoint "$said, and this was kill $kills" }
                catch { $wrong.Add("$_") }
            }
        }
        finally {
            foreach ($child in $waiting) {
                $child.Kill()
                $child.Dispose()
            }
        }
        # A file of the user's, and what kills left while a checkpoint was being written, a while ago.
        Set-Content -LiteralPath "$checkpoint.tmp" mine
        $name = [Convert]::ToHexStringLower([Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes('state'))).Substring(0, 8)
        Set-Content -LiteralPath (Join-Path $folder ".psautodiff-$name-aaaaaaaa.aaa") 'half a checkpoint'
        Get-ChildItem $folder -Force -Filter .psautodiff-* | ForEach-Object { $_.LastWriteTime = [datetime]::Now.AddMinutes(-5) }
        $last = $rows | Start-NetworkTraining @training -CheckpointPath $checkpoint -CheckpointInterval 1000 -Resume
    }

    It 'never leaves a damaged checkpoint, and goes on without an error' {
        $wrong | Should -HaveCount 0 -Because $said
        $kills | Should -Be $most
    }

    It 'is killed while it trains, not only while it starts' {
        $advanced + $ended | Should -BeGreaterOrEqual ($most / 2) -Because $said
    }

    It 'ends with every bit of one that is not killed' {
        $last.Network.ToJson() | Should -BeExactly $whole.Network.ToJson() -Because $said
        $last.Loss | Should -HaveCount $whole.Loss.Count
        [System.Linq.Enumerable]::SequenceEqual([double[]]$last.Loss, [double[]]$whole.Loss) | Should -BeTrue -Because $said
        [System.Linq.Enumerable]::SequenceEqual([double[]]$last.ValidationLoss, [double[]]$whole.ValidationLoss) | Should -BeTrue -Because $said
        $last.Restarts.FinalLoss | Should -BeExactly $whole.Restarts.FinalLoss
    }

    It 'is not disturbed by what a kill leaves behind, and clears it away' {
        Get-ChildItem $folder -Force | ForEach-Object Name | Sort-Object | Should -BeExactly state, state.tmp
        Get-Content -LiteralPath "$checkpoint.tmp" | Should -BeExactly mine
    }
}
