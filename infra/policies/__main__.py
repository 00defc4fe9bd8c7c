"""The pack of pulumi-policy: `pulumi preview --policy-pack infra/policies`.

Violations are advisory on stacks that only their own machine reaches, and stop a deployment of all others. Nothing may
be printed: the engine reads the port of this program from its output.
"""

import os

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from infra.policies import on_resources, on_settings, on_stack
from infra.policies.facts import facts
from infra.policies.rules import Declared, ResourceRule, SettingsRule, StackRule

STACK = facts(os.environ["PULUMI_STACK"])
LEVEL = EnforcementLevel.MANDATORY if STACK.is_mandatory else EnforcementLevel.ADVISORY


def _of_resource(rule: ResourceRule) -> ResourceValidationPolicy:
    def validate(resource: ResourceValidationArgs, report: ReportViolation) -> None:
        for message in rule.check(Declared(resource.resource_type, resource.name, resource.props), STACK):
            report(message, None)

    return ResourceValidationPolicy(rule.name, rule.description, validate, LEVEL)


def _of_settings(rule: SettingsRule) -> StackValidationPolicy:
    def validate(_resources: StackValidationArgs, report: ReportViolation) -> None:
        for message in rule.check(STACK):
            report(message, None)

    return StackValidationPolicy(rule.name, rule.description, validate, LEVEL)


def _of_stack(rule: StackRule) -> StackValidationPolicy:
    def validate(stack: StackValidationArgs, report: ReportViolation) -> None:
        resources = [Declared(each.resource_type, each.name, each.props) for each in stack.resources]
        for message in rule.check(resources, STACK):
            report(message, None)

    return StackValidationPolicy(rule.name, rule.description, validate, LEVEL)


PolicyPack(
    "kappastack",
    policies=[
        *map(_of_resource, on_resources.RULES),
        *map(_of_settings, on_settings.RULES),
        *map(_of_stack, on_stack.RULES),
    ],
)
