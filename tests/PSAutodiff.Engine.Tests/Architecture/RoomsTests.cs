using Xunit;

namespace PSAutodiff.Tests;

/// <summary>
/// The order of the rooms, kept by what the built assemblies use of each other. The matrix of the rooms:
/// <c>dotnet run -c Release --project tests/PSAutodiff.Engine.Tests -- -class "*RoomsTests" -showliveoutput</c>.
/// </summary>
public sealed class RoomsTests(ITestOutputHelper output)
{
    private const string Planted = "PSAutodiff.Engine.Tests/Architecture/Planted/";

    private static readonly AssemblyMembers[] Assemblies = [Open("PSAutodiff.Engine"), Open("PSAutodiff.LinearAlgebra"), Open("cmdlets/PSAutodiff")];

    private static readonly Rooms PlantedRooms = new(Planted + "Upper", Planted + "Lower");

    private static readonly Use[] PlantedUses =
        [.. Open("PSAutodiff.Engine.Tests").Uses().Where(static use => PlantedRooms.RoomOf(use.User.File) >= 0 && PlantedRooms.RoomOf(use.Used.File) >= 0)];

    [Fact]
    public void No_room_uses_one_behind_it()
    {
        var uses = Assemblies.SelectMany(assembly => assembly.Uses(Assemblies)).ToArray();
        output.WriteLine(Rooms.OfTheModule.Matrix(uses));

        // Some that have to be there, or nothing was looked at.
        var pairs = uses.Select(static use => (use.User.Type, use.Used.Type)).ToHashSet();
        Assert.Contains(("PSAutodiff.ExprNode", "PSAutodiff.Core.GraphBuilder"), pairs);
        Assert.Contains(("PSAutodiff.Optimization.Objective", "PSAutodiff.Execution.ParameterProgram"), pairs);
        Assert.Contains(("PSAutodiff.LinearAlgebra.GeneralRegression", "PSAutodiff.LinearRegressionResult"), pairs);
        Assert.Contains(("PSAutodiff.Commands.FindMinimumCommand", "PSAutodiff.Minimization"), pairs);
        var violations = Rooms.OfTheModule.Violations(uses);
        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    [Fact]
    public void Every_file_stands_in_a_room_and_no_room_is_empty()
    {
        var files = Assemblies.SelectMany(static assembly => assembly.Files).ToArray();
        Assert.Equal([], files.Where(static file => Rooms.OfTheModule.RoomOf(file) < 0));
        Assert.Equal([], Rooms.OfTheModule.Names.Except(files.Select(static file => Rooms.OfTheModule.Names[Rooms.OfTheModule.RoomOf(file)])));
    }

    [Fact]
    public void A_public_type_is_in_the_namespace_of_the_module_and_an_internal_one_in_that_of_its_folder()
    {
        var wrong =
            from assembly in Assemblies
            from type in assembly.Types
            let name = type.Type[(type.Type.LastIndexOf('.') + 1)..]
            let folder = type.Home[..type.Home.LastIndexOf('/')].Replace("PSAutodiff.Engine", "PSAutodiff").Replace('/', '.')

            // Operations share their files with parts of ExprNode, and all rooms know the ids of errors.
            let mayBeHigher = type.IsPublic || folder.StartsWith("PSAutodiff.Operations.", StringComparison.Ordinal) || folder == "PSAutodiff.Core" || folder == "PSAutodiff.Foundation"
            where type.Type != $"{folder}.{name}" && !(mayBeHigher && type.Type == $"PSAutodiff.{name}")
            select $"{type.Type} in {type.Home}";
        Assert.Equal([], wrong);
    }

    [Theory]
    [InlineData(nameof(UsesAsBase))]
    [InlineData(nameof(UsesAsField))]
    [InlineData(nameof(UsesAsParameter))]
    [InlineData(nameof(UsesAsArgumentOfGeneric))]
    [InlineData(nameof(UsesAsConstraint<>))]
    [InlineData(nameof(UsesInAttribute))]
    [InlineData(nameof(UsesInMethod))]
    [InlineData(nameof(UsesInLambda))]
    [InlineData(nameof(UsesInIterator))]
    [InlineData(nameof(UsesInCatch))]
    [InlineData(nameof(UsesBehindSwitch))]
    [InlineData(nameof(UsesPart))]
    public void What_is_planted_is_found(string user)
    {
        var violations = PlantedRooms.Violations(PlantedUses);
        var violation = Assert.Single(violations, line => line.Contains($".{user}", StringComparison.Ordinal));
        Assert.StartsWith($"{Planted}Upper uses {Planted}Lower: PSAutodiff.Tests.{user}", violation, StringComparison.Ordinal);

        // The other way round all is in order; so is a part of a type that stands in a later room.
        Assert.Equal([], new Rooms(Planted + "Lower", Planted + "Upper").Violations(PlantedUses));
        Assert.DoesNotContain(violations, static line => line.Contains(": PSAutodiff.Tests.HasPart ", StringComparison.Ordinal));
    }

    private static AssemblyMembers Open(string name) => new(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
}
