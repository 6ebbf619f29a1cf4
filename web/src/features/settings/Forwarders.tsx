import { NativeSelect, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Settings } from "../../api/model";
import { useChangeSettings } from "../../api/queries";
import { showFailure } from "../../ui/failure";
import { coverBytes, coverChoices, delayChoices, lengths, lineWords } from "./paths";
import { Section } from "./Section";
import classes from "./Settings.module.css";

type Numbers = Pick<Settings, "forwarders" | "hopDelay" | "coverLoops" | "coverDummies">;

/** How packets go through forwarders: what each choice gives and costs in one sentence. */
export function Forwarders({ settings }: { settings: Settings }) {
  const { t, i18n } = useTranslation();
  const change = useChangeSettings();
  const cover = (count: number, comeBack: boolean) =>
    count === 0 ? t("settings.coverNone") : t("settings.coverRate", { count, size: lineWords(coverBytes(count, comeBack), i18n.language) });
  const rows: { name: keyof Numbers; label: string; hint: string; choices: readonly number[]; words: (value: number) => string }[] = [
    { name: "forwarders", label: t("settings.pathLength"), hint: t("settings.pathLengthHint"), choices: lengths, words: (count) => t("settings.pathLengthChoice", { count }) },
    {
      name: "hopDelay",
      label: t("settings.hopDelay"),
      hint: t("settings.hopDelayHint"),
      choices: delayChoices(settings.hopDelay),
      words: (delay) => (delay === 0 ? t("settings.hopDelayNone") : t("settings.hopDelayChoice", { delay })),
    },
    { name: "coverLoops", label: t("settings.coverLoops"), hint: t("settings.coverLoopsHint"), choices: coverChoices(settings.coverLoops), words: (count) => cover(count, true) },
    { name: "coverDummies", label: t("settings.coverDummies"), hint: t("settings.coverDummiesHint"), choices: coverChoices(settings.coverDummies), words: (count) => cover(count, false) },
  ];
  return (
    <Section title={t("settings.paths")} text={t("settings.pathsText")}>
      <div className={classes.stack}>
        {rows.map(({ name, label, hint, choices, words }) => (
          <NativeSelect
            key={name}
            label={label}
            description={hint}
            value={String(settings[name])}
            data={choices.map((value) => ({ value: String(value), label: words(value) }))}
            onChange={(event) => void change({ [name]: Number(event.currentTarget.value) }).catch(showFailure)}
          />
        ))}
        <Switch
          label={t("settings.forwarding")}
          description={t("settings.forwardingHint")}
          checked={settings.forwarding}
          onChange={(event) => void change({ forwarding: event.currentTarget.checked }).catch(showFailure)}
        />
      </div>
    </Section>
  );
}
