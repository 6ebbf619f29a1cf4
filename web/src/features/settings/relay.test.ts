import { describe, expect, it } from "vitest";
import { relaySetting, servesRelay, usesRelay } from "./relay";

describe("relaySetting", () => {
  it("is the setting of which the two questions say the same", () => {
    for (const uses of [false, true]) {
      for (const serves of [false, true]) {
        const setting = relaySetting(uses, serves);
        expect([usesRelay(setting), servesRelay(setting)]).toEqual([uses, serves]);
      }
    }
  });
});
