export type Station = "relay" | "forwarder" | "tor" | "holder";

const STATIONS: Record<string, readonly Station[]> = {
  direct: [],
  relay: ["relay"],
  onion: ["tor"],
  drop: ["holder"],
};

const KEYS = { direct: "details.wayDirect", relay: "details.wayRelay", forward: "details.wayForward", onion: "details.wayOnion", drop: "details.wayDrop" } as const;

/** Who stands between the two ends on a route, in order; the sender knows no more of forwarders than how many their paths have. */
export function stationsOf(route: string, forwarders: number): readonly Station[] {
  if (route === "forward") return Array.from({ length: forwarders }, () => "forwarder" as const);
  return Object.hasOwn(STATIONS, route) ? (STATIONS[route] ?? []) : [];
}

/** The words for what is between; null for a route that cannot be drawn. */
export function wayKey(route: string) {
  return Object.hasOwn(KEYS, route) ? KEYS[route as keyof typeof KEYS] : null;
}
