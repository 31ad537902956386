"""How many months one group of AI models trails another, and how sure that is."""

__version__ = "0.1.0"
