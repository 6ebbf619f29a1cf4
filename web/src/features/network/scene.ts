import type { NetworkPeer } from "../../api/model";
import { place, type Spot } from "./layout";

/** What a peer calls itself is its own word; only with where it is it is one of its kind. */
export const keyOf = (peer: NetworkPeer) => `${peer.id} ${peer.address}`;

/** A peer as the picture shows it. */
export interface Drawn {
  readonly key: string;
  readonly peer: NetworkPeer;
  readonly spot: Spot;
  /** Set when the node has dropped it: it fades away. */
  readonly leaving: boolean;
}

/** How long a peer that is gone is still seen going. */
export const FAREWELL = 1_600;

/** What the picture shows from one telling of the node to the next. */
export class Scene {
  private spots = new Map<string, Spot>();
  private shown = new Map<string, NetworkPeer>();
  private readonly leaving = new Map<string, { peer: NetworkPeer; spot: Spot; until: number }>();

  /** Takes over the peers of now; at most so many are drawn, and those that are drawn already go first. */
  update(now: number, peers: readonly NetworkPeer[], most: number): Drawn[] {
    const chosen = choose(peers, this.shown, most);
    const present = new Set(peers.map(keyOf));
    for (const [key, peer] of this.shown) {
      const spot = this.spots.get(key);
      if (spot && !present.has(key)) this.leaving.set(key, { peer, spot, until: now + FAREWELL });
    }
    for (const [key, ghost] of this.leaving) {
      if (ghost.until <= now || present.has(key)) this.leaving.delete(key);
    }
    this.shown = new Map(chosen.map((peer) => [keyOf(peer), peer]));
    const ghosts = [...this.leaving.values()].map((ghost) => ghost.spot);
    this.spots = place(this.spots, [...this.shown].map(([id, peer]) => ({ id, rtt: peer.rtt })), ghosts);
    const alive = [...this.spots].flatMap(([key, spot]) => {
      const peer = this.shown.get(key);
      return peer ? [{ key, peer, spot, leaving: false }] : [];
    });
    return [...alive, ...[...this.leaving].map(([key, { peer, spot }]) => ({ key, peer, spot, leaving: true }))];
  }

  /** When the next one has gone for good, or null. */
  get nextFarewell(): number | null {
    const times = [...this.leaving.values()].map((ghost) => ghost.until);
    return times.length ? Math.min(...times) : null;
  }
}

function choose(peers: readonly NetworkPeer[], shown: ReadonlyMap<string, NetworkPeer>, most: number): NetworkPeer[] {
  if (peers.length <= most) return [...peers];
  const rank = (peer: NetworkPeer) => (shown.has(keyOf(peer)) ? 0 : 1);
  return [...peers].sort((a, b) => rank(a) - rank(b) || b.lastSeen - a.lastSeen).slice(0, most);
}
