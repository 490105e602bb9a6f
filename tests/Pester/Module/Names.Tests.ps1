# Which given name stands for which variable, through every cmdlet that takes values by name; and names that would trap in silence.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"

    function Get-OrdinalTable([string[]]$Names, [double]$First) {
        $table = [System.Collections.Generic.Dictionary[string, object]]::new([StringComparer]::Ordinal)
        foreach ($name in $Names) { $table[$name] = $First + [array]::IndexOf($allNames, $name) }
        , $table
    }

    # The rule written out plainly: what each variable gets, by name; no value for one that gets none; $null when it cannot be told.
    function Get-ExpectedValue([string[]]$Variables, $At, $Row) {
        $expected = [System.Collections.Generic.Dictionary[string, object]]::new([StringComparer]::Ordinal)
        $open = @($Variables | Where-Object { $_ -cnotin $At.Keys -and $_ -cnotin $Row.Keys })
        foreach ($variable in $Variables) {
            if ($variable -cin $At.Keys) { $expected[$variable] = $At[$variable]; continue }
            if ($variable -cin $Row.Keys) { $expected[$variable] = $Row[$variable]; continue }
            $others = @(@($At.Keys) + @($Row.Keys) | Where-Object { $_ -eq $variable -and $_ -cnotin $Variables } | Sort-Object -CaseSensitive -Unique)
            if ($others.Count -eq 0) { continue }
            if ($others.Count -gt 1 -or @($open -eq $variable).Count -gt 1) { return $null }
            $expected[$variable] = $others[0] -cin $At.Keys ? $At[$others[0]] : $Row[$others[0]]
        }
        , $expected
    }

    function Get-Subset([string[]]$Names) {
        for ($bits = 0; $bits -lt [Math]::Pow(2, $Names.Count); $bits++) {
            , [string[]]@(for ($i = 0; $i -lt $Names.Count; $i++) { if ($bits -band (1 -shl $i)) { $Names[$i] } })
        }
    }

    $allNames = 'a', 'A', 'ab', 'Ab', 'AB'
    $ordinal = [System.Collections.Generic.Dictionary[string, object]]::new([StringComparer]::Ordinal)
    $ordinal['AB'] = 1
    $ordinal['Ab'] = 2
    $ordinal['ab'] = 3
}

