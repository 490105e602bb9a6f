# The module's MathNet.Numerics beside the one of another module: whoever comes first, each gets its own.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    # The build of the solution makes it: a binary module with MathNet.Numerics 4.15.
    $other = Get-ChildItem (Join-Path $repositoryRoot 'tests/OtherMathNet/bin/*/net10.0/OtherMathNet.dll') |
        Sort-Object LastWriteTime | Select-Object -Last 1
    if (-not $other) { throw 'tests/OtherMathNet is not built. Run dotnet build PSAutodiff.sln.' }

    $import = "`$ErrorActionPreference = 'Stop'; Import-Module '$moduleBase'"
    $importOther = "Import-Module '$($other.FullName)'"
    $ours = "'ours ' + (Measure-WeightDecay -Hessian @((2, 1), (1, 2)) -Minimizer 3, 1 -Decay 1).DecayedMinimizer.ForEach{ [Math]::Round(`$_, 9) }"
    $theirs = "Get-OtherDeterminant | ForEach-Object { 'theirs {0:f3} {1}' -f `$_.Determinant, `$_.Version }"
    # Name, version and load context of every copy.
    $copies = "[AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -eq 'MathNet.Numerics' } | ForEach-Object {
        '{0} in {1}' -f `$_.GetName().Version, [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name } | Sort-Object"
    function Get-Line([string[]]$Command) { (Invoke-FreshShell ($Command -join "`n")) -split '\r?\n' }
}

Describe 'MathNet.Numerics of the module' -Tag Slow {
    It 'is loaded into a context of its own in a fresh session' {
        Get-Line $import, $ours, $copies | Should -BeExactly 'ours 2 1', '5.0.0.0 in PSAutodiff'
    }

    It 'is not loaded before it is needed' {
        Get-Line $import, "'x^2' | Measure-Expression -At @{ x = 3 }", $copies | Should -BeExactly '9'
    }

    It 'works after the session loaded version 4.15' {
        Get-Line $importOther, $theirs, $import, $ours, $theirs, $copies |
            Should -BeExactly 'theirs 3.000 4.15.0.0', 'ours 2 1', 'theirs 3.000 4.15.0.0', '4.15.0.0 in Default', '5.0.0.0 in PSAutodiff'
    }

    It 'leaves a module that comes later its version 4.15' {
        Get-Line $import, $ours, $importOther, $theirs, $ours, $copies |
            Should -BeExactly 'ours 2 1', 'theirs 3.000 4.15.0.0', 'ours 2 1', '4.15.0.0 in Default', '5.0.0.0 in PSAutodiff'
    }

    It 'leaves it to a module that was imported later but used first' {
        Get-Line $import, $importOther, $theirs, $ours, $copies |
            Should -BeExactly 'theirs 3.000 4.15.0.0', 'ours 2 1', '4.15.0.0 in Default', '5.0.0.0 in PSAutodiff'
    }

    It 'works in eight runspaces at once, beside the other one' {
        $parallel = "1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            $import
            $importOther
            $ours
            $theirs
        } | Group-Object -NoElement | Sort-Object Name | ForEach-Object { '{0} x {1}' -f `$_.Count, `$_.Name }"
        Get-Line $parallel, $copies | Should -BeExactly '8 x ours 2 1', '8 x theirs 3.000 4.15.0.0', '4.15.0.0 in Default', '5.0.0.0 in PSAutodiff'
    }

    It 'is loaded once, however often the module is imported' {
        Get-Line $import, $ours, "Import-Module '$moduleBase' -Force", $ours, 'Remove-Module PSAutodiff', $import, $ours, $copies |
            Should -BeExactly 'ours 2 1', 'ours 2 1', 'ours 2 1', '5.0.0.0 in PSAutodiff'
    }

    It 'gives types of the one engine' {
        Get-Line $import, '$r = Measure-WeightDecay -Hessian 2 -Minimizer 1 -Decay 1', '$r.GetType().Assembly.Equals([PSAutodiff.ExprNode].Assembly)' | Should -BeExactly 'True'
    }

    It 'is referenced by no assembly of the default context' {
        foreach ($assembly in [PSAutodiff.ExprNode].Assembly, (Get-Module PSAutodiff).ImplementingAssembly) {
            $assembly.GetReferencedAssemblies().Name | Should -Match '^(System\..*|Microsoft\.Win32\.Primitives|netstandard|PSAutodiff\..*)$'
        }
        (Get-ChildItem $moduleBase -Filter *.dll).Name | Sort-Object | Should -BeExactly 'PSAutodiff.dll', 'PSAutodiff.Engine.dll'
    }
}
