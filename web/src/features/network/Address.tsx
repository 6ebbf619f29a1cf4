import { ActionIcon, CopyButton } from "@mantine/core";
import { IconCheck, IconCircleCheck, IconCopy, IconHelpCircle, IconShieldHalf } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Network } from "../../api/model";
import { Section } from "../settings/Section";
import classes from "./Network.module.css";
import { agreement } from "./summary";
import { ago } from "./words";

/** Where others see this node, who says so, and whether they can reach it. */
export function Address({ network, now }: { network: Network; now: number }) {
  const { t } = useTranslation();
  const { wan, votes } = network;
  const told = agreement(network);
  return (
    <Section title={t("network.mine")}>
      {wan ? (
        <>
          <p className={classes.quiet}>{t("network.mineKnown")}</p>
          <div className={classes.address}>
            <span data-testid="wan">{wan}</span>
            <CopyButton value={wan}>
              {({ copied, copy }) => (
                <ActionIcon size="md" onClick={copy} aria-label={copied ? t("common.copied") : t("network.copyAddress")}>
                  {copied ? <IconCheck size={17} /> : <IconCopy size={17} />}
                </ActionIcon>
              )}
            </CopyButton>
          </div>
          {votes.length > 0 && <p className={classes.quiet}>{t("network.agree", told)}</p>}
        </>
      ) : (
        <p className={classes.plain}>{t(votes.length ? "network.mineUnsure" : "network.mineUnknown")}</p>
      )}
      <Reach network={network} />
      <Details network={network} now={now} />
    </Section>
  );
}

/** Until the node knows what stands between it and the internet, whether it was reached is all that there is to say. */
function Reach({ network: { connectable, natDetail } }: { network: Network }) {
  const { t } = useTranslation();
  const known = natDetail.kind !== "unknown" && natDetail.sentence !== "";
  const Icon = connectable === null ? IconHelpCircle : connectable ? IconCircleCheck : IconShieldHalf;
  const text = connectable === null ? "network.reachUnsure" : connectable ? "network.reachable" : "network.unreachable";
  return (
    <p className={classes.reach} data-reach={String(connectable)}>
      <Icon size={19} aria-hidden="true" />
      <span data-testid="nat">
        {known ? natDetail.sentence : t(text)}
        {known && natDetail.advice && <> {natDetail.advice}</>}
      </span>
    </p>
  );
}

function Details({ network, now }: { network: Network; now: number }) {
  const { t, i18n } = useTranslation();
  return (
    <details className={classes.details}>
      <summary>{t("network.details")}</summary>
      {network.votes.length > 0 && (
        <ul className={classes.rows}>
          {network.votes.map((vote) => (
            <li key={`${vote.by} ${vote.at}`} data-state={vote.seen === network.wan ? "answered" : "other"}>
              {vote.seen === network.wan ? (
                <IconCircleCheck size={19} role="img" aria-label={t("network.voteSame")} />
              ) : (
                <IconHelpCircle size={19} role="img" aria-label={t("network.voteOther")} />
              )}
              <div>
                <span className={classes.mono}>{t("network.voteBy", { by: vote.by, seen: vote.seen })}</span>
                <span className={classes.quiet}>{ago(vote.at, now, i18n.language)}</span>
              </div>
            </li>
          ))}
        </ul>
      )}
      <dl className={classes.pairs}>
        <dt>{t("network.listens")}</dt>
        <dd className={classes.mono}>{network.listen.join(", ") || "–"}</dd>
        {network.nat && (
          <>
            <dt>{t("network.nat")}</dt>
            <dd>
              {network.nat}
              {!network.natDetail.confirmed && <span className={classes.quiet}> {t("network.natSingle")}</span>}
            </dd>
          </>
        )}
        {network.natDetail.mapped && (
          <>
            <dt>{t("network.natMapped")}</dt>
            <dd className={classes.mono}>{network.natDetail.mapped}</dd>
          </>
        )}
        {network.natDetail.opened.length > 0 && (
          <>
            <dt>{t("network.natOpened")}</dt>
            <dd className={classes.mono}>{network.natDetail.opened.join(", ")}</dd>
          </>
        )}
      </dl>
    </details>
  );
}