Describe 'Names in rows and -At' {
    # Each name in the sum has a digit of its own.
    It 'follow one rule, from <Kind>' -Tag Slow -ForEach @(
        @{ Kind = 'dictionaries that see case'; Names = @('ab', 'Ab', 'AB'); Make = { param($Row) , $Row }; Fits = { $true } }
        @{ Kind = 'dictionaries that ignore case'; Names = @('ab', 'Ab', 'AB'); Fits = { $args[0].Count -le 1 }
            Make = { param($Row) $table = [hashtable]::new([StringComparer]::OrdinalIgnoreCase); foreach ($key in $Row.Keys) { $table[$key] = $Row[$key] }; $table }
        }
        @{ Kind = 'objects'; Names = @('a', 'A', 'ab', 'AB'); Fits = { @($args[0] | Sort-Object -Unique).Count -eq $args[0].Count }
            Make = { param($Row) $table = [ordered]@{}; foreach ($key in $Row.Keys) { $table[$key] = $Row[$key] }; [pscustomobject]$table }
        }
    ) {
        $tried = 0
        $refused = 0
        foreach ($variables in Get-Subset $Names | Where-Object Count) {
            $sum = (0..($variables.Count - 1) | ForEach-Object { "$([Math]::Pow(100, $_))*$($variables[$_])" }) -join ' + '
            $node = New-ExprNode $sum
            foreach ($given in Get-Subset $Names) {
                $at = Get-OrdinalTable $given 10
                foreach ($columns in Get-Subset $Names | Where-Object { & $Fits $_ }) {
                    $cells = Get-OrdinalTable $columns 50
                    $expected = Get-ExpectedValue $variables $at $cells
                    $row = & $Make $cells
                    $why = "of $sum at $given with row $columns"
                    try {
                        $value = , $row | Measure-Expression $node -At $at -ErrorAction Stop
                        $expected | Should -Not -BeNullOrEmpty -Because $why
                        $expected.Count | Should -Be $variables.Count -Because $why
                        $total = 0
                        for ($i = 0; $i -lt $variables.Count; $i++) { $total += [Math]::Pow(100, $i) * $expected[$variables[$i]] }
                        $value | Should -BeExactly $total -Because $why
                    } catch [PSAutodiff.AutodiffException] {
                        $refused++
                        $id = $null -eq $expected ? 'VariableAmbiguous' : 'ColumnMissing'
                        # With several faults the first is said.
                        if ($null -ne $expected) { $expected.Count | Should -BeLessThan $variables.Count -Because $why }
                        if ($variables.Count -eq 1 -or $null -ne $expected) { Get-ErrorId $_ | Should -BeExactly $id -Because $why }
                    }
                    $tried++
                }
            }
        }
        $tried | Should -BeGreaterThan 200
        $refused | Should -BeGreaterThan 50
        $refused | Should -BeLessThan $tried
    }

    It 'that are exactly one variable serve no other: A*a' {
        1..3 | ForEach-Object { [pscustomobject]@{ a = $_ } } | Measure-Expression 'A*a' -At @{ A = 10 } | Should -Be 10, 20, 30
        $outcome = Get-Outcome { 'a*A' | Measure-Expression -At @{ A = 3 } }
        $outcome.Output | Should -HaveCount 0
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly VariableNotBound
        $outcome.Errors[0].Exception.Message | Should -BeLike "Variable 'a' has no value. There are values for: A.*"
    }

    It 'keep a decay of V and T over t apart' {
        $values = 0..2 | ForEach-Object { [pscustomobject]@{ t = $_ } } | Measure-Expression 'V*exp(-t/T)' -At @{ V = 4.999; T = 2 }
        $values[0] | Assert-Near 4.999
        $values[1] | Assert-Near 3.032046767903454 -Within 1e-14
        $values[2] | Assert-Near 1.8390293264160404 -Within 1e-14
    }

    It 'in rows of different case are found row by row' {
        [pscustomobject]@{ Rate = 1 }, [pscustomobject]@{ RATE = 2 }, @{ rate = 3 }, @{ rAte = 4 } | Measure-Expression '10*rate' | Should -Be 10, 20, 30, 40
        # Where a row has none, the value that differs in case counts; where it has the exact one, that does.
        $outcome = Get-Outcome { [pscustomobject]@{ x = 1 }, [pscustomobject]@{ x = 1; rate = 5 }, @{ x = 1 }, @{ x = 1; rate = 7 }, @{ x = 1; Rate = 9 } | Measure-Expression 'rate*x' -At @{ RATE = 2 } }
        $outcome.Output | Should -Be 2, 5, 2, 7
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly VariableAmbiguous
        $outcome.Errors[0].Exception.Message | Should -BeLike "*'RATE' or 'Rate'*"
    }
}

