/** Where a JSON Pointer leads to in a text, as the first and the last character's places; the whole of the nearest that is there. */
export function find(text: string, pointer: string): [number, number] | undefined {
  const steps = pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  let at = 0;
  const space = () => {
    while (/\s/.test(text[at] ?? "")) at++;
  };
  const string = (): string => {
    const from = at++;
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    at++;
    try {
      return JSON.parse(text.slice(from, at));
    } catch {
      return "";
    }
  };

  // Walks one value; with steps left, into the member that they name. The result is the narrowest value on the way.
  const value = (left: string[]): [number, number] => {
    space();
    const from = at;
    let inner: [number, number] | undefined;
    if (text[at] === '"') string();
    else if (text[at] === "{" || text[at] === "[") {
      const close = text[at] === "{" ? "}" : "]";
      at++;
      for (let i = 0; ; i++) {
        space();
        if (at >= text.length || text[at] === close) break;
        let name = String(i);
        if (close === "}") {
          if (text[at] !== '"') throw new SyntaxError();
          name = string();
          space();
          if (text[at] !== ":") throw new SyntaxError();
          at++;
        }

        const found = value(left[0] === name ? left.slice(1) : []);
        if (left.length > 0 && left[0] === name) inner = found;
        space();
        if (text[at] === ",") at++;
        else if (text[at] !== close) throw new SyntaxError();
      }

      at++;
    } else {
      while (at < text.length && !/[\s,}\]]/.test(text[at]!)) at++;
      if (at === from) throw new SyntaxError();
    }

    return inner ?? [from, at];
  };
  try {
    return value(steps);
  } catch {
    // No JSON: the place where it stops to be.
    return [Math.min(at, text.length), Math.min(at + 1, text.length)];
  }
}
