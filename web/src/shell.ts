// The frame around the pages: who looks, where one can go, what was just asked.
import { activity, api, applyTheme, curl, go, html, language, LitElement, loadTexts, mark, nextTheme, nothing, Problem, readEvents, send, t, theme, wantedLanguage, type Call, type Language, type Me } from "./kit";

interface KnownPage {
  name: string;
  english: string;
  french: string;
  for: string[];
  /** Where it is, if not in the console. */
  elsewhere?: string;
  /** Where it is told how many things wait there. */
  counts?: string;
}

const pages: KnownPage[] = JSON.parse(document.querySelector<HTMLMetaElement>("meta[name=sillage-pages]")!.content);

const script = (name: string) => import(`/console/assets/${name}.js`);

// Where one is who may be nowhere yet.
const nowhere = { path: [], query: new URLSearchParams() };

class Shell extends LitElement {
  static override properties = {
    ready: { state: true },
    me: { state: true },
    ended: { state: true },
    enrols: { state: true },
    page: { state: true },
    open: { state: true },
    call: { state: true },
    counts: { state: true },
  };

  declare ready: boolean;
  declare me: Me | undefined;
  declare ended: (() => void) | undefined;
  /** The role needs a second factor, and there is none yet: nothing else is open. */
  declare enrols: boolean;
  declare page: string;
  declare open: boolean;
  declare call: Call | undefined;
  /** How many things wait, by page. */
  declare counts: Record<string, number>;

  private element: HTMLElement | undefined;
  private listening: AbortController | undefined;

