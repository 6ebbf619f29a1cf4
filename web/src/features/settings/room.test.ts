import { describe, expect, it } from "vitest";
import { roomChoices, roomWords } from "./room";

const MEBI = 1024 * 1024;

describe("room for others", () => {
  it("what is set can be chosen, in its place and once", () => {
    expect(roomChoices(100_000_000).map((bytes) => bytes / MEBI)).toEqual([0, 64, 100_000_000 / MEBI, 256, 1024, 4096, 16384]);
    expect(roomChoices(256 * MEBI).filter((bytes) => bytes === 256 * MEBI)).toHaveLength(1);
  });

  it("sizes are said as the command line says them", () => {
    expect([512, 38_912, 256 * MEBI, 1.5 * 1024 * MEBI].map((bytes) => roomWords(bytes, "en"))).toEqual(["0.5\u00a0KiB", "38\u00a0KiB", "256\u00a0MiB", "1.5\u00a0GiB"]);
  });
});
