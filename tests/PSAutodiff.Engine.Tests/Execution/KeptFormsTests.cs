using System.Runtime.CompilerServices;
using PSAutodiff.Execution;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What was compiled of an expression is there when it is asked for again, and goes with the expression.</summary>
public sealed class KeptFormsTests
{
    [Fact]
    public void A_form_is_made_once_for_an_expression_and_its_names()
    {
        var node = ExprNode.Parse("x * y");
        var made = 0;
        var first = Get(node, "x", "y");
        Assert.Same(first, Get(node, "x", "y"));
        Assert.NotSame(first, Get(node, "y", "x"));
        Assert.NotSame(first, Get(ExprNode.Parse("x * y"), "x", "y"));
        Assert.Equal(3, made);

        Counter Get(ExprNode expression, params string[] names) => KeptForms.Get(expression, names, () => new Counter(++made));
    }

    [Fact]
    public void Forms_of_other_types_are_other_forms()
    {
        var node = ExprNode.Parse("x * y");
        var text = KeptForms.Get(node, ["x"], static () => "text");
        var number = KeptForms.Get(node, ["x"], static () => new Counter(1));
        Assert.Same(text, KeptForms.Get<string>(node, ["x"], static () => throw new InvalidOperationException()));
        Assert.Same(number, KeptForms.Get<Counter>(node, ["x"], static () => throw new InvalidOperationException()));
    }

    [Fact]
    public void Only_the_last_few_are_kept()
    {
        var node = ExprNode.Parse("x * y");
        var first = KeptForms.Get(node, ["0"], static () => new Counter(0));
        for (var i = 1; i < 100; i++)
        {
            // What is used again and again stays.
            var one = KeptForms.Get(node, [$"{i}"], () => new Counter(i));
            Assert.Same(first, KeptForms.Get(node, ["0"], static () => new Counter(-1)));
            Assert.Same(one, KeptForms.Get(node, [$"{i}"], static () => new Counter(-1)));
        }

        Assert.Equal(-1, KeptForms.Get(node, ["50"], static () => new Counter(-1)).Number);
    }

    [Fact]
    public void What_could_not_be_made_is_tried_again()
    {
        var node = ExprNode.Parse("x * y");
        Assert.Throws<OperationCanceledException>(() => KeptForms.Get<Counter>(node, ["x"], static () => throw new OperationCanceledException()));
        Assert.Equal(5, KeptForms.Get(node, ["x"], static () => new Counter(5)).Number);
    }

    [Fact]
    public void Forms_go_with_their_expression()
    {
        var (node, form) = Make();
        Assert.True(SpinWait.SpinUntil(() => Collected(node) && Collected(form), TimeSpan.FromMinutes(2)));

        static bool Collected(WeakReference reference)
        {
            GC.Collect();
            return !reference.IsAlive;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static (WeakReference Node, WeakReference Form) Make()
        {
            var node = ExprNode.Parse("(a*x + b - y)^2");
            var function = new CompiledFunction(node, gradient: true);
            var training = new LossTraining(node, ["x", "y"], ["a", "b"]);
            training.Run([1, 1], [[1, 2], [2, 3]], null, new TrainingOptions { LearningRate = 0.01, Epochs = 600 });
            return (new WeakReference(node), new WeakReference(function));
        }
    }

    [Fact]
    public void A_training_that_finds_its_loss_compiled_gives_the_same_bits()
    {
        var node = ExprNode.Parse("(a*tanh(x) + b - y)^2");
        var options = new TrainingOptions { LearningRate = 0.01, Epochs = 600 };
        var results = Enumerable.Range(0, 6).Select(_ => new LossTraining(node, ["x", "y"], ["a", "b"]).Run([1, 1], [[1, 2], [2, 3]], null, options)).ToArray();
        Assert.All(results, result => Assert.Equal(results[0].Loss, result.Loss));
        Assert.All(results, result => Assert.Equal(results[0].Parameters!["a"], result.Parameters!["a"]));

        // The same variables in other roles are another training.
        var swapped = new LossTraining(node, ["x", "y", "a"], ["b"]).Run([1], [[1, 2, 1], [2, 3, 1]], null, options);
        Assert.Equal(["b"], swapped.Parameters!.Keys.Cast<string>());
    }

    private sealed record Counter(int Number);
}
