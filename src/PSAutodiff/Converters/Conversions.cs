using System.Collections;
using System.Data;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Core;
using PSAutodiff.Foundation;

namespace PSAutodiff.Converters;

/// <summary>From what users write to what the engine takes; every failure has a stable id and names the thing.</summary>
internal static class Conversions
{
    /// <summary>The expression that a value stands for: a node, text, a script block or a number.</summary>
    public static ExprNode ToExpression(object? value, CancellationToken cancellation = default) => ToExpression(value, null, shapes: null, cancellation);

    /// <summary>The same, beside values of its variables: text that cannot be built with numbers takes their shapes.</summary>
    /// <param name="value">What is to be an expression.</param>
    /// <param name="values">The values; null for none.</param>
    /// <param name="shapes">Shapes of variables that are known without them; null for none.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <param name="listsAreArrays">Whether text takes shapes as well where a list stands for a number, if it is a number then.</param>
    public static ExprNode ToExpression(object? value, ValueSource? values, IReadOnlyDictionary<string, Shape>? shapes, CancellationToken cancellation, bool listsAreArrays = false)
    {
        try
        {
            var node = ToExpression(value, functions: null, shapes, cancellation);
            if (values is null || Unwrap(value) is not (string or ScriptBlock)) return node;
            if (HasList(node, values, static list => list is Array { Rank: 2 } || Unwrap(list.Count > 0 ? list[0] : null) is IList)) return WithShapes(isNeeded: true) ?? node;
            return listsAreArrays && HasList(node, values, static _ => true) && WithShapes(isNeeded: false) is { ArrayShape.IsNumber: true } shaped ? shaped : node;
        }
        catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.ShapeMismatch && values is not null)
        {
            if (values.NeitherNumberNorList(Unwrap(value) as string ?? $"{Unwrap(value)}") is { } wrong) throw wrong;
            return values.Shapes() is { } given ? Shaped(given) : throw values.Explained(exception);
        }

