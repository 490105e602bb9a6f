# Makes the rows of service-metrics.csv: ./service-metrics.ps1 | Export-Csv service-metrics.csv -UseQuotes Never
# A made-up day of a made-up service. Its load has a peak at noon and one in the evening; latency, errors, processor and queue grow with it.
Set-StrictMode -Version Latest
$state = 2026L

# The next of the numbers s = (1103515245 s + 12345) mod 2^31, as a part of 2^31: the same on every machine.
function Get-Next {
    $script:state = (1103515245L * $script:state + 12345) % 2147483648L
    $script:state / 2147483648.0
}

foreach ($quarter in 0..95) {
    $hour = $quarter / 4
    $load = 0.15 + 0.5 * [Math]::Max(0.0, 1 - [Math]::Abs($hour - 12) / 6) + 0.6 * [Math]::Max(0.0, 1 - [Math]::Abs($hour - 19) / 4) + 0.2 * (Get-Next)
    $processor = [Math]::Round([Math]::Min(99.0, 20 + 75 * $load + 12 * (Get-Next)))
    $queue = [Math]::Round(40 * $load * $load + 10 * (Get-Next))
    $errors = [Math]::Round(0.1 + 2.5 * $load * (Get-Next), 2)
    $latency = [Math]::Round(60 + 160 * $load + 40 * (Get-Next))
    # The processor has no part in it, and the last term is what no measure shows.
    $risk = ($latency - 180) / 25 + ($errors - 0.9) * 2.5 + ($queue - 20) / 10 + 3 * ((Get-Next) - 0.5)
    [pscustomobject]@{
        Time = '{0:d2}:{1:d2}' -f [int][Math]::Floor($hour), (15 * ($quarter % 4))
        LatencyMs = $latency; ErrorPercent = $errors; CpuPercent = $processor; QueueLength = $queue; Incident = $risk -gt 0 ? 'yes' : 'no'
    }
}
