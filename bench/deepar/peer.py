"""The published job in GluonTS, on one thread: python3 peer.py <folder> <seed>..."""
import json
import logging
import os
import resource
import sys
import time
import warnings

import numpy
import pandas
import torch

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
torch.set_num_threads(1)

from gluonts.dataset.common import ListDataset  # noqa: E402
from gluonts.torch import DeepAREstimator  # noqa: E402
from gluonts.torch.distributions import NormalOutput  # noqa: E402

try:
    from lightning.pytorch import seed_everything
except ImportError:
    from pytorch_lightning import seed_everything

LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
folder, seeds = sys.argv[1], [int(seed) for seed in sys.argv[2:]]
os.chdir(folder)


def job(seed):
    seed_everything(seed)
    with open(f"{folder}/{seed}.json") as file:
        line = json.load(file)
    target = numpy.array(line["target"])
    entry = {"start": pandas.Period(line["start"], freq="h"), "target": target[:450]}
    estimator = DeepAREstimator(
        freq="h",
        prediction_length=50,
        context_length=50,
        num_layers=3,
        hidden_size=40,
        lr=1e-3,
        dropout_rate=0.05,
        patience=1000,
        distr_output=NormalOutput(),
        num_parallel_samples=100,
        batch_size=32,
        # 220 batches in all, as 20 epochs of 10 or 11.
        num_batches_per_epoch=11,
        trainer_kwargs={
            "max_epochs": 20,
            "accelerator": "cpu",
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "logger": False,
        },
    )
    predictor = estimator.train(ListDataset([entry], freq="h"))
    forecast = next(iter(predictor.predict(ListDataset([entry], freq="h"))))
    actual = target[450:]
    losses = []
    for level in LEVELS:
        distance = actual - forecast.quantile(level)
        losses.append(2 * numpy.where(distance >= 0, level, level - 1).__mul__(distance).sum() / abs(actual).sum())
    return {
        "rmse": float(numpy.sqrt(((actual - forecast.mean) ** 2).mean())),
        "wql": float(numpy.mean(losses)),
        "coverage": float(((actual >= forecast.quantile(0.1)) & (actual <= forecast.quantile(0.9))).mean()),
    }


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


wall, used = time.perf_counter(), cpu()
results = [job(seed) for seed in seeds]
figures = {"cpuMs": cpu() - used, "wallMs": (time.perf_counter() - wall) * 1000}
figures["peakMb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
for key in results[0]:
    figures[key] = float(numpy.mean([result[key] for result in results]))
print("@figures " + json.dumps(figures), flush=True)
