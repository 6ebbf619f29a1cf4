import { TextInput, UnstyledButton } from "@mantine/core";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { EMOJI } from "./emoji";
import classes from "./MessageMenu.module.css";
import { firstEmoji } from "./text";

const COLUMNS = 8;

function move(event: KeyboardEvent<HTMLElement>) {
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
  if (by === undefined) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
  const next = all[all.indexOf(document.activeElement as HTMLElement) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** Any emoji: some to click, and a field for all the others. */
export function EmojiGrid({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useTranslation();
  return (
    <div>
      <TextInput
        size="xs"
        mb={8}
        placeholder={t("emoji.any")}
        aria-label={t("emoji.any")}
        value=""
        onChange={(event) => {
          const emoji = firstEmoji(event.target.value);
          if (emoji) onPick(emoji);
        }}
      />
      <div className={classes.grid} role="group" aria-label={t("emoji.title")} onKeyDown={move}>
        {EMOJI.map((emoji, index) => (
          <UnstyledButton key={emoji + String(index)} className={classes.pick} tabIndex={index === 0 ? 0 : -1} onClick={() => onPick(emoji)}>
            {emoji}
          </UnstyledButton>
        ))}
      </div>
    </div>
  );
}
