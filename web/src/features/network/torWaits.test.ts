import { describe, expect, it } from "vitest";
import type { Tor } from "../../api/model";
import { torWaits } from "./torWaits";

const tor = (phase: Tor["phase"]): Tor => ({ phase, progress: 10, says: "", problem: null, version: null, address: null, published: false }) as Tor;

describe("waiting for Tor", () => {
  it("is said where nothing else leads out, until it is ready", () => {
    for (const phase of ["stopped", "missing", "starting", "restarting", "failed"] as const) expect(torWaits("onion", tor(phase))).toBe(true);
    expect(torWaits("onion", tor("ready"))).toBe(false);
    expect(torWaits("onion", null)).toBe(false);
  });

  it("is not said to people who have other ways", () => {
    expect(torWaits("veiled", tor("starting"))).toBe(false);
    expect(torWaits("open", tor("missing"))).toBe(false);
    expect(torWaits(undefined, tor("starting"))).toBe(false);
  });
});
