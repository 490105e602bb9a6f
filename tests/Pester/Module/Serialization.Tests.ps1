# Expressions that leave the process, or the runspace, come back alive.
BeforeDiscovery {
    $promised = 'a chain a million deep', 'sixty-four squarings', 'a hundred thousand shared nodes'
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    $importModule = [scriptblock]::Create("Import-Module '$moduleBase'")
    $z = New-ExprNode '4*x*y + exp(-1*y)'
    $kinds = 'a chain a million deep', 'sixty-four squarings', 'a hundred thousand shared nodes'
    $graphs = @($kinds | ForEach-Object { Get-PromisedGraph $_ })
}

Describe 'An expression comes back live from <Way>' -Tag Slow -ForEach @(
    # One job brings all, each by itself.
    @{ Way = 'Start-Job'; Send = { $first, $second, $third, $fourth = $args; Start-Job { $using:first; $using:second; $using:third; $using:fourth } | Receive-Job -Wait -AutoRemoveJob } }
    @{ Way = 'Start-ThreadJob'; Send = { foreach ($node in $args) { Start-ThreadJob { $using:node } | Receive-Job -Wait -AutoRemoveJob } } }
    @{ Way = 'ForEach-Object -Parallel'; Send = { foreach ($node in $args) { 1 | ForEach-Object -Parallel { $using:node } } } }
    @{ Way = 'Export-Clixml and Import-Clixml'; Send = {
            foreach ($node in $args) {
                $path = Join-Path $TestDrive "$([guid]::NewGuid()).xml"
                $node | Export-Clixml $path
                Import-Clixml $path
                Remove-Item $path
            }
        }
    }
    @{ Way = 'PSSerializer'; Send = {
            foreach ($node in $args) { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($node)) }
        }
    }
) {
    BeforeAll { $returned = @(& $Send $z @graphs) }

    It 'and can be differentiated' {
        $returned.Count | Should -Be 4
        $back = $returned[0]
        $back | Should -BeOfType PSAutodiff.ExprNode
        $back.psobject.TypeNames[0] | Should -BeExactly PSAutodiff.ExprNode
        $back.Equals($z) | Should -BeTrue
        $back | Invoke-Differentiate x | Invoke-Differentiate y | Measure-Expression -At @{} | Should -Be 4
    }

    It 'when it is <_>' -ForEach $promised {
        $place = $kinds.IndexOf($_)
        $back = $returned[1 + $place]
        $back -is [PSAutodiff.ExprNode] | Should -BeTrue
        $back.NodeCount | Should -Be $graphs[$place].NodeCount
        $back.Equals($graphs[$place]) | Should -BeTrue
    }
}

Describe 'Expressions made elsewhere' -Tag Slow {
    It 'come back from a job that builds them' {
        $back = Start-Job -InitializationScript $importModule { 'x^3*y' | Invoke-Differentiate x, y } | Receive-Job -Wait -AutoRemoveJob
        $back | ForEach-Object { $_ -is [PSAutodiff.ExprNode] } | Should -Be $true, $true
        $back | Measure-Expression -At @{ x = 2; y = 5 } | Should -Be 60, 8
    }

    It 'arrive live in a job as $using:, argument and input' {
        $types = Start-Job -InitializationScript $importModule -ArgumentList $z -InputObject $z {
            $using:z, $args[0], @($input)[0] | ForEach-Object { $_.GetType().FullName; $_ | Measure-Expression -At @{ x = 2; y = 3 } }
        } | Receive-Job -Wait -AutoRemoveJob
        $types[0], $types[2], $types[4] | Should -BeExactly 'PSAutodiff.ExprNode', 'PSAutodiff.ExprNode', 'PSAutodiff.ExprNode'
        $types[1], $types[3], $types[5] | ForEach-Object { $_ | Assert-Near 24.049787068367863 }
    }

    It 'that came out of a file before the module was there can be used' {
        $path = Join-Path $TestDrive early.xml
        $z | Export-Clixml $path
        $command = "`$early = Import-Clixml '$path'; `$early.GetType().Name; Import-Module '$moduleBase'; `$early | Invoke-Differentiate x | ConvertTo-ExprText"
        (Invoke-FreshShell $command) -split '\r?\n' | Should -BeExactly 'PSCustomObject', '4 * y'
    }

    It 'are differentiated and measured by eight runspaces at once' {
        $sums = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            Import-Module $using:moduleBase
            (1..50 | ForEach-Object { $using:z | Invoke-Differentiate y | Measure-Expression -At @{ x = $_; y = 0 } } | Measure-Object -Sum).Sum
        }
        $sums | Should -HaveCount 8
        $sums | ForEach-Object { $_ | Assert-Near (4 * 1275 - 50) }
    }
}