Describe 'The exact name in a dictionary that holds all its cases' {
    It 'is what counts for <Door>' -ForEach @(
        @{ Door = 'Measure-Expression'; Call = { 'ab' | Measure-Expression -At $ordinal } }
        @{ Door = 'rows'; Call = { , $ordinal | Measure-Expression ab } }
        @{ Door = 'Find-Minimum'; Call = { ('ab^2 - ab^2' | Find-Minimum -At $ordinal).At['ab'] } }
        @{ Door = 'Resolve-Expression'; Call = { ('ab' | Resolve-Expression $ordinal).Value } }
        @{ Door = 'Test-Derivative'; Call = { ('ab^2/2' | Test-Derivative -At $ordinal -Detailed).Derivative } }
        @{ Door = 'Start-NetworkTraining -InitialValue'; Call = { (@{ x = 0 } | Start-NetworkTraining 'ab*x' -InitialValue $ordinalOne -Epoch 1).Parameters['ab'] } }
        @{ Door = 'Start-NetworkTraining on rows'; Call = { (, $ordinal | Start-NetworkTraining '(ab - m)^2' -InitialValue @{ m = 0 } -LearningRate 0.5 -Epoch 1).Parameters['m'] } }
        @{ Door = 'Measure-WeightDecay'; Call = { ('ab^2' | Measure-WeightDecay -Minimizer $ordinal -Decay 0 -WarningAction Ignore).Minimizer[0] } }
        @{ Door = 'Invoke-LinearRegression'; Call = {
                $rows = 1..4 | ForEach-Object {
                    $row = [System.Collections.Generic.Dictionary[string, object]]::new()
                    $row['AB'] = 0; $row['Ab'] = 7 - $_ * $_; $row['ab'] = $_; $row['y'] = 3 * $_
                    , $row
                }
                [Math]::Round(($rows | Invoke-LinearRegression -Feature ab -Label y).Coefficients['ab'], 12)
            }
        }
    ) {
        $ordinalOne = [System.Collections.Generic.Dictionary[string, object]]::new()
        $ordinalOne['ab'] = 3
        & $Call | Should -Be 3
    }

    It 'is not mistaken for the only one when another variable has it: Resolve-Expression' {
        "$('a*A' | Resolve-Expression @{ A = 3 })" | Should -BeExactly 'a * 3'
        "$('Ab*x' | Resolve-Expression @{ AB = 3 })" | Should -BeExactly '3 * x'
    }

    It 'is not mistaken for the only one when another variable has it: Find-Minimum, Test-Derivative, -Derivative' {
        foreach ($call in { 'a^2 + A^2' | Find-Minimum -At @{ A = 1 } }, { 'a^2 + A^2' | Test-Derivative -At @{ A = 1 } }) {
            $outcome = Get-Outcome $call
            Get-ErrorId $outcome.Errors[0] | Should -BeExactly VariableNotBound
            $outcome.Errors[0].Exception.Message | Should -BeLike "Variable 'a' has no value*"
        }
        $at = Get-OrdinalTable ('a', 'A') 2
        ('a^2 + A^3' | Test-Derivative -At $at -Derivative @{ A = '3*A^2' } -Detailed).Variable | Should -BeExactly A
        $outcome = Get-Outcome { 'a^2 + A^3' | Test-Derivative -At $at -Derivative @{ A = '3*A^2' } -Variable a }
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly DerivativeMissing
    }

    It 'may be features beside each other' {
        $rows = 1..6 | ForEach-Object {
            $row = [System.Collections.Generic.Dictionary[string, object]]::new()
            $row['u'] = $_; $row['U'] = $_ * $_; $row['y'] = 2 * $_ + 5 * $_ * $_
            , $row
        }
        $fit = $rows | Invoke-LinearRegression -Label y
        $fit.Coefficients['u'] | Assert-Near 2 -Within 1e-10
        $fit.Coefficients['U'] | Assert-Near 5 -Within 1e-10
    }
}

Describe 'A training whose variables differ in case' {
    It 'trains what is not a column under its exact name' {
        $rows = 0..4 | ForEach-Object { [pscustomobject]@{ a = $_; y = 3 * $_ + 1 } }
        $result = $rows | Start-NetworkTraining '(y - (A*a + b))^2' -LearningRate 0.02 -Epoch 2000 -Seed 1 -WarningAction Ignore
        @($result.Parameters.Keys) | Should -BeExactly 'A', 'b'
        $result.Parameters['A'] | Assert-Near 3 -Within 1e-6
        $result.Parameters['b'] | Assert-Near 1 -Within 1e-6
    }

    It 'takes each start value for one parameter' {
        $result = [pscustomobject]@{ x = 0; y = 0 } | Start-NetworkTraining '(B + b)*x' -InitialValue @{ B = 5 } -Seed 3 -Epoch 1
        $result.Parameters['B'] | Should -BeExactly 5
        [Math]::Abs($result.Parameters['b']) | Should -BeLessThan 1.3
        ([pscustomobject]@{ x = 0 } | Start-NetworkTraining 'b*x' -InitialValue @{ B = 5 } -Epoch 1).Parameters['b'] | Should -BeExactly 5
    }
}

Describe 'A name that is no variable to differentiate by' {
    It 'gives 0 and a warning that names the variables' {
        $outcome = Get-Outcome { 'x*y' | Invoke-Differentiate X }
        "$($outcome.Output)" | Should -BeExactly 0
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeExactly "There is no variable 'X' to differentiate by, so its derivative is 0. The variables are: x, y. Did you mean 'x'?"
    }

    It 'is a matter of all expressions together: <What>' -ForEach @(
        @{ What = 'each variable is in one of them'; Call = { 'x^2', 'y^2', '5' | Invoke-Differentiate x, y }; Count = 0 }
        @{ What = 'of a Jacobian too'; Call = { 'x^2', 'y^2' | Invoke-Differentiate x, y -Jacobian }; Count = 0 }
        @{ What = 'none has z, said once'; Call = { 'x^2', 'y^2' | Invoke-Differentiate x, y, z }; Count = 1 }
        @{ What = 'constants have no variables to name'; Call = { '2', 3 | Invoke-Differentiate x }; Count = 0 }
        @{ What = 'higher orders'; Call = { 'x^2' | Invoke-Differentiate x -Order 4 }; Count = 0 }
        @{ What = 'no names given'; Call = { 'x^2', '7' | Invoke-Differentiate -Gradient }; Count = 0 }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 0
        $outcome.Output.Count | Should -BeGreaterThan 0
        $outcome.Warnings | Should -HaveCount $Count
    }
}

