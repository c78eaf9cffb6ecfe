"""The job of 480 MNIST digits in PyTorch, on one thread: python3 peer.py <folder> <epochs>"""
import sys

import numpy
import torch
from measure import measure
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
torch.manual_seed(1)
folder, epochs = sys.argv[1], int(sys.argv[2])


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
        self.data = nn.BatchNorm2d(1, eps=2e-5, affine=False)
        self.conv = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
        self.bn0 = nn.BatchNorm2d(64, eps=2e-5)
        widths = [64, 64, 128, 256, 512]
        self.units = nn.Sequential(
            *(
                Unit(widths[s] if u == 0 else widths[s + 1], widths[s + 1], 2 if s > 0 and u == 0 else 1, u == 0)
                for s in range(4)
                for u in range(2)
            )
        )
        self.bn1 = nn.BatchNorm2d(512, eps=2e-5)
        self.fc = nn.Linear(512, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn0(self.conv(self.data(x)))), 3, 2, 1)
        return self.fc(F.relu(self.bn1(self.units(x))).mean((2, 3)))


def digits(name):
    rows = torch.from_numpy(numpy.fromfile(f"{folder}/{name}.bytes", dtype=numpy.uint8).reshape(-1, 785))
    return rows[:, :784].reshape(-1, 1, 28, 28), rows[:, 784].long()


def job():
    images, labels = digits("train")
    tests, answers = digits("validation")
    model = ResNet()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    order = torch.cat([torch.randperm(480) for _ in range(epochs * 600 // 480 + 1)])
    best = 0.0
    for epoch in range(epochs):
        model.train()
        for batch in range(30):
            at = (epoch * 30 + batch) * 20
            chosen = order[at : at + 20]
            optimizer.zero_grad()
            F.cross_entropy(model(images[chosen].float()), labels[chosen]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            right = sum(
                (model(tests[at : at + 20].float()).argmax(1) == answers[at : at + 20]).sum().item()
                for at in range(0, 120, 20)
            )
        if right > best:
            best = right
            torch.save(model.state_dict(), f"{folder}/best.pt")


with measure():
    job()
