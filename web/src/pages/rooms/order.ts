import { api, formDialog, html, nothing, t, toast } from "../../kit";
import type { Member, Report } from "./types";

const lengths = ["10", "60", "1440", "10080"];

/** What can be done about somebody in a room, or about a message; the words are for those who keep order. */
const deeds: Record<string, (about: About, words: string, minutes: number) => Promise<unknown>> = {
  nothing: async () => undefined,
  delete: ({ room, message }) => api.delete(`/api/v1/rooms/${room}/messages/${message}`),
  mute: ({ room, account }, reason, minutes) => api.put(`/api/v1/rooms/${room}/mutes/${account}`, { minutes, ...(reason ? { reason } : {}) }),
  unmute: ({ room, account }) => api.delete(`/api/v1/rooms/${room}/mutes/${account}`),
  kick: ({ room, account }) => api.delete(`/api/v1/rooms/${room}/members/${account}`),
  ban: ({ room, account }, reason) => api.put(`/api/v1/rooms/${room}/bans/${account}`, reason ? { reason } : {}),
  moderator: ({ room, account }) => api.put(`/api/v1/rooms/${room}/members/${account}`, { role: "moderator" }),
  member: ({ room, account }) => api.put(`/api/v1/rooms/${room}/members/${account}`, { role: "member" }),
};

interface About {
  room: string;
  account?: string;
  message?: string;
}

function dialog(title: string, action: string, options: string[], words: { name: string; label: string; required: boolean }, lead: unknown, run: (deed: string, words: string, minutes: number) => Promise<unknown>) {
  let deed = options[0]!;
  return formDialog(
    title,
    action,
    (form, redraw) => html`${lead}
      ${form.field({ name: "deed", label: t("rooms.deed"), type: "select", value: deed, options: options.map((one) => [one, t(`rooms.deed.${one}`)] as [string, string]), input: (value) => {
        deed = value;
        redraw();
      } })}
      ${deed === "nothing" ? nothing : html`<p class="help">${t(`rooms.deed.${deed}.text`)}</p>`}
      ${deed === "mute" ? form.field({ name: "minutes", label: t("rooms.length"), type: "select", value: "60", options: lengths.map((one) => [one, t(`rooms.length.${one}`)] as [string, string]) }) : nothing}
      ${words.required || deed === "mute" || deed === "ban" ? form.field(words) : nothing}`,
    async (values) => {
      await run(values.deed!, values[words.name] ?? "", Number(values.minutes));
      return true;
    },
  );
}

/** Asks what is done about a report, does it, and says so to the others who keep order. */
export async function settle(report: Report): Promise<boolean> {
  const { room, message } = report;
  const about = { room: room.id, account: message?.sender, message: message?.id };
  const options = ["nothing", ...(message && !message.deletedAt ? ["delete"] : []), ...(message?.sender ? ["mute", "kick", "ban"] : [])];
  // What was done stays done where only the words are refused.
  let done = false;
  const settled = await dialog(
    t("rooms.settle"),
    t("rooms.settle.action"),
    options,
    { name: "resolution", label: t("rooms.resolution"), required: true },
    html`<blockquote class="quote">${message?.text || t("rooms.gone")}</blockquote><p>${report.reason}</p>`,
    async (deed, words, minutes) => {
      if (!done) await deeds[deed]!(about, words, minutes);
      done = true;
      await api.put(`/api/v1/rooms/${room.id}/reports/${report.id}/resolution`, { resolution: words });
    },
  );
  if (settled) toast(t("rooms.settled"));
  return settled === true || done;
}

/** Asks what is done about a member, and does it. */
export async function keepInOrder(room: string, member: Member, name: string, mayGiveRoles: boolean): Promise<boolean> {
  const isMuted = member.mutedUntil !== undefined && Date.parse(member.mutedUntil) > Date.now();
  const roles = mayGiveRoles ? [member.role === "member" ? "moderator" : "member"] : [];
  const done = await dialog(
    name,
    t("rooms.do"),
    [isMuted ? "unmute" : "mute", "kick", "ban", ...roles],
    { name: "reason", label: t("rooms.reason"), required: false },
    nothing,
    (deed, words, minutes) => deeds[deed]!({ room, account: member.account }, words, minutes),
  );
  if (done) toast(t("rooms.done"));
  return done === true;
}
