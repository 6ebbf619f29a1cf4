import { http, take } from "./client";
import type { ContactChange, Settings, TorWays } from "./model";

const V1 = "/api/v1";
const of = (contact: string) => ({ params: { path: { contact } } });
const at = (contact: string, id: string) => ({ params: { path: { contact, id } } });

/** Every call the page makes, in the order of docs/protocol/api.md. */
export const api = {
  openSession: (key: string) => take(http.POST(`${V1}/session`, { body: { key } })),
  status: (signal?: AbortSignal) => take(http.GET(`${V1}/status`, { signal })),
  settings: () => take(http.GET(`${V1}/settings`)),
  changeSettings: (body: Partial<Settings>) => take(http.PATCH(`${V1}/settings`, { body })),
  room: () => take(http.GET(`${V1}/room`)),
  offerRoom: (offered: number) => take(http.PUT(`${V1}/room`, { body: { offered } })),
  torEntry: () => take(http.GET(`${V1}/tor-entry`)),
  offerTorEntry: (offered: boolean) => take(http.PUT(`${V1}/tor-entry`, { body: { offered } })),
  torWays: () => take(http.GET(`${V1}/tor-ways`)),
  changeTorWays: (body: Partial<Pick<TorWays, "bridges" | "entries">>) => take(http.PATCH(`${V1}/tor-ways`, { body })),
  links: () => take(http.GET(`${V1}/links`)).then((answer) => answer.links),
  createLink: (uses: number, expires: number) => take(http.POST(`${V1}/links`, { body: { uses, expires } })),
  revokeLink: (id: string) => take(http.DELETE(`${V1}/links/{id}`, { params: { path: { id } } })),
  contacts: () => take(http.GET(`${V1}/contacts`)).then((answer) => answer.contacts),
  addContact: (link: string, name: string) => take(http.POST(`${V1}/contacts`, { body: { link, name: name || null, timeout: 0 } })),
  removeContact: (contact: string) => take(http.DELETE(`${V1}/contacts/{contact}`, of(contact))),
  changeContact: (contact: string, body: ContactChange) => take(http.PATCH(`${V1}/contacts/{contact}`, { ...of(contact), body })),
  accept: (contact: string) => take(http.POST(`${V1}/contacts/{contact}/accept`, of(contact))),
  refuse: (contact: string) => take(http.POST(`${V1}/contacts/{contact}/refuse`, of(contact))),
  safetyNumber: (contact: string) => take(http.GET(`${V1}/contacts/{contact}/safety-number`, of(contact))),
  setVerified: (contact: string, verified: boolean) => take(http.PUT(`${V1}/contacts/{contact}/verified`, { ...of(contact), body: { verified } })),
  history: (contact: string, query: { before?: string; after?: string; limit?: number }) =>
    take(http.GET(`${V1}/contacts/{contact}/messages`, { params: { path: { contact }, query } })),
  sendText: (contact: string, text: string, replyTo?: string) =>
    take(http.POST(`${V1}/contacts/{contact}/messages`, { ...of(contact), body: { text, replyTo, route: "auto", wait: "waiting", timeout: 0 } })),
  editText: (contact: string, id: string, text: string) =>
    take(http.PATCH(`${V1}/contacts/{contact}/messages/{id}`, { ...at(contact, id), body: { text } })),
  deleteMessage: (contact: string, id: string, whom: "me" | "everyone") =>
    take(http.DELETE(`${V1}/contacts/{contact}/messages/{id}`, { params: { path: { contact, id }, query: { for: whom } } })),
  react: (contact: string, id: string, emoji: string | null) =>
    take(http.PUT(`${V1}/contacts/{contact}/messages/{id}/reaction`, { ...at(contact, id), body: { emoji } })),
  markRead: (contact: string, upTo: string) => take(http.POST(`${V1}/contacts/{contact}/read`, { ...of(contact), body: { upTo } })),
  typing: (contact: string, active: boolean) => take(http.POST(`${V1}/contacts/{contact}/typing`, { ...of(contact), body: { active } })),
  search: (q: string, contact?: string, limit = 50) =>
    take(http.GET(`${V1}/search`, { params: { query: { q, contact, limit } } })).then((answer) => answer.messages),
  peers: () => take(http.GET(`${V1}/peers`)).then((answer) => answer.peers),
  doctor: () => take(http.GET(`${V1}/doctor`)).then((answer) => answer.checks),
  network: () => take(http.GET(`${V1}/network`)),
  lookUp: (contact: string) => take(http.POST(`${V1}/contacts/{contact}/lookup`, of(contact))),
  issueFindSecrets: (contacts: string[]) => take(http.POST(`${V1}/find-secrets`, { body: { contacts } })),
  passphrase: (current: string | null, next: string | null) => take(http.PUT(`${V1}/passphrase`, { body: { current, new: next } })),
  exportAll: (passphrase: string): Promise<Blob> => take<unknown>(http.POST(`${V1}/export`, { body: { passphrase }, parseAs: "blob" })).then((file) => file as Blob),
};

/** Where the node draws a text as a QR code. */
export const qrAddress = (text: string) => `${V1}/qr?text=${encodeURIComponent(text)}`;
