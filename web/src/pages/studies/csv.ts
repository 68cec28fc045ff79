// As much of CSV (RFC 4180) as a page needs to show a file's head, to cut it into parts, and to put numbers for names.

/** The records of a text, each as it is written: a line break within quotes is none. */
export function records(text: string): string[] {
  const all: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34) isQuoted = !isQuoted;
    else if (c === 10 && !isQuoted) {
      all.push(text.slice(from, i + 1));
      from = i + 1;
    }
  }

  if (from < text.length) all.push(text.slice(from));
  return all;
}

/** The cells of a record. */
export function cells(record: string, delimiter: string): string[] {
  const all: string[] = [];
  let cell = "";
  let isQuoted = false;
  const end = record.replace(/\r?\n$/, "");
  for (let i = 0; i < end.length; i++) {
    const c = end[i]!;
    if (isQuoted && c === '"' && end[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (c === '"') isQuoted = !isQuoted;
    else if (c === delimiter && !isQuoted) {
      all.push(cell);
      cell = "";
    } else cell += c;
  }

  return [...all, cell];
}

/** A cell as it is written. */
export const written = (cell: string, delimiter: string) => (/["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** The character that parts the head into the most cells. */
export function delimiterOf(head: string): string {
  return [",", ";", "\t", "|"].reduce((best, one) => (cells(head, one).length > cells(head, best).length ? one : best));
}

/** The records put together again in parts of about so many characters. */
export function* parts(all: string[], length: number): Generator<string> {
  let part = "";
  for (const record of all) {
    if (part && part.length + record.length > length) {
      yield part;
      part = "";
    }

    part += record;
  }

  if (part) yield part;
}
