import { describe, expect, it } from "vitest";
import { highlight } from "./highlight";

const found = (text: string, query: string) => highlight(text, query).filter((part) => part.found).map((part) => part.text);

describe("highlight", () => {
  it("finds every word whatever its case", () => {
    expect(found("Tea in the garden, tea at home", "TEA home")).toEqual(["Tea", "tea", "home"]);
  });

  it("takes signs of a query as they are", () => {
    expect(found("1+1 (two)", "1+1 (two)")).toEqual(["1+1", "(two)"]);
  });

  it("begins near the first word found in a long text", () => {
    const parts = highlight("x".repeat(500) + " needle", "needle");
    expect(parts[0]?.text.startsWith("…")).toBe(true);
    expect(parts.map((part) => part.text).join("").length).toBeLessThan(60);
  });
});
