import { api, ask, classMap, Form, go, html, language, locale, nothing, number, Page, Paged, Problem, query, t, table, time, toast, type List } from "../../kit";
import { chart } from "./chart";
import { base, clock, distanceOf, heartOf, measures, metres, nameOf, powerOf, rateOf, some, tile, timeOf, timeSteps, titleOf, when, withPace, type Analysis, type Measures, type Person, type Stroke, type Workout } from "./types";

interface Comment {
  id: string;
  author: Person;
  text: string;
  writtenAt: string;
  links: { self: string };
}

/** One session: what the monitor says, every stroke, and what is said about it. */
class RowingSession extends Page {
  static override properties = { ...Page.properties, along: { state: true }, stroke: { state: true }, under: { state: true } };

  /** By what the charts go. */
  declare along: "time" | "distance";
  /** The stroke that is looked at. */
  declare stroke: number;
  /** The one that the pointer is at. */
  declare under: number | null;

  private workout: Workout | undefined;
  private strokes: Stroke[] = [];
  private analysis: Analysis | undefined;
  private comments: Paged<Comment> | undefined;
  private others: Workout[] = [];
  private form = new Form(this);

  constructor() {
    super();
    [this.along, this.stroke, this.under] = ["time", 0, null];
  }

  private get address(): string {
    return `/api/v1/workouts/${this.path[1]}`;
  }

  private get isMine(): boolean {
    return this.workout?.rower === this.me.id;
  }

  override async load() {
    const workout = await api.get<Workout>(this.address);
    const [strokes, analysis] = await Promise.all([
      api.get<{ strokes: Stroke[] }>(`${this.address}/strokes`, { quiet: true }),
      api.get<Analysis>(query(`${this.address}/analysis`, { split: (workout.totals.distance ?? workout.derived.distance ?? 0) > 12_000 ? 1000 : 500 }), { quiet: true }),
    ]);
    this.strokes = withPace(strokes.strokes);
    [this.workout, this.analysis, this.under] = [workout, analysis, null];
    this.stroke = Math.max(0, this.strokes.findIndex((one) => one.forceCurve));
    this.others = this.isMine
      ? (await api.get<List<Workout>>(query("/api/v1/workouts", { machine: workout.machine, limit: 30 }), { quiet: true })).items.filter((one) => one.id !== workout.id)
      : [];
    const comments = new Paged<Comment>(this);
    try {
      await comments.start(`${this.address}/comments`, { quiet: true });
      this.comments = comments;
    } catch (error) {
      // Whoever reads it because everybody may is none of those who talk about it.
      if (!(error instanceof Problem) || error.status !== 403) throw error;
      this.comments = undefined;
    }
  }

  view() {
    const { workout, analysis } = this;
    if (!workout || !analysis) return html`<p class="loading">${t("loading")}</p>`;
    const heart = workout.totals.heartRate;
    return html`
      <div class="head">
        <div><h1>${titleOf(workout)}</h1><p class="lead">${when(workout)} · ${t(`rowing.machine.${workout.machine}`)}${workout.device?.name ? ` · ${workout.device.name}` : ""}</p></div>
        ${this.actions(workout)}
      </div>
      ${workout.state === "live" ? html`<p class="note">${t("rowing.live.now")}</p>` : nothing}
      <dl class="tiles six">
        ${tile(t("rowing.distance"), metres(distanceOf(workout)))}
        ${tile(t("rowing.time"), clock(timeOf(workout)), workout.totals.restTime ? t("rowing.rest", { time: clock(workout.totals.restTime, 0) }) : nothing)}
        ${tile(t("rowing.pace"), clock(workout.derived.pace), analysis.fade === undefined || workout.intervals?.length ? nothing : t(analysis.fade > 0 ? "rowing.fade.slower" : "rowing.fade.faster", { percent: number(Math.abs(analysis.fade), 1) }))}
        ${tile(t("rowing.rate"), some(rateOf(workout), 0), analysis.distancePerStroke ? t("rowing.perstroke", { metres: number(analysis.distancePerStroke, 1) }) : nothing)}
        ${powerOf(workout) ? tile(t("rowing.power"), some(powerOf(workout), 0, " W"), workout.totals.calories ? t("rowing.calories", { n: workout.totals.calories }) : nothing) : nothing}
        ${heartOf(workout) ? tile(t("rowing.heartRate"), some(heartOf(workout)), heart?.maximum ? t("rowing.highest", { beats: heart.maximum }) : nothing) : nothing}
      </dl>
      ${this.charts()}
      <div class="two">
        ${this.parts(workout, analysis)}
        <div class="stack">${this.inspector()}${this.zones(analysis)}</div>
      </div>
      ${workout.findings?.length ? html`<section class="card"><h2>${t("rowing.findings")}</h2><ul>${workout.findings.map((one) => html`<li><strong>${one.code.replaceAll("-", " ")}</strong> (${number(one.count)}): ${one.detail}</li>`)}</ul></section>` : nothing}
      ${this.talk()}
    `;
  }

