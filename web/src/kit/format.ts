import { html, nothing } from "lit";
import { locale, t } from "./texts";

/** A moment in one's own zone, with UTC for whoever points at it. */
export function time(value: string | null | undefined, style: "full" | "day" | "clock" | "minute" = "full") {
  if (!value) return nothing;
  const date = new Date(value);
  const options: Intl.DateTimeFormatOptions =
    style === "day" ? { dateStyle: "medium" }
    : style === "minute" ? { hour: "2-digit", minute: "2-digit" }
    : style === "clock" ? { hour: "2-digit", minute: "2-digit", second: "2-digit" }
    : { dateStyle: "medium", timeStyle: "medium" };
  return html`<time datetime=${value} title=${`${date.toISOString().replace("T", " ").replace(".000Z", "").replace("Z", "")} UTC`}
    >${new Intl.DateTimeFormat(locale, options).format(date)}</time
  >`;
}

/** The zone that days are counted in, as far as the server can: those that are whole hours off UTC. */
export function zone(): string | undefined {
  return new Date().getTimezoneOffset() % 60 === 0 ? Intl.DateTimeFormat().resolvedOptions().timeZone : undefined;
}

/** A length of time in words that one takes in at a glance. */
export function duration(seconds: number): string {
  if (seconds < 60) return t("unit.seconds", { count: Math.round(seconds) });
  if (seconds < 3600) return t("unit.minutes", { count: Math.round(seconds / 60) });
  return seconds < 172_800 ? t("unit.hours", { count: Math.round(seconds / 360) / 10 }) : t("unit.days", { count: Math.round(seconds / 86_400) });
}

/** How long ago, in the largest unit that says something. */
export function ago(value: string): string {
  const seconds = (Date.parse(value) - Date.now()) / 1000;
  const units: [Intl.RelativeTimeFormatUnit, number][] = [["year", 31_557_600], ["month", 2_629_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = units.find(([, one]) => Math.abs(seconds) >= one) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

/** A size, in the unit that keeps the number short. */
export function bytes(size: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(size, 1)) / 3));
  return new Intl.NumberFormat(locale, { style: "unit", unit: units[step]!, unitDisplay: "short", maximumSignificantDigits: 3 }).format(size / 1000 ** step);
}
