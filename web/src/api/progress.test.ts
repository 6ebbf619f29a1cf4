import { describe, expect, it } from "vitest";
import { furthest } from "./progress";
import { message } from "./samples.test-data";

describe("progress", () => {
  it("a late answer does not take a message back", () => {
    const known = message({ state: "delivered", route: "direct", text: "old" });
    expect(furthest(known, message({ state: "waiting", route: null, text: "new" }))).toMatchObject({ state: "delivered", route: "direct", text: "new" });
  });

  it("news moves it on", () => {
    expect(furthest(message({ state: "sent" }), message({ state: "read" })).state).toBe("read");
  });

  it("what is stored goes on to delivered, and not back to sent", () => {
    expect(furthest(message({ state: "stored" }), message({ state: "delivered" })).state).toBe("delivered");
    expect(furthest(message({ state: "stored" }), message({ state: "sent" })).state).toBe("stored");
  });

  it("another message is told as it is", () => {
    const told = message({ id: "b", state: "waiting" });
    expect(furthest(message({ id: "a", state: "read" }), told)).toBe(told);
    expect(furthest(undefined, told)).toBe(told);
  });
});
