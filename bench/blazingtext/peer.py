"""C++ fastText as the peer of the BlazingText benchmarks. Texts lie in the folder BENCH_DIR.

speed <text> <ngrams> <buckets> <epochs>   words per CPU second of the training loop: the difference of two trainings
job <text>                                 a whole job at BlazingText's defaults, model file included
serve <text>                               prediction of the test lines, model loaded
predict <model> <texts>                    JSON: label and probability of every line
train <text> <model>                       a small model with ten threads
"""
import json
import os
import resource
import sys
import tempfile
import time

import fasttext

folder = os.environ.get("BENCH_DIR", ".")


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


def report(cpu_ms, wall_ms, **extra):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("@figures " + json.dumps({"cpuMs": cpu_ms, "wallMs": wall_ms, "peakMb": peak, **extra}), flush=True)


def train(name, **options):
    path = os.path.join(folder, name + ".train.txt")
    common = dict(dim=100, lr=0.05, minCount=2, thread=1, loss="softmax", verbose=0)
    return fasttext.train_supervised(input=path, **{**common, **options})


def tokens(name):
    with open(os.path.join(folder, name + ".train.txt"), "rb") as text:
        return sum(len(line.split()) + 1 for line in text)


def accuracy(model, name):
    return model.test(os.path.join(folder, name + ".test.txt"))[1]


def speed(name, ngrams, buckets, epochs):
    options = dict(wordNgrams=int(ngrams), bucket=int(buckets))
    start = cpu()
    train(name, epoch=1, **options)
    middle = cpu()
    model = train(name, epoch=1 + int(epochs), **options)
    end = cpu()
    loop = (end - middle) - (middle - start)
    words = tokens(name) * int(epochs)
    report(loop, loop, millionWordsPerSecond=words / loop / 1000, accuracy=accuracy(model, name))


def job(name):
    start, wall = cpu(), time.perf_counter()
    model = train(name, wordNgrams=2, bucket=2_000_000, epoch=5)
    with tempfile.TemporaryDirectory(dir=folder) as target:
        model.save_model(os.path.join(target, "model.bin"))
    report(cpu() - start, (time.perf_counter() - wall) * 1000, accuracy=accuracy(model, name))


def predict(model, texts):
    loaded = fasttext.load_model(model)
    with open(texts) as lines:
        pairs = [loaded.f.predict(line.rstrip("\n") + "\n", 2, 0.0, "strict") for line in lines]
    print(json.dumps([[[label, probability] for probability, label in pair] for pair in pairs]))


def serve(name):
    # The best label of every test line, a hundred times over, through the binding's fast path for lists.
    with tempfile.TemporaryDirectory(dir=folder) as target:
        path = os.path.join(target, "model.bin")
        train(name, wordNgrams=2, bucket=200_000, epoch=5).save_model(path)
        model = fasttext.load_model(path)
    with open(os.path.join(folder, name + ".test.txt")) as lines:
        texts = [line.split(" ", 1)[1].rstrip("\n") for line in lines] * 100
    start, wall = cpu(), time.perf_counter()
    model.predict(texts)
    used = cpu() - start
    report(used, (time.perf_counter() - wall) * 1000, linesPerSecond=len(texts) / used * 1000)


def make(text, model):
    fasttext.train_supervised(input=text, dim=30, lr=0.2, minCount=2, wordNgrams=2, bucket=20_000, thread=10,
                              verbose=0).save_model(model)


if __name__ == "__main__":
    {"speed": speed, "job": job, "serve": serve, "predict": predict, "train": make}[sys.argv[1]](*sys.argv[2:])
