using System.Reflection;
using System.Reflection.Emit;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>
/// One operation: its name, number of arguments, value, derivative, identities and notations. Each operation is one file; the
/// table finds it by itself.
/// </summary>
public abstract class Operation
{
    private readonly Identity.Candidate[]?[] _identities = new Identity.Candidate[]?[4 * (int)RuleSets.Textbook];

    private protected Operation(string name, int arity)
    {
        Name = name;
        Arity = arity;
        HashSeed = StructuralHashing.Text(name);
    }

    /// <summary>The name, which is also the function name in the text of expressions.</summary>
    public string Name { get; }

    /// <summary>Number of arguments: 0 for constants and variables, else 1 to 3.</summary>
    public int Arity { get; }

    /// <summary>
    /// Stands for it in graphs; not the same in every version, so never stored. That of a function without a definition is only known to be
    /// <see cref="OperationTable.FirstFreeCode"/> or above: each graph has its own.
    /// </summary>
    internal ushort Code { get; set; }

    internal ulong HashSeed { get; }

    /// <summary>Whether f(x, y) and f(y, x) are the same number, bit for bit.</summary>
    internal virtual bool IsCommutative => false;

    /// <summary>Whether they are the same bit for bit for arguments of these shapes, where that is not so for all.</summary>
    internal virtual bool CommutesOn(Shape x, Shape y) => false;

    /// <summary>A term that is there already and is this operation on given arguments in another form; none for none.</summary>
    internal virtual Term TwinOf(Term x, Term y) => Term.None;

    /// <summary>Whether an identity exchanges the arguments to bring a constant to the front, so that f(c, x) is not to be taken for f(x, c).</summary>
    internal virtual bool PutsConstantFirst => false;

    /// <summary>How infix text writes it; a function call unless it has a symbol of its own.</summary>
    internal virtual Notation Infix => Notation.Call(Name, Arity);

    /// <summary>Whether the value is 1 or 0 whatever the arguments are.</summary>
    internal virtual bool IsTruth => false;

    /// <summary>Whether the value is a whole number, infinite or NaN whatever the arguments are.</summary>
    internal virtual bool IsWhole => IsTruth;

    /// <summary>The lab's print: a pair of parentheses and a space around everything.</summary>
    internal virtual Notation Lab => Notation.LabCall(Name, Arity);

    /// <summary>LaTeX in math mode.</summary>
    internal abstract Notation Latex { get; }

    /// <summary>Presentation MathML, one element; a function call unless overridden.</summary>
    internal virtual Notation MathML => Notation.MathMLCall(Name, Arity);

    /// <summary>C#: the infix symbol or a method of <see cref="Math"/> unless overridden.</summary>
    internal virtual CodeForm CSharp => CodeForm.Usual(this, MathName is null ? Name : "Math." + MathName);

    /// <summary>Python with NumPy: the infix symbol or NumPy's function of the same name unless overridden.</summary>
    internal virtual CodeForm Python => CodeForm.Usual(this, "np." + Name);

    /// <summary>Python with PyTorch: the infix symbol or PyTorch's function of the same name unless overridden.</summary>
    internal virtual CodeForm PyTorch => CodeForm.Usual(this, "torch." + Name);

    /// <summary>PowerShell: the infix symbol or a method of <see cref="Math"/> unless overridden.</summary>
    internal virtual CodeForm PowerShell => CodeForm.Usual(this, MathName is null ? Name : "[Math]::" + MathName);

    /// <summary>The method of <see cref="Math"/> that computes it, where there is one.</summary>
    internal virtual string? MathName => null;

    /// <summary>Whether it is one of the teaching lab's, whose literal derivative rule writes zeros and ones out.</summary>
    internal virtual bool IsLab => false;

    /// <summary>Whether it works on arrays element by element, with those of size 1 standing for all.</summary>
    internal virtual bool IsElementwise => true;

    /// <summary>Whether the last argument is a list of whole numbers, which no text shows as an argument.</summary>
    internal virtual bool HasIndices => false;

    /// <summary>Whether chains of it, first arguments within first arguments, are what literals of arrays are made of.</summary>
    internal virtual bool BuildsLiterals => false;

    /// <summary>How many arguments are expressions.</summary>
    internal int ExpressionCount => HasIndices ? Arity - 1 : Arity;

    /// <summary>What messages call it: the sign between its arguments, else its name.</summary>
    internal virtual string Symbol => Infix.Level < Notation.Atom && Infix.Pieces is [_, var (sign, argument), ..] && argument < 0 ? sign.Trim() : Name;

    /// <summary>Infix text where the whole numbers of the last argument are known.</summary>
    internal virtual Notation InfixOf(ReadOnlySpan<long> indices) => Infix;

    /// <summary>LaTeX where arguments or the value are arrays.</summary>
    internal virtual Notation LatexOf(in ArgumentShapes of) => Latex;

    /// <summary>MathML where arguments or the value are arrays, one element.</summary>
    internal virtual Notation MathMLOf(in ArgumentShapes of) => MathML;

