namespace PSAutodiff;

/// <summary>The stable ids of errors: scripts test for them in <c>FullyQualifiedErrorId</c>.</summary>
internal static class ErrorIds
{
    public const string ArgumentCount = nameof(ArgumentCount);
    public const string ColumnMissing = nameof(ColumnMissing);
    public const string ColumnNotNumeric = nameof(ColumnNotNumeric);
    public const string ConstantNotFinite = nameof(ConstantNotFinite);
    public const string DivisionByZero = nameof(DivisionByZero);
    public const string ExpressionSyntax = nameof(ExpressionSyntax);
    public const string GraphTooLarge = nameof(GraphTooLarge);
    public const string LogarithmDomain = nameof(LogarithmDomain);
    public const string NullOperand = nameof(NullOperand);
    public const string OperationUnknown = nameof(OperationUnknown);
    public const string VariableAmbiguous = nameof(VariableAmbiguous);
    public const string VariableNameInvalid = nameof(VariableNameInvalid);
    public const string VariableNotBound = nameof(VariableNotBound);
}
