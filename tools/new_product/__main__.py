"""`python -m tools.new_product NAME [--title TITLE] [--port PORT] [--stack STACK]`."""

import argparse
import sys

from infra.settings import SettingsError
from tools.new_product.writer import NewProductError, write_product


def main() -> int:
    """Write the files, and print their paths and the next steps."""
    parser = argparse.ArgumentParser(prog="python -m tools.new_product", description=__doc__)
    parser.add_argument("name", help="2 to 20 lower-case letters and digits, first a letter")
    parser.add_argument("--title", default="", help="title for users; by default the name")
    parser.add_argument(
        "--port", type=int, default=0, help="port of its API; by default the first free one from 4700 on"
    )
    parser.add_argument("--stack", default="local", help="stack that gets the product")
    options = parser.parse_args()
    written = write_product(options.name, title=options.title, port=options.port, stack=options.stack)
    for path in written:
        print(path)
    print(f"\nNext: make up{'' if options.stack == 'local' else f' STACK={options.stack}'}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (NewProductError, SettingsError) as problem:
        sys.exit(str(problem))
