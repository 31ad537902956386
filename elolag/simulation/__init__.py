"""Worlds with a known lag, and histories of them as boards."""

from elolag.simulation.simulate import History, benchmark, simulate
from elolag.simulation.worlds import WORLDS, World

__all__ = ["WORLDS", "History", "World", "benchmark", "simulate"]