  private actions(workout: Workout) {
    if (!this.isMine) return nothing;
    const compare = (event: Event) => {
      const { value } = event.target as HTMLSelectElement;
      if (value) go(`${base}/compare?a=${workout.id}&b=${value}`);
    };
    const privacy = async (event: Event) => {
      this.workout = await api.patch<Workout>(this.address, { privacy: (event.target as HTMLSelectElement).value });
      toast(t("rowing.privacy.changed"));
      this.requestUpdate();
    };
    const remove = async () => {
      const gone = await ask({ title: t("rowing.delete"), body: t("rowing.delete.text"), action: t("rowing.delete"), danger: true, run: () => api.delete(this.address) });
      if (gone) go(base);
    };
    return html`<div class="filters">
      ${this.others.length ? html`<div class="field"><label for="compare">${t("rowing.compare.with")}</label>
        <select id="compare" @change=${compare}><option value="">${t("rowing.compare.none")}</option>
          ${this.others.map((one) => html`<option value=${one.id}>${titleOf(one)}, ${new Date(one.start).toLocaleDateString(locale)}</option>`)}</select></div>` : nothing}
      <div class="field"><label for="privacy">${t("rowing.privacy")}</label>
        <select id="privacy" @change=${privacy}>${["private", "logged-in"].map((one) => html`<option value=${one} ?selected=${workout.privacy === one}>${t(`rowing.privacy.${one}`)}</option>`)}</select></div>
      <a class="button" href="${this.address}/export?format=fit" download>FIT</a>
      <a class="button" href="${this.address}/export?format=csv" download>CSV</a>
      <button type="button" class="quiet bad" @click=${remove}>${t("rowing.delete")}</button>
    </div>`;
  }

  private charts() {
    const { strokes } = this;
    const shown = measures.filter((one) => strokes.some((stroke) => one.of(stroke) !== undefined));
    if (strokes.length < 2 || shown.length === 0) return html`<p class="note">${t("rowing.nostrokes")}</p>`;
    const byDistance = this.along === "distance";
    const { along, index } = placesOf(strokes, byDistance);
    const at = this.under === null ? undefined : strokes[this.under];
    const button = (name: "time" | "distance") => html`<button type="button" aria-pressed=${this.along === name ? "true" : "false"} class=${this.along === name ? "primary" : ""} @click=${() => (this.along = name)}>${t(`rowing.along.${name}`)}</button>`;
    return html`<section class="card">
      <div class="head"><h2>${t("rowing.strokes", { n: strokes.length })}</h2><div class="row" role="group" aria-label=${t("rowing.along")}>${button("time")}${button("distance")}</div></div>
      <p class="readout" aria-hidden="true">${at
        ? html`<span>${clock(at.time)}</span><span>${metres(at.distance)}</span>${shown.map((one) => html`<span>${t(`rowing.${one.name}`)} <b>${one.of(at) === undefined ? "–" : one.name === "pace" ? clock(one.of(at)) : one.format(one.of(at)!)}</b></span>`)}`
        : html`<span>${t("rowing.point")}</span>`}</p>
      <div class="charts">${shown.map((one) => html`<figure>
        <figcaption>${t(`rowing.${one.name}`)} <small>${t(`rowing.${one.name}.unit`)}</small></figcaption>
        ${chart(t("rowing.chart", { measure: t(`rowing.${one.name}`) }), `${this.workout!.id} ${this.along} ${language}`, (place, charts) =>
          charts.lines(place, along, [{ label: one.name, values: index.map((i) => (i === null || strokes[i]!.rest ? null : (one.of(strokes[i]!) ?? null))) }], {
            format: one.format,
            reversed: one.reversed,
            formatX: byDistance ? (value) => number(value) : (value) => clock(value, 0),
            incrs: byDistance ? undefined : timeSteps,
            group: this.workout!.id,
            look: (at) => (this.under = at === null ? null : index[at]!),
            pick: (at) => (this.stroke = index[at] ?? this.stroke),
          }))}
      </figure>`)}</div>
    </section>`;
  }

