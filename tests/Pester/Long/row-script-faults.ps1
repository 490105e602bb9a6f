# Not part of the suite, as session-faults.ps1 is not. Invoke-Pester runs it by its path.
BeforeDiscovery {
    . "$PSScriptRoot/../SshHosts.ps1"
    $noHosts = Get-SshProblem
    $because = $noHosts ? " (skipped, since $noHosts)" : ''
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    . "$PSScriptRoot/../SshHosts.ps1"
    $loss = '(y - a*exp(-b*x) - c)^2'
    $start = @{ a = 1; b = 1; c = 0 }
}

Describe "-RowScript, when machines are lost$because" -Skip:([bool]$noHosts) -Tag Slow {
    BeforeAll {
        $hosts = Open-SshHost 4
        $connect = $hosts.Connect
        $sessions = New-AutodiffSession $hosts.Names @connect
        $folder = Join-Path $hosts.Folder rows
        $null = New-Item $folder -ItemType Directory
        # Half a decimal place of a sine for noise, in eight parts.
        $all = foreach ($part in 0..7) {
            $rows = 1..40 | ForEach-Object { $i = 40 * $part + $_; [pscustomobject]@{ x = $i / 80; y = 2.5 * [Math]::Exp(-0.7 * $i / 80) + 0.3 + 0.01 * [Math]::Sin($i); w = 1 + $i % 3 } }
            $rows | Export-Csv "$folder/$part.csv"
            $rows
        }
        $read = [scriptblock]::Create("param(`$Part) Import-Csv `"$folder/`$Part.csv`"")
        $parted = @{ Part = 0..7; RowScript = $read }
        function Get-Text($Result) { $Result.PSObject.Properties['At'] ? "$($Result.At.Values) $($Result.Value) $($Result.Iterations)" : "$($Result.Parameters.Values) $($Result.StandardErrors.Values) $($Result.Iterations) $($Result.RSquared)" }
    }

    AfterAll {
        $sessions | Where-Object State -EQ Opened | Remove-PSSession
        Close-SshHost $hosts
    }

    Context 'when machines die' {
        BeforeAll {
            $endless = @{ Method = "GradientDescent"; LearningRate = 0.0001; MaxIteration = 10000000; Mean = $true }
            $long = @{ Method = 'GradientDescent'; LearningRate = 0.01; MaxIteration = 1500; Mean = $true }
            function Invoke-KillLater($SshHost, [int]$Milliseconds) {
                $helpers = "$PSScriptRoot/../SshHosts.ps1"
                Start-ThreadJob {
                    . $using:helpers
                    [Threading.Thread]::Sleep($using:Milliseconds)
                    Get-SshProcess $using:SshHost | ForEach-Object { kill -9 $_ }
                }
            }
        }

        It 'loses nothing when others can read the parts' {
            $expected = Get-Text (Find-Minimum $loss $start @long @parted -Session $sessions[0])
            $killer = Invoke-KillLater $hosts.Hosts[3] 2000
            $outcome = Get-Outcome { Find-Minimum $loss $start @long @parted -Session $sessions[0, 1, 3] }
            $null = $killer | Wait-Job | Remove-Job
            $outcome.Errors | Should -BeNullOrEmpty
            Get-Text $outcome.Output[0] | Should -BeExactly $expected
            "$($outcome.Warnings)" | Should -BeLike "*$($hosts.Names[3]) was lost*"
        }

        It 'ends with what was reached when nobody else can read the part' {
            $killer = Invoke-KillLater $hosts.Hosts[2] 2000
            $outcome = Get-Outcome { Find-Minimum $loss $start @endless -ResultVariable reached -Session $sessions[2] -RowScript ([scriptblock]::Create("Import-Csv '$folder/0.csv'")) }
            $null = $killer | Wait-Job | Remove-Job
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly MachinesLost
            "$($outcome.Errors[0])" | Should -BeLike "The machine $($hosts.Names[2]) was lost*`$reached*"
            $outcome.Errors[0].TargetObject.Iterations | Should -BeGreaterThan 1
        }
    }
}
