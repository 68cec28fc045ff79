// The frame around the pages: who looks, where one can go, what was just asked.
import { activity, api, curl, Form, go, html, language, LitElement, loadTexts, nothing, Problem, send, t, wantedLanguage, type Call, type Language, type Me } from "./kit";

interface KnownPage {
  name: string;
  english: string;
  french: string;
  for: string[];
}

const pages: KnownPage[] = JSON.parse(document.querySelector<HTMLMetaElement>("meta[name=sillage-pages]")!.content);

type Theme = "auto" | "light" | "dark";
const themes: Theme[] = ["auto", "light", "dark"];

function theme(): Theme {
  return (localStorage.getItem("sillage.theme") as Theme | null) ?? "auto";
}

function applyTheme(): void {
  document.documentElement.dataset.theme = theme();
}

const mark = html`<img class="mark" src="/console/assets/icon.svg" alt="" width="34" height="34" />`;

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
  };

  declare ready: boolean;
  declare me: Me | undefined;
  declare ended: (() => void) | undefined;
  /** The role needs a second factor, and there is none yet: nothing else is open. */
  declare enrols: boolean;
  declare page: string;
  declare open: boolean;
  declare call: Call | undefined;

  private form = new Form(this as never);
  private element: HTMLElement | undefined;
  private wantsCode = "";

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
  }

  private get visible(): KnownPage[] {
    return pages.filter((page) => page.for.length === 0 || page.for.some((p) => this.me?.permissions.includes(p)));
  }

  private route(): void {
    if (!this.me) return;
    const [name, ...path] = location.pathname.split("/").slice(2).map(decodeURIComponent);
    if (!name) {
      go(`/console/${this.visible[0]?.name ?? "me"}`, true);
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

  private logIn = (event: Event) =>
    this.form.submit(event, async (values) => {
      let tokens: { refresh_token: string };
      try {
        tokens = await api.post("/api/v1/auth/login", values, { quiet: true });
      } catch (error) {
        // A second factor is asked for once the password is right.
        const field = error instanceof Problem ? error.errors.find((e) => /^\/\w*(code|otp)$/i.test(e.pointer)) : undefined;
        if (field && !this.wantsCode) {
          this.wantsCode = field.pointer.slice(1);
          this.requestUpdate();
          await this.updateComplete;
        }

        throw error;
      }

      await send("POST", "/api/v1/auth/cookies", JSON.stringify({ refresh_token: tokens.refresh_token }), { quiet: true });
      this.wantsCode = "";
      const before = this.me;
      const resolve = this.ended;
      this.ended = undefined;
      resolve?.();
      if (before && before.username.toLowerCase() !== values.username!.toLowerCase()) location.reload();
    });

  private logOut = async () => {
    await send("DELETE", "/api/v1/auth/cookies", undefined, { quiet: true });
    location.assign("/console");
  };

  private setLanguage = async (chosen: Language) => {
    localStorage.setItem("sillage.language", chosen);
    await loadTexts(chosen);
    // What is shown was made of the other language's texts.
    this.element = undefined;
    this.page = "";
    this.route();
    this.requestUpdate();
  };

  private setTheme = () => {
    localStorage.setItem("sillage.theme", themes[(themes.indexOf(theme()) + 1) % themes.length]!);
    applyTheme();
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
          <span aria-hidden="true">☰</span><span class="unseen">${t("shell.menu")}</span>
        </button>
        <a class="brand" href="/console">${mark}<span>Sillage</span></a>
      </header>
      <nav id="nav" class=${this.open ? "open" : ""} aria-label=${t("shell.navigation")}>
        <ul>
          ${this.visible.map(
            (page) => html`<li>
              <a href="/console/${page.name}" aria-current=${page.name === this.page ? "page" : nothing}>${this.titleOf(page)}</a>
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
    return html`<section class="card login">
      <p class="brand">${mark}<span>Sillage</span></p>
      <h1>${this.me ? t("login.again") : t("login.title")}</h1>
      ${this.me ? html`<p class="lead">${t("login.ended")}</p>` : nothing}
      <form novalidate @submit=${this.logIn}>
        ${this.form.problemBox()}
        ${this.form.field({ name: "username", label: t("login.username"), autocomplete: "username", required: true, value: this.me?.username })}
        ${this.form.field({ name: "password", label: t("login.password"), type: "password", autocomplete: "current-password", required: true })}
        ${this.wantsCode
          ? this.form.field({ name: this.wantsCode, label: t("login.code"), help: t("login.code.help"), autocomplete: "one-time-code", required: true })
          : nothing}
        <button type="submit" class="primary wide" ?disabled=${this.form.busy}>${t("login.action")}</button>
      </form>
      ${this.me ? nothing : html`<p class="row center">
        <button type="button" class="quiet" lang=${language === "fr" ? "en" : "fr"} @click=${() => this.setLanguage(language === "fr" ? "en" : "fr")}>${language === "fr" ? "English" : "Français"}</button>
        <button type="button" class="quiet" @click=${this.setTheme}>${t(`theme.${theme()}`)}</button>
      </p>`}
    </section>`;
  }

  protected override updated(): void {
    // Who is asked to log in writes there, wherever the focus was.
    const card = this.querySelector<HTMLElement>(".login");
    if (card && !card.contains(document.activeElement)) {
      const inputs = [...card.querySelectorAll<HTMLInputElement>("input")];
      (inputs.find((input) => input.value === "") ?? inputs[0])?.focus();
    }
  }
}

customElements.define("sillage-shell", Shell);
