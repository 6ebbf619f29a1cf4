import type { Network, NetworkPeer, NetworkSession } from "../../api/model";
import { contactPoint, type Geometry, type Point, peerPoint } from "./layout";
import type { Drawn } from "./scene";
import { contactsOf, wayIn } from "./summary";

/** Everything in the picture that can be pointed at. */
export type Place =
  | { readonly kind: "me"; readonly key: "me"; readonly at: Point }
  | { readonly kind: "contact"; readonly key: string; readonly at: Point; readonly session: NetworkSession; readonly crowded: boolean }
  | { readonly kind: "peer"; readonly key: string; readonly at: Point; readonly peer: NetworkPeer; readonly leaving: boolean; readonly door: boolean };

/** Oneself, then the contacts, then the peers clockwise: the order in which the keys go through them. */
export function placesOf(network: Network, drawn: readonly Drawn[], geometry: Geometry): Place[] {
  const contacts = contactsOf(network).slice(0, geometry.most.contacts);
  const crowded = contacts.length > geometry.most.contacts / 2;
  const door = wayIn(network.entries)?.address;
  const clockwise = [...drawn].sort((a, b) => a.spot.slot - b.spot.slot || a.spot.ring - b.spot.ring);
  return [
    { kind: "me", key: "me", at: { x: geometry.middle, y: geometry.middle } },
    ...contacts.map((session, index) => ({ kind: "contact" as const, key: `contact ${session.id}`, at: contactPoint(geometry, index, contacts.length), session, crowded })),
    ...clockwise.map(({ key, peer, spot, leaving }) => ({ kind: "peer" as const, key, at: peerPoint(geometry, spot), peer, leaving, door: peer.address === door })),
  ];
}

/** A name as far as there is room: the first word of a long one. */
export function shortName(name: string, letters: number): string {
  if ([...name].length <= letters) return name;
  const first = [...(name.trim().split(/\s+/u)[0] ?? "")];
  return first.length <= letters ? first.join("") : `${first.slice(0, letters - 1).join("")}…`;
}

/** How many there are that the picture has no room for. */
export function leftOut(network: Network, geometry: Geometry): number {
  const { most } = geometry;
  return Math.max(0, contactsOf(network).length - most.contacts) + Math.max(0, network.peers.length - most.peers);
}

/** The point on the way from the middle to a place, this far before it. */
export function before(geometry: Geometry, at: Point, distance: number): Point {
  const length = Math.hypot(at.x - geometry.middle, at.y - geometry.middle) || 1;
  const share = (length - distance) / length;
  return { x: geometry.middle + (at.x - geometry.middle) * share, y: geometry.middle + (at.y - geometry.middle) * share };
}

/** The angle of a place as seen from the middle, in degrees clockwise from the right. */
export function bearing(geometry: Geometry, at: Point): number {
  return (Math.atan2(at.y - geometry.middle, at.x - geometry.middle) * 180) / Math.PI;
}

/** Which place the arrow keys lead to, or null for other keys. */
export function step(key: string, at: number, count: number): number | null {
  const to: Record<string, number> = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: count - 1 };
  const next = to[key];
  return next === undefined || count === 0 ? null : (next + count) % count;
}

