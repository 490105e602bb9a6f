# Views of every type that the cmdlets give: two types in one script show both, and Format-List and Format-Table do as they are told.
BeforeDiscovery {
    . "$PSScriptRoot/../Support.ps1"
    . "$PSScriptRoot/../OutputObjects.ps1"
    $types = Get-OutputType | ForEach-Object Name
}

BeforeAll {
    Set-StrictMode -Version Latest
    . "$PSScriptRoot/../Support.ps1"
    . "$PSScriptRoot/../OutputObjects.ps1"
    $objects = Get-OutputObject (Join-Path $repositoryRoot examples/data)
    function Get-Display { ($input | Out-String -Width 200) -replace '\x1b\[[0-9;]*m', '' }
    # What must be seen of each, beside whatever was printed first: a name of a property and its value, or the line itself.
    $essential = @{
        ExprNode               = '(?m)^x\^2 \* y\s*$'
        Operation              = '(?m)(^Name\s+: sum|^sum\s+2)'
        ExprGradient           = '(?s)d/dy = x\^2.*d/dx = 2 \* x \* y|Variables\s+: \{y, x\}.*Values\s+: \{x\^2, 2 \* x \* y\}'
        ExprHessian            = '(?s)y.*x.*2 \* x.*2 \* y'
        ExprJacobian           = '(?s)y.*x.*x\^2.*2 \* x \* y'
        DerivationStep         = '(?s)power rule.*d/dx \[x\^2\].*2 \* x'
        Measurement            = '(?s)Value\s+: 0\.02.*Gradient\s+: .*x.*0\.4.*Hessian\s+: .*4'
        ExpressionCost         = '(?s)Nodes.*5.*2'
        CompiledFunction       = '(?s)Variables\s+: \{?y, x.*Expression\s+: x\^2 \* y.*OperationCount\s+: \d'
        ExpressionComparison   = '(?s)Equal\s+: False.*How\s+: Counterexample.*x.*2.*y.*1'
        DerivativeCheck        = '(?s)Variable.*y'
        Minimum                = '(?s)At\s+: .*x\b.*\b1.*y.*StopReason\s+: Converged'
        MinimizationStep       = '(?s)Iteration.*Value.*1'
        Root                   = '(?s)At\s+: .*x\b.*1\.41421.*y.*Residual\s+: .*StopReason\s+: Converged'
        Network                = '(?s)Layers\s+: .*4 -> 3 Tanh.*3 -> 3 Softmax.*ParameterCount\s+: 27'
        NetworkLayer           = '(?s)Inputs.*Outputs.*Activation.*Tanh.*15'
        FeatureScaling         = '(?s)Means.*5\.83'
        WeightSaliency         = '(?s)Name.*w1_1_1.*Saliency|Name.*Saliency.*w1_1_1'
        ModelTest            = '(?s)Rows\s+: 150.*Loss\s+: 0\.\d.*Accuracy\s+: 0\.\d'
        ConfusionMatrix        = '(?s)setosa.*50'
        ClassMeasure           = '(?s)Class.*setosa'
        TrainingResult         = '(?s)FinalLoss\s+: 0\.\d.*Epochs\s+: 3.*Network\s+: 4-3 Tanh-3 Softmax'
        TrainingStep           = '(?s)Step.*Epoch.*Loss.*0\.\d'
        TrainingRestart        = '(?s)Restart.*Seed.*FinalLoss.*0\.\d'
        IdxData                = '(?s)ElementType\s+: Byte.*Dimensions\s+: .*2.*3.*Count\s+: 6'
        LinearRegressionResult = '(?s)PetalWidth.*150.*PetalLength.*0\.4157'
        GeneralizedRegressionResult = '(?s)(Species.*100.*Binomial|Binomial.*Species.*100).*SepalLength.*(D|d)eviance'
        CurveFitResult         = '(?s)exp.*10.*a\W.*2\.5\d+.*Converged'
        FeatureColumn          = '(?s)Species.*Category.*setosa.*versicolor'
        VariableColumns        = '(?s)x.*c1.*c2'
        WeightDecayAnalysis    = '(?s)Decay.*1.*DecayedMinimizer'
        WeightDecayDirection   = '(?s)Eigenvalue.*4'
        MatrixAnalysis         = '(?s)Determinant\s.*4.*SingularValues'
    }
}

Describe 'After a <_>' -ForEach $types {
    It 'a script shows every other type' {
        $first = $_
        $own = , $objects[$first] | Get-Display
        $own | Should -Match $essential[$first] -Because 'it is shown first'
        foreach ($second in $objects.Keys) {
            $both = & { $objects[$first]; $objects[$second] } | Get-Display
            $both | Should -Match $essential[$first] -Because "$first stands before $second"
            # What $second adds to what $first alone prints.
            $where = $both.IndexOf($own.TrimEnd(), [StringComparison]::Ordinal)
            $where | Should -BeGreaterOrEqual 0
            $rest = $both.Remove($where, $own.TrimEnd().Length)
            ($second -eq $first ? $both : $rest) | Should -Match $essential[$second] -Because "$second stands after $first"
            $rest | Should -Not -Match 'SyncRoot|IsReadOnly|PSAutodiff\.|System\.'
        }
    }
}

