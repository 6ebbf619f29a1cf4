import { useTranslation } from "react-i18next";
import type { Network } from "../../api/model";
import { Section } from "../settings/Section";
import classes from "./Network.module.css";

/** The DHT in one plain sentence. */
export function Directory({ dht }: { dht: Network["dht"] }) {
  const { t } = useTranslation();
  return (
    <Section title={t("network.directory")} text={t("network.directoryText")}>
      <p className={classes.plain}>
        {dht.nodes === 0
          ? t("network.directoryNone")
          : `${t("network.directoryKnows", { count: dht.nodes })} ${t("network.directoryKeeps", { count: dht.stored })}`}
        {dht.readOnly && ` ${t("network.directoryReadOnly")}`}
      </p>
    </Section>
  );
}
