"""The Pulumi program: reads the settings and puts the environment together."""

import pulumi
from pulumi.runtime import config

from infra.images import ImageError
from infra.resources.dolphinscheduler.workflow_files import WorkflowError
from infra.settings import SettingsError, load_settings
from stacks import environment

try:
    environment(load_settings(config.get_config_env()), pulumi.get_stack())
except (ImageError, SettingsError, WorkflowError) as error:
    # A mistake in a file, not in the program: people need the sentence, not the traceback.
    raise pulumi.RunError(str(error)) from None
