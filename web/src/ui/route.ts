import { useSyncExternalStore } from "react";

export type Route =
  | { readonly name: "home" }
  | { readonly name: "conversation"; readonly contact: string; readonly message: string | null }
  | { readonly name: "settings" }
  | { readonly name: "network" };

/** Reads a route from the fragment, which never leaves the browser. */
export function parseRoute(fragment: string): Route {
  const [, place, contact, message] = /^#\/(\w+)(?:\/([^/]+))?(?:\/([^/]+))?$/u.exec(fragment) ?? [];
  if (place === "settings" || place === "network") return { name: place };
  if (place === "c" && contact) return { name: "conversation", contact: decodeURIComponent(contact), message: message ?? null };
  return { name: "home" };
}

export function fragmentOf(route: Route): string {
  if (route.name === "settings" || route.name === "network") return `#/${route.name}`;
  if (route.name === "home") return "#/";
  return `#/c/${encodeURIComponent(route.contact)}${route.message ? `/${encodeURIComponent(route.message)}` : ""}`;
}

const HOME: Route = { name: "home" };
let last: { fragment: string; route: Route } = { fragment: "", route: HOME };

function current(): Route {
  const fragment = window.location.hash;
  if (fragment !== last.fragment) last = { fragment, route: parseRoute(fragment) };
  return last.route;
}

function subscribe(listener: () => void) {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export const useRoute = () => useSyncExternalStore(subscribe, current);

export function go(route: Route): void {
  if (fragmentOf(route) !== window.location.hash) window.location.hash = fragmentOf(route);
}

export const openConversation = (contact: string, message: string | null = null) => go({ name: "conversation", contact, message });
export const goHome = () => go(HOME);
