import { ago, api, ask, bytes, empty, html, nothing, Page, t, table, time, toast } from "../../kit";
import type { Backup, Backups } from "./types";

const every = 700;

/** The backups in the server's folder: one is made here, and looked at before it is needed. */
class ServerBackups extends Page {
  private list: Backups | undefined;
  private timer = 0;

  override async load() {
    const before = this.list?.work;
    this.list = await api.get<Backups>("/api/v1/backups", { quiet: this.list !== undefined });
    const { work } = this.list;
    if (before && !before.endedAt && work?.endedAt && !work.fault) toast(t(`backup.${work.action}.done`));
    clearTimeout(this.timer);
    if (work && !work.endedAt && this.isConnected) this.timer = window.setTimeout(() => this.reload(), every);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  private begin = async (path: string) => {
    await api.post(path);
    await this.reload();
  };

  private drop = async (backup: Backup) => {
    const done = await ask({ title: t("backup.delete"), body: t("backup.delete.text", { name: backup.name }), action: t("backup.delete"), danger: true, run: () => api.delete(`/api/v1/backups/${encodeURIComponent(backup.name)}`) });
    if (done) await this.reload();
  };

  view() {
    if (!this.list) return html`<p class="loading">${t("loading")}</p>`;
    const { items, work } = this.list;
    const isBusy = work !== undefined && !work.endedAt;
    return html`
      <div class="head">
        <p class="lead">${t("backup.lead")}</p>
        <button type="button" class="primary" ?disabled=${isBusy} @click=${() => this.begin("/api/v1/backups")}>${t("backup.now")}</button>
      </div>
      ${isBusy ? html`<section class="card" role="status"><h2>${t(`backup.${work.action}.busy`)}</h2>
        <p class="help">${work.name}${work.step ? html` · ${work.step}` : nothing}</p>
        <progress class="track" max=${work.total || 1} value=${work.total ? work.done : nothing} aria-label=${t(`backup.${work.action}.busy`)}></progress></section>` : nothing}
      ${work?.endedAt && work.fault ? html`<p class="problem" role="alert">${work.fault}</p>` : nothing}
      ${items.length === 0
        ? empty(t("backup.none"), t("backup.none.text"))
        : table(t("server.backups"), [
            { title: t("backup.at"), cell: (b: Backup) => html`${ago(b.createdAt)}<small>${time(b.createdAt)}</small>` },
            { title: t("backup.name"), wide: true, cell: (b) => html`${b.name}<small>${b.modules.join(", ")}</small>` },
            { title: t("backup.size"), end: true, cell: (b) => bytes(b.length) },
            { title: t("backup.checked"), cell: (b) => this.checked(b) },
            { title: t("participant.actions"), cell: (b) => html`<span class="row">
              <button type="button" class="quiet" ?disabled=${isBusy} aria-label=${t("backup.check.one", { name: b.name })} @click=${() => this.begin(b.links.check!)}>${t("backup.check")}</button>
              <button type="button" class="quiet bad" ?disabled=${isBusy} aria-label=${t("backup.delete.one", { name: b.name })} @click=${() => this.drop(b)}>${t("backup.delete")}</button></span>` },
          ], items)}
      <p class="help">${t("backup.help")}</p>
    `;
  }

  private checked(backup: Backup) {
    if (!backup.check) return html`<span class="help">${t("backup.unchecked")}</span>`;
    return backup.check.fault
      ? html`<span class="tag bad">${t("backup.bad")}</span><small>${backup.check.fault}</small>`
      : html`<span class="good">${t("backup.sound")}</span><small>${ago(backup.check.at)}</small>`;
  }
}

customElements.define("server-backups", ServerBackups);
