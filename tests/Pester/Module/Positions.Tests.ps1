# Every cmdlet that takes an expression takes it at the first position, by name, from the pipeline and splatted, and all give the same.
BeforeDiscovery {
    # What the second position takes, and another value for it.
    $takers = @(
        @{ Name = 'Invoke-Differentiate'; Second = 'Variable'; Value = 'x'; Several = @('y', 'x') }
        @{ Name = 'Invoke-Simplify'; Second = 'Rule'; Value = 'Stable'; Several = 'Lab' }
        @{ Name = 'ConvertTo-ExprText'; Second = 'As'; Value = 'Latex'; Several = 'Let' }
        @{ Name = 'New-CompiledExpression'; Second = 'Variable'; Value = @('y', 'x'); Several = @('x', 'y', 'z') }
        @{ Name = 'Resolve-Expression'; Second = 'At'; Value = @{ x = 2 }; Several = @{ x = 'y + 1'; y = 3 } }
        @{ Name = 'Find-Minimum'; Second = 'InitialValue'; Value = @{ x = 2; y = 1 }; Several = @{ x = -1; y = 0.5 } }
        @{ Name = 'Test-Derivative'; Second = 'At'; Value = @{ x = 2; y = 1 }; Several = [pscustomobject]@{ x = -1; y = 0.5 } }
    )
    $kinds = @(
        @{ Kind = 'text'; Make = { 'x^2 + y^2 + x + x' } }
        @{ Kind = 'a script block'; Make = { { $x * $x + $y * $y + $x + $x } } }
        @{ Kind = 'a node'; Make = { New-ExprNode 'x^2 + y^2 + x + x' } }
    )
    $cases = foreach ($taker in $takers) { foreach ($kind in $kinds) { $taker + $kind } }
    # Parameters that a call needs besides the expression.
    $needed = @{ 'Resolve-Expression' = @{ At = @{ x = 2 } }; 'Find-Minimum' = @{ At = @{ x = 2; y = 1 } }; 'Test-Derivative' = @{ At = @{ x = 2; y = 1 } } }
    $first = foreach ($taker in $takers) { @{ Name = $taker.Name; Needed = $needed[$taker.Name] ?? @{} } }
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    # Times differ from run to run.
    function Get-Text([object[]]$Items) { ($Items | ForEach-Object { $_ -is [PSAutodiff.Minimum] ? "$_ $($_.Iterations)" : "$_" }) -join "`n" }
}

Describe '<Name> with <Kind>' -ForEach $cases {
    BeforeAll {
        $expression = & $Make
        $named = @{ $Second = $Value }
        $expected = Get-Text (& $Name -Expression $expression @named)
    }

    It 'gives something by name' {
        $expected | Should -Not -BeNullOrEmpty
    }

    It 'takes both by position' {
        Get-Text (& $Name $expression $Value) | Should -BeExactly $expected
    }

    It 'takes the expression by position and the rest by name, in any order' {
        Get-Text (& $Name $expression @named) | Should -BeExactly $expected
        Get-Text (& $Name @named $expression) | Should -BeExactly $expected
        Get-Text (& $Name -Expression $expression $Value) | Should -BeExactly $expected
    }

    It 'takes the expression from the pipeline' {
        Get-Text ($expression | & $Name $Value) | Should -BeExactly $expected
        Get-Text ($expression | & $Name @named) | Should -BeExactly $expected
        Get-Text (& $Name -InputObject $expression @named) | Should -BeExactly $expected
    }

    It 'takes everything splatted' {
        $all = @{ Expression = $expression; $Second = $Value }
        Get-Text (& $Name @all) | Should -BeExactly $expected
        $list = $expression, $Value
        Get-Text (& $Name @list) | Should -BeExactly $expected
        $rest = , $Value
        Get-Text ($expression | & $Name @rest) | Should -BeExactly $expected
    }

    It 'takes several from the pipeline, each with what stands at the first position' {
        $other = 'x^2 + y^2'
        $both = @($expression, $other | & $Name $Several)
        $one, $two = @(& $Name $expression $Several), @(& $Name $other $Several)
        Get-Text $both | Should -BeExactly (Get-Text ($one + $two))
    }

    It 'takes it inside of a pipeline of others' {
        Get-Text (1 | ForEach-Object { & $Name $expression $Value }) | Should -BeExactly $expected
        Get-Text (1 | & { process { & $Name $expression $Value } }) | Should -BeExactly $expected
    }
}

