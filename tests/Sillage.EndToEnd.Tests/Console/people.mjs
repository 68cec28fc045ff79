// People who call the API, as scripts that seed or look behind a page do.
import { address, assert, password } from "./browser.mjs";

export const at = address.replace(/\/$/, "");

/** Somebody's calls. */
export async function session(username) {
  const ask = async (method, path, body, headers = {}) => {
    const reply = await fetch(`${at}/api/v1${path}`, { method, headers: { "Content-Type": "application/json", ...headers }, body: body && JSON.stringify(body) });
    const text = await reply.text();
    assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  const { access_token } = await ask("POST", "/auth/login", { username, password });
  return (method, path, body, headers) => ask(method, path, body, { Authorization: `Bearer ${access_token}`, ...headers });
}
