import { Button, Loader } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NetworkEntry } from "../../api/model";
import { Section } from "../settings/Section";
import { sourceKey } from "./entryWords";
import classes from "./Network.module.css";
import { inOrder, wayIn } from "./summary";
import { sentence, span } from "./words";

/** One that was learnt of later has no span worth telling: it counts from when the way in was first looked for. */
const LATE = 15_000;

/** As many as are shown at once. */
const FEW = 4;

/** Which way in answered after how long, which did not and why. */
export function Entries({ entries }: { entries: readonly NetworkEntry[] }) {
  const { t, i18n } = useTranslation();
  const [all, setAll] = useState(false);
  const door = wayIn(entries);
  const sorted = inOrder(entries);
  const hidden = sorted.length - FEW;
  return (
    <Section title={t(door ? "network.entries" : "network.waysIn")}>
      <p className={classes.plain}>{door ? doorWords(door, t, i18n.language) : t(entries.length ? "network.notIn" : "network.noEntries")}</p>
      <ul className={classes.rows}>
        {sorted.slice(0, all ? undefined : FEW).map((entry) => (
          <li key={`${entry.source} ${entry.address}`} data-state={entry.state}>
            <EntryIcon state={entry.state} />
            <div>
              <span className={classes.mono}>{entry.address}</span>
              <span className={classes.quiet}>
                {t(sourceKey(entry.source))}
                {entry.detail === null && ` · ${stateWords(entry, t, i18n.language)}`}
              </span>
              {entry.detail !== null && <span className={classes.quiet}>{sentence(entry.detail)}</span>}
            </div>
          </li>
        ))}
      </ul>
      {hidden > 0 && (
        <Button size="compact-sm" variant="subtle" mt={6} onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? t("network.entriesLess") : t("network.entriesMore", { count: hidden })}
        </Button>
      )}
    </Section>
  );
}

function EntryIcon({ state }: { state: string }) {
  if (state === "answered") return <IconCircleCheck size={19} aria-hidden="true" />;
  if (state === "failed") return <IconAlertTriangle size={19} aria-hidden="true" />;
  return <Loader size={15} color="var(--k-muted)" aria-hidden="true" />;
}

function doorWords(door: NetworkEntry, t: TFunction, language: string): string {
  const source = t(sourceKey(door.source));
  return door.elapsed === null ? t("network.cameInUntimed", { source }) : t("network.cameIn", { source, elapsed: span(door.elapsed, language) });
}

function stateWords(entry: NetworkEntry, t: TFunction, language: string): string {
  if (entry.state === "answered") {
    return entry.elapsed === null || entry.elapsed > LATE ? t("network.stateAnsweredUntimed") : t("network.stateAnswered", { elapsed: span(entry.elapsed, language) });
  }
  return t(entry.state === "failed" ? "network.stateFailed" : entry.state === "resolving" ? "network.stateResolving" : "network.stateAsked");
}
