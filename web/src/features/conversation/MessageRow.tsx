import { ActionIcon, UnstyledButton } from "@mantine/core";
import { IconArrowBackUp, IconDots, IconMoodPlus, IconUnlink } from "@tabler/icons-react";
import { type KeyboardEvent, memo, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/model";
import { clock, dayName } from "../../ui/time";
import { Bubble } from "./Bubble";
import classes from "./MessageRow.module.css";
import { isNotice, Notice } from "./Notice";
import { type Row, shownAt } from "./rows";
import { stateKey } from "./stateText";
import { useLongPress } from "./useLongPress";

export interface RowActions {
  menu: (message: Message, at: { x: number; y: number }, from: HTMLElement) => void;
  pick: (message: Message, from: HTMLElement) => void;
  reply: (message: Message) => void;
  react: (message: Message, emoji: string | null) => void;
  quote: (id: string) => void;
  retry: (key: string) => void;
  discard: (key: string) => void;
}

interface Props {
  row: Row;
  name: string;
  flash: boolean;
  isLast: boolean;
  actions: RowActions;
}

function below(element: HTMLElement) {
  const bubble = element.querySelector("[data-start]") ?? element;
  const box = bubble.getBoundingClientRect();
  return { x: box.left + Math.min(24, box.width / 2), y: Math.min(box.bottom, window.innerHeight - 80) };
}

export const MessageRow = memo(function MessageRow({ row, name, flash, isLast, actions }: Props) {
  const { t, i18n } = useTranslation();
  const { message, outgoing } = row;
  const usable = !outgoing;
  const press = useLongPress((x, y, element) => usable && actions.menu(message, { x, y }, element));

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || !usable) return;
    if (event.key === "Enter" || event.key === " " || event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      event.preventDefault();
      actions.menu(message, below(event.currentTarget), event.currentTarget);
    } else if (event.key === "r" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      actions.reply(message);
    }
  };
  const onContextMenu = (event: MouseEvent<HTMLElement>) => {
    // A click on a link or on selected text keeps the browser's own menu.
    if (!usable || (event.target as Element).closest("a") || window.getSelection()?.toString()) return;
    event.preventDefault();
    actions.menu(message, { x: event.clientX, y: event.clientY }, event.currentTarget);
  };

  const who = message.fromMe ? t("message.you") : name;
  const label = [
    who,
    message.deleted ? t("message.deleted") : message.text.slice(0, 400),
    clock(shownAt(message), i18n.language),
    message.editedAt !== null && !message.deleted ? t("message.edited") : "",
    message.fromMe && !message.deleted ? t(stateKey(message)) : "",
  ];
  return (
    <div className={classes.item} data-last={isLast}>
      {row.day !== null && (
        <div className={classes.day} role="separator">
          <span>{dayName(row.day, Date.now(), i18n.language)}</span>
        </div>
      )}
      {row.firstUnread && (
        <div className={classes.unread} role="separator">
          <span>{t("message.new")}</span>
        </div>
      )}
      {message.missing && (
        <p className={classes.gap}>
          <IconUnlink size={15} aria-hidden="true" /> {t("message.missing")}
        </p>
      )}
      {isNotice(message) ? (
        <Notice message={message} who={who} />
      ) : (
        <div
          className={classes.row}
          data-mine={message.fromMe}
          data-start={row.groupStart}
          data-flash={flash}
          data-message={message.id}
          data-reacted={message.reactions.length > 0}
          role="article"
          aria-label={label.filter(Boolean).join(", ")}
          tabIndex={isLast ? 0 : -1}
          onKeyDown={onKeyDown}
          onContextMenu={onContextMenu}
          {...press}
        >
          <div className={classes.width}>
            <Bubble row={row} name={name} onQuote={actions.quote} onReact={actions.react} />
          </div>
          {usable && <Toolbar message={message} actions={actions} />}
        </div>
      )}
      {outgoing && outgoing.status !== "sending" && (
        <p className={classes.outgoing}>
          {outgoing.status === "held" ? t("outgoing.held") : outgoing.reason}
          {outgoing.status === "refused" && (
            <UnstyledButton className={classes.action} onClick={() => actions.retry(outgoing.key)}>
              {t("outgoing.retry")}
            </UnstyledButton>
          )}
          <UnstyledButton className={classes.action} onClick={() => actions.discard(outgoing.key)}>
            {t("outgoing.discard")}
          </UnstyledButton>
        </p>
      )}
    </div>
  );
});

/** For the mouse; the keyboard and the finger have the menu. */
function Toolbar({ message, actions }: { message: Message; actions: RowActions }) {
  const { t } = useTranslation();
  return (
    <div className={classes.toolbar}>
      {!message.deleted && (
        <>
          <ActionIcon size="md" tabIndex={-1} aria-label={t("message.react")} onClick={(event) => actions.pick(message, event.currentTarget)}>
            <IconMoodPlus size={18} />
          </ActionIcon>
          <ActionIcon size="md" tabIndex={-1} aria-label={t("message.reply")} onClick={() => actions.reply(message)}>
            <IconArrowBackUp size={18} />
          </ActionIcon>
        </>
      )}
      <ActionIcon
        size="md"
        tabIndex={-1}
        aria-label={t("message.actions")}
        onClick={(event) => actions.menu(message, { x: event.clientX, y: event.clientY }, event.currentTarget.closest<HTMLElement>("[data-message]") ?? event.currentTarget)}
      >
        <IconDots size={18} />
      </ActionIcon>
    </div>
  );
}
