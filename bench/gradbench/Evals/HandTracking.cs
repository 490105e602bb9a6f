using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>
/// ht: how far measured points are from a hand posed by 26 parameters theta. A row is a measured point. Its columns are the point, the
/// vertices of the hand it belongs to (one, or three with coordinates u between them), and how strongly each bone moves each.
/// </summary>
internal static class HandTracking
{
    public static Func<object> Objective(JsonElement input)
    {
        var evaluate = Ready(input, static (errors, _) => errors);
        return () =>
        {
            var errors = evaluate();
            return Enumerable.Range(0, errors[0].Length).SelectMany(i => errors.Select(error => error[i]));
        };
    }

    public static Func<object> Jacobian(JsonElement input)
    {
        var evaluate = Ready(input, static (errors, names) => [.. errors.SelectMany(error => names.Select(name => error.Differentiate(name)))]);
        return () =>
        {
            var columns = evaluate();
            return Enumerable.Range(0, columns[0].Length).SelectMany(i => columns.Chunk(columns.Length / 3).Select(row => row.Select(column => column[i])));
        };
    }

    private static Func<double[][]> Ready(JsonElement input, Func<ExprNode[], string[], IReadOnlyList<ExprNode>> outputs)
    {
        var (theta, us, data) = (input.Numbers("theta"), Rows(input, "us"), input.GetProperty("data"));
        var model = data.GetProperty("model");
        var (places, weights) = (Rows(model, "base_positions"), Rows(model, "weights"));
        var bones = weights[0].Length;
        var correspondences = data.Numbers("correspondences").Select(static place => (int)place);
        var triangles = Rows(model, "triangles");
        var vertices = correspondences.Select(place => us.Length == 0 ? [place] : Array.ConvertAll(triangles[place], static vertex => (int)vertex)).ToArray();

        var parameters = Names("theta", theta.Length);
        var between = Names("u", us.Length == 0 ? 0 : 2);
        var u = Variables(between);
        ExprNode[] shares = us.Length == 0 ? [1] : [u[0], u[1], 1 - u[0] - u[1]];
        var variables = new List<string>();
        var columns = new List<ReadOnlyMemory<double>>();
        var pose = Variables(parameters);
        var transforms = Transforms(model, pose, bones);

        // A vertex is moved by each bone as far as it belongs to it, and then by the translation of the whole.
        var moved = pose[3..6];
        for (var corner = 0; corner < shares.Length; corner++)
        {
            var place = Enumerable.Range(0, 4).Select(k => Column($"place{corner}_{k}", vertices.Select(row => places[row[corner]][k]))).ToArray();
            for (var bone = 0; bone < bones; bone++)
            {
                var share = shares[corner] * Column($"weight{corner}_{bone}", vertices.Select(row => weights[row[corner]][bone]));
                for (var i = 0; i < 3; i++) moved[i] += share * Enumerable.Range(0, 4).Select(k => transforms[bone][i, k] * place[k]).Aggregate(Add);
            }
        }

        var points = Rows(data, "points");
        var errors = moved.Select((position, i) => (Column($"point{i}", points.Select(point => point[i])) - position).Tidy()).ToArray();
        variables.AddRange([.. between, .. parameters]);
        if (us.Length > 0) columns.AddRange(Enumerable.Range(0, 2).Select(j => (ReadOnlyMemory<double>)Array.ConvertAll(us, row => row[j])));
        columns.AddRange(theta.Select(static value => (ReadOnlyMemory<double>)new[] { value }));
        var compiled = CompiledExpression.Compile(outputs(errors, [.. between, .. parameters]), variables);
        return () => compiled.EvaluateRows(columns);

        ExprNode Column(string name, IEnumerable<double> values)
        {
            variables.Add(name);
            columns.Add(values.ToArray());
            return ExprNode.Variable(name);
        }
    }

    /// <summary>What each bone does to a place in the hand at rest, the rotation of the whole included.</summary>
    private static ExprNode[][,] Transforms(JsonElement model, ExprNode[] theta, int bones)
    {
        var (relatives, inverses, parents) = (Matrices(model, "base_relatives"), Matrices(model, "inverse_base_absolutes"), model.Numbers("parents"));
        var whole = AxisRotation(theta[..3]);
        if (model.GetProperty("is_mirrored").GetBoolean()) whole = whole.Times(new ExprNode[,] { { -1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 }, { 0, 0, 0, 1 } });
        var angles = Angles(theta, bones);
        var absolutes = new ExprNode[bones][,];
        var transforms = new ExprNode[bones][,];
        for (var bone = 0; bone < bones; bone++)
        {
            var relative = relatives[bone].Times(EulerRotation(angles[bone]));
            absolutes[bone] = parents[bone] < 0 ? relative : absolutes[(int)parents[bone]].Times(relative);
            transforms[bone] = whole.Times(absolutes[bone].Times(inverses[bone]));
        }

        return transforms;
    }

