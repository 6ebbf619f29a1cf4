import { ActionIcon, Loader } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNetwork } from "../../api/queries";
import { goHome } from "../../ui/route";
import { useLive } from "../session/LiveProvider";
import { Address } from "./Address";
import { Around } from "./Around";
import { Directory } from "./Directory";
import { DropsSection } from "./DropsSection";
import { ForwardersSection } from "./ForwardersSection";
import { Entries } from "./Entries";
import { Headline } from "./Headline";
import classes from "./Network.module.css";
import { Problems } from "./Problems";
import { RelaySection } from "./RelaySection";
import { TorSection } from "./TorState";
import { healthOf } from "./summary";
import { Traffic } from "./Traffic";
import { useNow } from "./useNow";

/** While somebody looks, the node is asked this often besides what it tells by itself. */
const LOOK_EVERY = 2_000;

/** Who this node is connected with, how it came in, and what is wrong when something is. */
export function NetworkPage() {
  const { t } = useTranslation();
  const { state } = useLive();
  const network = useNetwork(LOOK_EVERY);
  const now = useNow(1_000);
  const seen = network.data;
  const alone = seen && healthOf(seen) !== "good" && seen.wan === null;
  const address = seen && <Address key="address" network={seen} now={now} />;
  const ways = seen && <Entries key="ways" entries={seen.entries} />;
  return (
    <div className={classes.root}>
      <header className={classes.header}>
        <ActionIcon onClick={goHome} aria-label={t("common.back")}>
          <IconArrowLeft size={22} />
        </ActionIcon>
        <h1>{t("network.title")}</h1>
      </header>
      <div className={classes.scroll} data-away={state === "offline" || undefined}>
        {seen ? (
          <div className={classes.column}>
            <div className={classes.top}>
              <Problems problems={seen.problems} />
              <Headline network={seen} />
            </div>
            <Around network={seen} now={now} />
            <div className={classes.side}>
              {/* Before anybody has answered, what is tried says more than an address that nobody has told. */}
              {alone ? [ways, address] : [address, ways]}
            </div>
            <div className={classes.below}>
              {seen.tor && <TorSection tor={seen.tor} />}
              {seen.forwarding && <ForwardersSection forwarding={seen.forwarding} />}
              <DropsSection />
              <RelaySection relay={seen.relay} />
              <Directory dht={seen.dht} />
              <Traffic traffic={seen.traffic} at={network.dataUpdatedAt} />
            </div>
          </div>
        ) : (
          <div className={classes.loading}>
            <Loader size="sm" role="progressbar" aria-label={t("common.loading")} />
          </div>
        )}
      </div>
    </div>
  );
}
