// Server-sent events over fetch, with the session's cookie; comes back by itself where it was.
import { renew } from "./api";

export interface StreamEvent {
  id: string;
  data: string;
}

export type StreamState = "connecting" | "open" | "waiting";

/** Reads until the signal stops it. */
export async function readEvents(
  address: string,
  signal: AbortSignal,
  take: (event: StreamEvent) => void,
  state: (state: StreamState) => void,
): Promise<void> {
  let last = "";
  let pause = 500;
  while (!signal.aborted) {
    state("connecting");
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (last) headers["Last-Event-ID"] = last;
      const reply = await fetch(address, { headers, signal, cache: "no-store" });
      if (reply.status === 401) await renew();
      if (reply.ok) {
        state("open");
        pause = 500;
        for await (const event of events(reply.body!)) {
          if (event.id) last = event.id;
          take(event);
        }
      }
    } catch {
      // The network or the server is away: try again below.
    }

    if (signal.aborted) return;
    state("waiting");
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, 10_000);
  }
}

async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const event = { id: "", data: "" };
      for (const line of block.split("\n")) {
        if (line.startsWith("id: ")) event.id = line.slice(4);
        if (line.startsWith("data: ")) event.data += line.slice(6);
      }

      if (event.data) yield event;
    }
  }
}
