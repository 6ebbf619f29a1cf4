import { ActionIcon, Popover, Textarea } from "@mantine/core";
import { IconArrowUp, IconCheck, IconMoodSmile } from "@tabler/icons-react";
import { type KeyboardEvent, type RefObject, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import type { Contact } from "../../api/model";
import { type ComposerMode, ModeBar } from "./ModeBar";
import classes from "./Composer.module.css";
import { EmojiGrid } from "./EmojiGrid";
import { byteLength, MAX_TEXT_BYTES, SHOW_COUNTER_FROM } from "./text";
import { TypingSignal } from "./typing";
import { useDraft } from "./useDraft";

interface Props {
  contact: Contact;
  mode: ComposerMode;
  field: RefObject<HTMLTextAreaElement | null>;
  onSend: (text: string) => void;
  onCancel: () => void;
  onEditLast: () => void;
}

export function Composer({ contact, mode, field, onSend, onCancel, onEditLast }: Props) {
  const { t } = useTranslation();
  const [initialDraft] = useState(contact.draft);
  const [draft, setDraft] = useState(initialDraft);
  const [edit, setEdit] = useState("");
  const [picking, setPicking] = useState(false);
  const keep = useDraft(contact.contact, initialDraft);
  const typing = useMemo(() => new TypingSignal((active) => void api.typing(contact.contact, active).catch(() => undefined)), [contact.contact]);
  useEffect(() => () => typing.stop(), [typing]);

  // What was being written stays as it is while an older message is edited.
  const edited = mode.kind === "edit" ? mode.message : null;
  const [shownEdit, setShownEdit] = useState<string | null>(null);
  if ((edited?.id ?? null) !== shownEdit) {
    setShownEdit(edited?.id ?? null);
    setEdit(edited?.text ?? "");
  }
  const text = edited ? edit : draft;
  const change = (next: string) => {
    if (edited) setEdit(next);
    else {
      setDraft(next);
      keep(next);
      if (next) typing.key();
      else typing.stop();
    }
  };

  const size = useMemo(() => (text.length > SHOW_COUNTER_FROM / 4 ? byteLength(text) : 0), [text]);
  const tooLong = size > MAX_TEXT_BYTES;
  const ready = text.trim() !== "" && !tooLong;

  const send = () => {
    if (!ready) return;
    typing.stop();
    onSend(text.trim());
    if (!edited) change("");
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && mode.kind !== "new") {
      event.preventDefault();
      onCancel();
    } else if (event.key === "ArrowUp" && text === "" && mode.kind === "new") {
      event.preventDefault();
      onEditLast();
    }
  };

  const insert = (emoji: string) => {
    const at = field.current?.selectionStart ?? text.length;
    const end = field.current?.selectionEnd ?? at;
    change(text.slice(0, at) + emoji + text.slice(end));
    setPicking(false);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(at + emoji.length, at + emoji.length);
    });
  };

  return (
    <div className={classes.root}>
      <ModeBar mode={mode} name={contact.name} onCancel={onCancel} />
      <div className={classes.bar}>
        <Popover opened={picking} onChange={setPicking} position="top-start" width={330} trapFocus shadow="md" radius="lg">
          <Popover.Target>
            <ActionIcon size={42} onClick={() => setPicking(!picking)} aria-label={t("emoji.title")}>
              <IconMoodSmile size={24} />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown>
            <EmojiGrid onPick={insert} />
          </Popover.Dropdown>
        </Popover>
        <Textarea
          ref={field}
          className={classes.field}
          classNames={{ input: classes.input }}
          autosize
          minRows={1}
          maxRows={9}
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={() => typing.stop()}
          placeholder={t("composer.placeholder")}
          aria-label={t("composer.label", { name: contact.name })}
          aria-describedby={size > SHOW_COUNTER_FROM ? "composer-room" : undefined}
          error={tooLong}
          dir="auto"
        />
        <ActionIcon size={42} variant="filled" color="petrol" disabled={!ready} onClick={send} aria-label={edited ? t("composer.save") : t("composer.send")}>
          {edited ? <IconCheck size={22} /> : <IconArrowUp size={22} stroke={2.4} />}
        </ActionIcon>
      </div>
      {size > SHOW_COUNTER_FROM && (
        <p id="composer-room" className={classes.room} data-over={tooLong} role="status">
          {tooLong ? t("composer.tooLong", { over: size - MAX_TEXT_BYTES }) : t("composer.room", { left: MAX_TEXT_BYTES - size })}
        </p>
      )}
    </div>
  );
}
