import { api } from "./calls";
import { ApiError } from "./client";
import type { EventData, LiveEvent } from "./model";

export type LinkState = "connecting" | "online" | "offline" | "signedOut";

const TYPES: (keyof EventData)[] = ["hello", "message", "messageRemoved", "contact", "contactRemoved", "typing", "settings", "presence", "network"];
const FIRST_RETRY = 300;
const LONGEST_RETRY = 3_000;

export interface EventSink {
  event(event: LiveEvent): void;
  state(state: LinkState): void;
}

/**
 * Keeps one event stream to the node open for as long as the page lives. The browser's own reconnect is not used: it cannot tell a node that is
 * away from a session that is over, so after each break `/status` is asked, and the stream is opened again once that answers.
 */
export function followEvents(sink: EventSink): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_RETRY;
  let over = false;

  function open() {
    const stream = new EventSource("/api/v1/events", { withCredentials: true });
    source = stream;
    for (const type of TYPES) {
      stream.addEventListener(type, (message) => {
        const data = JSON.parse((message as MessageEvent<string>).data) as never;
        if (type === "hello") {
          wait = FIRST_RETRY;
          sink.state("online");
        }
        sink.event({ type, data } as LiveEvent);
      });
    }
    stream.onerror = () => {
      stream.close();
      if (over || source !== stream) return;
      sink.state("offline");
      later();
    };
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => void probe(), wait);
    wait = Math.min(wait * 2, LONGEST_RETRY);
  }

  async function probe() {
    try {
      await api.status();
      if (!over) open();
    } catch (error) {
      if (over) return;
      if (error instanceof ApiError && error.status === 401) sink.state("signedOut");
      else later();
    }
  }

  sink.state("connecting");
  open();
  const hurry = () => {
    if (source?.readyState !== EventSource.CLOSED) return;
    wait = FIRST_RETRY;
    later();
  };
  window.addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);

  return () => {
    over = true;
    clearTimeout(timer);
    source?.close();
    window.removeEventListener("online", hurry);
    document.removeEventListener("visibilitychange", hurry);
  };
}
