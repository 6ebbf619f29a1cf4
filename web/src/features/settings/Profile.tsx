import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { reasonOf } from "../../api/client";
import type { Settings } from "../../api/model";
import { useChangeSettings } from "../../api/queries";
import { showDone } from "../../ui/failure";
import { Section } from "./Section";
import classes from "./Settings.module.css";

export function Profile({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const change = useChangeSettings();
  const [name, setName] = useState(settings.name);
  const [reason, setReason] = useState<string | null>(null);
  const changed = name.trim() !== "" && name.trim() !== settings.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!changed) return;
    change({ name: name.trim() }).then(
      () => showDone(t("settings.saved")),
      (error: unknown) => setReason(reasonOf(error)),
    );
  };
  return (
    <Section title={t("settings.profile")} text={t("settings.profileText")}>
      <form className={classes.row} onSubmit={submit}>
        <TextInput
          label={t("settings.name")}
          value={name}
          error={reason}
          maxLength={64}
          onChange={(event) => {
            setName(event.target.value);
            setReason(null);
          }}
        />
        <Button type="submit" variant="light" disabled={!changed}>
          {t("common.save")}
        </Button>
      </form>
    </Section>
  );
}
