import { useTranslation } from "react-i18next";
import type { Network } from "../../api/model";
import classes from "./Network.module.css";
import { contactsOf, healthOf } from "./summary";

/** How it stands, in one sentence. */
export function Headline({ network }: { network: Network }) {
  const { t } = useTranslation();
  const contacts = contactsOf(network).length;
  const peers = network.peers.length;
  const people = t("network.people", { count: contacts });
  const nodes = t("network.nodes", { count: peers });
  const tried = network.entries.length > 0;
  const nobody = contacts + peers === 0;
  return (
    <div className={classes.headline} data-health={nobody ? "looking" : healthOf(network)} data-testid="network-headline">
      <span className={classes.light} aria-hidden="true" />
      <div>
        <h2>
          {nobody
            ? t(network.tor?.address ? "network.throughTor" : "network.looking")
            : contacts === 0
              ? t("network.withNodes", { nodes })
              : peers === 0
                ? t("network.withContacts", { people })
                : t("network.withBoth", { people, nodes })}
        </h2>
        {nobody && !network.tor?.address && <p>{t(tried ? "network.lookingText" : "network.lookingNothing")}</p>}
        {!nobody && contacts === 0 && <p>{t("network.noContactsHere")}</p>}
      </div>
    </div>
  );
}
