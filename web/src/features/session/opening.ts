import { api } from "../../api/calls";
import { ApiError } from "../../api/client";

export type Opening = "open" | "usedKey" | "signedOut" | "away";

/** Takes the one-time key out of the address, so that neither the history nor a copied address holds it. */
export function takeKey(location: Location, history: History): string | null {
  const key = /^#k=(.+)$/u.exec(location.hash)?.[1] ?? null;
  if (key !== null) history.replaceState(null, "", location.pathname + location.search);
  return key;
}

async function hasSession(): Promise<boolean> {
  try {
    await api.status();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}

/** Opens a session with the key, or goes on with the one this browser has. */
export async function openSession(key: string | null): Promise<Opening> {
  try {
    if (key !== null) {
      try {
        await api.openSession(key);
        return "open";
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return (await hasSession()) ? "open" : "usedKey";
      }
    }
    return (await hasSession()) ? "open" : "signedOut";
  } catch {
    return "away";
  }
}
