import { IconMailbox, IconPoint, IconUser, IconWorld } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../api/queries";
import { stationsOf, wayKey } from "./way";
import classes from "./Way.module.css";

/** As many as people have who chose nothing: how many others chose is not known. */
const USUAL_FORWARDERS = 3;

const ICONS = { relay: IconPoint, forwarder: IconPoint, tor: IconWorld, holder: IconMailbox } as const;

/** A small drawing of how a message went: the two ends and whoever stood between, as far as the sender knows. */
export function Way({ route, fromMe, name }: { route: string; fromMe: boolean; name: string }) {
  const { t } = useTranslation();
  const forwarders = useSettings().data?.forwarders ?? USUAL_FORWARDERS;
  const key = wayKey(route);
  if (key === null) return null;
  const ends = [t("details.me"), t("details.them", { name })];
  const [from, to] = fromMe ? ends : [...ends].reverse();
  return (
    <div className={classes.way} role="img" aria-label={`${from} – ${t(key)} – ${to}`}>
      <span className={classes.end}>
        <IconUser size={18} aria-hidden="true" />
        {from}
      </span>
      {stationsOf(route, fromMe ? forwarders : USUAL_FORWARDERS).map((station, at) => {
        const Icon = ICONS[station];
        return (
          <span key={at} className={classes.station} aria-hidden="true">
            <i />
            <Icon size={18} />
          </span>
        );
      })}
      <i aria-hidden="true" />
      <span className={classes.end}>
        <IconUser size={18} aria-hidden="true" />
        {to}
      </span>
    </div>
  );
}
