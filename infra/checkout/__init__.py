"""This checkout: its folders, the environment that `make setup` prepared, locks and commands.

The set-up imports it before the virtual environment exists: standard library alone.
"""
