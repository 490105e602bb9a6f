"""Rows a second of the models in examples/residual-network.ps1 and examples/embedding.ps1 and of dense networks as PyTorch trains them, by one thread.

Needs PyTorch (Debian: python3-torch and libopenblas0-pthread). From the root of the repository:

    OMP_NUM_THREADS=1 /usr/bin/python3 bench/pytorch.py

bench/pytorch.ps1 trains the same models here.
"""
import csv
import os
import time

import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "examples", "data")
with open(os.path.join(FOLDER, "iris.csv"), newline="") as file:
    FLOWERS = list(csv.DictReader(file))
SPECIES = sorted({flower["Species"] for flower in FLOWERS})
KIND = torch.tensor([SPECIES.index(flower["Species"]) for flower in FLOWERS])


def column(name):
    return torch.tensor([float(flower[name]) for flower in FLOWERS])


def train(loss, parameters, rate, rows, batch, epochs):
    """Rows a second of so many epochs by Adam, in batches of shuffled rows where they are smaller than the data."""
    optimizer = torch.optim.Adam(parameters, lr=rate)
    start = time.perf_counter()
    for _ in range(epochs):
        order = torch.randperm(rows) if batch < rows else torch.arange(rows)
        for first in range(0, rows, batch):
            optimizer.zero_grad()
            loss(order[first:first + batch]).backward()
            optimizer.step()
    return rows * epochs / (time.perf_counter() - start)


def residual():
    torch.manual_seed(1)
    x = torch.stack([column(name) for name in ("SepalLength", "SepalWidth", "PetalLength", "PetalWidth")], 1)
    first, second, last = torch.nn.Linear(4, 4), torch.nn.Linear(4, 4), torch.nn.Linear(4, 3)

    def loss(rows):
        u = x[rows] + torch.tanh(first(x[rows]))
        w = u + torch.tanh(second(u))
        return torch.nn.functional.cross_entropy(last(w), KIND[rows])

    return loss, [*first.parameters(), *second.parameters(), *last.parameters()]


def embedding():
    torch.manual_seed(1)
    length, width = column("PetalLength"), column("PetalWidth")
    vectors = torch.nn.Embedding(3, 2)

    def loss(rows):
        lines = vectors(KIND[rows])
        return ((length[rows] - (lines[:, 0] + lines[:, 1] * width[rows])) ** 2).mean()

    return loss, list(vectors.parameters())


for name, model, rate, batch, epochs in (("residual network", residual, 0.01, 20, 100), ("embedding", embedding, 0.2, 150, 1000)):
    loss, parameters = model()
    train(loss, parameters, rate, 150, batch, 10)
    best = max(train(loss, parameters, rate, 150, batch, epochs) for _ in range(3))
    print(f"{name}, batches of {batch}: {best:,.0f} rows/s")


def network(inputs, hidden, outputs, activation, x, classes):
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(inputs, hidden), activation, torch.nn.Linear(hidden, outputs))
    return lambda rows: torch.nn.functional.cross_entropy(model(x[rows]), classes[rows]), list(model.parameters())


FLOWER = torch.stack([column(name) for name in ("SepalLength", "SepalWidth", "PetalLength", "PetalWidth")], 1)
for batch in (16, 150):
    loss, parameters = network(4, 16, 3, torch.nn.Tanh(), FLOWER, KIND)
    train(loss, parameters, 0.01, 150, batch, 10)
    best = max(train(loss, parameters, 0.01, 150, batch, 100) for _ in range(3))
    print(f"network 4-16-3, batches of {batch}: {best:,.0f} rows/s")

# Pixels of no picture: what is learned does not matter here.
for name, number in (("double", torch.float64), ("single", torch.float32)):
    torch.set_default_dtype(number)
    loss, parameters = network(784, 128, 10, torch.nn.ReLU(), torch.rand(2048, 784), torch.randint(10, (2048,)))
    train(loss, parameters, 0.001, 2048, 128, 1)
    best = max(train(loss, parameters, 0.001, 2048, 128, 3) for _ in range(3))
    print(f"network 784-128-10 in {name}, batches of 128: {best:,.0f} rows/s")
