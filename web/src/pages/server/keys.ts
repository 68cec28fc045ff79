import { api, ask, html, Page, t, table, time, toast, type List } from "../../kit";

interface Key {
  kid: string;
  createdAt: string;
  signsFrom: string;
  state: "next" | "current" | "previous";
}

/** The keys that sign the tokens. */
class ServerKeys extends Page {
  private keys: Key[] = [];

  override async load() {
    this.keys = (await api.get<List<Key>>("/api/v1/signing-keys")).items;
  }

  private rotate = async (withdraw: boolean) => {
    const done = await ask({
      title: withdraw ? t("keys.withdraw") : t("server.rotate"),
      body: withdraw ? t("keys.withdraw.text") : t("server.rotate.text"),
      action: withdraw ? t("keys.withdraw") : t("server.rotate"),
      danger: withdraw,
      run: () => api.post(`/api/v1/signing-keys/rotate${withdraw ? "?withdraw=true" : ""}`),
    });
    if (!done) return;
    toast(t("server.rotated"));
    await this.reload();
  };

  view() {
    if (this.keys.length === 0) return html`<p class="loading">${t("loading")}</p>`;
    return html`
      <p class="lead">${t("keys.lead")}</p>
      ${table(t("server.keys"), [
        { title: t("keys.kid"), wide: true, cell: (k: Key) => html`<code>${k.kid}</code>` },
        { title: t("server.state"), cell: (k) => html`<span class="tag">${t(`key.${k.state}`)}</span>` },
        { title: t("study.created"), cell: (k) => time(k.createdAt) },
        { title: t("keys.from"), cell: (k) => time(k.signsFrom) },
      ], this.keys)}
      <div class="actions">
        <button type="button" @click=${() => this.rotate(false)}>${t("server.rotate")}</button>
        <button type="button" class="quiet bad" @click=${() => this.rotate(true)}>${t("keys.withdraw")}</button>
      </div>
    `;
  }
}

customElements.define("server-keys", ServerKeys);
