import { describe, expect, it } from "vitest";
import { stationsOf, wayKey } from "./way";

describe("the way of a message", () => {
  it("has nobody between on a direct one, and as many forwarders on a forwarded one as paths have", () => {
    expect(stationsOf("direct", 3)).toEqual([]);
    expect(stationsOf("forward", 3)).toEqual(["forwarder", "forwarder", "forwarder"]);
    expect(stationsOf("forward", 5)).toHaveLength(5);
    expect(stationsOf("onion", 5)).toEqual(["tor"]);
    expect(stationsOf("constructor", 3)).toEqual([]);
  });

  it("has words for each route that there is, and none for another", () => {
    for (const route of ["direct", "relay", "forward", "onion", "drop"]) expect(wayKey(route)).not.toBeNull();
    expect(wayKey("pigeon")).toBeNull();
    expect(wayKey("constructor")).toBeNull();
  });
});