    /// <summary>Python where arguments or the value are arrays; the helpers are those of <see cref="Python"/>.</summary>
    internal virtual Notation PythonOf(in ArgumentShapes of) => Python.Notation;

    /// <summary>PyTorch where arguments or the value are arrays; the helpers are those of <see cref="PyTorch"/>.</summary>
    internal virtual Notation PyTorchOf(in ArgumentShapes of) => PyTorch.Notation;

    /// <summary>Whether it has values: a function without a definition has none.</summary>
    internal virtual bool IsComputed => true;

    /// <summary>All identities, tried in order.</summary>
    private protected virtual IEnumerable<Identity> Identities => [];

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>The value for given values of the arguments; absent ones are ignored. Follows IEEE arithmetic and never throws.</summary>
    internal abstract double Evaluate(double x, double y, double z);

    /// <summary>An identity of an operation element by element that has a result of this one among its arguments, and what it gives; none for none.</summary>
    internal virtual (Identity? Identity, Term Result) RewriteAround(Operation operation, RuleSets rules, Term x, Term y, Term z) => default;

    /// <summary>The shape of the value for arguments of given shapes.</summary>
    /// <exception cref="AutodiffException">The shapes do not go together.</exception>
    internal virtual Shape ShapeOf(in ArgumentShapes of)
    {
        if (Shape.TryBroadcast(of.X, of.Y, out var shape) && Shape.TryBroadcast(shape, of.Z, out shape)) return Arity == 1 ? shape : shape.IsSymmetric && IsSymmetric(of) ? shape : shape.Plain();
        var (a, b) = Shape.TryBroadcast(of.X, of.Y, out _) ? (Shape.TryBroadcast(of.X, of.Z, out _) ? of.Y : of.X, of.Z) : (of.X, of.Y);
        throw new AutodiffException(ErrorIds.ShapeMismatch, $"{a.InWords()} and {b.InWords()} do not go together in '{Symbol}': from the last size on, sizes are equal or one of them is 1.");

        bool IsSymmetric(in ArgumentShapes of) => Is(of.X) && (Arity < 2 || Is(of.Y)) && (Arity < 3 || Is(of.Z));

        static bool Is(Shape shape) => shape.IsNumber || shape.IsSymmetric;
    }

    /// <summary>The static method behind <see cref="Evaluate(double, double, double)"/>, with as many parameters as arguments, for compiled code to call.</summary>
    internal abstract MethodInfo ValueMethod { get; }

    /// <summary>The static method that computes it for whole blocks, where that is faster for each value than one call for it.</summary>
    internal virtual MethodInfo? BlockMethod => null;

    /// <summary>The single instruction that computes it, where there is one.</summary>
    internal virtual OpCode? Instruction => null;

    /// <summary>A cheaper operation f with f(x, x) the same number, bit for bit, as this one at (x, y) for a given constant y; usually none.</summary>
    internal virtual Operation? ForConstantY(double y) => null;

    /// <summary>How it is computed together with another operation on the same argument, where that is there anyway; usually not.</summary>
    internal virtual Sharing[] Shares => [];

    /// <summary>For the joint operation of a sharing, that; else null.</summary>
    internal virtual Sharing? Joins => null;

    /// <summary>How its value is rounded; as a function is unless overridden.</summary>
    internal virtual Rounding Rounding => Rounding.Function;

    /// <summary>
    /// The same value by simpler operations, good to any number of digits where nothing else can compute it so; none for those that are
    /// computed themselves.
    /// </summary>
    internal virtual Term Definition(Term x, Term y, Term z) => Term.None;

    /// <summary>
    /// The same function, with the same domain, by sums, products, powers, exp, log, abs, sin and cos, which algebra compares; none where there is
    /// no such form. The <see cref="Definition"/> unless overridden.
    /// </summary>
    internal virtual Term ForAlgebra(Term x, Term y, Term z) => Definition(x, y, z);

    /// <summary>What one evaluation of a node costs, in multiplications: what rewrites are weighed by.</summary>
    internal virtual int Cost(Term node) => Math.Min(Arity, 1);

    /// <summary>
    /// The values for whole blocks, the same bits as one by one. A block of arguments has the length of the result, or length 1
    /// and then stands for every element; absent arguments are empty. The result may be one of the blocks.
    /// </summary>
    internal virtual void Evaluate(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result)
    {
        // Single values are read first: the result may overwrite them.
        var (firstX, firstY, firstZ) = (First(x), First(y), First(z));
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = Evaluate(x.Length > 1 ? x[i] : firstX, y.Length > 1 ? y[i] : firstY, z.Length > 1 ? z[i] : firstZ);
        }