  private parts(workout: Workout, analysis: Analysis) {
    const isIntervals = Boolean(workout.intervals?.length);
    const said = workout.intervals ?? workout.splits;
    const rows = said?.length
      ? said.map((one: Measures) => ({ distance: one.distance, time: one.time, rest: one.restTime, rate: one.strokeRate, power: one.power, heart: one.heartRate?.average, pace: one.distance && one.time ? (one.time / one.distance) * 500 : undefined }))
      : analysis.splits.map((one) => ({ distance: one.distance, time: one.time, rest: undefined, rate: one.strokeRate, power: one.power, heart: one.heartRate, pace: one.pace }));
    if (rows.length === 0) return nothing;
    const numbered = rows.map((row, i) => ({ ...row, i: i + 1 }));
    const hasRest = rows.some((row) => row.rest);
    return html`<section class="card">
      <h2>${isIntervals ? t("rowing.intervals") : said?.length ? t("rowing.splits") : t("rowing.splits.derived")}</h2>
      ${rows.length > 1 && rows.some((row) => row.pace) ? chart(t("rowing.chart.parts"), `${workout.id} ${language}`, (place, charts) =>
        charts.bars(place, numbered.map((row) => String(row.i)), numbered.map((row) => row.pace ?? null), { format: (value) => clock(value, 0), reversed: true })) : nothing}
      ${table(t("rowing.chart.parts"), [
        { title: "#", cell: (row) => row.i, end: true },
        { title: t("rowing.distance"), cell: (row) => metres(row.distance), end: true },
        { title: t("rowing.time"), cell: (row) => clock(row.time), end: true },
        { title: t("rowing.pace"), cell: (row) => html`<strong>${clock(row.pace)}</strong>`, end: true },
        { title: t("rowing.rate.short"), cell: (row) => some(row.rate), end: true },
        { title: t("rowing.heartRate.short"), cell: (row) => some(row.heart), end: true },
        ...(hasRest ? [{ title: t("rowing.resttime"), cell: (row: (typeof numbered)[number]) => (row.rest ? clock(row.rest, 0) : "–"), end: true }] : []),
      ], numbered)}
    </section>`;
  }

