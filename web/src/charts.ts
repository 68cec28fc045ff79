// Charts, loaded where a page has one.
import uPlot from "uplot";

export interface Series {
  label: string;
  values: (number | null)[];
}

/** Bars over time, as wide as their place; drawn again when that changes, or what is dark and light does. */
export function barsOverTime(place: HTMLElement, times: number[], series: Series, locale: string, utc: boolean): () => void {
  let chart: uPlot | undefined;
  const draw = () => {
    chart?.destroy();
    const probe = document.createElement("span");
    place.append(probe);
    const ink = (name: string) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const [accent, soft, line] = [ink("--accent"), ink("--soft"), ink("--line")];
    probe.remove();
    const axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "12px system-ui, sans-serif" };
    const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...(utc ? { timeZone: "UTC" } : {}) });
    const count = new Intl.NumberFormat(locale, { notation: "compact" });
    chart = new uPlot(
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
