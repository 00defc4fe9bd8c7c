"""The server of a replacement plugin.

It extends the server of the Python SDK by the report of a partly created resource.
"""

import os
import sys

from google.protobuf import any_pb2
from grpc import StatusCode, aio
from grpc.aio import ServicerContext
from pulumi.provider.experimental import provider as protocol
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

_LARGEST_MESSAGE = 400 * 1024 * 1024
"""Maximum size of a message in bytes, as in the SDK's server."""
_LOOK_SECONDS = 1.0
_GRACE_SECONDS = 120.0
"""Time for started requests after the CLI has ended."""
_DETAILS = "grpc-status-details-bin"


class Partial(Exception):
    """A resource exists, but its creation or update failed. The engine records it and tries again at the next `up`.

    Args:
        identity: id of the resource.
        state: its recorded state.
        reason: the error.
    """

    def __init__(self, identity: str, state: dict[str, PropertyValue], reason: str) -> None:
        """Store the parts of the response."""
        super().__init__(reason)
        self.identity = identity
        self.state = state


class Servicer(ProviderServicer):
    """Responds to `Create` and `Update` with `ErrorResourceInitFailed` if the resource exists but is incomplete."""

    async def Create(  # noqa: N802 # the protocol's name
        self, request: provider_pb2.CreateRequest, context: ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Create a resource."""
        try:
            done: provider_pb2.CreateResponse = await super().Create(request, context)  # type: ignore[no-untyped-call]
        except Partial as error:
            await _abort(context, error)
            raise
        return done

    async def Update(  # noqa: N802 # the protocol's name
        self, request: provider_pb2.UpdateRequest, context: ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Update a resource."""
        try:
            done: provider_pb2.UpdateResponse = await super().Update(request, context)  # type: ignore[no-untyped-call]
        except Partial as error:
            await _abort(context, error)
            raise
        return done


async def _abort(context: ServicerContext, error: Partial) -> None:
    failed = provider_pb2.ErrorResourceInitFailed(
        id=error.identity, properties=PropertyValue.marshal_map(error.state), reasons=[str(error)]
    )
    details = any_pb2.Any()
    details.Pack(failed)
    code = StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=str(error), details=[details])
    await context.abort(code, str(error), ((_DETAILS, status.SerializeToString()),))


async def serve(engine: str, provider: protocol.Provider, version: str) -> None:
    """Serve until the CLI ends this process, or until the CLI itself has ended, such as by SIGKILL.

    Args:
        engine: address of the Pulumi engine.
        provider: responds to the requests.
        version: version of the plugin.
    """
    cli = os.getppid()
    server = aio.server(options=[("grpc.max_receive_message_length", _LARGEST_MESSAGE)])
    servicer = Servicer([], version, provider, engine_address=engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    # The CLI reads the port from the first line.
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while os.getppid() == cli:
        await server.wait_for_termination(_LOOK_SECONDS)
    await server.stop(_GRACE_SECONDS)
