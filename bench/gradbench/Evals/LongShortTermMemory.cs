using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>lstm: how well layers of long short-term memory, one cell for each bit, predict the next character of a text; written out over time.</summary>
internal static class LongShortTermMemory
{
    public static Func<object> Objective(JsonElement input)
    {
        var evaluate = Ready(input, static (loss, _) => [loss]);
        return () => evaluate()[0];
    }

    public static Func<object> Jacobian(JsonElement input) => Ready(input, static (loss, names) => loss.Gradient(names));

    private static Func<double[]> Ready(JsonElement input, Func<ExprNode, string[], IReadOnlyList<ExprNode>> outputs)
    {
        var (main, extra) = (input.Matrix("main_params"), input.Matrix("extra_params"));
        var (state, sequence) = (input.Matrix("state"), input.Matrix("sequence"));
        var (mains, extras) = (Names("main", main), Names("extra", extra));
        var (states, characters) = (Names("state", state), Names("text", sequence));
        var loss = Loss(Rows(mains, main), Rows(extras, extra), Rows(states, state), Rows(characters, sequence));
        string[] parameters = [.. mains, .. extras];
        var function = Formula.Compile(outputs(loss.Tidy(), parameters), [.. parameters, .. states, .. characters]);
        double[] point = [.. new[] { main, extra, state, sequence }.SelectMany(static rows => rows).SelectMany(static row => row)];
        return () => function(point);

        static string[] Names(string prefix, double[][] rows) => Formula.Names(prefix, rows.Length * rows[0].Length);
        static ExprNode[][] Rows(string[] names, double[][] rows) => [.. Formula.Variables(names).Chunk(rows[0].Length)];
    }

    private static ExprNode Loss(ExprNode[][] main, ExprNode[][] extra, ExprNode[][] state, ExprNode[][] text)
    {
        var bits = text[0].Length;
        ExprNode total = 0;
        for (var time = 0; time + 1 < text.Length; time++)
        {
            // Two rows of a layer: its weights and biases, and its hidden state and cells.
            var values = text[time].Zip(extra[0], static (x, weight) => x * weight).ToArray();
            for (var layer = 0; layer < main.Length; layer += 2)
            {
                (state[layer], state[layer + 1]) = Step(values, state[layer], state[layer + 1], [.. main[layer].Chunk(bits)], [.. main[layer + 1].Chunk(bits)]);
                values = state[layer];
            }

            ExprNode[] predicted = [.. values.Select((value, i) => (value * extra[1][i]) + extra[2][i])];
            var normalizer = ExprNode.Log(predicted.Select(ExprNode.Exp).Sum() + 2);
            total = predicted.Select((value, i) => text[time + 1][i] * (value - normalizer)).Aggregate(total, static (sum, term) => sum + term);
        }

        return -total / (bits * (text.Length - 1));
    }

    private static (ExprNode[] Hidden, ExprNode[] Cells) Step(ExprNode[] input, ExprNode[] hidden, ExprNode[] cells, ExprNode[][] weights, ExprNode[][] biases)
    {
        var (newHidden, newCells) = (new ExprNode[input.Length], new ExprNode[input.Length]);
        for (var i = 0; i < input.Length; i++)
        {
            ExprNode Linear(int gate, ExprNode x) => (x * weights[gate][i]) + biases[gate][i];
            var forget = ExprNode.Sigmoid(Linear(0, input[i]));
            var ingate = ExprNode.Sigmoid(Linear(1, hidden[i]));
            var outgate = ExprNode.Sigmoid(Linear(2, input[i]));
            var change = ExprNode.Tanh(Linear(3, hidden[i]));
            newCells[i] = (cells[i] * forget) + (ingate * change);
            newHidden[i] = outgate * ExprNode.Tanh(newCells[i]);
        }

        return (newHidden, newCells);
    }
}
