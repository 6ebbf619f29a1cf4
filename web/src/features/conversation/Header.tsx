import { ActionIcon, UnstyledButton } from "@mantine/core";
import { IconArrowLeft, IconBellOff, IconClockHour4, IconDotsVertical, IconRosetteDiscountCheckFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Contact } from "../../api/model";
import { Avatar } from "../../ui/Avatar";
import { goHome } from "../../ui/route";
import { useNarrow } from "../../ui/useNarrow";
import classes from "./Conversation.module.css";

export function Header({ contact, onPanel }: { contact: Contact; onPanel: () => void }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  return (
    <header className={classes.header}>
      {narrow ? <h1 className="seen-by-readers-only">{contact.name}</h1> : <h2 className="seen-by-readers-only">{contact.name}</h2>}
      {narrow && (
        <ActionIcon onClick={goHome} aria-label={t("common.back")}>
          <IconArrowLeft size={22} />
        </ActionIcon>
      )}
      <UnstyledButton className={classes.who} onClick={onPanel} title={t("conversation.about", { name: contact.name })}>
        <Avatar id={contact.contact} name={contact.name} size="small" online={contact.online} />
        <span className={classes.names}>
          <span className={classes.name}>
            {contact.name}
            {contact.verified && <IconRosetteDiscountCheckFilled size={16} aria-label={t("contacts.verified")} role="img" />}
            {contact.muted && <IconBellOff size={15} aria-label={t("contacts.muted")} role="img" />}
            {contact.disappearAfter > 0 && <IconClockHour4 size={15} aria-label={t("conversation.disappearing")} role="img" />}
          </span>
          <span className={classes.presence} data-typing={contact.typing}>
            <Presence contact={contact} />
          </span>
        </span>
      </UnstyledButton>
      <ActionIcon onClick={onPanel} aria-label={t("conversation.more")}>
        <IconDotsVertical size={21} />
      </ActionIcon>
    </header>
  );
}

function Presence({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  if (contact.typing) return t("contacts.typing");
  if (contact.state === "connecting") return t("contacts.connecting");
  if (contact.state === "blocked") return t("contacts.blocked");
  if (contact.state !== "connected") return "";
  if (contact.online && contact.path === "onion") return <span title={t("contacts.onlineOnionHint")}>{t("contacts.onlineOnion")}</span>;
  if (contact.online && contact.path === "relay") return <span title={t("contacts.onlineRelayHint")}>{t("contacts.onlineRelay")}</span>;
  return contact.online ? t("contacts.online") : t("contacts.offline");
}
