"""The Pulumi program: reads the settings and puts the environment together."""

import pulumi
from pulumi.runtime import config

from infra.settings import load_settings
from stacks import environment

environment(load_settings(config.get_config_env()), pulumi.get_stack())
