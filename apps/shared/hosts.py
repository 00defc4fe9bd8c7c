"""Names and addresses of machines."""


def is_loopback(host: str) -> bool:
    """Whether a host name or IPv4 address is that of the machine itself."""
    return host == "localhost" or host.startswith("127.")
