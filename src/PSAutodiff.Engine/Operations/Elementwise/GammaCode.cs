using PSAutodiff.Core;

namespace PSAutodiff.Operations.Elementwise;

/// <summary>
/// Functions for generated code: Stirling's series from 15 on, recurrence and reflection below; sums of powers with Euler and
/// Maclaurin's formula for derivatives of digamma. See Abramowitz and Stegun, chapters 6 and 23.
/// </summary>
internal static class GammaCode
{
    public static CodeHelper CSharpLgamma { get; } = new(
        "Lgamma",
        """
        private static double Lgamma(double x)
        {
            if (double.IsInfinity(x) || x <= 0 && x == Math.Floor(x)) return double.PositiveInfinity;
            if (x < 0.5) return Math.Log(Math.PI / Math.Abs(Math.Sin(Math.PI * (x - Math.Round(x))))) - Lgamma(1 - x);
            double product = 1;
            for (; x < 15; x++) product *= x;
            double z = 1 / (x * x);
            double series = 1 / 12.0 - z * (1 / 360.0 - z * (1 / 1260.0 - z * (1 / 1680.0 - z * (1 / 1188.0 - z * 691 / 360360))));
            return (x - 0.5) * (Math.Log(x) - 1) + 0.4189385332046727 + series / x - Math.Log(product);
        }
        """);

    public static CodeHelper[] CSharp { get; } =
    [
        new(
            "Digamma",
            """
            private static double Digamma(double x)
            {
                if (x == 0) return -1 / x;
                if (x < 0) return x == Math.Floor(x) ? double.NaN : Digamma(1 - x) - Math.PI / Math.Tan(Math.PI * (x - Math.Round(x)));
                double sum = 0;
                for (; x < 15; x++) sum += 1 / x;
                double z = 1 / (x * x);
                double series = z * (1 / 12.0 - z * (1 / 120.0 - z * (1 / 252.0 - z * (1 / 240.0 - z * (1 / 132.0 - z * 691 / 32760)))));
                return Math.Log(x) - 0.5 / x - series - sum;
            }
            """),
        new(
            "Zeta",
            """
            private static double Zeta(double s, double a)
            {
                if (double.IsPositiveInfinity(a)) return 0;
                double sum = 0;
                for (; a < 15 + s; a++) sum += Math.Pow(a, -s);
                double factor = s / a, series = a / (s - 1) + 0.5, k = 2;
                foreach (double c in new[] { 1 / 12.0, -1 / 720.0, 1 / 30240.0, -1 / 1209600.0, 1 / 47900160.0, -691 / 1307674368000.0, 1 / 74724249600.0 })
                {
                    series += c * factor;
                    factor *= (s + k - 1) * (s + k) / (a * a);
                    k += 2;
                }
                return sum + Math.Pow(a, -s) * series;
            }
            """),
        new(
            "Polygamma",
            """
            private static double Polygamma(double n, double x)
            {
                if (n == 0) return Digamma(x);
                if (!(n > 0 && n <= 170 && n == Math.Floor(n)) || double.IsNaN(x) || double.IsNegativeInfinity(x)) return double.NaN;
                double sign = n % 2 == 0 ? -1 : 1, factorial = 1;
                if (x <= 0 && x == Math.Floor(x)) return sign > 0 ? double.PositiveInfinity : x == 0 ? -1 / x : double.NaN;
                for (double k = 2; k <= n; k++) factorial *= k;
                if (x > 0) return sign * factorial * Zeta(n + 1, x);
                double d = x - Math.Round(x), r = d < 0 ? 1 + d : d;
                return sign * factorial * (Zeta(n + 1, r) + sign * (Zeta(n + 1, d < 0 ? -d : 1 - d) - Zeta(n + 1, 1 - x)));
            }
            """),
    ];

    public static CodeHelper PythonLgamma { get; } = new(
        "lgamma",
        """
        def lgamma(x):
            import math
            def one(v):
                pole = v <= 0.0 and v == np.floor(v)
                return np.inf if pole or v > 2.55e305 else math.lgamma(v)
            return np.vectorize(one, otypes=[np.float64])(x)[()]
        """);

