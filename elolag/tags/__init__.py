"""Who made each model, where, when and how open: authored tables and their lookup."""

from elolag.question import Policies
from elolag.tags.groups import Group, check_overlap, parse_group
from elolag.tags.lookup import Lookup, Tag, is_unknown, untagged
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
