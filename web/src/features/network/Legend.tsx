import { useTranslation } from "react-i18next";
import type { Network } from "../../api/model";
import classes from "./Picture.module.css";
import { wayIn } from "./summary";

/** What the marks mean; only of those that there are. */
export function Legend({ network }: { network: Network }) {
  const { t } = useTranslation();
  const { peers, sessions } = network;
  if (peers.length + sessions.length === 0) return null;
  const nodes = [...peers, ...sessions];
  const door = wayIn(network.entries)?.address;
  return (
    <div className={classes.legend}>
      {peers.length > 1 && <p>{t("network.legendNear")}</p>}
      <ul>
        {peers.some((peer) => peer.connectable === true) && <Mark label={t("network.legendReachable")} reach="yes" />}
        {peers.some((peer) => peer.connectable === false) && <Mark label={t("network.legendHidden")} reach="no" />}
        {peers.some((peer) => peer.connectable === null) && <Mark label={t("network.legendUnknown")} reach="unknown" />}
        {peers.some((peer) => peer.address === door) && <Mark label={t("network.legendDoor")} reach="door" />}
        {nodes.some((node) => node.direction === "out") && <Arrow label={t("network.legendOut")} turn={0} />}
        {nodes.some((node) => node.direction === "in") && <Arrow label={t("network.legendIn")} turn={180} />}
      </ul>
    </div>
  );
}

function Mark({ label, reach }: { label: string; reach: "yes" | "no" | "unknown" | "door" }) {
  return (
    <li>
      <svg width={20} height={20} viewBox="-10 -10 20 20" aria-hidden="true">
        {reach === "door" && <circle className={classes.door} r={8.5} />}
        <circle className={classes.peer} r={reach === "door" ? 4.5 : 5} data-reach={reach === "door" ? "yes" : reach} />
      </svg>
      {label}
    </li>
  );
}

function Arrow({ label, turn }: { label: string; turn: number }) {
  return (
    <li>
      <svg width={30} height={20} viewBox="-15 -10 30 20" aria-hidden="true" className={classes.ray} data-kind="contact">
        <line x1={-14} x2={8} y1={0} y2={0} />
        <circle className={classes.peer} cx={11} r={3} data-reach="yes" />
        <path d="M-4,-3.4 L3.4,0 L-4,3.4 Z" transform={`rotate(${turn})`} />
      </svg>
      {label}
    </li>
  );
}
