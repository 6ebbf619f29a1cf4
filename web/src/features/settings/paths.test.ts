import { describe, expect, it } from "vitest";
import { coverBytes, coverChoices, delayChoices, lineWords } from "./paths";

describe("settings of paths", () => {
  it("what is set can be chosen, in its place and once", () => {
    expect(delayChoices(75)).toEqual([0, 20, 50, 75, 100, 200, 500]);
    expect(coverChoices(60)).toEqual([0, 6, 30, 60, 300, 600]);
  });

  it("says what cover uses in a day, twice as much when it comes back", () => {
    expect([6, 60, 600].map((count) => lineWords(coverBytes(count, false), "en"))).toEqual(["10\u00a0MB", "104\u00a0MB", "1\u00a0GB"]);
    expect(lineWords(coverBytes(600, true), "en")).toBe("2.1\u00a0GB");
  });
});
