import { useTranslation } from "react-i18next";
import type { Network } from "../../api/model";
import { Section } from "../settings/Section";
import classes from "./Network.module.css";

/** Who forwards for this node, and what it forwards for others. */
export function ForwardersSection({ forwarding }: { forwarding: NonNullable<Network["forwarding"]> }) {
  const { t } = useTranslation();
  return (
    <Section title={t("network.forwarders")}>
      <p className={classes.plain}>{t("network.forwardersKnown", { count: forwarding.known, guards: forwarding.guards })}</p>
      <p className={classes.quiet}>{forwarding.forwards ? t("network.forwardersDone", { count: forwarding.forwarded }) : t("network.forwardersNot")}</p>
    </Section>
  );
}
