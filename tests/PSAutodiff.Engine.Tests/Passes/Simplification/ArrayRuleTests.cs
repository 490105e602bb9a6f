using Xunit;

namespace PSAutodiff.Tests;

/// <summary>
/// The rules that make formulas of arrays come out, in the order in which the design lists them: each with an expression that it makes simpler, what
/// that is, and the name by which its step is told. Both forms, and every step between them, have the same value.
/// </summary>
public sealed class ArrayRuleTests
{
    private const string Shapes = "A: [3,3]; B: [3,3]; S: [3,3] symmetric; C: [3,4]; v: [3]; w: [3]; u: [3]; z: [4]; ";

    public static TheoryData<string, string, string> Standard => new()
    {
        // Constants, then scalars, out of products, transposes, sums, outer products, stretching and quotients.
        { "(2*A) @ v", "2 * (A @ v)", "(c * A) @ B = c * (A @ B)" },
        { "A @ (2*v)", "2 * (A @ v)", "A @ (c * B) = c * (A @ B)" },
        { "(2*A) @ (3*B)", "6 * (A @ B)", "(c * A) @ B = c * (A @ B)" },
        { "(c*A) @ v", "c * (A @ v)", "(c * A) @ B = c * (A @ B)" },
        { "A @ (w*(c*v))", "c * (A @ (w * v))", "A @ (c * B) = c * (A @ B)" },
        { "c*(b*v)", "c * b * v", "a * (b * A) = (a * b) * A" },
        { "(v/c) @ A", "(v @ A) / c", "(A / c) @ B = (A @ B) / c" },
        { "A @ (v/c)", "(A @ v) / c", "A @ (B / c) = (A @ B) / c" },
        { "v/c/b", "v / (c * b)", "A / a / b = A / (a * b)" },
        { "(2*A).T", "2 * A.T", "(c * A).T = c * A.T" },
        { "(A/c).T", "A.T / c", "(A / c).T = A.T / c" },
        { "sum(2*A, axis=0)", "2 * sum(A, axis=0)", "sum(c * A) = c * sum(A)" },
        { "sum(c*v/w)", "c * sum(v / w)", "sum(c * A) = c * sum(A)" },
        { "sum(v/c)", "sum(v) / c", "sum(A / c) = sum(A) / c" },
        { "mean(c*v)", "c * mean(v)", "mean(c * A) = c * mean(A)" },
        { "mean(v/c)", "mean(v) / c", "mean(A / c) = mean(A) / c" },
        { "trace(c*A)", "c * trace(A)", "trace(c * A) = c * trace(A)" },
        { "diag(A/c)", "diag(A) / c", "diag(A / c) = diag(A) / c" },
        { "reshape(c*A, 9)", "c * reshape(A, 9)", "reshape(c * A) = c * reshape(A)" },
        { "outer(2*v, w)", "2 * outer(v, w)", "outer(c * a, b) = c * outer(a, b)" },
        { "outer(v, c*w)", "c * outer(v, w)", "outer(a, c * b) = c * outer(a, b)" },
        { "outer(v/c, w)", "outer(v, w) / c", "outer(a / c, b) = outer(a, b) / c" },
        { "outer(-v, w)", "-outer(v, w)", "outer(-a, b) = -outer(a, b)" },
        { "broadcast(c*v, 4, 3)", "c * broadcast(v, 4, 3)", "broadcast(c * A) = c * broadcast(A)" },
        { "broadcast(v/c, 4, 3)", "broadcast(v, 4, 3) / c", "broadcast(A / c) = broadcast(A) / c" },
        { "broadcast(-v, 4, 3)", "-broadcast(v, 4, 3)", "broadcast(-A) = -broadcast(A)" },
        { "c*A + c*B", "c * (A + B)", "c * A + c * B = c * (A + B)" },

        // Like terms, where v @ A is A.T @ v.
        { "v @ A + A.T @ v", "2 * (v @ A)", "v @ A = A.T @ v" },
        { "v @ A - A.T @ v", "zeros(3)", "v @ A = A.T @ v" },
        { "2*(v @ A) + w + 3*(A.T @ v)", "5 * (v @ A) + w", "v @ A = A.T @ v" },
        { "v @ w + w @ v", "2 * (v @ w)", "x and y change places" },
        { "v @ w + c - w @ v", "c", "x and y change places" },
        { "v - v", "zeros(3)", "x - x = 0" },

        // v @ S is S @ v, and v @ A.T is A @ v.
        { "v @ S", "S @ v", "v @ S = S @ v, S symmetric" },
        { "v @ A.T", "A @ v", "v @ A.T = A @ v" },

        // A @ x + B @ x.
        { "A @ v + B @ v", "(A + B) @ v", "A @ x + B @ x = (A + B) @ x" },
        { "A @ v - B @ v", "(A - B) @ v", "A @ x - B @ x = (A - B) @ x" },
        { "v @ A + B @ v", "(A.T + B) @ v", "A @ x + B @ x = (A + B) @ x" },
        { "w + A @ v + B @ v", "w + (A + B) @ v", "(a + b) + c = a + (b + c)" },

        // Transposes of transposes, products, outer products, symmetric matrices and eye.
        { "A.T.T", "A", "A.T.T = A" },
        { "(A.T @ B).T", "B.T @ A", "(A @ B).T = B.T @ A.T" },
        { "outer(v, w).T", "outer(w, v)", "outer(a, b).T = outer(b, a)" },
        { "S.T", "S", "S.T = S, S symmetric" },
        { "eye(3).T + A", "eye(3) + A", "S.T = S, S symmetric" },
        { "v.T", "v", "v.T = v" },

        // outer @, @ outer, ones @.
        { "outer(v, w) @ u", "(w @ u) * v", "outer(a, b) @ v = (b @ v) * a" },
        { "u @ outer(v, w)", "(u @ v) * w", "v @ outer(a, b) = (v @ a) * b" },
        { "outer(v, w) @ A", "outer(v, w @ A)", "outer(a, b) @ A = outer(a, b @ A)" },
        { "A @ outer(v, w)", "outer(A @ v, w)", "A @ outer(a, b) = outer(A @ a, b)" },
        { "ones(3) @ v", "sum(v)", "ones @ v = sum(v)" },
        { "ones(3) @ A", "sum(A, axis=0)", "ones @ v = sum(v)" },
        { "A @ ones(3)", "sum(A, axis=1)", "ones @ v = sum(v)" },
        { "ones(2,3) @ v", "broadcast(sum(v), 2)", "ones @ A = broadcast(sum(A))" },
        { "ones(2,3) @ A", "broadcast(sum(A, axis=0), 2, 3)", "ones @ A = broadcast(sum(A))" },
        { "A @ ones(3,2)", "broadcast(reshape(sum(A, axis=1), 3, 1), 3, 2)", "ones @ A = broadcast(sum(A))" },
        { "diag(v) @ w", "v * w", "diag(a) @ v = a * v" },

        // sum(a * b), sums of what is stretched and of outer products.
        { "sum(v*w)", "v @ w", "sum(a * b) = a @ b" },
        { "sum(c*v*w)", "c * (v @ w)", "sum(a * b) = a @ b" },
        { "sum(broadcast(c, 3))", "3 * c", "sum(broadcast(x)) = n * x" },
        { "sum(broadcast(v, 4, 3))", "4 * sum(v)", "sum(broadcast(x)) = n * x" },
        { "sum(broadcast(v, 4, 3), axis=0)", "4 * v", "sum(broadcast(x)) = n * x" },
        { "sum(broadcast(v, 4, 3), axis=1)", "broadcast(sum(v), 4)", "sum(broadcast(x)) = n * x" },
        { "sum(broadcast(column(v), 3, 4), axis=1)", "4 * v", "sum(broadcast(x)) = n * x" },
        { "sum(broadcast(column(v), 3, 4), axis=0)", "broadcast(sum(reshape(v, 3, 1)), 4)", "sum(broadcast(x)) = n * x" },
        { "mean(broadcast(v, 4, 3), axis=0)", "v", "mean(broadcast(x)) = mean(x)" },
        { "sum(outer(v, w))", "sum(v) * sum(w)", "sum(outer(a, b)) = sum(a) * sum(b)" },
        { "sum(outer(v, w), axis=0)", "sum(v) * w", "sum(outer(a, b)) = sum(a) * sum(b)" },
        { "sum(A.T)", "sum(A)", "sum(A.T) = sum(A)" },
        { "sum(sum(A, axis=0))", "sum(A)", "sum(sum(A, axis)) = sum(A)" },

        // What is stretched anyway.
        { "broadcast(c, 3)*v", "c * v", "what is stretched anyway need not be stretched before" },
        { "broadcast(v, 3, 3) + A", "v + A", "what is stretched anyway need not be stretched before" },
        { "exp(broadcast(c, 3))", "broadcast(exp(c), 3)", "f(broadcast(x)) = broadcast(f(x))" },

        // Zeros, eye, diagonals of diagonals, diagonals and traces of outer products.
        { "zeros(3) + v", "v", "what is stretched anyway need not be stretched before, then 0 + x = x" },
        { "zeros(3,3) @ v", "zeros(3)", "0 @ A = 0" },
        { "0*v", "zeros(3)", "0 * x = 0" },
        { "eye(3) @ v", "v", "eye @ A = A" },
        { "A @ eye(3)", "A", "eye @ A = A" },
        { "trace(eye(3))", "3", "trace(eye(n)) = n" },
        { "diag(eye(3))*v", "v", "diag(eye(n)) = ones(n)" },
        { "diag(diag(v))", "v", "diag(diag(a)) = a" },
        { "diag(outer(v, w))", "v * w", "diag(outer(a, b)) = a * b" },
        { "trace(outer(v, w))", "v @ w", "trace(outer(a, b)) = a @ b" },
        { "trace(diag(v))", "sum(v)", "trace(diag(a)) = sum(a)" },
        { "sum(diag(v))", "sum(v)", "sum(diag(a)) = sum(a)" },

        // Inverses: not made where a solution will do, and nothing is solved that is known.
        { "inv(A) @ v", "solve(A, v)", "inv(A) @ B = solve(A, B)" },
        { "inv(A) @ C", "solve(A, C)", "inv(A) @ B = solve(A, B)" },
        { "v @ inv(A)", "solve(A.T, v)", "inv(A) @ B = solve(A, B)" },
        { "inv(A.T) @ v", "solve(A.T, v)", "inv(A) @ B = solve(A, B)" },
        { "v @ inv(S) @ w", "solve(S, v) @ w", "S.T = S, S symmetric" },
        { "inv(A) @ A", "eye(3)", "solve(A, A) = eye" },
        { "A @ inv(A)", "eye(3)", "A @ solve(A, B) = B" },
        { "A @ solve(A, v)", "v", "A @ solve(A, B) = B" },
        { "solve(A, A @ v)", "v", "solve(A, A @ B) = B" },
        { "solve(A, eye(3))", "inv(A)", "solve(A, eye) = inv(A)" },
        { "solve(eye(3), C)", "C", "solve(eye, B) = B" },
        { "solve(diag(v), w)", "w / v", "solve(diag(a), B) = B / a" },
        { "solve(diag(v), C)", "C / reshape(v, 3, 1)", "solve(diag(a), B) = B / a" },
        { "solve(inv(A), v)", "A @ v", "solve(inv(A), B) = A @ B" },
        { "solve(inv(A).T, v)", "A.T @ v", "solve(inv(A), B) = A @ B" },
        { "solve(2*A, v)", "solve(A, v) / 2", "solve(c * A, B) = solve(A, B) / c" },
        { "solve(A/c, v)", "c * solve(A, v)", "solve(A / c, B) = c * solve(A, B)" },
        { "solve(A, c*v)", "c * solve(A, v)", "solve(A, c * B) = c * solve(A, B)" },
        { "solve(A, v/c)", "solve(A, v) / c", "solve(A, B / c) = solve(A, B) / c" },
        { "solve(A, -v)", "-solve(A, v)", "solve(-A, B) = -solve(A, B)" },
        { "solve(A, outer(v, w))", "outer(solve(A, v), w)", "solve(A, outer(a, b)) = outer(solve(A, a), b)" },
        { "solve(A, zeros(3))", "zeros(3)", "solve(A, 0) = 0" },
        { "solve(A, C)[:, 1]", "solve(A, C[:, 1])", "solve(A, B)[:, i] = solve(A, B[:, i])" },
        { "inv(inv(A))", "A", "inv(inv(A)) = A" },
        { "inv(A.T)", "inv(A).T", "inv(A.T) = inv(A).T" },
        { "inv(S).T", "inv(S)", "S.T = S, S symmetric" },
        { "inv(eye(3)) + A", "eye(3) + A", "inv(eye) = eye" },
        { "inv(diag(v))", "diag(1 / v)", "inv(diag(a)) = diag(1 / a)" },
        { "inv(c*A)", "inv(A) / c", "inv(c * A) = inv(A) / c" },
        { "inv(-A)", "-inv(A)", "inv(-A) = -inv(A)" },
        { "logdet(inv(A + 9*eye(3)))", "-logdet(A + 9 * eye(3))", "logdet(inv(A)) = -logdet(A)" },
        { "logdet((A + 9*eye(3)).T)", "logdet(A + 9 * eye(3))", "logdet(A.T) = logdet(A)" },
        { "logdet(eye(3)) + c", "c", "logdet(eye) = 0" },
        { "cholesky(eye(3)) + A", "eye(3) + A", "cholesky(eye) = eye" },
        { "cholesky(diag(v^2))", "diag(abs(v))", "cholesky(diag(a)) = diag(sqrt(a))" },
        { "tril(cholesky(A @ A.T))", "cholesky(A @ A.T)", "tril(tril(A)) = tril(A)" },
        { "tril(c*A)", "c * tril(A)", "tril(c * A) = c * tril(A)" },
        { "tril(A)[1, 2]", "0", "tril(A)[i, j] = A[i, j] where j <= i, else 0" },
        { "tril(A)[2, 1]", "A[2, 1]", "tril(A)[i, j] = A[i, j] where j <= i, else 0" },

        // Adjoints of elements and rows of one array in one node; what meets a place alone.
        { "place(v[0]*2, 0, 1, 1, 3) + place(v[1], 1, 1, 1, 3)", "[2 * v[0], v[1], 0]", "place(a, 0) + place(b, 1) = [a, b]" },
        { "place(b, 0, 1, 1, 9) + place(c, 4, 1, 1, 9)", "scatter([b, c], [0, 4], 9)", "place(a, 0) + place(b, 3) = scatter([a, b], [0, 3])" },
        { "z + place(b, 3, 1, 1, 4) + place(c, 0, 1, 1, 4)", "z + scatter([c, b], [0, 3], 4)", "place(a, 0) + place(b, 3) = scatter([a, b], [0, 3])" },
        { "place(b, 1, 1, 1, 3) - place(c, 1, 1, 1, 3)", "place(b - c, 1, 1, 1, 3)", "place(a, 0) + place(b, 3) = scatter([a, b], [0, 3])" },
        { "place(b, 1, 1, 1, 3)*v", "place(b * v[1], 1, 1, 1, 3)", "place(a) * B = place(a * B[i])" },
        { "A @ place(b, 1, 1, 1, 3)", "b * A[:, 1]", "A @ place(a) = A[:, i] @ a" },
        { "place(v, 1, 3, 0, 4) @ C.T", "C[:, 1:] @ v", "A @ place(a) = A[:, i] @ a" },
        { "outer(place(b, 1, 1, 1, 3), v)", "place(b * v, 1, 1, 1, 0, 3, 0, 3, 3)", "outer(place(a), b) = place(a * b)" },
        { "sum(place(v, 1, 3, 0, 4))", "sum(v)", "sum(place(a)) = sum(a)" },

        // Indices and slices inward.
        { "(v + w)[1]", "v[1] + w[1]", "(a + b)[i] = a[i] + b[i]" },
        { "exp(sin(v)*2 + w)[2]", "exp(2 * sin(v[2]) + w[2])", "(a + b)[i] = a[i] + b[i]" },
        { "(A + v)[1, 2]", "A[1, 2] + v[2]", "(a + b)[i] = a[i] + b[i]" },
        { "(column(v)*w)[1]", "v[1] * w", "(a + b)[i] = a[i] + b[i]" },
        { "concat(v, w)[4]", "w[1]", "concat(a, b)[i] = a[i] or b[j]" },
        { "concat(v, w)[1:3]", "v[1:]", "concat(a, b)[i] = a[i] or b[j]" },
        { "concat(v, w)[2:4]", "concat(v[2:], w[:1])", "concat(a, b)[i] = a[i] or b[j]" },
        { "concat(A, B, axis=1)[:, 4]", "B[:, 1]", "concat(a, b)[i] = a[i] or b[j]" },
        { "[a, b, c][1]", "b", "[a, b][1] = b" },
        { "[v, w, u][1:, 2]", "[w[2], u[2]]", "[a, b][1] = b" },
        { "v[1:][1]", "v[2]", "A[i][j] = A[k]" },
        { "A[:, :]", "A", "A[:, :] = A" },
        { "(A @ v)[1]", "A[1] @ v", "(A @ B)[i] = A[i] @ B" },
        { "(A @ B)[1, 2]", "A[1] @ B[:, 2]", "(A @ B)[i] = A[i] @ B" },
        { "outer(v, w)[1]", "v[1] * w", "outer(a, b)[i] = a[i] * b" },
        { "A.T[1, 2]", "A[2, 1]", "A.T[i, j] = A[j, i]" },
        { "sum(A, axis=0)[1]", "sum(A[:, 1])", "sum(A, axis=0)[i] = sum(A[:, i])" },
        { "softmax(A)[1]", "softmax(A[1])", "softmax(A, axis=1)[i] = softmax(A[i])" },
        { "diag(v)[1, 1]", "v[1]", "diag(a)[i, i] = a[i]" },
        { "diag(A)[1]", "A[1, 1]", "diag(a)[i, i] = a[i]" },
        { "column(v)[1, 0]", "v[1]", "reshape(A)[i] = A[j]" },
        { "broadcast(v, 4, 3)[1, 2]", "v[2]", "broadcast(x)[i] = x[i]" },
        { "take(v, [2, 0])[1]", "v[0]", "take(A, k)[i] = take(A, k[i])" },
        { "place(v, 1, 3, 0, 5)[2]", "v[1]", "place(a)[i] = a[j] or 0" },
        { "eye(3)[1, 1]*c", "c", "eye[i, j] = 1 where i = j, else 0" },
    };

