# The module with an engine that has one operation more: nothing else was written for it.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    # The build of the solution makes it.
    $engine = Get-ChildItem (Join-Path $repositoryRoot 'tests/AddedOperation/bin/*/net10.0/PSAutodiff.Engine.dll') |
        Sort-Object LastWriteTime | Select-Object -Last 1
    if (-not $engine) { throw 'tests/AddedOperation is not built. Run dotnet build PSAutodiff.sln.' }
    Copy-Item $moduleBase TestDrive:/PSAutodiff -Recurse
    Copy-Item $engine TestDrive:/PSAutodiff/PSAutodiff.Engine.dll
    function Get-Line([string]$Command) { (Invoke-FreshShell "Import-Module '$TestDrive/PSAutodiff'`n$Command") -split '\r?\n' }
}

Describe 'The operation of docs/how-to/adding-an-operation.md' -Tag Slow {
    It 'is offered, made, differentiated, evaluated and written by the cmdlets' {
        Get-Line @'
            (TabExpansion2 'New-ExprNode -Op soft').CompletionMatches | ForEach-Object ToolTip
            "$(New-ExprNode -Op softsign -X '2*x')"
            "$([PSAutodiff.ExprNode]::Softsign('2*x'))"
            'softsign(x)' | Measure-Expression -At @{ x = 3 }
            "$('softsign(x)' | Invoke-Differentiate x)"
            "$('softsign(-x) + softsign(x)' | Invoke-Simplify)"
            'softsign(x)' | ConvertTo-ExprText -As Latex
'@ | Should -BeExactly @(
            'softmax takes 1 argument', 'softplus takes 1 argument', 'softsign takes 1 argument', 'softsign(2 * x)', 'softsign(2 * x)', '0.75',
            '1 / (1 + abs(x))^2', '0', '\operatorname{softsign}\left(x\right)')
    }

    It 'is missing in the module itself' {
        { New-ExprNode 'softsign(x)' -ErrorAction Stop } | Should -Throw -ExpectedMessage '*softsign*'
    }
}
