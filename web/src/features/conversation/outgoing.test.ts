import { describe, expect, it, vi } from "vitest";
import { ApiError, OfflineError } from "../../api/client";
import type { Message } from "../../api/model";
import { message } from "../../api/samples.test-data";
import { Outbox } from "./outgoing";

function build(newest: Message[] = []) {
  const taken: string[] = [];
  const post = vi.fn((_contact: string, text: string) => Promise.resolve({ message: message({ id: text, text, fromMe: true }) }));
  const outbox = new Outbox((entry) => taken.push(entry.text), post, () => Promise.resolve(newest), () => 500);
  return { outbox, post, taken };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("outbox", () => {
  it("hands texts over one after the other, in order", async () => {
    const { outbox, taken } = build();
    for (const text of ["1", "2", "3"]) outbox.add("bob", text, null);
    expect(outbox.of("bob")).toHaveLength(3);
    await settled();
    expect(taken).toEqual(["1", "2", "3"]);
    expect(outbox.isEmpty).toBe(true);
  });

  it("holds everything while the node is away and sends it in order afterwards", async () => {
    const { outbox, post, taken } = build();
    post.mockRejectedValueOnce(new OfflineError("away"));
    outbox.add("bob", "1", null);
    outbox.add("bob", "2", null);
    await settled();
    expect(outbox.of("bob").map((entry) => entry.status)).toEqual(["held", "held"]);
    await outbox.resume();
    await settled();
    expect(taken).toEqual(["1", "2"]);
  });

  it("does not send again what the node had taken without a word", async () => {
    const { outbox, post, taken } = build([message({ id: "x", text: "1", fromMe: true, sentAt: 600 })]);
    post.mockRejectedValueOnce(new OfflineError("away"));
    outbox.add("bob", "1", null);
    await settled();
    await outbox.resume();
    await settled();
    expect(post).toHaveBeenCalledTimes(1);
    expect(taken).toEqual(["1"]);
    expect(outbox.isEmpty).toBe(true);
  });

  it("an earlier message of the same text is not taken for it", async () => {
    const { outbox, post } = build([message({ id: "x", text: "1", fromMe: true, sentAt: 400 })]);
    post.mockRejectedValueOnce(new OfflineError("away"));
    outbox.add("bob", "1", null);
    await settled();
    await outbox.resume();
    await settled();
    expect(post).toHaveBeenCalledTimes(2);
  });

  it("an event that comes before the answer takes the text off the list, once", async () => {
    const { outbox, taken } = build();
    outbox.add("bob", "same", null);
    outbox.add("bob", "same", null);
    outbox.confirm(message({ id: "1", text: "same", fromMe: true }));
    expect(outbox.of("bob")).toHaveLength(1);
    await settled();
    expect(taken).toEqual(["same", "same"]);
    expect(outbox.isEmpty).toBe(true);
  });

  it("keeps what the node refused, with its sentence, and lets the next one pass", async () => {
    const { outbox, post, taken } = build();
    post.mockRejectedValueOnce(new ApiError(409, "You blocked Bob."));
    outbox.add("bob", "1", null);
    outbox.add("bob", "2", null);
    await settled();
    expect(outbox.of("bob")).toMatchObject([{ status: "refused", reason: "You blocked Bob." }]);
    expect(taken).toEqual(["2"]);
    outbox.retry("bob", outbox.of("bob")[0]?.key ?? "");
    await settled();
    expect(taken).toEqual(["2", "1"]);
  });
});
