"""Stores trained models in a folder. Files contain only numbers, so that reading one cannot execute code.

The folder is a cache: a model that is missing, damaged, too old or of another version is trained again.
"""

import hashlib
import json
import os
import stat
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from apps.ciapol.predictor import VERSION, features
from apps.ciapol.predictor.forest import BadForestError, Forest
from apps.ciapol.predictor.history import Floats
from apps.ciapol.predictor.model import DISTANCES, NetworkModel, QuantityModel, Scale

KEEP = 4
"""Number of models that are kept for each network; older ones are deleted."""

_FORESTS = ("median", "lower", "upper")


class StoreError(Exception):
    """A folder cannot store models; the message names the reason and what is expected."""


class DamagedModelError(Exception):
    """A file does not contain a valid model."""


class _Meta(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    network: str
    until: int
    quantities: list[str]


class ModelStore:
    """A folder of models that only its owner can access."""

    def __init__(self, folder: Path) -> None:
        """Create the folder if it is missing.

        Raises:
            StoreError: the folder belongs to another user, is accessible to other users, or cannot be created.
        """
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            state = folder.lstat()
        except OSError as error:
            raise StoreError(f"models folder {folder}: {error.strerror}") from error
        if not stat.S_ISDIR(state.st_mode):
            raise StoreError(f"models folder {folder}: is not a folder (a link does not count)")
        if state.st_uid != os.geteuid():
            raise StoreError(f"models folder {folder}: belongs to user {state.st_uid}, expected {os.geteuid()}")
        if state.st_mode & 0o077:
            mode = stat.S_IMODE(state.st_mode)
            raise StoreError(f"models folder {folder}: mode is {mode:04o}, expected 0700")

    def find(self, network: str, made_at: int, oldest: int) -> NetworkModel | None:
        """The newest model of a network whose training data end between `oldest` and `made_at`; None if there is none.

        Args:
            network: name of the network.
            made_at: number of the latest permitted hour.
            oldest: number of the earliest permitted hour.

        Raises:
            DamagedModelError: the file does not contain a valid model.
        """
        usable = [(until, path) for until, path in self._files(network) if oldest <= until <= made_at]
        if not usable:
            return None
        path = max(usable)[1]
        try:
            model = _read(path)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, ValidationError, BadForestError) as error:
            raise DamagedModelError(f"{path}: {error}") from error
        return model if model.network == network else None

    def keep(self, model: NetworkModel) -> Path:
        """Write a model atomically, delete the oldest files of its network, and return the file's path."""
        path = self._folder / f"{_prefix(model.network)}{model.until}.npz"
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez_compressed(file, allow_pickle=False, **_arrays(model))
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        by_age = sorted((p for _, p in self._files(model.network)), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in by_age[KEEP:]:
            old.unlink(missing_ok=True)
        return path

    def _files(self, network: str) -> list[tuple[int, Path]]:
        prefix = _prefix(network)
        names = [
            (path.name.removeprefix(prefix).removesuffix(".npz"), path) for path in self._folder.glob(f"{prefix}*")
        ]
        return [(int(until), path) for until, path in names if until.isdigit() and path.suffix == ".npz"]


def _prefix(network: str) -> str:
    return f"{hashlib.sha256(network.encode()).hexdigest()[:16]}-{VERSION}-"


def _arrays(model: NetworkModel) -> dict[str, NDArray[np.generic]]:
    meta = _Meta(version=VERSION, network=model.network, until=model.until, quantities=sorted(model.quantities))
    arrays: dict[str, NDArray[np.generic]] = {
        "meta": np.array(json.dumps(meta.model_dump())),
        "index_stretch": model.index_stretch,
    }
    for quantity, part in model.quantities.items():
        arrays[f"{quantity}.steps"] = part.scale.steps
        arrays[f"{quantity}.levels"] = np.array([part.scale.offset, part.scale.typical])
        arrays[f"{quantity}.trust"] = part.trust
        arrays[f"{quantity}.margin"] = part.margin
        for name, forest in zip(_FORESTS, (part.median, part.lower, part.upper), strict=True):
            arrays |= {f"{quantity}.{name}.{key}": array for key, array in forest.arrays().items()}
    return arrays


def _read(path: Path) -> NetworkModel:
    with np.load(path, allow_pickle=False) as file:
        arrays: dict[str, NDArray[np.generic]] = {name: file[name] for name in file.files}
    meta = _Meta.model_validate_json(str(arrays["meta"]))
    quantities = {quantity: _quantity(arrays, quantity) for quantity in meta.quantities}
    return NetworkModel(meta.network, meta.until, quantities, _numbers(arrays, "index_stretch", DISTANCES + 1))


def _quantity(arrays: dict[str, NDArray[np.generic]], quantity: str) -> QuantityModel:
    forests = []
    for name in _FORESTS:
        prefix = f"{quantity}.{name}."
        own = {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
        forests.append(Forest.of(own, features.COUNT))
    median, lower, upper = forests
    offset, typical = _numbers(arrays, f"{quantity}.levels", 2)
    scale = Scale(_numbers(arrays, f"{quantity}.steps", DISTANCES + 1), float(offset), float(typical))
    trust = _numbers(arrays, f"{quantity}.trust", DISTANCES + 1)
    return QuantityModel(scale, median, lower, upper, trust, _numbers(arrays, f"{quantity}.margin", DISTANCES + 1))


def _numbers(arrays: dict[str, NDArray[np.generic]], name: str, count: int) -> Floats:
    numbers = arrays[name].astype(np.float64)
    if numbers.shape != (count,) or not np.all(np.isfinite(numbers)):
        raise ValueError(f"{name} is not a row of {count} finite numbers")
    return numbers
