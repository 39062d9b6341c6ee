"""Whether gcl's I3D knows cricket: DeepMind's own clip through the checkpoint's classifier (NumPy, Pillow).

    python cricket.py frames v_CricketShot_g04_c01_rgb.gif clip
    gcl extract clip --out features --net i3d --weights i3d-kinetics-400.ckpt
    python cricket.py classes i3d-kinetics-400.ckpt features/clip.npy label_map.txt

The GIF and label_map.txt are data/ of the GitHub project google-deepmind/kinetics-i3d; docs/extraction.md says where the
checkpoint is. It is a pickle of NumPy arrays, and nothing else in it is loaded.
"""

import os
import pickle
import sys

import numpy as np


class Arrays(pickle.Unpickler):
    def find_class(self, module, name):
        if module.split(".")[0] == "numpy" and name in ("_reconstruct", "ndarray", "dtype"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def frames(gif, folder):
    from PIL import Image, ImageSequence

    os.makedirs(folder, exist_ok=True)
    for n, frame in enumerate(ImageSequence.Iterator(Image.open(gif))):
        frame.convert("RGB").save(f"{folder}/{n:04}.png")


def classes(checkpoint, features, labels):
    layer = Arrays(open(checkpoint, "rb")).load()["params"]["Logits/Conv3d_0c_1x1"]["Conv_0"]
    logits = (np.load(features) @ layer["kernel"].reshape(1024, 400) + layer["bias"]).mean(0)
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    names = open(labels).read().split("\n")
    for i in np.argsort(-shares)[:3]:
        print(f"{names[i]} {shares[i]:.3f}")


if __name__ == "__main__":
    {"frames": frames, "classes": classes}[sys.argv[1]](*sys.argv[2:])
