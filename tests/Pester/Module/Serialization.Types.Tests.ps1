# Whatever the cmdlets give comes back from another process or a file as it was: the same type, the same view, and the cmdlets take it.
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
    $importModule = [scriptblock]::Create("Import-Module '$moduleBase'")
    # A copy that knows nothing of the module's types: what a session made with PowerShell's own types receives.
    function Get-Dead($Object) {
        $path = Join-Path $TestDrive "$([guid]::NewGuid()).xml"
        $Object | Export-Clixml $path
        $reader = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try { , @($reader.AddCommand('Import-Clixml').AddParameter('LiteralPath', $path).Invoke())[0] }
        finally { $reader.Dispose() }
    }
    function Get-View($Object) { , $Object | Out-String -Width 120 }
    function Get-Type($Object) { for ($type = $Object.GetType(); -not $type.IsPublic; $type = $type.BaseType) { }; $type }
    $there = Start-Job -InitializationScript $importModule {
        $received = $using:objects
        $received.GetEnumerator() | ForEach-Object { @{ Name = $_.Key; Type = "$($_.Value.GetType())"; Value = $_.Value } }
    } | Receive-Job -Wait -AutoRemoveJob
}

Describe 'The types that cmdlets give' -Tag Slow {
    It 'are all here' {
        $types = Get-OutputType | ForEach-Object Name
        $types.Count | Should -BeGreaterThan 20
        Compare-Object @($types) @($objects.Keys) | ForEach-Object { "$($_.InputObject) $($_.SideIndicator)" } | Should -BeNullOrEmpty
    }
}

Describe 'A <_>' -Tag Slow -ForEach $types {
    BeforeAll {
        $name = $_
        $object = $objects[$name]
    }

    It 'comes back from a file, alone and within other things' {
        $path = Join-Path $TestDrive "$name.xml"
        $object | Export-Clixml $path
        $alone = Import-Clixml $path
        [pscustomobject]@{ Value = $object; List = @(1, $object); Table = @{ key = $object } } | Export-Clixml $path
        $within = Import-Clixml $path
        foreach ($back in $alone, $within.Value, $within.List[1], $within.Table['key']) {
            (Get-Type $back).FullName | Should -BeExactly "PSAutodiff.$name"
            Get-View $back | Should -BeExactly (Get-View $object)
            $back | Format-List * | Out-String | Should -BeExactly ($object | Format-List * | Out-String)
            "$back" | Should -BeExactly "$object"
        }
    }

    It 'goes to a job and comes back' {
        $sent = $there | Where-Object { $_.Name -eq $name }
        $sent.Type | Should -BeExactly "$($object.GetType())"
        $back = $sent.Value
        (Get-Type $back).FullName | Should -BeExactly "PSAutodiff.$name"
        Get-View $back | Should -BeExactly (Get-View $object)
    }

    It 'comes back a second time from what came back' {
        $once = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize(@(, $object)))[0]
        $twice = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize(@(, $once)))[0]
        Get-View $twice | Should -BeExactly (Get-View $object)
    }

    It 'keeps the text that carries it out of sight' {
        @(($object | Select-Object *).psobject.Properties.Name) | Should -Not -Contain SerializedText
        ($object | Get-Member).Name | Should -Not -Contain SerializedText
    }

    It 'is an error that says what to do, when it lost its text on the way' {
        $dead = Get-Dead $object
        $dead.psobject.TypeNames[0] | Should -BeLike 'Deserialized.PSAutodiff.*'
        # What a session without our types sends: a type's name, and what PowerShell makes of the rest.
        $lost = [pscustomobject]@{ Op = 'x' }
        $lost.psobject.TypeNames.Clear()
        $dead.psobject.TypeNames | ForEach-Object { $lost.psobject.TypeNames.Add($_) }
        $outcome = Get-Outcome { $lost | Measure-Expression -At @{ x = 1 } }
        $outcome.Output | Should -HaveCount 0
        $outcome.Errors | ForEach-Object { Get-ErrorId $_ } | Should -BeExactly ObjectDead
        $outcome.Errors[0].Exception.Message | Should -BeLike "This $name came through a session or file that does not know the types of PSAutodiff*Send it as text: * before, and * on the other side*"
    }

    It 'is an error when its text is damaged, and nothing of it is run' {
        $canary = Join-Path $TestDrive 'canary'
        foreach ($text in '', '{', '[]', 'null', "{`"`$type`":`"System.Diagnostics.Process`"}", "`$(New-Item '$canary')", ('[' * 100000)) {
            # A name, as that of a variable.
            if ($name -eq 'ExprNode' -and $text -eq 'null') { continue }
            $dead = [pscustomobject]@{ SerializedText = $text }
            $dead.psobject.TypeNames.Insert(0, "Deserialized.PSAutodiff.$name")
            $outcome = Get-Outcome { $dead | Invoke-Simplify }
            $outcome.Output | Should -HaveCount 0
            $outcome.Errors | Should -HaveCount 1
            $outcome.Errors[0].Exception | Should -BeOfType PSAutodiff.AutodiffException
            $outcome.Errors[0].Exception.Message.Length | Should -BeLessThan 1000
        }
        $canary | Should -Not -Exist
    }
}

