import { Button, Modal } from "@mantine/core";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import type { Contact, Message } from "../../api/model";
import { showFailure } from "../../ui/failure";
import { useLive } from "../session/LiveProvider";
import { useNarrow } from "../../ui/useNarrow";
import { Closed } from "./Closed";
import { Composer } from "./Composer";
import classes from "./Conversation.module.css";
import { DeleteMessage } from "./DeleteMessage";
import { Details } from "./Details";
import { EmojiGrid } from "./EmojiGrid";
import { Header } from "./Header";
import { type MenuState, MessageMenu } from "./MessageMenu";
import { History, type HistoryHandle } from "./History";
import type { ComposerMode } from "./ModeBar";
import { useReading } from "./useReading";
import { useTimeline } from "./useTimeline";

const NEW: ComposerMode = { kind: "new" };

interface Props {
  contact: Contact;
  /** A message to show, from a search. */
  target: string | null;
  onPanel: () => void;
}

export function Conversation({ contact, target, onPanel }: Props) {
  const { t } = useTranslation();
  const { live, outbox } = useLive();
  const narrow = useNarrow();
  const id = contact.contact;
  const { timeline, failed, retry, anchor, loadOlder, loadNewer, jumpTo, jumpToNewest } = useTimeline(contact);
  const outgoing = useSyncExternalStore(outbox.subscribe, () => outbox.of(id));
  const [atBottom, setAtBottom] = useState(true);
  const { firstUnread, forgetUnread } = useReading(contact, timeline, atBottom);
  const [mode, setMode] = useState<ComposerMode>(NEW);
  const [menu, setMenu] = useState<MenuState | null>(null);
  const [picking, setPicking] = useState<Message | null>(null);
  const [deleting, setDeleting] = useState<Message | null>(null);
  const [details, setDetails] = useState<Message | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const history = useRef<HistoryHandle>(null);

  const ready = timeline !== undefined;
  useEffect(() => {
    if (target && ready) void jumpTo(target);
  }, [target, ready, jumpTo]);

  useEffect(() => {
    if (!narrow) field.current?.focus();
  }, [narrow]);

  const compose = useCallback((next: ComposerMode) => {
    setMode(next);
    requestAnimationFrame(() => field.current?.focus());
  }, []);

  const react = useCallback(
    (message: Message, emoji: string | null) => {
      api.react(message.contact, message.id, emoji).then((changed) => live.put(changed, false), showFailure);
    },
    [live],
  );

  const actions = useMemo(
    () => ({
      menu: (message: Message, at: { x: number; y: number }, from: HTMLElement) => setMenu({ message, ...at, from }),
      pick: (message: Message) => setPicking(message),
      reply: (message: Message) => compose({ kind: "reply", message }),
      react,
      quote: (message: string) => void jumpTo(message),
      retry: (key: string) => outbox.retry(id, key),
      discard: (key: string) => outbox.discard(id, key),
    }),
    [compose, react, jumpTo, outbox, id],
  );

  const send = (text: string) => {
    if (mode.kind === "edit") {
      const { message } = mode;
      setMode(NEW);
      if (text !== message.text) api.editText(id, message.id, text).then((changed) => live.put(changed, false), showFailure);
      return;
    }
    const replyTo = mode.kind === "reply" ? { id: mode.message.id, fromMe: mode.message.fromMe, text: mode.message.text } : null;
    outbox.add(id, text, replyTo);
    setMode(NEW);
    forgetUnread();
    if (timeline?.hasNewer) void jumpToNewest();
    else history.current?.toEnd();
  };

  const remove = (message: Message, whom: "me" | "everyone") => {
    api.deleteMessage(id, message.id, whom).then(() => {
      if (whom === "me") live.apply({ type: "messageRemoved", data: { contact: id, id: message.id } });
      else live.put({ ...message, text: "", deleted: true, reactions: [], replyTo: null }, false);
    }, showFailure);
  };

  const editLast = () => {
    const last = timeline?.messages.findLast((message) => message.fromMe && !message.deleted);
    if (last) compose({ kind: "edit", message: last });
  };

  const open = contact.state === "connected" || contact.state === "connecting";
  return (
    <>
      <Header contact={contact} onPanel={onPanel} />
      {failed && !timeline ? (
        <div className={classes.failed}>
          <p>{t("conversation.failed")}</p>
          <Button variant="light" onClick={() => void retry()}>
            {t("common.retry")}
          </Button>
        </div>
      ) : (
        <History
          ref={history}
          contact={contact}
          timeline={timeline}
          outgoing={outgoing}
          anchor={anchor}
          firstUnread={firstUnread}
          atBottom={atBottom}
          actions={actions}
          onAtBottom={setAtBottom}
          onOlder={loadOlder}
          onNewer={loadNewer}
          onNewest={jumpToNewest}
        />
      )}
      {open ? (
        <Composer contact={contact} mode={mode} field={field} onSend={send} onCancel={() => compose(NEW)} onEditLast={editLast} />
      ) : (
        <Closed contact={contact} />
      )}
      <MessageMenu
        state={menu}
        onClose={() => setMenu(null)}
        onReply={actions.reply}
        onEdit={(message) => compose({ kind: "edit", message })}
        onReact={react}
        onPick={setPicking}
        onDelete={setDeleting}
        onDetails={setDetails}
      />
      <Modal opened={picking !== null} onClose={() => setPicking(null)} title={t("message.react")} centered size={380} closeButtonProps={{ "aria-label": t("common.close") }}>
        <EmojiGrid
          onPick={(emoji) => {
            if (picking) react(picking, emoji);
            setPicking(null);
          }}
        />
      </Modal>
      <DeleteMessage message={deleting} name={contact.name} onDelete={remove} onClose={() => setDeleting(null)} />
      <Details message={details} name={contact.name} onClose={() => setDetails(null)} />
    </>
  );
}
