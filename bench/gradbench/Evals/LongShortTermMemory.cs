using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>lstm: how well layers of long short-term memory, one cell for each bit, predict the next character of a text; written out over time.</summary>
internal static class LongShortTermMemory
{
    private static readonly string[] Variables = ["main_params", "extra_params", "state", "sequence"];

    public static Func<object> Objective(JsonElement input) => Formula.At(input, [Loss(input)], Variables).Number();

    public static Func<object> Jacobian(JsonElement input) => Formula.At(input, Loss(input).Gradient(Variables[..2]), Variables);

    private static ExprNode Loss(JsonElement input)
    {
        var (bits, layers, length) = (input.Width("sequence"), input.Count("main_params"), input.Count("sequence"));
        var (main, extra, text) = (Part("main_params"), Part("extra_params"), Part("sequence"));
        ExprNode[] state = [.. Enumerable.Range(0, layers).Select(i => Part("state")[i])];
        ExprNode total = 0;
        for (var time = 0; time + 1 < length; time++)
        {
            // Two rows of a layer: its weights and biases, and its hidden state and cells.
            var x = text[time] * extra[0];
            for (var layer = 0; layer < layers; layer += 2)
            {
                var (hidden, cells) = (state[layer], state[layer + 1]);
                ExprNode Gate(int gate, ExprNode of) => (of * main[layer].Slice(gate * bits, (gate + 1) * bits)) + main[layer + 1].Slice(gate * bits, (gate + 1) * bits);
                state[layer + 1] = (cells * ExprNode.Sigmoid(Gate(0, x))) + (ExprNode.Sigmoid(Gate(1, hidden)) * ExprNode.Tanh(Gate(3, hidden)));
                x = state[layer] = ExprNode.Sigmoid(Gate(2, x)) * ExprNode.Tanh(state[layer + 1]);
            }

            var predicted = (x * extra[1]) + extra[2];
            total -= text[time + 1].Dot(predicted - ExprNode.Log(ExprNode.Exp(predicted).Sum() + 2));
        }

        return (total / (bits * (length - 1))).Tidy();

        ExprNode Part(string name) => ExprNode.Variable(name, input.Count(name), input.Width(name));
    }
}
