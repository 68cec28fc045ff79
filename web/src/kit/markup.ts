// HTML that the server has made of people's texts, as nodes: the policy of these pages lets no text become markup, so it is put together
// element by element, and what is not on the list is text or nothing (docs/adr/0152-markup-is-put-together.md).
import { guard } from "lit/directives/guard.js";

const plain = new Set(["p", "br", "hr", "em", "strong", "del", "ins", "mark", "sub", "sup", "code", "pre", "blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "img"]);
const empty = new Set(["br", "hr", "img"]);
const pieces = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>|[^<]+|</gi;
const entities: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: "\u00a0" };

/** The text that a piece of HTML says. */
function said(source: string): string {
  return source.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name) return entities[name.toLowerCase()] ?? whole;
    const point = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

// Only where a link or a picture may lead; everything else is left out.
function dress(element: HTMLElement, attributes: string): void {
  for (const [, name, value] of attributes.matchAll(/([a-z-]+)="([^"]*)"/gi)) {
    const text = said(value!);
    const address = name === "href" || name === "src" ? (URL.canParse(text, location.href) ? new URL(text, location.href) : undefined) : undefined;
    if (element instanceof HTMLAnchorElement && name === "href" && address && /^(https?|mailto):$/.test(address.protocol)) {
      element.href = address.href;
      element.rel = "nofollow noopener noreferrer ugc";
      if (address.origin !== location.origin) element.target = "_blank";
    } else if (element instanceof HTMLImageElement && name === "src" && address?.origin === location.origin) {
      element.src = address.href;
      element.loading = "lazy";
    } else if (element instanceof HTMLImageElement && name === "alt") element.alt = text;
    else if (element instanceof HTMLOListElement && name === "start") element.start = Number(text) || 1;
    else if (name === "title") element.title = text;
  }
}

function build(source: string, below: number): Node {
  const highest = Math.min(...Array.from(source.matchAll(/<h([1-6])>/g), (one) => Number(one[1])), 6);
  const root = document.createDocumentFragment();
  const open: [name: string, node: Node][] = [["", root]];
  for (const [whole, closes, written, attributes] of source.matchAll(pieces)) {
    const inner = open[open.length - 1]![1];
    if (!written) {
      inner.appendChild(document.createTextNode(said(whole)));
      continue;
    }

    const tag = written.toLowerCase();
    // Headings begin below that of the page, whichever of them somebody began with.
    const level = /^h([1-6])$/.exec(tag);
    const name = level ? `h${Math.min(6, below + 1 + Number(level[1]) - highest)}` : tag;
    if (!level && !plain.has(name)) continue;
    if (closes) {
      const from = open.findLastIndex(([one]) => one === name);
      if (from > 0) open.length = from;
      continue;
    }

    let element = document.createElement(name);
    dress(element, attributes!);
    // A link that leads nowhere is none.
    if (name === "a" && !element.hasAttribute("href")) element = document.createElement("span");
    if (name === "pre") element.tabIndex = 0;
    inner.appendChild(element);
    if (!empty.has(name)) open.push([name, element]);
  }

  return root;
}

/** Shows HTML of the server's making; `below` is the level of the heading that it stands under. */
export function markup(source: string, below = 1) {
  return guard([source, below], () => build(source, below));
}
