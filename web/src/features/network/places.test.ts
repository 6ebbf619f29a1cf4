import { describe, expect, it } from "vitest";
import { network, networkPeer, session } from "../../api/samples.test-data";
import { geometryOf } from "./layout";
import { before, leftOut, placesOf, shortName, step } from "./places";
import { Scene } from "./scene";

const geometry = geometryOf(400);

describe("places", () => {
  it("go from oneself over the contacts to the peers, clockwise", () => {
    const seen = network({ sessions: [session("Bob"), session("Ann")], peers: ["a", "bb", "ccc", "dddd"].map((id) => networkPeer(id)) });
    const places = placesOf(seen, new Scene().update(0, seen.peers, 60), geometry);
    expect(places.map((place) => place.kind)).toEqual(["me", "contact", "contact", "peer", "peer", "peer", "peer"]);
    expect(places[1]?.kind === "contact" && places[1].session.name).toBe("Ann");
  });

  it("mark the peer that was the way in", () => {
    const peer = networkPeer("a", { address: "192.0.2.1:5" });
    const entries = [{ source: "named" as const, address: "192.0.2.1:5", state: "answered" as const, detail: null, elapsed: 5 }];
    const seen = network({ peers: [peer, networkPeer("bb")], entries });
    const doors = placesOf(seen, new Scene().update(0, seen.peers, 60), geometry).filter((place) => place.kind === "peer" && place.door);
    expect(doors.map((place) => place.kind === "peer" && place.peer.id)).toEqual(["a"]);
  });

  it("count those that there is no room for", () => {
    const peers = Array.from({ length: geometry.most.peers + 3 }, (_, index) => networkPeer(`${index}`));
    expect(leftOut(network({ peers }), geometry)).toBe(3);
    expect(leftOut(network(), geometry)).toBe(0);
  });

  it("are stepped through by the arrow keys, round and round", () => {
    expect([step("ArrowRight", 2, 3), step("ArrowUp", 0, 3), step("Home", 2, 3), step("End", 0, 3)]).toEqual([0, 2, 0, 2]);
    expect(step("Tab", 0, 3)).toBeNull();
  });

  it("are named as far as there is room", () => {
    expect([shortName("Ada", 8), shortName("Hedy Lamarr", 8), shortName("Maximiliane", 8)]).toEqual(["Ada", "Hedy", "Maximil…"]);
  });

  it("have a point before them towards the middle", () => {
    expect(before(geometry, { x: geometry.middle + 100, y: geometry.middle }, 30)).toEqual({ x: geometry.middle + 70, y: geometry.middle });
  });
});
