import { api } from "./api";

/** What people are called whose ids a list has: asked for once each, a handful at a time. */
export class Names {
  private known = new Map<string, string>();

  constructor(private readonly host: { requestUpdate(): void }) {}

  /** Learns those that are not known yet; what is no id of a person is left as it is. */
  async learn(ids: (string | undefined)[]): Promise<void> {
    const unknown = [...new Set(ids)].filter((id): id is string => id !== undefined && /^[0-9a-f-]{36}$/.test(id) && !this.known.has(id));
    await Promise.all(
      unknown.slice(0, 30).map(async (id) => {
        try {
          this.known.set(id, (await api.get<{ username: string }>(`/api/v1/users/${id}`, { quiet: true })).username);
        } catch {
          // Gone since.
          this.known.set(id, id.slice(0, 8));
        }
      }),
    );
    this.host.requestUpdate();
  }

  of(id: string): string {
    return this.known.get(id) ?? id;
  }
}
