"""Taking turns: contestants run one after the other, round by round, on a machine that is otherwise quiet."""

import os
import statistics
import subprocess
import time

KEEP = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1), "MALLOC_TOP_PAD_": str(2**26)}
BUSY = 0.10  # share of the cores that other programs may take


def busy(seconds=0.25):
    """The share of this program's cores that is at work while it and its children wait."""
    mine = {f"cpu{core}" for core in os.sched_getaffinity(0)}

    def read():
        with open("/proc/stat") as file:
            lines = [line.split() for line in file if line.split()[0] in mine]
        ticks = [list(map(int, line[1:9])) for line in lines]
        return sum(map(sum, ticks)), sum(t[3] + t[4] for t in ticks)

    (all0, idle0), _ = read(), time.sleep(seconds)
    all1, idle1 = read()
    return 1 - (idle1 - idle0) / max(all1 - all0, 1)


class Guard:
    """Lets a round begin only while the machine is quiet; waits no more than `patience` seconds in all."""

    def __init__(self, wait=True, patience=3600):
        self.patience = patience if wait else 0

    def quiet(self):
        return not os.path.exists("/proc/stat") or busy() <= BUSY

    def before(self):
        while self.patience > 0:
            begin = time.monotonic()
            if self.quiet():
                return
            time.sleep(2)
            self.patience -= time.monotonic() - begin

    def take(self, run, tries=3):
        """A round, and whether the machine was quiet around it; one that was not is tried again."""
        for left in reversed(range(tries)):
            self.before()
            first = self.quiet()
            times = run()
            calm = first and self.quiet()
            if calm or self.patience <= 0 or left == 0:
                return times, calm


def compare(contestants, rounds, guard, warm=1, rest=0.15):
    """Runs `{name: function answering in milliseconds}` in turn; the first is ours.

    Answers with every time by name, and how many rounds were quiet.
    """

    def one_round():
        times = {}
        for name, run in contestants.items():
            times[name] = run()
            time.sleep(rest)  # threads that wait actively go to sleep
        return times

    for _ in range(warm):
        one_round()
    taken = [guard.take(one_round) for _ in range(rounds)]
    times = {name: [t[name] for t, _ in taken] for name in contestants}
    return {"times": times, "quiet": sum(calm for _, calm in taken)}


def paired(ours, theirs):
    """The median of theirs / ours over rounds: above 1 where ours is faster."""
    return statistics.median(t / o for o, t in zip(ours, theirs))


def wall(command, **options):
    """Milliseconds of a whole process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return 1e3 * (time.perf_counter() - start)


class Server:
    """A program that answers each line of its input with a line."""

    def __init__(self, command, threads, env=None):
        env = os.environ | KEEP | {"RAYON_NUM_THREADS": str(threads)} | (env or {})
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(list(map(str, command)), stdin=pipe, stdout=pipe, text=True, env=env)

    def ask(self, line="run"):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.process.args[0]} ended with {self.process.wait()}")
        return answer.strip()

    def ms(self):
        return float(self.ask().split()[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
