import { api, ask, empty, Form, html, Page, Paged, t, table, time, toast } from "../../kit";

interface Suppression {
  address: string;
  reason: string;
  detail?: string;
  createdAt: string;
}

/** Addresses that get no mail, and why. */
class MailRefused extends Page {
  private list = new Paged<Suppression>(this);
  private form = new Form(this);

  override async load() {
    await this.list.start("/api/v1/notifications/suppressions?limit=100");
  }

  private add = (event: Event) =>
    this.form.submit(event, async (values) => {
      await api.post("/api/v1/notifications/suppressions", { address: values.address });
      (event.target as HTMLFormElement).reset();
      toast(t("mail.refused.added"));
      await this.reload();
    });

  private take = async (one: Suppression) => {
    const run = () => api.post("/api/v1/notifications/suppressions/removal", { address: one.address });
    if (await ask({ title: t("mail.refused.remove"), body: t("mail.refused.remove.text", { address: one.address }), action: t("mail.refused.remove"), run })) await this.reload();
  };

  view() {
    return html`
      <form class="filters" novalidate @submit=${this.add}>${this.form.problemBox()}
        ${this.form.field({ name: "address", label: t("mail.refused.add"), type: "email", required: true, placeholder: "player@example.org" })}
        <button type="submit" ?disabled=${this.form.busy}>${t("mail.refused.add.action")}</button></form>
      ${this.list.items.length === 0 && !this.loading
        ? empty(t("mail.refused.none"), t("mail.refused.none.text"))
        : html`${table(t("mail.refused"), [
            { title: t("mail.address"), wide: true, cell: (one) => one.address },
            { title: t("post.reason"), cell: (one) => html`${t(`mail.refused.${one.reason}`)}${one.detail ? html`<small>${one.detail}</small>` : ""}` },
            { title: t("moderation.since"), cell: (one) => time(one.createdAt) },
            { title: t("participant.actions"), cell: (one) => html`<button type="button" class="quiet" aria-label=${t("mail.refused.remove.of", { address: one.address })} @click=${() => this.take(one)}>${t("mail.refused.remove")}</button>` },
          ], this.list.items)}${this.list.button()}`}`;
  }
}

customElements.define("mail-refused", MailRefused);
