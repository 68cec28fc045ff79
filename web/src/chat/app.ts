// /chat: who looks, which room, and what is said of the connection.
import { activity, api, applyTheme, ask, go, html, language, LitElement, loadTexts, mark, nextTheme, nothing, Problem, send, t, wantedLanguage, type Language, type Me } from "../kit";
import { askJoin } from "./dialogs";
import "./attachment";
import "./composer";
import "./members";
import "./room";
import "./search";
import "./sidebar";
import "./timeline";
import type { RoomState } from "./room-state";
import { Store } from "./store";

class App extends LitElement {
  static override properties = { store: { state: true }, ended: { state: true }, room: { state: true }, at: { state: true }, missing: { state: true }, problem: { state: true }, ready: { state: true }, isNarrow: { state: true } };

  declare store: Store | undefined;
  declare ended: (() => void) | undefined;
  declare room: RoomState | undefined;
  declare at: number | undefined;
  /** The address names a room that one is not in. */
  declare missing: string | undefined;
  declare problem: string | undefined;
  declare ready: boolean;
  /** There is room for the list or for a room, not for both. */
  declare isNarrow: boolean;

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    applyTheme();
    const narrow = matchMedia("(max-width: 48rem)");
    this.isNarrow = narrow.matches;
    narrow.addEventListener("change", () => (this.isNarrow = narrow.matches));
    addEventListener("popstate", () => this.route());
    addEventListener("click", this.follow);
    activity.addEventListener("ended", (event) => (this.ended = (event as CustomEvent<() => void>).detail));
    void this.start();
  }

  private async start(): Promise<void> {
    await loadTexts(wantedLanguage(), "chat-");
    this.ready = true;
    this.requestUpdate();
    try {
      const me = await api.get<Me>("/api/v1/me", { quiet: true });
      if (!me.permissions.includes("messages.read")) {
        this.problem = t("chat.forbidden");
        return;
      }

      const store = new Store(me);
      store.addEventListener("changed", () => {
        this.retitle();
        this.requestUpdate();
      });
      store.addEventListener("left", (event) => {
        if ((event as CustomEvent<string>).detail === this.room?.id) go("/chat", true);
      });
      this.store = store;
      await store.start();
      this.route();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // A second factor that is still to be set up, say: the console knows how.
      if (error.status === 403) location.assign("/console");
      this.problem = error.detail;
    }
  }

  private route(): void {
    const named = decodeURIComponent(location.pathname.split("/")[2] ?? "");
    this.room = named ? this.store?.find(named) : undefined;
    this.missing = named && !this.room ? named : undefined;
    const at = Number(new URLSearchParams(location.search).get("at"));
    this.at = at > 0 ? at : undefined;
    this.retitle();
    void this.updateComplete.then(() => matchMedia("(pointer: fine)").matches && this.at === undefined && this.querySelector("textarea")?.focus());
  }

  private retitle(): void {
    const unread = this.store?.unread ? `(${this.store.unread}) ` : "";
    document.title = `${unread}${this.room && this.store ? `${this.store.titleOf(this.room)} · ` : ""}${t("chat.title")} · Sillage`;
  }

  // Links within the page are followed without loading it again.
  private follow = (event: MouseEvent) => {
    const link = (event.target as Element).closest?.("a");
    if (
      !link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || link.target
      || link.hasAttribute("download") || link.origin !== location.origin || !(link.pathname === "/chat" || link.pathname.startsWith("/chat/"))
    ) {
      return;
    }

    event.preventDefault();
    go(link.href);
  };

  private loggedIn = (event: CustomEvent<string>) => {
    const before = this.store?.me;
    const resolve = this.ended;
    this.ended = undefined;
    resolve?.();
    if (before && before.username.toLowerCase() !== event.detail.toLowerCase()) location.reload();
  };

  private logOut = async () => {
    const leave = async () => {
      const { store } = this;
      for (const key of Object.keys(localStorage).filter((key) => key.startsWith(`sillage.draft.${store!.me.id}.`))) localStorage.removeItem(key);
      store!.stop();
      await send("DELETE", "/api/v1/auth/cookies", undefined, { quiet: true });
      location.assign("/chat");
    };
    const waiting = this.store?.outbox.count ?? 0;
    if (waiting === 0) await leave();
    else await ask({ title: t("shell.logout"), body: t("chat.logout.waiting", { n: waiting }), action: t("shell.logout"), danger: true, run: leave });
  };

  private setLanguage = async (event: CustomEvent<Language>) => {
    localStorage.setItem("sillage.language", event.detail);
    await loadTexts(event.detail, "chat-");
    this.retitle();
    this.store?.changed();
    this.requestUpdate();
  };

  private setTheme = () => {
    nextTheme();
    this.store?.changed();
  };

  private join = async () => {
    const { store } = this;
    const room = await askJoin(store!);
    if (room) go(store!.addressOf(await store!.enter(room.id)));
  };

  private async joinNamed(named: string): Promise<void> {
    try {
      const room = await api.post(`/api/v1/rooms/${encodeURIComponent(named)}/join`, undefined, { quiet: true });
      await this.store!.enter(room.id);
      this.route();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error.status === 404 ? t("chat.room.unknown") : error.detail;
    }
  }

  private login(again: Me | undefined) {
    return html`<sillage-login .again=${again} .language=${language} @logged-in=${this.loggedIn} @language=${this.setLanguage}></sillage-login>`;
  }

  private connection() {
    const { live, outbox } = this.store!;
    if (live.isOpen) return nothing;
    const waiting = outbox.count;
    return html`<p class="connection" role="status"><span class="dot waiting"></span>
      ${live.state === "connecting" ? t("chat.connecting") : t("chat.offline")}${waiting > 0 ? html` <strong>${t("chat.offline.waiting", { n: waiting })}</strong>` : nothing}</p>`;
  }

  private main() {
    const { store, room } = this;
    if (this.problem) return html`<div class="empty" role="alert"><h1>${t("problem.title")}</h1><p>${this.problem}</p><a class="button" href="/chat" @click=${() => (this.problem = undefined)}>${t("chat.back")}</a></div>`;
    if (room) return html`<chat-room .store=${store} .room=${room} .at=${this.at}></chat-room>`;
    if (this.missing) {
      return html`<div class="empty"><h1>${this.missing}</h1><p>${t("chat.room.join.text")}</p>
        <button type="button" class="primary" @click=${() => this.joinNamed(this.missing!)}>${t("chat.join.action")}</button></div>`;
    }

    return html`<div class="empty"><h1>${t("chat.welcome")}</h1><p>${t("chat.welcome.text")}</p>
      <button type="button" class="primary" @click=${this.join}>${t("chat.join")}</button></div>`;
  }

  override render() {
    if (!this.ready) return nothing;
    const { store } = this;
    if (!store?.ready) {
      return this.ended ? html`<main class="alone">${this.login(undefined)}</main>`
        : this.problem ? html`<main>${this.main()}</main>` : html`<main class="alone"><p class="loading">${t("loading")}</p></main>`;
    }

    const isIn = this.room || this.missing || this.problem;
    const brand = html`<a class="brand" href="/chat">${mark}<span>${t("chat.title")}</span></a>`;
    const sidebar = html`<chat-sidebar .store=${store} .current=${this.room?.id} .language=${language}
      @language=${this.setLanguage} @theme=${this.setTheme} @log-out=${this.logOut}></chat-sidebar>`;
    return html`
      <div class="frame">
        ${this.isNarrow
          ? isIn ? html`<main>${this.connection()}${this.main()}</main>` : html`<main class="side"><h1>${brand}</h1>${this.connection()}${sidebar}</main>`
          : html`<aside class="side" aria-label=${t("chat.title")}>${brand}${sidebar}</aside><main>${this.connection()}${this.main()}</main>`}
      </div>
      ${this.ended ? html`<div class="over" role="dialog" aria-modal="true" aria-label=${t("login.again")}>${this.login(store.me)}</div>` : nothing}`;
  }
}

customElements.define("chat-app", App);
