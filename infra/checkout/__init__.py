"""This checkout: its folders, the environment that `make setup` prepared, locks and commands.

The package uses the standard library only, because the set-up imports it before the virtual environment exists.
"""
