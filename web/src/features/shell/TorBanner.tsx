import { IconHourglass } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNetwork, useSettings } from "../../api/queries";
import { torWaits } from "../network/torWaits";
import classes from "./Shell.module.css";

/** While everything goes through Tor and Tor is not ready: how far it is, or what is wrong, and that messages wait. */
export function TorBanner() {
  const { t } = useTranslation();
  const privacy = useSettings().data?.privacy;
  const tor = useNetwork().data?.tor ?? null;
  return (
    <div role="status">
      {torWaits(privacy, tor) && tor && (
        <div className={classes.banner}>
          <IconHourglass size={18} aria-hidden="true" />
          <span>
            {tor.problem ?? t(`tor.${tor.phase}`, { progress: tor.progress })} {t("tor.wait")}
          </span>
        </div>
      )}
    </div>
  );
}
