"""Pages for those who never install Python: a question as a folder, and a site of months."""

from __future__ import annotations

from elolag.site.build import Site, write_site
from elolag.site.history import Record, record
from elolag.site.month import Report, write_report

__all__ = ["Record", "Report", "Site", "record", "write_report", "write_site"]
