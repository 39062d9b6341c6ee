"""A small TFLite model: python export.py (flatbuffers, and LiteRT's own schema and interpreter).

small.tflite has a convolution and a depthwise one whose weights are in half precision behind DEQUANTIZE, a convolution
without a bias in single precision, and a fully connected layer. packed.data is the same model behind a list of labels, as
published packs have it; quantised.tflite has weights in 8 bits. expected.json: names, types, shapes in PyTorch's order
of axes, and values.
"""

import json

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

CONV, DEPTHWISE, DEQUANTIZE, FULLY, RESHAPE = 3, 4, 6, 9, 22
TYPES = {"float32": 0, "float16": 1, "int32": 2, "int8": 9}


class Builder:
    def __init__(self):
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.buffers, self.codes = [schema.BufferT()], []

    def tensor(self, name, shape, dtype, data=None):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = name, list(shape), TYPES[dtype], 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            tensor.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def operator(self, code, inputs, outputs, options=None, kind=0):
        if code not in self.codes:
            self.codes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex, operator.inputs, operator.outputs = self.codes.index(code), inputs, outputs
        operator.builtinOptions, operator.builtinOptionsType = options, kind
        self.graph.operators.append(operator)

    def constant(self, name, values):
        """Of half precision behind the operator that widens it, or as it is."""
        at = self.tensor(name, values.shape, str(values.dtype), values)
        if values.dtype != np.float16:
            return at
        wide = self.tensor(name + "_dequantize", values.shape, "float32")
        self.operator(DEQUANTIZE, [at], [wide])
        return wide

    def bytes(self, first, last):
        model = schema.ModelT()
        model.version, model.description, model.buffers = 3, "golden", self.buffers
        model.operatorCodes = []
        for code in self.codes:
            entry = schema.OperatorCodeT()
            entry.deprecatedBuiltinCode, entry.builtinCode, entry.version = code, code, 1
            model.operatorCodes.append(entry)
        self.graph.inputs, self.graph.outputs = [first], [last]
        model.subgraphs = [self.graph]
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def conv_options(stride):
    options = schema.Conv2DOptionsT()
    options.strideH = options.strideW = stride
    options.dilationHFactor = options.dilationWFactor = 1
    return options


def depthwise_options():
    options = schema.DepthwiseConv2DOptionsT()
    options.strideH = options.strideW = options.depthMultiplier = 1
    options.dilationHFactor = options.dilationWFactor = 1
    return options


def small(dtype):
    rng = np.random.default_rng(0)
    values = lambda *shape: (rng.integers(-64, 64, shape) / 32).astype(dtype)
    b = Builder()
    first = b.tensor("picture", [1, 4, 4, 2], "float32")
    found = {}

    def layer(n, weight, bias, axes):
        found[f"layers.{n}.weight"] = weight.transpose(axes)
        inputs = [b.constant(f"some/name;{n}", weight)]
        if bias is not None:
            found[f"layers.{n}.bias"] = bias
            inputs.append(b.constant(f"other/name;{n}", bias))
        return inputs

    a = b.tensor("a", [1, 4, 4, 3], "float32")
    b.operator(CONV, [first] + layer(0, values(3, 1, 3, 2), values(3), (0, 3, 1, 2)), [a], conv_options(1), 1)
    d = b.tensor("d", [1, 4, 4, 3], "float32")
    b.operator(DEPTHWISE, [a] + layer(1, values(1, 2, 3, 3), values(3), (3, 0, 1, 2)), [d], depthwise_options(), 2)
    c = b.tensor("c", [1, 2, 2, 2], "float32")
    wide = values(2, 1, 1, 3).astype(np.int8 if dtype == "int8" else np.float32)
    zeros = b.constant("zeros", np.zeros(2, np.float32))
    inputs = layer(2, wide, None, (0, 3, 1, 2)) + [zeros]
    found["layers.2.bias"] = np.zeros(2, np.float32)
    b.operator(CONV, [d] + inputs, [c], conv_options(2), 1)
    shape = b.constant("shape", np.array([1, 8], np.int32))
    flat = b.tensor("flat", [1, 8], "float32")
    b.operator(RESHAPE, [c, shape], [flat], schema.ReshapeOptionsT(), 17)
    last = b.tensor("last", [1, 2], "float32")
    # Without a bias: its place is taken by -1.
    b.operator(FULLY, [flat] + layer(3, values(2, 8), None, (0, 1)) + [-1], [last], schema.FullyConnectedOptionsT(), 8)
    return b.bytes(first, last), found


def main():
    model, found = small("float16")
    interpreter = Interpreter(model_content=model)
    interpreter.allocate_tensors()
    interpreter.invoke()
    open("small.tflite", "wb").write(model)
    labels = b"???\nPerson\nCar\n"
    open("packed.data", "wb").write(labels + bytes(-len(labels) % 8) + model)
    open("quantised.tflite", "wb").write(small("int8")[0])
    tensors = {
        name: dict(dtype=str(v.dtype), shape=v.shape, values=v.astype(np.float64).ravel().tolist())
        for name, v in found.items()
    }
    with open("expected.json", "w") as file:
        json.dump(tensors, file)
        file.write("\n")


if __name__ == "__main__":
    main()
