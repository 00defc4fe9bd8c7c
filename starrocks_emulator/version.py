"""The version texts of the emulator; they name the emulator and the StarRocks release that it follows."""

FOLLOWS = "3.5.0"
"""The StarRocks release whose statements, results and error codes the emulator follows."""

CURRENT_VERSION = f"{FOLLOWS}-emulated"
MYSQL_VERSION = "8.0.33"
"""StarRocks reports this MySQL release in the handshake (`Config.mysql_server_version`)."""

COMMENT = f"StarRocks EMULATOR (kappastack) following StarRocks {FOLLOWS}, not StarRocks itself"
