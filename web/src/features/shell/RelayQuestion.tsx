import { Button } from "@mantine/core";
import { IconArrowsSplit2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useChangeSettings, useNetwork, useSettings } from "../../api/queries";
import { showFailure } from "../../ui/failure";
import { relaySetting, servesRelay } from "../settings/relay";
import classes from "./Shell.module.css";

/** Asks once, when it would help, whether relays may be used; whatever the answer is, nobody is asked again. */
export function RelayQuestion() {
  const { t } = useTranslation();
  const settings = useSettings().data;
  const network = useNetwork().data;
  const change = useChangeSettings();
  const asks = settings !== undefined && !settings.relayAsked && network?.relay.helps === true;
  const answer = (uses: boolean) => {
    if (settings) void change({ relay: relaySetting(uses, servesRelay(settings.relay)) }).catch(showFailure);
  };
  return (
    <div role="status">
      {asks && (
        <section className={classes.question} aria-label={t("relay.title")}>
          <IconArrowsSplit2 size={22} aria-hidden="true" />
          <div>
            <strong>{t("relay.title")}</strong>
            <p>
              {t("relay.text")} {t("relay.later")}
            </p>
          </div>
          <div className={classes.answers}>
            <Button size="compact-md" onClick={() => answer(true)}>
              {t("relay.allow")}
            </Button>
            <Button size="compact-md" variant="default" onClick={() => answer(false)}>
              {t("relay.deny")}
            </Button>
          </div>
        </section>
      )}
    </div>
  );
}
