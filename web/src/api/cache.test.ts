import { describe, expect, it } from "vitest";
import { changeContact, dropContact, noteMessage, putContact, unreadTotal } from "./cache";
import { contact, message } from "./samples.test-data";

const ann = contact({ contact: "ann", name: "Ann", addedAt: 10 });
const bob = contact({ contact: "bob", addedAt: 20 });
const names = (list: { contact: string }[]) => list.map((entry) => entry.contact);

describe("contacts", () => {
  it("a new message leads its conversation to the top", () => {
    const list = noteMessage([bob, ann], message({ contact: "ann", receivedAt: 100 }), true);
    expect(names(list)).toEqual(["ann", "bob"]);
    expect(list[0]?.lastMessage?.receivedAt).toBe(100);
  });

  it("a change of an older message leaves the list as it was", () => {
    const list = [contact({ contact: "ann", lastMessage: message({ id: "last" }) })];
    expect(noteMessage(list, message({ id: "old", contact: "ann" }), false)[0]?.lastMessage?.id).toBe("last");
  });

  it("a message ends the sign of typing of its writer", () => {
    const list = [contact({ typing: true })];
    expect(noteMessage(list, message(), true)[0]?.typing).toBe(false);
    expect(noteMessage(list, message({ fromMe: true }), true)[0]?.typing).toBe(true);
  });

  it("puts, changes and drops a contact", () => {
    const list = putContact([ann], bob);
    expect(names(list)).toEqual(["bob", "ann"]);
    expect(putContact(list, { ...bob, name: "Robert" })).toHaveLength(2);
    expect(changeContact(list, "ann", { online: true }).find((entry) => entry.contact === "ann")?.online).toBe(true);
    expect(names(dropContact(list, "bob"))).toEqual(["ann"]);
  });

  it("counts unread messages except of muted, requested and blocked people", () => {
    const list = [
      contact({ unread: 2 }),
      contact({ unread: 3, muted: true }),
      contact({ unread: 5, state: "request" }),
      contact({ unread: 7, state: "blocked" }),
    ];
    expect(unreadTotal(list)).toBe(2);
  });
});