Describe 'Expressions inside other things' -Tag Slow {
    It 'are live within arrays, hashtables and objects from a file' {
        $path = Join-Path $TestDrive nested.xml
        [pscustomobject]@{ Node = $z; List = @($z, (New-ExprNode 'a')); Table = @{ key = $z } } | Export-Clixml $path
        $back = Import-Clixml $path
        $back.Node.Equals($z) | Should -BeTrue
        $back.List[1].Name | Should -BeExactly a
        $back.Table['key'].Equals($z) | Should -BeTrue
    }

    It 'keep every bit of their constants' {
        $numbers = New-ExprNode '0.1*x + 1e-320 - 1.7976931348623157e308'
        $back = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($numbers))
        $back.Equals($numbers) | Should -BeTrue
    }

    It 'leave measurements and training results usable as data, their entries in order' {
        $rows = @{ x = 1; y = 3 }
        $measured = 'b*x + a' | Measure-Expression -At @{ x = 2; b = 3; a = 1 } -Gradient
        $result = $rows | Start-NetworkTraining '(y - (w*x + b))^2' -Parameter w, b -Epoch 3 -Seed 1
        $back = Start-Job { $using:measured; $using:result } | Receive-Job -Wait -AutoRemoveJob
        @($back[0].Gradient.Keys) | Should -BeExactly 'a', 'b', 'x'
        $back[0].Value | Should -BeExactly 7
        @($back[1].Parameters.Keys) | Should -BeExactly 'w', 'b'
        $rows | Measure-Expression 'w*x + b' -At $back[1].Parameters | Should -BeExactly ($rows | Measure-Expression 'w*x + b' -At $result.Parameters)
    }
}

Describe 'The text that carries an expression' -Tag Slow {
    It 'is hidden from Select-Object * and Get-Member' {
        ($z | Select-Object *).psobject.Properties.Name | Should -Not -Contain SerializedText
        ($z | Get-Member).Name | Should -Not -Contain SerializedText
        ($z | Format-List * | Out-String) | Should -Not -Match SerializedText
    }

    It 'is all that is written, so that shared parts are written once' {
        $xml = [System.Management.Automation.PSSerializer]::Serialize((Get-PromisedGraph 'sixty-four squarings'))
        $xml.Length | Should -BeLessThan 4000
        $xml | Should -Match 't63 \* t63'
    }
}

Describe 'A network and the result of a training come back live from <Way>' -Tag Slow -ForEach @(
    @{ Way = 'Start-Job'; Send = { $first, $second, $third = $args; Start-Job -InitializationScript $importModule { $using:first; $using:second; $using:third } | Receive-Job -Wait -AutoRemoveJob } }
    @{ Way = 'Start-ThreadJob'; Send = { foreach ($object in $args) { Start-ThreadJob { $using:object } | Receive-Job -Wait -AutoRemoveJob } } }
    @{ Way = 'ForEach-Object -Parallel'; Send = { foreach ($object in $args) { 1 | ForEach-Object -Parallel { $using:object } } } }
    @{ Way = 'Clixml'; Send = {
            foreach ($object in $args) {
                $path = Join-Path $TestDrive "$([guid]::NewGuid()).xml"
                $object | Export-Clixml $path
                Import-Clixml $path
            }
        }
    }
) {
    BeforeAll {
        $rows = 1..8 | ForEach-Object { [pscustomobject]@{ a = $_; b = $_ * $_; y = ('small', 'large')[$_ -gt 4] } }
        $trained = $rows | Start-NetworkTraining -Network (New-NeuralNetwork 2 3, tanh, 2, softmax -Seed 1) -Label y -Epoch 3 -Seed 1 -Standardize -ValidationFraction 0.25 -Restart 2
        $fitted = $rows | Start-NetworkTraining '(b - c*a)^2' -Parameter c -LearningRate 0.001 -Epoch 3 -Seed 1
    }

    It 'in every bit' {
        $network, $training, $fit = & $Send $trained.Network $trained $fitted
        $back = $network
        $back -is [PSAutodiff.Network] | Should -BeTrue
        $back.ToJson() | Should -BeExactly $trained.Network.ToJson()
        ($rows[0] | Invoke-AutodiffModel $back).Probability | Should -BeExactly ($rows[0] | Invoke-AutodiffModel $trained).Probability

        $back = $training
        $back -is [PSAutodiff.TrainingResult] | Should -BeTrue
        $back.Network.ToJson() | Should -BeExactly $trained.Network.ToJson()
        foreach ($property in 'Loss', 'EpochLoss', 'ValidationLoss', 'FinalLoss', 'Seed', 'StopReason', 'BestEpoch') { $back.$property | Should -BeExactly $trained.$property }
        $back.Restarts.Seed | Should -BeExactly $trained.Restarts.Seed

        $back = $fit
        $back.Parameters['c'] | Should -BeExactly $fitted.Parameters['c']
        @($back.History | ForEach-Object Sample) | Should -BeExactly @($fitted.History | ForEach-Object Sample)
    }
}
