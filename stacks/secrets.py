"""Generated secrets of a stack: passwords, and tokens signed with a generated key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pulumi import Output

from infra import platform as own
from infra import rotation
from infra.platform import secret
from infra.products.model import Product
from infra.resources.dolphinscheduler.database import ACCOUNT_SECRETS
from infra.resources.dolphinscheduler.database import SECRETS as DATABASE_SECRETS
from infra.resources.pulsar.tokens import signed
from infra.resources.secret import RandomSecret
from infra.rotation import Rotation
from infra.services import pulsar_roles
from infra.services.grafana import ADMIN_SECRET as GRAFANA_SECRET
from infra.services.tasks import ALERT_WEBHOOK
from infra.settings import Settings
from infra.settings_backup import ACCESS_KEY, SECRET_KEY
from infra.settings_postgres import DATABASE_PASSWORD


@dataclass(frozen=True)
class Secrets:
    """Secrets by name.

    Args:
        generated: resources of the random secrets, whose version changes when the secret is rotated.
        values: all values, including tokens and the secrets of the settings.
        files: text of each secret's file for services. While a StarRocks password or Pulsar's key is rotated, its file
            has the predecessor on a second line, because services then accept or try both.
    """

    generated: Mapping[str, RandomSecret]
    values: Mapping[str, Output[str]]
    files: Mapping[str, Output[str]]

    def versions(self, names: Iterable[str]) -> dict[str, Output[str]]:
        """A text for each generated secret that changes with its value."""
        return {name: self.generated[name].version for name in names if name in self.generated}


def secrets(settings: Settings, products: Sequence[Product], stack: str) -> Secrets:
    """Generate the secrets of the platform and of its products, and rotate those that `rotation.json` names."""
    users = ["root", *own.ROLES, *(user for product in products for user in product.users)]
    tokens = [
        *pulsar_roles.TOKENS,
        *(pulsar_roles.token(product.role(role)) for product in products for role in product.publishers),
    ]
    database = DATABASE_SECRETS if settings.postgres.external is None else ACCOUNT_SECRETS
    names = [*(secret(user) for user in users), *database, pulsar_roles.TOKEN_KEY]
    if settings.has_grafana:
        names.append(GRAFANA_SECRET)
    current = rotation.load(stack)
    generated = {name: _generated(name, current) for name in names}
    values = {name: each.value for name, each in generated.items()}
    key = values[pulsar_roles.TOKEN_KEY]
    values |= {token: signed(key, pulsar_roles.role(token)) for token in tokens}
    for name, given in (
        (ALERT_WEBHOOK, settings.alert_webhook),
        (ACCESS_KEY, settings.backup_access_key),
        (SECRET_KEY, settings.backup_secret_key),
        (DATABASE_PASSWORD, settings.postgres_password),
    ):
        if given is not None:
            values[name] = Output.secret(given.get_secret_value())
    # Other servers read a password from their file as it is.
    tried = {pulsar_roles.TOKEN_KEY, *map(secret, users)} - {secret("root")}
    files = {name: generated[name].accepted if name in tried else value for name, value in values.items()}
    return Secrets(generated, values, files)


def _generated(name: str, current: Rotation | None) -> RandomSecret:
    if current is None:
        return RandomSecret(name)
    return RandomSecret(name, rotate=current.begun if name in current.secrets else "", forget=current.forget)
