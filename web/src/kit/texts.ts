// What people read, in their language: en.json and fr.json, each loaded whole.
export type Language = "en" | "fr";

let texts: Record<string, string> = {};
let plurals = new Intl.PluralRules("en");

export let language: Language = "en";

/** How dates and numbers are written: as the browser's user has it, if that is in the language. */
export let locale = "en";

/** The language that was chosen, or else the browser's. */
export function wantedLanguage(): Language {
  const chosen = localStorage.getItem("sillage.language") ?? navigator.language;
  return chosen.startsWith("fr") ? "fr" : "en";
}

/** Loads them; `more` are files of a page's own beside them, by what stands before the language in their names. */
export async function loadTexts(wanted: Language, ...more: string[]): Promise<void> {
  const files = ["", ...more].map(async (begin) => (await fetch(`/console/assets/${begin}${wanted}.json`)).json());
  texts = Object.assign({}, ...(await Promise.all(files)));
  language = wanted;
  locale = navigator.languages.find((one) => one.startsWith(wanted)) ?? wanted;
  plurals = new Intl.PluralRules(wanted);
  document.documentElement.lang = wanted;
}

/** A text by its name; with `n`, `name.one` or `name.other` as its number asks for. */
export function t(name: string, values: Record<string, string | number> = {}): string {
  const counted = typeof values.n === "number" ? texts[`${name}.${plurals.select(values.n) === "one" ? "one" : "other"}`] : undefined;
  const text = counted ?? texts[name];
  if (text === undefined) return name;
  return text.replace(/\{(\w+)\}/g, (_, key) => {
    const value = values[key];
    return typeof value === "number" ? number(value) : (value ?? "");
  });
}

/** A number as it is written in the language. */
export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}
