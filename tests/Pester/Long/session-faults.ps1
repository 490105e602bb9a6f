# Not part of the suite: it takes machines away, and what PowerShell makes of that depends on how busy this one is. Invoke-Pester runs it by its path.
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

Describe "Start-NetworkTraining -Session, when machines are lost$because" -Skip:([bool]$noHosts) -Tag Slow {
    BeforeAll {
        $hosts = Open-SshHost 4
        $connect = $hosts.Connect
        $sessions = New-AutodiffSession $hosts.Names @connect
        $expectedOfLong = Get-Essence ($iris | Start-NetworkTraining @long)
    }

    AfterAll {
        # PowerShell throws for those whose machines are gone.
        foreach ($session in $sessions) { try { $session | Remove-PSSession } catch { Write-Verbose "$_" } }
        Close-SshHost $hosts
    }

    # These take machines away, one after the other.
    It 'goes on when a machine dies and a link is cut, with the same bits' {
        $dying = Invoke-Command $sessions[0] { $PID }
        $far = Get-SshProcess $hosts.Hosts[1]
        $link = $hosts.Hosts[1].Link
        $job = Invoke-AfterWork $dying ([scriptblock]::Create("Stop-Process -Id $dying -Force; ip link set $link down"))
        try {
            $outcome = Get-Outcome { $iris | Start-NetworkTraining @long -Session $sessions }
            Get-Essence $outcome.Output[0] | Should -BeExactly $expectedOfLong
            "$($outcome.Warnings)" | Should -Match ([regex]::Escape($hosts.Names[0]))
            "$($outcome.Warnings)" | Should -Match ([regex]::Escape($hosts.Names[1]))
        }
        finally {
            $null = $job | Receive-Job -Wait -AutoRemoveJob
            Switch-SshLink $hosts.Hosts[1] up
            $far | ForEach-Object { Stop-Process -Id $_ -Force -ErrorAction Ignore }
        }
    }

    It 'gives up a machine that hangs' {
        $hanging = Invoke-Command $sessions[2] { $PID }
        $job = Invoke-AfterWork $hanging ([scriptblock]::Create("kill -STOP $hanging"))
        try {
            $outcome = Get-Outcome { $iris | Start-NetworkTraining @long -Session $sessions[2, 3] -TimeoutSeconds 5 }
            Get-Essence $outcome.Output[0] | Should -BeExactly $expectedOfLong
            "$($outcome.Warnings)" | Should -Match 'did not answer'
        }
        finally {
            $null = $job | Receive-Job -Wait -AutoRemoveJob
            Stop-Process -Id $hanging -Force
        }
    }

    It 'ends with what was reached when the last machine dies' {
        $dying = Invoke-Command $sessions[3] { $PID }
        $job = Invoke-AfterWork $dying ([scriptblock]::Create("Stop-Process -Id $dying -Force"))
        $outcome = Get-Outcome { $iris | Start-NetworkTraining @long -Session $sessions[3] -ResultVariable global:reached }
        $null = $job | Receive-Job -Wait -AutoRemoveJob
        Get-ErrorId $outcome.Errors[-1] | Should -BeExactly MachinesLost
        $outcome.Errors[-1].TargetObject | Should -BeOfType PSAutodiff.TrainingResult
        $outcome.Errors[-1].TargetObject.Network | Should -Not -BeNullOrEmpty
    }
}
