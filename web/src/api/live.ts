import type { QueryClient } from "@tanstack/react-query";
import * as timelines from "../features/conversation/timeline";
import type { Timeline } from "../features/conversation/timeline";
import { changeContact, dropContact, noteMessage, putContact } from "./cache";
import { api } from "./calls";
import type { Contact, LiveEvent, Message } from "./model";

export const keys = {
  contacts: ["contacts"] as const,
  settings: ["settings"] as const,
  status: ["status"] as const,
  links: ["links"] as const,
  room: ["room"] as const,
  torEntry: ["torEntry"] as const,
  torWays: ["torWays"] as const,
  network: ["network"] as const,
  timeline: (contact: string) => ["timeline", contact] as const,
};

/** After an incoming message the node's own order of the last page is taken over, at most this often. */
const SETTLE_AFTER = 400;
const SETTLE_DEPTH = 50;
const CATCH_UP_DEPTH = 200;
/** A sign of typing that nobody renews ends by itself. */
const TYPING_LASTS = 10_000;

/** Applies what the node tells to what the page shows. */
export class Live {
  private readonly settling = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly typing = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly client: QueryClient,
    private readonly arrived: (message: Message, contact: Contact | undefined) => void,
    private readonly written: (message: Message) => void,
  ) {}

  apply(event: LiveEvent): void {
    switch (event.type) {
      case "hello":
        this.client.setQueryData(keys.status, event.data);
        break;
      case "settings":
        this.client.setQueryData(keys.settings, event.data);
        break;
      case "network":
        this.client.setQueryData(keys.network, event.data);
        break;
      case "contact":
        this.contacts((list) => putContact(list, event.data));
        break;
      case "contactRemoved":
        this.contacts((list) => dropContact(list, event.data.contact));
        this.client.removeQueries({ queryKey: keys.timeline(event.data.contact) });
        break;
      case "presence":
        this.contacts((list) => changeContact(list, event.data.contact, { online: event.data.online, path: event.data.path }));
        break;
      case "typing":
        this.onTyping(event.data.contact, event.data.active);
        break;
      case "messageRemoved":
        this.timeline(event.data.contact, (timeline) => timelines.remove(timeline, event.data.id));
        this.settle(event.data.contact, false);
        break;
      case "message":
        this.onMessage(event.data.message, event.data.isNew);
        break;
    }
  }

  /** A message that a call of ours has made or changed. */
  put(message: Message, isNew: boolean): void {
    this.contacts((list) => noteMessage(list, message, isNew));
    this.timeline(message.contact, (timeline) => timelines.upsert(timeline, message, isNew));
  }

  /** Asks for all that is shown once more, after the stream was broken. */
  catchUp(): void {
    for (const key of [keys.contacts, keys.settings, keys.status, keys.links, keys.network]) void this.client.invalidateQueries({ queryKey: key });
    for (const [key, timeline] of this.client.getQueriesData<Timeline>({ queryKey: ["timeline"] })) {
      if (timeline) void this.takeNewest(key[1] as string, CATCH_UP_DEPTH);
    }
  }

  private onMessage(message: Message, isNew: boolean): void {
    if (isNew && message.fromMe) this.written(message);
    this.put(message, isNew);
    if (!isNew || message.fromMe) return;
    const known = this.client.getQueryData<Contact[]>(keys.contacts)?.find((contact) => contact.contact === message.contact);
    this.arrived(message, known);
    this.settle(message.contact, true);
  }

  private onTyping(contact: string, active: boolean): void {
    clearTimeout(this.typing.get(contact));
    this.contacts((list) => changeContact(list, contact, { typing: active }));
    if (active) this.typing.set(contact, setTimeout(() => this.onTyping(contact, false), TYPING_LASTS));
  }

  private settle(contact: string, order: boolean): void {
    if (this.settling.has(contact)) return;
    const timer = setTimeout(() => {
      this.settling.delete(contact);
      if (order) void this.takeNewest(contact, SETTLE_DEPTH);
      void this.takeContact(contact);
    }, SETTLE_AFTER);
    this.settling.set(contact, timer);
  }

  private async takeNewest(contact: string, limit: number): Promise<void> {
    const loaded = this.client.getQueryData<Timeline>(keys.timeline(contact));
    if (!loaded || loaded.hasNewer) return;
    const page = await api.history(contact, { limit }).catch(() => null);
    if (page) this.timeline(contact, (timeline) => timelines.mergeNewest(timeline, page));
  }

  private async takeContact(contact: string): Promise<void> {
    const list = await api.contacts().catch(() => null);
    const fresh = list?.find((entry) => entry.contact === contact);
    if (fresh) this.contacts((known) => changeContact(known, contact, { unread: fresh.unread, lastMessage: fresh.lastMessage }));
  }

  private contacts(change: (list: Contact[]) => Contact[]): void {
    this.client.setQueryData<Contact[]>(keys.contacts, (list) => (list ? change(list) : list));
  }

  private timeline(contact: string, change: (timeline: Timeline) => Timeline): void {
    this.client.setQueryData<Timeline>(keys.timeline(contact), (timeline) => (timeline ? change(timeline) : timeline));
  }
}
