// What the API says of rowing, and how rowers write it.
import { html, locale, nothing, number, t } from "../../kit";

export const base = "/console/rowing";

export interface Measures {
  distance?: number;
  time?: number;
  restTime?: number;
  restDistance?: number;
  strokeCount?: number;
  strokeRate?: number;
  power?: number;
  calories?: number;
  dragFactor?: number;
  heartRate?: { average?: number; minimum?: number; maximum?: number };
  type?: string;
}

export interface Workout {
  id: string;
  rower: string;
  name?: string;
  machine: string;
  state: "live" | "closed";
  source: string;
  start: string;
  end?: string;
  timeZone?: string;
  localStart?: string;
  totals: Measures;
  derived: { distance?: number; time?: number; pace?: number; power?: number; strokeCount?: number; strokeRate?: number; distancePerStroke?: number; heartRate?: number };
  splits?: Measures[];
  intervals?: Measures[];
  strokes: number;
  device?: { name?: string; monitor?: string; client?: string };
  privacy: string;
  comments?: string;
  findings?: { code: string; count: number; detail: string }[];
}

export interface Stroke {
  time: number;
  distance?: number;
  pace?: number;
  rate?: number;
  power?: number;
  heartRate?: number;
  driveLength?: number;
  driveTime?: number;
  recoveryTime?: number;
  rest?: boolean;
  forceCurve?: number[];
}

export interface Analysis {
  splits: { from: number; distance: number; time: number; pace?: number; power?: number; strokeRate?: number; heartRate?: number }[];
  heartRateZones?: { zone: number; from: number; time: number }[];
  powerZones?: { zone: number; from: number; time: number }[];
  distancePerStroke?: number;
  driveRatio?: number;
  fade?: number;
}

export interface Person {
  account: string;
  username?: string;
  displayName?: string;
}

export interface Consent {
  results: boolean;
  live: boolean;
  workouts: boolean;
}

export interface Squad {
  id: string;
  name: string;
  role: "coach" | "rower";
  shares: Consent;
}

export const machines = ["rower", "skierg", "bike", "dynamic", "slides", "paddle", "water", "snow", "rollerski", "multierg"];

export const nameOf = (person: Person | undefined) => person?.displayName ?? person?.username ?? t("rowing.somebody");

export const titleOf = (workout: Workout) => workout.name ?? t(`rowing.machine.${workout.machine}`);

export const sessionAddress = (id: string) => `${base}/workouts/${id}`;

/** A length of time as a monitor shows it, cut off and not rounded: 7:12.1 or 1:02:03. */
export function clock(seconds: number | undefined, digits = 1): string {
  if (seconds === undefined) return "–";
  const tenths = Math.floor(seconds * 10 + 1e-6);
  const whole = Math.floor(tenths / 10);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  const rest = digits > 0 ? decimal() + (tenths % 10) : "";
  return h > 0 ? `${h}:${two(m)}:${two(s)}${rest}` : `${m}:${two(s)}${rest}`;
}

let mark: [string, string] | undefined;

function decimal(): string {
  if (mark?.[0] !== locale) mark = [locale, new Intl.NumberFormat(locale).formatToParts(1.5).find((part) => part.type === "decimal")!.value];
  return mark[1];
}

export const metres = (value: number | undefined) => (value === undefined ? "–" : `${number(value)} m`);

export const kilometres = (value: number) => (value < 10_000 ? metres(Math.round(value)) : `${number(value / 1000, 1)} km`);

export const some = (value: number | undefined, digits = 0, unit = "") => (value === undefined ? "–" : `${number(value, digits)}${unit}`);

/** A day and a clock, where it was rowed if that is known. */
export function when(workout: Workout) {
  const at = new Date(workout.start);
  let zone = workout.timeZone;
  try {
    return html`<time datetime=${workout.start}>${new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: zone }).format(at)}</time>`;
  } catch {
    zone = undefined;
    return html`<time datetime=${workout.start}>${new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(at)}</time>`;
  }
}

/** What stands in a tile; nothing where nothing was measured. */
export function tile(label: string, value: unknown, more: unknown = nothing) {
  return html`<div class="tile"><dt>${label}</dt><dd>${value}</dd>${more === nothing ? nothing : html`<dd class="help">${more}</dd>`}</div>`;
}

export const distanceOf = (workout: Workout) => workout.totals.distance ?? workout.derived.distance;
export const timeOf = (workout: Workout) => workout.totals.time ?? workout.derived.time;
export const rateOf = (workout: Workout) => workout.totals.strokeRate ?? workout.derived.strokeRate;
export const powerOf = (workout: Workout) => workout.totals.power ?? workout.derived.power;
export const heartOf = (workout: Workout) => workout.totals.heartRate?.average ?? workout.derived.heartRate;

/** What is drawn of each stroke. */
export const measures: { name: string; of: (stroke: Stroke) => number | undefined; format: (value: number) => string; reversed?: boolean }[] = [
  { name: "pace", of: (stroke) => stroke.pace, format: (value) => clock(value, 0), reversed: true },
  { name: "rate", of: (stroke) => stroke.rate, format: (value) => number(value) },
  { name: "heartRate", of: (stroke) => stroke.heartRate, format: (value) => number(value) },
  { name: "power", of: (stroke) => stroke.power, format: (value) => number(value) },
];

/** Where no device says a pace, distance and time do, over some ten seconds. */
export function withPace(strokes: Stroke[]): Stroke[] {
  if (strokes.some((stroke) => stroke.pace !== undefined)) return strokes;
  let from = 0;
  return strokes.map((stroke, i) => {
    while (from < i - 1 && stroke.time - strokes[from]!.time > 10) from++;
    const [before, length] = [strokes[from]!, stroke.time - strokes[from]!.time];
    const way = (stroke.distance ?? 0) - (before.distance ?? 0);
    return way > 0 && length > 0 ? { ...stroke, pace: (length / way) * 500 } : stroke;
  });
}

export const timeSteps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
