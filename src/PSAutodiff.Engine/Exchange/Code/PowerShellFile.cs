using System.Globalization;
using System.Numerics;
using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Data;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Exchange.Code;

/// <summary>A model as a function of PowerShell that takes rows from the pipeline and needs no module.</summary>
internal static class PowerShellFile
{
    // Variables of the function, which none of the expression may be called.
    private static readonly string[] Reserved =
    [
        "InputObject", "ModelColumns", "ModelColumn", "ModelAdded", "ModelInputs", "ModelOutputs", "ModelNext", "ModelCell", "ModelCopy", "ModelRow", "ModelNumber", "ModelIsTable", "ModelName", "ModelStart", "ModelPlace", "ModelLabels",
        "ModelInvariant", "ModelFormatted", "ModelMissing", "ModelValues", "ModelOthers", "ModelProperties", "ModelProperty", "ModelEntry",
    ];

    // Cells are read as Invoke-AutodiffModel reads them. Numbers are read in the function itself, as calls are slow.
    private const string Readers = """
        $ModelInvariant = [Globalization.CultureInfo]::InvariantCulture
        $ModelMissing = '', 'NA', 'N/A', 'n/a', '#N/A', '#NA', '<NA>', 'NaN', 'nan', 'NULL', 'null'

        function Test-MissingCell($Cell, [bool] $Dash) {
            if ($null -eq $Cell -or $Cell -is [DBNull]) { return $true }
            if ($Cell -isnot [string]) { return $false }
            $text = $Cell.Trim()
            ($ModelMissing -ccontains $text) -or ($Dash -and $text -eq '-')
        }

        function Get-RowCell($Row, [string] $Name) {
            if ($Row -is [Collections.IDictionary]) {
                if ($Row.Contains($Name)) { return , $Row[$Name] }
                $alike = @($Row.Keys | Where-Object { $_ -eq $Name })
                if ($alike.Count -eq 1) { return , $Row[$alike[0]] }
                return
            }
            $property = ([psobject] $Row).PSObject.Properties[$Name]
            if ($null -ne $property) { , $property.Value }
        }

        function Test-RowCell($Row, [string] $Name) {
            if ($Row -is [Collections.IDictionary]) { return $Row.Contains($Name) -or @($Row.Keys | Where-Object { $_ -eq $Name }).Count -eq 1 }
            $null -ne ([psobject] $Row).PSObject.Properties[$Name]
        }

        function Get-CellNumber($Cell, [string] $Name) {
            if (Test-MissingCell $Cell $true) { throw "Column '$Name': the cell is empty, or stands for a missing value." }
            $number = 0.0
            if ($Cell -is [bool]) { return [double] $Cell }
            if ($Cell -is [string]) {
                if ([double]::TryParse($Cell, 'Float', $ModelInvariant, [ref] $number)) {
                    $lost = $number -eq 0 -and ($Cell -split 'e')[0] -match '[1-9]'
                    if ($lost) { throw "Column '$Name': '$Cell' is too small for a number." }
                }
                elseif ($Cell.Trim() -eq 'true') { $number = 1.0 }
                elseif ($Cell.Trim() -eq 'false') { $number = 0.0 }
                elseif ($ModelFormatted -and $Cell -cmatch '\A\s*([+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]*)?|\.[0-9]+))\s*(%?)\s*\z') {
                    $digits = $Matches[1].Replace(',', '') + $(if ($Matches[2]) { 'e-2' })
                    $number = [double]::Parse($digits, 'Float', $ModelInvariant)
                }
                else { throw "Column '$Name': '$Cell' is not a number, which is written with a point, as 2.5 or 1e-3." }
            }
            elseif ($Cell -is [IConvertible] -and $Cell -isnot [char] -and $Cell -isnot [datetime]) { $number = [Convert]::ToDouble($Cell, $ModelInvariant) }
            elseif ($Cell -is [bigint] -or $Cell -is [Half]) { $number = [double] $Cell }
            else { throw "Column '$Name': it holds an object of type $($Cell.GetType().Name), which is not a number." }
            if (-not [double]::IsFinite($number)) { throw "Column '$Name': the number is not finite." }
            $number
        }

        function Get-CellDay($Cell, [string] $Name, [long] $First) {
            if (Test-MissingCell $Cell $true) { throw "Column '$Name': the cell is empty, or stands for a missing value." }
            $date = [datetime]::MinValue
            if ($Cell -is [datetime]) { $date = if ($Cell.Kind -eq 'Local') { $Cell.ToUniversalTime() } else { $Cell } }
            elseif ($Cell -is [DateTimeOffset]) { $date = $Cell.UtcDateTime }
            elseif ($Cell -is [DateOnly]) { $date = $Cell.ToDateTime([TimeOnly]::MinValue) }
            else {
                $formats = [string[]] ('yyyy-MM-dd', 'yyyy-MM-dd HH:mm', 'yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd HH:mm:ss.FFFFFFF', 'yyyy-MM-ddTHH:mm', 'yyyy-MM-ddTHH:mm:ss.FFFFFFF', 'yyyy-MM-ddTHH:mm:ss.FFFFFFFK')
                $isDate = $Cell -is [string] -and [datetime]::TryParseExact($Cell.Trim(), $formats, $ModelInvariant, [Globalization.DateTimeStyles] 'AdjustToUniversal, AssumeUniversal', [ref] $date)
                if (-not $isDate) { throw "Column '$Name': '$Cell' is not a date, which is written as 2026-01-31 or 2026-01-31 14:30." }
            }
            [double] ($date.Ticks - $First) / [TimeSpan]::TicksPerDay
        }

        function Get-CellLevel($Cell, [string] $Name, [string[]] $Levels) {
            if (Test-MissingCell $Cell $false) { throw "Column '$Name': the cell is empty, or stands for a missing value." }
            $text = [Convert]::ToString($Cell, $ModelInvariant)
            $level = [Array]::IndexOf($Levels, $text)
            if ($level -lt 0) { throw "Column '$Name': '$text' is none of the levels that the model knows: $(($Levels | Select-Object -First 12) -join ', ')." }
            $level
        }

        function Get-CellElement($Cell, [string] $Name, [int[]] $Sizes) {
            $isMatrix = $Sizes.Count -eq 2 -and $Cell -is [Array] -and $Cell.Rank -eq 2
            $fits = if ($Sizes.Count -eq 0) { $true }
            elseif ($isMatrix) { $Cell.GetLength(0) -eq $Sizes[0] -and $Cell.GetLength(1) -eq $Sizes[1] }
            else { $Cell -is [Collections.IList] -and $Cell.Count -eq $Sizes[0] }
            if (-not $fits) { throw "Column '$Name': it does not hold $($Sizes -join ' x ') numbers." }
            if ($Sizes.Count -eq 0) { Get-CellNumber $Cell $Name }
            elseif ($Sizes.Count -eq 1 -or $isMatrix) { foreach ($element in $Cell) { Get-CellNumber $element $Name } }
            else { foreach ($part in $Cell) { Get-CellElement $part $Name $Sizes[1..1] } }
        }
        """;

