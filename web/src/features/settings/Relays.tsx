import { Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Settings } from "../../api/model";
import { useChangeSettings } from "../../api/queries";
import { showFailure } from "../../ui/failure";
import { relaySetting, servesRelay, usesRelay } from "./relay";
import { Section } from "./Section";
import classes from "./Settings.module.css";

/** Whether conversations may go through other nodes, and others' through this one. */
export function Relays({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const change = useChangeSettings();
  const use = usesRelay(settings.relay);
  const serve = servesRelay(settings.relay);
  const set = (uses: boolean, serves: boolean) => void change({ relay: relaySetting(uses, serves) }).catch(showFailure);
  return (
    <Section title={t("settings.relays")} text={t("settings.relaysText")}>
      <div className={classes.stack}>
        <Switch
          label={t("settings.relayUse")}
          description={t("settings.relayUseHint")}
          checked={use}
          onChange={(event) => set(event.currentTarget.checked, serve)}
        />
        <Switch
          label={t("settings.relayServe")}
          description={t("settings.relayServeHint")}
          checked={serve}
          onChange={(event) => set(use, event.currentTarget.checked)}
        />
      </div>
    </Section>
  );
}
