import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Network } from "../../api/model";
import { servesRelay, usesRelay } from "../settings/relay";
import { Section } from "../settings/Section";
import classes from "./Network.module.css";
import { sizeWords } from "./words";

/** What relays do for this node, and it for others. */
export function RelaySection({ relay }: { relay: Network["relay"] }) {
  const { t, i18n } = useTranslation();
  const refused = relay.refused.reduce((sum, one) => sum + one.count, 0);
  return (
    <Section title={t("network.relays")}>
      {relay.consent === "off" && <p className={classes.plain}>{t("network.relayOff")}</p>}
      {usesRelay(relay.consent) && <p className={classes.plain}>{t("network.relayUsing", { count: relay.using })}</p>}
      {servesRelay(relay.consent) && <p className={classes.plain}>{t("network.relayServing", { count: relay.serving, size: sizeWords(relay.bytes, i18n.language) })}</p>}
      {refused > 0 && <p className={classes.quiet}>{t("network.relayRefused", { count: refused })}</p>}
      <p className={classes.quiet}>
        <Anchor href="#/settings" inherit>
          {t("network.relayChange")}
        </Anchor>
      </p>
    </Section>
  );
}
