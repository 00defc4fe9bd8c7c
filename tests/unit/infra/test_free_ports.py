import os
import socket

import pytest

from infra.targets.host.free_ports import PortTaken, refuse_taken


def test_a_taken_port_is_named_with_its_process_and_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"port {port} \(admin\) is taken by process {os.getpid()} .*PORT_OFFSET"):
            refuse_taken({"admin": port})
    refuse_taken({"admin": port})