Describe 'What came back' -Tag Slow {
    It 'is taken by the cmdlets: <What>' -ForEach @(
        @{ What = 'a gradient'; Name = 'ExprGradient'; Use = { param($it) ($it | Measure-Expression -At @{ x = 2; y = 3 }).Values -join ' '; "$($it | Invoke-Simplify)"; "$($it.Expression)"; $it.Keys -join ' ' }; Expected = '4 12', '{ y: x^2; x: 2 * x * y }', 'x^2 * y', 'y x' }
        @{ What = 'a row of a Hessian'; Name = 'ExprHessian'; Use = { param($it) "$($it.x)"; "$($it.x.Expression)"; $it['x']['y'] | Measure-Expression -At @{ x = 3 }; [object]::ReferenceEquals($it.x.y, $it.y.x) }; Expected = '{ y: 2 * x; x: 2 * y }', '2 * x * y', 6.0, $true }
        @{ What = 'a Hessian'; Name = 'ExprHessian'; Use = { param($it) ($it | Measure-Expression -At @{ x = 2; y = 3 }) -join ' '; (Measure-WeightDecay -Hessian $it -At @{ x = 0; y = 3 } -Decay 1).Variables -join ' ' }; Expected = '0 4 4 6', 'y x' }
        @{ What = 'a Jacobian'; Name = 'ExprJacobian'; Use = { param($it) ($it | Measure-Expression -At @{ x = 2; y = 3 }) -join ' '; "$($it[1])" }; Expected = '4 12 0 1', '{ y: 0; x: 1 }' }
        @{ What = 'a function'; Name = 'CompiledFunction'; Use = { param($it) $it.Invoke(3, 2); $it.InvokeGradient(3, 2)['x'] }; Expected = 12.0, 12.0 }
        @{ What = 'a measurement'; Name = 'Measurement'; Use = { param($it) $it.Hessian.GetType().Name; $it.Hessian[0, 1]; $it.Gradient['y']; $it.Variables -join ' ' }; Expected = 'Double[,]', 0.2, 0.010000000000000002, 'x y' }
        @{ What = 'a minimum'; Name = 'Minimum'; Use = { param($it) $it.Path.Count -eq $it.Iterations + 1; $it.Path[1].At['x'] -ne 3; "$($it.StopReason)"; "$(($it.Expression | Invoke-Differentiate x))" }; Expected = $true, $true, 'Converged', '2 * (x - 1)' }
        @{ What = 'a root'; Name = 'Root'; Use = { param($it) $it.At['x']; "$($it.StopReason)"; $it.Residuals.Count; "$($it.Equations[1])" }; Expected = 1.4142135623730951, 'Converged', 2, 'x * y - 1' }
        @{ What = 'a fit'; Name = 'LinearRegressionResult'; Use = { param($it) $it.R2 -eq $it.RSquared; $it.Coefficients.Keys -join ' '; $it.RankDeficient }; Expected = $true, 'Intercept PetalLength', $false }
        @{ What = 'a logistic fit'; Name = 'GeneralizedRegressionResult'; Use = { param($it) $it.Classes -join ' '; $it.Coefficients.Keys -join ' '; "$($it.Family)"; $it.Converged; "$($it.Expression.Variables)" }; Expected = 'setosa versicolor', 'Intercept SepalLength', 'Binomial', $true, 'SepalLength' }
        @{ What = 'a confusion matrix'; Name = 'ConfusionMatrix'; Use = { param($it) $it['setosa', 'setosa'] -gt 0; $it.ToTable().Count }; Expected = $true, 3 }
        @{ What = 'IDX data'; Name = 'IdxData'; Use = { param($it) $it.ToArray2D()[1, 2]; $it.RowCount }; Expected = 6.0, 2 }
        @{ What = 'an operation'; Name = 'Operation'; Use = { param($it) [object]::ReferenceEquals($it, (New-ExprNode 'a + b').Operation) }; Expected = $true }
        @{ What = 'a step'; Name = 'DerivationStep'; Use = { param($it) "$($it.Before)"; "$($it.After)"; $it.Heading; $it.WholeText }; Expected = 'x^2', '2 * x', 'd/dx [x^2 * y]', '2 * x * d/dx [x] * y' }
    ) {
        $live = $objects[$Name]
        $path = Join-Path $TestDrive back.xml
        $live | Export-Clixml $path
        # Ready to use, before and after the module saw it.
        @(& $Use (Import-Clixml $path)) | Should -BeExactly $Expected
        @(& $Use $live) | Should -BeExactly $Expected
    }

    It 'before the module was there is taken for what it was' {
        $dead = Get-Dead $objects.ExprGradient
        $dead.GetType().Name | Should -Not -Be ExprGradient
        "$($dead | Invoke-Simplify)" | Should -BeExactly '{ y: x^2; x: 2 * x * y }'
        @(($dead | Measure-Expression -At @{ x = 2; y = 3 }).Values) | Should -Be 4, 12
        (Measure-WeightDecay -Hessian (Get-Dead $objects.ExprHessian) -At @{ x = 0; y = 3 } -Decay 1).Variables | Should -Be y, x
        (Measure-WeightDecay '(x-1)^2 + (y-2)^4' -Minimizer (Get-Dead $objects.Minimum) -Decay 1).Variables | Should -Be x, y
        (Import-Csv (Join-Path $repositoryRoot examples/data/iris.csv) | Test-AutodiffModel (Get-Dead $objects.TrainingResult)).Loss | Should -BeExactly $objects.ModelTest.Loss
    }

    It 'is written for people by ToJson, matrices by row and enumerations by name' {
        $json = $objects.Measurement.ToJson() | ConvertFrom-Json
        $json.hessian[0] | Should -Be $objects.Measurement.Hessian[0, 0], $objects.Measurement.Hessian[0, 1]
        $json.gradient.x | Should -BeExactly $objects.Measurement.Gradient['x']
        $hessian = $objects.ExprHessian.ToJson() | ConvertFrom-Json
        $hessian.variables | Should -BeExactly y, x
        $entry = New-ExprNode ($hessian.bindings + $hessian.secondDerivatives[0][1])
        $entry | Should -Be $objects.ExprHessian.y.x
        $gradient = $objects.ExprGradient.ToJson() | ConvertFrom-Json
        New-ExprNode ($gradient.bindings + $gradient.firstDerivatives[0][1]) | Should -Be $objects.ExprGradient.x
        New-ExprNode ($gradient.bindings + $gradient.expressions[0]) | Should -Be $objects.ExprGradient.Expression
        ($objects.ExprJacobian.ToJson() | ConvertFrom-Json).expressions | Should -HaveCount 2
        ($objects.Minimum.ToJson() | ConvertFrom-Json).stopReason | Should -BeExactly Converged
        ($objects.Root.ToJson() | ConvertFrom-Json).equations | Should -BeExactly 'x^2 - 2', 'x * y - 1'
        ($objects.TrainingResult.ToJson() | ConvertFrom-Json).network.layers.Count | Should -Be 2
        ($objects.LinearRegressionResult.ToJson() | ConvertFrom-Json).coefficients.PetalLength | Should -BeExactly $objects.LinearRegressionResult.Coefficients['PetalLength']
    }

    It 'shares what it shared: a gradient of a deep graph has a text linear in its nodes' {
        $graph = Get-PromisedGraph 'a hundred thousand shared nodes'
        $gradient = $graph | Invoke-Differentiate -Gradient
        $text = [PSAutodiff.SerializedText]::Get($gradient)
        $text.Length | Should -BeLessThan (100 * $graph.NodeCount)
        $text.Length | Should -BeGreaterThan (5 * $graph.NodeCount)
    }
}