Describe 'Names that look like numbers' {
    It '<Text> is warned of when it is written' -ForEach @(
        @{ Text = 'e^x'; Says = "'e' is a variable here. If the number 2.718... is meant, write exp(1), and exp(x) for its powers." }
        @{ Text = '2*E^(-x)'; Says = "'E' is a variable here.*exp(x)*" }
        @{ Text = 'PI*r^2'; Says = "'PI' is a variable here. The number 3.14159... is written pi." }
        @{ Text = 'Pi*r^2'; Says = "'Pi' is a variable here.*written pi." }
        @{ Text = 'min(x, inf)'; Says = "'inf' is a variable here.*" }
        @{ Text = 'x + NaN'; Says = "'NaN' is a variable here.*" }
    ) {
        foreach ($call in { New-ExprNode $Text }, { $Text | Invoke-Differentiate }, { $Text | Invoke-Simplify }, { Compare-Expression $Text 1 }) {
            $outcome = Get-Outcome $call
            $outcome.Warnings | Should -HaveCount 1
            $outcome.Warnings[0].Message | Should -BeLike $Says
        }
        # The node has been warned of.
        $node = New-ExprNode $Text -WarningAction Ignore
        (Get-Outcome { $node | Invoke-Simplify }).Warnings | Should -HaveCount 0
    }

    It 'are said to be so where they have no value: <Text>' -ForEach @(
        @{ Text = 'e^x'; Says = "Variable 'e' has no value. There are values for: x. *exp(x)*" }
        @{ Text = 'x*PI'; Says = "Variable 'PI' has no value. There are values for: x. *written pi*" }
        @{ Text = 'x*inf'; Says = "Variable 'inf' has no value.*" }
    ) {
        foreach ($call in { $Text | Measure-Expression -At @{ x = 1 } }, { Find-Minimum $Text -At @{ x = 1 } }, { $Text | Test-Derivative -At @{ x = 1 } }) {
            $outcome = Get-Outcome $call
            $outcome.Warnings | Should -HaveCount 0
            $outcome.Errors | Should -HaveCount 1
            $outcome.Errors[0].Exception.Message | Should -BeLike $Says
        }
    }

    It 'that are meant are left in peace: <Text>' -ForEach @(
        @{ Text = 'sqrt(1 - e^2)' }
        @{ Text = 'e*x + E' }
        @{ Text = 'pi*r^2' }
        @{ Text = 'exp(1)^x' }
    ) {
        (Get-Outcome { New-ExprNode $Text }).Warnings | Should -HaveCount 0
        (Get-Outcome { $Text | Measure-Expression -At @{ x = 1; r = 1; e = 0.5 } }).Warnings | Should -HaveCount 0
    }
}

Describe 'A parameter that is trained in silence' {
    BeforeAll { $rows = @([pscustomobject]@{ Rps = 1; latency = 2 }, [pscustomobject]@{ Rps = 3; latency = 5 }) }

    It 'is worth a warning when it is <What>' -ForEach @(
        @{ What = 'a column with two letters swapped'; Loss = '(latency - (a*Rsp + b))^2'; Says = "'Rsp'*nearly that of the column 'Rps'*" }
        @{ What = 'a column with a letter missing'; Loss = '(latncy - (a*Rps + b))^2'; Says = "'latncy'*nearly that of the column 'latency'*" }
        @{ What = 'a column in another case, used beside it'; Loss = '(latency - (a*Rps + b*rps^2))^2'; Says = "'rps'*'Rps' in case alone*" }
        @{ What = 'e'; Loss = '(latency - a*e^(Rps*b))^2'; Says = "'e'*exp(x)*" }
        @{ What = 'E alone'; Loss = '(latency - E*Rps)^2'; Says = "'E'*exp(1)*" }
        @{ What = 'PI'; Loss = '(latency - PI*Rps*k)^2'; Says = "'PI'*written pi*" }
        @{ What = 'inf'; Loss = '(latency - min(inf, k*Rps))^2'; Says = "'inf'*" }
    ) {
        $outcome = Get-Outcome { $rows | Start-NetworkTraining $Loss -Epoch 1 -Seed 1 -LearningRate 1e-6 }
        $outcome.Output | Should -HaveCount 1
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeLike $Says
        $outcome.Warnings[0].Message | Should -BeLike '*-Parameter*'
    }

    It 'is meant when it is named with -Parameter or -InitialValue' {
        (Get-Outcome { $rows | Start-NetworkTraining '(latency - E*Rps)^2' -Parameter E -Epoch 1 }).Warnings | Should -HaveCount 0
        (Get-Outcome { $rows | Start-NetworkTraining '(latency - (rps + E*Rps))^2' -InitialValue @{ E = 1; rps = 2 } -Epoch 1 -LearningRate 1e-6 }).Warnings | Should -HaveCount 0
    }

    It 'is no matter for <What>' -ForEach @(
        @{ What = 'w1 beside x1'; Loss = '(x1*w1 + x2*w2 - y)^2' }
        @{ What = 'the last of a, b, c, d, e'; Loss = '(y - (a + b*x1 + c*x1^2 + d*x1^3 + e*x1^4))^2' }
    ) {
        $outcome = Get-Outcome { @{ x1 = 0.1; x2 = 0.2; y = 0.3 } | Start-NetworkTraining $Loss -Epoch 1 }
        $outcome.Output | Should -HaveCount 1
        $outcome.Warnings | Should -HaveCount 0
    }
}

