import type { Message } from "../../api/model";

/** The key of the word for where a message is. Only what the node knows to be true is ever said. */
export function stateKey(message: Message) {
  return `state.${message.state}` as const;
}

/** The key of the sentence that explains it. */
export function stateDetailKey(message: Message) {
  return `stateDetail.${message.state}` as const;
}

const ROUTES = ["direct", "relay", "forward", "onion", "drop"] as const;

/** The key of the sentence for how a message travelled. */
export function routeKey(route: string | null) {
  if (route === null) return "route.none" as const;
  const known = ROUTES.find((name) => name === route);
  return known ? (`route.${known}` as const) : ("route.other" as const);
}

/** The key of the few words for it. */
export function routeNameKey(route: string | null) {
  if (route === null) return "routeName.none" as const;
  const known = ROUTES.find((name) => name === route);
  return known ? (`routeName.${known}` as const) : ("routeName.other" as const);
}
