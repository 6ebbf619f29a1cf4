import { IconDots, IconMailbox, IconPoint, IconUser, IconWorld } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { stationsOf, wayWords, type Passage } from "./way";
import classes from "./Way.module.css";

const ICONS = { relay: IconPoint, forwarder: IconPoint, someForwarders: IconDots, tor: IconWorld, holder: IconMailbox } as const;

/** A small drawing of how a message went: the two ends and whoever stood between, as far as this side knows. */
export function Way({ passage, fromMe, name }: { passage: Passage; fromMe: boolean; name: string }) {
  const { t } = useTranslation();
  const stations = stationsOf(passage);
  if (stations === null) return null;
  const ends = [t("details.me"), t("details.them", { name })];
  const [from, to] = fromMe ? ends : [...ends].reverse();
  const between = wayWords(stations).map(({ key, count }) => t(key, { count }));
  return (
    <div className={classes.way} role="img" aria-label={[from, ...between, to].join(" – ")}>
      <span className={classes.end}>
        <IconUser size={18} aria-hidden="true" />
        <span>{from}</span>
      </span>
      {stations.map((station, at) => {
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
        <span>{to}</span>
      </span>
    </div>
  );
}
