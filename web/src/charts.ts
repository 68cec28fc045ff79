// Charts, loaded where a page has one.
import uPlot from "uplot";

export interface Series {
  label: string;
  values: (number | null)[];
}

/** Draws again when the place's width changes, or what is dark and light does; what is given back ends it. */
function keepDrawn(place: HTMLElement, make: (ink: (name: string) => string) => uPlot): () => void {
  let chart: uPlot | undefined;
  const draw = () => {
    chart?.destroy();
    const probe = document.createElement("span");
    place.append(probe);
    chart = make((name) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    });
    probe.remove();
    chart.root.setAttribute("aria-hidden", "true");
  };
  let width = 0;
  const resized = new ResizeObserver(() => {
    if (place.clientWidth !== width) {
      width = place.clientWidth;
      draw();
    }
  });
  resized.observe(place);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", draw);
  const themed = new MutationObserver(draw);
  themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    resized.disconnect();
    themed.disconnect();
    scheme.removeEventListener("change", draw);
    chart?.destroy();
  };
}

const axisOf = (ink: (name: string) => string) => {
  const [soft, line] = [ink("--soft"), ink("--line")];
  return { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "12px system-ui, sans-serif" };
};

/** Bars over time, as wide as their place. */
export function barsOverTime(place: HTMLElement, times: number[], series: Series, locale: string, utc: boolean): () => void {
  return keepDrawn(place, (ink) => {
    const accent = ink("--accent");
    const axis = axisOf(ink);
    const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...(utc ? { timeZone: "UTC" } : {}) });
    const count = new Intl.NumberFormat(locale, { notation: "compact" });
    return new uPlot(
      {
        width: Math.max(place.clientWidth, 200),
        height: 230,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        scales: { x: {
            time: true,
            // A few days are not drawn as wide as many.
            range: (_, from, to) => {
              const more = Math.max(43_200, (14 * 86_400 - (to - from)) / 2);
              return [from - more, to + more];
            },
          }, y: { range: (_, __, most) => [0, most * 1.08 || 1] } },
        axes: [
          { ...axis, space: 70, incrs: [86_400, 2 * 86_400, 7 * 86_400, 14 * 86_400, 30 * 86_400, 91 * 86_400, 365 * 86_400], values: (_, ticks) => ticks.map((at) => (at === null ? "" : day.format(at * 1000))) },
          { ...axis, size: 54, values: (_, ticks) => ticks.map((value) => (value !== null && Number.isInteger(value) ? count.format(value) : "")) },
        ],
        series: [{}, { label: series.label, fill: accent, stroke: accent, width: 0, points: { show: false }, paths: uPlot.paths.bars!({ size: [0.7, 60], radius: 0.15 }) }],
        tzDate: utc ? (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC") : undefined,
      },
      [times, series.values],
      place,
    );
  });
}

/** How a measure is drawn. */
export interface Measure {
  /** What stands at the axis. */
  format: (value: number) => string;
  /** Whether less is more, as for a pace: the least is on top. */
  reversed?: boolean;
  height?: number;
}

// What a few strokes of a start or a stop would stretch beyond all others is cut off.
function rangeOf(all: (number | null)[][], reversed: boolean): [number, number] {
  const values = all.flat().filter((value): value is number => value !== null).sort((a, b) => a - b);
  if (values.length === 0) return [0, 1];
  const at = (part: number) => values[Math.round((values.length - 1) * part)]!;
  const [least, most] = reversed ? [values[0]!, at(values.length > 20 ? 0.97 : 1)] : [at(values.length > 20 ? 0.02 : 0), values.at(-1)!];
  const more = Math.max((most - least) * 0.12, Math.abs(most) * 0.01, 0.5);
  return [Math.max(0, least - more), most + more];
}

const valuesOf = (format: (value: number) => string) => (_: uPlot, ticks: (number | null)[]) => ticks.map((tick) => (tick === null ? "" : format(tick)));

/** Lines along a time or a distance. `look` hears where the pointer is, `pick` what was clicked; charts of one `group` point together. */
export function lines(
  place: HTMLElement,
  along: number[],
  all: Series[],
  options: Measure & { formatX: (value: number) => string; incrs?: number[]; group?: string; look?: (index: number | null) => void; pick?: (index: number) => void },
): () => void {
  return keepDrawn(place, (ink) => {
    const axis = axisOf(ink);
    const colours = [ink("--accent"), ink("--warn")];
    const range = rangeOf(all.map((one) => one.values), options.reversed === true);
    return new uPlot(
      {
        width: Math.max(place.clientWidth, 200),
        height: options.height ?? 170,
        legend: { show: false },
        cursor: {
          y: false,
          drag: { x: false, y: false },
          points: { size: 7 },
          ...(options.group ? { sync: { key: options.group } } : {}),
        },
        scales: { x: { time: false }, y: { range, dir: options.reversed ? -1 : 1 } },
        axes: [
          { ...axis, space: 64, ...(options.incrs ? { incrs: options.incrs } : {}), values: valuesOf(options.formatX) },
          { ...axis, size: 58, space: 32, values: valuesOf(options.format) },
        ],
        series: [{}, ...all.map((one, i) => ({ label: one.label, stroke: colours[i % 2]!, width: 1.75, spanGaps: false, points: { show: one.values.length < 12 } }))],
        hooks: {
          setCursor: [(chart) => options.look?.(chart.cursor.idx ?? null)],
          ready: [(chart) => chart.over.addEventListener("click", () => chart.cursor.idx != null && options.pick?.(chart.cursor.idx))],
        },
      },
      [along, ...all.map((one) => one.values)],
      place,
    );
  });
}

/** A bar for each of a few things in their order. */
export function bars(place: HTMLElement, names: string[], values: (number | null)[], options: Measure): () => void {
  return keepDrawn(place, (ink) => {
    const axis = axisOf(ink);
    const accent = ink("--accent");
    const known = values.filter((value): value is number => value !== null);
    // What is far slower than the rest, as a way to the start, has no bar rather than all others the same.
    const middle = [...known].sort((a, b) => a - b)[Math.floor(known.length / 2)] ?? 0;
    const least = Math.min(...known);
    const most = options.reversed ? Math.min(Math.max(...known), middle * 1.25) : Math.max(...known);
    const more = Math.max((most - least) * 0.5, most * 0.02);
    const range: [number, number] = options.reversed ? [least - more, most + more] : [0, most * 1.08 || 1];
    return new uPlot(
      {
        width: Math.max(place.clientWidth, 200),
        height: options.height ?? 200,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, range: [-0.6, names.length - 0.4] }, y: { range, dir: options.reversed ? -1 : 1 } },
        axes: [
          { ...axis, grid: { show: false }, space: 26, incrs: [1, 2, 5, 10, 20, 50], values: valuesOf((index) => names[index] ?? "") },
          { ...axis, size: 58, space: 32, values: valuesOf(options.format) },
        ],
        series: [{}, { fill: accent, stroke: accent, width: 0, points: { show: false }, paths: uPlot.paths.bars!({ size: [0.72, 64], radius: 0.12 }), fillTo: options.reversed ? range[1] : 0 }],
      },
      [names.map((_, i) => i), values],
      place,
    );
  });
}
