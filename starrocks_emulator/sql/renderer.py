"""The interface of the renderer, which the functions for single kinds of expressions use."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlglot import exp

from starrocks_emulator.functions.base import Rendered
from starrocks_emulator.results import Value
from starrocks_emulator.sql.kinds import Kind


class Renderer(Protocol):
    """Renders expressions; `render.Expressions` implements it."""

    parameters: Sequence[Value]
    """Values of the `?` of a prepared statement."""
    constants: Mapping[str, Value]
    """Values of DATABASE(), USER() …, by name in upper case."""
    variables: Mapping[str, str]
    """Session variables by name in lower case."""

    def __call__(self, node: exp.Expr | None) -> Rendered:
        """DuckDB's text for an expression."""

    def all(self, nodes: Sequence[exp.Expr]) -> Sequence[Rendered]:
        """DuckDB's text for several expressions."""

    def kind(self, node: exp.Expr | None) -> Kind:
        """The type of an expression; None if it is not known."""

    def query_kind(self, node: exp.Expr) -> Kind:
        """The type of a scalar subquery."""

    def query(self, node: exp.Expr) -> str:
        """DuckDB's text for a subquery."""

    def exists(self, node: exp.Expr) -> str:
        """DuckDB's text for EXISTS."""

    def as_text(self, node: exp.Expr) -> Rendered:
        """DuckDB's text for an expression converted to a string."""

    def column(self, node: exp.Expr) -> str:
        """DuckDB's text for a column."""

    def call(self, name: str, arguments: Sequence[exp.Expr], over: bool = False) -> str:
        """DuckDB's text for a function call; `over`: whether an OVER clause follows."""

    def result(self, name: str, text: str, arguments: Sequence[exp.Expr]) -> str:
        """Convert the result of an aggregate to StarRocks' type; `text`: the call, with OVER if there is one."""

    def is_decimal(self, node: exp.Expr) -> bool:
        """Whether an expression is a DECIMAL."""

    def order(self, node: exp.Order, values: Sequence[exp.Expr] = ()) -> str:
        """DuckDB's text for ORDER BY; `values`: the arguments to which whole numbers refer by position."""
