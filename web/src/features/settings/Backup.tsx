import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import { reasonOf } from "../../api/client";
import { showDone } from "../../ui/failure";
import { Section } from "./Section";
import classes from "./Settings.module.css";

function save(file: Blob, name: string) {
  const address = URL.createObjectURL(file);
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Everything as one encrypted file. */
export function Backup() {
  const { t } = useTranslation();
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [reason, setReason] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const visibility = { "aria-label": t("common.showText") };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setReason(null);
    if (!passphrase) return setReason(t("passphrase.empty"));
    if (passphrase !== again) return setReason(t("passphrase.differ"));
    setBusy(true);
    try {
      save(await api.exportAll(passphrase), `kith-${new Date().toISOString().slice(0, 10)}.kith`);
      setPassphrase("");
      setAgain("");
      showDone(t("backup.done"));
    } catch (error) {
      setReason(reasonOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Section title={t("backup.title")} text={t("backup.text")}>
      <form className={classes.stack} onSubmit={(event) => void submit(event)}>
        <PasswordInput
          label={t("backup.passphrase")}
          value={passphrase}
          onChange={(event) => setPassphrase(event.target.value)}
          autoComplete="new-password"
          visibilityToggleButtonProps={visibility}
        />
        <PasswordInput
          label={t("passphrase.again")}
          value={again}
          error={reason}
          onChange={(event) => setAgain(event.target.value)}
          autoComplete="new-password"
          visibilityToggleButtonProps={visibility}
        />
        <div>
          <Button type="submit" variant="light" loading={busy}>
            {t("backup.export")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
