BeforeDiscovery {
    . "$PSScriptRoot/../SshHosts.ps1"
    $noHosts = Get-SshProblem
    $because = $noHosts ? " (skipped, since $noHosts)" : ''
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    . "$PSScriptRoot/../SshHosts.ps1"
    $iris = Import-Csv (Join-Path $repositoryRoot examples/data/iris.csv)
    $net = New-NeuralNetwork 4 6, tanh, 3, softmax -Seed 1
    $loss = '(y - (a*x + b))^2'
}

Describe 'What does not go with Start-NetworkTraining -RowScript' {
    It 'refuses <_>' -ForEach @{ Part = 1 }, @{ RowScript = { 1 } } {
        $about = $_
        Get-ErrorId (Get-Outcome { Start-NetworkTraining $loss -Parameter a, b @about }).Errors[0] | Should -BeExactly ArgumentInvalid
    }

    It 'refuses what is about single rows: <Name>' -ForEach @(
        @{ Name = 'BatchSize'; Value = 10 }, @{ Name = 'Shuffle'; Value = $true }, @{ Name = 'ValidationFraction'; Value = 0.2 }, @{ Name = 'InputNoise'; Value = 0.1 }
        @{ Name = 'GaussianDropout'; Value = 0.1 }, @{ Name = 'CheckpointPath'; Value = 'c.json' }, @{ Name = 'Sweep'; Value = @{ LearningRate = 0.1 } }
    ) {
        $about = @{ $Name = $Value }
        $outcome = Get-Outcome { Start-NetworkTraining -Network $net -Label Species -RowScript { 1 } @about }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ArgumentInvalid
        "$($outcome.Errors[0])" | Should -BeLike "-$Name does not go with -RowScript: each step takes all rows*"
    }

    It 'says how targets are scaled instead of -StandardizeTarget' {
        $outcome = Get-Outcome { Start-NetworkTraining -Network $net -Label Species -RowScript { 1 } -StandardizeTarget }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ArgumentInvalid
        "$($outcome.Errors[0])" | Should -BeLike '*Scale the target in the script*'
    }
}

