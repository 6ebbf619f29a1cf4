import { describe, expect, it } from "vitest";
import { byteLength, firstEmoji, isEmojiOnly, piecesOf } from "./text";

const links = (text: string) => piecesOf(text).flatMap((piece) => (piece.kind === "link" ? [piece.href] : []));

describe("text", () => {
  it("counts bytes of UTF-8, not characters", () => {
    expect(byteLength("aé€😀")).toBe(1 + 2 + 3 + 4);
  });

  it.each([
    ["see https://kith.example/a?b=c.", "https://kith.example/a?b=c"],
    ["(https://en.wikipedia.org/wiki/Kith_(disambiguation))", "https://en.wikipedia.org/wiki/Kith_(disambiguation)"],
    ["“http://a.example/”, yes", "http://a.example/"],
    ["https://a.example/x!?", "https://a.example/x"],
  ])("finds the address in %s", (text, address) => {
    expect(links(text)).toEqual([address]);
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "ftp://a.example", "no address", "https://", "kith:abc"])("makes no link of %s", (text) => {
    expect(links(text)).toEqual([]);
  });

  it("keeps every character of the text", () => {
    const text = "a https://x.example/1, b https://y.example/(2) c";
    expect(piecesOf(text).map((piece) => piece.text).join("")).toBe(text);
  });

  it("shows up to three emoji large, and nothing else", () => {
    expect(isEmojiOnly("👩‍👩‍👧 ❤️")).toBe(true);
    expect(isEmojiOnly("😀😀😀😀")).toBe(false);
    expect(isEmojiOnly("ok 😀")).toBe(false);
    expect(isEmojiOnly("12")).toBe(false);
  });

  it("takes the first emoji of what was typed", () => {
    expect(firstEmoji("x👍🏽y🎉")).toBe("👍🏽");
    expect(firstEmoji("abc1")).toBeNull();
  });
});
