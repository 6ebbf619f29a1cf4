import { Button, Group, PasswordInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import { reasonOf } from "../../api/client";
import { keys } from "../../api/live";
import { useStatus } from "../../api/queries";
import { showDone } from "../../ui/failure";
import { Section } from "./Section";
import classes from "./Settings.module.css";

export function Passphrase() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const isSet = useStatus().data?.passphrase ?? false;
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [reason, setReason] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const visibility = { "aria-label": t("common.showText") };

  const apply = async (wanted: string | null) => {
    setBusy(true);
    setReason(null);
    try {
      await api.passphrase(isSet ? current : null, wanted);
      setCurrent("");
      setNext("");
      setAgain("");
      showDone(wanted === null ? t("passphrase.removed") : t("passphrase.done"));
      await client.invalidateQueries({ queryKey: keys.status });
    } catch (error) {
      setReason(reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!next) setReason(t("passphrase.empty"));
    else if (next !== again) setReason(t("passphrase.differ"));
    else void apply(next);
  };

  return (
    <Section title={t("passphrase.title")} text={isSet ? t("passphrase.textSet") : t("passphrase.textUnset")}>
      <form className={classes.stack} onSubmit={submit}>
        {isSet && (
          <PasswordInput
            label={t("passphrase.current")}
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
            autoComplete="current-password"
            visibilityToggleButtonProps={visibility}
          />
        )}
        <PasswordInput
          label={t("passphrase.next")}
          value={next}
          onChange={(event) => setNext(event.target.value)}
          autoComplete="new-password"
          visibilityToggleButtonProps={visibility}
        />
        <PasswordInput
          label={t("passphrase.again")}
          value={again}
          onChange={(event) => setAgain(event.target.value)}
          error={reason}
          autoComplete="new-password"
          visibilityToggleButtonProps={visibility}
        />
        <Group>
          <Button type="submit" variant="light" loading={busy}>
            {isSet ? t("passphrase.change") : t("passphrase.set")}
          </Button>
          {isSet && (
            <Button variant="subtle" color="brick" loading={busy} onClick={() => void apply(null)}>
              {t("passphrase.remove")}
            </Button>
          )}
        </Group>
      </form>
    </Section>
  );
}
