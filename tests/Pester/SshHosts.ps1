# Hosts for the tests of sessions: an sshd with PowerShell as its subsystem in each of several network namespaces, with keys of its own. Dot-source it.
# Nothing outside a temporary folder, the namespaces and their links is touched; Close-SshHost ends and removes all.
# Four hosts with open sessions are shared by the test files that one process runs (Use-SshHost): to start PowerShell on a host takes seconds.

# Why there can be no such hosts here; nothing when there can. It is found out once in a process.
function Get-SshProblem {
    if (-not (Get-Variable psautodiffSshProblem -Scope Global -ErrorAction Ignore)) { Set-Variable psautodiffSshProblem (Find-SshProblem) -Scope Global }
    Get-Variable psautodiffSshProblem -Scope Global -ValueOnly
}

function Find-SshProblem {
    if (-not $IsLinux) { return 'network namespaces are of Linux' }
    foreach ($program in '/usr/sbin/sshd', 'ssh', 'ssh-keygen', 'ip') {
        if (-not (Get-Command $program -CommandType Application -ErrorAction Ignore)) { return "$program is not installed" }
    }
    if ([Environment]::UserName -ne 'root') { return 'network namespaces need the rights of root' }
    # What a container without some rights refuses: a namespace, or a link into it, or an address.
    $probe, $link = "psautodiff-probe-$PID", "ad$PID-p"
    try {
        foreach ($step in @(
                "ip netns add $probe", "ip link add $link type veth peer name eth0 netns $probe", "ip addr add 100.127.255.253/30 dev $link"
                "ip link set $link up", "ip -n $probe link set eth0 up", "ip netns exec $probe true"
            )) {
            $said = sh -c $step 2>&1
            if ($LASTEXITCODE) { return "a host cannot be made here: '$step' says '$("$said".Trim())'" }
        }
    }
    finally {
        $null = ip link del $link 2>&1
        $null = ip netns del $probe 2>&1
    }
}

# Takes away what runs left behind that ended early: namespaces and folders are named by their process, and only those of dead ones are touched.
function Clear-DeadSshHost {
    foreach ($line in ip netns list) {
        if ($line -notmatch '^(psautodiff-(probe-)?(\d+)(-(\d+))?)\b' -or (Test-Path "/proc/$($Matches[3])")) { continue }
        $namespace, $link = $Matches[1], ($Matches[2] ? "ad$($Matches[3])-p" : "ad$($Matches[3])-$($Matches[5])")
        foreach ($id in ip netns pids $namespace) { Stop-Process -Id $id -Force -ErrorAction Ignore }
        $null = ip link del $link 2>&1
        $null = ip netns del $namespace 2>&1
    }
    foreach ($folder in Get-ChildItem ([IO.Path]::GetTempPath()) -Directory -Filter psautodiff-ssh-*) {
        if ($folder.Name -match '^psautodiff-ssh-(\d+)-' -and -not (Test-Path "/proc/$($Matches[1])")) { Remove-Item $folder -Recurse -Force -ErrorAction Ignore }
    }
}

