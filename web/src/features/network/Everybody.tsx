import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Network } from "../../api/model";
import { Avatar } from "../../ui/Avatar";
import { presenceOf } from "./layout";
import classes from "./Network.module.css";
import { keyOf } from "./scene";
import { contactsOf } from "./summary";
import { beganWords, reachKey, roundTripWords, shortId } from "./usePlaceWords";
import { ago } from "./words";

/** As many peers as are listed at first. */
const FEW = 30;

/** The same as the picture, as a table: contacts first, then peers by how fast they answer. */
export function Everybody({ network, now }: { network: Network; now: number }) {
  const { t, i18n } = useTranslation();
  const [all, setAll] = useState(false);
  const language = i18n.language;
  const contacts = contactsOf(network);
  const peers = [...network.peers].sort((a, b) => (a.rtt ?? Infinity) - (b.rtt ?? Infinity) || keyOf(a).localeCompare(keyOf(b)));
  const hidden = peers.length - FEW;
  if (contacts.length + peers.length === 0) return <p className={classes.quiet}>{t("network.nobody")}</p>;
  return (
    <>
      <table className={classes.table}>
        <caption className="seen-by-readers-only">{t("network.everybody")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("network.who")}</th>
            <th scope="col">{t("network.roundTrip")}</th>
            <th scope="col">{t("network.lastHeard")}</th>
          </tr>
        </thead>
        <tbody>
          {contacts.map((session) => (
            <tr key={`contact ${session.id}`}>
              <th scope="row">
                <Avatar id={session.contact ?? session.id} name={session.name ?? ""} size="small" />
                <span>
                  <strong>{session.name}</strong>
                  <span className={classes.mono}>{session.address}</span>
                  <span className={classes.quiet}>{beganWords(session.direction, true, t)}</span>
                </span>
              </th>
              <td>{roundTripWords(session.rtt, t, language)}</td>
              <td>{ago(session.lastSeen, now, language, "narrow")}</td>
            </tr>
          ))}
          {peers.slice(0, all ? undefined : FEW).map((peer) => (
            <tr key={keyOf(peer)} data-faint={presenceOf(now - peer.lastSeen) < 0.6 || undefined}>
              <th scope="row">
                <span>
                  <strong>{t("network.node", { id: shortId(peer.id) })}</strong>
                  <span className={classes.mono}>{peer.address}</span>
                  <span className={classes.quiet}>
                    {beganWords(peer.direction, false, t)} · {t(reachKey(peer.connectable))}
                  </span>
                </span>
              </th>
              <td>{roundTripWords(peer.rtt, t, language)}</td>
              <td>{ago(peer.lastSeen, now, language, "narrow")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {hidden > 0 && (
        <Button size="compact-sm" variant="subtle" mt={6} onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? t("network.entriesLess") : t("network.entriesMore", { count: hidden })}
        </Button>
      )}
    </>
  );
}
