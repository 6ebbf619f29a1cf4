import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Network, NetworkPeer, NetworkSession } from "../../api/model";
import type { Place } from "./places";
import { ago, span } from "./words";

export interface PlaceWords {
  title: (place: Place) => string;
  /** Where it is, or nothing. */
  address: (place: Place) => string | null;
  /** What else is known of it, a sentence a line. */
  lines: (place: Place) => string[];
  /** All of it in one line, for those who hear it. */
  label: (place: Place) => string;
}

/** Enough of an id to tell nodes apart. */
const ID_SHOWN = 8;

export const shortId = (id: string) => id.slice(0, ID_SHOWN);

export function reachWords(connectable: boolean | null, t: TFunction): string {
  return t(connectable === null ? "network.reachUnknown" : connectable ? "network.reachYes" : "network.reachNo");
}

/** The same in two words, for a table. */
export const reachKey = (connectable: boolean | null) => (connectable === null ? "network.legendUnknown" : connectable ? "network.legendReachable" : "network.legendHidden");

export function roundTripWords(rtt: number | null, t: TFunction, language: string): string {
  return rtt === null ? t("network.notMeasured") : span(rtt, language);
}

export function beganWords(direction: "in" | "out", person: boolean, t: TFunction): string {
  if (person) return t(direction === "out" ? "network.beganYou" : "network.beganThey");
  return t(direction === "out" ? "network.beganMe" : "network.beganIt");
}

function carrierWords({ carrier, path }: NetworkSession, t: TFunction): string {
  if (path === "relay") return t("network.carrierRelay");
  if (path === "onion") return t("network.carrierOnion");
  if (path === "tunnel") return t("network.carrierTunnel");
  if (carrier === "tcp") return t("network.carrierTcp");
  return carrier === "udp" ? t("network.carrierUdp") : t("network.carrierOther", { carrier });
}

/** What the dialect of the seed is called by the node. */
const SEED = "app-to-app";

/** What is said of each place in the picture. */
export function usePlaceWords(network: Network, now: number): PlaceWords {
  const { t, i18n } = useTranslation();
  const language = i18n.language;

  const pace = (node: NetworkPeer | NetworkSession): string => {
    const heard = t("network.heardWords", { ago: ago(node.lastSeen, now, language) });
    return node.rtt === null ? heard : `${t("network.answersWords", { span: span(node.rtt, language) })} · ${heard}`;
  };

  const lines = (place: Place): string[] => {
    if (place.kind === "contact") {
      return [carrierWords(place.session, t), pace(place.session), beganWords(place.session.direction, true, t)];
    }
    if (place.kind === "me") return [t("network.listensWords", { addresses: network.listen.join(", ") || "–" })];
    const { peer, door, leaving } = place;
    return [
      ...(leaving ? [t("network.leaving")] : []),
      ...(door ? [t("network.legendDoor")] : []),
      pace(peer),
      beganWords(peer.direction, false, t),
      reachWords(peer.connectable, t),
      ...(peer.speaks === SEED ? [t("network.seed")] : []),
    ];
  };

  const title = (place: Place): string => {
    if (place.kind === "me") return t("network.me");
    return place.kind === "contact" ? (place.session.name ?? "") : t("network.node", { id: shortId(place.peer.id) });
  };

  const address = (place: Place): string | null => {
    if (place.kind === "me") return network.wan;
    return place.kind === "contact" ? place.session.address : place.peer.address;
  };

  const label = (place: Place): string =>
    [title(place), ...(place.kind === "contact" ? [t("network.isContact")] : []), address(place), ...lines(place)].filter((part) => part !== null).join(", ");

  return { title, address, lines, label };
}
