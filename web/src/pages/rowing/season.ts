import { api, Form, go, html, language, locale, nothing, number, Page, query, t, table, time } from "../../kit";
import { chart } from "./chart";
import { base, clock, kilometres, machines, metres, sessionAddress, some, tile } from "./types";

interface Season {
  from: string;
  to: string;
  workouts: number;
  distance: number;
  time: number;
  machines: { machine: string; workouts: number; distance: number; time: number }[];
  months: { from: string; workouts: number; distance: number; time: number }[];
}

interface Best {
  distance: number;
  time: number;
  pace?: number;
  official: boolean;
  workout: string;
  on: string;
  age?: number;
}

// As races are rowed.
const ages = ["1-18", "19-29", "30-39", "40-49", "50-54", "55-59", "60-64", "65-69", "70-74", "75-79", "80-120"];

/** A season, and the records of all of them. */
class RowingSeason extends Page {
  private season: Season | undefined;
  private records: { machine: string; distances: Best[]; times: Best[] } | undefined;
  private born: string | undefined;
  private form = new Form(this);

  override async load() {
    const ending = this.query.get("ending") ?? "";
    const machine = this.query.get("machine") ?? "rower";
    const [weightClass, age] = [this.query.get("weightClass"), this.query.get("age")];
    const profile = await api.get<{ born?: string }>("/api/v1/rower", { quiet: true });
    this.born = profile.born;
    [this.season, this.records] = await Promise.all([
      api.get<Season>(query("/api/v1/workouts/season", { ending })),
      api.get(query("/api/v1/workouts/records", { machine, weightClass, age: this.born ? age : null }), { quiet: true }),
    ]);
  }

  private filter = (event: Event) =>
    this.form.submit(event, async (values) => go(query(`${base}/season`, { ending: this.query.get("ending"), ...values })));

  private tell = (event: Event) =>
    this.form.submit(event, async (values) => {
      await api.patch("/api/v1/rower", { born: values.born || null });
      await this.reload();
    });

  view() {
    const { season, records } = this;
    if (!season || !records) return html`<p class="loading">${t("loading")}</p>`;
    const ending = new Date(season.to).getUTCFullYear();
    const month = new Intl.DateTimeFormat(locale, { month: "short", timeZone: "UTC" });
    const link = (year: number) => query(`${base}/season`, { ending: year, machine: this.query.get("machine") });
    const bests = [...records.distances.map((one) => ({ ...one, piece: metres(one.distance), isTime: false })), ...records.times.map((one) => ({ ...one, piece: clock(one.time, 0), isTime: true }))];
    return html`
      <div class="head"><h1>${t("rowing.season.title", { from: String(ending - 1), to: String(ending) })}</h1>
        <div class="row"><a class="button" href=${link(ending - 1)}>${t("rowing.season.before")}</a>${ending > new Date().getUTCFullYear() ? nothing : html`<a class="button" href=${link(ending + 1)}>${t("rowing.season.after")}</a>`}</div></div>
      <dl class="tiles">
        ${tile(t("rowing.season.distance"), kilometres(season.distance))}
        ${tile(t("rowing.season.sessions"), some(season.workouts))}
        ${tile(t("rowing.season.time"), clock(season.time, 0))}
        ${season.workouts ? tile(t("rowing.season.average"), kilometres(season.distance / season.workouts)) : nothing}
      </dl>
      <section class="card"><h2>${t("rowing.season.months")}</h2>
        ${chart(t("rowing.season.months"), `${season.from} ${language}`, (place, charts) =>
          charts.bars(place, season.months.map((one) => month.format(new Date(one.from))), season.months.map((one) => one.distance / 1000), { format: (value) => `${number(value, 1)} km`, height: 230 }))}
        <details><summary>${t("rowing.season.table")}</summary>${table(t("rowing.season.months"), [
          { title: t("rowing.month"), cell: (one) => month.format(new Date(one.from)) },
          { title: t("rowing.season.sessions"), cell: (one) => some(one.workouts), end: true },
          { title: t("rowing.distance"), cell: (one) => metres(one.distance), end: true },
          { title: t("rowing.time"), cell: (one) => clock(one.time, 0), end: true },
        ], season.months)}</details>
      </section>
      ${season.machines.length > 1 ? html`<section class="card"><h2>${t("rowing.season.machines")}</h2>${table(t("rowing.season.machines"), [
        { title: t("rowing.machine"), cell: (one) => t(`rowing.machine.${one.machine}`) },
        { title: t("rowing.season.sessions"), cell: (one) => some(one.workouts), end: true },
        { title: t("rowing.distance"), cell: (one) => metres(one.distance), end: true },
        { title: t("rowing.time"), cell: (one) => clock(one.time, 0), end: true },
      ], season.machines)}</section>` : nothing}
      <section class="card">
        <div class="head"><h2>${t("rowing.records")}</h2></div>
        <form class="filters" novalidate @submit=${this.filter}>
          ${this.form.field({ name: "machine", label: t("rowing.machine"), type: "select", value: records.machine, options: machines.map((one): [string, string] => [one, t(`rowing.machine.${one}`)]) })}
          ${this.form.field({ name: "weightClass", label: t("rowing.class"), type: "select", value: this.query.get("weightClass"), options: ["", "h", "l"].map((one): [string, string] => [one, t(`rowing.class.${one || "all"}`)]) })}
          ${this.born ? this.form.field({ name: "age", label: t("rowing.age"), type: "select", value: this.query.get("age"), options: ["", ...ages].map((one): [string, string] => [one, one ? t("rowing.age.from", { ages: one.replace("-", "–") }) : t("rowing.age.all")]) }) : nothing}
          <button type="submit">${t("filter")}</button>
        </form>
        ${this.born ? nothing : html`<form class="filters" novalidate @submit=${this.tell}>
          ${this.form.field({ name: "born", label: t("rowing.born"), type: "date", help: t("rowing.born.help") })}<button type="submit">${t("save")}</button></form>`}
        ${bests.length === 0 ? html`<p class="lead">${t("rowing.records.none")}</p>` : table(t("rowing.records"), [
          { title: t("rowing.piece"), cell: (one) => html`<strong>${one.piece}</strong>` },
          { title: t("rowing.best"), cell: (one) => html`<a href=${sessionAddress(one.workout)}>${one.isTime ? metres(one.distance) : clock(one.time)}</a>`, end: true },
          { title: t("rowing.pace"), cell: (one) => clock(one.pace), end: true },
          { title: t("rowing.when"), cell: (one) => time(one.on, "day") },
          ...(this.born ? [{ title: t("rowing.age"), cell: (one: Best) => some(one.age), end: true }] : []),
          { title: t("rowing.kind"), cell: (one) => html`<span class="tag">${one.official ? t("rowing.official") : t("rowing.unofficial")}</span>` },
        ], bests)}
        <p class="help">${t("rowing.records.text")}</p>
      </section>`;
  }
}

customElements.define("rowing-season", RowingSeason);
