"""The matrix products of a GCL iteration in OpenBLAS, by numpy: a program that answers lines.

    python openblas.py PRODUCTS.json THREADS

`info` says which library it is, `run` takes the milliseconds of all products, `shapes` those of each.
"""

import json
import statistics
import sys
import time

import numpy
import threadpoolctl


def prepare(product, random):
    """A call of one product, with operands as a network holds them: [rows, features] and [inputs, outputs]."""
    m, k, n = product["m"], product["k"], product["n"]
    make = lambda *shape: random.random(shape, dtype=numpy.float32)
    out = numpy.empty((m, n), numpy.float32)
    if product["what"] == "weights":  # the layer's inputs, transposed, times the outputs' gradient
        a, b = make(k, m).T, make(k, n)
    elif product["what"] == "inputs":  # the outputs' gradient times the weights, transposed
        a, b = make(m, k), make(n, k).T
    else:
        a, b = make(m, k), make(k, n)
    return lambda: numpy.matmul(a, b, out=out)


def main():
    with open(sys.argv[1]) as file:
        products = json.load(file)
    threads = int(sys.argv[2])
    threadpoolctl.threadpool_limits(threads, user_api="blas")
    random = numpy.random.default_rng(1)
    calls = [(prepare(p, random), p["times"]) for p in products]

    def timed(call):
        start = time.perf_counter()
        call()
        return 1e3 * (time.perf_counter() - start)

    def every():
        for call, times in calls:
            for _ in range(times):
                call()

    for line in sys.stdin:
        if line.strip() == "info":
            found = [i for i in threadpoolctl.threadpool_info() if i["user_api"] == "blas"]
            keys = ["internal_api", "version", "architecture", "num_threads", "threading_layer"]
            answer = json.dumps([{key: i.get(key) for key in keys} for i in found])
        elif line.strip() == "shapes":
            answer = json.dumps([statistics.median(timed(call) for _ in range(5)) for call, _ in calls])
        else:
            answer = str(timed(every))
        print(answer, flush=True)


if __name__ == "__main__":
    main()
