"""Writes torch-layers.json: networks of this project's JSON, with what PyTorch computes of them in double precision.

python3 torch-layers.py > torch-layers.json    (made with PyTorch 1.13 and later)

Each case has the text of a network, rows, masks for its layers with dropout (inverted: 0, or 1 divided by the part that stays), outputs
without masks, the mean loss with them, and its gradient in the order of the network's parameters: of each layer weights (inputs x outputs),
biases, gain, offset, and the matrix of the skip connection.
"""

import json
import torch

F = torch.nn.functional
ACTIVATIONS = {"Linear": lambda z: z, "Tanh": torch.tanh, "ReLU": torch.relu, "GELU": F.gelu, "SiLU": F.silu, "Softplus": F.softplus,
               "ELU": F.elu, "LeakyReLU": F.leaky_relu, "Sigmoid": torch.sigmoid, "Softmax": lambda z: torch.softmax(z, -1)}
# Inputs, loss, and layers: outputs, activation, steps, and the numbers of these.
CASES = [
    (3, "MeanSquaredError", [(4, "Tanh", ["LayerNorm", "Activation"], {}), (2, "Linear", [], {})]),
    (4, "CategoricalCrossEntropy", [(4, "GELU", ["LayerNorm", "Activation", "Skip"], {"skip": 1}), (3, "Softmax", ["Activation"], {})]),
    (3, "BinaryCrossEntropy", [(5, "SiLU", ["Activation", "Dropout"], {"dropout": 0.4}), (1, "Sigmoid", ["Activation"], {})]),
    (2, "MeanSquaredError", [(6, "ReLU", ["Skip", "Activation"], {"skip": 1, "projection": 2}), (6, "ELU", ["Activation", "LayerNorm"], {}),
                             (6, "Tanh", ["Skip", "LayerNorm", "Activation", "Dropout"], {"skip": 2, "dropout": 0.25}), (3, "Linear", ["LayerNorm"], {})]),
    (3, "HalfSquaredError", [(4, "Softplus", ["LayerNorm", "Activation", "Dropout"], {"dropout": 0.1}),
                             (5, "LeakyReLU", ["Activation", "LayerNorm", "Skip"], {"skip": 2, "projection": 3}), (2, "Linear", ["Skip"], {"skip": 1, "projection": 5})]),
]


def case(number, inputs, loss, forms):
    torch.manual_seed(number)
    draw = lambda *sizes: (1.5 * torch.randn(*sizes, dtype=torch.float64)).requires_grad_()
    rows, parameters, layers, width = 7, [], [], inputs
    for outputs, activation, steps, numbers in forms:
        layer = {"activation": activation, "weights": draw(width, outputs), "biases": draw(outputs)}
        if steps not in ([], ["Activation"]):
            layer.update({"steps": steps, **{name: numbers[name] for name in ("skip", "dropout") if name in numbers}})
            if "LayerNorm" in steps:
                layer.update({"gain": draw(outputs), "offset": draw(outputs)})
            if "projection" in numbers:
                layer["projection"] = draw(numbers["projection"], outputs)
        layers.append(layer)
        parameters += [layer[name] for name in ("weights", "biases", "gain", "offset", "projection") if name in layer]
        width = outputs
    x = torch.randn(rows, inputs, dtype=torch.float64)
    masks = {i: (torch.rand(rows, layer["biases"].numel(), dtype=torch.float64) >= layer["dropout"]).double() / (1 - layer["dropout"])
             for i, layer in enumerate(layers) if "dropout" in layer}

    def run(masked):
        taken = [x]
        for i, layer in enumerate(layers):
            value = taken[-1] @ layer["weights"] + layer["biases"]
            for step in layer.get("steps", ["Activation"]):
                if step == "Activation":
                    value = ACTIVATIONS[layer["activation"]](value)
                elif step == "LayerNorm":
                    value = F.layer_norm(value, value.shape[-1:], layer["gain"], layer["offset"])
                elif step == "Dropout":
                    value = value * masks[i] if masked else value
                else:
                    source = taken[i + 1 - layer["skip"]]
                    value = value + (source @ layer["projection"] if "projection" in layer else source)
            taken.append(value)
        return taken[-1]

    y = torch.rand(rows, width, dtype=torch.float64)
    if loss == "CategoricalCrossEntropy":
        y = F.one_hot(torch.arange(rows) % width, width).double()
    p = run(True)
    each = {"MeanSquaredError": lambda: ((p - y) ** 2).mean(1), "HalfSquaredError": lambda: ((p - y) ** 2 / 2).sum(1),
            "CategoricalCrossEntropy": lambda: -(y * torch.log(p)).sum(1), "BinaryCrossEntropy": lambda: -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).sum(1)}
    mean = each[loss]().mean()
    gradient = torch.autograd.grad(mean, parameters)
    text = [{name: value.tolist() if torch.is_tensor(value) else value for name, value in layer.items()} for layer in layers]
    plain = all("steps" not in layer for layer in layers)
    network = {"format": "PSAutodiff.Network", "version": 6 if plain else 7, "precision": "Double", "initializer": "Given", "layers": text}
    return {"network": json.dumps(network), "lossFunction": loss, "inputs": x.tolist(), "targets": y.tolist(), "masks": [masks[i].tolist() for i in sorted(masks)],
            "outputs": run(False).tolist(), "loss": mean.item(), "gradient": torch.cat([part.reshape(-1) for part in gradient]).tolist()}


print("[\n" + ",\n".join(json.dumps(case(i, *one)) for i, one in enumerate(CASES)) + "\n]")
