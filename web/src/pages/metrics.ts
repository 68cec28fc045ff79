// The server's own metrics, for the few that a page shows.
import { send } from "../kit";

export interface Reading {
  at: number;
  values: Map<string, number>;
}

/** Reads /metrics; what has several series is added up. */
export async function readMetrics(): Promise<Reading> {
  const reply = await send("GET", "/metrics", undefined, { quiet: true, headers: { Accept: "text/plain" } });
  const values = new Map<string, number>();
  for (const line of (await reply.text()).split("\n")) {
    const found = /^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)/.exec(line);
    const value = found ? Number(found[2]) : Number.NaN;
    if (found && Number.isFinite(value)) values.set(found[1]!, (values.get(found[1]!) ?? 0) + value);
  }

  return { at: performance.now(), values };
}

/** By how much a counter went up a second between two readings; what began anew counts from nothing. */
export function rate(name: string, before: Reading, now: Reading): number {
  const [from, to] = [before.values.get(name) ?? 0, now.values.get(name) ?? 0];
  return (1000 * (to < from ? to : to - from)) / Math.max(1, now.at - before.at);
}