        ExprNode Shaped(IReadOnlyDictionary<string, Shape> given)
        {
            try
            {
                return ToExpression(value, functions: null, ShapeTable.Joined(given, shapes), cancellation);
            }
            catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.ShapeMismatch)
            {
                throw values.Explained(exception);
            }
        }

        // Where that is no better, errors speak of the text as it is. A list of lists can be no number, nor many.
        ExprNode? WithShapes(bool isNeeded)
        {
            try
            {
                return ToExpression(value, functions: null, ShapeTable.Joined(values.Shapes(), shapes), cancellation);
            }
            catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.ValueMissing || (exception.ErrorId == ErrorIds.ShapeMismatch && !isNeeded))
            {
                return null;
            }
        }
    }

    /// <summary>Whether a list of some kind is given for a variable that is a number.</summary>
    private static bool HasList(ExprNode node, ValueSource values, Func<IList, bool> isKind)
    {
        var variables = VariableLayout.Of(node.Variables, ExprNode.Flatten([node]));
        var names = values.Match(variables.Names);
        return Enumerable.Range(0, names.Length).Any(i => names[i] is { } name && variables.Shapes[i].IsNumber && Unwrap(values[name]) is IList list && isKind(list));
    }

    /// <summary>The same, with the names of functions without definitions, and shapes of variables, that text need not declare.</summary>
    public static ExprNode ToExpression(object? value, IReadOnlyCollection<string>? functions, IReadOnlyDictionary<string, Shape>? shapes, CancellationToken cancellation)
    {
        // Unquoted, PowerShell reads 2kb as 2048 and 2d as 2, and remembers what was written. Where that is another thing, nobody knows what is meant.
        if (value is PSObject { BaseObject: ValueType number } token && NumberInput.TryGetNumber(number, out _)
            && LanguagePrimitives.ConvertTo<string>(token) is var written && written != LanguagePrimitives.ConvertTo<string>(number))
        {
            var read = ExprNode.Parse(written, cancellation);
            return read.Value is not null ? read : throw new ExpressionSyntaxException(
                ErrorIds.ExpressionSyntax,
                $"'{written}' can be read in two ways without quotes: write {LanguagePrimitives.ConvertTo<string>(number)} for PowerShell's number, or '{read}' in quotes for the product.",
                written,
                0);
        }

        switch (Live(value))
        {
            case ExprNode node:
                return node;
            case string text:
                return ExprNode.Parse(text, functions, shapes, cancellation);
            case ScriptBlock script:
                return ScriptBlockTranslator.Translate(script, functions, shapes);
            case null:
                throw new AutodiffException(
                    ErrorIds.ExpressionNull,
                    "The expression is null. Is the name of a PowerShell variable misspelled, or was the variable never set?");
            case { } other when NumberInput.TryGetNumber(other, out var constant):
                return ExprNode.Constant(constant);
            case IAutodiffModel model:
                throw new AutodiffException(ErrorIds.ExpressionTypeUnsupported, $"An object of type {model.GetType().FullName} is a model, not an expression. Its formula is in the property Expression: $model.Expression.");
            case { } other:
                throw new AutodiffException(
                    ErrorIds.ExpressionTypeUnsupported,
                    $"An object of type {other.GetType().FullName} is not an expression. Use text, a script block, a number or an ExprNode.");
        }
    }

    public static object? Unwrap(object? value) => NumberInput.FromZero(value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value);

    /// <summary>The object itself, where one of the module's came out of a job or file before the module was there to bring it back to life.</summary>
    /// <exception cref="AutodiffException">It cannot be brought back.</exception>
    public static object? Live(object? value) => Unwrap(SerializedText.Revive(value));

    /// <summary>A number as such or as text; text is read the same in every culture.</summary>
    public static bool TryGetDouble(object? value, out double number) => NumberInput.TryGetDouble(value, out number);

    /// <summary>The names and values of a row: entries of a dictionary, or properties of an object.</summary>
    public static IEnumerable<KeyValuePair<string, object?>> Entries(object row)
    {
        if (Unwrap(row) is IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary) yield return new(NameOf(entry), entry.Value);
            yield break;
        }

        foreach (var property in Properties(row)) yield return new(property.Name, ReadOrNull(property));
    }

    /// <summary>The name of an entry of a dictionary.</summary>
    public static string NameOf(DictionaryEntry entry) => Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!;

    /// <summary>The properties of an object that are its columns: of a row of a DataTable those of the table, not what every row has.</summary>
    public static IEnumerable<PSPropertyInfo> Properties(object row)
    {
        var properties = PSObject.AsPSObject(row).Properties;
        var table = Unwrap(row) switch
        {
            DataRow data => data.Table,
            DataRowView view => view.Row.Table,
            _ => null,
        };

        // What Add-Member added is a column too.
        return table is null ? properties : properties.Where(property => property is not PSProperty || table.Columns.Contains(property.Name));
    }

    /// <summary>What an error says in the end, without the errors around it.</summary>
    public static string InnermostMessage(Exception exception) => exception.GetBaseException().Message;

    /// <summary>A copy of a row to add properties to: the row itself may be somebody's variable. What cannot be read becomes null.</summary>
    public static PSObject CopyRow(object row)
    {
        if (row is PSObject { BaseObject: PSCustomObject } custom) return custom.Copy();
        var copy = new PSObject();
        foreach (var (name, value) in Entries(row)) copy.Properties.Add(new PSNoteProperty(name, value));
        return copy;
    }

    /// <summary>The network that a value is: a network, the result of a training, or either of them out of a job or file.</summary>
    /// <exception cref="AutodiffException">It is none, or the training was one of an expression.</exception>
    public static Network ToNetwork(object? value)
    {
        switch (Live(value))
        {
            case Network network:
                return network;
            case SweepRow row:
                return ToNetwork(ResultOf(row, ErrorIds.NetworkMissing));
            case TrainingResult result:
                return result.Network ?? throw new AutodiffException(
                    ErrorIds.NetworkMissing,
                    "This training run trained the parameters of a loss expression, so it has no network. Its parameters are in the property Parameters.");
            case null:
                throw new AutodiffException(
                    ErrorIds.NetworkMissing,
                    "The network is null. Is the name of a PowerShell variable misspelled, or was the variable never set? New-NeuralNetwork makes one.");
            case string text:
                throw new AutodiffException(ErrorIds.NetworkMissing, $"{ValueSource.Describe(text)} is text, not a network. To use a file, load it first: Import-AutodiffModel.");
            case { } other:
                throw new AutodiffException(ErrorIds.NetworkMissing, $"{ValueSource.Subject(other)} is not a network. New-NeuralNetwork and Import-AutodiffModel return networks.");
        }
    }

    /// <summary>The model that a value is: a network, a regression, a fitted curve, or the result of a training.</summary>
    /// <exception cref="AutodiffException">It is none, or the training was one of a loss without a prediction.</exception>
    public static IAutodiffModel ToModel(object? value) => (Live(value) is SweepRow row ? ResultOf(row, ErrorIds.ModelMissing) : Live(value)) switch
    {
        IAutodiffModel model => model,
        TrainingResult { Network: { } network } => network,
        TrainingResult { Model: { } trained } => trained,
        TrainingResult => throw new AutodiffException(ErrorIds.ModelMissing, "This training run trained the parameters of a loss expression, and a loss does not say what is predicted. Give it the prediction: Start-NetworkTraining '(y - (a*x + b))^2' -Prediction 'a*x + b'."),
        null => throw new AutodiffException(ErrorIds.ModelMissing, "The model is null. Is the name of a PowerShell variable misspelled, or was the variable never set?"),
        string text => throw new AutodiffException(ErrorIds.ModelMissing, $"{ValueSource.Describe(text)} is text, not a model. To use a file, load it first: Import-AutodiffModel."),
        { } other => throw new AutodiffException(ErrorIds.ModelMissing, $"{ValueSource.Subject(other)} is not a model. Start-NetworkTraining, Invoke-CurveFit, Invoke-LinearRegression, New-NeuralNetwork and Import-AutodiffModel return models."),
    };

    private static TrainingResult ResultOf(SweepRow row, string errorId) => row.Result
        ?? throw new AutodiffException(errorId, string.Create(CultureInfo.InvariantCulture, $"Setting {row.Number} ({Results.SweepKey.Describe(row.Settings)}) of the sweep has no model, since it could not be trained: {row.Problem} Take another row, for example the one with IsBest."));

    // Some properties of processes and files throw.
    private static object? ReadOrNull(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (ExtendedTypeSystemException)
        {
            return null;
        }
    }
}
