import { api, ask, attempt, code, empty, Form, go, html, locale, nothing, number, openDialog, Page, Paged, Problem, query, readEvents, repeat, t, table, time, tagged, toast, type List, type StreamState } from "../../kit";
import { base, clock, machines, metres, nameOf, sessionAddress, some, titleOf, when, type Consent, type Person, type Squad, type Workout } from "./types";

interface Member {
  person: Person;
  role: "coach" | "rower";
  joinedAt: string;
  shares?: Consent;
  links: { self: string; workouts?: string };
}

interface Targets {
  pace?: number;
  power?: number;
  strokeRate?: number;
  heartRateZone?: number;
}

interface Assignment {
  id: string;
  title: string;
  machine: string;
  piece?: string;
  targets: Targets;
  note?: string;
  opensAt: string;
  dueAt: string;
  links: { self: string };
}

interface Result {
  rower: Person;
  done: boolean;
  start?: string;
  name?: string;
  distance?: number;
  time?: number;
  pace?: number;
  power?: number;
  strokeRate?: number;
  against?: Targets;
  links?: { workout?: string };
}

interface Place {
  rank: number;
  rower: Person;
  distance: number;
  time: number;
  pace?: number;
  official?: boolean;
  workouts?: number;
  on?: string;
}

interface Now {
  rower: Person;
  session: string;
  machine: string;
  time?: number;
  distance?: number;
  pace?: number;
  rate?: number;
  power?: number;
  heartRate?: number;
}

const pieces = ["", "500m", "1000m", "2000m", "5000m", "6000m", "10000m", "30:00", "1:00:00"];

/** What a form of an assignment says that it is to be rowed at; null is for what is not wanted any more. */
function targetsOf(values: Record<string, string>) {
  const wanted = (name: string) => (values[name] ? Number(values[name]!.replace(",", ".")) : null);
  const pace = values.pace ? secondsOf(values.pace) : null;
  if (Number.isNaN(pace)) throw new Problem(400, "", [{ pointer: "/targets/pace", detail: t("rowing.pace.help") }]);
  return { pace, strokeRate: wanted("strokeRate"), power: wanted("power") };
}

const timeOf = (local: string) => new Date(local).toISOString();

