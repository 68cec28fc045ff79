import { api, html, language, locale, number, Page, query, t, table } from "../../kit";
import { chart } from "./chart";
import { clock, distanceOf, heartOf, measures, metres, powerOf, rateOf, sessionAddress, some, timeOf, timeSteps, titleOf, when, withPace, type Analysis, type Stroke, type Workout } from "./types";

interface Side {
  workout: Workout;
  strokes: Stroke[];
  analysis: Analysis;
}

const points = 400;

/** Two sessions, one over the other. */
class RowingCompare extends Page {
  static override properties = { ...Page.properties, along: { state: true } };

  declare along: "time" | "distance";

  private sides: [Side, Side] | undefined;

  constructor() {
    super();
    this.along = "distance";
  }

  override async load() {
    const side = async (id: string | null): Promise<Side> => {
      const address = `/api/v1/workouts/${encodeURIComponent(id ?? "")}`;
      const [workout, strokes, analysis] = await Promise.all([
        api.get<Workout>(address),
        api.get<{ strokes: Stroke[] }>(`${address}/strokes`, { quiet: true }),
        api.get<Analysis>(query(`${address}/analysis`, { split: 500 }), { quiet: true }),
      ]);
      return { workout, strokes: withPace(strokes.strokes).filter((stroke) => !stroke.rest), analysis };
    };
    this.sides = await Promise.all([side(this.query.get("a")), side(this.query.get("b"))]);
  }

  view() {
    if (!this.sides) return html`<p class="loading">${t("loading")}</p>`;
    const [a, b] = this.sides;
    const button = (name: "time" | "distance") => html`<button type="button" aria-pressed=${this.along === name ? "true" : "false"} class=${this.along === name ? "primary" : ""} @click=${() => (this.along = name)}>${t(`rowing.along.${name}`)}</button>`;
    const headOf = (side: Side) => `${titleOf(side.workout)}, ${new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" }).format(new Date(side.workout.start))}`;
    const rows: { name: string; of: (side: Side) => number | undefined; format: (value: number | undefined) => string; difference: (value: number) => string }[] = [
      { name: t("rowing.distance"), of: (side) => distanceOf(side.workout), format: metres, difference: (value) => `${signed(value)} m` },
      { name: t("rowing.time"), of: (side) => timeOf(side.workout), format: clock, difference: (value) => `${signed(value, 1)} s` },
      { name: t("rowing.pace"), of: (side) => side.workout.derived.pace, format: clock, difference: (value) => `${signed(value, 1)} s` },
      { name: t("rowing.power"), of: (side) => powerOf(side.workout), format: (value) => some(value, 0, " W"), difference: (value) => `${signed(value)} W` },
      { name: t("rowing.rate"), of: (side) => rateOf(side.workout), format: (value) => some(value, 1), difference: (value) => signed(value, 1) },
      { name: t("rowing.heartRate"), of: (side) => heartOf(side.workout), format: (value) => some(value), difference: (value) => signed(value) },
    ];
    const difference = (row: (typeof rows)[number]) => {
      const [x, y] = [row.of(a), row.of(b)];
      return x === undefined || y === undefined ? "–" : row.difference(y - x);
    };
    const splits = Array.from({ length: Math.max(a.analysis.splits.length, b.analysis.splits.length) }, (_, i) => ({ i, a: a.analysis.splits[i], b: b.analysis.splits[i] }));
    return html`
      <h1>${t("rowing.compare.title")}</h1>
      <ul class="legend">${[a, b].map((side, i) => html`<li class=${i === 0 ? "first" : "second"}><a href=${sessionAddress(side.workout.id)}>${titleOf(side.workout)}</a> <span>${when(side.workout)}</span></li>`)}</ul>
      ${table(t("rowing.compare.title"), [
        { title: t("rowing.measure"), cell: (row) => row.name },
        { title: headOf(a), cell: (row) => row.format(row.of(a)), end: true },
        { title: headOf(b), cell: (row) => row.format(row.of(b)), end: true },
        { title: t("rowing.difference"), cell: (row) => html`<strong>${difference(row)}</strong>`, end: true },
      ], rows)}
      <section class="card">
        <div class="head"><h2>${t("rowing.compare.strokes")}</h2><div class="row" role="group" aria-label=${t("rowing.along")}>${button("distance")}${button("time")}</div></div>
        ${this.charts(a, b)}
      </section>
      <section class="card"><h2>${t("rowing.splits.derived")}</h2>
        ${table(t("rowing.splits.derived"), [
          { title: t("rowing.from"), cell: (row) => metres((row.a ?? row.b)?.from), end: true },
          { title: headOf(a), cell: (row) => clock(row.a?.pace), end: true },
          { title: headOf(b), cell: (row) => clock(row.b?.pace), end: true },
          { title: t("rowing.difference"), cell: (row) => (row.a?.pace && row.b?.pace ? html`<strong>${signed(row.b.pace - row.a.pace, 1)} s</strong>` : "–"), end: true },
        ], splits)}
      </section>`;
  }

  private charts(a: Side, b: Side) {
    const byDistance = this.along === "distance";
    const place = (stroke: Stroke) => (byDistance ? stroke.distance : stroke.time) ?? 0;
    const most = Math.max(...[a, b].flatMap((side) => side.strokes.map(place)), 1);
    const along = Array.from({ length: points + 1 }, (_, i) => (i * most) / points);
    const shown = measures.filter((one) => [a, b].some((side) => side.strokes.some((stroke) => one.of(stroke) !== undefined)));
    if (shown.length === 0) return html`<p class="note">${t("rowing.nostrokes")}</p>`;
    // At each point, the stroke that is rowed there.
    const values = (side: Side, of: (stroke: Stroke) => number | undefined) => {
      let i = 0;
      return along.map((at) => {
        while (i < side.strokes.length && place(side.strokes[i]!) < at) i++;
        const stroke = side.strokes[i];
        return stroke ? (of(stroke) ?? null) : null;
      });
    };
    return html`<div class="charts">${shown.map((one) => html`<figure>
      <figcaption>${t(`rowing.${one.name}`)} <small>${t(`rowing.${one.name}.unit`)}</small></figcaption>
      ${chart(t("rowing.chart", { measure: t(`rowing.${one.name}`) }), `${a.workout.id} ${b.workout.id} ${this.along} ${language}`, (plot, charts) =>
        charts.lines(plot, along, [{ label: "a", values: values(a, one.of) }, { label: "b", values: values(b, one.of) }], {
          format: one.format,
          reversed: one.reversed,
          formatX: byDistance ? (value) => number(value) : (value) => clock(value, 0),
          incrs: byDistance ? undefined : timeSteps,
          group: "compare",
        }))}
    </figure>`)}</div>`;
  }
}

const signed = (value: number, digits = 0) => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${number(Math.abs(value), digits)}`;

customElements.define("rowing-compare", RowingCompare);
