import { api, ask, Form, html, nothing, Paged, query, t, table, time, toast } from "../../kit";
import { StudyPart } from "./part";

interface Holder {
  account: string;
  username?: string;
  displayName?: string;
  rights: string[];
  owner: boolean;
}

interface Opening {
  id: string;
  at: string;
  kind: "read" | "given";
  by?: { username?: string };
  to?: { username?: string };
  how?: string;
  purpose?: string;
}

const all = ["read", "write", "manage", "identities"];

/** Who may do what in the study, and who looked at who is who. */
class StudyRights extends StudyPart {
  private holders = new Paged<Holder>(this);
  private openings = new Paged<Opening>(this);
  private find = new Form(this);

  override async load() {
    await Promise.all([
      this.holders.start(query(`${this.address}/rights`, { limit: 100 }), { quiet: true }),
      this.openings.start(query(`${this.address}/identity-openings`, { limit: 20 }), { quiet: true }),
    ]);
  }

  private add = (event: Event) =>
    this.find.submit(event, async (values) => {
      const holder = await api.get<Holder>(query(`${this.address}/rights/candidate`, { username: values.username }));
      (event.target as HTMLFormElement).reset();
      await this.change(holder);
    });

  private change = async (holder: Holder) => {
    const rights = new Set(holder.rights);
    let purpose = "";
    const toggle = (right: string) => (event: Event) => {
      if ((event.target as HTMLInputElement).checked) rights.add(right);
      else rights.delete(right);
    };
    const at = `${this.address}/rights/${holder.account}`;
    const done = await ask({
      title: t("rights.of", { who: holder.username ?? holder.account }),
      body: html`${all.map((right) => html`<div class="field check"><input id="right-${right}" type="checkbox" ?checked=${rights.has(right)} @change=${toggle(right)} aria-describedby="right-${right}-help" />
          <label for="right-${right}">${t(`right.${right}`)}</label><p class="help" id="right-${right}-help">${t(`right.${right}.text`)}</p></div>`)}
        <div class="field"><label for="right-purpose">${t("rights.purpose")}</label><input id="right-purpose" autocomplete="off" aria-describedby="right-purpose-help" @input=${(event: Event) => (purpose = (event.target as HTMLInputElement).value)} /><p class="help" id="right-purpose-help">${t("rights.purpose.help")}</p></div>`,
      action: t("save"),
      run: async () => {
        if (rights.size > 0) await api.put(query(at, { purpose }), { rights: all.filter((right) => rights.has(right)) });
        else if (holder.rights.length > 0) await api.delete(at);
      },
    });
    if (done) {
      toast(t("saved"));
      await this.reload();
    }
  };

  view() {
    return html`
      <section class="card">
        <h2>${t("rights.title")}</h2>
        <p class="help">${t("rights.lead")}</p>
        ${table(t("rights.title"), [
          { title: t("login.username"), wide: true, cell: (h: Holder) => html`${h.username ?? t("me.opening.unknown")}${h.displayName ? html`<small>${h.displayName}</small>` : nothing}` },
          { title: t("rights.title"), cell: (h) => (h.owner ? html`<span class="tag">${t("rights.owner")}</span>` : h.rights.map((r) => html`<span class="tag">${t(`right.${r}`)}</span> `)) },
          { title: t("participant.actions"), cell: (h) => (h.owner ? nothing : html`<button type="button" class="quiet" aria-label=${t("people.actions", { who: h.username ?? h.account })} @click=${() => this.change(h)}>${t("people.change")}</button>`) },
        ], this.holders.items)}${this.holders.button()}
        <form class="filters" novalidate @submit=${this.add}>
          ${this.find.problemBox()}
          ${this.find.field({ name: "username", pointer: "?username", label: t("rights.add"), help: t("rights.add.help"), required: true })}
          <button type="submit" ?disabled=${this.find.busy}>${t("rights.add.action")}</button>
        </form>
      </section>
      ${this.openings.items.length ? html`<section class="card">
        <h2>${t("openings.title")}</h2>
        ${table(t("openings.title"), [
          { title: t("trace.time"), cell: (o: Opening) => time(o.at) },
          { title: t("me.opening.by"), cell: (o) => o.by?.username ?? t("me.opening.unknown") },
          { title: t("me.opening.what"), cell: (o) => (o.kind === "given" ? t("openings.given", { to: o.to?.username ?? t("me.opening.unknown") }) : t("openings.read")) },
          { title: t("rights.purpose"), wide: true, cell: (o) => o.purpose ?? nothing },
        ], this.openings.items)}${this.openings.button()}
      </section>` : nothing}
    `;
  }
}

customElements.define("study-rights", StudyRights);
