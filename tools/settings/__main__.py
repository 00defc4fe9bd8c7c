"""Writes docs/settings.md: `python -m tools.settings`."""

from tools.settings.page import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page())
