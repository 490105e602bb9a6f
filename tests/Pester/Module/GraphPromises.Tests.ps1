# A chain a million deep, sixty-four squarings, a hundred thousand shared nodes: built by operators in PowerShell and taken through
# everything a session does with an expression. A pass that recursed would end the process; one that wrote shared parts out each
# time would never end. Whole graphs never stand beside Should, which would format them.
BeforeDiscovery {
    $graphs = @(
        @{
            Kind = 'a chain a million deep'; Nodes = 1000001; Depth = 1000001; Variables = @('x')
            At = @{ x = 3; y = 0 }; Value = 3; Gradient = 1; Hessian = 0
        }
        @{
            Kind = 'sixty-four squarings'; Nodes = 65; Depth = 65; Variables = @('x')
            At = @{ x = 1; y = 0 }; Value = 1; Gradient = [Math]::Pow(2, 64); Hessian = [Math]::Pow(2, 128)
        }
        @{
            Kind = 'a hundred thousand shared nodes'; Nodes = 100003; Depth = 100001; Variables = @('x', 'y')
            At = @{ x = 3; y = 6 }; Value = 5; Gradient = 1 / 3; Hessian = 0
        }
    )
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $displayPattern = '(?s)^.{200,300}\.\.\. \[#[0-9a-f]{8}\]$'
}

