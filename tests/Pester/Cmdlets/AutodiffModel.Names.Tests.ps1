BeforeDiscovery {
    $awkward = 'pi', 'π', 'e', 'sin', 'max', 'and', 'not', 'if', 'var', 'T', 'a b', 'a.b', "it's", 'say "x"', '$x', '`', '{x}', '${x}', 'x;y',
    'a=b', 'x[0]', 'x*', '1', '-', 'Größe', '温度', 'label', 'lambda', 'null', '\', '<b>', "x'"
    $cases = $awkward | ForEach-Object { @{ Name = $_ } }
}

BeforeAll {
    function Write-Quoted([string]$Name) { '${' + ($Name -replace '[{}`]', '`$0') + '}' }
    function Get-NamedRow([string]$Name) {
        foreach ($i in 1..12) {
            $row = [ordered]@{}
            $row[$Name] = $i
            $row['zz'] = [math]::Round([math]::Sin($i), 3)
            $row['answer'] = 3 + 2 * $i + $row['zz'] + 0.01 * ($i % 3)
            [pscustomobject]$row
        }
    }
    # A model says the same in a file, in Clixml, by its expression, as text and as a function.
    function Assert-Model([object]$Model, [object[]]$Rows, [string]$Name, [string]$Place = $TestDrive) {
        $predicted = @($Rows | Invoke-AutodiffModel $Model | ForEach-Object Prediction)
        $predicted.Count | Should -Be $Rows.Count
        $file = Join-Path $Place 'model.json'
        Export-AutodiffModel $file -Model $Model -Force
        @($Rows | Invoke-AutodiffModel (Import-AutodiffModel $file) | ForEach-Object Prediction) | Should -BeExactly $predicted
        $Model | Export-Clixml "$file.xml"
        @($Rows | Invoke-AutodiffModel (Import-Clixml "$file.xml") | ForEach-Object Prediction) | Should -BeExactly $predicted
        $expression = $Model.Expression
        $expression | Should -Not -BeNullOrEmpty
        $values = [ordered]@{}
        foreach ($variable in $expression.Variables) { $values.Add($variable, $Rows[4].psobject.Properties[$variable].Value) }
        $value = $expression | Measure-Expression -At $values
        [math]::Abs($value - $predicted[4]) | Should -BeLessThan 1e-9
        $text = $expression | ConvertTo-ExprText -As Infix
        (New-ExprNode $text | Measure-Expression -At $values) | Should -Be $value
        $again = New-ExprNode -Json ($expression | ConvertTo-ExprText -As Json)
        ($again | Measure-Expression -At $values) | Should -Be $value
        foreach ($format in 'Latex', 'MathML', 'CSharp', 'Python') { $expression | ConvertTo-ExprText -As $format | Should -Not -BeNullOrEmpty }
        $code = $expression | ConvertTo-ExprText -As PowerShell
        { [scriptblock]::Create($code) } | Should -Not -Throw
    }
}

Describe 'A column called <Name>' -ForEach $cases {
    It 'is a feature of a regression' {
        $rows = Get-NamedRow $Name
        $model = $rows | Invoke-LinearRegression -Label answer
        $model.Features | Should -BeExactly @($Name, 'zz')
        [math]::Abs($model.Coefficients[1] - 2) | Should -BeLessThan 0.01
        Assert-Model $model $rows $Name
        ($rows | Test-AutodiffModel $model -CrossValidationFold 3).RSquared | Should -BeGreaterThan 0.99
    }

    It 'is a label, and a weight' {
        $rows = Get-NamedRow $Name
        $model = $rows | Invoke-LinearRegression -Feature answer -Label zz -Weight $Name
        Assert-Model $model $rows $Name
        ($rows | Test-AutodiffModel $model -CrossValidationFold 3).Rows | Should -Be 12
        $model = $rows | Invoke-LinearRegression -Feature answer -Label $Name
        $model.Label | Should -BeExactly $Name
        ($rows | Test-AutodiffModel $model -CrossValidationFold 3).RSquared | Should -BeGreaterThan 0.9
    }

    It 'is a variable of a curve fit' {
        $rows = Get-NamedRow $Name
        $quoted = Write-Quoted $Name
        $model = $rows | Invoke-CurveFit "p*$quoted + q" -Label answer
        Assert-Model $model $rows $Name
        ($rows | Invoke-CurveFit 'p*answer + q' -Label $Name).RSquared | Should -BeGreaterThan 0.9
    }

    It 'is a parameter of a curve fit' {
        $rows = Get-NamedRow t
        $quoted = Write-Quoted $Name
        $model = $rows | Invoke-CurveFit "$quoted*t + q" -Label answer
        $model.Parameters.Contains($Name) | Should -BeTrue
        Assert-Model $model $rows $Name
    }

    It 'is a feature of a network and a column of a loss' {
        $rows = Get-NamedRow $Name
        $network = New-NeuralNetwork -InputSize 2 -Layer 2, tanh, 1, linear -Seed 1
        $model = ($rows | Start-NetworkTraining -Network $network -Feature $Name, zz -Label answer -Epoch 2 -Seed 1 -Standardize).Network
        $model.Features | Should -BeExactly @($Name, 'zz')
        $inputs = @($model.Expression.Variables)
        $inputs.Count | Should -Be 2
        @($rows | Invoke-AutodiffModel $model).Count | Should -Be 12
        $file = Join-Path $TestDrive 'network.json'
        Export-AutodiffModel $file -Model $model -Force
        ($rows | Test-AutodiffModel (Import-AutodiffModel $file) -CrossValidationFold 3).Rows | Should -Be 12
        $quoted = Write-Quoted $Name
        $loss = $rows | Start-NetworkTraining "(answer - (p*$quoted + q))^2" -Prediction "p*$quoted + q" -Epoch 5 -LearningRate 0.001 -Seed 1
        @($loss.Parameters.Keys) | Should -BeExactly p, q
        Assert-Model $loss $rows $Name
    }
}

Describe 'Names that no variable can have' {
    It 'refuses a feature called <Shown> with its name' -ForEach @(
        @{ Name = ' '; Shown = 'a blank' }
        @{ Name = "a`tb"; Shown = 'with a tab' }
        @{ Name = "a$([char]0x202e)b"; Shown = 'with a sign that turns text around' }
    ) {
        { Get-NamedRow $Name | Invoke-LinearRegression -Label answer } | Should -Throw '*is not a name for a variable*'
    }

    It 'keeps pi for the number where it is written without braces' {
        (New-ExprNode 'pi*${pi}').Variables | Should -BeExactly pi
        (New-ExprNode 'pi*${pi}' | Measure-Expression -At @{ pi = 2 }) | Should -Be (2 * [math]::PI)
        (New-ExprNode '${pi} = 2*x; pi*${pi}' | Measure-Expression -At @{ x = 1 }) | Should -Be (2 * [math]::PI)
        { New-ExprNode { $pi * $x } } | Should -Throw '*`[Math`]::PI*'
        { Invoke-Differentiate 'x^2' pi } | Should -Throw '*is the number 3.14159*'
        (Invoke-Differentiate '${pi}^2' pi).ToString() | Should -BeExactly '2 * ${pi}'
        { New-ExprNode 'pi = 3; pi' } | Should -Throw '*cannot be the name of a binding*'
    }
}
