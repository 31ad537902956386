"""The lag slice by slice: categories, boards, openness, labs or countries side by side.

Who is compared with whom:

``category``, ``board``
    the same two groups in every category of a board, or on every board of the archive;
``openness``
    follower and leader whole, then open and closed models of each against those of the other
    (two by two), then closed against open within each side and over all models;
``lab``
    each lab against the leader's frontier; a lab of the leader's against its other labs;
``country``
    each country against the leader's frontier; the leader against the rest of the world.

Simultaneous intervals are Bonferroni's: of m slices each gets an interval at 1 - (1 - level) / m,
and then all m hold at once at `level` or more, however they depend on each other. They do depend:
one model leads in many slices. But slices differ in board, category or groups, each has a
posterior and draws of its own, and there is no joint draw from which a narrower band could be read.
"""

from elolag.slices.questions import BY
from elolag.slices.result import Slice, Slices
from elolag.slices.run import compare

__all__ = ["BY", "Slice", "Slices", "compare"]
