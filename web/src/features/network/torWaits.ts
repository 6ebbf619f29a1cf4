import type { Settings, Tor } from "../../api/model";

/** Whether what is written waits for Tor: it is the only way out, and not there yet. */
export const torWaits = (privacy: Settings["privacy"] | undefined, tor: Tor | null) => privacy === "onion" && tor !== null && tor.phase !== "ready";
