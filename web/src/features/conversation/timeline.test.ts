import { describe, expect, it } from "vitest";
import { message } from "../../api/samples.test-data";
import { append, around, markRead, mergeNewest, newest, prepend, remove, START_INDEX, upsert } from "./timeline";

const page = (ids: string[], more = false) => ({ messages: ids.map((id) => message({ id })), more });
const ids = (timeline: { messages: readonly { id: string }[] }) => timeline.messages.map((entry) => entry.id).join("");

describe("timeline", () => {
  it("an older page comes in front and moves the first index by as many", () => {
    const timeline = prepend(newest(page(["c", "d"], true)), page(["a", "b"]));
    expect(ids(timeline)).toBe("abcd");
    expect(timeline.firstIndex).toBe(START_INDEX - 2);
    expect(timeline.hasOlder).toBe(false);
  });

  it("a page that overlaps adds nothing twice", () => {
    const timeline = prepend(newest(page(["b", "c"], true)), page(["a", "b"]));
    expect(ids(timeline)).toBe("abc");
    expect(timeline.firstIndex).toBe(START_INDEX - 1);
  });

  it("a changed message stays in its place", () => {
    const timeline = upsert(newest(page(["a", "b"])), message({ id: "a", text: "new" }), false);
    expect(ids(timeline)).toBe("ab");
    expect(timeline.messages[0]?.text).toBe("new");
  });

  it("a changed message that is not loaded is left out", () => {
    expect(ids(upsert(newest(page(["b"], true)), message({ id: "a" }), false))).toBe("b");
  });

  it("a new message goes to the end, but not while the end is not loaded", () => {
    expect(ids(upsert(newest(page(["a"])), message({ id: "b" }), true))).toBe("ab");
    expect(ids(upsert(around(page(["a"]), page(["b"], true)), message({ id: "z" }), true))).toBe("ab");
  });

  it("a newer page closes the stretch", () => {
    const timeline = append(around(page(["a"]), page(["b"], true)), page(["b", "c"]));
    expect(ids(timeline)).toBe("abc");
    expect(timeline.hasNewer).toBe(false);
  });

  it("the newest page of the node corrects the order at the end", () => {
    const timeline = mergeNewest(newest(page(["a", "b", "d", "c"], true)), page(["b", "c", "d"], true));
    expect(ids(timeline)).toBe("abcd");
    expect(timeline.hasOlder).toBe(true);
  });

  it("a newest page that does not touch the stretch replaces it", () => {
    expect(ids(mergeNewest(newest(page(["a", "b"])), page(["y", "z"], true)))).toBe("yz");
  });

  it("removing and reading leave an unchanged timeline as it is", () => {
    const timeline = newest(page(["a"]));
    expect(remove(timeline, "q")).toBe(timeline);
    expect(markRead(timeline, "a")).toBe(timeline);
    expect(ids(remove(timeline, "a"))).toBe("");
  });

  it("reading marks everything up to the message and nothing after it", () => {
    const timeline = newest({ messages: ["a", "b", "c"].map((id) => message({ id, unread: true })), more: false });
    expect(markRead(timeline, "b").messages.map((entry) => entry.unread)).toEqual([false, false, true]);
  });
});
