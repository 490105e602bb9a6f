using System.Runtime.InteropServices;

namespace PSAutodiff.Execution.Scalar;

/// <content>Parts that sums need only where a condition holds.</content>
internal sealed partial class RowPlanner
{
    // Of a value that is also needed outside of all regions, or of two.
    private const int Outside = -2;

    // Beyond all places from outside, which are below 0 too until their number is known.
    private const int SingleOffset = 1 << 30;

    private readonly List<Region> _regions = [];

    /// <summary>Takes out of the plan what only counts where a condition is not 0, and puts it in one place for each condition.</summary>
    private void FindRegions()
    {
        var regionOf = Assign();
        if (_regions.Count == 0) return;
        var nodes = CollectionsMarshal.AsSpan(_nodes);
        for (var i = 0; i < nodes.Length; i++)
        {
            if (regionOf[i] != None) Add(_regions[regionOf[i]], nodes[i]);
        }

        // Each where all that it takes is there.
        var isTaken = new bool[nodes.Length];
        for (var i = 0; i < nodes.Length; i++) isTaken[i] = regionOf[i] != None;
        var after = new List<int>?[nodes.Length];
        for (var i = 0; i < _regions.Count; i++)
        {
            var last = Of(_regions[i].Condition).Definition;
            foreach (var value in _regions[i].Taken) last = Math.Max(last, Of(value).Definition);
            (after[last] ??= []).Add(i);
            Of(_regions[i].Condition).Uses++;
            foreach (var value in _regions[i].Taken) Of(value).Uses++;
        }

        var kept = new List<Node>(nodes.Length);
        for (var i = 0; i < nodes.Length; i++)
        {
            if (!isTaken[i]) kept.Add(nodes[i] with { Value = Move(nodes[i].Value), Second = Move(nodes[i].Second) });
            foreach (var region in after[i] ?? []) kept.Add(new Node(OperationOf<SelectOperation>.Instance, RowForm.Region) { Value = region, X = _regions[region].Condition });
        }

        _nodes.Clear();
        _nodes.AddRange(kept);

        int Move(int value)
        {
            if (value != None) Of(value).Definition = kept.Count;
            return value;
        }
    }

    /// <summary>The region of each node, from the last one on: where all that needs its value is in one region, it is there too.</summary>
    private int[] Assign()
    {
        var nodes = CollectionsMarshal.AsSpan(_nodes);
        var neededIn = new int[_values.Count];
        Array.Fill(neededIn, None);
        var regionOf = new int[nodes.Length];
        var ofCondition = new Dictionary<int, int>();
        for (var i = nodes.Length - 1; i >= 0; i--)
        {
            ref readonly var node = ref nodes[i];
            var isChoice = IsChoice(node);
            regionOf[i] = node.Form == RowForm.Apply && Of(node.Value).Sum == None ? Math.Max(neededIn[node.Value], None) : None;
            if (isChoice && !ofCondition.TryGetValue(node.X, out regionOf[i]))
            {
                regionOf[i] = ofCondition[node.X] = _regions.Count;
                _regions.Add(new Region { Condition = node.X });
            }

            var region = regionOf[i] == None ? Outside : regionOf[i];
            Need(node.X, isChoice ? Outside : region);
            Need(node.Y, region);
            Need(node.Z, region);
        }

        return regionOf;

        void Need(int value, int region)
        {
            if (value != None) neededIn[value] = neededIn[value] == None || neededIn[value] == region ? region : Outside;
        }
    }

    /// <summary>Whether a node is select(c, x, 0) over rows, of which only the sum is wanted.</summary>
    private bool IsChoice(in Node node) =>
        node.Form == RowForm.Apply && node.Operation is SelectOperation && Of(node.Value) is { Uses: 0, Sum: not None }
        && !IsSource(node.X) && !IsSource(node.Y) && node.Z >= _tape.InputCount && node.Z < _sources && _tape.Constants[node.Z - _tape.InputCount] == 0;

    private void Add(Region region, in Node node)
    {
        if (IsChoice(node))
        {
            Of(node.X).Uses--;
            region.Steps.Add(new RowStep(node.Operation, RowForm.Sum, 0, PlaceIn(region, node.Y), 0, 0, Of(node.Value).Sum, None));
            return;
        }

        AddStep(region, node);
    }

    private int AddStep(Region region, in Node node)
    {
        var (x, y, z) = (PlaceIn(region, node.X), node.Y < 0 ? 0 : PlaceIn(region, node.Y), node.Z < 0 ? 0 : PlaceIn(region, node.Z));
        var place = region.Places[node.Value] = region.Computed++;
        region.Steps.Add(new RowStep(node.Operation, RowForm.Apply, place, x, y, z, None, None));
        return place;
    }

    /// <summary>The place of a value in a region: of one from outside, the complement of its index among these, which come first in the end.</summary>
    private int PlaceIn(Region region, int value)
    {
        ref var of = ref Of(value);
        if (of.Place < 0) return of.Place - SingleOffset;
        of.Uses--;
        if (region.Places.TryGetValue(value, out var place)) return place;
        region.Taken.Add(value);
        return region.Places[value] = ~(region.Taken.Count - 1);
    }

    private RowRegion Finish(Region region) => new()
    {
        Taken = [.. region.Taken.Select(value => Of(value).Place)],
        PlaceCount = region.Taken.Count + region.Computed,
        Steps = [.. region.Steps.Select(step => step with { Target = step.Target + region.Taken.Count, X = Final(step.X, region), Y = Final(step.Y, region), Z = Final(step.Z, region) })],
    };

    private static int Final(int place, Region region) => place < -SingleOffset ? place + SingleOffset : place < 0 ? ~place : place + region.Taken.Count;

    private sealed class Region
    {
        public required int Condition { get; init; }

        public Dictionary<int, int> Places { get; } = [];

        /// <summary>The values from outside.</summary>
        public List<int> Taken { get; } = [];

        public int Computed { get; set; }

        public List<RowStep> Steps { get; } = [];
    }
}
