"""Gradient-boosted trees as plain arrays: stored without code, evaluated with numpy alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from apps.ciapol.predictor.history import Floats

_CELLS = 200_000
"""Rows times trees that are evaluated at once; bounds the memory."""


class BadForestError(ValueError):
    """Arrays that are no trees; the message says what is wrong."""


@dataclass(frozen=True)
class Forest:
    """Regression trees whose leaves add up.

    Args:
        base: initial value of every row.
        roots: index of each tree's first node.
        feature, threshold: a node tests whether that column is at most the threshold.
        missing_left: whether a missing value goes left.
        left, right: indices of the child nodes, greater than the node's own; of a leaf, its own.
        value: that a leaf adds.
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
        """A value for each row."""
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
        """A forest from arrays, checked so that its evaluation ends and stays within them.

        Raises:
            BadForestError: the arrays are no valid trees.
        """
        if missing := sorted({"base", *cls._TYPES} - arrays.keys()):
            raise BadForestError(f"{', '.join(missing)} missing")
        for name, kind in cls._TYPES.items():
            if arrays[name].dtype != kind or arrays[name].ndim != 1:
                raise BadForestError(f"{name} is no row of {kind.__name__}")
        base = np.asarray(arrays["base"], dtype=np.float64)
        if base.shape != ():
            raise BadForestError("base is no single number")
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
            raise BadForestError("its rows differ in length")
        own = np.arange(nodes)
        leaf = (self.left == own) & (self.right == own)
        for following in (self.left, self.right):
            if not np.all(leaf | ((following > own) & (following < nodes))):
                raise BadForestError("a node leads back, or out")
        if not np.all((self.feature >= 0) & (self.feature < features)):
            raise BadForestError(f"a node asks for a column that is not one of {features}")
        if not np.all((self.roots >= 0) & (self.roots < nodes)):
            raise BadForestError("a tree begins outside")
        if not (np.isfinite(self.base) and np.all(np.isfinite(self.value))):
            raise BadForestError("a value is not finite")
