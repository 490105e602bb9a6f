BeforeDiscovery {
    . "$PSScriptRoot/../SshHosts.ps1"
    $noHosts = Get-SshProblem
    $because = $noHosts ? " (skipped, since $noHosts)" : ''
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    . "$PSScriptRoot/../SshHosts.ps1"
}

Describe 'New-AutodiffSession without machines' {
    It 'needs names' {
        $outcome = Get-Outcome { New-AutodiffSession }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly HostNameInvalid
    }

    It 'refuses <_>, which ssh could take for an option or a command' -ForEach '-oProxyCommand=touch x', 'a b', '', 'a;b', 'web1:99999', 'web1:x', '@', "a`e[31m" {
        $outcome = Get-Outcome { New-AutodiffSession $_ }
        $outcome.Output | Should -BeNullOrEmpty
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly HostNameInvalid
        "$($outcome.Errors[0])" | Should -Not -Match "`e"
    }

    It 'says that there is no file of a key' {
        $outcome = Get-Outcome { New-AutodiffSession web1 -KeyFilePath "TestDrive:/none" }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly FileNotFound
    }
}

Describe 'The handler of unhandled exceptions' {
    It 'is said to be left out where another one is set' {
        $say = 'New-AutodiffSession "" -Verbose -ErrorAction Ignore 4>&1'
        $set = '[Runtime.ExceptionServices.ExceptionHandling]::SetUnhandledExceptionHandler({ param($e) $false }); '
        Invoke-FreshShell "Import-Module '$moduleBase/PSAutodiff.psd1'; $set $say" | Should -Match 'handler of unhandled exceptions already'
        Invoke-FreshShell "Import-Module '$moduleBase/PSAutodiff.psd1'; $say" | Should -Not -Match 'handler'
    }
}

