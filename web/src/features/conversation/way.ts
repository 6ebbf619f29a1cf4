import type { Message } from "../../api/model";

/** What is known of how a message went, kept with it when it did. */
export type Passage = Pick<Message, "route" | "forwarders" | "throughTor">;

export type Station = "relay" | "forwarder" | "someForwarders" | "tor" | "holder";

const STATIONS: Record<string, readonly Station[]> = {
  direct: [],
  relay: ["relay"],
  forward: ["someForwarders"],
  onion: ["tor"],
  drop: ["holder"],
};

const KEYS = {
  relay: "details.wayRelay",
  forwarder: "details.wayForwarders",
  someForwarders: "details.waySomeForwarders",
  tor: "details.wayOnion",
  holder: "details.wayDrop",
} as const;

/** Who stands between the two ends, in the order from the sender; null for a route that cannot be drawn. The receiver does not know how many forwarders there were. */
export function stationsOf({ route, forwarders, throughTor }: Passage): readonly Station[] | null {
  if (route === null || !Object.hasOwn(STATIONS, route)) return null;
  const between = route === "forward" && forwarders !== null ? Array.from({ length: forwarders }, () => "forwarder" as const) : (STATIONS[route] ?? []);
  return throughTor && route !== "onion" ? ["tor", ...between] : between;
}

/** The words for what is between, each kind once with how many there are. */
export function wayWords(stations: readonly Station[]) {
  if (stations.length === 0) return [{ key: "details.wayDirect" as const, count: 0 }];
  return [...new Set(stations)].map((kind) => ({ key: KEYS[kind], count: stations.filter((one) => one === kind).length }));
}
