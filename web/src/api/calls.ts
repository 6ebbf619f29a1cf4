import { call, send } from "./client";
import type { Check, Contact, History, Link, Message, Peer, SafetyNumber, Settings, Status } from "./model";

const of = (contact: string) => `/contacts/${encodeURIComponent(contact)}`;
const at = (contact: string, id: string) => `${of(contact)}/messages/${encodeURIComponent(id)}`;

export type ContactChange = Partial<Pick<Contact, "name" | "muted" | "disappearAfter" | "draft"> & { blocked: boolean }>;

/** Every call the page makes, one line each, in the order of docs/protocol/api.md. */
export const api = {
  openSession: (key: string) => call<void>("POST", "/session", { key }),
  status: (signal?: AbortSignal) => call<Status>("GET", "/status", undefined, undefined, signal),
  settings: () => call<Settings>("GET", "/settings"),
  changeSettings: (change: Partial<Settings>) => call<Settings>("PATCH", "/settings", change),
  links: () => call<{ links: Link[] } | Link[]>("GET", "/links").then((answer) => (Array.isArray(answer) ? answer : answer.links)),
  createLink: (uses: number, expires: number) => call<Link>("POST", "/links", { uses, expires }),
  revokeLink: (id: string) => call<void>("DELETE", `/links/${encodeURIComponent(id)}`),
  contacts: () => call<{ contacts: Contact[] }>("GET", "/contacts").then((answer) => answer.contacts),
  addContact: (link: string, name?: string) => call<Contact>("POST", "/contacts", { link, name: name || undefined, timeout: 0 }),
  removeContact: (contact: string) => call<void>("DELETE", of(contact)),
  changeContact: (contact: string, change: ContactChange) => call<Contact>("PATCH", of(contact), change),
  accept: (contact: string) => call<void>("POST", `${of(contact)}/accept`),
  refuse: (contact: string) => call<void>("POST", `${of(contact)}/refuse`),
  safetyNumber: (contact: string) => call<SafetyNumber>("GET", `${of(contact)}/safety-number`),
  setVerified: (contact: string, verified: boolean) => call<Contact>("PUT", `${of(contact)}/verified`, { verified }),
  history: (contact: string, page: { before?: string; after?: string; limit?: number }) =>
    call<History>("GET", `${of(contact)}/messages`, undefined, page),
  sendText: (contact: string, text: string, replyTo?: string) =>
    call<{ id: string; message: Message }>("POST", `${of(contact)}/messages`, { text, replyTo }),
  editText: (contact: string, id: string, text: string) => call<Message>("PATCH", at(contact, id), { text }),
  deleteMessage: (contact: string, id: string, whom: "me" | "everyone") => call<void>("DELETE", at(contact, id), undefined, { for: whom }),
  react: (contact: string, id: string, emoji: string | null) => call<Message>("PUT", `${at(contact, id)}/reaction`, { emoji }),
  markRead: (contact: string, upTo: string) => call<void>("POST", `${of(contact)}/read`, { upTo }),
  typing: (contact: string, active: boolean) => call<void>("POST", `${of(contact)}/typing`, { active }),
  search: (q: string, contact?: string, limit = 50) =>
    call<{ messages: Message[] }>("GET", "/search", undefined, { q, contact, limit }).then((answer) => answer.messages),
  peers: () => call<{ peers: Peer[] }>("GET", "/peers").then((answer) => answer.peers),
  doctor: () => call<{ checks: Check[] }>("GET", "/doctor").then((answer) => answer.checks),
  passphrase: (current: string | null, next: string | null) => call<void>("PUT", "/passphrase", { current, new: next }),
  exportAll: (passphrase: string) => send("POST", "/export", { passphrase }).then((response) => response.blob()),
};

/** Where the node draws a text as a QR code. */
export const qrAddress = (text: string) => `/api/v1/qr?text=${encodeURIComponent(text)}`;