Describe '<Kind>' -Tag Slow -ForEach $graphs {
    BeforeAll {
        $graph = Get-PromisedGraph $Kind
        $other = $graph + 1
    }

    Context 'as an object' {
        It 'knows its size, depth and variables' {
            $graph.NodeCount | Should -Be $Nodes
            $graph.Depth | Should -Be $Depth
            $graph.Variables | Should -BeExactly $Variables
        }

        It 'is told at the prompt and in text by a short beginning and a hash' {
            ($graph | Out-String).Trim() -replace '\s*\r?\n', '' | Should -Match '(?s)^.{200,300}\[#[0-9a-f]{8}\]$'
            "$graph" | Should -Match $displayPattern
            "$graph" | Should -Not -BeExactly "$other"
        }

        It 'is shown in short by <_>' -ForEach 'Format-List', 'Format-Table', 'Format-Wide', 'Format-Custom' {
            ($graph | & $_ | Out-String).Length | Should -BeLessThan 4000
        }

        It 'is shown in short by <_> as a property of something else' -ForEach 'Format-List', 'Format-Table' {
            ([pscustomobject]@{ Node = $graph; Number = 1 } | & $_ | Out-String).Length | Should -BeLessThan 4000
        }

        It 'is shown in short with all its properties' {
            ($graph | Select-Object * | Out-String).Length | Should -BeLessThan 4000
            ($graph | Format-List * | Out-String).Length | Should -BeLessThan 4000
        }
    }

    Context 'compared' {
        BeforeAll {
            $twin = New-ExprNode ($graph | ConvertTo-ExprText -As Let)
        }

        It 'equals its twin that was read from text, hash code included' {
            [object]::ReferenceEquals($graph, $twin) | Should -BeFalse
            $graph.Equals($twin) | Should -BeTrue
            $graph -eq $twin | Should -BeTrue
            $graph.GetHashCode() -eq $twin.GetHashCode() | Should -BeTrue
        }

        It 'differs from a graph with one node more' {
            $graph.Equals($other) | Should -BeFalse
            $graph -eq $other | Should -BeFalse
            $graph.GetHashCode() -eq $other.GetHashCode() | Should -BeFalse
        }

        It 'is one of two for Sort-Object -Unique, Group-Object, Compare-Object and a hashtable' {
            @($graph, $other, $twin | Sort-Object -Unique).Count | Should -Be 2
            $groups = @($graph, $other, $twin | Group-Object)
            $groups.Count | Should -Be 2
            ($groups.Count | Sort-Object) -join ',' | Should -BeExactly '2'
            @(Compare-Object $graph $twin).Count | Should -Be 0
            @(Compare-Object $graph $other).Count | Should -Be 2
            $table = @{ $graph = 'here' }
            $table[$twin] | Should -Be here
            $table.ContainsKey($other) | Should -BeFalse
        }
    }

    Context 'through the cmdlets' {
        It 'goes through New-ExprNode as it is' {
            [object]::ReferenceEquals(($graph | New-ExprNode), $graph) | Should -BeTrue
            (New-ExprNode -Op tanh -X $graph).Depth | Should -Be ($Depth + 1)
        }

        It 'is written as <_>, cut where parts would be written out each time' -ForEach 'Infix', 'Lab', 'Latex', 'MathML', 'Tree' {
            $text = $graph | ConvertTo-ExprText -As $_ -MaxLength 10000 -WarningVariable warnings -WarningAction SilentlyContinue
            $text.Length | Should -BeGreaterThan 0
            $text.Length | Should -BeLessThan 20000
            if ($text.Length -gt 10000) { $warnings | Should -HaveCount 1 }
        }

        It 'is written in full as <_>, in proportion to its distinct nodes' -ForEach 'Let', 'Dot', 'Json', 'CSharp', 'Python', 'PyTorch', 'PowerShell' {
            $text = $graph | ConvertTo-ExprText -As $_
            $text.Length | Should -BeGreaterThan $Nodes
            $text.Length | Should -BeLessThan (400 * $Nodes + 10000)
            # The title of code, a comment, may be cut; nothing else.
            [regex]::Matches($text, '\.\.\. \[#').Count | Should -BeLessOrEqual ($_ -in 'CSharp', 'Python', 'PyTorch', 'PowerShell' ? 1 : 0)
        }

        It 'comes back from JSON' {
            (New-ExprNode -Json ($graph | ConvertTo-ExprText -As Json)).Equals($graph) | Should -BeTrue
        }

        It 'is differentiated with -Mode <_>' -ForEach 'Auto', 'Forward', 'Reverse' {
            $derivative = $graph | Invoke-Differentiate x -Mode $_
            $derivative | Measure-Expression -At $At | Assert-Near $Gradient -Within (1e-9 * [Math]::Max(1.0, $Gradient))
        }

        It 'is simplified with -Rule <_>' -ForEach 'Lab', 'Standard', 'Stable' {
            $simple = $graph | Invoke-Simplify -Rule $_
            # z * z becomes z^2, which takes one more constant.
            $simple.NodeCount | Should -BeLessOrEqual ($Nodes + 1)
            ($simple | Measure-Expression -Cost).Operations | Should -BeLessOrEqual ($graph | Measure-Expression -Cost).Operations
            $simple | Measure-Expression -At $At | Assert-Near $Value -Within 1e-9
        }

        It 'gets other things for its variables' {
            $resolved = $graph | Resolve-Expression -At @{ x = 'u*v' }
            $resolved.Variables[0] | Should -BeExactly u
            $resolved.NodeCount | Should -Be ($Nodes + 2)
        }

        It 'is measured, with gradient and Hessian' {
            $graph | Measure-Expression -At $At | Assert-Near $Value -Within 1e-9
            $measured = $graph | Measure-Expression -At $At -Hessian
            $measured.Value | Assert-Near $Value -Within 1e-9
            $measured.Gradient['x'] | Assert-Near $Gradient -Within (1e-9 * [Math]::Max(1.0, $Gradient))
            $measured.Hessian[0, 0] | Assert-Near $Hessian -Within (1e-9 * [Math]::Max(1.0, $Hessian))
        }

        It 'is measured on rows' {
            @{ x = 1; y = 1 }, @{ x = 1; y = 1 } | Measure-Expression $graph | ForEach-Object { $_ | Assert-Near 1 -Within 1e-9 }
        }

        It 'is trained as a loss' {
            $result = @{ y = 1 }, @{ y = 1 } | Start-NetworkTraining ($graph * 0.5) -Parameter x -InitialValue @{ x = 1 } -LearningRate 1e-100 -Epoch 2 -WarningAction SilentlyContinue
            $result.Steps | Should -Be 4
            $result.FinalLoss | Assert-Near 0.5 -Within 1e-9
        }
    }
}
