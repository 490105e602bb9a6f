# Ctrl+C during the passes over a large expression, seen from outside: they run in a PowerShell of their own.
BeforeDiscovery {
    # Each takes seconds. The wait ends in the middle of the pass that its name says. Those with the same preparation stand together and share it.
    $passes = @(
        @{ What = 'reading 20 MB of text'; Before = '$text = "x*y+" * 5000000 + "z"'; Long = 'New-ExprNode $text' }
        @{ What = 'reading parentheses and nothing else'; Before = '$text = "(" * 40000000'; Long = 'New-ExprNode $text' }
        @{ What = 'reading JSON'; Before = '$json = ("sin(x+" * 400000 + "x" + ")" * 400000 | ConvertTo-ExprText Json); $json = $json.Replace("]}],""root"":", "]}" + ",{""op"":""sin"",""args"":[5]}" * 2000000 + "],""root"":")'; Long = 'New-ExprNode -Json $json' }
        @{ What = 'the Hessian of a product of 2,001 factors'; Before = '$node = New-ExprNode ((0..2000 | ForEach-Object { "x$_" }) -join "*"); $at = @{}; 0..2000 | ForEach-Object { $at["x$_"] = 1 }'; Long = '$node | Invoke-Differentiate -Hessian' }
        @{ What = 'measuring that Hessian'; Before = '$node = New-ExprNode ((0..2000 | ForEach-Object { "x$_" }) -join "*"); $at = @{}; 0..2000 | ForEach-Object { $at["x$_"] = 1 }'; Long = '$node | Measure-Expression -At $at -Hessian' }
        @{ What = 'differentiating a million times'; Before = '$node = New-ExprNode "sin(x)"'; Long = '$node | Invoke-Differentiate x -Order 1000000' }
        @{ What = 'the derivative of a large expression'; Before = '$node = New-ExprNode ("sin(x*y+" * 1000000 + "x" + ")" * 1000000); $other = New-ExprNode ("sin(y*x+" * 1000000 + "x" + ")" * 1000000)'; Long = '$node | Invoke-Differentiate x, y' }
        @{ What = 'compiling with derivatives'; Before = '$node = New-ExprNode ("sin(x*y+" * 1000000 + "x" + ")" * 1000000); $other = New-ExprNode ("sin(y*x+" * 1000000 + "x" + ")" * 1000000)'; Long = '$node | New-CompiledExpression -Gradient' }
        @{ What = 'the preparation of a minimum'; Before = '$node = New-ExprNode ("sin(x*y+" * 1000000 + "x" + ")" * 1000000); $other = New-ExprNode ("sin(y*x+" * 1000000 + "x" + ")" * 1000000)'; Long = '$node | Find-Minimum -At @{ x = 1; y = 2 }' }
        @{ What = 'the preparation of a training'; Before = '$node = New-ExprNode ("sin(x*y+" * 1000000 + "x" + ")" * 1000000); $other = New-ExprNode ("sin(y*x+" * 1000000 + "x" + ")" * 1000000)'; Long = '@{ x = 1 } | Start-NetworkTraining -Loss $node' }
        @{ What = 'checking a derivative'; Before = '$node = New-ExprNode ("sin(x*y+" * 1000000 + "x" + ")" * 1000000); $other = New-ExprNode ("sin(y*x+" * 1000000 + "x" + ")" * 1000000)'; Long = '$node | Test-Derivative -At @{ x = 1; y = 2 }' }
        @{ What = 'comparing large expressions'; Before = '$node = New-ExprNode ("sin(x*y+" * 1000000 + "x" + ")" * 1000000); $other = New-ExprNode ("sin(y*x+" * 1000000 + "x" + ")" * 1000000)'; Long = '$node | Compare-Expression $other' }
        @{ What = 'simplifying a large expression'; Before = '$node = New-ExprNode ("sin(2*x+" * 1000000 + "x" + ")" * 1000000)'; Long = '$node | Invoke-Simplify' }
        @{ What = 'simplifying by steps'; Before = '$node = New-ExprNode ("sin(2*x+" * 1000000 + "x" + ")" * 1000000)'; Long = '$node | Invoke-Simplify -Step' }
        @{ What = 'simplifying it stably'; Before = '$node = New-ExprNode ("log(1+exp(x*" * 500000 + "x" + "))" * 500000)'; Long = '$node | Invoke-Simplify Stable' }
        @{ What = 'replacing a variable'; Before = '$node = New-ExprNode ("sin(x*y+" * 2000000 + "x" + ")" * 2000000)'; Long = '$node | Resolve-Expression @{ y = 2 } | Resolve-Expression @{ x = "a" }' }
        @{ What = 'writing Let text'; Before = '$node = New-ExprNode ("sin(x*y+" * 2000000 + "x" + ")" * 2000000)'; Long = '$node | ConvertTo-ExprText Let' }
        @{ What = 'writing JSON'; Before = '$node = New-ExprNode ("sin(x*y+" * 2000000 + "x" + ")" * 2000000)'; Long = '$node | ConvertTo-ExprText Json' }
        @{ What = 'writing code'; Before = '$node = New-ExprNode ("sin(x*y+" * 2000000 + "x" + ")" * 2000000)'; Long = '$node | ConvertTo-ExprText CSharp' }
        @{ What = 'the last computation of a regression'; Before = '$random = [Random]::new(1); $data = [double[,]]::new(1200, 600); for ($i = 0; $i -lt 1200; $i++) { for ($j = 0; $j -lt 600; $j++) { $data[$i, $j] = $random.NextDouble() } }; $target = foreach ($i in 1..1200) { $random.NextDouble() }'; Long = 'Invoke-LinearRegression -Data $data -Target $target' }
    )
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    # Milliseconds after which a stop is noticed, at several moments of the work; a moment after its end counts for nothing.
    function Measure-Stop([string]$Long, [int[]]$Moment) {
        foreach ($milliseconds in $Moment) {
            $shell = [powershell]::Create($prepared.Runspace).AddScript("$Long | Out-Null")
            $run = $shell.BeginInvoke()
            [System.Threading.Thread]::Sleep($milliseconds)
            if ($run.IsCompleted) { break }
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.ElapsedMilliseconds
            # Completed when it came to its end just then.
            $shell.InvocationStateInfo.State.ToString() | Should -BeIn Stopped, Completed
            $shell.Dispose()
        }
    }

    # A PowerShell in which the preparation has been run; it stays for the next pass, which may have the same.
    $prepared = @{ By = $null; Runspace = $null }
    function Initialize-Pass([string]$Before) {
        if ($prepared.By -ceq $Before) { return }
        $prepared.Runspace?.Dispose()
        $prepared.By = $null
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
        $state.ImportPSModule($moduleBase)
        $prepared.Runspace = [runspacefactory]::CreateRunspace($state)
        $prepared.Runspace.Open()
        $first = [powershell]::Create($prepared.Runspace).AddScript($Before)
        $null = $first.Invoke()
        $first.HadErrors | Should -BeFalse -Because "the preparation has to work: $($first.Streams.Error)"
        $first.Dispose()
        $prepared.By = $Before
    }
}

AfterAll { $prepared.Runspace?.Dispose() }

Describe 'A pass stopped with Ctrl+C' -Tag Slow {
    It 'ends at once: <What>' -ForEach $passes {
        Initialize-Pass $Before
        # A busy machine delays some, now and then all; a pass that cannot be stopped delays all of them by what is left of it, every time.
        foreach ($attempt in 1..5) {
            $delays = @(Measure-Stop $Long 60, 400, 1200)
            $delays.Count | Should -BeGreaterThan 0 -Because 'it was running'
            $delay = $delays | Measure-Object -Minimum -Average
            $bound = 200
            if ($delay.Minimum -lt $bound -and $delay.Average -lt 5 * $bound) { break }
            # A loop of PowerShell's own ends within some milliseconds, on a busy machine later.
            $bound = [Math]::Max($bound, 10 * (Measure-Stop 'while ($true) { }' 60, 400 | Measure-Object -Average).Average)
            if ($delay.Minimum -lt $bound -and $delay.Average -lt 5 * $bound) { break }
        }
        $delay.Minimum | Should -BeLessThan $bound
        $delay.Average | Should -BeLessThan (5 * $bound)
    }
}
