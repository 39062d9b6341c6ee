"""Golden cases of the networks that are published as TFLite models: python export.py ssd.tflite pose_landmark_lite.tflite

(flatbuffers, NumPy and LiteRT on the CPU.) cases.json: for each model the names and shapes of its layers' weights in
PyTorch's order of axes, and what LiteRT makes of a made-up picture: with the published weights, and with made-up ones in
the same file's place. Weights and picture are made up on both sides (../networks/made_up.py), and weights rounded to half
precision. Of SSD's answers every 61st value is kept, of each anchor its four box numbers and its class logits.
"""

import hashlib
import json
import pathlib
import struct
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "networks"))
from made_up import array, unit  # noqa: E402

CONV, DEPTHWISE, DEQUANTIZE = 3, 4, 6
STEP = 61


class Model:
    """A model's bytes, with just enough of FlatBuffers to find its constants."""

    def __init__(self, path):
        self.bytes = bytearray(pathlib.Path(path).read_bytes())

    def number(self, code, at):
        return struct.unpack_from("<" + code, self.bytes, at)[0]

    def field(self, table, n):
        vtable = table - self.number("i", table)
        at = 4 + 2 * n
        offset = self.number("H", vtable + at) if at < self.number("H", vtable) else 0
        return table + offset if offset else None

    def vector(self, table, n):
        at = self.field(table, n)
        if at is None:
            return 0, 0
        at += self.number("I", at)
        return at + 4, self.number("I", at)

    def tables(self, table, n):
        start, count = self.vector(table, n)
        return [start + 4 * i + self.number("I", start + 4 * i) for i in range(count)]

    def ints(self, table, n):
        start, count = self.vector(table, n)
        return list(struct.unpack_from(f"<{count}i", self.bytes, start))

    def value(self, table, n, code="I"):
        at = self.field(table, n)
        return 0 if at is None else self.number(code, at)

    def constants(self):
        """Name, shape in the file, place, and the axes that make it PyTorch's."""
        root = self.number("I", 0)
        codes = [max(self.value(c, 0, "b"), self.value(c, 3)) for c in self.tables(root, 1)]
        graph, buffers = self.tables(root, 2)[0], self.tables(root, 4)
        tensors, widened, layer = self.tables(graph, 0), {}, 0
        for operator in self.tables(graph, 3):
            code, inputs = codes[self.value(operator, 0)], self.ints(operator, 1)
            if code == DEQUANTIZE:
                widened[self.ints(operator, 2)[0]] = inputs[0]
            if code not in (CONV, DEPTHWISE):
                continue
            axes = (0, 3, 1, 2) if code == CONV else (3, 0, 1, 2)
            for what, index, order in [("weight", inputs[1], axes), ("bias", inputs[2], (0,))]:
                tensor = tensors[widened[index]]
                assert self.value(tensor, 1, "B") == 1, "half precision"
                place, _ = self.vector(buffers[self.value(tensor, 2)], 0)
                yield f"layers.{layer}.{what}", self.ints(tensor, 0), place, order
            layer += 1


def answers(content, picture):
    """LiteRT's outputs by their shapes, by its plain kernels: no delegate."""
    interpreter = Interpreter(
        model_content=bytes(content),
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture)
    interpreter.invoke()
    found = [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]
    return {found.shape: found.astype(np.float64) for found in found}


def ssd(found):
    return np.concatenate([found[1, 1917, 4], found[1, 1917, 24]], 2).ravel()[::STEP].tolist()


def pose(found):
    """Points, and the person's probability."""
    return np.concatenate([found[1, 195], found[1, 1]], 1).ravel().tolist()


def case(name, path, side, low, kept):
    model = Model(path)
    sha256 = hashlib.sha256(model.bytes).hexdigest()
    u = unit("picture", 3 * side * side).reshape(3, side, side).transpose(1, 2, 0)[None]
    picture = np.ascontiguousarray(u if low < 0 else (u + np.float32(1)) / np.float32(2))
    published = kept(answers(model.bytes, picture))
    tensors = []
    for tensor, shape, place, axes in model.constants():
        shape = np.array(shape)[list(axes)]
        tensors.append([tensor, shape.tolist()])
        values = array(tensor, tuple(shape)).astype(np.float16).transpose(np.argsort(axes))
        data = np.ascontiguousarray(values).tobytes()
        model.bytes[place : place + len(data)] = data
    made_up = kept(answers(model.bytes, picture))
    print(name, len(tensors), "tensors,", len(made_up), "values, largest", np.abs(published).max(), np.abs(made_up).max())
    return dict(name=name, sha256=sha256, side=side, low=low, tensors=tensors, published=published, made_up=made_up)


def main():
    ssd_file, pose_file = sys.argv[1:]
    cases = [case("ssd", ssd_file, 300, -1, ssd), case("blazepose", pose_file, 256, 0, pose)]
    with open("cases.json", "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
