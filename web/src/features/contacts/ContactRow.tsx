import { UnstyledButton } from "@mantine/core";
import { IconBellOff, IconRosetteDiscountCheckFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Contact } from "../../api/model";
import { Avatar } from "../../ui/Avatar";
import { openConversation } from "../../ui/route";
import { shortTime } from "../../ui/time";
import { isNotice } from "../conversation/Notice";
import { StateTick } from "../conversation/StateTick";
import classes from "./ContactList.module.css";

export function ContactRow({ contact, active }: { contact: Contact; active: boolean }) {
  const { t, i18n } = useTranslation();
  const last = contact.lastMessage;
  const time = last ? (last.fromMe ? last.sentAt : last.receivedAt) : contact.addedAt;
  return (
    <UnstyledButton
      className={classes.row}
      data-row
      data-contact={contact.contact}
      aria-current={active ? "page" : undefined}
      onClick={() => openConversation(contact.contact)}
    >
      <Avatar id={contact.contact} name={contact.name} online={contact.online} />
      <span className={classes.body}>
        <span className={classes.line}>
          <span className={classes.name}>{contact.name}</span>
          {contact.online && <span className="seen-by-readers-only">, {t("contacts.online")}</span>}
          {contact.verified && <IconRosetteDiscountCheckFilled size={15} className={classes.icon} role="img" aria-label={t("contacts.verified")} />}
          {contact.muted && <IconBellOff size={15} className={classes.icon} role="img" aria-label={t("contacts.muted")} />}
          <span className={classes.time}>{shortTime(time, Date.now(), i18n.language)}</span>
        </span>
        <span className={classes.line}>
          <Preview contact={contact} active={active} />
          {contact.unread > 0 && (
            <span className={classes.badge} data-muted={contact.muted}>
              <span aria-hidden="true">{contact.unread > 999 ? "999+" : contact.unread}</span>
              <span className="seen-by-readers-only">{t("contacts.unread", { count: contact.unread })}</span>
            </span>
          )}
        </span>
      </span>
    </UnstyledButton>
  );
}

function Preview({ contact, active }: { contact: Contact; active: boolean }) {
  const { t } = useTranslation();
  const last = contact.lastMessage;
  if (contact.typing) return <span className={`${classes.preview} ${classes.typing}`}>{t("contacts.typing")}</span>;
  if (contact.draft && !active) {
    return (
      <span className={classes.preview}>
        <span className={classes.draft}>{t("contacts.draft")}</span> {contact.draft}
      </span>
    );
  }
  if (contact.state === "connecting" && !last) return <span className={classes.preview}>{t("contacts.connecting")}</span>;
  if (contact.state === "refused") return <span className={classes.preview}>{t("contacts.refused")}</span>;
  if (!last) return <span className={classes.preview}>{t("contacts.sayHello")}</span>;
  return (
    <>
      {last.fromMe && !last.deleted && !isNotice(last) && <StateTick message={last} />}
      <span className={classes.preview}>{last.deleted ? t("message.deleted") : isNotice(last) ? t("panel.disappear") : last.text}</span>
    </>
  );
}
