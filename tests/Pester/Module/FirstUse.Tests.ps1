# What first calls need is compiled beside other work. Times depend on the machine, so the methods are counted that a first call still has compiled on its own thread.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    # In a fresh shell, after the work that is done beside has been done once more and so is surely at its end.
    function Get-CompiledCount([string]$Work, [string]$Command) {
        $text = Invoke-FreshShell "`$ErrorActionPreference = 'Stop'
            Import-Module '$moduleBase'
            `$rows = 1..4 | ForEach-Object { [pscustomobject]@{ x1 = `$_; x2 = `$_ % 3; kind = ('a', 'b')[`$_ % 2] } }
            `$module = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -eq 'PSAutodiff' }
            `$work = `$module.GetType('PSAutodiff.Startup.WarmUp').GetMethod('$Work', [Reflection.BindingFlags]'NonPublic, Static')
            `$null = `$work.Invoke(`$null, @())
            `$before = [Runtime.JitInfo]::GetCompiledMethodCount(`$true)
            `$null = $Command
            [Runtime.JitInfo]::GetCompiledMethodCount(`$true) - `$before"
        $text | Should -Match '^\d+$'
        [int]$text
    }
}

Describe 'First use' -Tag Slow {
    It 'finds most of what a formula needs compiled beside the import' {
        # 960 without.
        Get-CompiledCount RunExpressions "'x^2*y + exp(-y)' | Invoke-Differentiate x | Measure-Expression -At @{ x = 2; y = 3 }" |
            Should -BeLessThan 400
    }

    It 'finds most of what training a network needs compiled beside the import' {
        # 1,010 without.
        Get-CompiledCount RunNetworks "`$rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 2, tanh, 2, softmax) -Label kind" |
            Should -BeLessThan 500
    }

    It 'makes no more operations than a formula and a network need, however many there are' {
        $made, $all = (Invoke-FreshShell "Import-Module '$moduleBase'
            `$null = 'x^2*y + exp(-y)' | Invoke-Differentiate x | Measure-Expression -At @{ x = 2; y = 3 }
            `$table = [PSAutodiff.ExprNode].Assembly.GetType('PSAutodiff.OperationTable')
            `$made = `$table.GetField('Made', [Reflection.BindingFlags]'NonPublic, Static').GetValue(`$null)
            (@(`$made) -ne `$null).Count, `$made.Count -join ' '") -split ' '
        [int]$made | Should -BeGreaterThan 5
        [int]$made | Should -BeLessThan 45
        [int]$all | Should -BeGreaterThan 60
    }

    It 'leaves no thread that keeps a shell open, and nothing to see' {
        Invoke-FreshShell "Import-Module '$moduleBase'; `$null = New-NeuralNetwork 2 1" | Should -BeExactly ''
    }
}
