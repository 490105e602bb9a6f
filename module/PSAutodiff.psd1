@{
    RootModule           = 'PSAutodiff.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '6f0c1c1e-5b1f-4a63-9d0a-3a2f0c7d9b41'
    Author               = 'PSAutodiff contributors'
    CompanyName          = 'PSAutodiff contributors'
    Copyright            = '(c) PSAutodiff contributors. MIT licence.'
    Description          = 'Symbolic and automatic differentiation, fast evaluation and training of models in the PowerShell pipeline.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('PSAutodiff.format.ps1xml')
    TypesToProcess       = @('PSAutodiff.types.ps1xml')
    CmdletsToExport      = @(
        'Compare-Expression'
        'ConvertTo-ExprText'
        'Export-AutodiffModel'
        'Export-AutodiffReport'
        'Find-Minimum'
        'Find-Root'
        'Import-AutodiffModel'
        'Import-IdxData'
        'Invoke-AutodiffModel'
        'Invoke-CurveFit'
        'Invoke-Differentiate'
        'Invoke-LinearRegression'
        'Invoke-Simplify'
        'Measure-Expression'
        'Measure-Matrix'
        'Measure-WeightDecay'
        'New-AutodiffSession'
        'New-CompiledExpression'
        'New-ExprNode'
        'New-NeuralNetwork'
        'Optimize-NeuralNetwork'
        'Resolve-Expression'
        'Show-Expression'
        'Start-NetworkTraining'
        'Test-AutodiffModel'
        'Test-Derivative'
        'Trace-NeuralNetwork'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @(
        'Export-NeuralNetwork'
        'Import-NeuralNetwork'
        'Invoke-NeuralNetwork'
        'Test-NeuralNetwork'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @('autodiff', 'automatic-differentiation', 'symbolic', 'derivative', 'gradient', 'machine-learning', 'neural-network', 'autograd', 'classification', 'logistic-regression', 'curve-fitting', 'regression', 'optimization', 'gradient-descent', 'math', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
