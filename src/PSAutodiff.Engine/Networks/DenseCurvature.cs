using PSAutodiff.Core;
using PSAutodiff.Data;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Kernels;
using PSAutodiff.Measurements;
using PSAutodiff.Networks.Activations;
using PSAutodiff.Networks.Losses;

namespace PSAutodiff.Networks;

/// <summary>
/// The diagonal of the Hessian of a dense network's mean loss, exactly, in one sweep back for each row.
/// </summary>
/// <remarks>
/// In z = x W + b a weight W_ij moves only z_j, by x_i, and x does not depend on it. So for one row d2E/dW_ij2 = x_i^2 H_jj, and
/// d2E/db_j2 = H_jj, with H the full Hessian of that row's loss with respect to z and g the gradient. Both come back through the layers by
/// the chain rule of second order. Through x W, which is linear: g becomes W g, H becomes W H W'. Through y = phi(z), with J its Jacobian:
/// g becomes J'g, H becomes J'HJ + sum_k g_k d2y_k/dz2; for an activation of each number by itself that is phi'_i phi'_j H_ij, and
/// phi''_i g_i more on the diagonal; for softmax, with u = g - p'g and v = H p, it is p_i p_j (H_ij - v_i - v_j + p'v - u_i - u_j), and p_i u_i
/// more on the diagonal. Optimal Brain Damage as published drops the terms with second derivatives of phi; here nothing is dropped.
/// The cost of a row is that of products of the layers' sizes two by two; the first layer needs the diagonal only. ReLU counts as
/// straight on both sides of 0, as everywhere.
/// </remarks>
internal sealed class DenseCurvature
{
    private readonly Network _network;
    private readonly Layer[] _layers;
    private readonly Loss _loss;
    private readonly bool _fused;
    private readonly int _parameterCount;

    /// <summary>Prepares for a network.</summary>
    public DenseCurvature(Network network, LossFunction loss)
    {
        _loss = Loss.Of(loss);
        _network = network;
        _layers = new Layer[network.IsPlain ? network.Layers.Count : 0];
        for (var l = 0; l < _layers.Length; l++)
        {
            _layers[l] = new Layer(network.Layers[l], network.Layout.Layers[l], isLast: l == _layers.Length - 1);
        }

        _parameterCount = network.ParameterCount;
        _fused = _loss.FusesInto(network);
    }

    /// <summary>The second derivatives of the mean loss over all rows, one for each parameter. Rows are added one after the other.</summary>
    public double[] Diagonal(TrainingData<double> data, CancellationToken cancellation)
    {
        data.Check();
        if (!_network.IsPlain) return LiftedDiagonal(data, cancellation);
        var result = new double[_parameterCount];
        var targets = new double[data.OutputSize];
        for (var row = 0; row < data.RowCount; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (data.Targets is not null) data.Targets.AsSpan(row * targets.Length, targets.Length).CopyTo(targets);
            else SetClass(targets, data.Classes![row]);
            AddRow(data.Inputs.AsSpan(row * data.InputSize, data.InputSize), targets, result);
        }

        for (var i = 0; i < result.Length; i++) result[i] /= data.RowCount;
        return result;
    }

    // What a layer with more than an activation does mixes its outputs, or those of several layers. Then v'Hv is one expression of parameters and a direction v,
    // which is computed for the direction of each parameter: as many times the cost of a step as there are parameters.
    private double[] LiftedDiagonal(TrainingData<double> data, CancellationToken cancellation)
    {
        var (program, size) = (NetworkForms.Get(_network, $"curvature of {_loss.Function}", () => CurvatureProgram(_network, _loss)), _parameterCount);
        var (result, values, point) = (new double[size], new double[data.RowCount], new double[2 * size]);
        _network.FlatParameters().CopyTo(point, 0);
        var targets = new double[checked(data.RowCount * data.OutputSize)];
        for (var row = 0; row < data.RowCount; row++) data.CopyTargets(row, targets.AsSpan(row * data.OutputSize, data.OutputSize));
        var run = new RowRun<double>(program, Environment.ProcessorCount);
        for (var i = 0; i < size; i++)
        {
            point[size + i] = 1;
            run.Evaluate(point, [data.Inputs, targets], data.RowCount, [values], cancellation);
            point[size + i] = 0;
            result[i] = Vectors.Sum(values) / data.RowCount;
        }

        return result;
    }

