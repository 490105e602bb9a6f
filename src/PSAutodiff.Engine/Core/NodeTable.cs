using System.Numerics;
using System.Runtime.CompilerServices;

namespace PSAutodiff.Core;

/// <summary>
/// The table in which equal nodes of a graph are found: slots with the ids of nodes and constants, counted from 1, or 0. Variables and arrays are
/// not in it.
/// </summary>
internal static class NodeTable
{
    // A line of the table serves the users of so many neighbouring nodes, so at most so much of the table is taken.
    private const uint IdsInLine = 12;
    private const uint SlotsInLine = 16;

    // Nodes are mostly made soon after their arguments, so those whose newest arguments are neighbours are looked up together: they
    // share a cache line of the table. The hash is the same for exchanged arguments, so that one search finds x + y and y + x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Probe ProbeFor(in GraphNode node, int[] slots)
    {
        var (low, high) = node.X < node.Y ? (node.X, node.Y) : (node.Y, node.X);
        var hash = SeededHash.Of((uint)low, (uint)high, (uint)node.Z, node.Code);
        return new Probe((uint)high / IdsInLine, hash, (uint)slots.Length - 1);
    }

    public static Probe ProbeForConstant(long bits, int[] slots)
    {
        var hash = SeededHash.Of(bits);
        return new Probe(hash, hash, (uint)slots.Length - 1);
    }

    /// <summary>Whether so many nodes need a larger table.</summary>
    public static bool IsCrowded(int[] slots, int count) => (long)count * SlotsInLine > (long)slots.Length * IdsInLine;

    /// <summary>The size of a table for so many nodes.</summary>
    public static int SlotsFor(int capacity) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(SlotsInLine, ((long)capacity * SlotsInLine / IdsInLine) + 1));

    /// <summary>
    /// The slots where a node may be, in order: a line of the table from some slot on and around, then other lines at a distance that
    /// the hash decides. Long stretches of lines are full, so going on to the next line would make searches long.
    /// </summary>
    public struct Probe
    {
        private readonly uint _mask;
        private readonly uint _step;
        private uint _line;
        private uint _place;
        private uint _tried;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Probe(uint line, uint hash, uint mask)
        {
            _mask = mask;
            _line = line * SlotsInLine;
            _place = hash;

            // Odd, so that every line is reached: there are a power of two of them.
            _step = (hash | SlotsInLine) & ~(SlotsInLine - 1u);
        }

        public readonly int Slot => (int)((_line | (_place & (SlotsInLine - 1))) & _mask);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Next()
        {
            _place++;
            if (++_tried % SlotsInLine == 0) _line += _step;
        }
    }
}
