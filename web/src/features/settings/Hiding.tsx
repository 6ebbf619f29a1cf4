import { Radio } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Settings } from "../../api/model";
import { useChangeSettings, useNetwork } from "../../api/queries";
import { Confirm } from "../../ui/Confirm";
import { showFailure } from "../../ui/failure";
import { TorState } from "../network/TorState";
import { Section } from "./Section";
import classes from "./Settings.module.css";
import { levels } from "./hiding";

type Privacy = Settings["privacy"];

/** Who may learn where the person is: what each choice gives and costs in one sentence. */
export function Hiding({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const tor = useNetwork().data?.tor;
  const change = useChangeSettings();
  const [asked, setAsked] = useState<Privacy | null>(null);
  const choose = () => {
    if (asked) change({ privacy: asked }).catch(showFailure);
  };
  return (
    <Section title={t("settings.hiding")} text={t("settings.hidingText")}>
      <Radio.Group value={settings.privacy} onChange={(value) => setAsked(value as Privacy)} aria-label={t("settings.hiding")}>
        <div className={classes.stack}>
          {levels.map(({ level, label, hint }) => (
            <Radio key={level} value={level} label={t(label)} description={t(hint)} />
          ))}
        </div>
      </Radio.Group>
      {tor && <TorState tor={tor} waits={settings.privacy === "onion"} />}
      <Confirm
        opened={asked !== null}
        title={t("settings.hidingConfirmTitle")}
        text={t("settings.hidingConfirmText")}
        action={t("settings.hidingConfirm")}
        onConfirm={choose}
        onClose={() => setAsked(null)}
      />
    </Section>
  );
}
