"""Values that the test in Rust makes up in the same way: a hash of a tensor's name and a position."""

import numpy as np


def fnv1a(name):
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return h


def unit(name, count):
    """Multiples of 2^-23 in [-1, 1)."""
    with np.errstate(over="ignore"):
        x = np.uint32(fnv1a(name)) + np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9)
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
        x = x ^ (x >> np.uint32(16))
    return (x >> np.uint32(8)).astype(np.float32) / np.float32(8388608) - np.float32(1)


def array(name, shape):
    """Weights so that features stay of order 1; norms of any statistics."""
    u = unit(name, int(np.prod(shape)))
    if len(shape) > 1:
        fan_in = int(np.prod(shape[1:]))
        u = u * np.float32(np.sqrt(6 / fan_in))
    elif name.endswith(("weight", "running_var")):
        u = np.float32(1) + np.float32(0.5) * u
        if name.endswith("bn3.weight"):
            u = u * np.float32(0.3)
    else:
        u = u * np.float32(0.3)
    return u.reshape(shape)


def tensor(name, shape):
    import torch

    return torch.from_numpy(array(name, shape).copy())


def fill(model, gain=1):
    """Fills a state dict; `gain` on convolutions and linear layers, so that deep networks stay of order 1 too."""
    state = model.state_dict()
    for name, value in state.items():
        if value.ndim:
            value.copy_(tensor(name, tuple(value.shape)) * (gain if value.ndim > 1 else 1))
    model.load_state_dict(state)
    return model.eval()


def clip(shape):
    import torch

    return torch.from_numpy(unit("clip", int(np.prod(shape))).reshape(shape).copy())