# Starts hosts. Each has a name (its address), a namespace, a link to set down and up, and a folder for its data.
function Open-SshHost([int]$Count) {
    Clear-DeadSshHost
    $folder = [IO.Directory]::CreateTempSubdirectory("psautodiff-ssh-$PID-").FullName
    $null = New-Item /run/sshd -ItemType Directory -Force
    foreach ($key in 'user', 'other', 'host') { $null = ssh-keygen -q -t ed25519 -N '' -f "$folder/$key" }
    Copy-Item "$folder/user.pub" "$folder/authorized"
    # What a program of .NET does where its runtime is missing.
    Set-Content "$folder/without-dotnet" 'echo You must install or update .NET to run this application. >&2', 'exit 150'
    chmod 700 $folder
    $shell = (Get-Process -Id $PID).Path
    $subsystem = @($shell) + @(if ((Split-Path $shell -LeafBase) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' }) + '-sshs', '-NoLogo', '-NoProfile'
    $hosts = foreach ($i in 1..$Count) {
        # Addresses of their own for each process that runs tests, which has up to 16 hosts: four addresses for each.
        $number = 1 + (Get-Variable psautodiffHosts -Scope Global -ValueOnly -ErrorAction Ignore)
        Set-Variable psautodiffHosts $number -Scope Global
        $block = (($PID -band 0xffff) * 16 + $number % 16) * 4
        $net = '100.{0}.{1}' -f (64 + ($block -shr 16)), (($block -shr 8) -band 255)
        $address, $near = "$net.$(($block -band 255) + 2)", "$net.$(($block -band 255) + 1)"
        $namespace, $link = "psautodiff-$PID-$number", "ad$PID-$number"
        $config = @(
            "ListenAddress $address", "HostKey $folder/host", "AuthorizedKeysFile $folder/authorized", "PidFile $folder/$i.pid", 'StrictModes no', 'UsePAM no', 'UseDNS no'
            'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'PermitRootLogin prohibit-password', 'LogLevel ERROR', 'MaxStartups 100', "Subsystem powershell $($subsystem -join ' ')"
            "Subsystem withoutdotnet /bin/sh $folder/without-dotnet"
            # Each host has its own place for modules.
            "SetEnv XDG_DATA_HOME=$folder/data$i"
        )
        Set-Content "$folder/$i.conf" $config
        $null = New-Item "$folder/data$i" -ItemType Directory
        @(
            "ip netns add $namespace && ip link add $link type veth peer name eth0 netns $namespace"
            "ip addr add $near/30 dev $link && ip link set $link up"
            "ip -n $namespace addr add $address/30 dev eth0 && ip -n $namespace link set eth0 up && ip -n $namespace link set lo up"
            "ip netns exec $namespace /usr/sbin/sshd -f $folder/$i.conf -E $folder/$i.log"
        ) | ForEach-Object {
            $said = sh -c $_ 2>&1
            if ($LASTEXITCODE) { throw "A host for the tests could not be started: $_`: $said" }
        }
        [pscustomobject]@{ Name = $address; Namespace = $namespace; Link = $link; Data = "$folder/data$i"; Configuration = "$folder/$i.conf"; DaemonId = "$folder/$i.pid" }
    }
    [pscustomobject]@{
        Folder  = $folder
        Hosts   = @($hosts)
        Names   = @($hosts.Name)
        # For New-AutodiffSession.
        Connect = @{ UserName = 'root'; KeyFilePath = "$folder/user"; Options = @{ StrictHostKeyChecking = 'no'; UserKnownHostsFile = '/dev/null'; LogLevel = 'ERROR'; ConnectTimeout = '60' } }
    }
}

# The processes of PowerShell on a host, or all but those of its sshd.
function Get-SshProcess($SshHost, [switch]$All) {
    foreach ($id in ip netns pids $SshHost.Namespace) {
        $line = try { [IO.File]::ReadAllText("/proc/$id/cmdline") } catch { continue }
        if ($line -match '-sshs' -or ($All -and $line -notmatch '^sshd|sbin/sshd')) { [int]$id }
    }
}

function Switch-SshLink($SshHost, [ValidateSet('up', 'down')][string]$State) { ip link set $SshHost.Link $State }

# What limits of time are multiplied by: 1 where nothing else runs, and more where processes wait for processors.
function Get-Patience { [Math]::Max(1.0, [double]([IO.File]::ReadAllText('/proc/loadavg').Split(' ')[0]) / [Environment]::ProcessorCount) }

# The seconds of a processor that a process has used.
function Get-ProcessWork([int]$Id) {
    $line = [IO.File]::ReadAllText("/proc/$Id/stat")
    $fields = $line.Substring($line.LastIndexOf(')') + 2).Split(' ')
    ([long]$fields[11] + [long]$fields[12]) / 100
}

# The seconds of a processor that a process uses within half a second, but for the compiler of the runtime, which makes code better for seconds after it ran.
function Measure-ProcessWork([int]$Id) {
    $looks = foreach ($pause in 0, 500) {
        Start-Sleep -Milliseconds $pause
        $threads = @{}
        foreach ($thread in [IO.Directory]::GetDirectories("/proc/$Id/task")) {
            # A thread may end meanwhile.
            try { $line = [IO.File]::ReadAllText("$thread/stat") } catch [IO.IOException] { continue }
            $fields = $line.Substring($line.LastIndexOf(')') + 2).Split(' ')
            if (-not $line.Contains('(.NET Tiered')) { $threads[$thread] = ([long]$fields[11] + [long]$fields[12]) / 100 }
        }
        $threads
    }
    ($looks[1].Keys | ForEach-Object { $looks[1][$_] - [double]$looks[0][$_] } | Measure-Object -Sum).Sum
}

# A job that does something as soon as a process has worked for a while: however slow the machine is, that is amid the work. It gives the time at which it did it.
# A process that ends before, or does not work within the limit, is an error of the job.
function Invoke-AfterWork([int]$Id, [scriptblock]$Action, [double]$Seconds = 0.5, [double]$Limit = 60) {
    $functions = "function Get-ProcessWork { ${function:Get-ProcessWork} }"
    $looks = [Threading.ManualResetEventSlim]::new()
    $job = Start-ThreadJob {
        # Without this the errors of a process that is gone would be passed over, and the loop would not end.
        $ErrorActionPreference = 'Stop'
        . ([scriptblock]::Create($using:functions))
        $begin = Get-ProcessWork $using:Id
        ($using:looks).Set()
        # Counted in looks: where all processes were held up for a while, that does not count.
        $count = 0
        while ((Get-ProcessWork $using:Id) - $begin -lt $using:Seconds) {
            if ($count++ -gt 50 * $using:Limit) { throw "Process $using:Id did not work within $using:Limit s." }
            [Threading.Thread]::Sleep(20)
        }
        . ([scriptblock]::Create($using:Action))
        [Diagnostics.Stopwatch]::GetTimestamp()
    }
    # It looks before the work begins, however long it takes to start on a busy machine.
    $null = $looks.Wait(60000)
    $job
}

# Waits until a condition holds and gives how long it took in seconds; throws after the limit.
function Wait-Until([scriptblock]$Condition, [double]$Limit = 10) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($clock.Elapsed.TotalSeconds -gt $Limit) { throw "After $Limit s it still does not hold: $Condition" }
        [Threading.Thread]::Sleep(20)
    }
    $clock.Elapsed.TotalSeconds
}