    private const string Start = """
        $ModelNumber++
        try {
            $ModelIsTable = $InputObject -is [Collections.IDictionary]
            if ($null -eq $InputObject) { throw 'it is null.' }
            if (-not $ModelIsTable) { $ModelProperties = ([psobject] $InputObject).PSObject.Properties }
            $ModelInputs = [double[]]::new($ModelSize)
            $ModelNext = 0
            $ModelCell = 0.0
            foreach ($ModelColumn in $ModelColumns) {
                $ModelName = $ModelColumn.Name
                $ModelStart = $ModelNext
                if ($ModelColumn.Kind -eq 'Array') {
                    $ModelOthers = $ModelColumn.Columns
                    $ModelHasOwn = Test-RowCell $InputObject $ModelName
                    if ($ModelOthers.Count -gt 0 -and $ModelHasOwn) { $ModelHasOwn = @($ModelOthers | Where-Object { Test-RowCell $InputObject $_ }).Count -eq 0 }
                    $ModelValues = if ($ModelOthers.Count -gt 0 -and -not $ModelHasOwn) {
                        foreach ($ModelName in $ModelOthers) {
                            if (-not (Test-RowCell $InputObject $ModelName)) { throw "there is no column '$ModelName'." }
                            Get-CellNumber (Get-RowCell $InputObject $ModelName) $ModelName
                        }
                    }
                    elseif ($ModelHasOwn) { Get-CellElement (Get-RowCell $InputObject $ModelName) $ModelName $ModelColumn.Sizes }
                    else { throw "there is no column '$ModelName'." }
                    foreach ($ModelCell in $ModelValues) { $ModelInputs[$ModelNext++] = $ModelCell }
                }
                else {
                    if ($ModelIsTable) { $ModelCell = $InputObject[$ModelName] }
                    else {
                        $ModelProperty = $ModelProperties[$ModelName]
                        $ModelCell = if ($null -ne $ModelProperty) { $ModelProperty.Value } else { $null }
                    }
                    if ($null -eq $ModelCell -and -not (Test-RowCell $InputObject $ModelName)) { throw "there is no column '$ModelName'." }
                    if ($null -eq $ModelCell) { $ModelCell = Get-RowCell $InputObject $ModelName }
                    if ($ModelColumn.Kind -eq 'Number') {
                        if ($ModelCell -isnot [double] -or -not [double]::IsFinite($ModelCell)) { $ModelCell = Get-CellNumber $ModelCell $ModelName }
                        $ModelInputs[$ModelNext++] = $ModelCell
                    }
                    elseif ($ModelColumn.Kind -eq 'Date') { $ModelInputs[$ModelNext++] = Get-CellDay $ModelCell $ModelName $ModelColumn.First }
                    else {
                        $ModelPlace = (Get-CellLevel $ModelCell $ModelName $ModelColumn.Levels) - $ModelColumn.Skipped
                        if ($ModelPlace -ge 0) { $ModelInputs[$ModelNext + $ModelPlace] = 1.0 }
                        $ModelNext += $ModelColumn.Levels.Count - $ModelColumn.Skipped
                    }
                }
                if ($ModelColumn.Places -gt 0) {
                    for (; $ModelStart -lt $ModelNext; $ModelStart++) {
                        $ModelCell = $ModelInputs[$ModelStart]
                        if (-not ($ModelCell -ge 0 -and $ModelCell -lt $ModelColumn.Places -and $ModelCell -eq [Math]::Floor($ModelCell))) { throw "Column '$($ModelColumn.Name)': $ModelCell chooses nothing, which whole numbers from 0 to $($ModelColumn.Places - 1) do." }
                    }
                }
            }
        """;

