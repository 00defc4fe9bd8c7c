import os
import socket

import pytest

from infra.targets.free_ports import PortTaken, refuse_taken


def test_the_error_for_a_used_port_names_process_and_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"port {port} \(admin\) is in use by process {os.getpid()} .*PORT_OFFSET"):
            refuse_taken({"admin": port})
    refuse_taken({"admin": port})
