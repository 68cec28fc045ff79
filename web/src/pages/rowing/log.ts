import { api, empty, Form, go, html, nothing, Page, Paged, Problem, query, send, t, table, toast } from "../../kit";
import { base, clock, distanceOf, heartOf, kilometres, machines, metres, rateOf, sessionAddress, some, tile, timeOf, titleOf, when, type Workout } from "./types";

interface SentFile {
  id: string;
  name?: string;
  state: "waiting" | "read" | "failed";
  report?: { form: string; workouts: string[]; strokes: number; findings: { detail: string }[]; failure?: string; sameAs?: string };
  links: { self: string };
}

/** All one has rowed, the newest first, and how more comes in. */
class RowingLog extends Page {
  static override properties = { ...Page.properties, chosen: { state: true }, files: { state: true }, isOver: { state: true } };

  /** To be compared. */
  declare chosen: string[];
  declare files: SentFile[];
  declare isOver: boolean;

  private log = new Paged<Workout>(this);
  private season: { workouts: number; distance: number; time: number } | undefined;
  private form = new Form(this);

  constructor() {
    super();
    [this.chosen, this.files, this.isOver] = [[], [], false];
  }

  override async load() {
    const machine = this.query.get("machine") ?? "";
    const [season] = await Promise.all([
      api.get("/api/v1/workouts/season", { quiet: true }),
      this.log.start(query("/api/v1/workouts", { machine, limit: 50 })),
    ]);
    this.season = season;
    this.chosen = [];
  }

  private take = async (picked: FileList | null | undefined) => {
    if (!picked || picked.length === 0) return;
    const form = new FormData();
    for (const file of picked) form.append("file", file, file.name);
    this.form.clear();
    try {
      const address = query("/api/v1/workouts/files", { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone });
      const sent = await send("POST", address, form, { quiet: true, idempotent: true });
      this.files = (await sent.json()).files;
      for (let i = 0; i < 120 && this.files.some((file) => file.state === "waiting"); i++) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        this.files = await Promise.all(this.files.map((file) => (file.state === "waiting" ? api.get<SentFile>(file.links.self, { quiet: true }) : file)));
      }

      await this.reload();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      toast([error.detail, ...error.errors.map((one) => one.detail)].join(" "));
    }
  };

  private choose = (id: string, isChosen: boolean) => {
    this.chosen = isChosen ? [...this.chosen, id].slice(-2) : this.chosen.filter((one) => one !== id);
  };

  private filter = (event: Event) =>
    this.form.submit(event, async (values) => go(query(base, values)));

  private drop = (event: DragEvent) => {
    event.preventDefault();
    this.isOver = false;
    void this.take(event.dataTransfer?.files);
  };

  view() {
    if (!this.season) return html`<p class="loading">${t("loading")}</p>`;
    const machine = this.query.get("machine") ?? "";
    return html`
      <h1>${t("rowing.log")}</h1>
      <dl class="tiles">
        ${tile(t("rowing.season.distance"), kilometres(this.season.distance))}
        ${tile(t("rowing.season.sessions"), some(this.season.workouts))}
        ${tile(t("rowing.season.time"), clock(this.season.time, 0))}
      </dl>
      <label class="drop ${this.isOver ? "over" : ""}" @dragover=${(event: DragEvent) => { event.preventDefault(); this.isOver = true; }} @dragleave=${() => (this.isOver = false)} @drop=${this.drop}>
        <strong>${t("rowing.files")}</strong><span>${t("rowing.files.text")}</span>
        <input class="unseen" type="file" multiple accept=".fit,.tcx,.gpx,.csv" @change=${(event: Event) => this.take((event.target as HTMLInputElement).files)} />
      </label>
      ${this.files.length ? html`<ul class="parts card" role="status">${this.files.map((file) => this.file(file))}</ul>` : nothing}
      ${this.log.items.length === 0 && !machine
        ? empty(t("rowing.none"), t("rowing.none.text"))
        : html`
          <form class="filters" novalidate @submit=${this.filter}>
            ${this.form.field({ name: "machine", label: t("rowing.machine"), type: "select", value: machine, options: [["", t("rowing.machine.all")], ...machines.map((one): [string, string] => [one, t(`rowing.machine.${one}`)])] })}
            <button type="submit">${t("filter")}</button>
            <a class="button ${this.chosen.length === 2 ? "primary" : ""}" href=${this.chosen.length === 2 ? `${base}/compare?a=${this.chosen[0]}&b=${this.chosen[1]}` : nothing}
              aria-disabled=${this.chosen.length === 2 ? "false" : "true"}>${t("rowing.compare.count", { n: this.chosen.length })}</a>
          </form>
          ${table(t("rowing.log"), [
            { title: t("rowing.compare"), cell: (one) => html`<input type="checkbox" aria-label=${t("rowing.compare.choose", { name: titleOf(one) })}
              .checked=${this.chosen.includes(one.id)} @change=${(event: Event) => this.choose(one.id, (event.target as HTMLInputElement).checked)} />` },
            { title: t("rowing.when"), cell: when },
            { title: t("rowing.workout"), cell: (one) => html`<a href=${sessionAddress(one.id)}><strong>${titleOf(one)}</strong></a>${one.state === "live" ? html` <span class="tag">${t("rowing.live")}</span>` : nothing}` },
            { title: t("rowing.machine"), cell: (one) => t(`rowing.machine.${one.machine}`) },
            { title: t("rowing.distance"), end: true, cell: (one) => metres(distanceOf(one)) },
            { title: t("rowing.time"), end: true, cell: (one) => clock(timeOf(one)) },
            { title: t("rowing.pace"), end: true, cell: (one) => clock(one.derived.pace) },
            { title: t("rowing.rate"), end: true, cell: (one) => some(rateOf(one)) },
            { title: t("rowing.heartRate"), end: true, cell: (one) => some(heartOf(one)) },
          ], this.log.items)}
          ${this.log.button()}`}
    `;
  }

  private file(file: SentFile) {
    const { report } = file;
    return html`<li><span><strong>${file.name ?? t("rowing.file")}</strong>
      <small>${report?.failure ?? (report?.sameAs ? t("rowing.file.known") : report ? t("rowing.file.read", { n: report.workouts.length }) : t("rowing.file.waiting"))}
        ${report?.findings.map((finding) => finding.detail).join(" ")}</small></span>
      ${report?.workouts[0] ? html`<a class="button" href=${sessionAddress(report.workouts[0])}>${t("rowing.open")}</a>` : nothing}</li>`;
  }
}

customElements.define("rowing-log", RowingLog);
