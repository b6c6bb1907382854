"""What a page owes people who read it by ear, by keyboard or with weak eyes, asked of the page itself."""
from __future__ import annotations

from playwright.sync_api import Page

# Each finding is a sentence; an empty list is a pass. Contrast after WCAG 2.2, 1.4.3
# (https://www.w3.org/TR/WCAG22/#contrast-minimum).
FAULTS = """() => {
  const faults = [];
  const say = (element, what) => faults.push(`${what}: ${element.outerHTML.slice(0, 90)}`);
  const seen = (element) => element.checkVisibility({visibilityProperty: true}) && element.getClientRects().length > 0;
  if (!document.documentElement.lang) faults.push("the page does not say its language");
  if (!document.title.trim()) faults.push("the page has no title");
  if (document.querySelectorAll("main").length !== 1) faults.push("there must be one main landmark");
  if (document.querySelectorAll("h1").length !== 1) faults.push("there must be one h1");
  const levels = [...document.querySelectorAll("h1,h2,h3,h4")].map((h) => Number(h.tagName[1]));
  levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) faults.push(`a heading jumps from h${levels[i - 1]} to h${level}`); });
  for (const field of document.querySelectorAll("input:not([type=hidden]),select,textarea"))
    if (!field.labels.length && !field.getAttribute("aria-label")) say(field, "a field without a label");
  for (const control of document.querySelectorAll("a[href],button,summary"))
    if (!(control.textContent.trim() || control.getAttribute("aria-label"))) say(control, "a control without a name");
  for (const image of document.querySelectorAll("img")) if (!image.hasAttribute("alt")) say(image, "an image without alt");
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => faults.push(`the id ${id} stands twice`));
  for (const element of document.querySelectorAll("[aria-labelledby],[aria-describedby]"))
    for (const id of (element.getAttribute("aria-labelledby") || element.getAttribute("aria-describedby")).split(" "))
      if (!document.getElementById(id)) say(element, `it points at ${id}, which is not there`);
  for (const table of document.querySelectorAll("table.list,table.plain"))
    if (!table.querySelector("th[scope]")) say(table, "a table without headers");
  if (document.documentElement.scrollWidth > innerWidth) faults.push("the page scrolls sideways");

  const parse = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const part = (value) => { value /= 255; return value <= .03928 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const unseen = ["SCRIPT", "STYLE", "OPTION", "METER"].includes(element.tagName) || !seen(element);
    if (unseen || !walker.currentNode.textContent.trim()) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) say(element, `contrast ${ratio.toFixed(2)}`);
  }
  return faults;
}"""


def faults(page: Page) -> list[str]:
    """Sentences on what is wrong with the page as it stands; none when it is well."""
    return list(page.evaluate(FAULTS))