Describe '<Name>' -ForEach $first {
    It 'needs nothing at the second position that it does not need by name' {
        $byName = Get-Text (& $Name -Expression 'x^2 + y^2' @Needed)
        Get-Text (& $Name 'x^2 + y^2' @Needed) | Should -BeExactly $byName
        Get-Text ('x^2 + y^2' | & $Name @Needed) | Should -BeExactly $byName
    }

    It 'takes a number' {
        $one, $other = (Get-Outcome { & $Name 2.5 @Needed }), (Get-Outcome { 2.5 | & $Name @Needed })
        Get-Text $one.Output | Should -BeExactly (Get-Text $other.Output)
        "$($one.Errors)" | Should -BeExactly "$($other.Errors)"
        $one.Errors | ForEach-Object { Get-ErrorId $_ } | Should -Not -Contain ExpressionTypeUnsupported
    }

    It 'says once that there is no expression in an empty pipeline' {
        $outcome = Get-Outcome { @() | & $Name @Needed }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ExpressionMissing
        $outcome.Errors[0].Exception.Message | Should -BeLike "*For example: $Name*"
    }

    It 'says what is wrong with an expression at the first position' {
        $outcome = Get-Outcome { & $Name 'x*' @Needed }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ExpressionSyntax
        $outcome.Errors[0].TargetObject | Should -BeExactly 'x*'
        $outcome = Get-Outcome { & $Name $null @Needed }
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ExpressionNull
    }
}

Describe 'Objects at the first position' {
    It 'are simplified: <_>' -ForEach 'Gradient', 'Hessian', 'Jacobian' {
        $switch = @{ $_ = $true }
        $object = Invoke-Differentiate 'x*x + x' @switch
        $simple = Invoke-Simplify $object
        $simple.GetType() | Should -Be $object.GetType()
        "$simple" | Should -BeExactly "$($object | Invoke-Simplify)"
    }

    It 'of differentiation are one, or several in a pipeline' {
        "$(Invoke-Differentiate 'x*y' y, x -Gradient)" | Should -BeExactly '{ y: x; x: y }'
        "$(Invoke-Differentiate 'x*y' -Hessian)" | Should -BeExactly '{ x: { x: 0; y: 1 }; y: { x: 1; y: 0 } }'
        "$(Invoke-Differentiate 'x*y' -Jacobian)" | Should -BeExactly '{ { x: y; y: x } }'
        "$('x*y', 'x' | Invoke-Differentiate y -Jacobian)" | Should -BeExactly '{ { y: x }; { y: 0 } }'
        @(Invoke-Differentiate 'x*y' x -Step)[-1].WholeText | Should -BeExactly y
        Invoke-Differentiate 'x^3' x -Order 2 | Should -BeExactly ('x^3' | Invoke-Differentiate x -Order 2)
    }
}

Describe 'Names that were probably meant for numbers' {
    It 'are warned of at the first position, unless values are given there or by name' {
        (Get-Outcome { Invoke-Simplify 'e^x' }).Warnings | Should -HaveCount 1
        (Get-Outcome { Invoke-Differentiate 'e^x' x }).Warnings | Should -HaveCount 1
        (Get-Outcome { 'e^x' | Test-Derivative @{ x = 1; e = 2 } }).Warnings | Should -HaveCount 0
        (Get-Outcome { Test-Derivative 'e^x' @{ x = 1; e = 2 } }).Warnings | Should -HaveCount 0
    }
}

