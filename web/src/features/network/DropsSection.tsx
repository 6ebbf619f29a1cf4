import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useRoom } from "../../api/queries";
import { roomWords } from "../settings/room";
import { Section } from "../settings/Section";
import classes from "./Network.module.css";

const LOOK_EVERY = 5_000;

/** As many other nodes have to take a message before it counts as stored. */
const ENOUGH = 4;

/** Whether what is written to people who are away finds nodes that keep it, and what this node keeps for others. */
export function DropsSection() {
  const { t, i18n } = useTranslation();
  const room = useRoom(LOOK_EVERY).data;
  if (!room) return null;
  const keeps = room.offered === 0 ? "network.dropsOff" : room.offering ? "network.dropsKept" : "network.dropsHidden";
  return (
    <Section title={t("network.drops")}>
      <p className={classes.plain}>{t(room.holders < ENOUGH ? "network.dropsFew" : "network.dropsReady", { count: room.holders, enough: ENOUGH })}</p>
      <p className={classes.quiet}>
        {t(keeps, { count: room.boxes, size: roomWords(room.used, i18n.language) })}{" "}
        <Anchor href="#/settings" inherit>
          {t("network.relayChange")}
        </Anchor>
      </p>
      {room.problem && <p className={classes.quiet}>{room.problem}</p>}
    </Section>
  );
}
