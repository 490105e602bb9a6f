using System.Globalization;
using System.Text;

namespace PSAutodiff.Tests;

/// <summary>
/// The rooms of the sources in order: a room uses those before it, never one behind it. A part of a type that stands in a later room than
/// the type itself belongs to that room; one that stands in an earlier room belongs to that of the type.
/// </summary>
internal sealed class Rooms(params string[] order)
{
    /// <summary>The rooms of the module.</summary>
    public static readonly Rooms OfTheModule = new(
        "PSAutodiff.Engine/Foundation",
        "PSAutodiff.Engine/Kernels/Threading",
        "PSAutodiff.Engine/Kernels",
        "PSAutodiff.Engine/Core",
        "PSAutodiff.Engine/Operations",
        "PSAutodiff.Engine/Expressions",
        "PSAutodiff.Engine/Expressions/Text",
        "PSAutodiff.Engine/Passes/Differentiation",
        "PSAutodiff.Engine/Passes/Simplification",
        "PSAutodiff.Engine/Passes/Algebra",
        "PSAutodiff.Engine/Passes/Definitions",
        "PSAutodiff.Engine/Passes/Elements",
        "PSAutodiff.Engine/Passes/Explanation",
        "PSAutodiff.Engine/Execution/Scalar",
        "PSAutodiff.Engine/Execution",
        "PSAutodiff.Engine/Measurements",
        "PSAutodiff.Engine/Optimization",
        "PSAutodiff.Engine/Fitting",
        "PSAutodiff.Engine/Data",
        "PSAutodiff.Engine/Networks",
        "PSAutodiff.Engine/Training",
        "PSAutodiff.Engine/Serialization",
        "PSAutodiff.Engine/Exchange",
        "PSAutodiff.Engine/Reports",
        "PSAutodiff.LinearAlgebra",
        "PSAutodiff/Loading",
        "PSAutodiff/Results",
        "PSAutodiff/Converters",
        "PSAutodiff/Rows",
        "PSAutodiff/Completion",
        "PSAutodiff/Views",
        "PSAutodiff/Remoting",
        "PSAutodiff/Startup",
        "PSAutodiff/Commands");

    /// <summary>The names, in order.</summary>
    public IReadOnlyList<string> Names => order;

    /// <summary>The room of a file, the innermost of several; -1 when it stands in none.</summary>
    public int RoomOf(string file)
    {
        for (var folder = file; (folder = Path.GetDirectoryName(folder)?.Replace('\\', '/')) is { Length: > 0 };)
        {
            if (Array.IndexOf(order, folder) is var room and >= 0) return room;
        }

        return -1;
    }

    /// <summary>The uses of a later room by an earlier one, a line for each pair of types.</summary>
    public IReadOnlyList<string> Violations(IEnumerable<Use> uses) =>
    [
        .. from use in uses
           let rooms = (User: RoomOf(use.User), Used: RoomOf(use.Used))
           where rooms.User < rooms.Used
           group use by (rooms.User, rooms.Used, UserType: use.User.Type, UsedType: use.Used.Type) into pair
           orderby pair.Key.User, pair.Key.Used, pair.Key.UserType, pair.Key.UsedType
           select $"{order[pair.Key.User]} uses {order[pair.Key.Used]}: {pair.Key.UserType} uses {pair.Key.UsedType} ({string.Join(", ", pair.Select(Members).Distinct().Take(3))})",
    ];

    /// <summary>How many pairs of types there are between each two rooms: a row for each that uses, a column for each that is used.</summary>
    public string Matrix(IEnumerable<Use> uses)
    {
        var pairs = uses
            .Select(use => (User: RoomOf(use.User), Used: RoomOf(use.Used), UserType: use.User.Type, UsedType: use.Used.Type))
            .Distinct()
            .CountBy(static pair => (pair.User, pair.Used))
            .ToDictionary();
        var width = order.Max(static room => room.Length);
        var text = new StringBuilder(new string(' ', width + 4));
        for (var used = 0; used < order.Length; used++) text.Append(CultureInfo.InvariantCulture, $"{used,4}");
        for (var user = 0; user < order.Length; user++)
        {
            var line = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{user,2}  {order[user].PadRight(width)}");
            for (var used = 0; used < order.Length; used++)
            {
                if (pairs.TryGetValue((user, used), out var count) && user != used) line.Append(CultureInfo.InvariantCulture, $"{count,4}");
                else line.Append(user == used ? "   ." : "    ");
            }

            text.Append('\n').Append(line.ToString().TrimEnd());
        }

        return text.ToString();
    }

    private static string Members(Use use) => $"{(use.User.Member.Length > 0 ? use.User.Member : "the type")} in {Path.GetFileName(use.User.File)}{(use.Used.Member.Length > 0 ? $": {use.Used.Member}" : "")}";

    private int RoomOf(Place place) => Math.Max(RoomOf(place.File), RoomOf(place.Home));
}