Describe 'The first position' {
    It 'is that of the expression in every cmdlet that takes one, in each of its parameter sets' {
        # Other parameter sets make or take something else in its place; Start-NetworkTraining, Compare-Expression and Invoke-CurveFit have names of their own for it.
        $names = @{ 'Compare-Expression' = 'ReferenceExpression'; 'Start-NetworkTraining' = 'Loss'; 'Invoke-CurveFit' = 'Model' }
        $others = 'New-ExprNode Value', 'New-ExprNode Name', 'New-ExprNode Operation', 'New-ExprNode Json', 'Measure-WeightDecay Hessian', 'Start-NetworkTraining Network'
        $found = foreach ($command in Get-Command -Module PSAutodiff -CommandType Cmdlet) {
            $name = $names[$command.Name] ?? 'Expression'
            if (-not $command.Parameters.ContainsKey($name)) { continue }
            foreach ($set in $command.ParameterSets) {
                $first = $set.Parameters | Where-Object Position -EQ 0 | ForEach-Object Name
                if ("$($command.Name) $($set.Name)" -cin $others) { $first | Should -BeNullOrEmpty }
                else { $first | Should -BeExactly $name -Because "that is what $($command.Name) takes in its set $($set.Name)" }
            }
            $command.Name
        }
        # A new cmdlet has its place either here or among those that take no expression.
        $without = 'Export-AutodiffModel', 'Import-IdxData', 'Import-AutodiffModel', 'Invoke-LinearRegression', 'Invoke-AutodiffModel', 'Measure-Matrix', 'New-AutodiffSession', 'New-NeuralNetwork',
            'Optimize-NeuralNetwork', 'Test-AutodiffModel', 'Trace-NeuralNetwork'
        $found + $without | Sort-Object | Should -BeExactly ((Get-Command -Module PSAutodiff -CommandType Cmdlet).Name | Sort-Object)
    }
}

Describe 'The cmdlets that had it already' {
    It 'Measure-Expression measures at the first position, and rows of a pipeline' {
        Measure-Expression 'x^2' -At @{ x = 3 } | Should -Be 9
        'x^2' | Measure-Expression -At @{ x = 3 } | Should -Be 9
        1..3 | ForEach-Object { [pscustomobject]@{ x = $_ } } | Measure-Expression 'x^2' | Should -Be 1, 4, 9
        $all = @{ Expression = 'x^2'; At = @{ x = 3 } }
        Measure-Expression @all | Should -Be 9
    }

    It 'Compare-Expression compares by position and from the pipeline' {
        (Compare-Expression 'x + x' '2*x').Equal | Should -BeTrue
        ('x + x', 'x^2' | Compare-Expression '2*x').Equal | Should -Be $true, $false
    }

    It 'New-ExprNode and Measure-WeightDecay take both' {
        "$(New-ExprNode 'x + 1')", "$('x + 1' | New-ExprNode)" | Should -BeExactly 'x + 1', 'x + 1'
        $both = @(Measure-WeightDecay '(w - 1)^2' -At @{ w = 1 } -Decay 1; '(w - 1)^2' | Measure-WeightDecay -At @{ w = 1 } -Decay 1)
        $both.DecayedMinimizer | Should -HaveCount 2
        $both[0].DecayedMinimizer | Should -Be $both[1].DecayedMinimizer
    }
}