    private static RowProgram CurvatureProgram(Network network, Loss loss)
    {
        var names = network.Layout.ArrayNames().ToArray();
        var all = NumericDerivatives.Of(NetworkForms.LossOf(network, loss.Function), names, hessian: true);
        var parameters = NetworkForms.Parameters(network);
        var along = all.Hessian.Nodes();
        var curvature = ExprNode.Sum(along[0] * ExprNode.Variable(all.Direction[0], parameters.Shapes[0]));
        for (var i = 1; i < names.Length; i++) curvature += ExprNode.Sum(along[i] * ExprNode.Variable(all.Direction[i], parameters.Shapes[i]));
        var both = new VariableLayout([.. names, .. all.Direction], [.. parameters.Shapes, .. parameters.Shapes]);
        return RowProgram.ForValues(ExprNode.Flatten([curvature]), both, NetworkForms.Columns(network, withTargets: true), default, isNarrow: false);
    }

    private static void SetClass(double[] targets, int index)
    {
        if (targets.Length == 1)
        {
            targets[0] = index;
            return;
        }

        Array.Clear(targets);
        targets[index] = 1;
    }

    private void AddRow(ReadOnlySpan<double> inputs, double[] targets, double[] result)
    {
        var x = inputs;
        foreach (var layer in _layers)
        {
            layer.Forward(x);
            x = layer.Values;
        }

        var last = _layers[^1];
        Array.Clear(last.Hessian);
        _loss.Differentiate(_fused, last.Values, targets, last.Gradient, last.Hessian);
        if (!_fused) last.ThroughActivation();
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            var layer = _layers[l];
            layer.AddDiagonal(l == 0 ? inputs : _layers[l - 1].Values, result);
            if (l == 0) return;
            layer.ThroughWeights(_layers[l - 1]);
            _layers[l - 1].ThroughActivation();
        }
    }

    /// <summary>A layer with memory for one row.</summary>
    private sealed class Layer
    {
        private readonly Activation _activation;
        private readonly CompiledExpression? _slopes;
        private readonly double[][] _ofUnits;
        private readonly int _inputs;
        private readonly int _outputs;
        private readonly LayerPlace _place;
        private readonly double[] _weights;
        private readonly double[] _transposed;
        private readonly double[] _biases;
        private readonly double[] _scratch;
        private readonly double[] _product;
        private readonly double[] _sums;

        public Layer(NetworkLayer layer, LayerPlace place, bool isLast)
        {
            (_inputs, _outputs, _place) = (place.Inputs, place.Outputs, place);
            var isFirst = place.Index == 0;
            _activation = Activation.Of(layer.Activation);
            _weights = layer.WeightSpan.ToArray();
            _biases = layer.Biases;
            _scratch = new double[_outputs];
            _slopes = _activation.SumsToOne ? null : SlopesOf(_activation);
            _product = new double[_outputs];
            _transposed = isFirst ? [] : new double[_weights.Length];
            for (var i = 0; i < _transposed.Length; i++) _transposed[i] = _weights[(i % _inputs * _outputs) + (i / _inputs)];
            Values = new double[_outputs];
            _sums = new double[_outputs];
            _ofUnits = [Values, new double[_outputs], new double[_outputs]];
            Gradient = new double[_outputs];

            // Softmax mixes all numbers, and the last layer's may be mixed by the loss.
            IsDiagonal = isFirst && !_activation.SumsToOne && !isLast;
            Hessian = new double[IsDiagonal ? _outputs : checked(_outputs * _outputs)];
        }

        /// <summary>phi(z).</summary>
        public double[] Values { get; }

        /// <summary>g, with respect to phi(z) or then to z.</summary>
        public double[] Gradient { get; }

        /// <summary>H, row after row, with respect to phi(z) or then to z; only its diagonal when <see cref="IsDiagonal"/>.</summary>
        public double[] Hessian { get; }

        public bool IsDiagonal { get; }

        public int DiagonalIndex(int i) => IsDiagonal ? i : i * (_outputs + 1);

        public void Forward(ReadOnlySpan<double> x)
        {
            _biases.CopyTo(_sums, 0);
            for (var i = 0; i < _inputs; i++) AddScaled(_sums, x[i], _weights.AsSpan(i * _outputs, _outputs));
            if (_slopes is not null)
            {
                _slopes.EvaluateRows([_sums], _outputs, _ofUnits, CancellationToken.None);
                return;
            }

            _sums.CopyTo(Values, 0);
            Vectors.Subtract(Values, Vectors.Greatest(Values));
            Elementary.Exp(Values, Values);
            Vectors.Divide(Values, Vectors.Sum(Values));
        }

        /// <summary>Adds the second derivatives with respect to weights and biases; those with respect to z are known.</summary>
        public void AddDiagonal(ReadOnlySpan<double> x, double[] result)
        {
            for (var i = 0; i < _outputs; i++) _scratch[i] = Hessian[DiagonalIndex(i)];
            for (var i = 0; i < _inputs; i++) AddScaled(result.AsSpan(_place.Start + (i * _outputs), _outputs), x[i] * x[i], _scratch);
            AddScaled(result.AsSpan(_place.Bias, _outputs), 1, _scratch);
        }

        /// <summary>From this layer's z to the outputs of the layer before: W g and W H W'.</summary>
        public void ThroughWeights(Layer before)
        {
            Array.Clear(before.Gradient);
            Array.Clear(before.Hessian);
            for (var j = 0; j < _outputs; j++) AddScaled(before.Gradient, Gradient[j], _transposed.AsSpan(j * _inputs, _inputs));
            for (var i = 0; i < _inputs; i++)
            {
                Array.Clear(_product);
                for (var j = 0; j < _outputs; j++) AddScaled(_product, _weights[(i * _outputs) + j], Hessian.AsSpan(j * _outputs, _outputs));
                if (before.IsDiagonal)
                {
                    var sum = 0.0;
                    for (var j = 0; j < _outputs; j++) sum += _product[j] * _weights[(i * _outputs) + j];
                    before.Hessian[i] = sum;
                    continue;
                }

                for (var j = 0; j < _outputs; j++) AddScaled(before.Hessian.AsSpan(i * _inputs, _inputs), _product[j], _transposed.AsSpan(j * _inputs, _inputs));
            }
        }

        /// <summary>From the outputs phi(z) of this layer to z.</summary>
        public void ThroughActivation()
        {
            if (_slopes is null)
            {
                ThroughSoftmax();
                return;
            }

            var (first, second) = (_ofUnits[1], _ofUnits[2]);
            for (var i = 0; i < _outputs; i++)
            {
                var row = IsDiagonal ? Hessian.AsSpan(i, 1) : Hessian.AsSpan(i * _outputs, _outputs);
                for (var j = 0; j < row.Length; j++) row[j] *= first[i] * first[IsDiagonal ? i : j];
                Hessian[DiagonalIndex(i)] += second[i] * Gradient[i];
                Gradient[i] *= first[i];
            }
        }

        private void ThroughSoftmax()
        {
            var (n, p, v) = (_outputs, Values, _scratch);
            var (mean, ofV) = (0.0, 0.0);
            for (var i = 0; i < n; i++) mean += p[i] * Gradient[i];
            for (var i = 0; i < n; i++)
            {
                v[i] = 0;
                for (var j = 0; j < n; j++) v[i] += Hessian[(i * n) + j] * p[j];
                ofV += p[i] * v[i];
                Gradient[i] -= mean;
            }

            for (var i = 0; i < n; i++)
            {
                var row = Hessian.AsSpan(i * n, n);
                for (var j = 0; j < n; j++) row[j] = p[i] * p[j] * (row[j] - v[i] - v[j] + ofV - Gradient[i] - Gradient[j]);
                row[i] += p[i] * Gradient[i];
            }

            for (var i = 0; i < n; i++) Gradient[i] *= p[i];
        }

        // phi, phi' and phi'' as functions of z.
        private static CompiledExpression SlopesOf(Activation activation)
        {
            var all = NumericDerivatives.Of(activation.ToExpression(ExprNode.Variable("z")), ["z"], hessian: true);
            return CompiledExpression.Compile(all.Value.And(all.Gradient).And(all.Hessian), ["z"]);
        }

        // Zeros add nothing, not even to what is not finite.
        private static void AddScaled(Span<double> y, double factor, ReadOnlySpan<double> x)
        {
            if (factor != 0) Vectors.AddScaled(y, factor, x);
        }
    }
}
