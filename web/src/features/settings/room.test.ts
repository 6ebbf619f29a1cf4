import { describe, expect, it } from "vitest";
import { roomChoices } from "./room";

describe("room for others", () => {
  it("what is set can be chosen, in its place and once", () => {
    expect(roomChoices(100_000_000)).toEqual([0, 64_000_000, 100_000_000, 268_435_456, 1_000_000_000, 4_000_000_000, 16_000_000_000]);
    expect(roomChoices(268_435_456).filter((bytes) => bytes === 268_435_456)).toHaveLength(1);
  });
});
