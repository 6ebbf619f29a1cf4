import { Button, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { reasonOf } from "../../api/client";
import type { TorWays as Ways } from "../../api/model";
import { useChangeTorWays, useTorWays } from "../../api/queries";
import { Confirm } from "../../ui/Confirm";
import { showDone } from "../../ui/failure";
import { Section } from "./Section";
import classes from "./Settings.module.css";
import { differs, isNone, linesOf } from "./lines";

/** Bridges, for where Tor is blocked, and the nodes that somebody hidden by Tor begins with. */
export function TorWays() {
  const ways = useTorWays().data;
  const { t } = useTranslation();
  if (!ways) return null;
  return (
    <Section title={t("settings.torWays")} text={t("settings.torWaysText")}>
      <div className={classes.stack}>
        <Lines name="bridges" kept={ways.bridges} disabled={!ways.ownTor} label={t("settings.bridges")} hint={ways.ownTor ? t("settings.bridgesHint") : t("settings.bridgesOther")} example="obfs4 192.0.2.1:443 …" />
        <Lines name="entries" kept={ways.entries} label={t("settings.onionEntries")} hint={t("settings.onionEntriesHint")} example="onion/…:7300" />
      </div>
    </Section>
  );
}

interface LinesProps {
  name: keyof Pick<Ways, "bridges" | "entries">;
  kept: readonly string[];
  label: string;
  hint: string;
  example: string;
  disabled?: boolean;
}

function Lines({ name, kept, label, hint, example, disabled = false }: LinesProps) {
  const { t } = useTranslation();
  const change = useChangeTorWays();
  const [written, setWritten] = useState<string | null>(null);
  const [reason, setReason] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const text = written ?? kept.join("\n");
  const save = () => {
    setSaving(true);
    change({ [name]: linesOf(text) })
      .then(
        () => {
          setWritten(null);
          showDone(t("settings.saved"));
        },
        (error: unknown) => setReason(reasonOf(error)),
      )
      .finally(() => setSaving(false));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // Tor then goes where whoever watches can see it.
    if (name === "bridges" && isNone(text)) setAsked(true);
    else save();
  };
  return (
    <form className={classes.lines} onSubmit={submit}>
      <Textarea
        label={label}
        description={hint}
        placeholder={example}
        value={text}
        error={reason}
        disabled={disabled}
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        classNames={{ input: classes.mono }}
        onChange={(event) => {
          setWritten(event.currentTarget.value);
          setReason(null);
        }}
      />
      <Button type="submit" variant="light" loading={isSaving} disabled={disabled || !differs(text, kept)} aria-label={t("settings.saveLines", { what: label })}>
        {t("common.save")}
      </Button>
      <Confirm
        opened={isAsked}
        title={t("settings.noBridgesTitle")}
        text={t("settings.noBridgesText")}
        action={t("settings.noBridges")}
        onConfirm={save}
        onClose={() => setAsked(false)}
      />
    </form>
  );
}
