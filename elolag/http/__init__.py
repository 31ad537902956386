"""Fetching over HTTP: the only part of elolag that imports requests.

What a server says is checked before it is believed: where a redirect leads, how much it declares
and how much it sent. Every failure is a `FetchError` that names the address.
"""

from __future__ import annotations

from elolag.http.bodies import MAX_BYTES, Progress
from elolag.http.client import USER_AGENT, Answer, Client

__all__ = ["MAX_BYTES", "USER_AGENT", "Answer", "Client", "Progress"]