Describe 'A name that is nearly right' {
    It 'is asked for: <What>' -ForEach @(
        @{ What = 'a value'; Says = "*Did you mean 'Rsp'?*"; Call = { 'a*Rps' | Measure-Expression -At @{ a = 1; Rsp = 2 } } }
        @{ What = 'a column'; Says = "*Did you mean 'Rps'?"; Call = { @{ Rps = 1 } | Measure-Expression '2*Rsp' } }
        @{ What = 'a feature'; Says = "-Feature names the column 'Rsp', but row 1 has no such column. It has: Rps, y. Did you mean 'Rps'?"; Call = { [pscustomobject]@{ Rps = 1; y = 2 } | Invoke-LinearRegression -Feature Rsp -Label y } }
        @{ What = 'a column beside -Parameter'; Says = "*'Rsp'*Did you mean 'Rps'?"; Call = { @{ Rps = 1 } | Start-NetworkTraining '(a - Rsp)^2' -Parameter a } }
        @{ What = 'a parameter'; Says = "*Did you mean 'slope'?"; Call = { @{ x = 1 } | Start-NetworkTraining '(slope*x)^2' -Parameter slpoe } }
        @{ What = 'an initial value'; Says = "*Did you mean 'slope'?"; Call = { @{ x = 1 } | Start-NetworkTraining '(slope*x)^2' -InitialValue @{ slpoe = 1 } } }
        @{ What = 'an argument'; Says = "*'x'*Did you mean 'X'?"; Call = { 'x*y' | New-CompiledExpression X, y } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }

    It 'in Resolve-Expression is warned of, others are not' {
        $outcome = Get-Outcome { 'rate*x' | Resolve-Expression @{ raet = 2; x = 3; other = 1 } }
        "$($outcome.Output)" | Should -BeExactly 'rate * 3'
        $outcome.Warnings | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeLike "*'raet'*'rate'*"
    }
}

Describe 'A name that is near to one that is meant' {
    It 'is suggested: <Call>' -ForEach @(
        @{ Call = { New-ExprNode -Op sigmod -X x }; Says = 'sigmoid' }
        @{ Call = { New-NeuralNetwork 2 3, tahn }; Says = 'Tanh' }
        @{ Call = { 'latency^2' | Test-Derivative -At @{ latency = 1 } -Variable latncy }; Says = 'latency' }
        @{ Call = { 'latency^2' | Test-Derivative -At @{ latency = 1 } -Derivative @{ latncy = '2*latency' } }; Says = 'latency' }
        @{ Call = { 'latency^2' | Measure-WeightDecay -At @{ latency = 0 } -Decay 1 -Variable latncy }; Says = 'latency' }
        @{ Call = { 'latency^2' | New-CompiledExpression latncy }; Says = 'latncy' }
        @{ Call = { Find-Root 'latency^2 - 1' -At @{ latency = 2 } -Variable latncy }; Says = 'latency' }
        @{ Call = { [pscustomobject]@{ latency = 1; y = 2 } | Invoke-LinearRegression -Feature latncy -Label y }; Says = 'latency' }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].Exception.Message | Should -BeLike "*Did you mean '$Says'?*"
    }
}
