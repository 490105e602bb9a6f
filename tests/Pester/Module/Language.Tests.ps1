# Expressions in the language itself: operators, casts, types.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $x = New-ExprNode x
    $y = New-ExprNode y
}

Describe 'Operators make expressions' {
    It '<Code> is <Text>' -ForEach @(
        @{ Code = '$x + $y'; Text = 'x + y' }
        @{ Code = '$x - $y'; Text = 'x - y' }
        @{ Code = '$x * $y'; Text = 'x * y' }
        @{ Code = '$x / $y'; Text = 'x / y' }
        @{ Code = '4 * $x'; Text = '4 * x' }
        @{ Code = '$x * 4'; Text = 'x * 4' }
        @{ Code = '$x + 1'; Text = 'x + 1' }
        @{ Code = '1 + $x'; Text = '1 + x' }
        @{ Code = '2.5 - $x'; Text = '2.5 - x' }
        @{ Code = '1 / $x'; Text = '1 / x' }
        @{ Code = '$x / 2'; Text = 'x / 2' }
        @{ Code = '$x - 1e-3'; Text = 'x - 0.001' }
        @{ Code = '[long]3 * $x'; Text = '3 * x' }
        @{ Code = '[float]0.5 * $x'; Text = '0.5 * x' }
        @{ Code = '-$x'; Text = '0 - x' }
        @{ Code = '4 * $x * $y + 1'; Text = '4 * x * y + 1' }
        @{ Code = '($x + 1) * ($x - 1)'; Text = '(x + 1) * (x - 1)' }
        @{ Code = '[PSAutodiff.ExprNode]::Exp(-1 * $y)'; Text = 'exp(-1 * y)' }
        @{ Code = '[PSAutodiff.ExprNode]::Tanh($x) * [PSAutodiff.ExprNode]::Log($y)'; Text = 'tanh(x) * log(y)' }
        @{ Code = '[PSAutodiff.ExprNode]::Exp(2)'; Text = 'exp(2)' }
        @{ Code = '$z = $x; $z += 1; $z *= 2; $z'; Text = '(x + 1) * 2' }
    ) {
        $made = & ([scriptblock]::Create($Code))
        $made | Should -BeOfType PSAutodiff.ExprNode
        $made.ToString() | Should -BeExactly $Text
    }

    It 'share what is used twice' {
        $square = $x * $y
        ($square + $square).NodeCount | Should -Be 4
    }
}

Describe 'Casts' {
    It '[PSAutodiff.ExprNode] takes text and numbers' {
        [PSAutodiff.ExprNode]'x^2' | Should -BeOfType PSAutodiff.ExprNode
        ([PSAutodiff.ExprNode]'x^2').Equals((New-ExprNode 'x^2')) | Should -BeTrue
        ([PSAutodiff.ExprNode]2.5).Value | Should -BeExactly 2.5
        ([PSAutodiff.ExprNode]3).Value | Should -BeExactly 3
        ('x^2' -as [PSAutodiff.ExprNode]).ToString() | Should -BeExactly 'x^2'
    }

    It 'a typed variable and a typed parameter take text' {
        [PSAutodiff.ExprNode]$typed = 'a + b'
        $typed.Variables | Should -BeExactly 'a', 'b'
        function Get-Slope([PSAutodiff.ExprNode]$Node) { $Node | Invoke-Differentiate }
        (Get-Slope '3*t').Value | Should -Be 3
    }

    It 'text that is not an expression cannot be cast, and the message shows where' {
        { [PSAutodiff.ExprNode]'x*' } | Should -Throw '*Column 3*x`**^*'
        $null -eq ('x*' -as [PSAutodiff.ExprNode]) | Should -BeTrue
    }

    It 'Parse reads text' {
        [PSAutodiff.ExprNode]::Parse('x^2').ToString() | Should -BeExactly 'x^2'
    }
}

Describe 'What must not pass silently' {
    It 'an expression cannot be ordered: $x -lt 3 fails, as does <_>' -ForEach '$x -lt 3', '$x -gt $y', '$x -le 0', '$x -ge $y' {
        { & ([scriptblock]::Create($_)) } | Should -Throw '*IComparable*'
    }

    It 'a null operand on the right throws: <_>' -ForEach '$x + $null', '$x - $null', '$x * $null', '$x / $null', '[PSAutodiff.ExprNode]::Exp($null)', '[PSAutodiff.ExprNode]::Max($x, $null)' {
        $record = $null
        try { & ([scriptblock]::Create($_)) } catch { $record = $_ }
        $record.Exception.GetBaseException() | Should -BeOfType PSAutodiff.AutodiffException
        $record.Exception.GetBaseException().ErrorId | Should -BeExactly NullOperand
        $record.Exception.Message | Should -BeLike '*misspelled*'
    }

    It 'NaN is not a constant' {
        { $x * [double]::NaN } | Should -Throw '*finite*'
    }

    It 'a misspelled variable throws under Set-StrictMode' {
        { $x + $misspelled } | Should -Throw -ErrorId VariableIsUndefined
    }
}

Describe 'Comparison' {
    It 'is by structure' {
        $x + 1 -eq $x + 1 | Should -BeTrue
        $x + 1 -ne 1 + $x | Should -BeTrue
        $x -eq (New-ExprNode x) | Should -BeTrue
        $x -in (New-ExprNode x), $y | Should -BeTrue
    }

    It 'serves as a key' {
        $table = @{ ($x * $y) = 'product' }
        $table[(New-ExprNode 'x*y')] | Should -BeExactly product
    }

    It 'sorts, groups and compares with PowerShell''s own commands' {
        $nodes = 'x', 'y', 'x', 'x+0' | New-ExprNode
        @($nodes | Sort-Object -Unique).Count | Should -Be 3
        ($nodes | Group-Object | Sort-Object Count -Descending)[0].Count | Should -Be 2
        @(Compare-Object $nodes[0] $nodes[2]).Count | Should -Be 0
    }
}

Describe 'using namespace PSAutodiff' {
    It 'makes [ExprNode] known in a script under Set-StrictMode' {
        $script = Join-Path $TestDrive script.ps1
        Set-Content $script @'
using namespace PSAutodiff
Set-StrictMode -Version Latest
$x = [ExprNode]'x'
$f = 4 * $x + [ExprNode]::Exp(-1 * $x)
"$f at 0 is $($f | Measure-Expression -At @{ x = 0 })"
'@
        & $script | Should -BeExactly '4 * x + exp(-1 * x) at 0 is 1'
        Invoke-FreshShell "Import-Module '$moduleBase'; & '$script'" | Should -BeExactly '4 * x + exp(-1 * x) at 0 is 1'
    }

    It 'works in functions, classes and loops' {
        $script = Join-Path $TestDrive class.ps1
        Set-Content $script @'
using namespace PSAutodiff
Set-StrictMode -Version Latest
function Get-Polynomial([double[]]$Coefficient) {
    $x = [ExprNode]::Variable('x')
    $sum = [ExprNode]0
    foreach ($c in $Coefficient) { $sum = $sum * $x + $c }
    $sum
}
Get-Polynomial 2, 0, -1 | Invoke-Differentiate x | Measure-Expression -At @{ x = 3 }
'@
        & $script | Should -Be 12
    }
}
