# Course system S6: a Siamese pair with shared W and b.
BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $names = 'w11', 'w12', 'w21', 'w22', 'b1', 'b2'
    $h = @{}
    foreach ($i in 1, 2) { foreach ($x in 'p', 'q') { $h["h$x$i"] = New-ExprNode "tanh(w${i}1*${x}1 + w${i}2*${x}2 + b$i)" } }
    $decay = New-ExprNode 'w11^2 + w12^2 + w21^2 + w22^2'
    $distance = New-ExprNode '(hp1 - hq1)^2 + (hp2 - hq2)^2' | Resolve-Expression -At $h

    # The formula of S6 for one parameter, with a sign between its terms.
    function Get-Formula([string]$Name, [string]$Sign) {
        $own, $p, $q = if ($Name[0] -eq 'w') { "2*$Name", "p$($Name[2])", "q$($Name[2])" } else { '0', '1', '1' }
        $i = $Name[1]
        "$own + 2*((hp$i-hq$i)*(1-hp$i*hp$i))*$p $Sign 2*((hp$i-hq$i)*(1-hq$i*hq$i))*$q" | Resolve-Expression -At $h
    }
}

Describe 'The gradient of the Siamese pair' {
    It 'is the corrected formula, and not the printed one: <_>' -ForEach w11, w12, w21, w22, b1, b2 {
        $derivative = ($decay + $distance | Invoke-Differentiate $names -Gradient)[$_]
        (Compare-Expression $derivative (Get-Formula $_ '-')).Equal | Should -BeTrue
        $printed = Compare-Expression $derivative (Get-Formula $_ '+')
        $printed.Equal | Should -BeFalse
        $printed.How | Should -Be Counterexample

        # The counterexample is one.
        $values = foreach ($node in $derivative, (Get-Formula $_ '+')) { $node | Measure-Expression -At $printed.Counterexample }
        [Math]::Abs($values[0] - $values[1]) | Should -BeGreaterThan 1e-6
        Measure-Expression (Get-Formula $_ '-') -At $printed.Counterexample | Assert-Near $values[0] -Within 1e-12
    }

    It 'is what a step of training goes down' {
        $row = [pscustomobject]@{ p1 = 1; p2 = 2; q1 = -0.5; q2 = 0.3 }
        $start = [ordered]@{ w11 = 0.5; w12 = -0.3; w21 = 0.8; w22 = 0.6; b1 = 0.1; b2 = -0.2 }
        $step = $row | Start-NetworkTraining -Loss ($decay + $distance) -Parameter $names -InitialValue $start -LearningRate 0.1 -Epoch 1 -Seed 1
        $at = $start + @{ p1 = 1; p2 = 2; q1 = -0.5; q2 = 0.3 }
        foreach ($name in $names) {
            $step.Parameters[$name] | Assert-Near ($start[$name] - 0.1 * (Get-Formula $name '-' | Measure-Expression -At $at)) -Within 1e-14
        }
    }
}

Describe 'examples/siamese.ps1' {
    BeforeAll {
        $output = & "$repositoryRoot/examples/siamese.ps1"
        $lines = @($output | Where-Object { $_ -isnot [string] -and $_ -isnot [PSAutodiff.TrainingResult] })
        $result = $output | Where-Object { $_ -is [PSAutodiff.TrainingResult] }
    }

    It 'is under 30 lines' {
        @(Get-Content "$repositoryRoot/examples/siamese.ps1").Count | Should -BeLessThan 30
    }

    It 'proves the formula for every parameter, by rewriting and not by sampling, and refutes the printed one' {
        $lines.Parameter | Should -BeExactly $names
        $lines.Minus | Should -Not -Contain $false
        $lines.How | Should -Not -Contain Sampling
        $lines.Plus | Should -Not -Contain $true
        $lines.Counterexample | Should -HaveCount 6
    }

    It 'goes down to W = 0' {
        $result.Loss[0] | Should -BeGreaterThan 1
        for ($i = 1; $i -lt $result.Steps; $i++) { $result.Loss[$i] | Should -BeLessThan $result.Loss[$i - 1] }
        $result.FinalLoss | Should -BeLessThan 1e-3
        foreach ($name in 'w11', 'w12', 'w21', 'w22') { $result.Parameters[$name] | Assert-Near 0 -Within 0.02 }
    }
}
