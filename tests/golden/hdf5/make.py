"""Features as HDF5 writes them: h5py 3, and a file with the head that MATLAB's v7.3 has."""

import h5py
import numpy

VALUES = numpy.arange(6, dtype="f4").reshape(3, 2) + 0.5


def put(name, fill, **options):
    with h5py.File(name, "w", **options) as file:
        fill(file)


def plain(file):
    file["label"] = numpy.int64(1)
    file["name"] = "Abuse028"
    file["features"] = VALUES


def packed(file):
    group = file.create_group("rgb")
    group["times"] = numpy.arange(3.0)
    group.create_dataset("i3d", data=VALUES.astype(">f8"), chunks=(2, 2), compression="gzip", shuffle=True)


def matlab(file):
    # MATLAB stores columns, so that others see its arrays turned.
    file["feat"] = VALUES.T.astype("f8")
    file.create_group("#refs#")["a"] = VALUES


def two(file):
    file["rgb"], file["flow"] = VALUES, VALUES


if __name__ == "__main__":
    put("plain.h5", plain)
    put("packed.h5", packed, libver="latest")
    put("two.h5", two)
    put("v73.mat", matlab, userblock_size=512)
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, HDF5 schema 1.00 .".ljust(124) + b"\x00\x02IM"
    with open("v73.mat", "r+b") as file:
        file.write(head)
