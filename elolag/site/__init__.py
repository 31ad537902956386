"""One question as one folder: page, Markdown, figures, tables with metadata, citation, recipe."""

from __future__ import annotations

from elolag.site.month import Report, write_report

__all__ = ["Report", "write_report"]
