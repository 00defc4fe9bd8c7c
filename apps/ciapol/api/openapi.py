"""The API's description, with errors under the media type that they have."""

from fastapi import FastAPI

from apps.ciapol.api.problems import MEDIA_TYPE

PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}


def install(app: FastAPI) -> None:
    """Describe problems as application/problem+json: FastAPI puts every model under application/json."""
    generate = app.openapi

    def describe() -> dict[str, object]:
        schema: dict[str, object] = app.openapi_schema or generate()
        paths = schema["paths"]
        assert isinstance(paths, dict)
        for path in paths.values():
            for operation in path.values():
                for answer in operation["responses"].values():
                    content = answer.get("content", {})
                    if content.get("application/json", {}).get("schema") == PROBLEM:
                        answer["content"] = {MEDIA_TYPE: {"schema": PROBLEM}}
        return schema

    app.openapi = describe  # type: ignore[method-assign] # FastAPI's documented way to change its description
