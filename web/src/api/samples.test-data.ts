import type { Contact, Message, Network, NetworkPeer, NetworkSession } from "./model";

/** A message for tests; everything not named is ordinary. */
export function message(change: Partial<Message> = {}): Message {
  return {
    id: "m",
    contact: "bob",
    from: "Bob",
    fromMe: false,
    text: "text",
    sentAt: 1_000,
    receivedAt: 1_000,
    state: "received",
    route: "direct",
    unread: false,
    editedAt: null,
    deleted: false,
    replyTo: null,
    reactions: [],
    expiresAt: null,
    missing: false,
    disappearAfterSet: null,
    forwarders: null,
    throughTor: false,
    ...change,
  };
}

/** A contact for tests. */
export function contact(change: Partial<Contact> = {}): Contact {
  return {
    contact: "bob",
    name: "Bob",
    profileName: "Bob",
    state: "connected",
    reason: null,
    verified: false,
    muted: false,
    online: false,
    typing: false,
    addedAt: 1,
    unread: 0,
    lastMessage: null,
    draft: "",
    canFindUs: true,
    disappearAfter: 0,
    path: null,
    privacy: "open",
    privacyException: "none",
    ...change,
  };
}

/** A peer of the overlay for tests. */
export function networkPeer(id: string, change: Partial<NetworkPeer> = {}): NetworkPeer {
  return { id, address: `203.0.113.1:${id.length}000`, direction: "out", connectable: true, lastSeen: 1_000, rtt: 10, speaks: "kith", ...change };
}

/** A session with a contact for tests. */
export function session(name: string, change: Partial<NetworkSession> = {}): NetworkSession {
  return { id: `device of ${name}`, contact: name.toLowerCase(), name, address: "198.51.100.1:1", direction: "out", carrier: "tcp", since: 1, lastSeen: 1_000, rtt: null, path: "direct", ...change };
}

/** What a node with nobody around it tells. */
export function network(change: Partial<Network> = {}): Network {
  return {
    listen: [],
    wan: null,
    votes: [],
    nat: null,
    connectable: null,
    peers: [],
    sessions: [],
    entries: [],
    dht: { nodes: 0, depth: 0, stored: 0, readOnly: false },
    traffic: { in: 0, out: 0 },
    counts: { active: 0, connectable: 0, incoming: 0, outgoing: 0, ratio: null },
    problems: [],
    natDetail: { kind: "unknown", sentence: "", advice: null, confirmed: false, mapped: null, opened: [] },
    relay: { consent: "off", asked: false, helps: false, serving: 0, using: 0, bytes: 0, dropped: 0, refused: [] },
    tor: null,
    forwarding: null,
    ...change,
  };
}
