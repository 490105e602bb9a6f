# An object of every type that the cmdlets give, by the name of the type: for the tests of views and of serialization.
# Types are found by [OutputType] and by what properties of outputs hold, so that a new one without an example makes a test fail.
function Get-OutputType {
    $found = [System.Collections.Generic.HashSet[type]]::new()
    $queue = [System.Collections.Generic.Queue[type]]::new()
    foreach ($command in (Get-Module PSAutodiff).ExportedCmdlets.Values) {
        foreach ($attribute in $command.ImplementingType.GetCustomAttributes([System.Management.Automation.OutputTypeAttribute], $true)) {
            $attribute.Type | Where-Object { $_.Type } | ForEach-Object { $queue.Enqueue($_.Type) }
        }
    }
    while ($queue.Count) {
        $type = $queue.Dequeue()
        if ($type.IsArray) { $queue.Enqueue($type.GetElementType()); continue }
        if ($type.IsGenericType) { $type.GetGenericArguments() | ForEach-Object { $queue.Enqueue($_) }; continue }
        if ($type.Assembly.GetName().Name -notlike 'PSAutodiff*' -or $type.IsEnum -or -not $found.Add($type)) { continue }
        $type.GetProperties() | ForEach-Object { $queue.Enqueue($_.PropertyType) }
    }
    $found | Sort-Object Name
}

function Get-OutputObject([string]$DataFolder) {
    $iris = Import-Csv (Join-Path $DataFolder iris.csv)
    $trained = $iris | Start-NetworkTraining -Network (New-NeuralNetwork 4 3, tanh, 3, softmax -Seed 1) -Label Species -Epoch 3 -Seed 1 -Standardize -Restart 2 -ValidationFraction 0.2
    $minimum = Find-Minimum '(x - 1)^2 + (y - 2)^4' -At @{ x = 3; y = 1 } -KeepPath
    $test = $iris | Test-AutodiffModel $trained
    $trace = $iris[0, 70, 140] | Trace-NeuralNetwork $trained
    $decay = 'x^2 + 2*y^2 - 2*x' | Measure-WeightDecay -Minimizer @{ x = 1; y = 0 } -Decay 1
    $images = [IO.Path]::GetTempFileName()
    [IO.File]::WriteAllBytes($images, [byte[]](0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6))
    try { $idx = Import-IdxData $images }
    finally { Remove-Item $images }
    $sweep = $iris | Start-NetworkTraining -Network (New-NeuralNetwork 4 3, tanh, 3, softmax -Seed 1) -Label Species -Epoch 3 -Seed 1 -Sweep ([ordered]@{ LearningRate = 0.1, 0.01; Optimizer = 'Adam' }) -CrossValidationFold 3
    @{
        ExprNode               = New-ExprNode 'x^2*y'
        Operation              = (New-ExprNode 'x + y').Operation
        ExprGradient           = 'x^2*y' | Invoke-Differentiate y, x -Gradient
        ExprHessian            = 'x^2*y' | Invoke-Differentiate y, x -Hessian
        ExprJacobian           = 'x^2*y', 'x' | Invoke-Differentiate y, x -Jacobian
        DerivationStep         = @('x^2*y' | Invoke-Differentiate x -Step)[1]
        Measurement            = 'x^2*y' | Measure-Expression -At @{ x = 0.1; y = 2 } -Hessian
        ExpressionCost         = 'x^2*y' | Measure-Expression -Cost
        CompiledFunction       = 'x^2*y' | New-CompiledExpression y, x -Gradient
        NodeAdjoint            = @('x^2*y' | Measure-Expression -At @{ x = 0.1; y = 2 } -Adjoint)[-1]
        ExpressionComparison   = Compare-Expression x y
        DerivativeCheck        = @('x^2 + abs(y)' | Test-Derivative -At @{ x = 1; y = 0 } -Detailed)[1]
        Minimum                = $minimum
        MinimizationStep       = $minimum.Path[1]
        Root                   = Find-Root 'x^2 - 2', 'x*y - 1' -At @{ x = 1; y = 1 }
        Network                = $trained.Network
        NetworkLayer           = $trained.Network.Layers[0]
        FeatureScaling         = $trained.Network.Scaling
        WeightSaliency         = @($iris | Optimize-NeuralNetwork $trained -Fraction 0.1 -Detailed)[0]
        ModelTest              = $test
        NetworkTrace           = $trace
        LayerTrace             = $trace.Layers[1]
        ConfusionMatrix        = $test.ConfusionMatrix
        ClassMeasure           = $test.Classes[0]
        TrainingResult         = $trained
        TrainingStep           = @($trained.History)[0]
        TrainingRestart        = $trained.Restarts[0]
        SweepRow               = @($sweep)[0]
        IdxData                = $idx
        LinearRegressionResult = $iris | Invoke-LinearRegression -Feature PetalLength -Label PetalWidth
        RegressionPart         = $iris | Invoke-LinearRegression -Feature PetalLength -Label PetalWidth -AsPartial
        GeneralizedRegressionResult = $iris | Select-Object -First 100 | Invoke-LinearRegression -Feature SepalLength -Label Species -Family Binomial
        CurveFitResult         = @(0..9 | ForEach-Object { [pscustomobject]@{ t = $_; y = 2.5 * [Math]::Exp(-0.3 * $_) + 0.01 * ($_ % 3) } }) | Invoke-CurveFit 'a*exp(-b*t)' -Label y -InitialValue @{ a = 1; b = 0.1 }
        ExpressionModel        = New-Object PSAutodiff.ExpressionModel ('2*x + y' | New-ExprNode)
        FeatureColumn          = ($iris | Invoke-LinearRegression -Feature Species -Label PetalWidth).Columns[0]
        VariableColumns        = (@(1..4 | ForEach-Object { [pscustomobject]@{ c1 = $_; c2 = $_ * $_; y = 3 * $_ + 2 * $_ * $_ } }) | Invoke-CurveFit 'x: [2]; w: [2]; x @ w' -Label y -Column @{ x = 'c1', 'c2' }).InputColumns[0]
        WeightDecayAnalysis    = $decay
        WeightDecayDirection   = $decay.Directions[0]
        MatrixAnalysis         = Measure-Matrix @((0, -2), (2, 0))
    }
}
