import { ActionIcon, Tooltip } from "@mantine/core";
import { IconTopologyStar } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNetwork } from "../../api/queries";
import { go } from "../../ui/route";
import { useLive } from "../session/LiveProvider";
import classes from "./NetworkButton.module.css";
import { healthOf } from "./summary";

const WORDS = { good: "network.stateGood", looking: "network.stateLooking", trouble: "network.stateTrouble", away: "network.stateAway" } as const;

/** Leads to the network, and shows with a small light how it stands. */
export function NetworkButton() {
  const { t } = useTranslation();
  const { state } = useLive();
  const network = useNetwork().data;
  const health = state === "offline" ? "away" : network ? healthOf(network) : "looking";
  const label = t("network.open", { state: t(WORDS[health]) });
  return (
    <Tooltip label={label}>
      <ActionIcon className={classes.root} onClick={() => go({ name: "network" })} aria-label={label} data-health={health}>
        <IconTopologyStar size={21} />
        <span className={classes.light} aria-hidden="true" />
      </ActionIcon>
    </Tooltip>
  );
}
