import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useOfferRoom, useRoom } from "../../api/queries";
import { showFailure } from "../../ui/failure";
import { roomChoices, roomWords } from "./room";
import { Section } from "./Section";
import classes from "./Settings.module.css";

const LOOK_EVERY = 5_000;

/** How much this node keeps for people who are away, and what of it is used. */
export function RoomForOthers() {
  const { t, i18n } = useTranslation();
  const room = useRoom(LOOK_EVERY).data;
  const offer = useOfferRoom();
  if (!room) return null;
  const words = (bytes: number) => (bytes === 0 ? t("settings.roomNone") : roomWords(bytes, i18n.language));
  return (
    <Section title={t("settings.room")} text={t("settings.roomText")}>
      <div className={classes.stack}>
        <NativeSelect
          label={t("settings.roomOffered")}
          value={String(room.offered)}
          data={roomChoices(room.offered).map((bytes) => ({ value: String(bytes), label: words(bytes) }))}
          onChange={(event) => void offer(Number(event.currentTarget.value)).catch(showFailure)}
        />
        <p className={classes.quiet}>
          {t("settings.roomUsed", { count: room.boxes, size: roomWords(room.used, i18n.language) })} {t("settings.roomHolders", { count: room.holders })}
        </p>
        {room.offered > 0 && !room.offering && <p className={classes.quiet}>{t("settings.roomHidden")}</p>}
        {room.problem && <p className={classes.quiet}>{room.problem}</p>}
      </div>
    </Section>
  );
}
