// The public API, as a script uses it; the session is in a cookie that this page cannot read.
import { t } from "./texts";

/** What is wrong with one field of a request: a JSON Pointer into the body, or `?name` for a parameter. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** A refusal (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly errors: FieldError[] = [],
    readonly type = "about:blank",
  ) {
    super(detail);
  }

  static async of(reply: Response): Promise<Problem> {
    try {
      const body = await reply.json();
      return new Problem(reply.status, body.detail ?? body.title ?? reply.statusText, body.errors ?? [], body.type);
    } catch {
      return new Problem(reply.status, `${reply.status} ${reply.statusText}`);
    }
  }
}

export interface Options {
  /** Not shown as the curl line: what is asked again and again, or beside what the page is about. */
  quiet?: boolean;
  /** The body holds a password: it is not shown. */
  secret?: boolean;
  /** A retry makes nothing twice. */
  idempotent?: boolean;
  headers?: Record<string, string>;
  type?: string;
  signal?: AbortSignal;
}

export interface List<T> {
  items: T[];
  next: string | null;
}

/** What the page has just done, for the line that does the same from a script. */
export interface Call {
  method: string;
  path: string;
  body?: string;
  type?: string;
}

/**
 * "call" when something was asked; "ended" when the session has ended and somebody is to log in; "told" when the navigation heard of something that waits:
 * `page` is whose, the rest what it said.
 */
export const activity = new EventTarget();

let loggingIn: Promise<void> | undefined;
let refreshing: Promise<boolean> | undefined;

/** Asks who is to log in to do so, once however many requests wait for it. */
function logInAgain(): Promise<void> {
  loggingIn ??= new Promise<void>((resolve) =>
    activity.dispatchEvent(new CustomEvent("ended", { detail: resolve })),
  ).finally(() => (loggingIn = undefined));
  return loggingIn;
}

/** Has the cookies renewed. False if their session has ended, or there is none. */
export function refresh(): Promise<boolean> {
  refreshing ??= fetch("/api/v1/auth/cookies", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  })
    .then((reply) => reply.ok)
    .finally(() => (refreshing = undefined));
  return refreshing;
}

/** Sees to it that there is a session again: by renewing it, or by a login. */
export async function renew(): Promise<void> {
  if (!(await refresh())) await logInAgain();
}

/** Sends a request as it is, logs in again where that is needed, and throws a Problem where it is refused. */
export async function send(method: string, path: string, body?: string | FormData, options: Options = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  // A form of files says its own type.
  if (typeof body === "string") headers["Content-Type"] = options.type ?? "application/json";
  if (options.idempotent) headers["Idempotency-Key"] = randomKey();
  if (!options.quiet) {
    const call: Call = { method, path, body: body === undefined ? undefined : options.secret || typeof body !== "string" ? "…" : body, type: headers["Content-Type"] };
    activity.dispatchEvent(new CustomEvent("call", { detail: call }));
  }

  for (;;) {
    let reply: Response;
    try {
      reply = await fetch(path, { method, headers, body, signal: options.signal });
      if (reply.status === 401 && !path.startsWith("/api/v1/auth/")) {
        await renew();
        continue;
      }
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new Problem(0, t("problem.unreachable"));
    }

    if (reply.ok) return reply;
    throw await Problem.of(reply);
  }
}

async function json<T>(method: string, path: string, body: unknown, options?: Options): Promise<T> {
  const reply = await send(method, path, body === undefined ? undefined : JSON.stringify(body), options);
  return (reply.status === 204 ? undefined : await reply.json()) as T;
}

/** The API in one word each. */
export const api = {
  get: <T = any>(path: string, options?: Options) => json<T>("GET", path, undefined, options),
  post: <T = any>(path: string, body?: unknown, options?: Options) => json<T>("POST", path, body, options),
  put: <T = any>(path: string, body?: unknown, options?: Options) => json<T>("PUT", path, body, options),
  patch: <T = any>(path: string, body?: unknown, options?: Options) =>
    json<T>("PATCH", path, body, { type: "application/merge-patch+json", ...options }),
  delete: <T = any>(path: string, options?: Options) => json<T>("DELETE", path, undefined, options),
};

/** What is at an address, with the tag that says later whether it is still the same. */
export async function tagged<T>(path: string, options?: Options): Promise<[T, string]> {
  const reply = await send("GET", path, undefined, options);
  return [await reply.json(), reply.headers.get("ETag") ?? ""];
}

/** The line that does the same from a script. */
export function curl(call: Call, username: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const method = call.method === "GET" || (call.method === "POST" && call.body !== undefined) ? "" : ` -X ${call.method}`;
  const body =
    call.body === undefined ? "" : ` -H ${quote(`Content-Type: ${call.type}`)} -d ${quote(call.body)}`;
  return `curl${method} -u ${quote(username)} ${quote(location.origin + call.path)}${body}`;
}

/** A page of a server's list and the address of the next. */
export function query(path: string, parameters: Record<string, string | number | boolean | undefined | null>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }

  return search.size === 0 ? path : `${path}?${search}`;
}

// randomUUID is there on https and on this machine only.
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
