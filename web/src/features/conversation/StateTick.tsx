import { IconCheck, IconChecks, IconClock, IconStack2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/model";
import classes from "./Bubble.module.css";
import { stateKey } from "./stateText";

const ICONS = { waiting: IconClock, sent: IconCheck, stored: IconStack2, delivered: IconChecks, read: IconChecks } as const;

/** Where an own message is: a sign to see, a word to hear. */
export function StateTick({ message }: { message: Message }) {
  const { t } = useTranslation();
  if (message.state === "received") return null;
  const Icon = ICONS[message.state];
  return (
    <span className={classes.tick} data-state={message.state} role="img" aria-label={t(stateKey(message))} title={t(stateKey(message))}>
      <Icon size={16} stroke={2} aria-hidden="true" />
    </span>
  );
}