    public static TheoryData<string, string, string> Stable => new()
    {
        { "log(softmax(v))", "v - logsumexp(v)", "log(softmax(x)) = x - logsumexp(x)" },
        { "log(softmax(v))[0]", "v[0] - logsumexp(v)", "log(softmax(v)[i]) = v[i] - logsumexp(v)" },
        { "log(softmax(v)[1:])", "v[1:] - logsumexp(v)", "log(softmax(v)[i]) = v[i] - logsumexp(v)" },
        { "log(take(softmax(v), [2, 0]))", "take(v, [2, 0]) - logsumexp(v)", "log(softmax(v)[i]) = v[i] - logsumexp(v)" },
        { "log(softmax(A))", "A - reshape(logsumexp(A, axis=1), 3, 1)", "log(softmax(x)) = x - logsumexp(x)" },
        { "log(sigmoid(v))", "-softplus(-v)", "log(sigmoid(x)) = -softplus(-x)" },
        { "log(sum(exp(v)))", "logsumexp(v)", "log(sum(exp(x))) = logsumexp(x)" },
        { "log(sum(exp(A)))", "logsumexp(reshape(A, 9))", "log(sum(exp(x))) = logsumexp(x)" },
        { "exp(v)/sum(exp(v))", "softmax(v)", "exp(x) / sum(exp(x)) = softmax(x)" },
        { "v @ w + w @ v", "2 * (v @ w)", "x and y change places" },
        { "A @ (2*v)", "2 * (A @ v)", "A @ (c * B) = c * (A @ B)" },
        { "v @ A - A.T @ v", "zeros(3)", "v @ A = A.T @ v" },
    };

    [Theory]
    [MemberData(nameof(Standard))]
    public void A_rule_makes_a_formula_simpler_and_is_named(string text, string wanted, string rule)
    {
        Check(text, wanted, rule, SimplificationRule.Standard);
        Check(text, wanted, rule, SimplificationRule.Textbook);
    }

    [Theory]
    [MemberData(nameof(Stable))]
    public void A_rule_keeps_digits_and_is_named(string text, string wanted, string rule) => Check(text, wanted, rule, SimplificationRule.Stable);

    private static void Check(string text, string wanted, string rule, SimplificationRule rules)
    {
        var one = new ArrayCase(Shapes + text, 11);
        var simple = one.Node.Simplify(rules);
        Assert.Equal(wanted, simple.ToText(ExprTextFormat.Infix).Split(';')[^1].Trim());
        Assert.Equal(simple, simple.Simplify(rules));
        var steps = one.Node.SimplifyByStep(rules);
        Assert.Contains(steps, step => step.Rule.Contains(rule, StringComparison.Ordinal));
        Assert.Equal(simple, steps[^1].Whole);
        double[] values = one.Reference(one.Node).Values;
        foreach (var step in steps) one.RequireNear($"{step}", values, one.Evaluate(step.Whole!), 1e-12);
    }
}
