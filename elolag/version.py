"""The version of the package, for all who name it."""

__version__ = "0.2.0"
