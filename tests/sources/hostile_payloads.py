"""Payloads made to cost their reader memory or time, and a program that measures what they cost.

As a program it makes some of them in a folder (``make FOLDER SET``), or reads them from there
(``read FOLDER SET``) and prints a line of JSON for each: its name, what was said, seconds of the
processor, and the most megabytes this process and its child used. Made and read by one process,
what making took would be counted too.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from source_payloads import OFFICIAL

from elolag.errors import PayloadError
from elolag.schema import Origin
from elolag.sources import arena, bounded, get_source

MB = 1 << 20
DAY = "2026-08-21"


# Parquet, whole and by hand.


def written(table: pa.Table, **options: object) -> bytes:
    out = pa.BufferOutputStream()
    pq.write_table(table, out, **options)
    return out.getvalue().to_pybytes()


def columns(rows: int, **other: object) -> pa.Table:
    """The official columns, each with one value again and again unless it is given whole."""
    return pa.table(
        {
            name: value if isinstance(value, pa.Array) else pa.repeat(value, rows)
            for name, value in (OFFICIAL | other).items()
        }
    )


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _list(kind: int, items: list[bytes]) -> bytes:
    head = bytes([len(items) << 4 | kind]) if len(items) < 15 else None
    return (head or bytes([0xF0 | kind]) + _varint(len(items))) + b"".join(items)


def _element(name: bytes, children: int | None = None) -> bytes:
    """An element of a schema: a column of doubles, or a group of so many."""
    kind = b"\x15\x0a" if children is None else b""
    head = kind + (b"\x25\x02" if kind else b"\x35\x02") + b"\x18" + _varint(len(name)) + name
    return head + (b"" if children is None else b"\x15" + _varint(2 * children)) + b"\0"


def with_schema(elements: list[bytes]) -> bytes:
    """A file without rows whose footer describes these columns."""
    footer = b"\x15\x02\x19" + _list(12, elements) + b"\x16\x00\x19" + _list(12, []) + b"\0"
    return with_footer(footer)


def with_footer(footer: bytes) -> bytes:
    return b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def wide(number: int) -> bytes:
    return with_schema([_element(b"r", number), *(_element(b"c%d" % i) for i in range(number))])


def deep(number: int) -> bytes:
    return with_schema([_element(b"a", 1)] * number + [_element(b"b")])


def long_texts(rows: int, length: int) -> bytes:
    names = pa.array([f"{i:06}" + "x" * length for i in range(rows)])
    return written(
        columns(rows, model_name=names), compression="zstd", write_statistics=False,
        use_dictionary=rows > 1,
    )  # fmt: skip


def days(number: int, apart: int = 1) -> list[dt.date]:
    return [dt.date(1, 1, 1) + dt.timedelta(day * apart) for day in range(number)]


def many_dates(number: int) -> bytes:
    dates = pa.array([day.isoformat() for day in days(number)])
    return written(columns(number, leaderboard_publish_date=dates), compression="zstd")


def overwritten(payload: bytes, at: int, other: bytes) -> bytes:
    return payload[:at] + other + payload[at + len(other) :]


# JSON and CSV.

ECI = (
    b"Model,Display name,eci,eci_ci_low,eci_ci_high,date,Organization,Country (of organization),"
    b"Model accessibility\n"
)
PAGE = {"rank": 1, "vendor": "V", "license": "o", "score": 1500, "votes": 9, "ci_low": 7}


def page(rows: int) -> bytes:
    models = [PAGE | {"model": f"m{i}", "ci_high": 8} for i in range(rows)]
    meta = {"fetched_at": DAY, "last_updated": None, "model_count": rows}
    return json.dumps({"meta": meta, "models": models}).encode()


def rated(elo: str) -> bytes:
    return json.dumps({"data": [{"slug": "m", "name": "M", "elo": elo}]}).encode()


def served(number: int, apart: int) -> bytes:
    """One model with another date at each of many providers."""
    dates = days(number, apart)
    return json.dumps(
        {
            f"p{i}": {"models": {"m": {"name": "M", "release_date": day.isoformat()}}}
            for i, day in enumerate(dates)
        }
    ).encode()


def history(number: int) -> bytes:
    lines = [f"m,M,1000,MIT,Lab,{day.isoformat().replace('-', '')}" for day in days(number)]
    return "\n".join(["key,Model,rating,License,Organization,date", *lines, ""]).encode()


def categories(number: int) -> bytes:
    figures = {"rating": 1.0, "rating_q975": 1.0, "rating_q025": 1.0}
    return json.dumps({f"c{i}": {"m": figures} for i in range(number)}).encode()


TEXT, FULL = "arena-dataset text", "full text"
WEB, ELO, CSV = "arena-web text.json", "artificial-analysis text-to-image", "epoch-eci e.csv"
DEV = "models-dev api.json"

#: What it is: source and name, the payload, and words of the refusal (none: it is taken).
PAYLOADS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "20,000 row groups": (
        TEXT, lambda: written(
            pa.table({"x" * 500: pa.repeat(1.0, 20_000)}), row_group_size=1,
            write_statistics=False),
        "a footer of"),
    "1,001 row groups": (
        TEXT, lambda: written(columns(1_001), row_group_size=1, write_statistics=False),
        "1,001 row groups"),
    "3,000,000 rows": (TEXT, lambda: written(columns(3_000_000)), "declares 3,000,000 rows"),
    "2,000,000 equal rows": (
        TEXT, lambda: written(columns(2_000_000)), "2,000,000 rows; a board of more"),
    "100,000 columns": (TEXT, lambda: wide(100_000), "declares 100,000 columns"),
    "250,000 columns": (TEXT, lambda: wide(250_000), "declares 250,000 columns"),
    "1,000,000 columns": (TEXT, lambda: wide(1_000_000), "a footer of"),
    "a schema 1,000 deep": (TEXT, lambda: deep(1_000), "not readable as Parquet"),
    "a schema 400,000 deep": (TEXT, lambda: deep(400_000), "not readable as Parquet"),
    "a schema of less than it says": (
        TEXT, lambda: with_schema([_element(b"r", 1 << 30)]), "not readable as Parquet"),
    "metadata of 1 MB": (
        TEXT, lambda: written(columns(1).replace_schema_metadata({"k": "x" * MB})), ""),
    "metadata of 16 MB": (
        TEXT, lambda: written(columns(1).replace_schema_metadata({"k": "x" * (16 * MB)})),
        "a footer of"),
    "100,000 metadata": (
        TEXT, lambda: written(
            columns(1).replace_schema_metadata({f"k{i}": "x" for i in range(100_000)})),
        "a footer of"),
    "a footer of nothing": (TEXT, lambda: with_footer(bytes(3 * MB)), "not readable as Parquet"),
    "a footer longer than its file": (
        TEXT, lambda: overwritten(written(columns(1)), -8, b"\xff\xff\xff\x7f"), "a footer of"),
    "a text of 300 MB": (
        TEXT, lambda: long_texts(1, 300 * MB), "bytes uncompressed; more than"),
    "a dictionary of 300 MB": (
        TEXT, lambda: long_texts(100_000, 3_000), "bytes uncompressed; more than"),
    "a dictionary of 200 MB": (
        TEXT, lambda: long_texts(216_000, 890), "not readable as Parquet ('malloc"),
    "a dictionary of long texts": (
        TEXT, lambda: long_texts(20_000, 3_000), "has 3,006 characters"),
    "a dictionary of 100 MB": (TEXT, lambda: long_texts(33_000, 3_000), "has 3,006 characters"),
    "a page of 4 GB, it says": (
        TEXT, lambda: overwritten(
            written(columns(1_000), compression="none", use_dictionary=False), 6,
            b"\xfe\xff\xff\xff\x0f"),
        "not readable as Parquet"),
    "500,000 dates": (FULL, lambda: many_dates(500_000), "500,000 dates; more than 5,000"),
    "arrays 100,000 deep": (WEB, lambda: b"[" * 100_000, "nested too deeply"),
    "objects 100,000 deep": (WEB, lambda: b'{"a":' * 100_000, "nested too deeply"),
    "a name 900 deep": (
        WEB, lambda: page(1).replace(b'"m0"', b"[" * 900 + b"]" * 900), "is not text"),
    "a whole number of a million digits": (
        WEB, lambda: b'{"meta":' + b"1" * 1_000_000 + b"}", "unreadable number"),
    "a fraction of ten million digits": (
        WEB, lambda: b'{"meta":1.' + b"1" * 10_000_000 + b"}", "found a number"),
    "an exponent of a million digits": (
        WEB, lambda: b'{"meta":1e' + b"1" * 1_000_000 + b"}", "found a number"),
    "millions of arrays": (WEB, lambda: b"[" + b"[]," * 10_000_000 + b"1]", "some 20,000,001"),
    "as many arrays as may be": (
        WEB, lambda: b"[" + b"[]," * 1_499_999 + b"1]", "found an array"),
    "as many objects as may be": (
        WEB, lambda: b"[" + b'{"a":{}},' * 999_999 + b"1]", "found an array"),
    "33 MB of one text": (WEB, lambda: b'["' + b"x" * 33 * MB + b'"]', "bytes of text"),
    "31 MB of one text and an emoji": (
        WEB, lambda: b'["' + b"x" * 31 * MB + '\U0001f600"]'.encode(), "found an array"),
    "a page of 80,000 models": (WEB, lambda: page(80_000), ""),
    "a rating of a million digits and a letter": (
        ELO, lambda: rated("1" * 1_000_000 + "x"), "is not a finite number"),
    "a rating of a million digits and a sign": (
        ELO, lambda: rated("1" * 500_000 + "." + "1" * 500_000 + "e+"), "is not a finite number"),
    "50,000 dates of one model": (DEV, lambda: served(50_000, 20), ""),
    "50,000 dates of one model, day by day": (DEV, lambda: served(50_000, 1), ""),
    "100,000 categories": (
        "arena-catalog leaderboard-text.json", lambda: categories(100_000), "100,000 categories"),
    "a line of 31 MB": (CSV, lambda: ECI + b"x" * 31 * MB, "not CSV at line 2"),
    "a line of 64 MB": (CSV, lambda: ECI + b"x" * 64 * MB, "bytes of text; more than"),
    "millions of empty lines": (CSV, lambda: ECI + b"\n" * 31 * MB, "values; more than"),
    "millions of fields": (CSV, lambda: ECI + b"," * 31 * MB, "values; more than"),
    "millions of lines": (CSV, lambda: ECI + b"a\n" * 15 * MB, "values; more than"),
    "as many lines as may be": (CSV, lambda: ECI + b"ab\n" * 2_900_000, "line 2 has 1 fields"),
    "as many fields as may be": (CSV, lambda: ECI + b"ab," * 2_900_000, "fields where the"),
    "as many columns as may be": (
        CSV, lambda: b",".join(b"%d" % i for i in range(2_900_000)), "columns; more than 1,000"),
    "31 MB of quotes": (CSV, lambda: ECI + b'"' * 31 * MB, "not CSV at line 2"),
    "100,000 dates in a history": (
        "arena-history alltime.csv", lambda: history(100_000), "100,000 dates; more than 200"),
    "as many dates in a history as may be": (
        "arena-history alltime.csv", lambda: history(200), ""),
}  # fmt: skip


#: Those that take long and have a near relative among the others: `make check-all` has them.
LONG = frozenset({
    "3,000,000 rows", "2,000,000 equal rows", "250,000 columns", "1,000,000 columns",
    "metadata of 16 MB",
    "a text of 300 MB", "a dictionary of 100 MB",
    "as many objects as may be", "50,000 dates of one model", "a line of 64 MB",
    "as many columns as may be", "as many dates in a history as may be",
})  # fmt: skip
SETS = {"usual": [name for name in PAYLOADS if name not in LONG], "long": sorted(LONG)}


def read(source: str, payload: bytes) -> str:
    """What is said of a payload; empty when it is taken."""
    name, _, file = source.partition(" ")
    origin = Origin(file, DAY)
    try:
        if name == "full":
            list(arena.dataset_history(payload, origin))
        else:
            get_source(name).parse(payload, origin)
    except PayloadError as error:
        return f"{type(error).__name__}: {error}"[:300]
    except Exception as error:
        return f"untyped {type(error).__name__}: {error}"[:300]
    return ""


def _most(process: int | str) -> int:
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


def _forget(process: int | str) -> None:
    """The most memory used so far is what is used now."""
    Path(f"/proc/{process}/clear_refs").write_text("5", "ascii")


def measured(folder: Path, names: list[str]) -> Iterator[tuple[str, str, float, int]]:
    read(TEXT, written(columns(1)))  # pandas is imported, and the child is there
    for name in names:
        source = PAYLOADS[name][0]
        payload = (folder / name).read_bytes()
        _forget("self")
        if bounded._UNPACKER.child:
            _forget(bounded._UNPACKER.child.pid)
        start = time.process_time()
        said = read(source, payload)
        seconds = time.process_time() - start
        child = bounded._UNPACKER.child
        # One that ended took what it may take, at most.
        other = _most(child.pid) if child and child.usable else bounded._MAX_MEMORY >> 20
        yield name, said, seconds, _most("self") + other


if __name__ == "__main__":
    what, where, names = sys.argv[1], Path(sys.argv[2]), SETS[sys.argv[3]]
    if what == "make":
        for name in names:
            (where / name).write_bytes(PAYLOADS[name][1]())
    else:
        for line in measured(where, names):
            sys.stdout.write(json.dumps(line) + "\n")
