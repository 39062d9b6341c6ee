"""SSD-MobileNetV2 and BlazePose lite beside LiteRT, one thread each, in turn.

    python tflite.py path/to/model_times ssd.tflite pose_landmark_lite.tflite [rounds]

The first argument is the built example of gcl-features. LiteRT runs with its default delegate (XNNPACK), and computes
BlazePose's other answers (outline, heat map, points in metres) too, which gcl leaves out. Printed: the median of the
rounds' medians, in milliseconds, the least, and the ratio.
"""

import statistics
import subprocess
import sys
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

RUNS = 40


def litert(path):
    interpreter = Interpreter(path, num_threads=1)
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()[0]
    picture = (np.arange(np.prod(details["shape"])) % 255 / 255).astype(np.float32).reshape(details["shape"])
    interpreter.set_tensor(details["index"], picture)
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        interpreter.invoke()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def main():
    example, *models = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    ours, theirs = [[], []], [[], []]
    for _ in range(rounds):
        lines = subprocess.run([example, *models], capture_output=True, text=True, check=True).stdout.splitlines()
        for i, line in enumerate(lines):
            ours[i].append(float(line.split()[-1]))
            theirs[i].append(litert(models[i]))
    for i, name in enumerate(["SSD-MobileNetV2", "BlazePose lite"]):
        a, b = ours[i], theirs[i]
        ratio = statistics.median(x / y for x, y in zip(a, b))
        print(f"{name}: gcl {statistics.median(a):.1f} (least {min(a):.1f}), LiteRT {statistics.median(b):.1f} (least {min(b):.1f}), ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
