"""Static files of the built page, with a fall-back to `index.html` for addresses that the page routes itself."""

from http import HTTPStatus
from pathlib import Path, PurePosixPath

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from apps.frontend.server.problems import problem

INDEX = "index.html"
# The names below assets/ contain a hash of the content, so these files never change.
HASHED_FOLDER = "assets"
_IMMUTABLE = "public, max-age=31536000, immutable"
_REVALIDATE = "no-cache"


class MissingPageError(Exception):
    """The static folder contains no built page."""


def checked_static_folder(folder: Path) -> Path:
    """Return the folder if it contains a built page; raise MissingPageError with the remedy if not."""
    if not (folder / INDEX).is_file():
        raise MissingPageError(
            f"--static: {str(folder)!r} contains no {INDEX}; give the folder that `npm run build` writes (dist)"
        )
    return folder


class Pages(StaticFiles):
    """ASGI app of the built page."""

    def __init__(self, folder: Path) -> None:
        """Serve `folder`, which `checked_static_folder` accepts."""
        super().__init__(directory=checked_static_folder(folder))

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Respond with a file, with `index.html` for an address that the page routes itself, or with 404."""
        served = PurePosixPath(path)
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            missing = error.status_code == HTTPStatus.NOT_FOUND
            if not missing or not _is_page_address(served):
                return problem(HTTPStatus(error.status_code), "No such file here.", scope["path"])
            served = PurePosixPath(INDEX)
            response = await super().get_response(INDEX, scope)
        hashed = served.parts[:1] == (HASHED_FOLDER,) and response.status_code < HTTPStatus.BAD_REQUEST
        response.headers["cache-control"] = _IMMUTABLE if hashed else _REVALIDATE
        return response


def _is_page_address(path: PurePosixPath) -> bool:
    """Whether the page may route the path itself.

    IDs in deeper paths may contain dots. The build has files only at the top and below assets/.
    """
    if path.parts[:1] == (HASHED_FOLDER,):
        return False
    return len(path.parts) > 1 or path.suffix == ""
