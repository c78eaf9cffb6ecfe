"""PyTorch as the peer of the tensor benchmarks, on one thread.

resnet <steps>   training steps of ResNet-18 (pre-activation, 7x7 stem), 20 images of 28 x 28
lstm <steps>     training steps of 3 LSTM layers of 40 cells, 100 time steps, 32 rows
gemm <m> <n> <k> <repeats>
"""
import sys

import torch
from torch import nn
from torch.nn import functional as F

from measure import measure

torch.set_num_threads(1)
torch.manual_seed(1)


class Unit(nn.Module):
    def __init__(self, inputs, outputs, stride, project):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs, eps=2e-5)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs, eps=2e-5)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if project else None

    def forward(self, x):
        active = F.relu(self.bn1(x))
        y = self.conv2(F.relu(self.bn2(self.conv1(active))))
        return y + (self.shortcut(active) if self.shortcut else x)


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.bn_data = nn.BatchNorm2d(1, eps=2e-5)
        self.conv0 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
        self.bn0 = nn.BatchNorm2d(64, eps=2e-5)
        units = []
        before = 64
        for stage, filters in enumerate([64, 128, 256, 512]):
            for unit in range(2):
                stride = 2 if stage > 0 and unit == 0 else 1
                units.append(Unit(before, filters, stride, unit == 0))
                before = filters
        self.units = nn.Sequential(*units)
        self.bn1 = nn.BatchNorm2d(512, eps=2e-5)
        self.fc1 = nn.Linear(512, 10)

    def forward(self, x):
        x = F.relu(self.bn0(self.conv0(self.bn_data(x))))
        x = self.units(F.max_pool2d(x, 3, 2, 1))
        return self.fc1(F.relu(self.bn1(x)).mean((2, 3)))


def resnet(steps):
    model = ResNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    images = torch.rand(20, 1, 28, 28)
    labels = torch.arange(20) % 10

    def step():
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()

    return step


def lstm(steps):
    model = nn.LSTM(80, 40, 3)
    head = nn.Linear(40, 2)
    parameters = [*model.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=1e-3)
    rows = torch.rand(100, 32, 80)
    target = torch.rand(100, 32)

    def step():
        optimizer.zero_grad()
        mean, raw = head(model(rows)[0]).unbind(-1)
        deviation = F.softplus(raw)
        loss = -torch.distributions.Normal(mean, deviation).log_prob(target).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 10)
        optimizer.step()

    return step


def gemm(m, n, k):
    a = torch.rand(m, k)
    b = torch.rand(k, n)
    return lambda: torch.mm(a, b)


work, *numbers = sys.argv[1:]
numbers = [int(number) for number in numbers]
repeats = numbers[-1]
step = gemm(*numbers[:3]) if work == "gemm" else {"resnet": resnet, "lstm": lstm}[work](repeats)
for _ in range(max(3, repeats // 10)):
    step()
with measure():
    for _ in range(repeats):
        step()
