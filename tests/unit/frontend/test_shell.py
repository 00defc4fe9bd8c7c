"""The shell of the page contains no product's vocabulary, and its parts import each other in one direction only."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FRONTEND = Path(__file__).parents[3] / "apps/frontend"
SOURCE = FRONTEND / "src"
PRODUCTS = SOURCE / "products"
SUFFIXES = {".py", ".ts", ".tsx", ".css", ".html", ".md", ".svg", ".json"}

#: Vocabulary of each product, which only its own folder may use, as a regular expression of words.
VOCABULARY = {
    "ciapol": (
        r"ciapol|stations?|mesures?|mesurée?s?|measurements?|measured|aqi|iqa|air|pollutants?|polluants?|pollution"
        r"|weather_station|pm ?2\.?5|pm ?10|ozone|abidjan|p[ée]kin|beijing"
    ),
    "liontrack": r"liontrack|lions?|pumas?|collars?|colliers?",
}
IMPORT = re.compile(r"""(?:from|import|import\()\s*["'](\.{1,2}/[^"']*|\.)["']""")
#: The parts that each part of the source may import, besides itself. Tests may import everything.
ALLOWED = {
    "lib": {"i18n", "testing"},
    "i18n": {"lib"},
    "components": {"lib", "i18n"},
    "features": {"components", "lib", "i18n"},
    "products": {"components", "lib", "i18n"},
    "app": {"components", "features", "lib", "i18n", "products", "styles"},
    "testing": {"lib", "features"},
}


def shell_files() -> list[Path]:
    return sorted(
        path
        for path in FRONTEND.rglob("*")
        if path.is_file()
        and path.suffix in SUFFIXES
        and not {"node_modules", "dist"} & set(path.relative_to(FRONTEND).parts)
        and PRODUCTS not in path.parents
        # Generated: one by npm, the other from the platform API's description, which a separate test checks.
        and path.name not in {"package-lock.json", "openapi.d.ts"}
    )


def uses(text: str, vocabulary: str) -> set[str]:
    """Words of the vocabulary in a text; the parts of camelCase, snake_case and kebab-case names are separate words."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text).replace("_", " ")
    return {found.group().lower() for found in re.finditer(rf"\b(?:{vocabulary})\b", words, re.IGNORECASE)}


def test_the_shell_is_found() -> None:
    names = {path.relative_to(FRONTEND).as_posix() for path in shell_files()}
    assert {"server/status.py", "src/app/App.tsx", "src/i18n/fr.ts", "README.md", "index.html"} <= names


@pytest.mark.parametrize("product", sorted(VOCABULARY))
def test_the_shell_does_not_use_a_products_vocabulary(product: str) -> None:
    found = {
        path.relative_to(FRONTEND).as_posix(): sorted(words)
        for path in shell_files()
        if (words := uses(path.read_text("utf-8"), VOCABULARY[product]))
    }
    assert found == {}


def test_every_product_has_a_module() -> None:
    folders = [path for path in PRODUCTS.iterdir() if path.is_dir()]
    assert [folder.name for folder in folders if not (folder / "index.tsx").is_file()] == []


def imports(path: Path) -> Iterator[tuple[str, ...]]:
    """Modules below src/ that a file imports, as the parts of their paths."""
    for target in IMPORT.findall(path.read_text("utf-8")):
        resolved = (path.parent / target).resolve()
        if resolved.is_relative_to(SOURCE):
            yield resolved.relative_to(SOURCE).parts


@pytest.mark.parametrize("part", sorted(ALLOWED))
def test_imports_go_in_one_direction(part: str) -> None:
    wrong: list[str] = []
    for path in sorted((SOURCE / part).rglob("*.ts*")):
        if ".test." in path.name or "testing" in path.relative_to(SOURCE).parts:
            continue
        own = path.relative_to(SOURCE).parts
        for imported in imports(path):
            same = imported[0] == part and (part not in {"products", "features"} or imported[1:2] == own[1:2])
            if not same and imported[0] not in ALLOWED[part]:
                wrong.append(f"{'/'.join(own)} imports {'/'.join(imported)}")
    assert wrong == []
