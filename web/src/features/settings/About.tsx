import { Button, Group } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import { useStatus } from "../../api/queries";
import { go } from "../../ui/route";
import { Section } from "./Section";
import classes from "./Settings.module.css";

/** What this node is and what works from here. */
export function About() {
  const { t } = useTranslation();
  const status = useStatus();
  const peers = useQuery({ queryKey: ["peers"], queryFn: api.peers, staleTime: 0 });
  const doctor = useQuery({ queryKey: ["doctor"], queryFn: api.doctor, enabled: false });
  const facts = status.data;
  const online = (peers.data ?? []).filter((peer) => peer.kind === "session");
  return (
    <Section title={t("about.title")} text={t("about.text")}>
      {facts && (
        <dl className={classes.facts}>
          <dt>{t("about.account")}</dt>
          <dd className={classes.mono}>{facts.account}</dd>
          <dt>{t("about.listen")}</dt>
          <dd className={classes.mono}>{facts.listen.join(", ") || "–"}</dd>
          <dt>{t("about.peers")}</dt>
          <dd>{online.length ? online.map((peer) => peer.name ?? peer.address).join(", ") : t("about.noPeers")}</dd>
          <dt>{t("about.outbox")}</dt>
          <dd>{t("about.outboxCount", { count: facts.outbox })}</dd>
          <dt>{t("about.home")}</dt>
          <dd className={classes.mono}>{facts.home}</dd>
          <dt>{t("about.version")}</dt>
          <dd>{facts.version}</dd>
        </dl>
      )}
      {doctor.data && (
        <ul className={classes.checks}>
          {doctor.data.map((check) => (
            <li key={check.check} className={classes.check} data-ok={check.ok}>
              {check.ok ? <IconCircleCheck size={20} role="img" aria-label={t("about.ok")} /> : <IconAlertTriangle size={20} role="img" aria-label={t("about.notOk")} />}
              <div>
                <strong>{check.check}</strong> <span>{check.detail}</span>
              </div>
            </li>
          ))}
        </ul>
      )}
      <Group mt="md">
        <Button variant="light" loading={doctor.isFetching} onClick={() => void doctor.refetch()}>
          {t("about.check")}
        </Button>
        <Button variant="default" onClick={() => go({ name: "network" })}>
          {t("about.network")}
        </Button>
      </Group>
    </Section>
  );
}
