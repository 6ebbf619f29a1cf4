import { describe, expect, it } from "vitest";
import { contactPoint, geometryOf, peerPoint, place, presenceOf, ringOf, type Spot, SLOTS } from "./layout";

const ids = (count: number, from = 0) => Array.from({ length: count }, (_, index) => ({ id: `peer ${index + from}`, rtt: 10 }));
const gaps = (spots: Iterable<Spot>) => {
  const slots = [...spots].map((spot) => spot.slot).sort((a, b) => a - b);
  return slots.map((slot, index) => ((slots[(index + 1) % slots.length] ?? slot) - slot + SLOTS) % SLOTS || SLOTS);
};

describe("place", () => {
  it("leaves those who stay where they are while others come and go", () => {
    const first = place(new Map(), ids(20));
    const second = place(first, [...ids(10), ...ids(15, 40)]);
    for (const { id } of ids(10)) expect(second.get(id)).toEqual(first.get(id));
    expect(second.size).toBe(25);
    expect(second.has("peer 15")).toBe(false);
  });

  it("gives sixty peers sixty different directions", () => {
    const spots = place(new Map(), ids(60));
    expect(new Set([...spots.values()].map((spot) => spot.slot)).size).toBe(60);
  });

  it("spreads a few all around", () => {
    expect(Math.max(...gaps(place(new Map(), ids(8)).values()))).toBeLessThanOrEqual(SLOTS / 4);
  });

  it("makes do when there are more peers than directions", () => {
    expect(place(new Map(), ids(SLOTS + 5)).size).toBe(SLOTS + 5);
  });
});

describe("ringOf", () => {
  it("stands the faster nearer, and the unmeasured between", () => {
    expect([ringOf(3), ringOf(60), ringOf(400), ringOf(null)]).toEqual([0, 1, 2, 1]);
  });

  it("keeps the ring of a round trip that wavers about the border", () => {
    expect(ringOf(27, 0)).toBe(0);
    expect(ringOf(23, 1)).toBe(1);
    expect(ringOf(40, 0)).toBe(1);
    expect(ringOf(15, 1)).toBe(0);
    expect(ringOf(null, 2)).toBe(2);
  });
});

describe("points", () => {
  it.each([320, 390, 560])("lie inside a picture %i pixels wide, peers beyond the contacts", (width) => {
    const geometry = geometryOf(width);
    for (let slot = 0; slot < SLOTS; slot++) {
      for (const ring of [0, 1, 2]) {
        const { x, y } = peerPoint(geometry, { ring, slot });
        expect(Math.min(x, y, width - x, width - y)).toBeGreaterThan(geometry.peer);
        expect(Math.hypot(x - geometry.middle, y - geometry.middle)).toBeGreaterThan(geometry.contacts + geometry.contact);
      }
    }
  });

  it("do not let contacts touch each other or oneself", () => {
    for (const width of [320, 560]) {
      const geometry = geometryOf(width);
      const [first, second] = [contactPoint(geometry, 0, geometry.most.contacts), contactPoint(geometry, 1, geometry.most.contacts)];
      expect(Math.hypot(first.x - second.x, first.y - second.y)).toBeGreaterThan(2 * geometry.contact + 4);
      expect(geometry.contacts).toBeGreaterThan(geometry.me + geometry.contact);
    }
  });

  it("put two contacts left and right", () => {
    const geometry = geometryOf(400);
    expect(contactPoint(geometry, 0, 2).y).toBeCloseTo(contactPoint(geometry, 1, 2).y);
  });
});

describe("presenceOf", () => {
  it("fades with silence, but never to nothing", () => {
    expect(presenceOf(1_000)).toBe(1);
    expect(presenceOf(19_000)).toBeLessThan(0.8);
    expect(presenceOf(500_000)).toBeGreaterThan(0.2);
  });
});