# New sessions in the place of those that are not open any more.
function Restore-SshSession($Hosts, [int[]]$Index = 0..3) {
    $lost = @($Index | Where-Object { "$($Hosts.Sessions[$_]?.State)" -ne 'Opened' })
    if (-not $lost) { return }
    $connect = $Hosts.Connect
    $new = @(New-AutodiffSession $Hosts.Names[$lost] @connect -ErrorAction Stop)
    for ($i = 0; $i -lt $lost.Count; $i++) { $Hosts.Sessions[$lost[$i]] = $new[$i] }
}

# That sessions are free again: at once where nothing else runs, and soon on a busy machine, where their ends take a while.
function Confirm-FreeSession($Sessions) {
    $limit = (Get-Patience) -gt 1.5 ? 30 : 0.5
    $null = Wait-Until { 'Busy' -notin $Sessions.Runspace.RunspaceAvailability } $limit
    Invoke-Command $Sessions { 1 } | Should -HaveCount @($Sessions).Count
}

# Where Invoke-Tests keeps hosts for the next test file: a list of one at most. Nothing where a file is run alone.
function Get-SshShelf { , (Get-Variable psautodiffShelf -Scope Global -ValueOnly -ErrorAction Ignore) }

# Four hosts with an open session to each, as Sessions; those of the test file before, where there are some.
function Use-SshHost {
    $shelf = Get-SshShelf
    $hosts = if ($null -ne $shelf -and $shelf.Count) { $shelf[0] } else { Open-SshHost 4 | Add-Member Sessions ([object[]]::new(4)) -PassThru }
    if ($null -ne $shelf -and -not $shelf.Count) { $shelf.Add($hosts) }
    try { Restore-SshSession $hosts }
    catch {
        # The caller has nothing to close.
        if ($null -eq $shelf) { Close-SshHost $hosts }
        throw
    }
    $hosts
}

# At the end of a test file. Processes that it left behind on the hosts are an error; those of the open sessions stay for the next file, if there is a shelf.
function Clear-SshHost($Hosts) {
    if (-not $Hosts) { return }
    $isKept = $null -ne (Get-SshShelf)
    $own = foreach ($session in Get-PSSession | Where-Object ComputerName -In $Hosts.Names) {
        $id = if ($isKept -and $session -in $Hosts.Sessions -and $session.State -eq 'Opened' -and $session.Availability -eq 'Available') {
            # PowerShell may not have noticed yet that its machine is gone.
            try { Invoke-Command $session { $PID } -ErrorAction Stop } catch { Write-Verbose "$_" }
        }
        if ($id) { $id } else { $session | Remove-PSSession }
    }
    if (-not $isKept) { return Close-SshHost $Hosts }
    $left = foreach ($one in $Hosts.Hosts) {
        Switch-SshLink $one up
        try { $null = Wait-Until { -not (Get-SshProcess $one | Where-Object { $_ -notin $own }) } 5 }
        catch { Get-SshProcess $one | Where-Object { $_ -notin $own } | ForEach-Object { "$($one.Name): $_"; Stop-Process -Id $_ -Force -ErrorAction Ignore } }
    }
    if ($left) { throw "Processes were left behind: $left" }
}

# Ends the hosts. What was left running there is an error: sessions have to be closed before.
function Close-SshHost($Hosts) {
    if (-not $Hosts) { return }
    $left = @()
    foreach ($one in $Hosts.Hosts) {
        # A process that was told to end may take a moment.
        try { $null = Wait-Until { -not (Get-SshProcess $one) } 5 } catch { $left += "$($one.Name): $(Get-SshProcess $one)" }
        foreach ($id in ip netns pids $one.Namespace) { Stop-Process -Id $id -Force -ErrorAction Ignore }
        ip link del $one.Link
        ip netns del $one.Namespace
    }
    Remove-Item $Hosts.Folder -Recurse -Force
    if ($left) { throw "Processes were left behind: $left" }
}