Describe 'Text of our own' -Tag Slow {
    It 'is what the error about <_> advises, and works' -ForEach ExprGradient, ExprHessian {
        $dead = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($objects[$_].psobject.BaseObject))
        $outcome = Get-Outcome { $dead | Measure-Expression -At @{ x = 1; y = 2 } }
        $outcome.Errors[0].Exception.Message -match 'Send it as text: \$text = (?<Send>.+) before, and (?<Receive>.+) on the other side' | Should -BeTrue
        $object = $objects[$_]
        $text = & ([scriptblock]::Create($Matches.Send))
        $back = & ([scriptblock]::Create("`$received = $($Matches.Receive.Replace('$using:', '$')); , `$received"))
        Get-View $back | Should -BeExactly (Get-View $object)
    }

    It 'goes where sessions carry no types' {
        $text = [System.Management.Automation.PSSerializer]::Serialize(@(, $objects.Network))
        $command = "Import-Module '$moduleBase'; [System.Management.Automation.PSSerializer]::Deserialize([IO.File]::ReadAllText('$TestDrive/sent.xml'))[0].ToString()"
        [IO.File]::WriteAllText("$TestDrive/sent.xml", $text)
        Invoke-FreshShell $command | Should -BeExactly $objects.Network.ToString()
    }
}