    /// <summary>For each bone its angles about x, z and y. After rotation and translation of the whole, theta has those of the fingers.</summary>
    private static ExprNode[][] Angles(ExprNode[] theta, int bones)
    {
        var angles = new ExprNode[bones][];
        Array.Fill(angles, [0, 0, 0]);
        for (var (next, finger) = (6, 0); finger < 5; finger++)
        {
            // Of the four bones of a finger the second turns about two axes, the next two about one.
            var second = 2 + (4 * finger);
            angles[second] = [theta[next++], theta[next++], 0];
            angles[second + 1] = [theta[next++], 0, 0];
            angles[second + 2] = [theta[next++], 0, 0];
        }

        return angles;
    }

    private static ExprNode[,] AxisRotation(ExprNode[] axis)
    {
        var angle = ExprNode.Sqrt(axis.Select(Square).Aggregate(Add));
        var (x, y, z) = (axis[0] / angle, axis[1] / angle, axis[2] / angle);
        var (s, c) = (ExprNode.Sin(angle), ExprNode.Cos(angle));
        var v = 1 - c;
        var turned = new[,]
        {
            { (x * x) + ((1 - (x * x)) * c), (x * y * v) - (z * s), (x * z * v) + (y * s) },
            { (x * y * v) + (z * s), (y * y) + ((1 - (y * y)) * c), (y * z * v) - (x * s) },
            { (x * z * v) - (y * s), (z * y * v) + (x * s), (z * z) + ((1 - (z * z)) * c) },
        };
        var isSmall = ExprNode.Less(angle, 0.0001);
        var rotation = Identity();
        for (var i = 0; i < 3; i++)
        {
            for (var j = 0; j < 3; j++) rotation[i, j] = ExprNode.Select(isSmall, rotation[i, j], turned[i, j]);
        }

        return rotation;
    }

    private static ExprNode[,] EulerRotation(ExprNode[] angles)
    {
        var (x, z, y) = (Rotation(angles[0], 1, 2), Rotation(angles[1], 0, 1), Rotation(angles[2], 2, 0));
        return z.Times(y).Times(x);
    }

    /// <summary>Turns two of the axes, the first towards the second.</summary>
    private static ExprNode[,] Rotation(ExprNode angle, int from, int to)
    {
        var rotation = Identity();
        if (angle.Value == 0) return rotation;
        var (sine, cosine) = (ExprNode.Sin(angle), ExprNode.Cos(angle));
        (rotation[from, from], rotation[from, to], rotation[to, from], rotation[to, to]) = (cosine, -sine, sine, cosine);
        return rotation;
    }

    private static ExprNode[,] Identity()
    {
        var identity = new ExprNode[4, 4];
        for (var i = 0; i < 16; i++) identity[i / 4, i % 4] = i / 4 == i % 4 ? 1 : 0;
        return identity;
    }

    private static ExprNode[][,] Matrices(JsonElement model, string name) => [.. model.GetProperty(name).EnumerateArray().Select(static item =>
    {
        var rows = item.EnumerateArray().Select(static row => row.Numbers().ToArray()).ToArray();
        var matrix = new ExprNode[4, 4];
        for (var i = 0; i < 16; i++) matrix[i / 4, i % 4] = rows[i / 4][i % 4];
        return matrix;
    })];

    /// <summary>The product of two matrices, without the terms that have a constant 0 as a factor.</summary>
    private static ExprNode[,] Times(this ExprNode[,] a, ExprNode[,] b)
    {
        var product = new ExprNode[a.GetLength(0), b.GetLength(1)];
        for (var i = 0; i < product.GetLength(0); i++)
        {
            for (var j = 0; j < product.GetLength(1); j++)
            {
                var terms = Enumerable.Range(0, a.GetLength(1)).Where(k => a[i, k].Value != 0 && b[k, j].Value != 0).Select(k => a[i, k] * b[k, j]).ToArray();
                product[i, j] = terms.Length == 0 ? 0 : terms.Aggregate(Add);
            }
        }

        return product;
    }

    private static string[] Names(string prefix, int count) => [.. Enumerable.Range(0, count).Select(i => $"{prefix}{i}")];

    private static ExprNode[] Variables(IEnumerable<string> names) => [.. names.Select(ExprNode.Variable)];

    private static ExprNode Add(ExprNode x, ExprNode y) => x + y;

    private static ExprNode Square(ExprNode x) => x * x;

    private static double[][] Rows(JsonElement input, string name) => [.. input.GetProperty(name).EnumerateArray().Select(static row => row.Numbers().ToArray())];
}
