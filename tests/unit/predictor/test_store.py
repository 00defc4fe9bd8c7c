import os
from pathlib import Path

import numpy as np
import pytest

from apps.ciapol.predictor import learning
from apps.ciapol.predictor.backtest.files import index_method
from apps.ciapol.predictor.features import Features
from apps.ciapol.predictor.model import NetworkModel
from apps.ciapol.predictor.store import KEEP, DamagedModelError, ModelStore, StoreError
from tests.unit.predictor import made_up

UNTIL = made_up.FIRST_HOUR + 1500


@pytest.fixture(scope="module")
def model() -> NetworkModel:
    method = index_method()
    station = made_up.station(1, 1500)
    made_up.keep(station, {"pm25", "no2"}, method)
    return learning.train("Asia/Shanghai", [station], UNTIL, method, rows=4000)


def test_a_stored_model_predicts_the_same(model: NetworkModel, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    path = store.keep(model)
    found = store.find(model.network, UNTIL + 5, UNTIL)
    assert found is not None
    assert (found.network, found.until) == (model.network, model.until)
    assert found.quantities.keys() == model.quantities.keys()
    np.testing.assert_array_equal(found.index_stretch, model.index_stretch)
    assert set(model.index_stretch[1:]) != {1.0}
    features = Features(made_up.station(2, 300))
    origins, distances = np.full(24, 290), np.arange(1, 25)
    for quantity, part in model.quantities.items():
        expected = part.predict(features, quantity, origins, distances)
        kept = found.quantities[quantity].predict(features, quantity, origins, distances)
        np.testing.assert_array_equal(kept.value, expected.value)
        np.testing.assert_array_equal(kept.lower, expected.lower)
        np.testing.assert_array_equal(kept.upper, expected.upper)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_only_recent_models_of_the_past_are_found(model: NetworkModel, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    store.keep(model)
    assert store.find(model.network, UNTIL - 1, UNTIL - 100) is None
    assert store.find(model.network, UNTIL + 100, UNTIL + 1) is None
    assert store.find("another", UNTIL, UNTIL) is None
    assert store.find(model.network, UNTIL, UNTIL) is not None


def test_old_models_are_deleted(model: NetworkModel, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    for number in range(KEEP + 2):
        path = store.keep(NetworkModel(model.network, UNTIL + number, {}))
        os.utime(path, (number, number))
    names = sorted(path.name.rsplit("-", 1)[1] for path in (tmp_path / "models").iterdir())
    assert names == [f"{UNTIL + number}.npz" for number in range(2, KEEP + 2)]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"\x80\x04N."])
def test_a_damaged_file_is_reported(model: NetworkModel, tmp_path: Path, content: bytes) -> None:
    store = ModelStore(tmp_path / "models")
    path = store.keep(model)
    path.write_bytes(content)
    with pytest.raises(DamagedModelError, match=path.name):
        store.find(model.network, UNTIL, UNTIL)


def test_a_file_with_objects_is_rejected(model: NetworkModel, tmp_path: Path) -> None:
    """An array of objects is a pickle, which can execute code."""
    store = ModelStore(tmp_path / "models")
    path = store.keep(model)
    np.savez(path, meta=np.array([object()], dtype=object))
    with pytest.raises(DamagedModelError, match="allow_pickle"):
        store.find(model.network, UNTIL, UNTIL)


def test_a_folder_that_others_can_enter_is_rejected(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    folder.chmod(0o770)
    with pytest.raises(StoreError, match="mode is 0770, expected 0700"):
        ModelStore(folder)


def test_a_link_or_a_file_is_rejected(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir(mode=0o700)
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(StoreError, match="is not a folder"):
        ModelStore(link)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="File exists"):
        ModelStore(tmp_path / "file")
