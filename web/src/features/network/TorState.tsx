import { Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Tor } from "../../api/model";
import { useSettings } from "../../api/queries";
import { Section } from "../settings/Section";
import classes from "./TorState.module.css";

/** How far Tor is, and what is wrong with it. */
export function TorState({ tor, waits }: { tor: Tor; waits: boolean }) {
  const { t } = useTranslation();
  const words = tor.phase === "ready" && tor.address !== null && !tor.published ? t("tor.publishing") : t(`tor.${tor.phase}`, { progress: tor.progress });
  return (
    <div className={classes.root} role="status">
      <strong>{words}</strong>
      {tor.phase === "starting" && <Progress value={tor.progress} size="sm" aria-label={t("tor.progress")} />}
      {tor.phase === "starting" && tor.says && <small>{tor.says}</small>}
      {tor.problem && <p>{tor.problem}</p>}
      {waits && tor.phase !== "ready" && <p>{t("tor.wait")}</p>}
      {tor.published && tor.address && (
        <p>
          {t("tor.published")} <code>{tor.address}</code>
        </p>
      )}
    </div>
  );
}

/** The same as a part of the network view. */
export function TorSection({ tor }: { tor: Tor }) {
  const { t } = useTranslation();
  const waits = useSettings().data?.privacy === "onion";
  return (
    <Section title={t("tor.title")}>
      <TorState tor={tor} waits={waits} />
    </Section>
  );
}
