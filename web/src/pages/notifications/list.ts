import { activity, api, empty, go, html, language, nothing, Page, Paged, query, repeat, t, time, toast } from "../../kit";

interface Item {
  id: string;
  place: number;
  kind: string;
  subject: string;
  body: string;
  url?: string;
  createdAt: string;
  readAt?: string;
  links: { self: string; read: string; page?: string };
}

/** One's notifications, the newest first, as they come. */
class NotificationList extends Page {
  private items = new Paged<Item>(this);

  override async load() {
    await this.items.start(query("/api/v1/me/notifications", { unread: this.onlyUnread || undefined, language, limit: 30 }));
  }

  private get onlyUnread(): boolean {
    return this.query.get("only") === "unread";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    activity.addEventListener("told", this.hear);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    activity.removeEventListener("told", this.hear);
  }

  // The navigation listens already.
  private hear = (event: Event) => {
    const told = (event as CustomEvent<Partial<Item> & { page: string }>).detail;
    if (told.page !== "notifications" || !told.id || this.items.items.some((one) => one.id === told.id)) return;
    this.items.items = [told as Item, ...this.items.items];
    this.requestUpdate();
  };

  private read = async (item: Item) => {
    if (item.readAt) return;
    await api.post(item.links.read);
    this.items.items = this.items.items.map((one) => (one.id === item.id ? { ...one, readAt: new Date().toISOString() } : one));
    this.requestUpdate();
  };

  // It is read before the page is left, which would break off what is being asked.
  private follow = async (event: MouseEvent, item: Item, at: string) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return void this.read(item);
    event.preventDefault();
    try {
      await this.read(item);
    } finally {
      if (at.startsWith("/console/")) go(at);
      else location.assign(at);
    }
  };

  private readAll = async () => {
    const last = this.items.items[0];
    if (!last) return;
    await api.post("/api/v1/me/notifications/read", { upTo: last.place });
    toast(t("notification.all.read"));
    await this.reload();
  };

  view() {
    const { items } = this.items;
    const filter = (only: string, text: string, isHere: boolean) => html`<a class="button quiet" href="/console/notifications${only}" aria-current=${isHere ? "true" : nothing}>${text}</a>`;
    return html`
      <div class="head"><nav class="choose" aria-label=${t("notification.list")}>${filter("", t("notification.everything"), !this.onlyUnread)}${filter("?only=unread", t("notification.unread"), this.onlyUnread)}</nav>
        <button type="button" ?disabled=${!items.some((one) => !one.readAt)} @click=${this.readAll}>${t("notification.read.all")}</button></div>
      ${items.length === 0 && !this.loading
        ? empty(t("notification.none"), t("notification.none.text"))
        : html`<ul class="told" aria-live="polite">${repeat(items, (one) => one.id, (one) => this.item(one))}</ul>${this.items.button()}`}`;
  }

  private item(item: Item) {
    const at = item.links.page ?? item.url;
    const subject = at ? html`<a href=${at} @click=${(event: MouseEvent) => this.follow(event, item, at)}>${item.subject}</a>` : item.subject;
    const says = item.body !== item.subject && item.body !== `${item.subject}.`;
    return html`<li class=${item.readAt ? "" : "new"}>
      <div class="grow"><h2>${item.readAt ? nothing : html`<span class="unseen">${t("notification.new")}: </span>`}${subject}</h2>
        ${says ? html`<p class="says">${item.body.replace(/\n\n+/g, "\n")}</p>` : nothing}<p class="meta">${time(item.createdAt)}</p></div>
      ${item.readAt ? nothing : html`<button type="button" class="quiet" aria-label=${t("notification.read.one", { what: item.subject })} @click=${() => this.read(item)}>${t("notification.read")}</button>`}
    </li>`;
  }
}

customElements.define("notification-list", NotificationList);
