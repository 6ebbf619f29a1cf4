/** The types of docs/protocol/api.md as the page uses them. */
export type ContactState = "connecting" | "request" | "connected" | "refused" | "blocked";
export type MessageState = "received" | "waiting" | "sent" | "stored" | "delivered" | "read";
export type Theme = "system" | "light" | "dark";

export interface Reaction {
  fromMe: boolean;
  emoji: string;
}

export interface Reply {
  id: string;
  fromMe: boolean;
  text: string | null;
}

export interface Message {
  id: string;
  contact: string;
  from: string;
  fromMe: boolean;
  text: string;
  sentAt: number;
  receivedAt: number;
  state: MessageState;
  route: string | null;
  unread: boolean;
  editedAt: number | null;
  deleted: boolean;
  replyTo: Reply | null;
  reactions: Reaction[];
  expiresAt: number | null;
  missing: boolean;
}

export interface Contact {
  contact: string;
  name: string;
  profileName: string | null;
  state: ContactState;
  reason: string | null;
  verified: boolean;
  muted: boolean;
  online: boolean;
  typing: boolean;
  addedAt: number;
  unread: number;
  lastMessage: Message | null;
  draft: string;
  disappearAfter: number;
}

export interface Settings {
  name: string;
  readReceipts: boolean;
  typing: boolean;
  privacy: string;
  relay: string;
  notifications: boolean;
  theme: Theme;
  language: string;
}

export interface Status {
  account: string;
  name: string;
  privacy: string;
  wan: string | null;
  listen: string[];
  nat: string | null;
  peers: number;
  outbox: number;
  version: string;
  page: string;
  passphrase: boolean;
  home: string;
}

export interface Link {
  id: string;
  link: string;
  expires: number | null;
  uses: number;
  usesLeft: number;
  qr: string;
}

export interface Peer {
  id: string;
  contact: string | null;
  name: string | null;
  address: string;
  direction: "in" | "out";
  carrier: string;
  connectable: boolean;
  lastSeen: number;
  rtt: number | null;
}

export interface Check {
  check: string;
  ok: boolean;
  detail: string;
}

export interface SafetyNumber {
  contact: string;
  safetyNumber: string;
  verified: boolean;
}

export interface History {
  messages: Message[];
  more: boolean;
}

/** The events of `GET /events`, by type. */
export interface EventData {
  hello: Status;
  message: { message: Message; isNew: boolean };
  messageRemoved: { contact: string; id: string };
  contact: Contact;
  contactRemoved: { contact: string };
  typing: { contact: string; active: boolean };
  settings: Settings;
  presence: { contact: string; online: boolean };
}

export type LiveEvent = { [K in keyof EventData]: { type: K; data: EventData[K] } }[keyof EventData];