  // One stroke, by a slider that keys move as well.
  private inspector() {
    const stroke = this.strokes[this.stroke];
    if (!stroke) return nothing;
    const facts: [string, string][] = [
      [t("rowing.time"), clock(stroke.time)],
      [t("rowing.distance"), metres(stroke.distance)],
      [t("rowing.pace"), clock(stroke.pace)],
      [t("rowing.rate"), some(stroke.rate)],
      [t("rowing.power"), some(stroke.power, 0, " W")],
      [t("rowing.heartRate"), some(stroke.heartRate)],
      ...(stroke.driveLength ? [[t("rowing.drive.length"), some(stroke.driveLength, 2, " m")] as [string, string]] : []),
      ...(stroke.driveTime ? [[t("rowing.drive.time"), `${some(stroke.driveTime, 2, " s")} / ${some(stroke.recoveryTime, 2, " s")}`] as [string, string]] : []),
    ];
    return html`<section class="card">
      <h2>${t("rowing.stroke")}</h2>
      <div class="field"><label for="stroke">${t("rowing.stroke.which", { which: this.stroke + 1, of: this.strokes.length })}</label>
        <input id="stroke" type="range" min="0" max=${this.strokes.length - 1} .value=${String(this.stroke)} @input=${(event: Event) => (this.stroke = Number((event.target as HTMLInputElement).value))} /></div>
      ${stroke.forceCurve ? chart(t("rowing.curve"), `${this.workout!.id} ${this.stroke} ${language}`, (place, charts) =>
        charts.lines(place, stroke.forceCurve!.map((_, i) => i), [{ label: "force", values: stroke.forceCurve! }], { format: (value) => `${number(value)} N`, formatX: () => "" })) : nothing}
      <dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    </section>`;
  }

  private zones(analysis: Analysis) {
    const zones = analysis.heartRateZones ?? analysis.powerZones;
    const most = Math.max(...(zones ?? []).map((zone) => zone.time), 1);
    return zones?.some((zone) => zone.time > 0)
      ? html`<section class="card"><h2>${analysis.heartRateZones ? t("rowing.zones.heart") : t("rowing.zones.power")}</h2>
          <ul class="bars">${zones.map((zone) => html`<li><span>${t("rowing.zone", { zone: zone.zone, from: zone.from })}</span><span class="count">${clock(zone.time, 0)}</span>
            <progress class="track" aria-hidden="true" max=${most} value=${zone.time}></progress></li>`)}</ul></section>`
      : nothing;
  }

  private talk() {
    const { comments } = this;
    if (!comments) return nothing;
    const write = (event: Event) =>
      this.form.submit(event, async (values) => {
        comments.items = [...comments.items, await api.post<Comment>(`${this.address}/comments`, values, { idempotent: true })];
        (event.target as HTMLFormElement).reset();
      });
    const remove = async (comment: Comment) => {
      await api.delete(comment.links.self);
      comments.items = comments.items.filter((one) => one.id !== comment.id);
      this.requestUpdate();
    };
    return html`<section class="card">
      <h2>${t("rowing.comments")}</h2>
      <p class="help">${this.isMine ? t("rowing.comments.who") : t("rowing.comments.seen")}</p>
      <ul class="talk">${comments.items.map((one) => html`<li class=${classMap({ own: one.author.account === this.me.id })}>
        <p><strong>${nameOf(one.author)}</strong> <small>${time(one.writtenAt)}</small></p><p>${one.text}</p>
        ${this.isMine || one.author.account === this.me.id ? html`<button type="button" class="quiet bad" aria-label=${t("rowing.comment.delete", { name: nameOf(one.author) })} @click=${() => remove(one)}>${t("rowing.remove")}</button>` : nothing}</li>`)}</ul>
      ${comments.button()}
      <form novalidate @submit=${write}>${this.form.problemBox()}
        ${this.form.field({ name: "text", label: t("rowing.comment"), type: "textarea", rows: 2, required: true })}
        <div class="actions"><button class="primary" ?disabled=${this.form.busy}>${t("rowing.comment.send")}</button></div></form>
    </section>`;
  }
}

/** Where strokes stand along a chart, with a place for nothing where there is a pause between two. */
function placesOf(strokes: Stroke[], byDistance: boolean): { along: number[]; index: (number | null)[] } {
  const [along, index]: [number[], (number | null)[]] = [[], []];
  // A line goes forwards: what is out of order stands where the one before it does.
  let last = 0;
  strokes.forEach((stroke, i) => {
    const at = Math.max(last, (byDistance ? stroke.distance : stroke.time) ?? last);
    if (i > 0 && stroke.time - strokes[i - 1]!.time > 15) {
      along.push((last + at) / 2);
      index.push(null);
    }

    along.push((last = at));
    index.push(i);
  });
  return { along, index };
}

customElements.define("rowing-session", RowingSession);
