import { html, LitElement, nothing, type PropertyValues } from "lit";
import { api, Problem, type List, type Options } from "./api";
import { t } from "./texts";

/** Who looks at the page. */
export interface Me {
  id: string;
  username: string;
  displayName?: string;
  email?: string;
  role: string;
  createdAt: string;
  permissions: string[];
}

/**
 * A page of the console. `load` asks the server for what is to be shown, `view` shows it; `load` is called again when the address
 * changes. The page is in the document itself, and looks as the console does.
 */
export abstract class Page extends LitElement {
  static override properties = {
    path: { attribute: false },
    query: { attribute: false },
    me: { attribute: false },
    loading: { state: true },
    problem: { state: true },
  };

  /** What is behind the page's name in the address. */
  declare path: string[];
  declare query: URLSearchParams;
  declare me: Me;
  declare loading: boolean;
  declare problem: Problem | undefined;

  private loads = 0;

  protected override createRenderRoot() {
    return this;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("path") || changed.has("query")) void this.reload();
  }

  /** Asks the server; nothing by default. */
  load(): Promise<void> | void {}

  /** What is shown once it is loaded. */
  abstract view(): unknown;

  /** Loads again. */
  async reload(): Promise<void> {
    const mine = ++this.loads;
    this.loading = true;
    this.problem = undefined;
    try {
      await this.load();
    } catch (error) {
      if (mine === this.loads) this.problem = error instanceof Problem ? error : new Problem(0, String(error));
      if (!(error instanceof Problem)) console.error(error);
    } finally {
      if (mine === this.loads) this.loading = false;
    }
  }

  // On a narrow screen the tab that one is on may be out of sight.
  protected override updated(_: PropertyValues): void {
    const tabs = this.querySelector(".tabs");
    const current = tabs?.querySelector<HTMLElement>("[aria-current]");
    if (tabs && current) tabs.scrollLeft = current.offsetLeft - tabs.clientWidth / 2;
  }

  /** Whether the person holds a permission. */
  can(permission: string): boolean {
    return this.me.permissions.includes(permission);
  }

  override render() {
    if (this.problem) {
      return html`<div class="empty" role="alert">
        <h1>${this.problem.status === 404 ? t("problem.notfound") : this.problem.status === 403 ? t("problem.forbidden") : t("problem.title")}</h1>
        <p>${this.problem.detail}</p>
        <button type="button" class="primary" @click=${() => this.reload()}>${t("retry")}</button>
      </div>`;
    }

    return html`<div class="content" aria-busy=${this.loading ? "true" : "false"}>${this.view()}</div>`;
  }
}

/** Makes a page known by its name. */
export function definePage(name: string, page: CustomElementConstructor): void {
  customElements.define(`page-${name}`, page);
}

/** Goes to an address of the console. */
export function go(address: string, replace = false): void {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
}

/** A list that grows by pages. */
export class Paged<T> {
  items: T[] = [];
  next: string | null = null;
  busy = false;
  private starts = 0;

  constructor(private readonly host: { requestUpdate(): void }) {}

  async start(path: string, options?: Options): Promise<void> {
    const mine = ++this.starts;
    const page = await api.get<List<T>>(path, options);
    // Another list was begun meanwhile, and may have come first.
    if (mine !== this.starts) return;
    this.items = page.items;
    this.next = page.next;
    this.host.requestUpdate();
  }

  more = async (): Promise<void> => {
    if (!this.next || this.busy) return;
    this.busy = true;
    this.host.requestUpdate();
    try {
      const page = await api.get<List<T>>(this.next);
      this.items = [...this.items, ...page.items];
      this.next = page.next;
    } finally {
      this.busy = false;
      this.host.requestUpdate();
    }
  };

  /** The button that fetches more, if there is more. */
  button() {
    return this.next
      ? html`<p class="more"><button type="button" ?disabled=${this.busy} @click=${this.more}>${t("list.more")}</button></p>`
      : nothing;
  }
}

/** A column of a table. */
export interface Column<T> {
  title: string;
  cell: (row: T) => unknown;
  /** Numbers stand at the right. */
  end?: boolean;
  wide?: boolean;
}

/** A table whose rows the arrow keys walk; Enter follows a row's first link. */
export function table<T>(label: string, columns: Column<T>[], rows: T[]) {
  const keys = (event: KeyboardEvent) => {
    const row = event.target as HTMLElement;
    if (row.tagName !== "TR") return;
    const other =
      event.key === "ArrowDown" ? row.nextElementSibling
      : event.key === "ArrowUp" ? row.previousElementSibling
      : event.key === "Home" ? row.parentElement!.firstElementChild
      : event.key === "End" ? row.parentElement!.lastElementChild
      : undefined;
    if (other) {
      event.preventDefault();
      (other as HTMLElement).focus();
    } else if (event.key === "Enter") {
      row.querySelector<HTMLElement>("a, button")?.click();
    }
  };
  return html`<div class="table" role="region" aria-label=${label} tabindex="0">
    <table>
      <thead><tr>${columns.map((c) => html`<th scope="col" class=${c.end ? "end" : ""}>${c.title}</th>`)}</tr></thead>
      <tbody @keydown=${keys}>
        ${rows.map((row) => html`<tr tabindex="-1">${columns.map((c) => html`<td class=${`${c.end ? "end" : ""} ${c.wide ? "wide" : ""}`}><div>${c.cell(row)}</div></td>`)}</tr>`)}
      </tbody>
    </table>
  </div>`;
}

/** What stands where there is nothing yet: what it would be, and how it comes to be. */
export function empty(title: string, text: unknown, action: unknown = nothing) {
  return html`<div class="empty"><h2>${title}</h2><p>${text}</p>${action}</div>`;
}

/** A text to copy. */
export function code(text: string, label: string) {
  const copy = async (event: Event) => {
    const button = event.currentTarget as HTMLButtonElement;
    const source = button.closest(".code")!.querySelector("pre")!;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = t("copied");
    } catch {
      // No clipboard on plain http from another machine: select it, so that a key press copies.
      getSelection()?.selectAllChildren(source);
      button.textContent = t("selected");
    }
  };
  return html`<div class="code">
    <div class="bar"><span>${label}</span><button type="button" class="quiet" @click=${copy}>${t("copy")}</button></div>
    <pre tabindex="0">${text}</pre>
  </div>`;
}