Describe "Start-NetworkTraining -RowScript$because" -Skip:([bool]$noHosts) -Tag Slow {
    BeforeAll {
        $hosts = Use-SshHost
        $connect = $hosts.Connect
        $sessions = $hosts.Sessions
        $folder = Join-Path $hosts.Folder flowers
        $null = New-Item $folder -ItemType Directory
        # Sorted by class: no part has all of them.
        foreach ($part in 0..7) { $iris[(19 * $part)..([Math]::Min(149, 19 * $part + 18))] | Export-Csv "$folder/$part.csv" }
        foreach ($part in 0..7) { 1..20 | ForEach-Object { $i = 20 * $part + $_; [pscustomobject]@{ x = $i / 50; y = 2 * $i / 50 + 1 + [Math]::Sin($i) / 10 } } | Export-Csv "$folder/line$part.csv" }
        $read = [scriptblock]::Create("param(`$Part) Import-Csv `"$folder/`$Part.csv`"")
        $readLine = [scriptblock]::Create("param(`$Part) Import-Csv `"$folder/line`$Part.csv`"")
        $line = foreach ($part in 0..7) { Import-Csv "$folder/line$part.csv" }
        $train = @{ Network = $net; Label = 'Species'; Epoch = 30; Seed = 1; Standardize = $true }
        function Get-Essence($Result) { "$($Result.Network?.ToJson()) $($Result.Parameters?.Values) $($Result.EpochLoss) $($Result.FinalLoss) $($Result.StopReason) $($Result.Restarts.FinalLoss)" }
        function Get-Distance($One, $Other) { (0..($One.Count - 1) | ForEach-Object { [Math]::Abs($One[$_] - $Other[$_]) } | Measure-Object -Maximum).Maximum }
    }

    AfterAll { Clear-SshHost $hosts }

    It 'trains a network by <Optimizer> as on all rows here, with the same bits for 1, 2 and 4 machines' -ForEach @{ Optimizer = 'GradientDescent' }, @{ Optimizer = 'Momentum' }, @{ Optimizer = 'Adam' }, @{ Optimizer = 'LBFGS' } {
        $here = $iris | Start-NetworkTraining @train -Optimizer $Optimizer -BatchSize 150 -Restart 2
        $one = Start-NetworkTraining @train -Optimizer $Optimizer -Restart 2 -Session $sessions[0] -Part (0..7) -RowScript $read
        Get-Distance $one.EpochLoss $here.EpochLoss | Should -BeLessThan 1e-6
        $one.Network.Classes | Should -Be $here.Network.Classes
        $one.Network.Features | Should -Be $here.Network.Features
        foreach ($count in 2, 4) { Get-Essence (Start-NetworkTraining @train -Optimizer $Optimizer -Restart 2 -Session $sessions[0..($count - 1)] -Part (0..7) -RowScript $read) | Should -BeExactly (Get-Essence $one) }
        [Math]::Abs(($iris | Test-NeuralNetwork $one.Network).Loss - $here.FinalLoss) | Should -BeLessThan 1e-6
        Confirm-FreeSession $sessions
    }

    It 'trains a network on numbers, with features by name' {
        $wide = New-NeuralNetwork 1 4, tanh, 1 -Seed 2
        $here = $line | Start-NetworkTraining -Network $wide -Feature x -Label y -Epoch 40 -Optimizer LBFGS -Seed 1
        $there = Start-NetworkTraining -Network $wide -Feature x -Label y -Epoch 40 -Optimizer LBFGS -Seed 1 -Session $sessions[0, 1] -Part (0..7) -RowScript $readLine
        [Math]::Abs($there.FinalLoss - $here.FinalLoss) | Should -BeLessThan 1e-4
        $there.BatchSize | Should -Be 160
    }

    It 'trains losses as on all rows here, with the same bits for 1, 2 and 4 machines' {
        $common = @{ Loss = $loss; Parameter = 'a', 'b'; Prediction = 'a*x + b'; Epoch = 50; Seed = 1; Optimizer = 'Momentum'; LearningRate = 0.05 }
        $here = $line | Start-NetworkTraining @common -BatchSize 160
        $one = Start-NetworkTraining @common -Session $sessions[0] -Part (0..7) -RowScript $readLine
        Get-Distance @($one.Parameters.Values) @($here.Parameters.Values) | Should -BeLessThan 1e-9
        ($line[0] | Invoke-AutodiffModel $one).Prediction | Should -Not -BeNullOrEmpty
        foreach ($count in 2, 4) { Get-Essence (Start-NetworkTraining @common -Session $sessions[0..($count - 1)] -Part (0..7) -RowScript $readLine) | Should -BeExactly (Get-Essence $one) }
    }

    It 'says what is wrong with rows and networks' {
        foreach ($case in @(
                @{ Call = { Start-NetworkTraining @train -Session $sessions[0, 1] -RowScript { [pscustomobject]@{ a = 1; b = 2; c = 3; d = 'red'; Species = 'x' }; [pscustomobject]@{ a = 1; b = 2; c = 3; d = 'blue'; Species = 'y' } } }; Id = 'RowScriptFailed'; Message = '*texts or dates as inputs*' }
                @{ Call = { Start-NetworkTraining @train -Session $sessions[0, 1] -RowScript { [pscustomobject]@{ a = 1; b = 2; c = 3; d = 4; Species = 'x' }; [pscustomobject]@{ a = 1; b = 2; c = 3; d = 4; Species = 'y' } } }; Id = 'ClassCount'; Message = '*2 classes*' }
                @{ Call = { Start-NetworkTraining $loss -Session $sessions[0] -RowScript { 1 } }; Id = 'ParameterUnknown'; Message = '*-Parameter*' }
                @{ Call = { Start-NetworkTraining $loss -Parameter a, b -Precision Single -Session $sessions[0] -RowScript { [pscustomobject]@{ x = 1; y = 2 } } }; Id = 'TrainingOptionInvalid'; Message = '*double precision*' }
            )) {
            $outcome = Get-Outcome $case.Call
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly $case.Id
            "$($outcome.Errors[0])" | Should -BeLike $case.Message
        }
        Confirm-FreeSession $sessions
    }

    It 'loses nothing when a machine is killed and others can read its parts' {
        $long = $train.Clone()
        $long.Epoch = 3000
        $expected = Get-Essence (Start-NetworkTraining @long -Session $sessions[0] -Part (0..7) -RowScript $read)
        $id = Invoke-Command $sessions[3] { $PID }
        $job = Invoke-AfterWork $id ([scriptblock]::Create("Stop-Process -Id $id -Force")) -Seconds 1.2
        $result = Start-NetworkTraining @long -Session $sessions[0, 3] -Part (0..7) -RowScript $read -WarningVariable warnings -WarningAction SilentlyContinue
        $null = $job | Receive-Job -Wait -AutoRemoveJob
        "$warnings" | Should -BeLike "*$($hosts.Names[3]) was lost*"
        Get-Essence $result | Should -BeExactly $expected
    }
}
