"""`make up` of target `host` inside an unprivileged container, where root may not create user namespaces."""

from pathlib import Path

import pytest

from tests.cluster import container_machine
from tests.cluster.container_machine import USER, ContainerMachine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]


@pytest.fixture(scope="module")
def image(engine: str) -> None:
    """Build the image of the containers."""
    container_machine.build(engine)


@pytest.mark.usefixtures("image")
@pytest.mark.parametrize("user", [0, USER], ids=["root", "user"])
def test_make_up_works_in_an_unprivileged_container(engine: str, tmp_path: Path, user: int) -> None:
    machine = ContainerMachine(tmp_path, engine, user)
    outcome = machine.run("unshare --user true; make up && make destroy && ls -A .kappastack")
    assert "unshare failed: Operation not permitted" in outcome.output
    assert "Stack local is up, and its smoke tests passed." in outcome.output, outcome.output[-6000:]
    # `ls` finds no state folder, because `destroy` removed it.
    assert "cannot access '.kappastack'" in outcome.output, outcome.output[-3000:]


@pytest.mark.usefixtures("image")
@pytest.mark.parametrize(
    ("user", "options", "message"),
    [
        (0, ("--cap-drop=ALL",), "this machine lets root neither create a user namespace (unshare --user) nor run"),
        (4321, (), "PostgreSQL does not start for a user without a name, and this machine has none for user 4321"),
    ],
    ids=["capabilities", "name"],
)
def test_a_container_that_cannot_run_the_stack_is_refused_in_the_first_second(
    engine: str, tmp_path: Path, user: int, options: tuple[str, ...], message: str
) -> None:
    # Nothing is set up yet, so that the message comes before any work.
    machine = ContainerMachine(tmp_path, engine, user, prepared=False)
    outcome = machine.run("make up; make doctor", *options)
    first, _, table = outcome.output.partition("ok    disk")
    assert message in first
    assert len(first.splitlines()) == 2
    assert "LOOK  user and mounts" in table
