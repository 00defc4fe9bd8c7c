"""Alerts of failed and late workflows: DolphinScheduler's alert server posts them to the stack's webhook.

The webhook's URL is a secret, so no input and no output contains it; providers look it up in the stack's connections.
"""

import json

from pulumi import Input, ResourceOptions

from apps.shared.polling import wait_until
from infra.resources import connections
from infra.resources.dolphinscheduler.client import DolphinScheduler, Found, Refused, connect, read
from infra.resources.http import Json, ServiceError
from infra.resources.provider import DynamicResource, Inputs, Provider

SECRET = "alert-webhook"  # noqa: S105 # the name of the secret
_PLUGIN = "Http"
_PLUGINS_WITHIN = 60.0


class AlertsInputs(Inputs):
    """An alert group with one receiver."""

    stack: str
    service: str
    group: str
    secret_id: str


class _Plugin(Found):
    id: int
    plugin_name: str


class _PluginForm(Found):
    plugin_params: str


class _Instance(Found):
    id: int
    instance_name: str
    plugin_instance_params: str


class _Group(Found):
    id: int
    group_name: str
    description: str | None = None
    alert_instance_ids: str


class AlertsProvider(Provider[AlertsInputs]):
    """Manages the group and its receiver by REST."""

    model = AlertsInputs
    replace_on = ("stack", "service", "group")

    def identity(self, inputs: AlertsInputs) -> str:
        """The group's name."""
        return f"{inputs.stack}/{inputs.group}"

    def apply(self, inputs: AlertsInputs, previous: AlertsInputs | None) -> None:
        """Create or change the receiver and the group."""
        server = connect(inputs.stack, inputs.service)
        server.wait_until_up()
        plugin = _plugin(server)
        desired = _parameters(inputs)
        instance = _instance(server, inputs.group)
        fields: dict[str, Json] = {
            "instanceName": _instance_name(inputs.group),
            "pluginInstanceParams": _form(server, plugin, desired),
        }
        if instance is None:
            server.call("POST", "/alert-plugin-instances", pluginDefineId=plugin, **fields)
            instance = _instance(server, inputs.group)
        elif _found_parameters(instance) != desired:
            server.call("PUT", f"/alert-plugin-instances/{instance.id}", **fields)
        if instance is None:
            raise ServiceError(
                f"DolphinScheduler accepted alert instance {_instance_name(inputs.group)} but does not list it"
            )
        group = _group(server, inputs.group)
        fields = {"groupName": inputs.group, "description": "", "alertInstanceIds": str(instance.id)}
        if group is None:
            server.call("POST", "/alert-groups", **fields)
        elif group.alert_instance_ids != str(instance.id):
            server.call("PUT", f"/alert-groups/{group.id}", **fields)

    def find_drift(self, inputs: AlertsInputs) -> list[str]:
        """Report missing and edited parts; no line contains a URL."""
        try:
            server = connect(inputs.stack, inputs.service, timeout=5)
            instance, group = _instance(server, inputs.group), _group(server, inputs.group)
            if group is None:
                return [f"alert group {inputs.group} is missing"]
            if instance is None or group.alert_instance_ids != str(instance.id):
                return [f"alert group {inputs.group} has another receiver, or none"]
            actual, desired = _found_parameters(instance), _parameters(inputs)
        except (ServiceError, connections.ConnectionsMissing) as error:
            return [str(error)]
        changed = [name for name, value in desired.items() if actual.get(name) != value]
        return [f"alert group {inputs.group}: {', '.join(changed)} changed"] if changed else []

    def remove(self, inputs: AlertsInputs) -> None:
        """Delete group and receiver."""
        server = connect(inputs.stack, inputs.service)
        if group := _group(server, inputs.group):
            server.call("DELETE", f"/alert-groups/{group.id}")
        if instance := _instance(server, inputs.group):
            _remove_from_groups(server, instance.id)
            server.call("DELETE", f"/alert-plugin-instances/{instance.id}")


