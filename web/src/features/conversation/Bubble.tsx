import { UnstyledButton } from "@mantine/core";
import { IconAlertCircle, IconClockHour4, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/model";
import { clock } from "../../ui/time";
import classes from "./Bubble.module.css";
import { MessageText } from "./MessageText";
import type { Row } from "./rows";
import { shownAt } from "./rows";
import { StateTick } from "./StateTick";

interface Props {
  row: Row;
  name: string;
  onQuote: (id: string) => void;
  onReact: (message: Message, emoji: string | null) => void;
}

export function Bubble({ row, name, onQuote, onReact }: Props) {
  const { t, i18n } = useTranslation();
  const { message } = row;
  return (
    <div className={classes.bubble} data-mine={message.fromMe} data-start={row.groupStart} data-end={row.groupEnd} data-deleted={message.deleted}>
      {message.replyTo && !message.deleted && <Quote reply={message.replyTo} name={name} onQuote={onQuote} />}
      {message.deleted ? (
        <span className={classes.tombstone}>
          <IconTrash size={15} aria-hidden="true" /> {t("message.deleted")}
        </span>
      ) : (
        <MessageText text={message.text} />
      )}
      <span className={classes.meta}>
        {message.editedAt !== null && !message.deleted && <span>{t("message.edited")}</span>}
        {message.expiresAt !== null && !message.deleted && (
          <IconClockHour4 size={14} role="img" aria-label={t("message.disappears")} />
        )}
        <time dateTime={new Date(shownAt(message)).toISOString()}>{clock(shownAt(message), i18n.language)}</time>
        {message.fromMe && !message.deleted && (row.outgoing?.status === "refused" ? <Refused /> : <StateTick message={message} />)}
      </span>
      {message.reactions.length > 0 && <Reactions message={message} name={name} onReact={onReact} />}
    </div>
  );
}

function Refused() {
  const { t } = useTranslation();
  return <IconAlertCircle size={16} role="img" aria-label={t("outgoing.refused")} />;
}

function Quote({ reply, name, onQuote }: { reply: NonNullable<Message["replyTo"]>; name: string; onQuote: (id: string) => void }) {
  const { t } = useTranslation();
  return (
    <UnstyledButton className={classes.quote} onClick={() => onQuote(reply.id)} tabIndex={-1}>
      <span className={classes.quoteName}>{reply.fromMe ? t("message.you") : name}</span>
      <span className={classes.quoteText}>{reply.text ?? t("message.quoteGone")}</span>
    </UnstyledButton>
  );
}

function Reactions({ message, name, onReact }: { message: Message; name: string; onReact: Props["onReact"] }) {
  const { t } = useTranslation();
  const emoji = [...new Set(message.reactions.map((reaction) => reaction.emoji))];
  return (
    <span className={classes.reactions}>
      {emoji.map((one) => {
        const who = message.reactions.filter((reaction) => reaction.emoji === one);
        const mine = who.some((reaction) => reaction.fromMe);
        const names = who.map((reaction) => (reaction.fromMe ? t("message.you") : name)).join(", ");
        return (
          <UnstyledButton
            key={one}
            className={classes.reaction}
            data-mine={mine}
            tabIndex={-1}
            aria-pressed={mine}
            aria-label={t("message.reaction", { emoji: who.length > 1 ? `${one} ${who.length}` : one, names })}
            onClick={() => onReact(message, mine ? null : one)}
          >
            {one}
            {who.length > 1 && <span className={classes.count}> {who.length}</span>}
          </UnstyledButton>
        );
      })}
    </span>
  );
}
