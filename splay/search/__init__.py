"""Planner, commands and execution of a pipeline."""
