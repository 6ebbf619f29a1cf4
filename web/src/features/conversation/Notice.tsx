import { IconClockHour4 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/model";
import { lifetimeKey } from "../contacts/lifetimes";
import classes from "./MessageRow.module.css";

/** An entry of the history that nobody wrote: somebody changed how long messages stay. */
export function isNotice(message: Message): boolean {
  return message.disappearAfterSet !== null;
}

export function Notice({ message, who }: { message: Message; who: string }) {
  const { t } = useTranslation();
  const after = message.disappearAfterSet ?? 0;
  const lifetime = t(lifetimeKey(after), { seconds: Math.round(after / 1000) });
  const key = message.fromMe ? (after === 0 ? "notice.youOff" : "notice.youOn") : after === 0 ? "notice.theyOff" : "notice.theyOn";
  return (
    <p className={classes.gap}>
      <IconClockHour4 size={15} aria-hidden="true" /> {t(key, { name: who, lifetime })}
    </p>
  );
}
