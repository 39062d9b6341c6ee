"""The extractors' networks on the same made-up weights and clips."""

import pathlib
import tempfile
import time
import warnings

import numpy
import torch

from .iteration import made_up  # sets the path to compare.py
from .rounds import Server, compare

from compare import NETWORKS  # noqa: E402, I001


def timed(run):
    def once():
        start = time.perf_counter()
        run()
        return 1e3 * (time.perf_counter() - start)

    return once


def onnx(model, clips, threads):
    """The network in ONNX Runtime, or why it cannot be there."""
    try:
        import onnxruntime
    except ImportError:
        return None, "ONNX Runtime is not installed"
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder, "network.onnx"))
        try:
            torch.onnx.export(model, (clips,), path, input_names=["clips"], dynamo=False)
        except Exception as first:  # the older exporter is gone, or does not know an operation
            try:
                torch.onnx.export(model, (clips,), path, input_names=["clips"], dynamo=True)
            except Exception as second:
                return None, f"no export to ONNX ({type(first).__name__}, {type(second).__name__}: {second})"[:200]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: clips.numpy()}
    return lambda: session.run(None, feed)[0], None


def one(context, name, batch):
    build, size = NETWORKS[name]
    warnings.simplefilter("ignore")  # TorchScript is deprecated, and still the fastest of PyTorch's here
    model = build().eval()
    shape = (batch, 3, *size)
    clips = torch.from_numpy(made_up(0, int(numpy.prod(shape)), 1.0)).reshape(shape)
    notes = []
    with torch.inference_mode(False), torch.no_grad():
        script = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.script(model)))
        exported, why = onnx(model, clips, context.threads)
    if why:
        notes.append(f"{name}: {why}")
    command = [context.programs["backbones"], name, batch, context.threads, "serve"]
    with Server(command, context.threads) as ours, torch.inference_mode():
        with tempfile.NamedTemporaryFile() as file:
            ours.ask(f"save {file.name}")
            found = numpy.fromfile(file.name, dtype="<f4")
        expected = model(clips).numpy()
        if name == "c3d":  # two outputs, each of all clips
            expected = numpy.concatenate((expected[:, :4096].ravel(), expected[:, 4096:].ravel()))
        apart = float(numpy.abs(found - expected.ravel()).max() / numpy.abs(expected).max())
        if apart > 1e-4:
            raise SystemExit(f"{name}: features differ by {apart:.1e} of the largest")
        contestants = {"ours": ours.ms, "PyTorch eager": timed(lambda: model(clips))}
        contestants["TorchScript"] = timed(lambda: script(clips))
        if exported:
            contestants["ONNX Runtime"] = timed(exported)
        result = compare(contestants, context.rounds, context.guard, warm=3)
    result["times"] = {k: [t / batch for t in times] for k, times in result["times"].items()}
    return {"what": f"{name}, batch {batch}", "unit": "ms per clip", "apart": apart} | result, notes


def run(context):
    rows, notes = [], []
    for name in context.networks or NETWORKS:
        for batch in context.batches:
            what = f"{name}, batch {batch}"
            row, more = (context.done[what], []) if what in context.done else one(context, name, batch)
            rows.append(row)
            notes += [note for note in more if note not in notes]
            context.keep({"rows": rows, "note": " ".join(notes)})
    apart = max(row["apart"] for row in rows)
    notes.append(f"Features agree with PyTorch's to {apart:.0e} of the largest value.")
    notes.append("resnext101-128 stands for `resnext101-2020`. TorchScript is frozen and optimised for inference.")
    return {"rows": rows, "note": " ".join(notes)}
