namespace PSAutodiff;

/// <summary>The stable ids of errors: scripts test for them in <c>FullyQualifiedErrorId</c>.</summary>
internal static class ErrorIds
{
    public const string ArgumentCount = nameof(ArgumentCount);
    public const string ColumnMissing = nameof(ColumnMissing);
    public const string ColumnNotNumeric = nameof(ColumnNotNumeric);
    public const string ConstantNotFinite = nameof(ConstantNotFinite);
    public const string DerivativeAmbiguous = nameof(DerivativeAmbiguous);
    public const string DerivativeMissing = nameof(DerivativeMissing);
    public const string DivisionByZero = nameof(DivisionByZero);
    public const string ExpressionConstant = nameof(ExpressionConstant);
    public const string ExpressionJson = nameof(ExpressionJson);
    public const string ExpressionMissing = nameof(ExpressionMissing);
    public const string ExpressionNull = nameof(ExpressionNull);
    public const string ExpressionSyntax = nameof(ExpressionSyntax);
    public const string ExpressionTypeUnsupported = nameof(ExpressionTypeUnsupported);
    public const string GradientMissing = nameof(GradientMissing);
    public const string GraphTooLarge = nameof(GraphTooLarge);
    public const string LearningRateInvalid = nameof(LearningRateInvalid);
    public const string LengthMismatch = nameof(LengthMismatch);
    public const string LogarithmDomain = nameof(LogarithmDomain);
    public const string LossNotFinite = nameof(LossNotFinite);
    public const string MinimizationDiverged = nameof(MinimizationDiverged);
    public const string MomentumInvalid = nameof(MomentumInvalid);
    public const string NullOperand = nameof(NullOperand);
    public const string OperationUnknown = nameof(OperationUnknown);
    public const string ParameterUnknown = nameof(ParameterUnknown);
    public const string PropertyExists = nameof(PropertyExists);
    public const string RowNull = nameof(RowNull);
    public const string RowsMissing = nameof(RowsMissing);
    public const string ScriptBlockUnsupported = nameof(ScriptBlockUnsupported);
    public const string StepInvalid = nameof(StepInvalid);
    public const string ToleranceInvalid = nameof(ToleranceInvalid);
    public const string StepsTooMany = nameof(StepsTooMany);
    public const string ValueMissing = nameof(ValueMissing);
    public const string ValueNotFinite = nameof(ValueNotFinite);
    public const string ValueNotNumeric = nameof(ValueNotNumeric);
    public const string VariableAmbiguous = nameof(VariableAmbiguous);
    public const string VariableNameInvalid = nameof(VariableNameInvalid);
    public const string VariableNotBound = nameof(VariableNotBound);
    public const string VariableUnknown = nameof(VariableUnknown);
}
