"""What this program says about itself: it is an emulator, and of which StarRocks."""

FOLLOWS = "3.5.0"
"""The StarRocks release whose statements, answers and error codes are followed."""

CURRENT_VERSION = f"{FOLLOWS}-emulated"
MYSQL_VERSION = "8.0.33"
"""StarRocks presents itself as this MySQL release in the handshake (`Config.mysql_server_version`)."""

COMMENT = f"StarRocks EMULATOR (kappastack) following StarRocks {FOLLOWS}, not StarRocks itself"
