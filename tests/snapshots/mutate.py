"""Parses mutated payloads in a process of its own, so that even a crash of a library is seen.

``python mutate.py FIRST COUNT FOLDER``: seeds FIRST to FIRST + COUNT - 1 over the payloads in
FOLDER (``<source>~<payload name>``). Prints ``seed`` before each and ``ok COUNT TABLES`` at the
end; anything a parser raises but a `PayloadError` ends it with a traceback.
"""

from __future__ import annotations

import random
import sys
import time
import warnings
from pathlib import Path

from elolag.archive import Payload
from elolag.archive.candidates import read
from elolag.errors import PayloadError
from elolag.schema import Origin
from elolag.sources import get_source

WORDS = (
    b"", b"0", b"-1", b"NaN", b"Infinity", b"1e999", b"9" * 400, b"null", b"true", b'"', b"\0",
    b"\n", b"\r", b",", b"{", b"[", b"\xff\xfe", b"\xed\xa0\x80", b"..", b"1e-320", b"2026-02-30",
    b"\\ud800", b"-0", b"1_0", b"\xe2\x80\xae", b"\xd9\xa1", b"overall", b"\x80\x80\x80\x80\x08",
)  # fmt: skip
SLOWEST = 20.0


def mutated(data: bytes, random_: random.Random) -> bytes:
    """One to four changes anywhere."""
    out = bytearray(data)
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(out) + 1)
        span = random_.choice((1, 1, 2, 4, 8, 64, 512))
        kind = random_.randrange(8)
        if kind == 0 and out:
            out[at % len(out)] ^= 1 << random_.randrange(8)
        elif kind == 1 and out:
            out[at % len(out)] = random_.randrange(256)
        elif kind == 2:
            del out[at : at + span]
        elif kind == 3:
            out[at:at] = out[at : at + span]
        elif kind == 4:
            out[at : at + random_.choice((0, 1, span))] = random_.choice(WORDS)
        elif kind == 5:
            del out[at:]
        elif kind == 6:
            other = random_.randrange(len(out) + 1)
            out[at : at + span] = out[other : other + span]
        else:
            # Parquet keeps its description at the end: most damage should hit it.
            at = max(0, len(out) - 1 - int(random_.expovariate(1 / 400)))
            out[at : at + 1] = bytes([random_.randrange(256)])
    return bytes(out)


def main() -> None:
    warnings.simplefilter("error")
    first, count, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    payloads = sorted(folder.iterdir())
    tables = 0
    for seed in range(first, first + count):
        random_ = random.Random(seed)  # noqa: S311
        path = payloads[seed % len(payloads)]
        source, _, name = path.name.partition("~")
        print(seed, path.name, flush=True)  # noqa: T201
        data = mutated(path.read_bytes(), random_)
        origin = Origin(name.removesuffix(".parquet"), "2026-08-21")
        start = time.monotonic()
        payload = Payload(get_source(source), origin, data, "2026-08-21")
        try:
            get_source(source).parse(data, origin)
        except PayloadError as error:
            said = str(error)
        else:
            said = "fine"
        assert said.replace("\n", "").isprintable(), said
        # What the archive makes of it: a candidate or a refusal, and nothing raised.
        candidates, refusals = read([payload], private=True)
        assert candidates or refusals
        tables += len(candidates)
        assert time.monotonic() - start < SLOWEST
    print("ok", count, tables)  # noqa: T201


if __name__ == "__main__":
    main()
