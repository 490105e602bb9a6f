using System.Globalization;
using System.Text;

namespace PSAutodiff.Exchange.Code;

/// <summary>The part of a Python file that makes inputs of rows, which needs no library.</summary>
internal static class PythonRows
{
    // Cells are read as Invoke-AutodiffModel reads them.
    private const string Reader = """"
        _MISSING = {"", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NULL", "null"}
        _NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*", re.ASCII)
        _FORMATTED = re.compile(r"\s*([+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]*)?|\.[0-9]+))\s*(%?)\s*", re.ASCII)
        _DATE = re.compile(r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})(?:([ T])([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,7}))?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?\s*", re.ASCII)
        _TICKS_OF_DAY = 864000000000


        def _is_missing(cell, dash):
            if cell is None or (isinstance(cell, float) and math.isnan(cell)):
                return True
            return isinstance(cell, str) and (cell.strip() in _MISSING or (dash and cell.strip() == "-"))


        def _to_number(cell):
            """The number of a cell; None for none."""
            if not isinstance(cell, str):
                return float(cell) if hasattr(cell, "__float__") else None
            if _NUMBER.fullmatch(cell):
                number = float(cell)
                lost = number == 0.0 and re.search("[1-9]", re.split("[eE]", cell)[0])
                return None if lost or math.isinf(number) else number
            if cell.strip().lower() in ("true", "false"):
                return 1.0 if cell.strip().lower() == "true" else 0.0
            match = _FORMATTED.fullmatch(cell) if FORMATTED else None
            if match is None:
                return None
            return float(match[1].replace(",", "") + ("e-2" if match[2] else ""))


        def _number(cell):
            if _is_missing(cell, True):
                raise ValueError("the cell is empty, or stands for a missing value")
            number = _to_number(cell)
            if number is None:
                raise ValueError(f"{cell!r} is not a number, which is written with a point, as 2.5 or 1e-3")
            if not math.isfinite(number):
                raise ValueError(f"{number} is not a finite number")
            return number


        def _ticks(cell):
            """The time of a cell in 100 nanoseconds; None for none."""
            if hasattr(cell, "astype") and hasattr(cell, "item"):
                cell = cell.astype("datetime64[us]").item()
            if isinstance(cell, datetime.datetime):
                if cell.tzinfo is not None:
                    cell = cell.astimezone(datetime.timezone.utc)
                return (cell.toordinal() - 1) * _TICKS_OF_DAY + ((cell.hour * 60 + cell.minute) * 60 + cell.second) * 10000000 + cell.microsecond * 10
            if isinstance(cell, datetime.date):
                return (cell.toordinal() - 1) * _TICKS_OF_DAY
            match = _DATE.fullmatch(cell) if isinstance(cell, str) else None
            if match is None or (match[9] and match[4] == " "):
                return None
            try:
                time = datetime.datetime(*(int(match[i] or 0) for i in (1, 2, 3, 5, 6, 7)))
            except ValueError:
                return None
            ticks = _ticks(time) + int((match[8] or "0").ljust(7, "0"))
            if match[9] and match[9] != "Z":
                minutes = int(match[9][1:3]) * 60 + int(match[9][4:])
                ticks -= (minutes if match[9][0] == "+" else -minutes) * 600000000
            return ticks


        def _days(cell, first):
            if _is_missing(cell, True):
                raise ValueError("the cell is empty, or stands for a missing value")
            ticks = _ticks(cell)
            if ticks is None:
                raise ValueError(f"{cell!r} is not a date, which is written as 2026-01-31 or 2026-01-31 14:30")
            return float(ticks - first) / _TICKS_OF_DAY


        def _level(cell, levels):
            if _is_missing(cell, False):
                raise ValueError("the cell is empty, or stands for a missing value")
            if not isinstance(cell, (str, bool)) and hasattr(cell, "__float__"):
                number = float(cell)
                cell = str(int(cell)) if number.is_integer() and abs(number) < 1e15 else str(cell)
            text = str(cell)
            if text not in levels:
                raise ValueError(f"{text!r} is none of the levels that the model knows: {', '.join(levels[:12])}")
            return levels.index(text)


        def _elements(cell, sizes):
            """The numbers of a cell that holds a vector or matrix, row after row."""
            cell = cell.tolist() if hasattr(cell, "tolist") else cell
            if not sizes:
                return [_number(cell)]
            if isinstance(cell, str) or not hasattr(cell, "__len__") or len(cell) != sizes[0]:
                raise ValueError(f"it does not hold {' x '.join(map(str, sizes))} numbers")
            return [number for part in cell for number in _elements(part, sizes[1:])]


        def _name(names, name):
            """The name of a column in rows: this one, or the only one that differs from it in case alone."""
            if name in names:
                return name
            alike = [other for other in names if isinstance(other, str) and other.lower() == name.lower()]
            return alike[0] if len(alike) == 1 else None


        def _cells(rows, name):
            if hasattr(rows, "keys"):
                found = _name(rows.keys(), name)
                cells = None if found is None else rows[found]
                return cells.tolist() if hasattr(cells, "dtype") and cells.dtype.kind in "biuf" else cells
            cells = []
            for i, row in enumerate(rows):
                found = _name(row.keys(), name)
                if found is None:
                    if i == 0:
                        return None
                    raise ValueError(f"Row {i + 1} has no column {name!r}.")
                cells.append(row[found])
            return cells


        def _read(rows, name, read):
            cells = _cells(rows, name)
            if cells is None:
                raise ValueError(f"The rows have no column {name!r}.")
            values = []
            for i, cell in enumerate(cells):
                try:
                    values.append(read(cell))
                except ValueError as error:
                    raise ValueError(f"Row {i + 1}, column {name!r}: {error}.") from None
            return values


        def _choosing(values, count):
            for i, value in enumerate(values):
                if count and not (0 <= value < count and value == math.floor(value)):
                    raise ValueError(f"Row {i + 1}: {value} chooses nothing. Whole numbers from 0 to {count - 1} do.")
            return values


        def _encode(rows, column):
            """The inputs of a column, each a list with a number for each row."""
            name, kind = column["name"], column["kind"]
            if kind == "number":
                return [_choosing(_read(rows, name, _number), column.get("places", 0))]
            if kind == "date":
                return [_read(rows, name, lambda cell: _days(cell, column["first"]))]
            if kind == "category":
                places = _read(rows, name, lambda cell: _level(cell, column["levels"]))
                skipped = 1 if column["contrast"] else 0
                return [[1.0 if place == level else 0.0 for place in places] for level in range(skipped, len(column["levels"]))]
            columns = column["columns"]
            if columns and (_cells(rows, name) is None or any(_cells(rows, one) is not None for one in columns)):
                elements = [_read(rows, one, _number) for one in columns]
            else:
                elements = list(zip(*_read(rows, name, lambda cell: _elements(cell, column["sizes"]))))
            return [_choosing(list(values), column.get("places", 0)) for values in elements]


        def _inputs_of_rows(rows):
            """The inputs of rows: a list of dicts, one dict, or columns by name (a dict of lists, a data frame). A list of lists."""
            if hasattr(rows, "keys") and all(isinstance(rows[key], str) or not hasattr(rows[key], "__len__") for key in rows.keys()):
                rows = [rows]
            if not hasattr(rows, "keys"):
                rows = list(rows)
                if not rows:
                    return []
            columns = [values for column in COLUMNS for values in _encode(rows, column)]
            if any(len(values) != len(columns[0]) for values in columns):
                raise ValueError("The columns are not equally long.")
            return [list(row) for row in zip(*columns)]
        """";

