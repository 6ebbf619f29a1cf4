import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Logo } from "../../ui/Logo";
import classes from "./Shell.module.css";

/** The wide layout before a conversation is chosen. */
export function Nothing({ onAdd }: { onAdd: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={classes.nothing}>
      <Logo size={84} />
      <h2>{t("shell.nothingTitle")}</h2>
      <p>{t("shell.nothingText")}</p>
      <Button variant="light" onClick={onAdd}>
        {t("contacts.add")}
      </Button>
    </div>
  );
}
