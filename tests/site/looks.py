"""What a browser is asked of how a page looks."""

#: Text whose contrast is under that of WCAG 2.2 AA: 4.5, and the number handed in for large text.
CONTRAST = """large => {
  const part = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const read = s => (s.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const paper = e => {
    for (; e; e = e.parentElement) {
      const c = read(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const found = [], words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const at = words.currentNode.parentElement, style = getComputedStyle(at);
    if (!words.currentNode.data.trim() || at.closest("style, script, title, noscript") ||
        !at.getClientRects().length) continue;
    const ink = read(at instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(ink), light(paper(at))].sort((x, y) => y - x);
    const least = parseFloat(style.fontSize) >= 24 ? large : 4.5;
    if ((a + 0.05) / (b + 0.05) < least)
      found.push([words.currentNode.data.trim().slice(0, 40), style.color, style.fill]);
  }
  return found;
}"""
