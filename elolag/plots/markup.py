"""What matplotlib writes as SVG, made small and plain: XML in, XML out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

#: Begins the identifier of what is said under the pointer or hidden by its side's key.
SAID = "elolag-said:"
#: Begins the identifier of type with white around it, before its width in points.
HALO = "elolag-halo:"
#: What a page's style sheet knows such type by.
_HALOED = "halo"
#: Of type in a file of its own: the figures' font, then any of its kind.
_FACE = "'DejaVu Sans', Verdana, Arial, Helvetica, sans-serif"
#: How matplotlib writes type: weight, size, families.
_TYPE = re.compile(r"(?:(?:italic|normal) )?(?:(bold|[1-9]00) )?([0-9.]+px) .*")
#: What marks of one group mostly share.
_SHARED = (
    "fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-linecap",
    "stroke-dasharray", "stroke-dashoffset", "font-size", "text-anchor", "clip-path",
)  # fmt: skip
#: Opacity of what takes the pointer only.
UNSEEN = 0.001
LINE = "\u2029"
#: What one part of an SVG calls another, and numbers longer than the eye is sharp.
_REFERENCE, _LONG = re.compile(r"#([\w-]+)"), re.compile(r"-?\d+\.\d{3,}")
#: Attributes that hold them, beside paths.
_GEOMETRY = {"x", "y", "transform", "viewBox"}
#: A path's command and its numbers, how many pairs each takes, and spaces that part nothing.
_COMMAND = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_PAIRS = {"M": 1, "L": 1, "Q": 2, "C": 3, "z": 0}
_BETWEEN = re.compile(r" (?=[A-Za-z-])|(?<=[A-Za-z]) |(?<=\.\d) (?=\.)|(?<=\.\d\d) (?=\.)")
_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
#: Parts whose text is read.
_WORDED = (f"{_SVG}title", f"{_SVG}text", f"{_SVG}tspan")
for _name, _address in (
    ("", "http://www.w3.org/2000/svg"), ("xlink", "http://www.w3.org/1999/xlink"),
    ("dc", "http://purl.org/dc/elements/1.1/"), ("cc", "http://creativecommons.org/ns#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
):  # fmt: skip
    ElementTree.register_namespace(_name, _address)


def element(root: ElementTree.Element, prefix: str, *, pointed: bool) -> str:
    """A figure's SVG as an element for a page: see `files.svg`."""
    _take_out(root)
    _attribute(root, f"{prefix}-")
    if not pointed:
        for parent in list(root.iter()):
            for child in list(parent):
                if child.tag == f"{_SVG}title":
                    _lift(child, root)
                    parent.remove(child)
    _hoist(root)
    _join(root)
    for key in ("width", "height"):
        del root.attrib[key]
    # The page has words and a table in its place.
    for key, value in (("aria-hidden", "true"), ("focusable", "false")):
        root.set(key, value)
    return ElementTree.tostring(root, encoding="unicode")


def _take_out(root: ElementTree.Element) -> list[ElementTree.Element]:
    """Metadata, which are returned, and the style sheet."""
    metadata = root.findall(f"{_SVG}metadata")
    for parent in [root, *root.iter(f"{_SVG}defs")]:
        for child in list(parent):
            kept = child.tag not in (f"{_SVG}metadata", f"{_SVG}style")
            if not kept or child.find(f"{_SVG}style") is not None:
                parent.remove(child)
    return metadata


def _attribute(root: ElementTree.Element, prefix: str) -> None:
    """Attributes in place of styles, and names that begin with the prefix, of what is referred."""
    referred = dict.fromkeys(
        n for part in root.iter() for v in part.attrib.values() for n in _REFERENCE.findall(v)
    )
    used = {name: f"{prefix}{number}" for number, name in enumerate(referred)}
    for part in root.iter():
        _plain(part, used)
    # Those of the style sheet that was taken out.
    root.set("stroke-linejoin", "round")
    root.set("stroke-linecap", "butt")


def pack(root: ElementTree.Element) -> None:
    """Make an SVG of ours as small as it can be: attributes for styles, each said once."""
    metadata = _take_out(root)
    _attribute(root, "e")
    for part in root.iter():
        if part.get("class") == _HALOED:
            del part.attrib["class"]
            part.set("style", "paint-order: stroke")
    _hoist(root)
    _join(root)
    root.set("font-family", _FACE)
    root[:0] = metadata


def _lift(part: ElementTree.Element, root: ElementTree.Element) -> None:
    """What a part defines and others use stays when it goes."""
    for defined in part.iter(f"{_SVG}defs"):
        root.insert(0, defined)


def _plain(part: ElementTree.Element, used: Mapping[str, str]) -> None:
    """Attributes for styles, our names for matplotlib's, no white space."""
    for declared in filter(None, part.attrib.pop("style", "").split(";")):
        key, value = (half.strip() for half in declared.split(":", 1))
        if (face := _TYPE.fullmatch(value)) and key == "font":
            part.set("font-size", face[2])
            if face[1]:
                part.set("font-weight", face[1])
        else:
            part.set(key, value)
    part.attrib.pop("font-family", None)
    if part.attrib.pop("paint-order", ""):  # a property of the style sheet, no attribute of HTML's
        part.set("class", _HALOED)
    if part.get("transform", "").startswith("rotate(-0 "):
        del part.attrib["transform"]
    for key, value in list(part.attrib.items()):
        if key == "id":
            del part.attrib[key]
            if value in used:
                part.set(key, used[value])
        elif key == _LINK:
            del part.attrib[key]
            part.set("href", f"#{used[value[1:]]}")
        elif value.startswith("url("):
            part.set(key, _REFERENCE.sub(lambda m: f"#{used[m[1]]}", value))
    if part.tag not in _WORDED:
        part.text = None
    part.tail = None


