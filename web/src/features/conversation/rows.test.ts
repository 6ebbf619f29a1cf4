import { describe, expect, it } from "vitest";
import { message } from "../../api/samples.test-data";
import { GROUP_WITHIN, rowsOf } from "./rows";

const noon = new Date(2026, 4, 10, 12).getTime();
const at = (id: string, time: number, change = {}) => message({ id, sentAt: time, receivedAt: time, ...change });

describe("rows", () => {
  it("messages of one writer close in time form one group", () => {
    const rows = rowsOf([at("a", noon), at("b", noon + 1_000), at("c", noon + 2_000, { fromMe: true })], [], "bob", null);
    expect(rows.map((row) => [row.groupStart, row.groupEnd])).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ]);
  });

  it("a long pause, a gap and the unread mark each open a group", () => {
    const pause = rowsOf([at("a", noon), at("b", noon + GROUP_WITHIN + 1)], [], "bob", null);
    expect(pause[1]?.groupStart).toBe(true);
    const gap = rowsOf([at("a", noon), at("b", noon + 1, { missing: true })], [], "bob", null);
    expect(gap[1]?.groupStart).toBe(true);
    const unread = rowsOf([at("a", noon), at("b", noon + 1)], [], "bob", "b");
    expect(unread[1]).toMatchObject({ groupStart: true, firstUnread: true });
  });

  it("the first message of each day carries the day", () => {
    const rows = rowsOf([at("a", noon), at("b", noon + 1), at("c", noon + 86_400_000)], [], "bob", null);
    expect(rows.map((row) => row.day !== null)).toEqual([true, false, true]);
  });

  it("what the node has not taken yet stands at the end", () => {
    const outgoing = { key: "outgoing-1", text: "hi", replyTo: null, at: noon + 5, status: "sending", reason: null } as const;
    const rows = rowsOf([at("a", noon)], [outgoing], "bob", null);
    expect(rows[1]).toMatchObject({ key: "outgoing-1", outgoing, message: { fromMe: true, text: "hi", state: "waiting" } });
  });
});
