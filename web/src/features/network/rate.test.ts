import { describe, expect, it } from "vitest";
import { curve, MEMORY, rateOf, remember, type Totals } from "./rate";

const told = (...list: [at: number, bytes: number][]): readonly Totals[] =>
  list.reduce<readonly Totals[]>((known, [at, bytes]) => remember(known, { at, in: bytes, out: bytes * 2 }), []);

describe("rate", () => {
  it("is not known from one telling", () => {
    expect(rateOf([])).toBeNull();
    expect(rateOf(told([0, 500]))).toBeNull();
  });

  it("is that of the last ten seconds", () => {
    expect(rateOf(told([0, 0], [20_000, 90_000], [25_000, 91_000], [30_000, 92_000]))).toEqual({ in: 200, out: 400 });
  });

  it("spans tellings that are far apart", () => {
    expect(rateOf(told([0, 0], [40_000, 4_000]))?.in).toBe(100);
  });

  it("begins anew with a node that began anew", () => {
    expect(rateOf(told([0, 9_000], [1_000, 10]))).toBeNull();
  });

  it("forgets what is long ago, and does not count one telling twice", () => {
    expect(told([0, 0], [1, 1], [MEMORY + 2, 2])).toHaveLength(1);
    expect(told([5, 1], [5, 1])).toHaveLength(1);
  });

  it("draws its curve up to now", () => {
    const points = curve(told([0, 0], [10_000, 1_000], [20_000, 1_000]), "in");
    expect(points.map((point) => point.rate)).toEqual([100, 0]);
    expect(points.at(-1)?.x).toBe(1);
  });
});
