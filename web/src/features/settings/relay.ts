import type { Settings } from "../../api/model";

type Relay = Settings["relay"];

/** The one setting as the two questions that people are asked. */
export const usesRelay = (relay: Relay) => relay === "use" || relay === "both";

export const servesRelay = (relay: Relay) => relay === "serve" || relay === "both";

export function relaySetting(uses: boolean, serves: boolean): Relay {
  if (uses && serves) return "both";
  if (uses) return "use";
  return serves ? "serve" : "off";
}
