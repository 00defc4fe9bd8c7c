"""The API's description, with errors under their media type."""

from fastapi import FastAPI

from apps.web.problems import MEDIA_TYPE

PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}


class DescribedApi(FastAPI):
    """An application whose description lists problems as application/problem+json instead of JSON."""

    def openapi(self) -> dict[str, object]:
        """The OpenAPI document."""
        schema: dict[str, object] = super().openapi()
        paths = schema["paths"]
        assert isinstance(paths, dict)
        for path in paths.values():
            for operation in path.values():
                for answer in operation["responses"].values():
                    content = answer.get("content", {})
                    if content.get("application/json", {}).get("schema") == PROBLEM:
                        answer["content"] = {MEDIA_TYPE: {"schema": PROBLEM}}
        return schema


def query_parameters(app: FastAPI, path: str) -> dict[str, bool]:
    """Names of the query parameters of the route at a path template, and whether each may be repeated."""
    paths = app.openapi()["paths"]
    parameters = paths.get(path, {}).get("get", {}).get("parameters", [])
    return {p["name"]: _is_array(p["schema"]) for p in parameters if p["in"] == "query"}


def _is_array(schema: dict[str, object]) -> bool:
    choices = schema.get("anyOf")
    members = choices if isinstance(choices, list) else [schema]
    return any(isinstance(member, dict) and member.get("type") == "array" for member in members)
