from collections.abc import Callable, Sequence
from os import PathLike
from typing import final

import numpy as np
from numpy.typing import NDArray

__version__: str

class NumericalError(ArithmeticError): ...

@final
class Model:
    def score(self, rows: NDArray[np.float32]) -> NDArray[np.float32]: ...
    def config(self) -> str: ...
    def save(self, folder: str | PathLike[str]) -> None: ...
    @staticmethod
    def load(folder: str | PathLike[str], device: str) -> Model: ...

def main(args: Sequence[str]) -> int: ...
def call(args: Sequence[str], say: Callable[[str], object]) -> tuple[str, bool]: ...
def methods() -> list[tuple[str, str]]: ...
def fit(
    method: str,
    rows: NDArray[np.float32],
    videos: Sequence[tuple[str, int]],
    *,
    contamination: float,
    seed: int,
    preset: str,
    settings: Sequence[str],
    device: str,
) -> tuple[Model, NDArray[np.float32], float, list[str]]: ...
