import { html, nothing } from "lit";
import { locale, t } from "./texts";

/** A moment in one's own zone, with UTC for whoever points at it. */
export function time(value: string | null | undefined, style: "full" | "day" | "clock" = "full") {
  if (!value) return nothing;
  const date = new Date(value);
  const options: Intl.DateTimeFormatOptions =
    style === "day" ? { dateStyle: "medium" }
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
  return seconds < 3600
    ? t("unit.minutes", { count: Math.round(seconds / 60) })
    : t("unit.hours", { count: Math.round(seconds / 360) / 10 });
}