def _instance_name(group: str) -> str:
    return f"{group}-webhook"


def _plugin(server: DolphinScheduler) -> int:
    """The id of the HTTP plugin; the alert server registers its plugins shortly after the API starts."""
    found = 0

    def problem() -> str:
        nonlocal found
        try:
            plugins = read(list[_Plugin], server.call("GET", "/ui-plugins/query-by-type", pluginType="ALERT"))
        except Refused as error:  # until the first plugin is registered
            return str(error)
        found = next((each.id for each in plugins if each.plugin_name == _PLUGIN), 0)
        return "" if found else f"it lists {', '.join(each.plugin_name for each in plugins) or 'no plugin'}"

    wait_until(problem, within=_PLUGINS_WITHIN, what=f"DolphinScheduler's alert plugin {_PLUGIN}")
    return found


def _instance(server: DolphinScheduler, group: str) -> _Instance | None:
    instances = read(list[_Instance], server.call("GET", "/alert-plugin-instances/list") or [])
    return next((each for each in instances if each.instance_name == _instance_name(group)), None)


def _group(server: DolphinScheduler, name: str) -> _Group | None:
    groups = read(list[_Group], server.pages("/alert-groups", searchVal=name))
    return next((each for each in groups if each.group_name == name), None)


def _remove_from_groups(server: DolphinScheduler, instance: int) -> None:
    """Remove a receiver from every group. The built-in group contains the receivers 1 and 2 from the start."""
    for group in read(list[_Group], server.pages("/alert-groups")):
        receivers = group.alert_instance_ids.split(",")
        if str(instance) in receivers:
            left = ",".join(each for each in receivers if each != str(instance))
            fields: dict[str, Json] = {"groupName": group.group_name, "description": group.description or ""}
            server.call("PUT", f"/alert-groups/{group.id}", alertInstanceIds=left, **fields)


def _parameters(inputs: AlertsInputs) -> dict[str, str]:
    """The parameters of the plugin: a POST in the form of the tasks' own alerts (`apps/tasks/alerts.py`)."""
    url = connections.load(inputs.stack).secrets[SECRET]
    body = {
        "source": "dolphinscheduler",
        "severity": "critical",
        "title": "A workflow failed or exceeded its time limit",
        "stack": inputs.stack,
        "product": inputs.group,
    }
    return {
        "WarningType": "all",
        "url": url,
        "requestType": "POST",
        "headerParams": json.dumps({"Content-Type": "application/json"}),
        "bodyParams": json.dumps(body),
        "contentField": "text",
    }


def _form(server: DolphinScheduler, plugin: int, parameters: dict[str, str]) -> Json:
    """The plugin's form, filled in. The server stores any other form as an empty one, without an error."""
    described = read(_PluginForm, server.call("GET", f"/ui-plugins/{plugin}"))
    fields = read(list[dict[str, Json]], json.loads(described.plugin_params))
    if {str(each.get("field")) for each in fields} != parameters.keys():
        raise ServiceError(f"the form of DolphinScheduler's alert plugin {_PLUGIN} is not the expected one")
    return [{**each, "value": parameters[str(each["field"])]} for each in fields]


def _found_parameters(instance: _Instance) -> dict[str, str]:
    fields = json.loads(instance.plugin_instance_params) or []
    return {str(each.get("field")): str(each.get("value")) for each in fields}


class DolphinSchedulerAlerts(DynamicResource, module="kappastack", name="DolphinSchedulerAlerts"):
    """An alert group that posts to the stack's webhook, if it has one."""

    provider = AlertsProvider

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        service: str,
        group: str,
        secret_id: Input[str],
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare the alert group.

        Args:
            name: name of the resource.
            stack: name of the stack.
            service: name of the service.
            group: name of the group, which is the name of the data product.
            secret_id: text that changes with the URL. The URL is the secret `alert-webhook` of the stack's connections.
            opts: resource options.
        """
        super().__init__(name, {"stack": stack, "service": service, "group": group, "secret_id": secret_id}, opts)
