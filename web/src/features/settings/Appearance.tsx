import { SegmentedControl, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Settings, Theme } from "../../api/model";
import { useChangeSettings } from "../../api/queries";
import { LANGUAGES } from "../../i18n";
import { showFailure } from "../../ui/failure";
import { Section } from "./Section";
import classes from "./Settings.module.css";

export function Appearance({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const change = useChangeSettings();
  const set = (part: Partial<Settings>) => void change(part).catch(showFailure);
  const themes: { value: Theme; label: string }[] = [
    { value: "system", label: t("settings.themeSystem") },
    { value: "light", label: t("settings.themeLight") },
    { value: "dark", label: t("settings.themeDark") },
  ];
  return (
    <Section title={t("settings.appearance")}>
      <div className={classes.stack}>
        <SegmentedControl fullWidth aria-label={t("settings.theme")} data={themes} value={settings.theme} onChange={(value) => set({ theme: value as Theme })} />
        <Select
          label={t("settings.language")}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          value={settings.language in LANGUAGES ? settings.language : "en"}
          allowDeselect={false}
          onChange={(value) => value && set({ language: value })}
        />
      </div>
    </Section>
  );
}