Describe 'A mistake' {
    It '<Call> is <Id> and says what to write' -ForEach @(
        @{ Call = { 'x^2' | Invoke-Simplify 'x+x' }; Id = 'ArgumentInvalid'; Says = "-Rule: one of Standard, Lab, Stable, Textbook, Expand, Factor, Collect, Trigonometric, not 'x+x'" }
        @{ Call = { 'x^2' | ConvertTo-ExprText Word }; Id = 'ArgumentInvalid'; Says = "-As: one of Infix" }
        @{ Call = { 'x^2' | Invoke-Differentiate $null }; Id = 'ArgumentInvalid'; Says = '-Variable: names of variables' }
        @{ Call = { 'x^2' | Invoke-Differentiate @() }; Id = 'ArgumentInvalid'; Says = '-Variable: names of variables' }
        @{ Call = { 'x^2' | Invoke-Differentiate 'x^2' }; Id = 'VariableNameInvalid'; Says = "'x^2'" }
        @{ Call = { 'x^2' | New-CompiledExpression 'x+y' }; Id = 'VariableNameInvalid'; Says = "'x+y'" }
        @{ Call = { 'x^2' | Resolve-Expression 'y' }; Id = 'ValueMissing'; Says = "for example @{ x = 2; y = 3 }, not as 'y'" }
        @{ Call = { 'x^2' | Find-Minimum 'x^4' }; Id = 'ValueMissing'; Says = "for example @{ x = 2; y = 3 }, not as 'x^4'" }
        @{ Call = { 'x^2' | Test-Derivative 5 }; Id = 'ValueMissing'; Says = 'not as the number 5' }
        @{ Call = { 'x^2' | Invoke-Differentiate 'x^3' x }; Id = 'ExpressionRepeated'; Says = 'Leave the pipeline or the first position out' }
        @{ Call = { 'x^2' | Invoke-Simplify -Expression 'x+x' -Rule Lab }; Id = 'ExpressionRepeated'; Says = "'x+x'" }
        @{ Call = { Invoke-Simplify 'x' -InputObject 'y' }; Id = 'ExpressionRepeated'; Says = 'Leave one of them out' }
        @{ Call = { Invoke-Simplify Lab }; Id = 'ExpressionMissing'; Says = "'Lab' for -Rule, but no expression. For example: Invoke-Simplify 'x^2'" }
        @{ Call = { ConvertTo-ExprText latex }; Id = 'ExpressionMissing'; Says = "'latex' for -As" }
        @{ Call = { Resolve-Expression @{ x = 2 } }; Id = 'ExpressionMissing'; Says = 'for -At, but no expression' }
        @{ Call = { Find-Minimum ([ordered]@{ x = 2 }) }; Id = 'ExpressionMissing'; Says = 'for -InitialValue, but no expression' }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly $Id
        $outcome.Errors[0].Exception.Message.Contains($Says) | Should -BeTrue -Because "it says: $($outcome.Errors[0])"
    }
}

Describe 'A parameter has the names that people guess' {
    It '-<Alias> of <Name> is -<Parameter>' -ForEach @(
        @{ Name = 'Find-Minimum'; Alias = 'At'; Parameter = 'InitialValue' }
        @{ Name = 'Find-Minimum'; Alias = 'lr'; Parameter = 'LearningRate' }
        @{ Name = 'Find-Minimum'; Alias = 'MaxIterations'; Parameter = 'MaxIteration' }
        @{ Name = 'Start-NetworkTraining'; Alias = 'Epochs'; Parameter = 'Epoch' }
        @{ Name = 'Start-NetworkTraining'; Alias = 'lr'; Parameter = 'LearningRate' }
        @{ Name = 'Optimize-NeuralNetwork'; Alias = 'Epochs'; Parameter = 'Epoch' }
        @{ Name = 'Optimize-NeuralNetwork'; Alias = 'lr'; Parameter = 'LearningRate' }
        @{ Name = 'New-NeuralNetwork'; Alias = 'Layers'; Parameter = 'Layer' }
        @{ Name = 'Measure-WeightDecay'; Alias = 'At'; Parameter = 'Minimizer' }
    ) {
        (Get-Command $Name).ResolveParameter($Alias).Name | Should -BeExactly $Parameter
    }

    It 'and its beginning is no less clear for that: -Ep, -Lay' {
        (Get-Command Start-NetworkTraining).ResolveParameter('Ep').Name | Should -BeExactly Epoch
        (New-NeuralNetwork 2 -Lay 3, tanh, 1).Layers | Should -HaveCount 2
        $rows = [pscustomobject]@{ x = 1; y = 2 }, [pscustomobject]@{ x = 2; y = 4 }
        ($rows | Start-NetworkTraining '(y - a*x)^2' -Ep 5 -lr 0.01).Epochs | Should -Be 5
    }

    It 'so that a start has one name, and its short one: -InitialValue, -At' {
        $byName, $short = (Find-Minimum '(x - 1)^2' -InitialValue @{ x = 3 }), (Find-Minimum '(x - 1)^2' -At @{ x = 3 })
        "$byName" | Should -BeExactly "$short"
        (Get-Outcome { 'e^x' | Find-Minimum -At @{ x = 1; e = 2 } -MaxIterations 1 }).Warnings | Should -Not -Match 'exp'
    }
}
