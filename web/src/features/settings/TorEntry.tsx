import { Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useOfferTorEntry, useTorEntry } from "../../api/queries";
import { showFailure } from "../../ui/failure";
import { Section } from "./Section";
import classes from "./Settings.module.css";

const LOOK_EVERY = 5_000;

/** Whether people who only use Tor may come in through this node, and where. */
export function TorEntry() {
  const { t } = useTranslation();
  const entry = useTorEntry(LOOK_EVERY).data;
  const offer = useOfferTorEntry();
  if (!entry) return null;
  return (
    <Section title={t("settings.torEntry")} text={t("settings.torEntryText")}>
      <div className={classes.stack}>
        <Switch label={t("settings.torEntryOffer")} checked={entry.offered} onChange={(event) => void offer(event.currentTarget.checked).catch(showFailure)} />
        {entry.offered && entry.address && (
          <p className={classes.quiet}>{entry.published ? t("settings.torEntryAt", { address: entry.address }) : t("settings.torEntrySoon")}</p>
        )}
        {entry.problem && <p className={classes.quiet}>{entry.problem}</p>}
      </div>
    </Section>
  );
}
