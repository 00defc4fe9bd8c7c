"""Gradient-boosted trees as plain arrays, which are stored without code and evaluated with numpy only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from apps.ciapol.predictor.history import Floats

_CELLS = 200_000
"""Maximum product of rows and trees in one evaluation step, which limits memory."""


class BadForestError(ValueError):
    """Arrays do not represent valid trees; the message names the error."""


@dataclass(frozen=True)
class Forest:
    """Regression trees, whose prediction is the sum of one leaf of each tree.

    Args:
        base: initial value of each prediction.
        roots: index of each tree's root node.
        feature, threshold: column and limit of each node's test `row[feature] <= threshold`; if true, go left.
        missing_left: whether rows with a missing value go left, for each node.
        left, right: indices of each node's children, greater than the node's index; a leaf has its own index.
        value: value that each leaf adds.
    """

    base: float
    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: Floats
    missing_left: NDArray[np.bool_]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: Floats

    _TYPES: ClassVar[Mapping[str, type[np.generic]]] = {
        "roots": np.int32,
        "feature": np.int16,
        "threshold": np.float64,
        "missing_left": np.bool_,
        "left": np.int32,
        "right": np.int32,
        "value": np.float64,
    }

    def predict(self, rows: Floats) -> Floats:
        """The predictions for rows of features, one for each row."""
        step = max(1, _CELLS // max(1, len(self.roots)))
        parts = [self._walk(rows[begin : begin + step]) for begin in range(0, len(rows), step)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _walk(self, rows: Floats) -> Floats:
        nodes = np.broadcast_to(self.roots, (len(rows), len(self.roots))).copy()
        numbers = np.arange(len(rows))[:, None]
        while True:
            column = rows[numbers, self.feature[nodes]]
            to_left = np.where(np.isnan(column), self.missing_left[nodes], column <= self.threshold[nodes])
            following = np.where(to_left, self.left[nodes], self.right[nodes])
            if np.array_equal(following, nodes):
                total: Floats = self.base + self.value[nodes].sum(axis=1)
                return total
            nodes = following

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """All arrays by name."""
        kept: dict[str, NDArray[np.generic]] = {name: getattr(self, name) for name in self._TYPES}
        return {"base": np.array(self.base), **kept}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]], features: int) -> "Forest":
        """Create a forest from arrays after a validation, so that the evaluation ends and no index is out of bounds.

        Args:
            arrays: arrays by name.
            features: number of columns of the rows.

        Raises:
            BadForestError: the arrays do not represent valid trees.
        """
        if missing := sorted({"base", *cls._TYPES} - arrays.keys()):
            raise BadForestError(f"{', '.join(missing)} missing")
        for name, kind in cls._TYPES.items():
            if arrays[name].dtype != kind or arrays[name].ndim != 1:
                raise BadForestError(f"{name} is not a row of {kind.__name__}")
        base = np.asarray(arrays["base"], dtype=np.float64)
        if base.shape != ():
            raise BadForestError("base is not a single number")
        forest = cls(
            float(base),
            arrays["roots"].astype(np.int32),
            arrays["feature"].astype(np.int16),
            arrays["threshold"].astype(np.float64),
            arrays["missing_left"].astype(np.bool_),
            arrays["left"].astype(np.int32),
            arrays["right"].astype(np.int32),
            arrays["value"].astype(np.float64),
        )
        forest._check(features)
        return forest

    def _check(self, features: int) -> None:
        nodes = len(self.value)
        if any(len(row) != nodes for row in (self.feature, self.threshold, self.missing_left, self.left, self.right)):
            raise BadForestError("the arrays of its nodes differ in length")
        own = np.arange(nodes)
        leaf = (self.left == own) & (self.right == own)
        for following in (self.left, self.right):
            if not np.all(leaf | ((following > own) & (following < nodes))):
                raise BadForestError("a node refers to an earlier node or to a missing one")
        if not np.all((self.feature >= 0) & (self.feature < features)):
            raise BadForestError(f"a node tests a column outside 0 to {features - 1}")
        if not np.all((self.roots >= 0) & (self.roots < nodes)):
            raise BadForestError("the root of a tree does not exist")
        if not (np.isfinite(self.base) and np.all(np.isfinite(self.value))):
            raise BadForestError("a value is not finite")
