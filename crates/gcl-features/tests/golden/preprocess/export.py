"""What the libraries of the published extractors make of small frames.

    python export.py

Needs Pillow below 13 (which began to shrink tall pictures in another order), torch, torchvision, opencv and numpy.
Writes
- frames-<w>x<h>.rgb: two frames, height * width * 3 levels each;
- resize-<filter>-<w>x<h>-<to w>x<to h>: the first frame resized, `.rgb` as levels or `.f32` as floats;
- <preset>-<w>x<h>.f32: the tensors [crops, 3, 2, H, W] of the two frames, every STEPth value in this order;
- cube.npy, cube.f32: a mean cube, and the tensor after it, whole.
"""
import pathlib

import cv2
import numpy
import PIL
import torch
from PIL import Image
from torchvision import transforms

HERE = pathlib.Path(__file__).parent
STEP = 1999
assert int(PIL.__version__.split(".")[0]) < 13, PIL.__version__
torch.set_num_threads(1)


def frames(width, height, seed):
    rng = numpy.random.default_rng(seed)
    y, x, c = numpy.mgrid[:height, :width, :3]
    made = []
    for t in range(2):
        wave = 128 + 90 * numpy.sin(x / 4 + t + c) * numpy.cos(y / 3 - c)
        noise = rng.normal(0, 25, (height, width, 3))
        made.append((wave + noise).clip(0, 255).astype(numpy.uint8))
    return made


PILLOW = {
    "pillow-bilinear": Image.Resampling.BILINEAR,
    "pillow-bicubic": Image.Resampling.BICUBIC,
    "pillow-lanczos": Image.Resampling.LANCZOS,
}


def pillow(frame, size, name):
    return numpy.array(Image.fromarray(frame).resize(size, PILLOW[name]))


def interpolate(clip, height, width):
    """A clip [3, T, H, W] of floats, as ekosman's port resizes it."""
    return torch.nn.functional.interpolate(clip, (height, width), mode="bilinear", align_corners=False)


def floats(clip):
    return torch.from_numpy(numpy.stack(clip)).permute(3, 0, 1, 2).float()


def centre(tensor, side):
    top, left = (int(round((n - side) / 2.0)) for n in tensor.shape[-2:])
    return tensor[..., top : top + side, left : left + side]


def normalise(tensor, mean, std):
    mean, std = (torch.tensor(v, dtype=torch.float32).view(3, 1, 1, 1) for v in (mean, std))
    return (tensor - mean) / std


def short_side(frame, side):
    return transforms.Resize(side)(Image.fromarray(frame))


def resnext101_2017(clip):
    resized = [numpy.array(transforms.CenterCrop(112)(short_side(f, 112))) for f in clip]
    return [normalise(floats(resized), [114.7748, 107.7354, 99.4750], [1, 1, 1])]


def resnext101_2020(clip):
    steps = transforms.Compose(
        [
            transforms.Resize(112),
            transforms.CenterCrop(112),
            transforms.ToTensor(),
            transforms.Normalize([0.4345, 0.4051, 0.3775], [0.2768, 0.2713, 0.2737]),
        ]
    )
    return [torch.stack([steps(Image.fromarray(f)) for f in clip], 1)]


def c3d_eko(clip):
    resized = centre(interpolate(floats(clip) / 255.0, 128, 171), 112)
    return [normalise(resized, [124 / 255, 117 / 255, 104 / 255], [1 / (0.0167 * 255)] * 3)]


def c3d_dc3d(clip):
    return [interpolate(floats(clip), 112, 200)[..., 44:156]]


def i3d_inception(clip):
    resized = []
    for frame in clip:
        short = min(frame.shape[:2])
        if short < 226:
            scale = 1 + (226.0 - short) / short
            frame = cv2.resize(frame, dsize=(0, 0), fx=scale, fy=scale)
        resized.append((frame / 255.0) * 2 - 1)
    return [centre(torch.from_numpy(numpy.float32(resized)).permute(3, 0, 1, 2), 224)]


def i3d_resnet50(clip):
    crops = [transforms.TenCrop(224)(short_side(f, 256)) for f in clip]
    clips = ([numpy.array(frame[n]) for frame in crops] for n in range(10))
    return [normalise(floats(c), [114.75] * 3, [57.375] * 3) for c in clips]


def i3d_resnet50_340(clip):
    data = numpy.stack([pillow(f, (340, 256), "pillow-lanczos").astype(float) * 2 / 255 - 1 for f in clip])
    corners = (slice(224), slice(224)), (slice(224), slice(-224, None))
    corners += (slice(-224, None), slice(224)), (slice(-224, None), slice(-224, None))
    places = (*corners, (slice(16, 240), slice(58, 282)))
    made = []
    for source in (data, data[:, :, ::-1]):
        for rows, columns in places:
            crop = numpy.ascontiguousarray(source[:, rows, columns].transpose(3, 0, 1, 2))
            made.append(torch.from_numpy(crop).float())
    return made


PRESETS = {
    "resnext101-2017": resnext101_2017,
    "resnext101-2020": resnext101_2020,
    "c3d-eko": c3d_eko,
    "c3d-dc3d": c3d_dc3d,
    "i3d-inception": i3d_inception,
    "i3d-resnet50": i3d_resnet50,
    "i3d-resnet50-340": i3d_resnet50_340,
}


def main():
    sizes = [(48, 34), (33, 51), (160, 21)]
    for seed, (width, height) in enumerate(sizes):
        clip = frames(width, height, seed)
        (HERE / f"frames-{width}x{height}.rgb").write_bytes(numpy.stack(clip).tobytes())
        for name, preset in PRESETS.items():
            if width == 160 and name != "resnext101-2017":
                continue
            values = torch.stack(preset(clip)).contiguous().flatten()[::STEP].numpy()
            (HERE / f"{name}-{width}x{height}.f32").write_bytes(values.astype("<f4").tobytes())
        for to in [(27, 19), (16, 21), (17, 13), (49, 53), (width, height)]:
            if width == 160:
                continue
            def stem(name):
                return HERE / f"resize-{name}-{width}x{height}-{to[0]}x{to[1]}"
            for name in PILLOW:
                stem(name).with_suffix(".rgb").write_bytes(pillow(clip[0], to, name).tobytes())
            resized = cv2.resize(clip[0], to, interpolation=cv2.INTER_LINEAR)
            stem("opencv-bilinear").with_suffix(".rgb").write_bytes(resized.tobytes())
            if to[0] != width:
                resized = interpolate(floats(clip[:1]), to[1], to[0])[:, 0].permute(1, 2, 0)
                stem("bilinear").with_suffix(".f32").write_bytes(resized.numpy().astype("<f4").tobytes())

    clip = [pillow(f, (40, 30), "pillow-bicubic") for f in frames(*sizes[0], 0)]
    cube = numpy.random.default_rng(9).uniform(80, 130, (3, 2, 30, 40)).astype(numpy.float32)
    numpy.save(HERE / "cube.npy", cube)
    blue_first = floats(clip).flip(0)
    (HERE / "cube.f32").write_bytes(centre(blue_first - torch.from_numpy(cube), 13).contiguous().numpy().tobytes())


main()
