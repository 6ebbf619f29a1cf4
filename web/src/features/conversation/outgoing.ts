import { api } from "../../api/calls";
import { ApiError, OfflineError, reasonOf } from "../../api/client";
import type { Message, Reply, SentMessage } from "../../api/model";

/** A text that the person has sent and the node has not confirmed yet. */
export interface Outgoing {
  readonly key: string;
  readonly text: string;
  readonly replyTo: Reply | null;
  readonly at: number;
  /** `held`: the node was away and gets it when it is back. `refused`: the node said no. */
  readonly status: "sending" | "held" | "refused";
  readonly reason: string | null;
}

type Send = (contact: string, text: string, replyTo?: string) => Promise<Pick<SentMessage, "message">>;
type Newest = (contact: string) => Promise<readonly Message[]>;

/** How many of the newest messages are looked through for one whose confirmation was lost. */
const RECONCILE_DEPTH = 50;
const NONE: readonly Outgoing[] = [];

/**
 * Hands texts to the node one after the other in each conversation. When the node goes away while it is asked, it is not known whether it took the
 * text; so before that one is sent again, the newest messages are compared. Texts are kept in memory only: what is not in the vault is not on disk.
 */
export class Outbox {
  private readonly entries = new Map<string, readonly Outgoing[]>();
  private readonly busy = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private counter = 0;

  constructor(
    private readonly taken: (message: Message) => void,
    private readonly post: Send = api.sendText,
    private readonly newest: Newest = (contact) => api.history(contact, { limit: RECONCILE_DEPTH }).then((page) => page.messages),
    private readonly now: () => number = Date.now,
  ) {}

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  of(contact: string): readonly Outgoing[] {
    return this.entries.get(contact) ?? NONE;
  }

  get isEmpty(): boolean {
    return [...this.entries.values()].every((list) => list.length === 0);
  }

  add(contact: string, text: string, replyTo: Reply | null): void {
    const key = `outgoing-${++this.counter}`;
    this.set(contact, [...this.of(contact), { key, text, replyTo, at: this.now(), status: "sending", reason: null }]);
    void this.pump(contact);
  }

  discard(contact: string, key: string): void {
    this.set(
      contact,
      this.of(contact).filter((entry) => entry.key !== key),
    );
  }

  /** An event told of a new message of ours before the answer to the call did: it must not stand there twice. */
  confirm(message: Message): void {
    const first = this.of(message.contact).find((entry) => entry.status === "sending");
    if (first?.text === message.text) this.discard(message.contact, first.key);
  }

  retry(contact: string, key: string): void {
    this.change(contact, key, { status: "sending", reason: null });
    void this.pump(contact);
  }

  /** The node is back: hands it what was held. */
  async resume(): Promise<void> {
    for (const [contact, list] of this.entries) {
      const held = list.find((entry) => entry.status === "held");
      if (!held) continue;
      try {
        await this.settle(contact, held);
      } catch {
        return; // away again; the next return resumes
      }
      for (const entry of this.of(contact)) if (entry.status === "held") this.change(contact, entry.key, { status: "sending", reason: null });
      void this.pump(contact);
    }
  }

  /** Only the first held text can have been taken without a word: the others were never sent. */
  private async settle(contact: string, held: Outgoing): Promise<void> {
    const messages = await this.newest(contact);
    const same = messages.findLast((message) => message.fromMe && message.sentAt >= held.at && message.text === held.text);
    if (!same) return;
    this.discard(contact, held.key);
    this.taken(same);
  }

  private async pump(contact: string): Promise<void> {
    if (this.busy.has(contact)) return;
    this.busy.add(contact);
    try {
      let next: Outgoing | undefined;
      while ((next = this.of(contact).find((entry) => entry.status === "sending"))) {
        if (this.of(contact).some((entry) => entry.status === "held")) {
          this.change(contact, next.key, { status: "held" });
          continue;
        }
        await this.handOver(contact, next);
      }
    } finally {
      this.busy.delete(contact);
    }
  }

  private async handOver(contact: string, entry: Outgoing): Promise<void> {
    try {
      const answer = await this.post(contact, entry.text, entry.replyTo?.id);
      this.discard(contact, entry.key);
      this.taken(answer.message);
    } catch (error) {
      const held = error instanceof OfflineError || (error instanceof ApiError && error.status === 401);
      this.change(contact, entry.key, { status: held ? "held" : "refused", reason: reasonOf(error) });
    }
  }

  private change(contact: string, key: string, change: Partial<Outgoing>): void {
    this.set(
      contact,
      this.of(contact).map((entry) => (entry.key === key ? { ...entry, ...change } : entry)),
    );
  }

  private set(contact: string, list: readonly Outgoing[]): void {
    this.entries.set(contact, list);
    for (const listener of this.listeners) listener();
  }
}
