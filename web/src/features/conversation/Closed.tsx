import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import type { Contact } from "../../api/model";
import { usePutContact } from "../../api/queries";
import { showFailure } from "../../ui/failure";
import classes from "./Composer.module.css";

/** Stands in place of the composer where nothing can be written. */
export function Closed({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const put = usePutContact();
  const id = contact.contact;
  const named = { name: contact.name };
  const act = (action: () => Promise<unknown>) => () => void action().then(() => put(undefined), showFailure);
  return (
    <div className={classes.closed}>
      {contact.state === "blocked" && (
        <>
          {t("conversation.blocked", named)}
          <Button size="compact-md" variant="light" onClick={act(() => api.changeContact(id, { blocked: false }))}>
            {t("contacts.unblock")}
          </Button>
        </>
      )}
      {contact.state === "refused" && (contact.reason ?? t("conversation.refused", named))}
      {contact.state === "request" && (
        <>
          {t("conversation.request", named)}
          <Button size="compact-md" onClick={act(() => api.accept(id))}>
            {t("requests.accept")}
          </Button>
        </>
      )}
    </div>
  );
}
