import { describe, expect, it, vi } from "vitest";
import { dayName, daysAgo, shortTime } from "./time";

vi.stubGlobal("navigator", { languages: ["en-US"] });

const now = new Date(2026, 4, 14, 9).getTime();
const day = 86_400_000;

describe("time", () => {
  it("counts calendar days, not spans of 24 hours", () => {
    expect(daysAgo(new Date(2026, 4, 13, 23, 59).getTime(), now)).toBe(1);
  });

  it("names today and yesterday in words", () => {
    expect(dayName(now, now, "en")).toBe("Today");
    expect(dayName(now - day, now, "en")).toBe("Yesterday");
    expect(dayName(now - 3 * day, now, "en")).toBe("Monday");
    expect(dayName(now - 400 * day, now, "en")).toContain("2025");
  });

  it("is short in a list", () => {
    expect(shortTime(now - 2 * day, now, "en")).toBe("Tue");
    expect(shortTime(now - 30 * day, now, "en")).toBe("Apr 14");
  });
});