    // Reads a CSV file and writes it again with predictions.
    private const string Door = """
        if __name__ == "__main__":
            import csv
            import sys

            try:
                with open(sys.argv[1], newline="", encoding="utf-8-sig") if len(sys.argv) > 1 else sys.stdin as _file:
                    _reader = csv.DictReader(_file)
                    _rows = list(_reader)
                _writer = csv.writer(sys.stdout, lineterminator="\n")
                _writer.writerow([*(_reader.fieldnames or []), *PREDICTIONS])
                for _row, _added in zip(_rows, predictions(_rows)):
                    _writer.writerow([*(_row[name] for name in _reader.fieldnames), *_added])
            except (OSError, ValueError) as _error:
                sys.exit(f"{sys.argv[0]}: {_error}")
        """;

    /// <summary>Appends what a model knows of its columns and classes, and the functions that make inputs of rows.</summary>
    public static void Append(StringBuilder text, PortableModel model)
    {
        text.Append("INPUTS = [").AppendJoin(", ", model.Inputs.Select(CodeText.Python)).Append("]\n");
        text.Append("COLUMNS = [\n");
        foreach (var column in CodeColumn.Of(model)) text.Append("    {").Append(Described(column)).Append("},\n");
        text.Append("]\n");
        if (model.Classes.Count > 0) text.Append("CLASSES = [").AppendJoin(", ", CodeLabels.Of(model).Values.Select(Label)).Append("]\n");
        text.Append("FORMATTED = ").Append(model.Model.NumberFormat == NumberFormat.Formatted ? "True" : "False").Append('\n');
        text.Append("PREDICTIONS = [").AppendJoin(", ", PredictionNames.Of(model.Model).Select(CodeText.Python)).Append("]\n\n");
        text.Append(Reader.ReplaceLineEndings("\n")).Append("\n\n\n");
    }

    /// <summary>Appends what a file does that is run by itself.</summary>
    public static void AppendDoor(StringBuilder text) => text.Append(Door.ReplaceLineEndings("\n")).Append('\n');

    private static string Label(object label) => label switch
    {
        bool flag => flag ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => CodeText.Number(number),
        _ => CodeText.Python((string)label),
    };

    private static string Described(CodeColumn column)
    {
        var start = $"\"name\": {CodeText.Python(column.Name)}, \"kind\": ";
        var places = column.Places > 0 ? string.Create(CultureInfo.InvariantCulture, $", \"places\": {column.Places}") : string.Empty;
        return column.Feature switch
        {
            { Kind: FeatureKind.Category } category => $"{start}\"category\", \"levels\": [{string.Join(", ", category.Levels.Select(CodeText.Python))}], \"contrast\": {(category.IsContrast ? "True" : "False")}",
            { Kind: FeatureKind.Date, FirstDate: { } first } => $"{start}\"date\", \"first\": {CodeFile.Ticks(first)}",
            _ when column.IsNumber => $"{start}\"number\"{places}",
            _ => $"{start}\"array\", \"sizes\": [{string.Join(", ", column.Shape.Sizes)}], \"columns\": [{string.Join(", ", column.Elements.Select(CodeText.Python))}]{places}",
        };
    }
}