    private const string End = """
            foreach ($ModelCell in $ModelOutputs) { if (-not [double]::IsFinite($ModelCell)) { throw "the prediction $($ModelCell.ToString($ModelInvariant)) is not a finite number." } }
        }
        catch {
            Write-Error -Message "Row ${ModelNumber}: $($_.Exception.Message)" -Category InvalidData -ErrorId ModelRow -TargetObject $InputObject
            return
        }
        """;

    private const string Result = """
        if ($InputObject -is [Management.Automation.PSCustomObject]) { $ModelCopy = $InputObject.PSObject.Copy() }
        else {
            $ModelCopy = [psobject]::new()
            if ($ModelIsTable) { foreach ($ModelEntry in $InputObject.GetEnumerator()) { $ModelCopy.PSObject.Properties.Add([psnoteproperty]::new([string] $ModelEntry.Key, $ModelEntry.Value)) } }
            else { foreach ($ModelProperty in $ModelProperties) { $ModelCopy.PSObject.Properties.Add([psnoteproperty]::new($ModelProperty.Name, $ModelProperty.Value)) } }
        }
        $ModelProperties = $ModelCopy.PSObject.Properties
        for ($ModelNext = 0; $ModelNext -lt $ModelAdded.Count; $ModelNext++) {
            if ($null -ne $ModelProperties[$ModelAdded[$ModelNext]]) {
                Write-Error -Message "Row ${ModelNumber}: it has a property '$($ModelAdded[$ModelNext])' already, which would hold a prediction." -Category InvalidData -ErrorId ModelRow -TargetObject $InputObject
                return
            }
            $ModelProperties.Add([psnoteproperty]::new($ModelAdded[$ModelNext], $ModelValues[$ModelNext]))
        }
        $ModelCopy
        """;

    /// <summary>The text of the file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="type">What the function is named after.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static string Write(PortableModel model, string type, CancellationToken cancellation)
    {
        var parts = PowerShellWriter.WriteParts(model.Expression, "$ModelOutputs", [.. Reserved, "ModelSize", "ModelHasOwn"], cancellation);
        var text = new StringBuilder(CodeFile.Header(model, "#", CodeText.PowerShell,
        [
            $"It needs PowerShell 7 alone: . ./FILE.ps1; Import-Csv rows.csv | Invoke-{type}",
        ]));
        text.Append("function Invoke-").Append(type).Append("\n{\n    [CmdletBinding()]\n    param([Parameter(Mandatory, ValueFromPipeline)] [AllowNull()] [object] $InputObject)\n\n    begin {\n");
        Append(Readers, "        ");
        if (parts.Helpers.Length > 0) Append("\n" + parts.Helpers, "        ");
        text.Append("\n        $ModelNumber = 0\n");
        text.Append(CultureInfo.InvariantCulture, $"        $ModelSize = {model.Inputs.Count}\n");
        text.Append("        $ModelFormatted = ").Append(model.Model.NumberFormat == NumberFormat.Formatted ? "$true" : "$false").Append('\n');
        text.Append("        $ModelAdded = [string[]] (").AppendJoin(", ", PredictionNames.Of(model.Model).Select(CodeText.PowerShell)).Append(")\n");
        if (model.Classes.Count > 0) text.Append("        $ModelLabels = @(").AppendJoin(", ", model.Classes.Select(Label)).Append(")\n");
        text.Append("        $ModelColumns = @(\n");
        foreach (var column in CodeColumn.Of(model)) text.Append("            [pscustomobject] @{ ").Append(Described(column)).Append(" }\n");
        text.Append("        )\n");
        Append(parts.Constants, "        ");
        text.Append("    }\n\n    process {\n");
        Append(Start, "        ");
        for (var i = 0; i < model.Layout.Names.Count; i++) Append(Assigned(model.Layout, i, parts.Variables[i]), "            ");
        Append(parts.Statements, "            ");
        Append(End, "        ");
        Append(Values(model), "        ");
        Append(Result, "        ");
        return text.Append("    }\n}\n").ToString();

        void Append(string lines, string indent)
        {
            foreach (var line in lines.AsSpan().TrimEnd('\n').EnumerateLines())
            {
                if (line.Length > 0) text.Append(indent).Append(line);
                text.Append('\n');
            }
        }
    }

