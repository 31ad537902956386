"""Who made each model, where, when and how open: authored tables and their lookup."""

from elolag.question import Policies
from elolag.tags.lookup import Group, Lookup, Tag, check_overlap, is_unknown, parse_group, untagged
from elolag.tags.rows import Alias, Lab, Model
from elolag.tags.tables import UNKNOWN, Tables, check_bundle, digest, load, ours, packaged

__all__ = [
    "UNKNOWN",
    "Alias",
    "Group",
    "Lab",
    "Lookup",
    "Model",
    "Policies",
    "Tables",
    "Tag",
    "check_bundle",
    "check_overlap",
    "digest",
    "is_unknown",
    "load",
    "ours",
    "packaged",
    "parse_group",
    "untagged",
]
