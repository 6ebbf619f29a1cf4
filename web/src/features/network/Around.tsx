import { SegmentedControl } from "@mantine/core";
import { useElementSize, useLocalStorage } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { Network } from "../../api/model";
import { Everybody } from "./Everybody";
import { geometryOf } from "./layout";
import { Legend } from "./Legend";
import classes from "./Network.module.css";
import { Picture } from "./Picture";

type View = "picture" | "list";

const LARGEST = 530;

/** Who is around, as a picture or as a list; this browser remembers which. */
export function Around({ network, now }: { network: Network; now: number }) {
  const { t } = useTranslation();
  const [view, setView] = useLocalStorage<View>({ key: "kith-network-view", defaultValue: "picture", getInitialValueInEffect: false });
  const { ref, width } = useElementSize<HTMLDivElement>();
  const geometry = geometryOf(Math.min(width, LARGEST));
  return (
    <section className={classes.around} aria-label={t("network.around")}>
      <header className={classes.aroundHead}>
        <h2>{t("network.around")}</h2>
        <SegmentedControl
          size="xs"
          aria-label={t("network.view")}
          data={[
            { value: "picture", label: t("network.viewPicture") },
            { value: "list", label: t("network.viewList") },
          ]}
          value={view}
          onChange={(next) => setView(next as View)}
        />
      </header>
      <div ref={ref}>
        {view === "list" ? <Everybody network={network} now={now} /> : width > 0 && <Picture network={network} now={now} geometry={geometry} />}
      </div>
      {view === "picture" && <Legend network={network} />}
    </section>
  );
}
