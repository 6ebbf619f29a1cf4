import { Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Settings } from "../../api/model";
import { useChangeSettings } from "../../api/queries";
import { showFailure } from "../../ui/failure";
import { Section } from "./Section";
import classes from "./Settings.module.css";

export function Privacy({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const change = useChangeSettings();
  const set = (part: Partial<Settings>) => void change(part).catch(showFailure);
  return (
    <Section title={t("settings.privacy")} text={t("settings.privacyText")}>
      <div className={classes.stack}>
        <Switch
          label={t("settings.readReceipts")}
          description={t("settings.readReceiptsHint")}
          checked={settings.readReceipts}
          onChange={(event) => set({ readReceipts: event.currentTarget.checked })}
        />
        <Switch
          label={t("settings.typing")}
          description={t("settings.typingHint")}
          checked={settings.typing}
          onChange={(event) => set({ typing: event.currentTarget.checked })}
        />
      </div>
    </Section>
  );
}
