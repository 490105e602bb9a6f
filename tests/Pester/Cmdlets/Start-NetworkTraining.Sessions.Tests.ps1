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
    $long = @{ Network = $net; Label = 'Species'; Epoch = 12000; Restart = 24; Seed = 1; Standardize = $true; ThrottleLimit = 1 }
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
        # On a busy machine another one may have been given up beside those that are taken away.
        function Restore-Session([int[]]$Index) {
            foreach ($i in $Index) {
                if ($sessions[$i].State -ne 'Opened') { $sessions[$i] = New-AutodiffSession $hosts.Names[$i] @connect }
            }
        }
        $expectedOfShort = Get-Essence ($iris | Start-NetworkTraining @short)
        $expectedOfLong = Get-Essence ($iris | Start-NetworkTraining @long)
    }

    AfterAll {
        $sessions | Where-Object { $_ -in (Get-PSSession) } | Remove-PSSession
        Close-SshHost $hosts
    }

    It 'gives the same bits with <Count> machines, this one included: <Local>' -ForEach @(
        @{ Count = 1; Local = $false }, @{ Count = 2; Local = $false }, @{ Count = 4; Local = $false }, @{ Count = 2; Local = $true }
    ) {
        Get-Essence ($iris | Start-NetworkTraining @short -Session $sessions[0..($Count - 1)] -IncludeLocal:$Local) | Should -BeExactly $expectedOfShort
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

    It 'leaves out a session in which something runs, and needs one that is free' {
        $job = Invoke-Command $sessions[0] { Start-Sleep 300 } -AsJob
        try {
            $outcome = Get-Outcome { $iris | Start-NetworkTraining @short -Session $sessions[0, 1] }
            $outcome.Errors | Should -BeNullOrEmpty
            Get-Essence $outcome.Output[0] | Should -BeExactly $expectedOfShort
            "$($outcome.Warnings)" | Should -BeLike "*$($hosts.Names[0])*It is busy*"
            Get-ErrorId (Get-Outcome { $iris | Start-NetworkTraining @short -Session $sessions[0] }).Errors[0] | Should -BeExactly SessionUnusable
        }
        finally { $job | Remove-Job -Force }
    }

    It 'is back within a second after Ctrl+C, and nothing goes on there three seconds later' {
        $shell = [powershell]::Create()
        $endless = $long.Clone()
        $endless.Epoch = 1000000
        $endless.Restart = 4
        $null = $shell.AddScript('param($base, $rows, $all, $s) Import-Module $base; $rows | Start-NetworkTraining @all -Session $s').AddArgument($moduleBase).AddArgument($iris).AddArgument($endless).AddArgument($sessions[0, 1])
        $id = Invoke-Command $sessions[0] { $PID }
        $job = Invoke-AfterWork $id { } 0.2
        try {
            $null = $shell.BeginInvoke()
            $null = $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan (1 * (Get-Patience))
            $null = Wait-Until { $sessions[0].Availability -eq 'Available' } (3 * (Get-Patience))
            # It works no more.
            $before = Get-ProcessWork $id
            Start-Sleep -Milliseconds 500
            (Get-ProcessWork $id) - $before | Should -BeLessThan 0.2
        }
        finally { $shell.Dispose() }
    }

    It 'refuses a session that has another build of the module' {
        # The same files, but for the identity of one.
        $other = "$($hosts.Folder)/build"
        Copy-Item $moduleBase $other -Recurse
        $file = "$other/PSAutodiff.dll"
        $bytes = [Convert]::ToHexString([IO.File]::ReadAllBytes($file))
        $identity = [Convert]::ToHexString([PSAutodiff.AutodiffWorker].Module.ModuleVersionId.ToByteArray())
        [IO.File]::WriteAllBytes($file, [Convert]::FromHexString($bytes.Replace($identity, '00' + $identity.Substring(2))))
        $plain = New-PSSession -HostName $hosts.Names[0] @connect
        try {
            Invoke-Command $plain { Import-Module "$using:other/PSAutodiff.psd1" }
            $outcome = Get-Outcome { $iris | Start-NetworkTraining @short -Session $plain, $sessions[1] }
            $outcome.Output | Should -BeNullOrEmpty
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly SessionUnusable
            "$($outcome.Errors[0])" | Should -Match "another build of PSAutodiff.*$([PSAutodiff.AutodiffWorker]::Build).*New-AutodiffSession"
        }
        finally { $plain | Remove-PSSession }
    }

    It 'refuses a closed session, goes on without it where there is another one, and refuses one that is given twice' {
        $closed = New-AutodiffSession $hosts.Names[0] @connect
        $closed | Remove-PSSession
        Get-ErrorId (Get-Outcome { $iris | Start-NetworkTraining @short -Session $closed }).Errors[0] | Should -BeExactly SessionUnusable
        $outcome = Get-Outcome { $iris | Start-NetworkTraining @short -Session $closed, $sessions[1] }
        $outcome.Errors | Should -BeNullOrEmpty
        Get-Essence $outcome.Output[0] | Should -BeExactly $expectedOfShort
        "$($outcome.Warnings)" | Should -Match "$($hosts.Names[0]) was lost.*not open"
        Get-ErrorId (Get-Outcome { $iris | Start-NetworkTraining @short -Session $sessions[1, 1] }).Errors[0] | Should -BeExactly ArgumentInvalid
    }

    It 'gives up machines that send what they should not, and runs and shows nothing of it' {
        $cases = [ordered]@{
            # C# of what it sends, and what is said of it.
            '"Remove-Item /"'                                                                     = 'not bytes'
            'new byte[0]'                                                                         = 'damaged or too long'
            'new byte[300000]'                                                                    = 'damaged or too long'
            'new byte[] { 1, 9, 9 }'                                                              = 'an answer that is not known'
            'new byte[] { 1, 1, 2, 0, 0, 0, 0, 1 }'                                               = 'what cannot be'
            'System.Text.Encoding.UTF8.GetBytes("\u0001\u0002SessionUnusable\n\u001b[31mred\u0007")' = 'cannot do the work: .*red'
        }
        $plain = @(New-PSSession -HostName (@($hosts.Names[0]) * $cases.Count) @connect)
        try {
            $source = 'namespace PSAutodiff { public sealed class AutodiffWorker : System.IDisposable { public static string Build { get { return "BUILD"; } } public object[] Receive(byte[] part) { return new object[] { SENDS }; } public void Dispose() { } } }'
            foreach ($i in 0..($plain.Count - 1)) {
                $code = $source.Replace('BUILD', [PSAutodiff.AutodiffWorker]::Build).Replace('SENDS', @($cases.Keys)[$i])
                Invoke-Command $plain[$i] { Add-Type $using:code }
            }
            $outcome = Get-Outcome { $iris | Start-NetworkTraining @short -Session ($plain + $sessions[1]) }
            $outcome.Errors | Should -BeNullOrEmpty
            Get-Essence $outcome.Output[0] | Should -BeExactly $expectedOfShort
            $outcome.Warnings | Should -HaveCount $cases.Count
            foreach ($message in $cases.Values) { "$($outcome.Warnings)" | Should -Match $message }
            "$($outcome.Warnings)" | Should -Not -Match '[\x00-\x1f]'
        }
        finally { $plain | Remove-PSSession }
    }

    # From here on machines are taken away, one after the other.
    It 'goes on with the same bits when a machine dies and a link is cut, noticed within one second and within four' {
        $far = Get-SshProcess $hosts.Hosts[1]
        $link = $hosts.Hosts[1].Link
        $dying = Invoke-Command $sessions[0] { $PID }
        $job = Invoke-AfterWork $dying ([scriptblock]::Create("Stop-Process -Id $dying -Force; ip link set $link down")) 0.2
        $seen = @{}
        $result = $iris | Start-NetworkTraining @long -Session $sessions 3>&1 | ForEach-Object {
            if ($_ -isnot [Management.Automation.WarningRecord]) { return $_ }
            foreach ($name in $hosts.Names) { if ("$_" -match "\b$([regex]::Escape($name)) was lost") { $seen[$name] = [Diagnostics.Stopwatch]::GetTimestamp() } }
        }
        $when = $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
        Get-Essence $result | Should -BeExactly $expectedOfLong
        $far | Should -Not -BeNullOrEmpty
        $patience = Get-Patience
        ($seen[$hosts.Names[0]] - $when) / [Diagnostics.Stopwatch]::Frequency | Should -BeLessThan (1 * $patience)
        ($seen[$hosts.Names[1]] - $when) / [Diagnostics.Stopwatch]::Frequency | Should -BeLessThan (4 * $patience)
    }

    It 'gives up a machine that hangs' {
        Restore-Session 2, 3
        $hanging = Invoke-Command $sessions[2] { $PID }
        $job = Invoke-AfterWork $hanging ([scriptblock]::Create("kill -STOP $hanging")) 0.2
        try {
            $outcome = Get-Outcome { $iris | Start-NetworkTraining @long -Session $sessions[2, 3] -TimeoutSeconds 2 }
            $null = $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
            Get-Essence $outcome.Output[0] | Should -BeExactly $expectedOfLong
            "$($outcome.Warnings)" | Should -Match 'did not answer for 2 s'
        }
        finally { Stop-Process -Id $hanging -Force }
    }

    It 'ends with what was reached when the last machine dies' {
        Restore-Session 3
        $dying = Invoke-Command $sessions[3] { $PID }
        $job = Invoke-AfterWork $dying ([scriptblock]::Create("Stop-Process -Id $dying -Force")) 0.2
        $outcome = Get-Outcome { $iris | Start-NetworkTraining @long -Session $sessions[3] -ResultVariable global:reached }
        $null = $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
        Get-ErrorId $outcome.Errors[-1] | Should -BeExactly MachinesLost
        $outcome.Errors[-1].TargetObject | Should -BeOfType PSAutodiff.TrainingResult
        $outcome.Errors[-1].TargetObject.Network | Should -Not -BeNullOrEmpty
        Get-Variable reached -Scope Global -ValueOnly | Should -Be $outcome.Errors[-1].TargetObject
    }

    It 'ends by itself on a machine whose link is cut, and lost sessions are removed without a word or a wait' {
        # It hears nothing for thirty seconds: the link is still down.
        $null = Wait-Until { -not (Get-SshProcess $hosts.Hosts[1]) } 60
        Switch-SshLink $hosts.Hosts[1] up
        $null = Wait-Until { 'Opened' -notin $sessions.State } (5 * (Get-Patience))
        # The machine can be used again.
        $again = New-AutodiffSession $hosts.Names[1] @connect
        try { Get-Essence ($iris | Start-NetworkTraining @short -Session $again) | Should -BeExactly $expectedOfShort }
        finally { $again | Remove-PSSession }
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $outcome = Get-Outcome { $sessions | Remove-PSSession }
        $outcome.Errors | Should -BeNullOrEmpty
        $clock.Elapsed.TotalSeconds | Should -BeLessThan (2 * (Get-Patience))
        Get-PSSession | Where-Object ComputerName -In $hosts.Names | Should -BeNullOrEmpty
        # Nor is a process of ssh left here.
        $null = Wait-Until { -not (Get-Process ssh -ErrorAction Ignore | Where-Object { $_.Parent.Id -eq $PID }) } 5
    }
}