    // Loops stop where the argument is not a number.
    public static CodeHelper[] Python { get; } =
    [
        new(
            "digamma",
            """
            def digamma(x):
                def one(v):
                    if v == 0.0:
                        return -1.0 / v
                    if v < 0.0:
                        return np.nan if v == np.floor(v) else one(1.0 - v) - np.pi / np.tan(np.pi * (v - np.rint(v)))
                    total = 0.0
                    while v < 15.0:
                        total += 1.0 / v
                        v += 1.0
                    z = 1.0 / (v * v)
                    series = z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - z * 691 / 32760)))))
                    return np.log(v) - 0.5 / v - series - total
                return np.vectorize(lambda v: one(np.float64(v)), otypes=[np.float64])(x)[()]
            """),
        new(
            "zeta",
            """
            def zeta(s, a):
                if a == np.inf:
                    return 0.0
                total = 0.0
                while a < 15.0 + s:
                    total += a ** -s
                    a += 1.0
                factor, series, k = s / a, a / (s - 1.0) + 0.5, 2.0
                for c in (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600):
                    series += c * factor
                    factor *= (s + k - 1.0) * (s + k) / (a * a)
                    k += 2.0
                return total + a ** -s * series
            """),
        new(
            "polygamma",
            """
            def polygamma(n, x):
                def one(n, v):
                    if n == 0.0:
                        return digamma(v)
                    if not 0.0 < n <= 170.0 or n != np.floor(n) or np.isnan(v) or v == -np.inf:
                        return np.nan
                    sign, factorial = np.float64(-1.0 if n % 2.0 == 0.0 else 1.0), np.prod(np.arange(1.0, n + 1.0))
                    if v <= 0.0 and v == np.floor(v):
                        return np.inf if sign > 0.0 else -1.0 / v if v == 0.0 else np.nan
                    if v > 0.0:
                        return sign * factorial * zeta(n + 1.0, v)
                    d = v - np.rint(v)
                    r, left = (1.0 + d, -d) if d < 0.0 else (d, 1.0 - d)
                    return sign * factorial * (zeta(n + 1.0, r) + sign * (zeta(n + 1.0, left) - zeta(n + 1.0, 1.0 - v)))
                return np.vectorize(lambda n, v: one(np.float64(n), np.float64(v)), otypes=[np.float64])(n, x)[()]
            """),
    ];

    public static CodeHelper PowerShellLgamma { get; } = new(
        "Get-Lgamma",
        """
        function Get-Lgamma([double] $x) {
            if ([double]::IsInfinity($x) -or ($x -le 0 -and $x -eq [Math]::Floor($x))) { return [double]::PositiveInfinity }
            if ($x -lt 0.5) { return [Math]::Log([Math]::PI / [Math]::Abs([Math]::Sin([Math]::PI * ($x - [Math]::Round($x))))) - (Get-Lgamma (1 - $x)) }
            $product = 1.0
            for (; $x -lt 15; $x++) { $product *= $x }
            $z = 1 / ($x * $x)
            $series = 1 / 12 - $z * (1 / 360 - $z * (1 / 1260 - $z * (1 / 1680 - $z * (1 / 1188 - $z * 691 / 360360))))
            ($x - 0.5) * ([Math]::Log($x) - 1) + 0.4189385332046727 + $series / $x - [Math]::Log($product)
        }
        """);

    public static CodeHelper[] PowerShell { get; } =
    [
        new(
            "Get-Digamma",
            """
            function Get-Digamma([double] $x) {
                if ($x -eq 0) { return -1 / $x }
                if ($x -lt 0) {
                    if ($x -eq [Math]::Floor($x)) { return [double]::NaN }
                    return (Get-Digamma (1 - $x)) - [Math]::PI / [Math]::Tan([Math]::PI * ($x - [Math]::Round($x)))
                }
                $sum = 0.0
                for (; $x -lt 15; $x++) { $sum += 1 / $x }
                $z = 1 / ($x * $x)
                $series = $z * (1 / 12 - $z * (1 / 120 - $z * (1 / 252 - $z * (1 / 240 - $z * (1 / 132 - $z * 691 / 32760)))))
                [Math]::Log($x) - 0.5 / $x - $series - $sum
            }
            """),
        new(
            "Get-Zeta",
            """
            function Get-Zeta([double] $s, [double] $a) {
                if ([double]::IsPositiveInfinity($a)) { return 0.0 }
                $sum = 0.0
                for (; $a -lt 15 + $s; $a++) { $sum += [Math]::Pow($a, -$s) }
                $factor = $s / $a
                $series = $a / ($s - 1) + 0.5
                $k = 2
                foreach ($c in (1 / 12), (-1 / 720), (1 / 30240), (-1 / 1209600), (1 / 47900160), (-691 / 1307674368000), (1 / 74724249600)) {
                    $series += $c * $factor
                    $factor *= ($s + $k - 1) * ($s + $k) / ($a * $a)
                    $k += 2
                }
                $sum + [Math]::Pow($a, -$s) * $series
            }
            """),
        new(
            "Get-Polygamma",
            """
            function Get-Polygamma([double] $n, [double] $x) {
                if ($n -eq 0) { return Get-Digamma $x }
                if (-not ($n -gt 0 -and $n -le 170 -and $n -eq [Math]::Floor($n)) -or [double]::IsNaN($x) -or [double]::IsNegativeInfinity($x)) { return [double]::NaN }
                $sign = if ($n % 2 -eq 0) { -1.0 } else { 1.0 }
                if ($x -le 0 -and $x -eq [Math]::Floor($x)) {
                    if ($sign -gt 0) { return [double]::PositiveInfinity }
                    if ($x -eq 0) { return -1 / $x }
                    return [double]::NaN
                }
                $factorial = 1.0
                for ($k = 2; $k -le $n; $k++) { $factorial *= $k }
                if ($x -gt 0) { return $sign * $factorial * (Get-Zeta ($n + 1) $x) }
                $d = $x - [Math]::Round($x)
                $r, $left = if ($d -lt 0) { (1 + $d), -$d } else { $d, (1 - $d) }
                $sign * $factorial * ((Get-Zeta ($n + 1) $r) + $sign * ((Get-Zeta ($n + 1) $left) - (Get-Zeta ($n + 1) (1 - $x))))
            }
            """),
    ];
}