    private static string Values(PortableModel model)
    {
        if (model.Classes.Count == 0) return "$ModelValues = @($ModelOutputs)";
        var chosen = model.Model.OutputSize == 1
            ? "$ModelOutputs = @($ModelOutputs)\n$ModelPlace = if ($ModelOutputs[0] -ge 0.5) { 1 } else { 0 }\n" + (model.GivesProbabilities ? "$ModelOutputs = (1 - $ModelOutputs[0]), $ModelOutputs[0]\n" : string.Empty)
            : "$ModelPlace = 0\nfor ($ModelNext = 1; $ModelNext -lt $ModelOutputs.Count; $ModelNext++) { if ($ModelOutputs[$ModelNext] -gt $ModelOutputs[$ModelPlace]) { $ModelPlace = $ModelNext } }\n";
        return chosen + (model.GivesProbabilities ? "$ModelValues = @($ModelLabels[$ModelPlace], $ModelOutputs[$ModelPlace]) + $ModelOutputs" : "$ModelValues = , $ModelLabels[$ModelPlace]");
    }

    private static string Assigned(VariableLayout layout, int variable, string name)
    {
        var (shape, range) = (layout.Shapes[variable], layout.ElementsOf(variable));
        var (start, count) = (range.Start.Value, range.End.Value - range.Start.Value);
        return FormattableString.Invariant(shape.Rank switch
        {
            0 => (FormattableString)$"{name} = $ModelInputs[{start}]",
            1 when count == layout.Length => $"{name} = $ModelInputs",
            1 => $"{name} = [double[]]::new({count})\n[Array]::Copy($ModelInputs, {start}, {name}, 0, {count})",
            _ => $"{name} = [double[,]]::new({shape.Rows}, {shape.Columns})\n[Buffer]::BlockCopy($ModelInputs, {start * sizeof(double)}, {name}, 0, {count * sizeof(double)})",
        });
    }

    private static string Described(CodeColumn column)
    {
        var rest = column.Feature switch
        {
            { Kind: FeatureKind.Category } category => $"Kind = 'Category'; Levels = [string[]] ({string.Join(", ", category.Levels.Select(CodeText.PowerShell))}); Skipped = {(category.IsContrast ? 1 : 0)}",
            { Kind: FeatureKind.Date, FirstDate: { } first } => $"Kind = 'Date'; First = {CodeFile.Ticks(first)}",
            _ when column.IsNumber => "Kind = 'Number'",
            _ => $"Kind = 'Array'; Sizes = [int[]] @({string.Join(", ", column.Shape.Sizes)}); Columns = [string[]] @({string.Join(", ", column.Elements.Select(CodeText.PowerShell))})",
        };
        return string.Create(CultureInfo.InvariantCulture, $"Name = {CodeText.PowerShell(column.Name)}; {rest}; Places = {column.Places}");
    }

    // Of the type that it has, as far as PowerShell has a word for it.
    private static string Label(object label) => label switch
    {
        bool flag => flag ? "$true" : "$false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        sbyte or byte or short or ushort or uint or long or ulong => $"[{label.GetType().Name}] '{ClassLabel.Write(label)}'",
        BigInteger => $"[bigint] '{ClassLabel.Write(label)}'",
        double number => CodeText.Number(number),
        float => $"[float] '{ClassLabel.Write(label)}'",
        decimal => $"[decimal] '{ClassLabel.Write(label)}'",
        Guid or TimeSpan or Version => $"[{label.GetType().Name}] '{ClassLabel.Write(label)}'",
        DateTime => $"[datetime]::Parse('{ClassLabel.Write(label)}', $ModelInvariant, 'RoundtripKind')",
        _ => CodeText.PowerShell(ClassLabel.Text(label)),
    };
}
