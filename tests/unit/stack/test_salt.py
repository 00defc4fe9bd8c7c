"""Several state folders may share one stack file; each uses the salt of its own passphrase."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tools.stack.pulumi import Stack, StackError

In = Callable[[Path], Stack]


def salt_in(file: Path) -> str:
    [line] = [line for line in file.read_text().splitlines() if line.startswith("encryptionsalt:")]
    return line


def test_each_folder_uses_its_salt_and_never_saves_that_of_another(stack_in: In, tmp_path: Path) -> None:
    first = stack_in(tmp_path / "first")
    first.ensure()
    own = salt_in(first.file)
    saved = tmp_path / "first" / f"{first.name}.encryptionsalt"
    assert saved.read_text() == f"{own}\n"

    second = stack_in(tmp_path / "second")
    second.ensure()
    other = salt_in(second.file)
    assert other != own

    stack_in(tmp_path / "first").ensure()
    assert salt_in(first.file) == own
    assert saved.read_text() == f"{own}\n"
    # With the foreign salt Pulumi fails with "incorrect passphrase".
    assert first.run("config", "set", "--secret", "alertWebhook", "https://example.org", quiet=True) == 0

    stack_in(tmp_path / "second").ensure()
    assert salt_in(first.file) == other


def test_a_salt_that_an_older_revision_overwrote_is_restored_from_the_state(stack_in: In, tmp_path: Path) -> None:
    stack = stack_in(tmp_path / "state")
    stack.ensure()
    own = salt_in(stack.file)
    wrong = "encryptionsalt: v1:AAAAAAAAAAA=:v1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    (tmp_path / "state" / f"{stack.name}.encryptionsalt").write_text(f"{wrong}\n")
    stack.file.write_text(stack.file.read_text().replace(own, wrong))
    stack.ensure()
    assert salt_in(stack.file) == own
    assert (tmp_path / "state" / f"{stack.name}.encryptionsalt").read_text() == f"{own}\n"


def test_a_salt_that_a_checkout_removed_is_restored(stack_in: In, tmp_path: Path) -> None:
    stack = stack_in(tmp_path / "state")
    before = stack.file.read_text()
    stack.ensure()
    with_salt = stack.file.read_text()
    stack.file.write_text(before)
    stack.ensure()
    assert stack.file.read_text() == with_salt
    stack.forget()
    assert stack.file.read_text() == before


def test_an_unreachable_foreign_backend_does_not_mean_a_missing_stack(
    stack_in: In, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack_in(tmp_path / "state").ensure()
    salt = tmp_path / "state" / f"{stack_in(tmp_path / 'state').name}.encryptionsalt"
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path / 'not-mounted'}")
    with pytest.raises(StackError, match="the backend does not report whether stack"):
        stack_in(tmp_path / "state").ensure()
    assert salt.is_file()


def test_names_of_entries_of_the_state_folder_are_rejected() -> None:
    with pytest.raises(StackError, match="no stack can be named 'pulumi'"):
        Stack("pulumi")


def test_a_setting_that_was_encrypted_for_another_state_is_refused(stack_in: In, tmp_path: Path) -> None:
    first = stack_in(tmp_path / "first")
    first.ensure()
    assert first.run("config", "set", "--secret", "alertWebhook", "https://example.org", quiet=True) == 0
    first.check_secrets()
    second = stack_in(tmp_path / "second")
    second.ensure()
    with pytest.raises(StackError, match="alertWebhook cannot be decrypted, because another state has their key"):
        second.check_secrets()
