import { api, duration, empty, html, nothing, number, query, svg, t, table, time, type List } from "../../kit";
import { StudyPart } from "./part";
import { cell, place, type Trace } from "./types";

const most = 1000;
const lanes = 14;

/** A moment of the session as a stopwatch shows it. */
const watch = (milliseconds: number) => {
  const seconds = Math.round(milliseconds / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  return seconds < 3600 ? `${Math.floor(seconds / 60)}:${two(seconds % 60)}` : `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

/** One session of one participant: what happened when, a lane for each name. */
class StudyTimeline extends StudyPart {
  private traces: Trace[] = [];
  private hasMore = false;

  override async load() {
    const [participant, session] = [this.query.get("participant"), this.query.get("session")];
    const page = await api.get<List<Trace>>(query(`${this.address}/traces`, { participant, session, limit: most }));
    this.hasMore = page.next !== null;
    this.traces = page.items.sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp) || (a.sequence ?? 0) - (b.sequence ?? 0));
  }

  view() {
    const [participant, session] = [this.query.get("participant")!, this.query.get("session")!];
    const back = html`<p class="crumbs"><a href=${place(this.study.slug, "sessions")}>${t("part.sessions")}</a></p>`;
    if (this.loading && !this.traces.length) return html`${back}<p class="loading">${t("loading")}</p>`;
    if (this.traces.length === 0) return html`${back}${empty(t("traces.none"), t("traces.none.filter"))}`;
    const [first, last] = [Date.parse(this.traces[0]!.timestamp), Date.parse(this.traces.at(-1)!.timestamp)];
    const missing = this.missing();
    return html`
      ${back}
      <div class="head"><h2>${t("timeline.title", { session, participant })}</h2>
        <a class="button quiet" href=${query(place(this.study.slug, "traces"), { participant, session })}>${t("part.traces")}</a></div>
      ${this.hasMore ? html`<p class="note">${t("timeline.more", { n: most })}</p>` : nothing}
      <section class="card">
        <dl class="facts inline-facts"><dt>${t("sessions.start")}</dt><dd>${time(this.traces[0]!.timestamp)}</dd><dt>${t("sessions.length")}</dt><dd>${duration((last - first) / 1000)}</dd>
          <dt>${t("summary.traces")}</dt><dd>${number(this.traces.length)}</dd>${missing.length ? html`<dt>${t("sessions.missing")}</dt><dd>${missing.map(number).join(", ")}</dd>` : nothing}</dl>
        <div class="timeline" role="img" aria-label=${t("timeline.label", { n: this.traces.length })}>${this.lanes(first, Math.max(last - first, 1))}</div>
        <p class="axis help"><span>${watch(0)}</span><span>${watch((last - first) / 2)}</span><span>${watch(last - first)}</span></p>
      </section>
      ${table(t("timeline.title", { session, participant }), [
        { title: t("timeline.after"), end: true, cell: (x: Trace) => watch(Date.parse(x.timestamp) - first) },
        { title: t("trace.time"), cell: (x) => time(x.timestamp) },
        { title: t("timeline.sequence"), end: true, cell: (x) => (x.sequence === undefined ? nothing : number(x.sequence)) },
        { title: t("trace.name"), cell: (x) => x.name },
        { title: t("timeline.data"), wide: true, cell: (x) => Object.entries(x.data).map(([name, value]) => html`<b>${name}</b> ${cell(value)} `) },
      ], this.traces)}
    `;
  }

  // The most frequent names have a lane each; the rest share one.
  private lanes(first: number, length: number) {
    const counts = new Map<string, number>();
    for (const trace of this.traces) counts.set(trace.name, (counts.get(trace.name) ?? 0) + 1);
    const names = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
    const own = names.slice(0, lanes);
    const of = (wanted: (name: string) => boolean) => this.traces.filter((trace) => wanted(trace.name));
    const lane = (label: string, traces: Trace[]) => html`<div class="lane"><span title=${label}>${label}</span>
      <svg>${traces.map((x) => svg`<circle cx="${(1 + (98 * (Date.parse(x.timestamp) - first)) / length).toFixed(2)}%" cy="12" r="4.5"><title>${x.name}, ${watch(Date.parse(x.timestamp) - first)}</title></circle>`)}</svg></div>`;
    return html`${own.map((name) => lane(name, of((n) => n === name)))}${names.length > lanes ? lane(t("timeline.others"), of((n) => !own.includes(n))) : nothing}`;
  }

  // Between the lowest and the highest that came; of many only the first.
  private missing(): number[] {
    const numbers = new Set(this.traces.flatMap((x) => (x.sequence === undefined ? [] : [x.sequence])));
    const missing: number[] = [];
    if (this.hasMore || numbers.size === 0) return missing;
    for (let i = Math.min(...numbers); i < Math.max(...numbers) && missing.length < 20; i++) {
      if (!numbers.has(i)) missing.push(i);
    }

    return missing;
  }
}

customElements.define("study-timeline", StudyTimeline);
