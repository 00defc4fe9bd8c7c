"""The nightly pipeline: bronze to silver to gold, with checks, lineage and a report."""
