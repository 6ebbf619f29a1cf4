import { describe, expect, it } from "vitest";
import { message } from "../../api/samples.test-data";
import en from "../../locales/en.json";
import { routeKey, stateDetailKey, stateKey } from "./stateText";

describe("what is said of where a message is", () => {
  it.each(["waiting", "sent", "stored", "delivered", "read"] as const)("%s has a word and a sentence", (state) => {
    const own = message({ fromMe: true, state });
    expect(stateKey(own)).toBe(`state.${state}`);
    expect(stateDetailKey(own)).toBe(`stateDetail.${state}`);
    expect(en.state[state]).not.toBe("");
    expect(en.stateDetail[state]).toContain("{{name}}");
  });

  it("a stored one says that others keep it, not that it has arrived", () => {
    expect(en.state.stored).toBe("Stored on peers");
    expect(en.stateDetail.stored).toContain("sealed");
    expect(en.route[routeKey("drop").slice("route.".length) as "drop"]).toBe("Sealed, through other nodes that keep it until it is fetched.");
  });

  it("a route that this page does not know is named", () => {
    expect(routeKey("pigeon")).toBe("route.other");
    expect(routeKey(null)).toBe("route.none");
  });
});
