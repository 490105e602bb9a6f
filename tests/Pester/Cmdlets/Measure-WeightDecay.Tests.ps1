BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    function Assert-List([double[]]$Actual, [double[]]$Expected, [double]$Within = 1e-12) {
        $Actual.Count | Should -Be $Expected.Count
        for ($i = 0; $i -lt $Expected.Count; $i++) { $Actual[$i] | Assert-Near $Expected[$i] -Within $Within }
    }
    $root = [Math]::Sqrt(0.5)
}

Describe 'Measure-WeightDecay' {
    It 'has eigenvalues, factors and both minimizers in both bases' {
        # Eigenvalues 3 along (1, 1) and 1 along (1, -1).
        $result = Measure-WeightDecay -Hessian @((2, 1), (1, 2)) -Minimizer 3, 1 -Decay 1
        $result | Should -BeOfType PSAutodiff.WeightDecayAnalysis
        $result.Decay | Should -Be 1
        $result.Variables | Should -BeExactly w1, w2
        Assert-List $result.Eigenvalues 3, 1
        Assert-List $result.Factors 0.75, 0.5
        Assert-List $result.Minimizer 3, 1
        Assert-List $result.DecayedMinimizer 2, 1
        Assert-List $result.EigenMinimizer (4 * $root), (2 * $root)
        Assert-List $result.EigenDecayedMinimizer (3 * $root), $root
        , $result.Eigenvectors | Should -BeOfType 'double[,]'
        Assert-List $result.Eigenvectors[0, 1], $result.Eigenvectors[1, 1] $root, (-$root)
        $result.Directions | Should -HaveCount 2
        $result.Directions.Factor | Should -BeExactly $result.Factors
    }

    It 'gives a result for each decay' {
        $results = Measure-WeightDecay -Hessian @((2, 0), (0, 1)) -Minimizer 1, 1 -Decay 0, 1, 2
        $results.Decay | Should -Be 0, 1, 2
        Assert-List $results[0].DecayedMinimizer 1, 1
        Assert-List $results[2].DecayedMinimizer 0.5, (1 / 3)
    }

    It 'takes <What>' -ForEach @(
        @{ What = 'text and a dictionary'; Call = { 'x^2 + x*y + y^2' | Measure-WeightDecay -At @{ x = 0; y = 0 } -Decay 1 }; At = 0, 0 }
        @{ What = 'a shifted expression and a result of Find-Minimum'; At = 3, 1
            Call = { $f = '(x - 3)^2 + (x - 3)*(y - 1) + (y - 1)^2'; $f | Measure-WeightDecay -At (Find-Minimum $f -At @{ x = 0; y = 0 } -Method Newton) -Decay 1 } }
        @{ What = 'a minimum that went through a job or file'; At = 3, 1
            Call = {
                $f = '(x - 3)^2 + (x - 3)*(y - 1) + (y - 1)^2'
                $minimum = Find-Minimum $f -At @{ x = 0; y = 0 } -Method Newton
                $f | Measure-WeightDecay -At ([System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($minimum))) -Decay 1 } }
        @{ What = 'a node by position and a list'; At = 3, 1
            Call = { Measure-WeightDecay (New-ExprNode '(x - 3)^2 + (x - 3)*(y - 1) + (y - 1)^2') -Minimizer 3, 1 -Decay 1 } }
        @{ What = 'double[,] and an ordered dictionary'; At = 3, 1
            Call = { $h = [double[,]]::new(2, 2); $h[0, 0] = $h[1, 1] = 2; $h[0, 1] = $h[1, 0] = 1; Measure-WeightDecay -Hessian $h -Minimizer ([ordered]@{ x = 3; y = 1 }) -Decay 1 } }
        @{ What = 'a measurement'; At = 3, 1
            Call = { Measure-WeightDecay -Hessian (Measure-Expression 'x^2 + x*y + y^2' -At @{ x = 0; y = 0 } -Hessian) -Minimizer 3, 1 -Decay 1 } }
        @{ What = 'what Invoke-Differentiate -Hessian gives'; At = 3, 1
            Call = { Measure-WeightDecay -Hessian ('x^2 + x*y + y^2' | Invoke-Differentiate -Hessian) -Minimizer 3, 1 -Decay 1 } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Errors | Should -HaveCount 0
        $outcome.Warnings | Should -HaveCount 0
        $outcome.Output.Variables | Should -BeExactly x, y
        Assert-List $outcome.Output.Eigenvalues 3, 1
        Assert-List $outcome.Output.Minimizer $At 1e-9
        # ((3 + 1) / 2) 3/4 +- ((3 - 1) / 2) 1/2
        $sum, $difference = (($At[0] + $At[1]) / 2 * 0.75), (($At[0] - $At[1]) / 2 * 0.5)
        Assert-List $outcome.Output.DecayedMinimizer ($sum + $difference), ($sum - $difference) 1e-9
    }

    It 'follows the order of -Variable, and holds the others' {
        $result = 'x^2 + 5*y^2 + z^2*y^2' | Measure-WeightDecay -At @{ x = 1; y = 0; z = 3 } -Variable y, x -Decay 2 -WarningAction Ignore
        $result.Variables | Should -BeExactly y, x
        Assert-List $result.Eigenvalues 28, 2
        Assert-List $result.Minimizer 0, 1
        Assert-List $result.DecayedMinimizer 0, 0.5
        (Measure-WeightDecay -Hessian @((1, 0), (0, 2)) -Minimizer @{ b = 4; a = 3 } -Variable a, b -Decay 1).Minimizer | Should -Be 3, 4
    }

    It 'takes one number for one weight' {
        (Measure-WeightDecay -Hessian 3 -Minimizer 4 -Decay 1).DecayedMinimizer | Should -Be 3
    }

    It 'takes minima from the pipeline one after the other' {
        $outcome = Get-Outcome { '(x - 1)^2', 'x*', '2*(x - 1)^2' | Measure-WeightDecay -At @{ x = 1 } -Decay 2 }
        $outcome.Output.DecayedMinimizer | Should -Be 0.5, (2 / 3)
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly ExpressionSyntax
    }

    It 'warns when the point is not a minimum' {
        $outcome = Get-Outcome { 'x^2 + y^2' | Measure-WeightDecay -At @{ x = 0; y = 1 } -Decay 1 }
        $outcome.Output | Should -HaveCount 1
        $outcome.Warnings[0].Message | Should -BeLike "*not a minimum*'y' is 2*"
    }

    It 'averages the asymmetry of rounding' {
        (Measure-WeightDecay -Hessian @((2, 1.00000000001), (1, 2)) -Minimizer 3, 1 -Decay 1).Factors[0] | Assert-Near 0.75 -Within 1e-11
    }

    It 'computes the other decays when one is bad' {
        $outcome = Get-Outcome { Measure-WeightDecay -Hessian 1 -Minimizer 1 -Decay 1, -1, 3 }
        $outcome.Output.Decay | Should -Be 1, 3
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly DecayInvalid
        $outcome.Errors[0].TargetObject | Should -Be -1
    }

    It 'shows a row for each direction' {
        $shown = Measure-WeightDecay -Hessian @((2, 1), (1, 2)) -Minimizer 3, 1 -Decay 1 | Out-String -Width 100
        $shown | Should -Match '(?m)Eigenvalue\s+Factor\s+Minimizer\s+DecayedMinimizer\s+w1\s+w2\s*$'
        $shown | Should -Match '(?m)^1\s+3\s+0.75\s+2.82843\s+2.12132\s+0.707107\s+0.707107\s*$'
        $shown | Should -Match '(?m)^DecayedMinimizer\s+2\s+1\s*$'
    }

    It 'reports <Id> for <What>' -ForEach @(
        @{ What = 'an asymmetric Hessian'; Id = 'HessianInvalid'; Says = '*row 1, column 3 is 5*row 3, column 1 is 2*difference of 3*'
            Call = { Measure-WeightDecay -Hessian @((9, 1, 5), (1.5, 9, 0), (2, 0, 9)) -Minimizer 1, 1, 1 -Decay 1 } }
        @{ What = 'an indefinite Hessian'; Id = 'HessianIndefinite'; Says = '*eigenvalue -0.25*'; Call = { Measure-WeightDecay -Hessian @((1, 0), (0, -0.25)) -Minimizer 1, 1 -Decay 1 } }
        @{ What = 'a saddle of an expression'; Id = 'HessianIndefinite'; Says = '*eigenvalue -2*'; Call = { 'x^2 - y^2' | Measure-WeightDecay -At @{ x = 0; y = 0 } -Decay 1 } }
        @{ What = 'a Hessian that is not square'; Id = 'HessianInvalid'; Says = '*2 rows and 3 columns*'; Call = { Measure-WeightDecay -Hessian @((1, 0, 0), (0, 1, 0)) -Minimizer 1, 1 -Decay 1 } }
        @{ What = 'a measurement without one'; Id = 'HessianMissing'; Says = '*-Hessian*'; Call = { Measure-WeightDecay -Hessian (Measure-Expression 'x^2' -At @{ x = 0 } -Gradient) -Minimizer 1 -Decay 1 } }
        @{ What = 'NaN in the Hessian'; Id = 'ValueNotFinite'; Says = '*row 1, column 2*'; Call = { Measure-WeightDecay -Hessian @((1, [double]::NaN), (0, 1)) -Minimizer 1, 1 -Decay 1 } }
        @{ What = 'a minimizer of the wrong length'; Id = 'LengthMismatch'; Says = '*3 numbers*2 weights*'; Call = { Measure-WeightDecay -Hessian @((1, 0), (0, 1)) -Minimizer 1, 2, 3 -Decay 1 } }
        @{ What = 'a minimizer without a variable'; Id = 'VariableNotBound'; Says = "*'y'*"; Call = { 'x^2 + y^2' | Measure-WeightDecay -At @{ x = 1 } -Decay 1 } }
        @{ What = 'no minimizer'; Id = 'ValueMissing'; Says = '*-Minimizer*'; Call = { 'x^2' | Measure-WeightDecay -Decay 1 } }
        @{ What = 'no decay'; Id = 'DecayInvalid'; Says = '*-Decay*'; Call = { 'x^2' | Measure-WeightDecay -At @{ x = 0 } } }
        @{ What = 'no expression'; Id = 'ExpressionMissing'; Says = '*no expression*'; Call = { Measure-WeightDecay -At @{ x = 0 } -Decay 1 } }
        @{ What = 'a negative decay'; Id = 'DecayInvalid'; Says = '*not -1*'; Call = { Measure-WeightDecay -Hessian 1 -Minimizer 1 -Decay -1 } }
        @{ What = 'a variable that is not there'; Id = 'VariableUnknown'; Says = "*'z'*"; Call = { 'x^2' | Measure-WeightDecay -At @{ x = 0 } -Variable z -Decay 1 } }
        @{ What = 'a constant'; Id = 'ExpressionConstant'; Says = '*no variables*'; Call = { 5 | Measure-WeightDecay -At @{ x = 0 } -Decay 1 } }
        @{ What = 'a Hessian that is infinite'; Id = 'ValueNotFinite'; Says = "*'x'*"; Call = { 'x^1.5' | Measure-WeightDecay -At @{ x = 0 } -Decay 1 } }
    ) {
        $outcome = Get-Outcome $Call
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | Should -HaveCount 1
        Get-ErrorId $outcome.Errors[0] | Should -BeExactly $Id
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeLike '*,PSAutodiff.Commands.MeasureWeightDecayCommand'
        $outcome.Errors[0].Exception.Message | Should -BeLike $Says
    }
}
