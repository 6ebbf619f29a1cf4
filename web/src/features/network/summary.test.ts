import { describe, expect, it } from "vitest";
import { network, networkPeer, session } from "../../api/samples.test-data";
import type { NetworkEntry } from "../../api/model";
import { agreement, contactsOf, healthOf, inOrder, wayIn } from "./summary";

const entry = (address: string, state: NetworkEntry["state"], elapsed: number | null = null): NetworkEntry => ({ source: "named", address, state, detail: null, elapsed });

describe("summary", () => {
  it("is looking while nobody is there, and good with one peer or one contact", () => {
    expect(healthOf(network())).toBe("looking");
    expect(healthOf(network({ peers: [networkPeer("a")] }))).toBe("good");
    expect(healthOf(network({ sessions: [session("Bob")] }))).toBe("good");
  });

  it("is in trouble as soon as there is a problem", () => {
    expect(healthOf(network({ peers: [networkPeer("a")], problems: [{ what: "w", detail: "d", remedy: null }] }))).toBe("trouble");
  });

  it("counts the votes for the address that is believed", () => {
    const vote = (seen: string) => ({ by: "x", seen, at: 1 });
    expect(agreement(network({ wan: "a", votes: [vote("a"), vote("b"), vote("a")] }))).toEqual({ agree: 2, total: 3 });
  });

  it("names contacts in an order that stays, and nobody who is none", () => {
    const sessions = [session("Zoe"), session("Ann"), session("x", { name: null, contact: null })];
    expect(contactsOf(network({ sessions })).map((one) => one.name)).toEqual(["Ann", "Zoe"]);
  });

  it("finds the way in that answered first", () => {
    expect(wayIn([entry("a", "failed"), entry("b", "answered", 90), entry("c", "answered", 20)])?.address).toBe("c");
    expect(wayIn([entry("a", "asked")])).toBeNull();
  });

  it("puts what worked first and what failed last", () => {
    const sorted = inOrder([entry("a", "failed"), entry("b", "asked"), entry("c", "answered", 90), entry("d", "answered", 20)]);
    expect(sorted.map((one) => one.address).join("")).toBe("dcba");
  });
});
