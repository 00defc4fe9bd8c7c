"""Starts manual runs of workflows."""

from collections.abc import Mapping

from infra.resources.dolphinscheduler.client import DolphinScheduler
from infra.resources.dolphinscheduler.runs import RunState, run_log, start, wait
from smoke_tests.outputs import Outputs


def run_workflow(outputs: Outputs, project: str, workflow: str, parameters: Mapping[str, str], within: float) -> None:
    """Run a workflow and wait for its end. Its tasks that wait for other workflows are skipped.

    Args:
        outputs: outputs of the stack.
        project: name of the product.
        workflow: name of the workflow.
        parameters: values for some of its parameters, such as `from` and `to`.
        within: time limit in seconds.

    Raises:
        AssertionError: the run did not succeed. The message contains the logs of its tasks.
    """
    url = outputs.addresses.dolphinscheduler_url.removesuffix("/dolphinscheduler")
    server = DolphinScheduler(url, outputs.credentials.dolphinscheduler.token.get_secret_value())
    ended = wait(server, project, start(server, project, workflow, parameters).id, within=within)
    assert ended.state == RunState.SUCCESS, run_log(server, server.project_code(project), ended.id)
