import { describe, expect, it } from "vitest";
import { ago, rateWords, sentence, sizeWords, span, typedParts } from "./words";

describe("words", () => {
  it.each([
    [0.42, "0.4 ms"],
    [12.3, "12 ms"],
    [999, "999 ms"],
    [1_240, "1.2 sec"],
    [125_000, "125 sec"],
  ])("a span of %d is %s", (value, text) => expect(span(value, "en")).toBe(text));

  it.each([
    [0, "0 kB/s"],
    [640.4, "0.64 kB/s"],
    [1_250, "1.3 kB/s"],
    [2_500_000, "2.5 MB/s"],
  ])("a rate of %d is %s", (value, text) => expect(rateWords(value, "en")).toBe(text));

  it.each([
    ["no answer", "No answer."],
    ["It failed.", "It failed."],
    ["", ""],
  ])("%j as a sentence is %j", (text, written) => expect(sentence(text)).toBe(written));

  it("knows what is to be typed", () => {
    expect(typedParts("Use `kith up`.")).toEqual([
      { text: "Use ", typed: false },
      { text: "kith up", typed: true },
      { text: ".", typed: false },
    ]);
  });

  it("sizes grow through their units", () => {
    expect([sizeWords(5, "en"), sizeWords(12_345, "en"), sizeWords(3_000_000_000, "en")]).toEqual(["5 byte", "12.3 kB", "3 GB"]);
  });

  it.each([
    [0, "now"],
    [-5_000, "now"],
    [12_000, "12 seconds ago"],
    [180_000, "3 minutes ago"],
    [7_200_000, "2 hours ago"],
  ])("%d milliseconds past is %s", (past, text) => expect(ago(100_000_000 - past, 100_000_000, "en")).toBe(text));
});
