"""The API server of a cluster, with the requests of the provider: server-side apply, get, delete."""

import base64
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import requests
import yaml
from pydantic import BaseModel, ConfigDict, Field

from tests.providers.docker_engine.rules import Plain

Object = dict[str, Plain]
_SECONDS = 60
_APPLY = "application/apply-patch+yaml"


class ApiError(Exception):
    """The API server refused a request; the message contains its reason."""


class Conflict(ApiError):
    """Another manager owns a field that the request would change."""


class _Named(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str


class _Server(BaseModel):
    model_config = ConfigDict(extra="ignore")

    server: str
    authority: str = Field(alias="certificate-authority-data")


class _Cluster(_Named):
    cluster: _Server


class _Login(BaseModel):
    model_config = ConfigDict(extra="ignore")

    certificate: str = Field(alias="client-certificate-data")
    key: str = Field(alias="client-key-data")


class _User(_Named):
    user: _Login


class _References(BaseModel):
    model_config = ConfigDict(extra="ignore")

    cluster: str
    user: str


class _Context(_Named):
    context: _References


class _Kubeconfig(BaseModel):
    model_config = ConfigDict(extra="ignore")

    clusters: list[_Cluster]
    users: list[_User]
    contexts: list[_Context]
    current: str = Field(alias="current-context")


class Api:
    """A client of the API server that a kubeconfig names. Its user must log in by a certificate.

    Args:
        kubeconfig: path of the kubeconfig.
        context: name of the context; empty for the current one.
    """

    def __init__(self, kubeconfig: Path, context: str = "") -> None:
        """Read the kubeconfig."""
        read = _Kubeconfig.model_validate(yaml.safe_load(kubeconfig.read_text()))
        [used] = [each.context for each in read.contexts if each.name == (context or read.current)]
        [cluster] = [each.cluster for each in read.clusters if each.name == used.cluster]
        [login] = [each.user for each in read.users if each.name == used.user]
        # The library reads certificates only from files.
        self._folder = tempfile.TemporaryDirectory()
        files = {"ca": cluster.authority, "certificate": login.certificate, "key": login.key}
        paths = {name: Path(self._folder.name) / name for name in files}
        for name, text in files.items():
            paths[name].touch(mode=0o600)
            paths[name].write_bytes(base64.b64decode(text))
        self._server = cluster.server
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(paths["ca"])
        self._session.cert = (str(paths["certificate"]), str(paths["key"]))
        self._session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=32))

    def get(self, path: str) -> Object | None:
        """An object; None if it does not exist.

        Raises:
            ApiError: the API server refused the request.
        """
        response = self._session.get(f"{self._server}{path}", timeout=_SECONDS)
        return None if response.status_code == requests.codes.not_found else _object(response)

    def apply(self, path: str, wanted: Mapping[str, Plain], manager: str, *, force: bool) -> Object:
        """Apply an object on the server, which refuses unknown fields and duplicates.

        Args:
            path: path of the object.
            wanted: the fields that the manager owns.
            manager: name of the field manager.
            force: whether fields of other managers are taken over.

        Raises:
            Conflict: another manager owns a field.
            ApiError: the API server refused the object.
        """
        response = self._session.patch(
            f"{self._server}{path}",
            params={"fieldManager": manager, "fieldValidation": "Strict", "force": str(force).lower()},
            headers={"Content-Type": _APPLY},
            data=json.dumps(wanted),
            timeout=_SECONDS,
        )
        if response.status_code == requests.codes.conflict:
            raise Conflict(response.text)
        return _object(response)

    def delete(self, path: str) -> None:
        """Request the deletion of an object and of what it owns.

        Raises:
            ApiError: the API server refused the request.
        """
        response = self._session.delete(
            f"{self._server}{path}", params={"propagationPolicy": "Foreground"}, timeout=_SECONDS
        )
        if response.status_code != requests.codes.not_found:
            _object(response)


def _object(response: requests.Response) -> Object:
    if not response.ok:
        try:
            reason = str(response.json()["message"])
        except (ValueError, KeyError):
            reason = response.text
        raise ApiError(f"{response.request.method} {response.request.path_url.split('?')[0]}: {reason}")
    found: Object = response.json()
    return found
