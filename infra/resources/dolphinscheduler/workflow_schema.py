"""Write the JSON schema of the workflow files, for editors: run this module as a program."""

import json

from infra.resources.dolphinscheduler.workflow_definition import WorkflowDefinition
from infra.resources.http import Json
from infra.settings import ROOT

PATH = ROOT / "dolphinscheduler/workflow.schema.json"


def schema_text() -> str:
    """The content of the file."""
    schema: dict[str, Json] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **WorkflowDefinition.model_json_schema(),
    }
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema_text())
