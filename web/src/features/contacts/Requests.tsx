import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import type { Contact } from "../../api/model";
import { usePutContact } from "../../api/queries";
import { Avatar } from "../../ui/Avatar";
import { showFailure } from "../../ui/failure";
import { openConversation } from "../../ui/route";
import classes from "./ContactList.module.css";

/** People who came by a public link: the person decides, and they learn nothing until then. */
export function Requests({ requests }: { requests: Contact[] }) {
  const { t } = useTranslation();
  return (
    <section className={classes.section} aria-labelledby="requests-heading">
      <h2 className={classes.heading} id="requests-heading">
        {t("requests.title")}
      </h2>
      {requests.map((contact) => (
        <Request key={contact.contact} contact={contact} />
      ))}
    </section>
  );
}

function Request({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const put = usePutContact();
  const act = (action: () => Promise<unknown>, then?: () => void) => () => {
    action().then(() => {
      put(undefined);
      then?.();
    }, showFailure);
  };
  const id = contact.contact;
  const named = { name: contact.name };
  return (
    <div className={classes.request}>
      <Avatar id={id} name={contact.name} size="small" />
      <span className={classes.name}>{contact.name}</span>
      <span className={classes.actions}>
        <Button size="compact-sm" onClick={act(() => api.accept(id), () => openConversation(id))} aria-label={t("requests.acceptName", named)}>
          {t("requests.accept")}
        </Button>
        <Button size="compact-sm" variant="default" onClick={act(() => api.refuse(id))} aria-label={t("requests.refuseName", named)}>
          {t("requests.refuse")}
        </Button>
        <Button size="compact-sm" variant="subtle" color="brick" onClick={act(() => api.changeContact(id, { blocked: true }))} aria-label={t("requests.blockName", named)}>
          {t("requests.block")}
        </Button>
      </span>
    </div>
  );
}
