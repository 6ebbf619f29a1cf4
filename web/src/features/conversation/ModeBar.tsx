import { CloseButton } from "@mantine/core";
import { IconArrowBackUp, IconPencil } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/model";
import classes from "./Composer.module.css";

export type ComposerMode = { kind: "new" } | { kind: "reply"; message: Message } | { kind: "edit"; message: Message };

/** Says what the text will be: an answer to something, or a new version of it. */
export function ModeBar({ mode, name, onCancel }: { mode: ComposerMode; name: string; onCancel: () => void }) {
  const { t } = useTranslation();
  if (mode.kind === "new") return null;
  const Icon = mode.kind === "edit" ? IconPencil : IconArrowBackUp;
  const title = mode.kind === "edit" ? t("composer.editing") : mode.message.fromMe ? t("composer.replyingSelf") : t("composer.replying", { name });
  return (
    <div className={classes.mode}>
      <Icon size={20} aria-hidden="true" />
      <span className={classes.modeText}>
        <strong>{title}</strong>
        <span>{mode.message.text}</span>
      </span>
      <CloseButton onClick={onCancel} aria-label={t("common.cancel")} />
    </div>
  );
}
