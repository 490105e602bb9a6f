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
    $long = @{ Network = $net; Label = 'Species'; Epoch = 4000; Restart = 16; Seed = 1; Standardize = $true; ThrottleLimit = 1 }
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
        $hosts = Use-SshHost
        $connect = $hosts.Connect
        $sessions = $hosts.Sessions
        $expectedOfShort = Get-Essence ($iris | Start-NetworkTraining @short)
        $expectedOfLong = Get-Essence ($iris | Start-NetworkTraining @long)
    }

    AfterAll { Clear-SshHost $hosts }

    It 'gives the same bits with <Count> machines, this one included: <Local>' -ForEach @(
        @{ Count = 1; Local = $false }, @{ Count = 2; Local = $false }, @{ Count = 4; Local = $false }, @{ Count = 2; Local = $true }
    ) {
        Get-Essence ($iris | Start-NetworkTraining @short -Session $sessions[0..($Count - 1)] -IncludeLocal:$Local) | Should -BeExactly $expectedOfShort
        Confirm-FreeSession $sessions
    }

    # From here on the link to the second machine is cut; what runs there ends by itself after half a minute, for which the last test waits.
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

    It 'shows the same restarts in the example, here and on machines' {
        $here = & "$repositoryRoot/examples/restarts-on-machines.ps1"
        $there = & "$repositoryRoot/examples/restarts-on-machines.ps1" -HostName $hosts.Names[2, 3] -Connection $connect
        $here | Should -HaveCount 8
        $there | ConvertTo-Json | Should -BeExactly ($here | ConvertTo-Json)
    }

    It 'trains losses too' {
        # On a busy machine another one may have been given up beside those that were taken away.
        Restore-SshSession $hosts 2, 3
        $rows = 1..30 | ForEach-Object { [pscustomobject]@{ x = $_ / 10; y = [Math]::Sin($_ / 10) } }
        $here = $rows | Start-NetworkTraining '(y - (a*tanh(b*x + c) + d))^2' -Epoch 100 -Restart 6 -Seed 3
        $there = $rows | Start-NetworkTraining '(y - (a*tanh(b*x + c) + d))^2' -Epoch 100 -Restart 6 -Seed 3 -Session $sessions[2, 3]
        $there.Parameters.Values | Should -Be $here.Parameters.Values
        $there.Restarts.FinalLoss | Should -Be $here.Restarts.FinalLoss
    }

    It 'leaves out a session in which something runs, and needs one that is free' {
        Restore-SshSession $hosts 2, 3
        $job = Invoke-Command $sessions[3] { Start-Sleep 300 } -AsJob
        try {
            $outcome = Get-Outcome { $iris | Start-NetworkTraining @short -Session $sessions[3, 2] }
            $outcome.Errors | Should -BeNullOrEmpty
            Get-Essence $outcome.Output[0] | Should -BeExactly $expectedOfShort
            "$($outcome.Warnings)" | Should -BeLike "The session to $($hosts.Names[3]) is left out. It is busy.*"
            Get-ErrorId (Get-Outcome { $iris | Start-NetworkTraining @short -Session $sessions[3] }).Errors[0] | Should -BeExactly SessionUnusable
        }
        finally { $job | Remove-Job -Force }
        $null = Wait-Until { $sessions[3].Availability -eq 'Available' } 30
    }

    It 'tells two sessions on one machine apart by their names' {
        Restore-SshSession $hosts 2
        $other = New-AutodiffSession $hosts.Names[2] @connect
        $other.Name = 'the other'
        try {
            $job = Invoke-Command $other { Start-Sleep 300 } -AsJob
            (Get-Outcome { $iris | Start-NetworkTraining @short -Session $sessions[2], $other }).Warnings | Should -BeLike "The session to $($hosts.Names[2]) (the other) is left out.*"
            $job | Remove-Job -Force
            $null = Wait-Until { $other.Availability -eq 'Available' } 30
            $outcome = Get-Outcome { Invoke-CurveFit 'a*x' -Label y -Parameter a -Session $sessions[2], $other -Part 1, 2 -RowScript { param($Part) Write-Warning "part $Part"; [pscustomobject]@{ x = $Part; y = 1 } } }
            $outcome.Errors | Should -BeNullOrEmpty
            "$($outcome.Warnings)" | Should -Match "$($hosts.Names[2]) \($($sessions[2].Name)\): part 1.*$($hosts.Names[2]) \(the other\): part 2"
        }
        finally { $other | Remove-PSSession }
    }

    It 'is back within a second after Ctrl+C, and nothing goes on there three seconds later' {
        Restore-SshSession $hosts 2, 3
        $shell = [powershell]::Create()
        $endless = $long.Clone()
        $endless.Epoch = 1000000
        $endless.Restart = 4
        $null = $shell.AddScript('param($base, $rows, $all, $s) Import-Module $base; $rows | Start-NetworkTraining @all -Session $s').AddArgument($moduleBase).AddArgument($iris).AddArgument($endless).AddArgument($sessions[2, 3])
        $id = Invoke-Command $sessions[2] { $PID }
        $job = Invoke-AfterWork $id { } 0.2
        try {
            $null = $shell.BeginInvoke()
            $null = $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan (1 * (Get-Patience))
            $null = Wait-Until { $sessions[2].Availability -eq 'Available' } (3 * (Get-Patience))
            # It works no more, but for the compiler of the runtime.
            Measure-ProcessWork $id | Should -BeLessThan 0.2
        }
        finally { $shell.Dispose() }
    }

    Context 'when a session cannot be used' {
        BeforeAll {
            Restore-SshSession $hosts 2
            $plain = New-PSSession -HostName $hosts.Names[3] @connect
        }

        AfterAll { $plain | Remove-PSSession }

        It 'refuses one without the module, and says what works' {
            $outcome = Get-Outcome { $iris | Start-NetworkTraining @short -Session $plain }
            $outcome.Output | Should -BeNullOrEmpty
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly SessionUnusable
            "$($outcome.Errors[0])" | Should -Match 'New-AutodiffSession'
        }

        It 'refuses one that has another build of the module' {
            # The same files, but for the identity of one.
            $other = "$($hosts.Folder)/build"
            Copy-Item $moduleBase $other -Recurse
            $file = "$other/PSAutodiff.dll"
            $bytes = [Convert]::ToHexString([IO.File]::ReadAllBytes($file))
            $identity = [Convert]::ToHexString([PSAutodiff.AutodiffWorker].Module.ModuleVersionId.ToByteArray())
            [IO.File]::WriteAllBytes($file, [Convert]::FromHexString($bytes.Replace($identity, ($identity[0] -ceq '0' ? 'F' : '0') + $identity.Substring(1))))
            Invoke-Command $plain { Import-Module "$using:other/PSAutodiff.psd1" }
            $outcome = Get-Outcome { $iris | Start-NetworkTraining @short -Session $plain, $sessions[2] }
            $outcome.Output | Should -BeNullOrEmpty
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly SessionUnusable
            "$($outcome.Errors[0])" | Should -Match "another build of PSAutodiff.*$([PSAutodiff.AutodiffWorker]::Build).*New-AutodiffSession"
        }

        It 'refuses a closed one, goes on without it where there is another one, and refuses one that is given twice' {
            $plain | Remove-PSSession
            Get-ErrorId (Get-Outcome { $iris | Start-NetworkTraining @short -Session $plain }).Errors[0] | Should -BeExactly SessionUnusable
            $outcome = Get-Outcome { $iris | Start-NetworkTraining @short -Session $plain, $sessions[2] }
            $outcome.Errors | Should -BeNullOrEmpty
            Get-Essence $outcome.Output[0] | Should -BeExactly $expectedOfShort
            "$($outcome.Warnings)" | Should -Match "$($hosts.Names[3]) was lost.*not open"
            Get-ErrorId (Get-Outcome { $iris | Start-NetworkTraining @short -Session $sessions[2, 2] }).Errors[0] | Should -BeExactly ArgumentInvalid
        }
    }

    It 'gives up machines that send what they should not, and runs and shows nothing of it' {
        $cases = [ordered]@{
            # C# of what it sends, and what is said of it.
            'new object[] { "Remove-Item /" }'                                                                 = 'not bytes'
            'new[] { new byte[0] }'                                                                            = 'damaged or too long'
            # Longer than what can be said of its work; small parts, which could go on for ever; and signs of life without end.
            'Enumerable.Repeat(new byte[(1 << 17) + 1], 2)'                                                    = 'damaged or too long'
            'Enumerable.Repeat(new byte[] { 0, 1 }, 1000)'                                                     = 'damaged or too long'
            'Enumerable.Repeat(new byte[] { 3 }, 1000)'                                                        = 'lives, and nothing else'
            'new[] { new byte[] { 1, 9, 9 } }'                                                                 = 'It sent an answer that is not known'
            'new[] { new byte[] { 1, 1, 2, 0, 0, 0, 0, 1 } }'                                                  = 'It sent what cannot be'
            'new[] { System.Text.Encoding.UTF8.GetBytes("\u0001\u0002SessionUnusable\n\u001b[31mred\u0007") }' = 'cannot do the work: .*red'
        }
        Restore-SshSession $hosts 2
        # Each machine sends one of them, by the number that it is given; it is compiled once, here.
        $code = 'using System.Linq; namespace PSAutodiff { public sealed class AutodiffWorker : System.IDisposable { public static string Build { get { return "BUILD"; } } public static int Case; public System.Collections.IEnumerable Receive(byte[] part) { switch (Case) { CASES } return null; } public void Dispose() { } } }'
        $branches = foreach ($i in 0..($cases.Count - 1)) { "case ${i}: return $(@($cases.Keys)[$i]);" }
        $assembly = "$($hosts.Folder)/hostile.dll"
        Add-Type $code.Replace('BUILD', [PSAutodiff.AutodiffWorker]::Build).Replace('CASES', $branches -join ' ') -OutputAssembly $assembly
        $plain = @(New-PSSession -HostName @(foreach ($i in 0..($cases.Count - 1)) { $hosts.Names[2 + $i % 2] }) @connect)
        try {
            foreach ($i in 0..($plain.Count - 1)) { Invoke-Command $plain[$i] { Add-Type -LiteralPath $using:assembly; [PSAutodiff.AutodiffWorker]::Case = $using:i } }
            $outcome = Get-Outcome { $iris | Start-NetworkTraining @short -Session ($plain + $sessions[2]) }
            $outcome.Errors | Should -BeNullOrEmpty
            Get-Essence $outcome.Output[0] | Should -BeExactly $expectedOfShort
            $outcome.Warnings | Should -HaveCount $cases.Count
            foreach ($message in $cases.Values) { @("$($outcome.Warnings -join "`n")" -split "`n" -match $message).Count | Should -Be @($cases.Values -eq $message).Count -Because $message }
            "$($outcome.Warnings)" | Should -Not -Match '[\x00-\x1f]'
        }
        finally { $plain | Remove-PSSession }
    }

    It 'gives up a machine that hangs' {
        Restore-SshSession $hosts 2, 3
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
        Restore-SshSession $hosts 3
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
