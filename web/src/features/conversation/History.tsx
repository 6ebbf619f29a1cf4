import { ActionIcon, Loader } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Virtuoso, type VirtuosoHandle } from "react-virtuoso";
import type { Contact } from "../../api/model";
import { Avatar } from "../../ui/Avatar";
import classes from "./Conversation.module.css";
import { MessageRow, type RowActions } from "./MessageRow";
import type { Outgoing } from "./outgoing";
import { type Row, rowsOf } from "./rows";
import type { Timeline } from "./timeline";
import type { Anchor } from "./useTimeline";

const FLASH_FOR = 2_000;
/** Rows are kept ready this many pixels beyond the edge, so that fast scrolling shows no gap. */
const MARGIN = { top: 900, bottom: 500 };
const NEAR_BOTTOM = 60;

export interface HistoryHandle {
  toEnd: () => void;
}

interface Props {
  ref: Ref<HistoryHandle>;
  contact: Contact;
  timeline: Timeline | undefined;
  outgoing: readonly Outgoing[];
  anchor: Anchor;
  firstUnread: string | null;
  atBottom: boolean;
  actions: RowActions;
  onAtBottom: (atBottom: boolean) => void;
  onOlder: () => Promise<void>;
  onNewer: () => Promise<void>;
  onNewest: () => Promise<void>;
}

export function History(props: Props) {
  const { t } = useTranslation();
  const { ref, contact, timeline, outgoing, anchor, firstUnread, atBottom, actions } = props;
  const list = useRef<VirtuosoHandle>(null);
  const [flash, setFlash] = useState<string | null>(null);
  const rows = useMemo(
    () => (timeline ? rowsOf(timeline.messages, timeline.hasNewer ? [] : outgoing, contact.contact, firstUnread) : []),
    [timeline, outgoing, contact.contact, firstUnread],
  );

  const toEnd = () => requestAnimationFrame(() => list.current?.scrollToIndex({ index: "LAST", align: "end" }));
  useImperativeHandle(ref, () => ({ toEnd }), []);

  useEffect(() => {
    setFlash(anchor.message);
    const timer = setTimeout(() => setFlash(null), FLASH_FOR);
    return () => clearTimeout(timer);
  }, [anchor]);

  if (!timeline) {
    return (
      <div className={classes.loading}>
        <Loader size="sm" role="progressbar" aria-label={t("conversation.loading")} />
      </div>
    );
  }
  if (rows.length === 0) return <Empty contact={contact} />;

  const start = startOf(rows, anchor, firstUnread);
  const waiting = contact.unread;
  return (
    <div className={classes.history} onKeyDown={(event) => moveFocus(event)}>
      <Virtuoso
        key={anchor.turn}
        ref={list}
        className={classes.list}
        role="log"
        aria-live="off"
        aria-label={t("conversation.log", { name: contact.name })}
        data={rows}
        firstItemIndex={timeline.firstIndex}
        initialTopMostItemIndex={start}
        computeItemKey={(_, row) => row.key}
        alignToBottom
        atBottomThreshold={NEAR_BOTTOM}
        followOutput={(bottom) => (bottom && !timeline.hasNewer ? "auto" : false)}
        increaseViewportBy={MARGIN}
        startReached={() => void props.onOlder()}
        endReached={() => void props.onNewer()}
        atBottomStateChange={props.onAtBottom}
        itemContent={(index, row) => (
          <MessageRow row={row} name={contact.name} flash={flash === row.message.id} isLast={index === timeline.firstIndex + rows.length - 1} actions={actions} />
        )}
        components={{ Header: timeline.hasOlder ? Older : Beginning }}
      />
      {(!atBottom || timeline.hasNewer) && (
        <div className={classes.jump}>
          <ActionIcon
            size={44}
            variant="default"
            className={classes.jumpButton}
            aria-label={waiting > 0 ? t("conversation.newestUnread", { count: waiting }) : t("conversation.newest")}
            onClick={() => void props.onNewest()}
          >
            <IconChevronDown size={24} />
          </ActionIcon>
          {waiting > 0 && (
            <span className={classes.jumpCount} aria-hidden="true">
              {waiting}
            </span>
          )}
        </div>
      )}
    </div>
  );
}

function startOf(rows: readonly Row[], anchor: Anchor, firstUnread: string | null) {
  const wanted = anchor.message ?? firstUnread;
  const index = wanted ? rows.findIndex((row) => row.message.id === wanted) : -1;
  if (index < 0) return { index: rows.length - 1, align: "end" as const };
  return { index, align: anchor.message ? ("center" as const) : ("start" as const) };
}

/** Up and down go from message to message. */
function moveFocus(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const row = (event.target as Element).closest("[data-message]");
  if (!step || !row || event.target !== row) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-message]")];
  const next = all[all.indexOf(row as HTMLElement) + step];
  event.preventDefault();
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function Older() {
  const { t } = useTranslation();
  return (
    <div className={classes.older}>
      <Loader size="xs" role="progressbar" aria-label={t("conversation.loading")} />
    </div>
  );
}

function Beginning() {
  const { t } = useTranslation();
  return <p className={classes.beginning}>{t("conversation.beginning")}</p>;
}

function Empty({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  return (
    <div className={classes.empty}>
      <Avatar id={contact.contact} name={contact.name} size="large" />
      <h2>{contact.name}</h2>
      <p>{contact.state === "connecting" ? t("conversation.emptyConnecting", { name: contact.name }) : t("conversation.empty", { name: contact.name })}</p>
    </div>
  );
}
