import { api, ask, formDialog, html, openDialog, Problem, t, toast, nothing } from "../kit";
import type { RoomState } from "./room-state";
import type { Store } from "./store";
import type { Member, Message, Room } from "./types";

export const askDelete = (store: Store, room: RoomState, message: Message) =>
  ask({
    title: t("chat.delete.title"),
    body: html`<p>${t("chat.delete.text")}</p><blockquote class="quote">${message.text || message.attachments?.[0]?.name}</blockquote>`,
    action: t("chat.delete"),
    danger: true,
    run: () => store.act("message:delete", { room: room.id, id: message.id }),
  });

export async function askReport(room: RoomState, message: Message): Promise<void> {
  const done = await formDialog(
    t("chat.report.title"),
    t("chat.report"),
    (form) => html`<p class="lead">${t("chat.report.text")}</p>${form.field({ name: "reason", label: t("chat.reason"), type: "textarea", rows: 3, required: true })}`,
    async (values) => {
      await api.post(`/api/v1/rooms/${room.id}/messages/${message.id}/reports`, values, { idempotent: true, quiet: true });
      return true;
    },
  );
  if (done) toast(t("chat.report.done"));
}

export const askNewRoom = (): Promise<Room | undefined> =>
  formDialog(
    t("chat.room.make"),
    t("chat.make"),
    (form) => html`
      ${form.field({ name: "name", label: t("chat.room.name"), required: true })}
      ${form.field({ name: "slug", label: t("chat.room.slug"), help: t("chat.room.slug.help") })}
      ${form.field({ name: "visibility", label: t("chat.room.who"), type: "select", value: "public", options: [["public", t("chat.public")], ["private", t("chat.private")]] })}`,
    ({ slug, ...values }) => api.post<Room>("/api/v1/rooms", { ...values, ...(slug ? { slug } : {}) }, { idempotent: true, quiet: true }),
  );

/** Comes into a room: one of those that are open to all, or by a code. */
export async function askJoin(store: Store): Promise<Room | undefined> {
  let open: Room[] | undefined;
  let problem = "";
  return openDialog<Room>(t("chat.join"), (close, redraw) => {
    if (open === undefined) {
      open = [];
      void api.get<{ items: Room[] }>("/api/v1/rooms?all=true&limit=1000", { quiet: true }).then(({ items }) => {
        open = items.filter((room) => !store.rooms.has(room.id));
        redraw();
      });
    }

    const join = async (run: () => Promise<Room>) => {
      try {
        close(await run());
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        problem = error.detail;
        redraw();
      }
    };
    const byCode = (event: Event) => {
      event.preventDefault();
      const code = (event.target as HTMLFormElement).querySelector("input")!.value.trim();
      if (code) void join(() => api.post<Room>("/api/v1/rooms/join", { code }, { quiet: true }));
    };
    return html`
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
      <h3>${t("chat.join.public")}</h3>
      ${open.length === 0 ? html`<p class="help">${t("chat.join.none")}</p>`
        : html`<ul class="choose">${open.map((room) => html`<li><span>${room.name}</span>
          <button type="button" aria-label=${t("chat.join.one", { room: room.name })} @click=${() => join(() => api.post<Room>(`/api/v1/rooms/${room.id}/join`, undefined, { quiet: true }))}>${t("chat.join.action")}</button></li>`)}</ul>`}
      <form novalidate @submit=${byCode}>
        <div class="field"><label for="join-code">${t("chat.join.code")}</label><input id="join-code" autocomplete="off" spellcheck="false" /></div>
        <div class="actions"><button type="button" class="quiet" @click=${() => close()}>${t("cancel")}</button>
        <button type="submit" class="primary">${t("chat.join.action")}</button></div>
      </form>`;
  });
}

/** Whom one may write to, by the user name. */
const personOf = (username: string) => api.get<Member>(`/api/v1/conversations/candidate?username=${encodeURIComponent(username.trim())}`, { quiet: true });

/** Begins a conversation with one, or with several. */
export const askConversation = (): Promise<Room | undefined> =>
  formDialog(
    t("chat.write"),
    t("chat.write.action"),
    (form) => html`
      ${form.field({ name: "with", label: t("chat.write.with"), help: t("chat.write.help"), required: true })}
      ${form.field({ name: "name", label: t("chat.group.name"), help: t("chat.group.help") })}`,
    async (values) => {
      const found = await Promise.all(values.with!.split(/[\s,;]+/).filter(Boolean).map(async (name) => {
        try {
          return await personOf(name);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          throw new Problem(400, error.detail, [{ pointer: "/with", detail: `${name}: ${error.detail}` }]);
        }
      }));
      return openConversation(found.map((one) => one.account), values.name);
    },
  );

export const openConversation = (accounts: string[], name?: string) =>
  api.post<Room>("/api/v1/conversations", { with: accounts, ...(name && accounts.length > 1 ? { name } : {}) }, { idempotent: true, quiet: true });

/** Takes somebody in by the user name, or makes a code for somebody. */
export async function askInvite(store: Store, room: RoomState): Promise<void> {
  let code = "";
  const taken = await formDialog(
    t("chat.invite"),
    t("chat.invite.action"),
    (form) => html`
      ${form.field({ name: "username", label: t("login.username"), help: t("chat.invite.help"), required: true })}
      <p class="row"><button type="button" class="quiet" @click=${async (event: Event) => {
        const made = await api.post(`/api/v1/rooms/${room.id}/invitations`, { hours: 168, uses: 50 }, { idempotent: true, quiet: true });
        code = made.code;
        const place = (event.target as Element).closest("form")!.querySelector("output")!;
        place.textContent = code;
        getSelection()?.selectAllChildren(place);
      }}>${t("chat.invite.code")}</button></p>
      <output class="code-of" tabindex="0" aria-label=${t("chat.invite.code")}></output>`,
    async ({ username }) => {
      const person = await personOf(username!);
      return api.put<Member>(`/api/v1/rooms/${room.id}/members/${person.account}`, { role: "member" }, { quiet: true });
    },
  );
  if (taken) {
    toast(t("chat.invite.done"));
    await store.loadMembers(room);
  }
}

/** What a room is, for whoever owns it. */
export const askSettings = (room: RoomState) =>
  formDialog(
    t("chat.room.settings"),
    t("save"),
    (form) => html`
      ${form.field({ name: "name", label: t("chat.room.name"), value: room.room.name, required: true })}
      ${room.room.kind === "room" ? form.field({ name: "visibility", label: t("chat.room.who"), type: "select", value: room.room.visibility, options: [["public", t("chat.public")], ["private", t("chat.private")]] }) : nothing}
      ${form.field({ name: "slowSeconds", label: t("chat.room.slow"), help: t("chat.room.slow.help"), type: "number", value: room.room.slowSeconds })}
      ${form.field({ name: "retentionDays", label: t("chat.room.keep"), help: t("chat.room.keep.help"), type: "number", value: room.room.retentionDays })}`,
    (values) => api.patch<Room>(`/api/v1/rooms/${room.id}`, {
      name: values.name,
      ...(values.visibility ? { visibility: values.visibility } : {}),
      slowSeconds: Number(values.slowSeconds || 0),
      retentionDays: values.retentionDays ? Number(values.retentionDays) : null,
    }, { quiet: true }),
  );
