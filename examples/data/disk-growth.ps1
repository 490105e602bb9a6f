# Makes the rows of disk-growth.csv: ./disk-growth.ps1 | Export-Csv disk-growth.csv -UseQuotes Never
# Ninety made-up days of a made-up disk. A part of what is stored grows by two percent a day, and the size is read once a day with some noise.
Set-StrictMode -Version Latest
$state = 4711L

# The next of the numbers s = (1103515245 s + 12345) mod 2^31, as a part of 2^31: the same on every machine.
function Get-Next {
    $script:state = (1103515245L * $script:state + 12345) % 2147483648L
    $script:state / 2147483648.0
}

foreach ($day in 0..89) {
    $used = 180 + 40 * [Math]::Exp(0.02 * $day) + 4 * ((Get-Next) + (Get-Next) + (Get-Next) - 1.5)
    [pscustomobject]@{ Day = $day; UsedGB = [Math]::Round($used, 1) }
}
