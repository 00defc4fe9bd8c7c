"""The modules of the emulator form layers without import cycles."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import starrocks_emulator

ROOT = Path(starrocks_emulator.__file__).parent


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_there_are_no_import_cycles() -> None:
    modules = {_module(path): path for path in ROOT.rglob("*.py")}
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        used: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text())):  # imports for type checking and inside functions also count
            if isinstance(node, ast.ImportFrom) and node.module:
                parts = {f"{node.module}.{one.name}" for one in node.names}
                used |= parts if parts <= modules.keys() else parts | {node.module}
            elif isinstance(node, ast.Import):
                used |= {one.name for one in node.names}
        graph[name] = (used & modules.keys()) - {name, "starrocks_emulator"}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(" imports ".join(error.args[1])) from error
