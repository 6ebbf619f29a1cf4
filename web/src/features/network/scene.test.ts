import { describe, expect, it } from "vitest";
import { networkPeer } from "../../api/samples.test-data";
import { FAREWELL, keyOf, Scene } from "./scene";

const a = networkPeer("a");
const b = networkPeer("bb");
const names = (drawn: readonly { peer: { id: string }; leaving: boolean }[]) => drawn.map(({ peer, leaving }) => peer.id + (leaving ? " leaving" : ""));

describe("Scene", () => {
  it("shows a peer that is gone for a while, leaving from where it stood", () => {
    const scene = new Scene();
    const before = scene.update(0, [a, b], 60).find((drawn) => drawn.peer === b);
    const after = scene.update(1_000, [a], 60);
    expect(names(after)).toEqual(["a", "bb leaving"]);
    expect(after[1]?.spot).toEqual(before?.spot);
    expect(scene.nextFarewell).toBe(1_000 + FAREWELL);
    expect(names(scene.update(1_000 + FAREWELL, [a], 60))).toEqual(["a"]);
    expect(scene.nextFarewell).toBeNull();
  });

  it("does not put a newcomer where somebody is just leaving", () => {
    const scene = new Scene();
    const gone = scene.update(0, [a, b], 60).find((drawn) => drawn.peer === b);
    const came = scene.update(100, [a, networkPeer("ccc")], 60).find((drawn) => drawn.peer.id === "ccc");
    expect(came?.spot.slot).not.toBe(gone?.spot.slot);
  });

  it("takes a peer that comes back for present at once", () => {
    const scene = new Scene();
    scene.update(0, [a, b], 60);
    scene.update(100, [a], 60);
    expect(names(scene.update(200, [a, b], 60))).toEqual(["a", "bb"]);
  });

  it("draws at most so many, and those that are drawn already stay", () => {
    const scene = new Scene();
    scene.update(0, [a], 2);
    const fresh = [networkPeer("ccc", { lastSeen: 9_000 }), networkPeer("dddd", { lastSeen: 8_000 }), networkPeer("eeeee", { lastSeen: 7_000 })];
    expect(names(scene.update(1, [...fresh, a], 2)).sort()).toEqual(["a", "ccc"]);
  });

  it("tells peers apart that call themselves the same", () => {
    const liar = networkPeer("a", { address: "192.0.2.66:1" });
    expect(keyOf(liar)).not.toBe(keyOf(a));
    expect(new Scene().update(0, [a, liar], 60)).toHaveLength(2);
  });
});
