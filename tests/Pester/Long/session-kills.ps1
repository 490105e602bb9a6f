# Kills processes of PowerShell on random hosts of four, one to three in each run: amid restarts, and amid searches, curve fits and training over rows that stay there.
# Sets links down and up again. Each result is compared with the one that no machine was lost for.
# It takes minutes and the rights of root; run it on request: pwsh -NoProfile -File tests/Pester/Long/session-kills.ps1 -ModulePath ./out/PSAutodiff
# A part of it alone, with other moments: -Kind Restarts -Times 25 -Links 0 -Seed 2
param(
    [Parameter(Mandatory)][string]$ModulePath,
    [ValidateSet('Restarts', 'Parts')][string[]]$Kind = @('Restarts', 'Parts'),
    # How many kills the work has to notice, of each kind: one that comes after its end does not count.
    [int]$Times = 50,
    [int]$Links = 4,
    [int]$Seed = 1,
    # After so many seconds it ends with what there was until then.
    [double]$Seconds = [double]::PositiveInfinity
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/../SshHosts.ps1"
if ($problem = Get-SshProblem) { throw "There can be no hosts here: $problem" }
Import-Module $ModulePath
$iris = Import-Csv "$PSScriptRoot/../../../examples/data/iris.csv"
$network = New-NeuralNetwork 4 6, tanh, 3, softmax -Seed 1
$work = @{ Network = $network; Label = 'Species'; Epoch = 2000; Restart = 16; Seed = 1; Standardize = $true; ThrottleLimit = 1 }
$rowScript = { param($Part) 1..40 | ForEach-Object { $i = 40 * $Part + $_; [pscustomobject]@{ x = $i / 80; y = 2.5 * [Math]::Exp(-0.7 * $i / 80) + 0.3 + 0.01 * [Math]::Sin($i) } } }
$waveScript = { param($Part) 0..399 | ForEach-Object { $i = 400 * $Part + $_; [pscustomobject]@{ x = $i / 320; y = 2 * [Math]::Sin(1.7 * $i / 320) + 0.1 * [Math]::Sin($i) } } }
$wave = 0..3 | ForEach-Object { & $waveScript $_ }
$starts = @{ Model = 'a*sin(b*x + c) + d*exp(-k*x)'; Label = 'y'; InitialValue = @{ b = 1; c = 0.2; k = 0.3 }; Restart = 24; Seed = 3 }
$parted = @{ Part = 0..7; RowScript = $rowScript }
$search = @{ Expression = '(y - a*exp(-b*x) - c)^2'; InitialValue = @{ a = 1; b = 1; c = 0 }; Method = 'GradientDescent'; LearningRate = 0.01; MaxIteration = 120; Mean = $true }
$fit = @{ Model = 'a*exp(-b*x) + c*sin(d*x)'; Label = 'y'; Parameter = 'a', 'b', 'c', 'd'; InitialValue = @{ b = 1; d = 3 } }
$train = @{ Network = (New-NeuralNetwork 1 8, tanh, 1 -Seed 2); Feature = 'x'; Label = 'y'; Epoch = 120; Optimizer = 'Momentum'; Seed = 1; Standardize = $true }
# What is done in turn, and what of its result is compared.
$doors = @(
    @{ Kind = 'Restarts'; Name = 'Start-NetworkTraining -Restart'; Run = { param($Sessions) $iris | Start-NetworkTraining @work -Session $Sessions }; Text = { "$($_.Network.ToJson()) $($_.Restarts | ConvertTo-Json -Depth 3) $($_.EpochLoss)" } }
    @{ Kind = 'Restarts'; Name = 'Invoke-CurveFit -Restart'; Run = { param($Sessions) $wave | Invoke-CurveFit @starts -Session $Sessions }; Text = { "$($_.Parameters.Values) $($_.StandardErrors.Values) $($_.ResidualSumOfSquares) $($_.Iterations)" } }
    @{ Kind = 'Parts'; Name = 'Find-Minimum -RowScript'; Run = { param($Sessions) Find-Minimum @search @parted -Session $Sessions }; Text = { "$($_.At.Values) $($_.Value) $($_.Iterations)" } }
    @{ Kind = 'Parts'; Name = 'Invoke-CurveFit -RowScript'; Run = { param($Sessions) Invoke-CurveFit @fit @parted -Session $Sessions }; Text = { "$($_.Parameters.Values) $($_.StandardErrors.Values) $($_.Iterations) $($_.RSquared)" } }
    @{ Kind = 'Parts'; Name = 'Start-NetworkTraining -RowScript'; Run = { param($Sessions) Start-NetworkTraining @train @parted -Session $Sessions }; Text = { "$($_.Network.ToJson()) $($_.EpochLoss) $($_.StopReason)" } }
)
$dice = [Random]::new($Seed)
$whole = [Diagnostics.Stopwatch]::StartNew()

# Does something at several moments while the work goes on, and gives what it warned of. A result that is another one ends all.
function Test-Door($Door, [object[]]$Actions, [string]$What) {
    $jobs = foreach ($action in $Actions) { Start-ThreadJob -ThrottleLimit 8 { [Threading.Thread]::Sleep([int](1000 * ($using:action).Delay)); . ([scriptblock]::Create(($using:action).Do)) } }
    $result = . $Door.Run $sessions 3>&1
    $null = $jobs | Receive-Job -Wait -AutoRemoveJob
    $warnings, $values = $result.Where({ $_ -is [Management.Automation.WarningRecord] }, 'Split')
    if (($values | ForEach-Object $Door.Text) -cne $Door.Expected) { throw "$What`: the result is another one. $warnings" }
    $warnings
}

# New sessions in the place of some, which are ended.
function Restore-Session([int[]]$Index) {
    $old = $sessions[$Index]
    $removal = Start-ThreadJob { $using:old | Remove-PSSession -ErrorAction Stop }
    if (-not ($removal | Wait-Job -Timeout 30)) { throw "Remove-PSSession waits for a lost machine: $($old.ComputerName)." }
    $removal | Receive-Job -AutoRemoveJob -Wait -ErrorAction Stop
    $new = @(New-AutodiffSession $hosts.Names[$Index] @connect -ErrorAction Stop)
    for ($i = 0; $i -lt $Index.Count; $i++) { $sessions[$Index[$i]] = $new[$i] }
}

$hosts = Open-SshHost 4
try {
    $connect = $hosts.Connect
    $sessions = @(New-AutodiffSession $hosts.Names @connect)
    foreach ($one in $Kind) {
        $chosen = @($doors | Where-Object Kind -EQ $one)
        foreach ($door in $chosen) {
            # The second run is not held up by what is compiled in the first one.
            foreach ($run in 1, 2) {
                $clock = [Diagnostics.Stopwatch]::StartNew()
                $door.Expected = . $door.Run $sessions | ForEach-Object $door.Text
                $door.Seconds = $clock.Elapsed.TotalSeconds
            }
            $door.Noticed = 0
            Write-Host ('{0} takes {1:0.00} s' -f $door.Name, $door.Seconds)
        }
        $kills = $noticed = $runs = 0
        while ($noticed -lt $Times -and $whole.Elapsed.TotalSeconds -lt $Seconds) {
            if ($kills -ge 3 * $Times + 20) { throw "Only $noticed of $kills kills were noticed." }
            $door = $chosen[$runs++ % $chosen.Count]
            $order = 0..3
            $dice.Shuffle($order)
            $count = [Math]::Min(1 + $dice.Next(3), $Times - $noticed)
            $victims = $order[0..($count - 1)]
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $actions = foreach ($index in $victims) { @{ Delay = $dice.NextDouble() * $door.Seconds; Do = "Stop-Process -Id $(Invoke-Command $sessions[$index] { $PID }) -Force" } }
            $warnings = @(Test-Door $door $actions "Run $runs, $($door.Name), with kills on $($hosts.Names[$victims])")
            $seen = @($victims | Where-Object { "$warnings" -match "machine $([regex]::Escape($hosts.Names[$_])) was lost" }).Count
            # On a busy machine another one may be given up.
            $ran = $clock.Elapsed.TotalSeconds
            Restore-Session @(0..3 | Where-Object { $_ -in $victims -or $sessions[$_].State -ne 'Opened' })
            $kills += $count
            $noticed += $seen
            $door.Noticed += $seen
            Write-Host ('Run {0}: {1}, {2} killed, {3} noticed; {4:0.0} s, and {5:0.0} s for new sessions. {6} of {7} kills noticed.' -f $runs, $door.Name, $count, $seen, $ran, ($clock.Elapsed.TotalSeconds - $ran), $noticed, $kills)
        }
        if ($runs) { "$kills kills in $runs runs ($one), $noticed of them noticed ($(($chosen | ForEach-Object { "$($_.Name) $($_.Noticed)" }) -join ', ')): the same bits each time, nothing lost." }
        for ($time = 1; $time -le $Links -and $whole.Elapsed.TotalSeconds -lt $Seconds; $time++) {
            $index = $dice.Next(4)
            $link = $hosts.Hosts[$index].Link
            $door = $chosen[$time % $chosen.Count]
            # Half of them long enough to be noticed.
            $down = $time % 2 ? 1 : 6
            $what = Test-Door $door @{ Delay = $dice.NextDouble() * $door.Seconds / 2; Do = "ip link set $link down; [Threading.Thread]::Sleep(1000 * $down); ip link set $link up" } "Link $time, $($door.Name)"
            Write-Host "A link down for $down s amid $($door.Name): $(if ($what) { $what } else { 'nobody was lost' })"
            Restore-Session $index
        }
        if ($time -gt 1) { "$($time - 1) links down and up again ($one): the same bits each time." }
    }
    $sessions | Remove-PSSession
}
catch {
    # The end of the hosts finds faults too, and would hide this one.
    Write-Host "Failed: $_ $($_.ScriptStackTrace)"
    throw
}
finally { Close-SshHost $hosts }
'Nothing was left behind.'
