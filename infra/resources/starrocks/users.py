"""StarRocks users with generated passwords and roles."""

import re
from collections.abc import Mapping, Sequence

from pulumi import Input, ResourceOptions
from pydantic import Field

from apps.shared.starrocks import StarRocks
from apps.shared.starrocks_errors import StarRocksError
from infra.resources import connections
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session, wait_for

_GRANT = re.compile(r"^GRANT\s+(?P<granted>.+)\s+TO\s+(?:USER\s+)?'[^']*'@'[^']*'", re.IGNORECASE | re.DOTALL)


class UsersInputs(Inputs):
    """The role of each user, and a text for each password that changes with it.

    `all_users` are the users of the whole stack; empty in the resource of a product.
    """

    stack: str
    service: str
    roles: dict[str, str]
    password_ids: dict[str, str]
    all_users: list[str] = Field(default_factory=list)


class UsersProvider(Provider[UsersInputs]):
    """Creates users with their role and password, and drops those that are no longer declared."""

    model = UsersInputs
    replace_on = ("stack",)

    def identity(self, inputs: UsersInputs) -> str:
        """One resource per stack."""
        return f"{inputs.stack}/users"

    def apply(self, inputs: UsersInputs, previous: UsersInputs | None) -> None:
        """Create or change each user; all statements can be repeated."""
        passwords = connections.load(inputs.stack).secrets
        wait_for(inputs.stack, inputs.service)
        with session(inputs.stack, inputs.service, "root") as root:
            for user, role in inputs.roles.items():
                password = passwords[f"starrocks-{user}"]
                root.execute(f"CREATE USER IF NOT EXISTS '{user}'@'%%' IDENTIFIED BY %s", (password,))
                root.execute(f"ALTER USER '{user}'@'%%' IDENTIFIED BY %s", (password,))
                root.execute(f"GRANT {role} TO USER '{user}'@'%'")
                root.execute(f"SET DEFAULT ROLE {role} TO '{user}'@'%'")
                for granted in _granted(root, user) - {role}:
                    root.execute(f"REVOKE {granted} FROM USER '{user}'@'%'")
            if previous is not None:
                for user in previous.roles.keys() - inputs.roles.keys():
                    root.execute(f"DROP USER IF EXISTS '{user}'@'%'")

    def find_drift(self, inputs: UsersInputs) -> list[str]:
        """Report users that cannot log in with their password, lack their role, or have other privileges.

        Users that the stack does not declare are reported and kept.
        """
        try:
            with session(inputs.stack, inputs.service, "root") as root:
                return [
                    *(line for user, role in inputs.roles.items() for line in self._problems(root, inputs, user, role)),
                    *(f"user {user} is not declared" for user in _others(root, inputs.all_users)),
                ]
        except (StarRocksError, connections.ConnectionsMissing) as error:
            return [str(error)]

    @staticmethod
    def _problems(root: StarRocks, inputs: UsersInputs, user: str, role: str) -> list[str]:
        try:
            with session(inputs.stack, inputs.service, user) as own:
                active = str(own.execute("SELECT CURRENT_ROLE()")[0][0])
                granted = _granted(root, user)
        except StarRocksError as error:
            return [f"user {user}: {error}"]
        lacking = [] if role in granted else [f"user {user} lacks the role {role}"]
        if not lacking and role not in re.split(r"[,\s]+", active):
            lacking = [f"user {user} does not use its role {role} by default"]
        return lacking + [f"user {user} also has {each}" for each in sorted(granted - {role})]

    def remove(self, inputs: UsersInputs) -> None:
        """Drop the users."""
        with session(inputs.stack, inputs.service, "root") as root:
            for user in inputs.roles:
                root.execute(f"DROP USER IF EXISTS '{user}'@'%'")


def _others(root: StarRocks, declared: list[str]) -> list[str]:
    """The users that are not declared; none if `declared` is empty."""
    if not declared:
        return []
    found = {str(user).partition("@")[0].strip("'") for user, *_ in root.execute("SHOW USERS")}
    return sorted(found - {"root", *declared})


def _granted(root: StarRocks, user: str) -> set[str]:
    """The roles of a user without `public`, which every user has, and its privileges such as `SELECT ON TABLE d.t`."""
    rows = root.execute(f"SHOW GRANTS FOR '{user}'@'%'")
    texts = [match["granted"] for row in rows for value in row if (match := _GRANT.match(str(value)))]
    privileges = {" ".join(text.split()) for text in texts if _is_privilege(text)}
    roles = {role.strip(" '\"`") for text in texts if not _is_privilege(text) for role in text.split(",")}
    return (privileges | roles) - {"public"}


def _is_privilege(granted: str) -> bool:
    return re.search(r"\sON\s", granted, re.IGNORECASE) is not None


class StarRocksUsers(DynamicResource, module="kappastack", name="StarRocksUsers"):
    """The users of a stack's StarRocks."""

    provider = UsersProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        roles: Mapping[str, str],
        password_ids: Mapping[str, Input[str]],
        all_users: Sequence[str] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare the users.

        Args:
            name: name of the resource.
            stack: name of the stack.
            service: name of StarRocks' service.
            roles: role by user.
            password_ids: text by user that changes with its password, also of root.
            all_users: users of the whole stack; the resource then reports all others. Empty for no such report.
            opts: resource options.
        """
        inputs = {"stack": stack, "service": service, "roles": dict(roles), "password_ids": dict(password_ids)}
        super().__init__(name, {**inputs, **({"all_users": sorted(all_users)} if all_users else {})}, opts)