Describe "New-AutodiffSession$because" -Skip:([bool]$noHosts) -Tag Slow {
    BeforeAll {
        $hosts = Open-SshHost 2
        $connect = $hosts.Connect
        $sessions = New-AutodiffSession $hosts.Names @connect
    }

    AfterAll {
        $sessions | Remove-PSSession
        Close-SshHost $hosts
    }

    It 'opens a session for each host, in order' {
        $sessions.ComputerName | Should -BeExactly $hosts.Names
        $sessions.State | Should -BeExactly Opened, Opened
        $sessions.Transport | Should -BeExactly SSH, SSH
        (Get-PSSession | Where-Object ComputerName -In $hosts.Names | Sort-Object Id).InstanceId | Should -Be ($sessions | Sort-Object Id).InstanceId
    }

    It 'copies this build to each machine, and imports it' {
        $seen = Invoke-Command $sessions { (Get-Module PSAutodiff).ModuleBase; [PSAutodiff.AutodiffWorker]::Build }
        foreach ($one in $hosts.Hosts) {
            $folder = "$($one.Data)/PSAutodiff/builds/$([PSAutodiff.AutodiffWorker]::Build)"
            $seen | Should -Contain $folder
            $names = { param($base) Get-ChildItem $base -Recurse -File | ForEach-Object { "$([IO.Path]::GetRelativePath($base, $_)) $((Get-FileHash $_).Hash)" } }
            & $names $folder | Should -BeExactly (& $names $moduleBase)
            # Nothing half is left beside it.
            @(Get-ChildItem (Split-Path $folder) -Force).Count | Should -Be 1
        }
        @($seen -eq [PSAutodiff.AutodiffWorker]::Build).Count | Should -Be 2
    }

    It 'carries nodes, networks and fits live both ways' {
        $node = New-ExprNode 'x^2*y + sin(x)'
        $net = New-NeuralNetwork 2 3, tanh, 1 -Seed 1
        $fit = 1..9 | ForEach-Object { @{ x = $_; y = 2 * $_ + $_ % 3 } } | Invoke-LinearRegression -Label y
        $back = Invoke-Command $sessions[0] {
            $using:node | Invoke-Differentiate x
            $using:net
            $using:fit
            ($using:net).GetType().FullName
        }
        $back[0] | Should -BeOfType PSAutodiff.ExprNode
        "$($back[0])" | Should -BeExactly "$($node | Invoke-Differentiate x)"
        $back[1].ToJson() | Should -BeExactly $net.ToJson()
        $back[2].Coefficients['x'] | Should -BeExactly $fit.Coefficients['x']
        $back[3] | Should -BeExactly PSAutodiff.Network
        # Types of PowerShell's own are known as before.
        Invoke-Command $sessions[0] { [ipaddress]'10.0.0.1' } | Should -BeOfType ipaddress
    }

    It 'uses a copy that is there, and mends nothing in silence' {
        $folder = "$($hosts.Hosts[0].Data)/PSAutodiff/builds/$([PSAutodiff.AutodiffWorker]::Build)"
        $before = (Get-Item $folder/PSAutodiff.psd1).CreationTimeUtc
        New-AutodiffSession $hosts.Names[0] @connect | Remove-PSSession
        (Get-Item $folder/PSAutodiff.psd1).CreationTimeUtc | Should -Be $before
        Move-Item $folder/PSAutodiff.Engine.dll $folder/away
        try {
            $outcome = Get-Outcome { New-AutodiffSession $hosts.Names[0] @connect }
            $outcome.Output | Should -BeNullOrEmpty
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly SessionFailed
            "$($outcome.Errors[0])" | Should -Match 'imported from'
        }
        finally { Move-Item $folder/away $folder/PSAutodiff.Engine.dll }
    }

    It 'says so when the key is wrong, and opens the others' {
        $wrong = @{} + $connect
        $wrong.KeyFilePath = "$($hosts.Folder)/other"
        # What ssh writes goes past PowerShell.
        $outcome = Get-Outcome { New-AutodiffSession $hosts.Names[0] @wrong -ConnectingTimeout 30000 }
        $outcome.Output | Should -BeNullOrEmpty
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly SessionFailed
        "$($outcome.Errors[0])" | Should -Match "'ssh -i $([regex]::Escape($wrong.KeyFilePath)) root@$([regex]::Escape($hosts.Names[0]))'"
        $outcome.Errors[0].TargetObject | Should -BeExactly $hosts.Names[0]

        $mixed = Get-Outcome { New-AutodiffSession 'no such name', $hosts.Names[1] @connect }
        try {
            $mixed.Output.ComputerName | Should -BeExactly $hosts.Names[1]
            $mixed.Errors | Should -HaveCount 1
        }
        finally { $mixed.Output | Remove-PSSession }
    }

    It 'leaves no half copy on a full disk' {
        $data = $hosts.Hosts[1].Data
        $builds = "$data/PSAutodiff/builds"
        $away = "$($hosts.Folder)/away"
        Move-Item $builds $away
        $null = New-Item $builds -ItemType Directory
        # The daemon has its own view of what is mounted where.
        $view = "--mount=/proc/$((Get-Content $hosts.Hosts[1].DaemonId))/ns/mnt"
        $null = nsenter $view mount -t tmpfs -o size=1m tmpfs $builds 2>&1
        if ($LASTEXITCODE) {
            Remove-Item $builds
            Move-Item $away $builds
            Set-ItResult -Skipped -Because 'no file system can be mounted here'
            return
        }
        try {
            $outcome = Get-Outcome { New-AutodiffSession $hosts.Names[1] @connect }
            $outcome.Output | Should -BeNullOrEmpty
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly SessionFailed
            "$($outcome.Errors[0])" | Should -Match 'could not be copied.*(space|disk)'
            nsenter $view ls -A $builds | Should -BeNullOrEmpty
        }
        finally {
            nsenter $view umount $builds
            Remove-Item $builds
            Move-Item $away $builds
        }
    }

    It 'says so where sshd has no such subsystem' {
        $outcome = Get-Outcome { New-AutodiffSession $hosts.Names[1] @connect -Subsystem none }
        $outcome.Output | Should -BeNullOrEmpty
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly SessionFailed
        "$($outcome.Errors[0])" | Should -Match 'Subsystem none'
    }

    It 'says what to look at where PowerShell does not start, since .NET is missing' {
        $outcome = Get-Outcome { New-AutodiffSession $hosts.Names[1] @connect -Subsystem withoutdotnet }
        $outcome.Output | Should -BeNullOrEmpty
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly SessionFailed
        "$($outcome.Errors[0])" | Should -Match 'has to start there: .* needs .NET \d+\. What ssh said'
    }

    # From here on the link is cut, which ends the sessions over it.
    It 'notices a dead process within a second and a cut link within four' {
        $id = Invoke-Command $sessions[0] { $PID }
        Stop-Process -Id $id -Force
        Wait-Until { $sessions[0].State -ne 'Opened' } | Should -BeLessThan (1 * (Get-Patience))
        $far = Get-SshProcess $hosts.Hosts[1]
        Switch-SshLink $hosts.Hosts[1] down
        try { Wait-Until { $sessions[1].State -ne 'Opened' } | Should -BeLessThan (4 * (Get-Patience)) }
        finally {
            Switch-SshLink $hosts.Hosts[1] up
            # Over a cut link nobody told the other side.
            $far | ForEach-Object { Stop-Process -Id $_ -Force }
        }
    }

    It 'gives up a machine that does not answer in time' {
        Switch-SshLink $hosts.Hosts[1] down
        try {
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $outcome = Get-Outcome { New-AutodiffSession $hosts.Names[1] @connect -ConnectingTimeout 2000 }
            $clock.Elapsed.TotalSeconds | Should -BeLessThan (8 * (Get-Patience))
            "$($outcome.Errors[0])" | Should -Match 'in time|-ConnectingTimeout|terminated'
        }
        finally { Switch-SshLink $hosts.Hosts[1] up }
    }
}
