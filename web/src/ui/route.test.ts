import { describe, expect, it } from "vitest";
import { fragmentOf, parseRoute, type Route } from "./route";

describe("route", () => {
  it.each<Route>([
    { name: "home" },
    { name: "settings" },
    { name: "network" },
    { name: "conversation", contact: "a b/c", message: null },
    { name: "conversation", contact: "bob", message: "m1" },
  ])("goes through the fragment and back: $name", (route) => {
    expect(parseRoute(fragmentOf(route))).toEqual(route);
  });

  it.each(["", "#", "#/", "#k=secret", "#/nowhere/x", "#/c"])("%s leads home", (fragment) => {
    expect(parseRoute(fragment)).toEqual({ name: "home" });
  });
});
