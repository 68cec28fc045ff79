// When people play: by the hour of the day, and by the hours of the week.
import { html, language, number, svg, t } from "../../kit";

export interface WeekHour {
  weekday: number;
  hour: number;
  traces: number;
}

const day = (weekday: number, style: "short" | "long") =>
  // 2024 began on a Monday.
  new Intl.DateTimeFormat(language, { weekday: style, timeZone: "UTC" }).format(new Date(Date.UTC(2024, 0, weekday)));

/** Bars for the 24 hours, all days together. */
export function hours(week: WeekHour[]) {
  const counts = Array.from({ length: 24 }, () => 0);
  for (const one of week) counts[one.hour]! += one.traces;
  const most = Math.max(...counts, 1);
  const busiest = counts.indexOf(most);
  return html`<section class="card">
    <h2>${t("summary.hours")}</h2>
    <svg class="hours" viewBox="0 0 240 90" role="img" aria-label=${t("summary.hours.label", { hour: Math.max(busiest, 0) })}>
      ${counts.map((count, hour) => svg`<rect x=${hour * 10 + 1.2} width="7.6" rx="1" y=${78 - (72 * count) / most} height=${(72 * count) / most}><title>${hour}:00 – ${number(count)}</title></rect>`)}
      ${[0, 6, 12, 18, 23].map((hour) => svg`<text x=${hour * 10 + 5} y="88" text-anchor="middle">${hour}</text>`)}
    </svg>
  </section>`;
}

/** The week as a map: the darker, the more. */
export function heat(week: WeekHour[]) {
  const counts = new Map(week.map((one) => [one.weekday * 24 + one.hour, one.traces]));
  const most = Math.max(...counts.values(), 1);
  const cell = (weekday: number, hour: number) => {
    const count = counts.get(weekday * 24 + hour) ?? 0;
    return html`<td class="heat-${count === 0 ? 0 : Math.ceil((5 * count) / most)}" title="${day(weekday, "long")} ${hour}:00 – ${number(count)}"><span class="unseen">${number(count)}</span></td>`;
  };
  return html`<section class="card">
    <h2>${t("summary.week")}</h2>
    <table class="heat">
      <thead><tr><td></td>${Array.from({ length: 24 }, (_, hour) => html`<th scope="col">${hour % 6 === 0 || hour === 23 ? hour : html`<span class="unseen">${hour}</span>`}</th>`)}</tr></thead>
      <tbody>${[1, 2, 3, 4, 5, 6, 7].map((weekday) => html`<tr><th scope="row">${day(weekday, "short")}</th>${Array.from({ length: 24 }, (_, hour) => cell(weekday, hour))}</tr>`)}</tbody>
    </table>
  </section>`;
}
