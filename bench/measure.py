"""Figures of a Python peer, in the form that harness.ts reads.

In a program:      with measure(): work()
As a command:      python3 measure.py program args...   (the whole process tree)
"""
import contextlib
import json
import resource
import subprocess
import sys
import time


def _cpu(who):
    usage = resource.getrusage(who)
    return (usage.ru_utime + usage.ru_stime) * 1000


def _print(cpu_ms, wall_ms, who):
    # ru_maxrss is in KiB on Linux and in bytes on macOS.
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(who).ru_maxrss / scale
    print("@figures " + json.dumps({"cpuMs": cpu_ms, "wallMs": wall_ms, "peakMb": peak}), flush=True)


@contextlib.contextmanager
def measure():
    wall = time.perf_counter()
    cpu = _cpu(resource.RUSAGE_SELF)
    yield
    cpu = _cpu(resource.RUSAGE_SELF) - cpu
    _print(cpu, (time.perf_counter() - wall) * 1000, resource.RUSAGE_SELF)


if __name__ == "__main__":
    start = time.perf_counter()
    code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
    _print(_cpu(resource.RUSAGE_CHILDREN), (time.perf_counter() - start) * 1000, resource.RUSAGE_CHILDREN)
    sys.exit(code)
