// Files, sent with their progress, which fetch does not tell.
import { Problem, renew, t } from "../kit";
import type { StoredFile } from "./types";

/** A file on its way to a message. */
export class Upload {
  progress = 0;
  file: StoredFile | undefined;
  problem = "";
  private request: XMLHttpRequest | undefined;

  constructor(
    readonly source: File,
    private readonly changed: () => void,
  ) {
    void this.run();
  }

  get isBusy(): boolean {
    return !this.file && !this.problem;
  }

  run = async (): Promise<void> => {
    this.problem = "";
    this.progress = 0;
    this.changed();
    try {
      let reply = await this.send();
      if (reply.status === 401) {
        await renew();
        reply = await this.send();
      }

      if (!reply.ok) throw await Problem.of(reply);
      this.file = (await reply.json()) as StoredFile;
    } catch (error) {
      this.problem = error instanceof Problem ? error.detail : t("problem.unreachable");
    }

    this.changed();
  };

  cancel(): void {
    this.request?.abort();
  }

  private send(): Promise<Response> {
    return new Promise((resolve, reject) => {
      const request = (this.request = new XMLHttpRequest());
      request.open("POST", `/api/v1/messaging/files?name=${encodeURIComponent(this.source.name)}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("Accept", "application/json");
      request.upload.onprogress = (event) => {
        this.progress = event.total ? event.loaded / event.total : 0;
        this.changed();
      };
      request.onload = () => resolve(new Response(request.responseText, { status: request.status, headers: { "Content-Type": "application/json" } }));
      request.onerror = request.onabort = request.ontimeout = () => reject(new Problem(0, t("problem.unreachable")));
      request.send(this.source);
    });
  }
}
