"""StarRocks users with generated passwords and roles."""

from collections.abc import Mapping

from pulumi import Input, ResourceOptions

from apps.shared.starrocks import StarRocks, StarRocksError
from infra.resources import connections
from infra.resources.provider import DynamicResource, Inputs, Provider
from infra.resources.starrocks.client import session, wait_for


class UsersInputs(Inputs):
    """The role of each user, and a text for each password that changes with it."""

    stack: str
    service: str
    roles: dict[str, str]
    password_ids: dict[str, str]


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
            if previous is not None:
                for user in previous.roles.keys() - inputs.roles.keys():
                    root.execute(f"DROP USER IF EXISTS '{user}'@'%'")

    def find_drift(self, inputs: UsersInputs) -> list[str]:
        """Report users that cannot log in with their password, or lack their role."""
        try:
            with session(inputs.stack, inputs.service, "root") as root:
                return [
                    text for user, role in inputs.roles.items() if (text := self._complaint(root, inputs, user, role))
                ]
        except (StarRocksError, connections.ConnectionsMissing) as error:
            return [str(error)]

    @staticmethod
    def _complaint(root: StarRocks, inputs: UsersInputs, user: str, role: str) -> str:
        try:
            with session(inputs.stack, inputs.service, user):
                grants = " ".join(str(value) for row in root.execute(f"SHOW GRANTS FOR '{user}'@'%'") for value in row)
        except StarRocksError as error:
            return f"user {user}: {error}"
        return "" if role in grants else f"user {user} lacks the role {role}"

    def remove(self, inputs: UsersInputs) -> None:
        """Drop the users."""
        with session(inputs.stack, inputs.service, "root") as root:
            for user in inputs.roles:
                root.execute(f"DROP USER IF EXISTS '{user}'@'%'")


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
        opts: ResourceOptions | None = None,
    ) -> None:
        """`roles` and `password_ids` are by user; a new id means a rotated password, also of root."""
        super().__init__(
            name,
            {"stack": stack, "service": service, "roles": dict(roles), "password_ids": dict(password_ids)},
            opts,
        )
