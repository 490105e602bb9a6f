namespace PSAutodiff.Core;

/// <content>The operators.</content>
internal readonly partial struct Term
{
    public static Term operator +(Term x, Term y) => x.Apply<SumOperation>(y);

    public static Term operator +(double x, Term y) => y.Constant(x) + y;

    public static Term operator -(Term x, Term y) => x.Apply<SubOperation>(y);

    public static Term operator -(double x, Term y) => y.Constant(x) - y;

    public static Term operator -(Term x, double y) => x - x.Constant(y);

    public static Term operator -(Term x) => x.Apply<NegOperation>();

    public static Term operator *(Term x, Term y) => x.Apply<MulOperation>(y);

    public static Term operator *(double x, Term y) => y.Constant(x) * y;

    public static Term operator /(Term x, Term y) => x.Apply<DivOperation>(y);

    public static Term operator /(double x, Term y) => y.Constant(x) / y;
}
