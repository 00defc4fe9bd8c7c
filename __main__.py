"""The Pulumi program: reads the settings and puts the environment together."""

import pulumi
from pulumi.runtime import config

from infra.configuration import load_settings
from infra.images import ImageError
from infra.resources.dolphinscheduler.workflow_files import WorkflowError
from infra.settings import SettingsError
from stacks.environment import environment

try:
    environment(load_settings(config.get_config_env()), pulumi.get_stack())
except (ImageError, SettingsError, WorkflowError) as error:
    # A mistake in a file, not in the program: people need the sentence, not the traceback.
    raise pulumi.RunError(str(error)) from None
