import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Network } from "../../api/model";
import { Section } from "../settings/Section";
import classes from "./Network.module.css";
import { curve, rateOf, remember, type Totals } from "./rate";
import { rateWords, sizeWords } from "./words";

const WIDTH = 240;
const HEIGHT = 40;
/** The curve's full height is at least this rate, so that a whisper does not look like a flood. */
const QUIET = 1_000;

/** How much goes in and out now. */
export function Traffic({ traffic, at }: { traffic: Network["traffic"]; at: number }) {
  const { t, i18n } = useTranslation();
  const [known, setKnown] = useState<readonly Totals[]>([]);
  useEffect(() => setKnown((before) => remember(before, { at, ...traffic })), [at, traffic]);
  const rate = rateOf(known);
  const ways = ["in", "out"] as const;
  return (
    <Section title={t("network.traffic")}>
      <dl className={classes.traffic}>
        {ways.map((way) => (
          <div key={way} data-way={way}>
            <dt>{t(way === "in" ? "network.trafficIn" : "network.trafficOut")}</dt>
            <dd>
              <strong>{rate ? rateWords(rate[way], i18n.language) : "–"}</strong>
              <span>{t("network.trafficTotal", { size: sizeWords(traffic[way], i18n.language) })}</span>
            </dd>
          </div>
        ))}
      </dl>
      <Curve known={known} label={t("network.trafficCurve")} />
    </Section>
  );
}

function Curve({ known, label }: { known: readonly Totals[]; label: string }) {
  const lines = { in: curve(known, "in"), out: curve(known, "out") };
  const top = Math.max(QUIET, ...lines.in.map((point) => point.rate), ...lines.out.map((point) => point.rate));
  const path = (points: typeof lines.in) => points.map(({ x, rate }) => `${(x * WIDTH).toFixed(1)},${(HEIGHT - 2 - (rate / top) * (HEIGHT - 4)).toFixed(1)}`).join(" ");
  return (
    <svg className={classes.curve} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <line x1={0} x2={WIDTH} y1={HEIGHT - 1} y2={HEIGHT - 1} />
      <polyline points={path(lines.in)} data-way="in" />
      <polyline points={path(lines.out)} data-way="out" />
    </svg>
  );
}
