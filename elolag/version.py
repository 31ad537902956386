"""The version of the package and its day, for all who name them."""

__version__ = "0.2.0"
#: The day of this version, as its citations have it; a release has the day of its changelog.
RELEASED = "2026-11-27"
#: The version of the method: another one where the same lists and tags give another figure.
METHOD = "2026.11"
