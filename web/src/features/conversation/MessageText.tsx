import { memo, useState } from "react";
import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./Bubble.module.css";
import { isEmojiOnly, piecesOf } from "./text";

/** A longer text is folded until it is asked for, so that one message cannot fill the whole history. */
const FOLD_AT = 3_000;

export const MessageText = memo(function MessageText({ text }: { text: string }) {
  const { t } = useTranslation();
  const [unfolded, setUnfolded] = useState(false);
  const folded = text.length > FOLD_AT && !unfolded;
  const shown = folded ? text.slice(0, FOLD_AT) : text;
  return (
    <span className={classes.text} data-large={isEmojiOnly(text)} dir="auto">
      {piecesOf(shown).map((piece, index) =>
        piece.kind === "link" ? (
          <a key={index} href={piece.href} target="_blank" rel="noreferrer noopener">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
      {folded && (
        <>
          …{" "}
          <UnstyledButton className={classes.more} onClick={() => setUnfolded(true)}>
            {t("message.more")}
          </UnstyledButton>
        </>
      )}
    </span>
  );
});
