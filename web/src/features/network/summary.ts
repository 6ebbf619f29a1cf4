import type { Network, NetworkEntry, NetworkSession } from "../../api/model";

export type Health = "good" | "looking" | "trouble";

/** Whether all is well, nobody is there yet, or something needs the person. */
export function healthOf(network: Network): Health {
  if (network.problems.length > 0) return "trouble";
  // Through Tor alone there are no others to look for.
  if (network.tor?.published) return "good";
  return network.peers.length + network.sessions.length > 0 ? "good" : "looking";
}

/** Sessions with contacts, in an order that does not change from one telling to the next. */
export function contactsOf(network: Network): NetworkSession[] {
  return network.sessions.filter((session) => session.name !== null).sort((a, b) => (a.name ?? "").localeCompare(b.name ?? "") || a.id.localeCompare(b.id));
}

/** How many of those who told our address told the same as is believed. */
export function agreement(network: Network): { agree: number; total: number } {
  return { agree: network.votes.filter((vote) => vote.seen === network.wan).length, total: network.votes.length };
}

/** The entry point that answered first. */
export function wayIn(entries: readonly NetworkEntry[]): NetworkEntry | null {
  const answered = entries.filter((entry) => entry.state === "answered");
  return answered.reduce<NetworkEntry | null>((best, entry) => (best === null || (entry.elapsed ?? Infinity) < (best.elapsed ?? Infinity) ? entry : best), null);
}

const ORDER = ["answered", "asked", "resolving", "failed"];

/** Those that worked first, the fastest before the slower, then those being tried, then those that failed. */
export function inOrder(entries: readonly NetworkEntry[]): NetworkEntry[] {
  const rank = (entry: NetworkEntry) => ORDER.indexOf(entry.state);
  return [...entries].sort((a, b) => rank(a) - rank(b) || (a.elapsed ?? Infinity) - (b.elapsed ?? Infinity));
}
