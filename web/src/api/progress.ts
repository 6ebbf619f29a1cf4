import type { Message } from "./model";

const ORDER: readonly Message["state"][] = ["received", "waiting", "sent", "stored", "delivered", "read"];

/**
 * What is known of a message after another telling of it. The answer to a call and the events come by different ways and may overtake each other;
 * a message only ever moves on, so what was further stays further.
 */
export function furthest(known: Message | undefined, told: Message): Message {
  if (!known || known.id !== told.id || ORDER.indexOf(told.state) >= ORDER.indexOf(known.state)) return told;
  return { ...told, state: known.state, route: known.route ?? told.route };
}