        static double First(ReadOnlySpan<double> block) => block.IsEmpty ? 0 : block[0];
    }

    /// <summary>A chain of this operation of two arguments: ((first, item), item), and so on.</summary>
    /// <param name="first">The first argument of the first.</param>
    /// <param name="items">The second arguments, in order, or a single one for all.</param>
    /// <param name="count">The number of links.</param>
    internal virtual double Chain(double first, ReadOnlySpan<double> items, int count)
    {
        for (var i = 0; i < count; i++) first = Evaluate(first, items[items.Length > 1 ? i : 0], 0);
        return first;
    }

    /// <summary>
    /// What an argument's adjoint receives when the adjoint of this node is given: the adjoint times the partial derivative. Where the
    /// argument does not count, see <see cref="GuardOf"/>, it may be anything.
    /// </summary>
    internal abstract Term Pullback(int argument, in Locals at, Term adjoint);

    /// <summary>Where an argument counts: the derivative by it is 0 elsewhere, whatever it is multiplied by. Usually everywhere.</summary>
    internal virtual Guard GuardOf(int argument, in Locals at) => default;

    /// <summary>Whether <see cref="GuardOf"/> says anything else than everywhere.</summary>
    internal virtual bool HasGuards => false;

    /// <summary>Whether the partial derivative by an argument is a finite number wherever the variables are.</summary>
    internal virtual bool HasFiniteSlope(int argument, in Locals at) => false;

    /// <summary>
    /// The derivative from the derivatives of the arguments (<see cref="Term.None"/>: does not depend on the variable), where it is written
    /// another way than as the sum of what <see cref="Pullback"/> gives for each; else null.
    /// </summary>
    internal virtual Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => null;

    /// <summary>The rule as the lab writes it, where that is another one; all derivatives are there.</summary>
    internal virtual Term? LabTangent(in Locals at, ReadOnlySpan<Term> derivatives) => Tangent(at, derivatives);

    /// <summary>Whether the value changes smoothly with an argument at all; if not, no derivative passes through it.</summary>
    internal virtual bool Propagates(int argument) => true;

    /// <summary>
    /// The name a teacher gives the rule of <see cref="Tangent"/>, by whether the first and the second argument depend on the variable.
    /// </summary>
    internal virtual string RuleName(bool xVaries, bool yVaries) => "chain rule";

    /// <summary>
    /// Whether the value of constants is exact: 2 + 3, 1 / 4, exp(0), but not 1 / 3 or log(2). On paper, in the digits that people write,
    /// 0.1 + 0.2 is exact too.
    /// </summary>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second; ignored where there is none, as the third.</param>
    /// <param name="z">The third.</param>
    /// <param name="onPaper">Whether decimals count as people write them.</param>
    /// <param name="value">The value as it is computed; becomes the one that is written.</param>
    internal bool TryEvaluateExactly(double x, double y, double z, bool onPaper, ref double value)
    {
        _ = z;
        if (Rounding.Units == 0) return true;
        if (Rounding.IsExact is { } isExact)
        {
            if (Rounding.InDecimals is not { } inDecimals) return isExact(x, y);

            // Twice pi is exact, but no number that people know.
            return ExactArithmetic.IsWritten(x) && ExactArithmetic.IsWritten(y)
                && ((onPaper && ExactArithmetic.TryDecimals(inDecimals, Rounding.DecimalExponent, x, y, ref value)) || (isExact(x, y) && ExactArithmetic.IsWritten(value)));
        }

        // Of the functions that are known by their series, only these values are.
        return Arity == 1 && (x == 0 ? value is 0 or 0.25 or 0.5 or 1 : Math.Abs(x) == 1 && value == 0);
    }

    /// <summary>The identities of given sets, in order.</summary>
    /// <param name="sets">The sets.</param>
    /// <param name="ofArrays">Whether those count that are only for vectors and matrices.</param>
    internal Identity.Candidate[] IdentitiesFor(RuleSets sets, bool ofArrays) => _identities[(2 * (int)sets) + (ofArrays ? 1 : 0)] ??=
        [.. Identities.Concat(CommonIdentities.For(this)).Where(identity => (identity.Sets & sets) != 0 && (ofArrays || !identity.IsOfArrays)).Select(static identity => identity.AsCandidate)];

    internal string ArgumentCountMessage(int given) =>
        $"'{Name}' takes {Arity} argument{(Arity == 1 ? string.Empty : "s")}, not {given}.";

    /// <summary>How an operation is computed together with another one on the same argument, always with the same bits.</summary>
    /// <param name="Other">The other operation.</param>
    /// <param name="Joint">What gives this one from the argument of the other and the other's value.</param>
    /// <param name="Both">Both at once for a number, which costs little more than the other alone.</param>
    /// <param name="Blocks">Both at once for blocks.</param>
    /// <param name="OfOpposite">Whether the other's argument is not this one's, but what this one's is the opposite of.</param>
    internal sealed record Sharing(Operation Other, Operation Joint, ValueAndSecond Both, BlocksOfTwo Blocks, bool OfOpposite = false);

    /// <summary>A node and its arguments while a derivative is built.</summary>
    internal readonly ref struct Locals(Term self, Term x, Term y, Term z)
    {
        public Term Self { get; } = self;

        public Term X { get; } = x;

        public Term Y { get; } = y;

        public Term Z { get; } = z;

        public Term Constant(double value) => Self.Constant(value);
    }
}
