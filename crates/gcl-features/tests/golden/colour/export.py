"""Noise in every layout of planes, and what FFmpeg makes of it as rgb24.

    python export.py

Writes <name>.y4m (one frame) and <name>.rgb (height * width * 3 bytes). The name says the layout, the size, the
range and the colour matrix. FFmpeg 5.1 on x86-64; it must have SSSE3, as every such machine since 2006 has.
"""
import pathlib
import subprocess

import numpy

HERE = pathlib.Path(__file__).parent
STEPS = {"420": (2, 2), "422": (2, 1), "444": (1, 1)}
MATRICES = {"bt601": "smpte170m", "bt709": "bt709", "fcc": "fcc", "smpte240": "smpte240m", "bt2020": "bt2020nc"}


def export(layout, width, height, full, matrix, smooth, rng):
    step_x, step_y = STEPS[layout]

    def plane(w, h):
        if smooth:  # a picture: what wraps around in noise does not hide small differences
            y, x = numpy.mgrid[:h, :w]
            wave = 128 + 60 * numpy.sin(x / 3 + rng.uniform(0, 6)) * numpy.cos(y / 4 + rng.uniform(0, 6))
            return (wave + rng.normal(0, 3, (h, w))).clip(0, 255).astype(numpy.uint8)
        return rng.integers(0, 256, (h, w), dtype=numpy.uint8)

    chroma = -(-width // step_x), -(-height // step_y)
    data = b"".join(p.tobytes() for p in (plane(width, height), plane(*chroma), plane(*chroma)))
    spread = "full" if full else "limited"
    name = f"{layout}-{width}x{height}-{spread}-{matrix}"
    header = f"YUV4MPEG2 W{width} H{height} F25:1 Ip C{layout} XCOLORRANGE={spread.upper()}\nFRAME\n"
    (HERE / f"{name}.y4m").write_bytes(header.encode() + data)
    filters = [] if matrix == "bt601" else ["-vf", f"setparams=colorspace={MATRICES[matrix]}"]
    command = ["ffmpeg", "-v", "error", "-y", "-i", HERE / f"{name}.y4m", *filters]
    subprocess.run([*command, "-f", "rawvideo", "-pix_fmt", "rgb24", HERE / f"{name}.rgb"], check=True)


def main():
    rng = numpy.random.default_rng(1)
    sizes = [(34, 18), (35, 18), (34, 19), (35, 19), (33, 31), (9, 13), (3, 2)]
    for layout in STEPS:
        for width, height in sizes:
            for full in (False, True):
                export(layout, width, height, full, "bt601", width % 2 == 0, rng)
        for matrix in MATRICES:
            if matrix != "bt601":
                export(layout, 18, 14, matrix == "bt709", matrix, False, rng)
                export(layout, 18, 15, matrix != "bt709", matrix, False, rng)


main()
