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
    $short = @{ Network = $net; Label = 'Species'; Epoch = 20; Restart = 6; Seed = 1; Standardize = $true }
    $long = @{ Network = $net; Label = 'Species'; Epoch = 12000; Restart = 40; Seed = 1; Standardize = $true; ThrottleLimit = 1 }
    function Get-Essence($Result) { "$($Result.Network.ToJson())`n$($Result.Restarts | ConvertTo-Json -Depth 3)`n$($Result.EpochLoss)" }
}

Describe 'Start-NetworkTraining with parameters about sessions, but none' {
    It 'refuses <_>' -ForEach @{ IncludeLocal = $true }, @{ TimeoutSeconds = 3 } {
        $about = $_
        $outcome = Get-Outcome { $iris | Start-NetworkTraining @short @about }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ArgumentInvalid
    }
}

Describe "Start-NetworkTraining -Session$because" -Skip:([bool]$noHosts) -Tag Slow {
    BeforeAll {
        $hosts = Open-SshHost 4
        $connect = $hosts.Connect
        $sessions = New-AutodiffSession $hosts.Names @connect
        $expectedOfLong = Get-Essence ($iris | Start-NetworkTraining @long)
    }

    AfterAll {
        $sessions | Remove-PSSession
        Close-SshHost $hosts
    }

    It 'gives the same bits with <Count> machines, this one included: <Local>' -ForEach @(
        @{ Count = 1; Local = $false }, @{ Count = 2; Local = $false }, @{ Count = 4; Local = $false }, @{ Count = 2; Local = $true }
    ) {
        $expected = Get-Essence ($iris | Start-NetworkTraining @short)
        Get-Essence ($iris | Start-NetworkTraining @short -Session $sessions[0..($Count - 1)] -IncludeLocal:$Local) | Should -BeExactly $expected
        # The sessions are free again.
        Invoke-Command $sessions { 1 } | Should -HaveCount 4
    }

    It 'shows the same restarts in the example, here and on machines' {
        $here = & "$repositoryRoot/examples/restarts-on-machines.ps1"
        $there = & "$repositoryRoot/examples/restarts-on-machines.ps1" -HostName $hosts.Names[0, 1] -Connection $connect
        $here | Should -HaveCount 8
        $there | ConvertTo-Json | Should -BeExactly ($here | ConvertTo-Json)
    }

    It 'trains losses too' {
        $rows = 1..30 | ForEach-Object { [pscustomobject]@{ x = $_ / 10; y = [Math]::Sin($_ / 10) } }
        $here = $rows | Start-NetworkTraining '(y - (a*tanh(b*x + c) + d))^2' -Epoch 100 -Restart 6 -Seed 3
        $there = $rows | Start-NetworkTraining '(y - (a*tanh(b*x + c) + d))^2' -Epoch 100 -Restart 6 -Seed 3 -Session $sessions[0, 1]
        $there.Parameters.Values | Should -Be $here.Parameters.Values
        $there.Restarts.FinalLoss | Should -Be $here.Restarts.FinalLoss
    }

    It 'refuses a session without the module, and says what works' {
        $plain = New-PSSession -HostName $hosts.Names[0] @connect
        try {
            $outcome = Get-Outcome { $iris | Start-NetworkTraining @short -Session $plain }
            $outcome.Output | Should -BeNullOrEmpty
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly SessionUnusable
            "$($outcome.Errors[0])" | Should -Match 'New-AutodiffSession'
        }
        finally { $plain | Remove-PSSession }
    }

    It 'refuses a closed session' {
        $closed = New-AutodiffSession $hosts.Names[0] @connect
        $closed | Remove-PSSession
        $outcome = Get-Outcome { $iris | Start-NetworkTraining @short -Session $closed }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly SessionUnusable
    }

    It 'is back within a second after Ctrl+C, and nothing goes on there three seconds later' {
        $shell = [powershell]::Create()
        $endless = $long.Clone()
        $endless.Epoch = 1000000
        $endless.Restart = 4
        $null = $shell.AddScript('param($base, $rows, $all, $s) Import-Module $base; $rows | Start-NetworkTraining @all -Session $s').AddArgument($moduleBase).AddArgument($iris).AddArgument($endless).AddArgument($sessions[0, 1])
        $id = Invoke-Command $sessions[0] { $PID }
        $job = Invoke-AfterWork $id { }
        try {
            $null = $shell.BeginInvoke()
            $null = $job | Receive-Job -Wait -AutoRemoveJob
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 1
            $null = Wait-Until { $sessions[0].Availability -eq 'Available' } 3
            # It works no more.
            $before = Get-ProcessWork $id
            Start-Sleep -Milliseconds 500
            (Get-ProcessWork $id) - $before | Should -BeLessThan 0.2
        }
        finally { $shell.Dispose() }
    }

    # It hung twice here, for a reason that is not known yet: nothing of the kind may stop the suite. It counts as skipped, since it is not run.
    It 'survives machines that die, hang or are cut off (skipped, since tests/Pester/Long/session-faults.ps1 has to be run by hand)' -Skip { }
}
