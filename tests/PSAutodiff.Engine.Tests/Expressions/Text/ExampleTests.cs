using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The example of system S1 in every format, to the letter.</summary>
public sealed class ExampleTests
{
    public static TheoryData<ExprTextFormat, string> Texts => new()
    {
        { ExprTextFormat.Infix, "4 * x * y + exp(-1 * y)" },
        { ExprTextFormat.Lab, "( ( ( 4 * x ) * y ) + exp ( ( -1 * y ) ) )" },
        { ExprTextFormat.Let, "4 * x * y + exp(-1 * y)" },
        { ExprTextFormat.Latex, @"4 \cdot x \cdot y + e^{-1 \cdot y}" },
        {
            ExprTextFormat.MathML,
            """
            <math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow>
            <mrow><mrow><mn>4</mn><mo>⋅</mo><mi>x</mi></mrow><mo>⋅</mo><mi>y</mi></mrow><mo>+</mo>
            <msup><mi>e</mi><mrow><mrow><mo>−</mo><mn>1</mn></mrow><mo>⋅</mo><mi>y</mi></mrow></msup>
            </mrow></math>
            """.Replace("\n", string.Empty, StringComparison.Ordinal)
        },
        {
            ExprTextFormat.Tree,
            """
            sum
            ├─ mul
            │  ├─ mul
            │  │  ├─ 4
            │  │  └─ x
            │  └─ y
            └─ exp
               └─ mul
                  ├─ -1
                  └─ y
            """
        },
        {
            ExprTextFormat.Dot,
            """
            digraph expression {
                graph [ordering=in]
                node [shape=circle]
                n0 [label="4", shape=plaintext]
                n1 [label="x", shape=box]
                n2 [label="mul"]
                n0 -> n2
                n1 -> n2
                n3 [label="y", shape=box]
                n4 [label="mul"]
                n2 -> n4
                n3 -> n4
                n5 [label="-1", shape=plaintext]
                n6 [label="mul"]
                n5 -> n6
                n3 -> n6
                n7 [label="exp"]
                n6 -> n7
                n8 [label="sum", peripheries=2]
                n4 -> n8
                n7 -> n8
            }

            """
        },
        {
            ExprTextFormat.Json,
            """
            {"format":"PSAutodiff.Expression","version":1,"nodes":[{"op":"const","value":4},{"op":"var","name":"x"},
            {"op":"mul","args":[0,1]},{"op":"var","name":"y"},{"op":"mul","args":[2,3]},{"op":"const","value":-1},
            {"op":"mul","args":[5,3]},{"op":"exp","args":[6]},{"op":"sum","args":[4,7]}],"root":8}
            """.Replace("\n", string.Empty, StringComparison.Ordinal)
        },
        {
            ExprTextFormat.CSharp,
            """
            using System;

            // 4 * x * y + exp(-1 * y)
            public static class Expression
            {
                public static double Evaluate(double x, double y)
                {
                    return 4.0 * x * y + Math.Exp(-1.0 * y);
                }
            }

            """
        },
        {
            ExprTextFormat.Python,
            """
            import numpy as np


            # 4 * x * y + exp(-1 * y)
            @np.errstate(all="ignore")
            def evaluate(x, y):
                x = np.asarray(x, dtype=np.float64)[()]
                y = np.asarray(y, dtype=np.float64)[()]
                return 4.0 * x * y + np.exp(-1.0 * y)

            """
        },
        {
            ExprTextFormat.PowerShell,
            """
            # 4 * x * y + exp(-1 * y)
            param([double] $x, [double] $y)

            4.0 * $x * $y + [Math]::Exp(-1.0 * $y)

            """
        },
        {
            ExprTextFormat.PyTorch,
            """
            import math

            import torch


            def options(*values):
                one = next((value for value in values if torch.is_tensor(value) and value.is_floating_point()), None)
                return dict(dtype=torch.float64, device=None) if one is None else dict(dtype=one.dtype, device=one.device)


            def array(parts, like):
                return torch.stack([array(part, like) if isinstance(part, list) else torch.as_tensor(part, **like) for part in parts])


            # 4 * x * y + exp(-1 * y)
            def evaluate(x, y):
                like = options(x, y)
                x = torch.as_tensor(x, **like)
                y = torch.as_tensor(y, **like)
                return 4.0 * x * y + torch.exp(-1.0 * y)

            """
        },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Each_format_writes_the_example(ExprTextFormat format, string expected) => Assert.Equal(expected, Example.Story.ToText(format));

    [Fact]
    public void Every_format_has_its_example() =>
        Assert.Equal(Enum.GetValues<ExprTextFormat>(), Texts.Select(static row => row.Data.Item1).Order());

    [Fact]
    public void A_format_that_does_not_exist_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => Example.Story.ToText((ExprTextFormat)99));
}