Describe 'A script of its own' {
    It 'shows results of two types, the second as a list of its main properties' {
        $path = Join-Path $TestDrive two-types.ps1
        Set-Content $path @'
param($module)
Import-Module $module
Find-Minimum '(x-1)^2' -At @{ x = 3 }
Compare-Expression 'x/x' '1'
New-ExprNode 'x^2'
'@
        $shown = (& $shellPath @shellArguments -NoProfile -File $path $moduleBase | Out-String) -replace '\x1b\[[0-9;]*m'
        $shown | Should -Match '(?s)At\s+: .*x\b.*\b1.*StopReason\s+: Converged.*Equal\s+: True.*Assumption\s+: x != 0.*(?m)^x\^2\s*$'
        $shown | Should -Not -Match 'SyncRoot|PSAutodiff\.'
    }
}

Describe 'Asked for properties, a <_>' -ForEach $types {
    BeforeAll {
        $name = $_
        $object = $objects[$name]
        # Dictionaries are asked for their entries; the one line of an expression is printed whatever is asked for.
        $asked = @(switch ($name) {
                'ExprGradient' { 'y', 'x' }
                'ExprHessian' { 'y', 'x' }
                default { $object.psobject.Properties.Name | Select-Object -First 2 }
            })
    }

    It 'shows them with Format-Table' {
        $shown = , $object | Format-Table $asked | Get-Display
        if ($name -eq 'ExprNode') { $shown.Trim() | Should -BeExactly 'x^2 * y' }
        else { $shown | Should -Match "(?m)^\s*$($asked[0])\s+$($asked[1])\s*$" }
    }

    It 'shows all with Format-List *' {
        $shown = , $object | Format-List * | Get-Display
        switch ($name) {
            'ExprNode' { $shown.Trim() | Should -BeExactly 'x^2 * y' }
            default { foreach ($property in $object.psobject.Properties) { $shown | Should -Match "(?m)^$($property.Name)\s+: " } }
        }
    }

    It 'shows them with Select-Object' {
        $selected = $object | Select-Object $asked
        $selected.psobject.Properties.Name | Should -Be $asked
    }

    It 'is no name of a type as text, in a table or a string' {
        "$object" | Should -Not -Match 'PSAutodiff\.|System\.'
        [pscustomobject]@{ Value = $object } | Format-Table | Get-Display | Should -Not -Match 'PSAutodiff\.|System\.'
    }

    It 'has the same text in every culture' {
        $culture = [cultureinfo]::CurrentCulture
        $text = "$object"
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            $object.ToString() | Should -BeExactly $text
        }
        finally { [cultureinfo]::CurrentCulture = $culture }
    }
}

Describe 'The views' {
    It 'name properties: every label of a list or table is one' {
        $format = [xml](Get-Content (Join-Path $moduleBase PSAutodiff.format.ps1xml) -Raw)
        $checked = 0
        foreach ($view in $format.Configuration.ViewDefinitions.View) {
            $type = $view.ViewSelectedBy.TypeName
            $properties = ($type -as [type]).GetProperties().Name
            $labels = @($view.SelectNodes('.//ListItem/Label | .//TableColumnHeader/Label | .//ListItem/PropertyName | .//TableColumnItem/PropertyName') | ForEach-Object InnerText)
            $labels | Where-Object { $_ -cnotin $properties } | ForEach-Object { "$type shows '$_'" } | Should -BeNullOrEmpty
            $checked += $labels.Count
        }
        $checked | Should -BeGreaterThan 80
    }

    It 'and the lists in scripts name properties' {
        Set-StrictMode -Off
        foreach ($name in $objects.Keys) {
            $set = $objects[$name].psobject.Members['PSStandardMembers']?.DefaultDisplayPropertySet
            if (-not $set) { $name | Should -BeIn ExprNode, ExprGradient; continue }
            $properties = $objects[$name].psobject.Properties.Name
            $set.ReferencedPropertyNames | Where-Object { $_ -cnotin $properties } | Should -BeNullOrEmpty -Because $name
        }
    }

    It 'show what -AsProperty added' {
        $rows = 1..2 | ForEach-Object { [pscustomobject]@{ x = $_ } } | Measure-Expression 'x^2' -Gradient -AsProperty G
        $rows | Get-Display | Should -Match '(?m)^\s*2 4 \{ x: 4 \}'
    }
}
