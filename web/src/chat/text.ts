// What people write, as it is shown: always text, with links, names, code and stress made visible. Nothing of it becomes markup.
import { html, type TemplateResult } from "../kit";

type Piece = TemplateResult | string;

const parts = /```(?:[\w+-]*\n)?([\s\S]+?)```|`([^`\n]+)`|(https?:\/\/[^\s<>"']+)|(?<![\w@])@([A-Za-z0-9._+-]+)|\*\*(?=\S)([^*\n]+?)\*\*|(?<![\w*])\*(?=\S)([^*\n]+?)\*(?!\w)/g;

/** A text with what is in it. `isKnown` says whose names are names here, and whether it is one's own. */
export function rich(text: string, isKnown: (name: string) => "me" | "other" | undefined): Piece[] {
  const pieces: Piece[] = [];
  let last = 0;
  const plain = (to: number) => to > last && pieces.push(text.slice(last, to));
  for (const match of text.matchAll(parts)) {
    const [whole, block, inline, link, name, strong, soft] = match;
    const piece =
      block !== undefined ? html`<pre tabindex="0"><code>${block.replace(/\n$/, "")}</code></pre>`
      : inline !== undefined ? html`<code>${inline}</code>`
      : link !== undefined ? linked(link)
      : strong !== undefined ? html`<strong>${strong}</strong>`
      : soft !== undefined ? html`<em>${soft}</em>`
      : named(whole, name!, isKnown);
    if (piece === undefined) continue;
    plain(match.index);
    pieces.push(...(Array.isArray(piece) ? piece : [piece]));
    last = match.index + whole.length;
  }

  plain(text.length);
  return pieces;
}

/** The same in one line, for where there is no place. */
export function plain(text: string): string {
  return text.replace(/```[\w+-]*|`|\*\*/g, "").replace(/\s+/g, " ").trim();
}

// What ends the sentence does not belong to the address.
function linked(link: string): Piece[] | undefined {
  const address = link.replace(/[.,;:!?)\]]+$/, (end) => (end.startsWith(")") && link.includes("(") ? ")" : ""));
  if (!URL.canParse(address)) return undefined;
  return [html`<a href=${address} target="_blank" rel="noopener noreferrer nofollow">${address}</a>`, link.slice(address.length)];
}

function named(whole: string, name: string, isKnown: (name: string) => "me" | "other" | undefined): Piece[] | undefined {
  const bare = name.replace(/[.+_-]+$/, "");
  const who = isKnown(bare.toLowerCase());
  return who && [html`<span class="named ${who}">@${bare}</span>`, whole.slice(bare.length + 1)];
}