  constructor() {
    super();
    this.counts = {};
  }

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    applyTheme();
    addEventListener("popstate", () => this.route());
    addEventListener("click", (event) => this.follow(event));
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.open) this.open = false;
    });
    activity.addEventListener("call", (event) => (this.call = (event as CustomEvent<Call>).detail));
    activity.addEventListener("ended", (event) => (this.ended = (event as CustomEvent<() => void>).detail));
    void this.start();
  }

  private async start(): Promise<void> {
    await loadTexts(wantedLanguage());
    this.ready = true;
    try {
      this.me = await api.get<Me>("/api/v1/me", { quiet: true });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 403) throw error;
      const factor = await api.get<{ required: boolean; enabled: boolean }>("/api/v1/me/second-factor", { quiet: true });
      if (!factor.required || factor.enabled) throw error;
      await script("me");
      this.enrols = true;
      return;
    }

    this.route();
    document.addEventListener("visibilitychange", () => this.listen());
    this.listen();
  }

  // A browser has few lines to one server: only the tab that is looked at holds one for this.
  private listen(): void {
    this.listening?.abort();
    if (document.hidden) return;
    const listening = (this.listening = new AbortController());
    for (const page of this.visible.filter((page) => page.counts)) {
      void readEvents(
        `${page.counts!}?language=${language}`,
        listening.signal,
        (event) => {
          const told = JSON.parse(event.data) as { unread?: number };
          if (typeof told.unread === "number") this.counts = { ...this.counts, [page.name]: told.unread };
          activity.dispatchEvent(new CustomEvent("told", { detail: { page: page.name, ...told } }));
        },
        () => {},
      );
    }
  }

  private get visible(): KnownPage[] {
    return pages.filter((page) => page.for.length === 0 || page.for.some((p) => this.me?.permissions.includes(p)));
  }

  private route(): void {
    if (!this.me) return;
    const [name, ...path] = location.pathname.split("/").slice(2).map(decodeURIComponent);
    if (!name) {
      go(`/console/${this.visible.find((page) => !page.elsewhere)?.name ?? "me"}`, true);
      return;
    }

    this.open = false;
    void this.show(name, path.filter((part) => part !== ""));
  }

  private async show(name: string, path: string[]): Promise<void> {
    const isOther = this.page !== name;
    const isFirst = !this.element;
    this.page = name;
    if (!customElements.get(`page-${name}`)) await script(name);
    if (this.page !== name) return;
    if (isOther || !this.element) {
      this.element = document.createElement(`page-${name}`);
      Object.assign(this.element, { me: this.me });
    }

    const known = pages.find((page) => page.name === name);
    document.title = `${this.titleOf(known)} · Sillage`;
    Object.assign(this.element, { path, query: new URLSearchParams(location.search) });
    this.requestUpdate();
    // Where one goes from page to page, the focus comes along; where one begins, it is at the beginning.
    if (isOther && !isFirst) {
      await this.updateComplete;
      this.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  }

  private counted(page: KnownPage) {
    const n = this.counts[page.name] ?? 0;
    return n === 0 ? nothing : html`<span class="badge" title=${t("shell.unread", { n })}><span aria-hidden="true">${n > 99 ? "99+" : n}</span><span class="unseen">, ${t("shell.unread", { n })}</span></span>`;
  }

  private titleOf(page: KnownPage | undefined): string {
    return page ? (language === "fr" ? page.french : page.english) : "";
  }

  // Links within the console are followed without loading it again.
  private follow(event: MouseEvent): void {
    const link = (event.target as Element).closest?.("a");
    if (
      !link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey
      || link.target || link.hasAttribute("download") || link.origin !== location.origin
      || !(link.pathname === "/console" || link.pathname.startsWith("/console/"))
    ) {
      return;
    }

    event.preventDefault();
    go(link.href);
  }

  private loggedIn = (event: CustomEvent<string>) => {
    const before = this.me;
    const resolve = this.ended;
    this.ended = undefined;
    resolve?.();
    if (before && before.username.toLowerCase() !== event.detail.toLowerCase()) location.reload();
  };

  private logOut = async () => {
    await send("DELETE", "/api/v1/auth/cookies", undefined, { quiet: true });
    location.assign("/console");
  };

  private setLanguage = async (chosen: Language) => {
    localStorage.setItem("sillage.language", chosen);
    await loadTexts(chosen);
    this.listen();
    // What is shown was made of the other language's texts.
    this.element = undefined;
    this.page = "";
    this.route();
    this.requestUpdate();
  };

  private setTheme = () => {
    nextTheme();
    this.requestUpdate();
  };

  override render() {
    if (!this.ready) return nothing;
    if (this.enrols) {
      return html`<main class="alone"><div class="enrol"><p class="brand">${mark}<span>Sillage</span></p>
        <me-factor .path=${nowhere.path} .query=${nowhere.query} @codes-kept=${() => location.reload()}></me-factor></div></main>`;
    }

    if (!this.me) return this.ended ? html`<main class="alone">${this.loginCard()}</main>` : nothing;
    return html`
      <a class="skip" href="#main" @click=${(event: Event) => { event.preventDefault(); this.querySelector<HTMLElement>("main")!.focus(); }}>${t("shell.skip")}</a>
      <header class="top">
        <button type="button" class="quiet menu" aria-expanded=${this.open ? "true" : "false"} aria-controls="nav" @click=${() => (this.open = !this.open)}>
          <span aria-hidden="true">☰</span><span class="unseen">${t("shell.menu")}</span>${Object.values(this.counts).some((n) => n > 0) ? html`<span class="badge dot" aria-hidden="true"></span>` : nothing}
        </button>
        <a class="brand" href="/console">${mark}<span>Sillage</span></a>
      </header>
      <nav id="nav" class=${this.open ? "open" : ""} aria-label=${t("shell.navigation")}>
        <ul>
          ${this.visible.map(
            (page) => html`<li>
              <a href=${page.elsewhere ?? `/console/${page.name}`} aria-current=${page.name === this.page ? "page" : nothing}>${this.titleOf(page)}${this.counted(page)}</a>
            </li>`,
          )}
          <li><a href="/docs" target="_blank" rel="noopener">${t("shell.reference")}</a></li>
        </ul>
        <div class="who">
          <p><strong>${this.me.displayName ?? this.me.username}</strong><span>${t(`role.${this.me.role}`)}</span></p>
          <div class="row">
            ${language === "fr"
              ? html`<button type="button" class="quiet" lang="en" @click=${() => this.setLanguage("en")}>English</button>`
              : html`<button type="button" class="quiet" lang="fr" @click=${() => this.setLanguage("fr")}>Français</button>`}
            <button type="button" class="quiet" @click=${this.setTheme}>${t(`theme.${theme()}`)}</button>
            <button type="button" class="quiet" @click=${this.logOut}>${t("shell.logout")}</button>
          </div>
        </div>
      </nav>
      <main id="main" tabindex="-1">${this.element}</main>
      ${this.curlBar()}
      ${this.ended ? html`<div class="over" role="dialog" aria-modal="true" aria-label=${t("login.again")}>${this.loginCard()}</div>` : nothing}
    `;
  }

  private curlBar() {
    if (!this.call) return nothing;
    const line = curl(this.call, this.me!.username);
    return html`<footer class="curl" aria-label=${t("curl.label")}>
      <span class="prompt" aria-hidden="true">$</span>
      <code tabindex="0" title=${t("curl.title")}>${line}</code>
      <button type="button" class="quiet" @click=${async (event: Event) => {
        const button = event.currentTarget as HTMLElement;
        try {
          await navigator.clipboard.writeText(line);
          button.textContent = t("copied");
          setTimeout(() => (button.textContent = t("copy")), 2000);
        } catch {
          getSelection()?.selectAllChildren(this.querySelector("footer.curl code")!);
        }
      }}>${t("copy")}</button>
    </footer>`;
  }

  private loginCard() {
    return html`<sillage-login .again=${this.me} .language=${language} @logged-in=${this.loggedIn}
      @language=${(event: CustomEvent<Language>) => this.setLanguage(event.detail)}></sillage-login>`;
  }
}

customElements.define("sillage-shell", Shell);
