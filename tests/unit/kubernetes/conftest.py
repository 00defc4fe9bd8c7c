"""The stack `prod`, rendered once."""

import pytest

from tests.unit.kubernetes.rendered import Rendered, prod, render


@pytest.fixture(scope="session")
def rendered_prod() -> Rendered:
    """All objects of `prod`."""
    return render(prod(), "prod")