/** A time as a field for one has it. */
function localOf(time: string): string {
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** A squad: who rows now, what is assigned, who is ahead, who is in it, and what it sees of oneself. */
class RowingSquad extends Page {
  static override properties = { ...Page.properties, state: { state: true }, changing: { state: true }, now: { state: true } };

  declare state: StreamState;
  declare changing: boolean;
  declare now: Map<string, Now>;

  private squad: Squad | undefined;
  private shown = "";
  private members = new Paged<Member>(this);
  private assignments = new Paged<Assignment>(this);
  private results: { assignment: Assignment; results: Result[]; withheld: number; tag: string } | undefined;
  private mine: Workout[] = [];
  private board: { piece?: string; places: Place[] } | undefined;
  private workouts: Paged<Workout> | undefined;
  private reading: AbortController | undefined;
  private form = new Form(this);

  constructor() {
    super();
    [this.state, this.changing, this.now] = ["connecting", false, new Map()];
  }

  private get address(): string {
    return `/api/v1/squads/${this.path[1]}`;
  }

  private get shownPart(): string {
    return this.path[2] ?? "live";
  }

  private get isCoach(): boolean {
    return this.squad?.role === "coach";
  }

  override async load() {
    const { shownPart: part, path } = this;
    this.reading?.abort();
    this.squad = await api.get<Squad>(this.address, { quiet: true });
    if (part === "live") this.watch();
    else if (part === "assignments" && path[3]) {
      const address = `${this.address}/assignments/${path[3]}`;
      const [results, [, tag]] = await Promise.all([api.get(`${address}/results`), tagged<Assignment>(address, { quiet: true })]);
      const { items } = await api.get<List<Workout>>(query("/api/v1/workouts", { machine: results.assignment.machine, limit: 30 }), { quiet: true });
      [this.results, this.mine, this.changing] = [{ ...results, tag }, items, false];
    } else if (part === "assignments") await this.assignments.start(`${this.address}/assignments`);
    else if (part === "leaderboard") {
      const [piece, machine, days] = ["piece", "machine", "days"].map((name) => this.query.get(name) ?? "");
      const from = new Date(Date.now() - Number(days || 30) * 86_400_000).toISOString().slice(0, 19) + "Z";
      this.board = await api.get(query(`${this.address}/leaderboard`, { piece, machine, from }));
    } else if (part === "people" && path[3]) {
      const workouts = new Paged<Workout>(this);
      await Promise.all([this.members.start(`${this.address}/members?limit=500`, { quiet: true }), workouts.start(`${this.address}/members/${path[3]}/workouts?limit=50`)]);
      this.workouts = workouts;
    } else if (part === "people") await this.members.start(`${this.address}/members?limit=500`);

    this.shown = path.slice(1).join("/");
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.reading?.abort();
  }

  private watch() {
    const reading = (this.reading = new AbortController());
    void readEvents(
      `${this.address}/live`,
      reading.signal,
      (event) => {
        const told = JSON.parse(event.data) as Partial<Now>;
        const now = new Map(this.now);
        if (told.rower) now.set(told.session!, told as Now);
        else if (told.session) now.delete(told.session);
        else now.clear();
        this.now = now;
      },
      (state) => (this.state = state),
    );
  }

  view() {
    const { squad, shownPart: part } = this;
    if (!squad || this.shown !== this.path.slice(1).join("/")) return html`<p class="loading">${t("loading")}</p>`;
    const at = `${base}/squads/${squad.id}`;
    const tab = (name: string, text: string) => html`<a href="${at}${name === "live" ? "" : `/${name}`}" aria-current=${part === name ? "page" : nothing}>${text}</a>`;
    return html`
      <p class="crumbs"><a href="${base}/squads">${t("rowing.squads")}</a></p>
      <div class="head"><h1>${squad.name}</h1><span class="tag">${t(`rowing.role.${squad.role}`)}</span></div>
      <nav class="tabs" aria-label=${t("rowing.squad.parts")}>
        ${tab("live", t("rowing.squad.live"))}${tab("assignments", t("rowing.assignments"))}${tab("leaderboard", t("rowing.leaderboard"))}
        ${tab("people", t("rowing.people"))}${tab("me", t("rowing.shares"))}
      </nav>
      ${part === "live" ? this.live()
        : part === "assignments" ? (this.path[3] ? this.result() : this.assigned())
        : part === "leaderboard" ? this.leaders()
        : part === "people" ? (this.path[3] ? this.rower() : this.people())
        : this.own()}`;
  }

  private live() {
    const all = [...this.now.values()].sort((a, b) => (b.distance ?? 0) - (a.distance ?? 0));
    const most = Math.max(...all.map((one) => one.distance ?? 0), 1);
    return html`
      <p class="state" role="status"><span class="dot ${this.state}" aria-hidden="true"></span>${t(`live.${this.state}`)}</p>
      ${all.length === 0
        ? empty(t("rowing.now.none"), t("rowing.now.none.text"))
        : html`<ol class="ergs">${repeat(all, (one) => one.session, (one) => html`<li class="card">
            <div class="head"><h2>${nameOf(one.rower)}</h2><span class="tag">${t(`rowing.machine.${one.machine}`)}</span></div>
            <p class="split"><strong>${clock(one.pace)}</strong><span>/500 m</span></p>
            <progress class="track" max=${most} value=${one.distance ?? 0} aria-label=${t("rowing.distance")}></progress>
            <dl class="measures">
              <div><dt>${t("rowing.distance")}</dt><dd>${metres(one.distance === undefined ? undefined : Math.round(one.distance))}</dd></div>
              <div><dt>${t("rowing.time")}</dt><dd>${clock(one.time, 0)}</dd></div>
              <div><dt>${t("rowing.rate")}</dt><dd>${some(one.rate)}</dd></div>
              <div><dt>${t("rowing.power")}</dt><dd>${some(one.power, 0, " W")}</dd></div>
              ${one.heartRate ? html`<div><dt>${t("rowing.heartRate")}</dt><dd>${some(one.heartRate)}</dd></div>` : nothing}
            </dl></li>`)}</ol>`}`;
  }

  private targets(targets: Targets): string {
    return [
      targets.pace === undefined ? "" : `${clock(targets.pace)} /500 m`,
      targets.power === undefined ? "" : `${number(targets.power)} W`,
      targets.strokeRate === undefined ? "" : t("rowing.target.rate", { rate: targets.strokeRate }),
      targets.heartRateZone === undefined ? "" : t("rowing.target.zone", { zone: targets.heartRateZone }),
    ].filter(Boolean).join(", ");
  }

  private assigned() {
    return html`
      ${this.assignments.items.length === 0
        ? empty(t("rowing.assignments.none"), this.isCoach ? t("rowing.assignments.none.coach") : t("rowing.assignments.none.rower"))
        : html`${table(t("rowing.assignments"), [
            { title: t("rowing.workout"), cell: (one) => html`<a href="${base}/squads/${this.squad!.id}/assignments/${one.id}"><strong>${one.title}</strong></a>`, wide: true },
            { title: t("rowing.piece"), cell: (one) => one.piece ?? "–" },
            { title: t("rowing.machine"), cell: (one) => t(`rowing.machine.${one.machine}`) },
            { title: t("rowing.targets"), cell: (one) => this.targets(one.targets) || "–" },
            { title: t("rowing.due"), cell: (one) => time(one.dueAt) },
          ], this.assignments.items)}${this.assignments.button()}`}
      ${this.isCoach ? this.assign() : nothing}`;
  }

  private assign() {
    const submit = (event: Event) =>
      this.form.submit(event, async (values) => {
        const form = event.target as HTMLFormElement;
        await api.post(`${this.address}/assignments`, {
          title: values.title,
          machine: values.machine,
          piece: values.piece || undefined,
          note: values.note || undefined,
          dueAt: timeOf(values.dueAt!),
          targets: targetsOf(values),
        }, { idempotent: true });
        form.reset();
        toast(t("rowing.assign.done"));
        await this.assignments.start(`${this.address}/assignments`);
      });
    const field = this.form.field.bind(this.form);
    return html`<form class="card" novalidate @submit=${submit}><h2>${t("rowing.assign")}</h2>${this.form.problemBox()}
      <div class="inline">
        ${field({ name: "title", label: t("rowing.assign.title"), required: true })}
        ${field({ name: "dueAt", label: t("rowing.due"), type: "datetime-local", required: true })}
        ${field({ name: "piece", label: t("rowing.piece"), placeholder: "8x500m/1:00r", help: t("rowing.piece.help") })}
        ${field({ name: "machine", label: t("rowing.machine"), type: "select", options: machines.map((one): [string, string] => [one, t(`rowing.machine.${one}`)]) })}
        ${this.wanted({})}
      </div>
      ${field({ name: "note", label: t("rowing.note"), type: "textarea", rows: 2 })}
      <div class="actions"><button class="primary" ?disabled=${this.form.busy}>${t("rowing.assign.action")}</button></div></form>`;
  }

  private wanted({ pace, strokeRate, power }: Targets) {
    const field = this.form.field.bind(this.form);
    return html`${field({ name: "pace", label: t("rowing.target.pace"), pointer: "/targets/pace", placeholder: "1:52.0", value: pace === undefined ? "" : clock(pace) })}
      ${field({ name: "strokeRate", label: t("rowing.target.strokeRate"), pointer: "/targets/strokeRate", value: strokeRate })}
      ${field({ name: "power", label: t("rowing.target.power"), pointer: "/targets/power", value: power })}`;
  }

  private change({ assignment, tag }: { assignment: Assignment; tag: string }) {
    const submit = (event: Event) =>
      this.form.submit(event, async (values) => {
        await api.patch(assignment.links.self, {
          title: values.title,
          opensAt: timeOf(values.opensAt!),
          dueAt: timeOf(values.dueAt!),
          targets: targetsOf(values),
          note: values.note || null,
        }, { headers: { "If-Match": tag } });
        toast(t("rowing.assignment.changed"));
        await this.reload();
      });
    const field = this.form.field.bind(this.form);
    return html`<form class="card" novalidate @submit=${submit}><h2>${t("rowing.assignment.change")}</h2>${this.form.problemBox()}
      <div class="inline">
        ${field({ name: "title", label: t("rowing.assign.title"), required: true, value: assignment.title })}
        ${field({ name: "opensAt", label: t("rowing.opens"), type: "datetime-local", required: true, value: localOf(assignment.opensAt) })}
        ${field({ name: "dueAt", label: t("rowing.due"), type: "datetime-local", required: true, value: localOf(assignment.dueAt) })}
        ${this.wanted(assignment.targets)}
      </div>
      ${field({ name: "note", label: t("rowing.note"), type: "textarea", rows: 2, value: assignment.note })}
      <p class="help">${t("rowing.assignment.change.help")}</p>
      <div class="actions"><button type="button" @click=${() => (this.changing = false)}>${t("cancel")}</button>
        <button class="primary" ?disabled=${this.form.busy}>${t("save")}</button></div></form>`;
  }

  private result() {
    const { assignment, results, withheld } = this.results!;
    const answer = async (event: Event) => {
      const workout = (event.target as HTMLSelectElement).value;
      if (workout) await api.put(`${assignment.links.self}/answer`, { workout });
      else await api.delete(`${assignment.links.self}/answer`);
      await this.reload();
    };
    const remove = async () => {
      const gone = await ask({ title: t("rowing.assignment.remove"), body: t("rowing.assignment.remove.text"), action: t("rowing.assignment.remove"), danger: true, run: () => api.delete(assignment.links.self) });
      if (gone) go(`${base}/squads/${this.squad!.id}/assignments`);
    };
    const against = (result: Result) => [
      result.against?.pace === undefined ? "" : `${signed(result.against.pace)} s`,
      result.against?.power === undefined ? "" : `${signed(result.against.power)} W`,
      result.against?.strokeRate === undefined ? "" : t("rowing.target.rate", { rate: signed(result.against.strokeRate) }),
    ].filter(Boolean).join(", ") || "–";
    return html`
      <section class="card">
        <div class="head"><h2>${assignment.title}</h2>${this.isCoach ? html`<span class="row"><button type="button" class="quiet" aria-expanded=${this.changing} @click=${() => (this.changing = !this.changing)}>${t("rowing.assignment.change")}</button>
          <button type="button" class="quiet bad" @click=${remove}>${t("rowing.assignment.remove")}</button></span>` : nothing}</div>
        <dl class="facts">
          ${assignment.piece ? html`<dt>${t("rowing.piece")}</dt><dd>${assignment.piece}, ${t(`rowing.machine.${assignment.machine}`)}</dd>` : nothing}
          ${this.targets(assignment.targets) ? html`<dt>${t("rowing.targets")}</dt><dd>${this.targets(assignment.targets)}</dd>` : nothing}
          <dt>${t("rowing.due")}</dt><dd>${time(assignment.dueAt)}</dd>
          ${assignment.note ? html`<dt>${t("rowing.note")}</dt><dd>${assignment.note}</dd>` : nothing}
        </dl>
        <div class="field"><label for="answer">${t("rowing.answer")}</label>
          <select id="answer" @change=${answer}><option value="">${t("rowing.answer.byname")}</option>${this.mine.map((one) => html`<option value=${one.id}>${titleOf(one)}, ${new Date(one.start).toLocaleDateString(locale)}</option>`)}</select>
          <p class="help">${t("rowing.answer.help")}</p></div>
      </section>
      ${this.changing ? this.change(this.results!) : nothing}
      ${results.length === 0 ? nothing : table(t("rowing.results"), [
        { title: t("rowing.who"), cell: (one) => html`<strong>${nameOf(one.rower)}</strong>` },
        { title: t("rowing.done"), cell: (one) => one.done ? html`<span class="good">✓ ${one.name ?? t("rowing.done.yes")}</span>` : t("rowing.done.not") },
        { title: t("rowing.pace"), cell: (one) => clock(one.pace), end: true },
        { title: t("rowing.time"), cell: (one) => clock(one.time), end: true },
        { title: t("rowing.rate"), cell: (one) => some(one.strokeRate), end: true },
        { title: t("rowing.power"), cell: (one) => some(one.power, 0, " W"), end: true },
        { title: t("rowing.against"), cell: against, end: true },
        { title: t("rowing.workout"), cell: (one) => one.links?.workout ? html`<a href=${sessionAddress(one.links.workout.split("/").at(-1)!)}>${t("rowing.open")}</a>` : "" },
      ], results)}
      ${withheld ? html`<p class="note">${t("rowing.withheld", { n: withheld })}</p>` : nothing}`;
  }

  private leaders() {
    const { board } = this;
    const filter = (event: Event) =>
      this.form.submit(event, async (values) => go(query(`${base}/squads/${this.squad!.id}/leaderboard`, values)));
    return html`
      <form class="filters" novalidate @submit=${filter}>
        ${this.form.field({ name: "piece", label: t("rowing.piece"), type: "select", value: this.query.get("piece"), options: pieces.map((one): [string, string] => [one, one || t("rowing.metres")]) })}
        ${this.form.field({ name: "machine", label: t("rowing.machine"), type: "select", value: this.query.get("machine") ?? "rower", options: machines.map((one): [string, string] => [one, t(`rowing.machine.${one}`)]) })}
        ${this.form.field({ name: "days", label: t("rowing.days"), type: "select", value: this.query.get("days") ?? "30", options: ["7", "30", "90", "365"].map((one): [string, string] => [one, t("rowing.days.count", { n: Number(one) })]) })}
        <button type="submit">${t("filter")}</button>
      </form>
      ${!board || board.places.length === 0 ? empty(t("rowing.leaderboard.none"), t("rowing.leaderboard.none.text")) : table(t("rowing.leaderboard"), [
        { title: "#", cell: (one) => one.rank, end: true },
        { title: t("rowing.who"), cell: (one) => html`<strong>${nameOf(one.rower)}</strong>` },
        { title: t("rowing.distance"), cell: (one) => metres(one.distance), end: true },
        { title: t("rowing.time"), cell: (one) => clock(one.time), end: true },
        { title: t("rowing.pace"), cell: (one) => clock(one.pace), end: true },
        board.piece
          ? { title: t("rowing.kind"), cell: (one) => html`<span class="tag">${one.official ? t("rowing.official") : t("rowing.unofficial")}</span>` }
          : { title: t("rowing.season.sessions"), cell: (one) => some(one.workouts), end: true },
      ], board.places)}`;
  }

  private people() {
    const invite = async () => {
      const made = await api.post<{ code: string; expiresAt: string }>(`${this.address}/invitations`, { uses: 20 }, { idempotent: true });
      await openDialog(t("rowing.invitation"), (close) => html`<div class="dialog-body"><p>${t("rowing.invitation.text")}</p>${code(made.code, t("rowing.code"))}</div>
        <div class="actions"><button type="button" class="primary" @click=${() => close()}>${t("close")}</button></div>`);
    };
    const role = async (member: Member, value: string) => {
      await this.tell(() => api.put(member.links.self, { role: value }));
    };
    const out = async (member: Member) => {
      const name = nameOf(member.person);
      if (await ask({ title: t("rowing.out", { name }), body: t("rowing.out.text"), action: t("rowing.out.action"), danger: true, run: () => api.delete(member.links.self) })) await this.reload();
    };
    const shares = (member: Member) =>
      member.shares ? (["results", "live", "workouts"] as const).filter((one) => member.shares![one]).map((one) => html`<span class="tag">${t(`rowing.share.${one}`)}</span> `) : nothing;
    return html`
      ${this.isCoach ? html`<div class="row"><button type="button" class="primary" @click=${invite}>${t("rowing.invite")}</button></div>` : nothing}
      ${table(t("rowing.people"), [
        { title: t("rowing.who"), cell: (one) => one.links.workouts ? html`<a href="${base}/squads/${this.squad!.id}/people/${one.person.account}"><strong>${nameOf(one.person)}</strong></a>` : html`<strong>${nameOf(one.person)}</strong>` },
        { title: t("rowing.role"), cell: (one) => this.isCoach
          ? html`<select aria-label=${t("rowing.role.of", { name: nameOf(one.person) })} @change=${(event: Event) => role(one, (event.target as HTMLSelectElement).value)}>
              ${["rower", "coach"].map((value) => html`<option value=${value} ?selected=${value === one.role}>${t(`rowing.role.${value}`)}</option>`)}</select>`
          : t(`rowing.role.${one.role}`) },
        { title: t("rowing.since"), cell: (one) => time(one.joinedAt, "day") },
        { title: t("rowing.seen"), cell: shares },
        ...(this.isCoach ? [{ title: t("rowing.out.action"), cell: (one: Member) => one.person.account === this.me.id ? nothing : html`<button type="button" class="quiet bad" aria-label=${t("rowing.out", { name: nameOf(one.person) })} @click=${() => out(one)}>${t("rowing.out.action")}</button>` }] : []),
      ], this.members.items)}
      ${this.members.button()}`;
  }

  // What a rower lets coaches read.
  private rower() {
    const person = this.members.items.find((one) => one.person.account === this.path[3])?.person;
    return html`<h2>${nameOf(person)}</h2>
      ${this.workouts!.items.length === 0 ? empty(t("rowing.none"), t("rowing.none.rower")) : html`${table(t("rowing.log"), [
        { title: t("rowing.when"), cell: when },
        { title: t("rowing.workout"), cell: (one) => html`<a href=${sessionAddress(one.id)}><strong>${titleOf(one)}</strong></a>` },
        { title: t("rowing.machine"), cell: (one) => t(`rowing.machine.${one.machine}`) },
        { title: t("rowing.distance"), cell: (one) => metres(one.totals.distance ?? one.derived.distance), end: true },
        { title: t("rowing.pace"), cell: (one) => clock(one.derived.pace), end: true },
        { title: t("rowing.heartRate"), cell: (one) => some(one.totals.heartRate?.average ?? one.derived.heartRate), end: true },
      ], this.workouts!.items)}${this.workouts!.button()}`}
      <p class="help">${t("rowing.looked.told")}</p>`;
  }

  private own() {
    const { shares } = this.squad!;
    const set = async (name: keyof Consent, value: boolean) => {
      this.squad = { ...this.squad!, shares: await api.put<Consent>(`${this.address}/membership`, { ...shares, [name]: value }) };
      toast(t(value ? "rowing.share.given" : "rowing.share.taken"));
      this.requestUpdate();
    };
    const leave = async () => {
      const left = await ask({ title: t("rowing.leave"), body: t("rowing.leave.text"), action: t("rowing.leave"), danger: true, run: () => api.delete(`${this.address}/membership`) });
      if (left) go(`${base}/squads`);
    };
    const dissolve = async () => {
      const gone = await ask({ title: t("rowing.dissolve"), body: t("rowing.dissolve.text"), action: t("rowing.dissolve"), danger: true, run: () => api.delete(this.address) });
      if (gone) go(`${base}/squads`);
    };
    return html`
      <section class="card"><h2>${t("rowing.shares.title")}</h2><p class="lead">${t("rowing.shares.text")}</p>
        ${(["results", "live", "workouts"] as const).map((name) => this.form.field({ name, label: t(`rowing.share.${name}.label`), help: t(`rowing.share.${name}.help`), type: "checkbox", value: shares[name], input: (value) => void set(name, value === "true") }))}
        <p><a href="${base}/squads">${t("rowing.looks.see")}</a></p></section>
      <section class="card danger"><h2>${t("rowing.leave")}</h2><p class="help">${t("rowing.leave.text")}</p>
        <div class="actions">${this.isCoach ? html`<button type="button" class="danger" @click=${dissolve}>${t("rowing.dissolve")}</button>` : nothing}<button type="button" class="danger" @click=${leave}>${t("rowing.leave")}</button></div></section>`;
  }

  private async tell(run: () => Promise<unknown>) {
    await attempt(run);
    await this.reload();
  }
}

const signed = (value: number) => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${number(Math.abs(value), 1)}`;

/** 1:52.0 or 112 in seconds. */
function secondsOf(text: string): number {
  const parts = /^(?:(\d{1,2}):)?(\d{1,3}(?:[.,]\d)?)$/.exec(text.trim());
  return parts ? Number(parts[1] ?? 0) * 60 + Number(parts[2]!.replace(",", ".")) : Number.NaN;
}

customElements.define("rowing-squad", RowingSquad);
