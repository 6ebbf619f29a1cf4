/** Where nodes stand in the picture. Whoever has a place keeps it, so that the picture stays calm while others come and go. */

/** Places round the middle, in each ring. */
export const SLOTS = 72;
/** Round trips, in milliseconds, below which a peer stands in the first ring, the second, or else the third. */
export const RINGS = [25, 120] as const;
/** The ring of those whose round trip nobody has measured. */
const UNMEASURED = 1;
/** A peer changes its ring only when its round trip is beyond the border by this factor. */
const HYSTERESIS = 1.35;

export interface Spot {
  readonly ring: number;
  readonly slot: number;
}

export interface Placed {
  readonly id: string;
  readonly rtt: number | null;
}

/** The ring for a round trip, given the one it was in before. */
export function ringOf(rtt: number | null, before?: number): number {
  if (rtt === null) return before ?? UNMEASURED;
  const plain = RINGS.filter((border) => rtt >= border).length;
  if (before === undefined || plain === before) return plain;
  const border = RINGS[Math.min(plain, before)] ?? 0;
  const clear = plain > before ? rtt >= border * HYSTERESIS : rtt <= border / HYSTERESIS;
  return clear ? plain : before;
}

const gap = (a: number, b: number) => Math.min((a - b + SLOTS) % SLOTS, (b - a + SLOTS) % SLOTS);

function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619);
  return hash >>> 0;
}

/** The free place that is farthest from all others; among equals the one that follows from the id. */
function freeSlot(taken: readonly number[], id: string): number {
  const first = hashOf(id) % SLOTS;
  let best = first;
  let room = -1;
  for (let step = 0; step < SLOTS; step++) {
    const slot = (first + step) % SLOTS;
    const distance = taken.reduce((least, other) => Math.min(least, gap(slot, other)), SLOTS);
    if (distance > room) {
      room = distance;
      best = slot;
    }
  }
  return best;
}

/** Places for these peers: the old ones where they stood, the new ones where there is room, and not where somebody is just leaving. */
export function place(before: ReadonlyMap<string, Spot>, peers: readonly Placed[], leaving: readonly Spot[] = []): Map<string, Spot> {
  const spots = new Map<string, Spot>();
  for (const { id, rtt } of peers) {
    const known = before.get(id);
    if (known) spots.set(id, { slot: known.slot, ring: ringOf(rtt, known.ring) });
  }
  for (const { id, rtt } of peers) {
    if (spots.has(id)) continue;
    const taken = [...spots.values(), ...leaving].map((spot) => spot.slot);
    spots.set(id, { slot: freeSlot(taken, id), ring: ringOf(rtt) });
  }
  return spots;
}

/** The radii of a picture of this size, in its own pixels. */
export interface Geometry {
  readonly size: number;
  readonly middle: number;
  /** Radius of the circle that contacts stand on, and of the space that is theirs. */
  readonly contacts: number;
  readonly hearth: number;
  readonly rings: readonly [number, number, number];
  /** Radius of the circle of oneself, of a contact, of a peer. */
  readonly me: number;
  readonly contact: number;
  readonly peer: number;
  /** How many contacts and how many peers fit without crowding. */
  readonly most: { readonly contacts: number; readonly peers: number };
}

const SMALL = 460;

export function geometryOf(width: number): Geometry {
  const size = Math.round(width);
  const outer = size / 2;
  const small = size < SMALL;
  return {
    size,
    middle: outer,
    contacts: outer * (small ? 0.4 : 0.38),
    hearth: outer * (small ? 0.6 : 0.55),
    rings: small ? [outer * 0.67, outer * 0.79, outer * 0.91] : [outer * 0.68, outer * 0.81, outer * 0.94],
    me: small ? 24 : 30,
    contact: small ? 15 : 19,
    peer: small ? 4.5 : 5.5,
    most: small ? { contacts: 6, peers: 36 } : { contacts: 10, peers: 60 },
  };
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function onCircle(geometry: Geometry, radius: number, turn: number): Point {
  const angle = (turn - 0.25) * 2 * Math.PI;
  return { x: geometry.middle + radius * Math.cos(angle), y: geometry.middle + radius * Math.sin(angle) };
}

/** Neighbours in one ring stand a little nearer and farther by turns, so that they do not touch. */
export function peerPoint(geometry: Geometry, spot: Spot): Point {
  const stagger = ((spot.slot * 5) % 3) - 1;
  return onCircle(geometry, (geometry.rings[spot.ring] ?? 0) + stagger * geometry.peer * 1.5, spot.slot / SLOTS);
}

/** Contacts stand evenly, the first one above; two stand left and right. */
export function contactPoint(geometry: Geometry, index: number, count: number): Point {
  const first = count === 2 ? 0.25 : 0;
  return onCircle(geometry, geometry.contacts, first + index / Math.max(count, 1));
}

/** How present a node looks that was last heard so long ago: 1 just now, fading until it times out. */
export function presenceOf(silence: number): number {
  // In a quiet network a peer is heard every ten seconds or so.
  const fresh = 12_000;
  const gone = 22_000;
  const faintest = 0.35;
  if (silence <= fresh) return 1;
  return Math.max(faintest, 1 - ((silence - fresh) / (gone - fresh)) * (1 - faintest));
}
