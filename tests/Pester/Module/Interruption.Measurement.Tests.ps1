# Ctrl+C during long measurements, seen from outside: they run in a PowerShell of their own.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    function Invoke-LongMeasurement([string]$Script) {
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
        $state.ImportPSModule($moduleBase)
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        $null = $shell.AddScript($Script)
        $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $run = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $output)
        # The script says with its first output that the measurement comes next.
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while ($output.Count -eq 0 -and -not $run.IsCompleted -and $clock.Elapsed.TotalSeconds -lt 300) { [System.Threading.Thread]::Sleep(10) }
        [System.Threading.Thread]::Sleep(700)
        [pscustomobject]@{ Shell = $shell; Runspace = $runspace; Run = $run; Output = $output }
    }

    function Invoke-In([runspace]$Runspace, [string]$Script) {
        $shell = [powershell]::Create($Runspace)
        try { $shell.AddScript($Script).Invoke() }
        finally { $shell.Dispose() }
    }

    # Half a minute and more: three thousand sines in a row at two million points.
    $deep = '$deep = New-ExprNode x; foreach ($i in 1..3000) { $deep = [PSAutodiff.ExprNode]::Sin($deep) }; $many = [double[]]::new(2000000);'
}

Describe 'A measurement stopped with Ctrl+C: <What>' -Tag Slow -ForEach @(
    @{ What = 'values over an array'; Script = '''ready''; $deep | Measure-Expression -At @{ x = $many }'; Part = '$deep | Measure-Expression -At @{ x = [double[]]::new(2000) } | Out-Null'; Parts = 1000 }
    @{ What = 'objects for many points'; Script = '''ready''; ''x^2*y'' | Measure-Expression -At @{ x = [double[]]::new(20000000); y = 1 } -Gradient | Out-Null'; Part = '''x^2*y'' | Measure-Expression -At @{ x = [double[]]::new(20000); y = 1 } -Gradient | Out-Null'; Parts = 1000 }
    @{ What = 'a large map'; Script = '''ready''; Show-Expression ($deep + (New-ExprNode y)) -Range -1, 1 -Width 2000 -Height 1000 | Out-Null'; Part = 'Show-Expression ($deep + (New-ExprNode y)) -Range -1, 1 -Width 103 -Height 20 | Out-Null'; Parts = 1000 }
    @{ What = 'rows without end'; Script = '''ready''; & { while ($true) { @{ x = 1 } } } | Measure-Expression ''x^2'' | Out-Null'; Part = '@{ x = 1 } | Measure-Expression ''x^2'''; Parts = [double]::PositiveInfinity }
) {
    BeforeAll {
        $measurement = Invoke-LongMeasurement ($deep + $Script)
        $running = -not $measurement.Run.IsCompleted
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $measurement.Shell.Stop()
        $clock.Stop()
    }

    AfterAll {
        $measurement.Shell.Dispose()
        $measurement.Runspace.Dispose()
    }

    It 'was running' {
        $measurement.Output[0] | Should -BeExactly ready
        $running | Should -BeTrue
    }

    It 'ends at once, without a result' {
        # Within a tenth of a second, when the machine has nothing else to do; measured to its end it takes half a minute, or has none.
        $whole = $Parts * (Invoke-In $measurement.Runspace "(Measure-Command { $Part }).TotalSeconds")[0]
        $clock.Elapsed.TotalSeconds | Should -BeLessThan ($whole / 4)
        $measurement.Shell.InvocationStateInfo.State.ToString() | Should -BeExactly Stopped
        $measurement.Output.Count | Should -Be 1
    }

    It 'leaves the runspace usable, the same expression included' {
        Invoke-In $measurement.Runspace '$deep | Measure-Expression -At @{ x = 0 }' | Should -Be 0
        (Invoke-In $measurement.Runspace '''x^2*y'' | Measure-Expression -At @{ x = 1, 2, 3; y = 2 }').ForEach{ $_ } | Should -Be 2, 8, 18
    }
}
