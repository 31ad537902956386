"""By how many months one group of AI models trails another, and how sure we are of it."""

__version__ = "0.1.0"