def _hoist(part: ElementTree.Element) -> None:
    """What all parts of a group share is said once, by the group; from the innermost out."""
    inner = [child for child in part if child.tag != f"{_SVG}title"]
    for child in inner:
        _hoist(child)
    if part.tag != f"{_SVG}g":
        return
    moved = any("transform" in child.attrib for child in inner)
    for key in _SHARED:
        if key == "clip-path" and moved:  # it is cut where the part itself stands
            continue
        values = {child.get(key) for child in inner}
        if len(values) == 1 and (value := values.pop()) is not None and key not in part.attrib:
            part.set(key, value)
            for child in inner:
                del child.attrib[key]


def _join(part: ElementTree.Element) -> None:
    """Groups side by side that say the same become one, and a group that says nothing goes."""
    kept: list[ElementTree.Element] = []
    for child in part:
        _join(child)
        if child.tag != f"{_SVG}g":
            kept.append(child)
            continue
        worded = child.find(f"{_SVG}title") is not None
        inner = [child] if worded else list(child)
        shared = dict(child.attrib)
        if worded:
            child.attrib.clear()
        before = kept[-1] if kept else None
        if not shared:
            kept += inner
        elif before is not None and before.tag == child.tag and before.attrib == shared:
            before.extend(inner)
        elif worded:
            group = ElementTree.Element(f"{_SVG}g", shared)
            group.append(child)
            kept.append(group)
        else:
            kept.append(child)
    part[:] = kept


def _short(number: re.Match[str]) -> str:
    """A number to a hundredth of a point; a small one, as the scale of a glyph is, to 4 digits."""
    value = float(number[0])
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.4g}"


def _path_data(path: str) -> str:
    """The same outline in few characters: in hundredths of a point, each from the one before.

    `path` has absolute coordinates in pairs, as matplotlib writes them: ``M``, ``L``, ``Q``, ``C``
    and ``z``.

    Raises
    ------
    ValueError
        Another command.

    Examples
    --------
    >>> _path_data("M 10 20 L 30.5 20 L 30.5 20.25 L 31 20.5 z")
    'M10 20h20.5v.25l.5.25z'
    """
    words: list[str] = []
    name, at, first = "", (0, 0), (0, 0)
    for command, numbers in _COMMAND.findall(path):
        if command not in _PAIRS:
            raise ValueError(f"a path has the command {command!r}, which is not known here")
        values = [round(100 * float(number)) for number in numbers.split()]
        places = list(zip(values[::2], values[1::2], strict=True))
        size = max(_PAIRS[command], 1)
        for begin in range(0, len(places), size):
            if command == "M":
                first, steps, drawn = places[begin], list(places[begin]), "M"
            else:
                moved = [(x - at[0], y - at[1]) for x, y in places[begin : begin + size]]
                steps, drawn = [step for pair in moved for step in pair], command.lower()
                if command == "L" and 0 in steps:
                    steps, drawn = [sum(steps)], "h" if steps[1] == 0 else "v"
            at = places[begin + size - 1]
            if drawn != name or drawn == "M":
                words.append(drawn)
            words += map(_hundredth, steps)
            name = drawn
        if command == "z":
            words, name, at = [*words, "z"], "z", first
    return _BETWEEN.sub("", " ".join(words))


def _hundredth(number: int) -> str:
    """A number of hundredths without noughts that say nothing."""
    text = f"{abs(number) / 100:.2f}".rstrip("0").rstrip(".")
    return "-" * (number < 0) + (text.removeprefix("0") or "0")


def told(content: bytes) -> ElementTree.Element:
    """An SVG in which words of `hover` are titles, its sides classes, and no number is long."""
    root = ElementTree.fromstring(content)  # noqa: S314 - matplotlib wrote it just now
    for part in root.iter():
        if part.tag == f"{_SVG}path":  # the space of a font is a glyph without outline
            part.set("d", _path_data(part.get("d", "")))
        for key in _GEOMETRY.intersection(part.attrib):
            part.set(key, " ".join(_LONG.sub(_short, part.attrib[key]).split()))
        part.text, part.tail = (text and (text.strip() and text) for text in (part.text, part.tail))
        name = part.get("id", "")
        if name.startswith(HALO):
            del part.attrib["id"]
            around = f"paint-order: stroke; stroke-width: {name.removeprefix(HALO)}"
            for text in part.iter(f"{_SVG}text"):
                text.set("style", f"{text.get('style')}; stroke: #ffffff; {around}")
        if not name.startswith(SAID):
            continue
        del part.attrib["id"]
        side, _, words = name.removeprefix(SAID).partition(":")
        if side:
            part.set("class", side)
        if words:
            title = ElementTree.Element(f"{_SVG}title")
            title.text = words.replace(LINE, "\n")
            part.insert(0, title)
    return root


def file_of(root: ElementTree.Element) -> bytes:
    """An SVG as the bytes of a file."""
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
