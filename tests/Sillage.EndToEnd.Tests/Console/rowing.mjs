// What the scripts about rowing share: people who call the API, and sessions as they are rowed.
export { at, session } from "./people.mjs";

// The same each time, and as uneven as people are.
const wobble = (i, by) => Math.sin(i * 1.7) * 0.6 * by + Math.sin(i * 0.31 + 2) * by;
const round = (value, digits = 2) => Math.round(value * 10 ** digits) / 10 ** digits;

/** Strokes of a piece: a quick start, a steady middle, an end that gives all. */
export function strokesOf(metres, pace, { from = 0, at: way = 0, rate = 26, heart = 118, interval, curves = false } = {}) {
  const strokes = [];
  const begin = way;
  let time = from;
  for (let i = 0; way - begin < metres - 1; i++) {
    const done = (way - begin) / metres;
    const p = pace + wobble(i, 0.9) - (done < 0.06 ? 6 : 0) - Math.max(0, done - 0.85) * 30;
    const r = rate + wobble(i, 0.5) + (done < 0.05 ? 5 : 0) + Math.max(0, done - 0.85) * 22;
    time += 60 / r;
    way = Math.min(begin + metres, way + (60 / r) * (500 / p));
    const watts = 2.8 / (p / 500) ** 3;
    const stroke = { time: round(time), distance: round(way, 1), pace: round(p, 1), rate: round(r, 0), power: round(watts, 0), heartRate: Math.round(heart + 62 * (1 - Math.exp(-done * 4)) + wobble(i, 0.7)) };
    if (interval !== undefined) stroke.interval = interval;
    if (curves) {
      Object.assign(stroke, { driveLength: round(1.38 + wobble(i, 0.01)), driveTime: round(0.78 + wobble(i, 0.01)), recoveryTime: round(60 / r - 0.78) });
      stroke.forceCurve = Array.from({ length: 40 }, (_, x) => Math.max(0, Math.round((watts * 2.9 + wobble(i, 9)) * Math.sin((x / 39) * Math.PI) ** 0.8 * (1.14 - x / 130) - Math.exp(-((x - 24) ** 2) / 9) * 18)));
    }

    strokes.push(stroke);
  }

  return strokes;
}

/** A session of one piece. */
export function piece(start, metres, pace, more = {}) {
  const strokes = strokesOf(metres, pace, more);
  const time = round(strokes.at(-1).time, 1);
  const part = (i, n) => {
    const [a, b] = [(i * metres) / n, ((i + 1) * metres) / n];
    const inside = strokes.filter((s) => s.distance > a && s.distance <= b);
    const before = strokes.filter((s) => s.distance <= a).at(-1);
    return { distance: Math.round(b - a), time: round(inside.at(-1).time - (before?.time ?? 0), 1), strokeRate: Math.round(inside.reduce((sum, s) => sum + s.rate, 0) / inside.length), heartRate: { average: Math.round(inside.reduce((sum, s) => sum + s.heartRate, 0) / inside.length) } };
  };
  const parts = Math.max(2, Math.min(10, Math.round(metres / 500)));
  return {
    machine: "rower", start, timeZone: "Europe/Zurich", type: "fixed-distance-splits",
    totals: { distance: metres, time, strokeCount: strokes.length, strokeRate: Math.round((strokes.length * 60) / time), calories: Math.round(metres / 16), dragFactor: 122, heartRate: { average: Math.round(strokes.reduce((sum, s) => sum + s.heartRate, 0) / strokes.length), maximum: Math.max(...strokes.map((s) => s.heartRate)) } },
    splits: Array.from({ length: parts }, (_, i) => part(i, parts)),
    strokes,
    device: { name: "Concept2 PM5" },
  };
}

/** A session of intervals with a minute of rest between them. */
export function intervals(start, count, metres, pace) {
  const [strokes, said] = [[], []];
  let [time, way] = [0, 0];
  for (let i = 0; i < count; i++) {
    const one = strokesOf(metres, pace + wobble(i, 1.4) + i * 0.3, { from: time, at: way, rate: 30, heart: 126, interval: i });
    strokes.push(...one);
    said.push({ type: "distance", distance: metres, time: round(one.at(-1).time - time, 1), restTime: i < count - 1 ? 60 : 0, strokeRate: 30 + (i % 3), heartRate: { average: 150 + i * 3, ending: 165 + i * 2 } });
    [time, way] = [one.at(-1).time + 60, way + metres];
  }

  return {
    machine: "rower", start, timeZone: "Europe/Zurich", type: "fixed-distance-interval",
    totals: { distance: count * metres, time: round(said.reduce((sum, one) => sum + one.time, 0), 1), restTime: (count - 1) * 60, strokeCount: strokes.length, strokeRate: 31, calories: 280, heartRate: { average: 158, maximum: 186 } },
    intervals: said, strokes, device: { name: "Concept2 PM5" },
  };
}

export const daysAgo = (days, hour = 6) => {
  const day = new Date(Date.now() - days * 86_400_000);
  day.setUTCHours(hour, 30, 0, 0);
  return day.toISOString().replace(".000", "");
};
