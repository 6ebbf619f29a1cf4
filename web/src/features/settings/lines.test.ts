import { describe, expect, it } from "vitest";
import { differs, isNone, linesOf } from "./lines";

describe("lines of bridges", () => {
  it("are one a line, with the numbers that people see", () => {
    expect(linesOf("")).toEqual([]);
    expect(linesOf(" \n ")).toEqual([]);
    expect(linesOf("one\r\n\ntwo")).toEqual(["one", "", "two"]);
  });

  it("are none where nothing stands but blanks", () => {
    expect(isNone(" \n\t")).toBe(true);
    expect(isNone("\n one")).toBe(false);
  });

  it("are something new only where they say another thing", () => {
    expect(differs("one\n\n two ", ["one", "two"])).toBe(false);
    expect(differs("two\none", ["one", "two"])).toBe(true);
    expect(differs("one", ["one", "two"])).toBe(true);
    expect(differs("", [])).toBe(false);
  });
});
