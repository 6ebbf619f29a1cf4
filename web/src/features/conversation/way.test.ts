import { describe, expect, it } from "vitest";
import { stationsOf, wayWords, type Passage } from "./way";

const way = (route: string | null, change: Partial<Passage> = {}): Passage => ({ route, forwarders: null, throughTor: false, ...change });

describe("the way of a message", () => {
  it("has nobody between on a direct one, and as many forwarders on a forwarded one as it had itself", () => {
    expect(stationsOf(way("direct"))).toEqual([]);
    expect(stationsOf(way("forward", { forwarders: 3 }))).toEqual(["forwarder", "forwarder", "forwarder"]);
    expect(stationsOf(way("forward", { forwarders: 5 }))).toHaveLength(5);
  });

  it("does not say how many forwarders there were where nobody here knows", () => {
    expect(stationsOf(way("forward"))).toEqual(["someForwarders"]);
  });

  it("goes through Tor first where all did, and once where Tor was the way", () => {
    expect(stationsOf(way("forward", { forwarders: 2, throughTor: true }))).toEqual(["tor", "forwarder", "forwarder"]);
    expect(stationsOf(way("drop", { throughTor: true }))).toEqual(["tor", "holder"]);
    expect(stationsOf(way("onion", { throughTor: true }))).toEqual(["tor"]);
  });

  it("is drawn for each route that there is, and for no other", () => {
    for (const route of ["direct", "relay", "forward", "onion", "drop"]) expect(stationsOf(way(route))).not.toBeNull();
    for (const route of [null, "pigeon", "constructor"]) expect(stationsOf(way(route))).toBeNull();
  });

  it("is said in words, each kind once", () => {
    expect(wayWords([])).toEqual([{ key: "details.wayDirect", count: 0 }]);
    expect(wayWords(["tor", "forwarder", "forwarder"])).toEqual([
      { key: "details.wayOnion", count: 1 },
      { key: "details.wayForwarders", count: 2 },
    ]);
  });
});
