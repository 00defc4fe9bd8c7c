"""Functions of JSON values."""

from collections.abc import Sequence

from starrocks_emulator import errors
from starrocks_emulator.functions.base import Function, Template, fixed, kind_of
from starrocks_emulator.functions.json_documents import PathError, path_steps


def _is_json(text: str) -> str:
    """A condition that is true if an argument is a JSON value, and false if it is a text that contains one."""
    kind = kind_of(text)
    if kind is None or not (kind.is_string or kind.name == "json"):
        return f"typeof({text}) = 'JSON'"
    return "TRUE" if kind.name == "json" else "FALSE"


def check_path(text: str) -> None:
    """Check a rendered path if it is constant.

    Raises:
        SqlError: 1064 for an invalid path.
    """
    if text.startswith("'"):
        try:
            path_steps(text[1:-1].replace("''", "'"))
        except PathError as error:
            raise errors.analysis(str(error)) from error


def _at_path(function: str, result: str = "{}") -> Template:
    def render(arguments: Sequence[str]) -> str:
        document, path = (*arguments, "'$'")[:2]
        check_path(path)
        return result.format(f"{function}({document}, {_is_json(document)}, {path})")

    return render


JSON = {
    "PARSE_JSON": fixed("CAST(py_json({0}) AS JSON)", 1),
    "JSON_QUERY": Function(_at_path("py_json_query", "CAST({} AS JSON)"), 2, 2),
    "JSON_EXISTS": Function(_at_path("py_json_exists"), 2, 2),
    "JSON_LENGTH": Function(_at_path("py_json_length"), 1, 2),
    "JSON_KEYS": Function(_at_path("py_json_keys", "CAST({} AS JSON)"), 1, 2),
    "JSON_STRING": Function(_at_path("py_json_query"), 1, 1),
    "GET_JSON_BOOL": Function(_at_path("py_get_json_bool"), 2, 2),
    "GET_JSON_OBJECT": Function(_at_path("py_get_json_string"), 2, 2),
    "GET_JSON_STRING": Function(_at_path("py_get_json_string"), 2, 2),
    "GET_JSON_INT": Function(_at_path("py_get_json_int"), 2, 2),
    "GET_JSON_DOUBLE": Function(_at_path("py_get_json_double"), 2, 2),
}
