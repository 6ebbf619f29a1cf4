import { Button } from "@mantine/core";
import { IconMapPinSearch } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import { reasonOf } from "../../api/client";
import type { Contact, Lookup } from "../../api/model";
import { span } from "../network/words";
import classes from "./ContactPanel.module.css";

/** Where a contact's node is now, asked of the network at once. */
export function Whereabouts({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const search = useMutation({ mutationFn: () => api.lookUp(contact.contact) });
  return (
    <section className={classes.section}>
      <h3>{t("find.title")}</h3>
      <p>{t(contact.online ? "find.textOnline" : "find.text", { name: contact.name })}</p>
      <Button fullWidth variant="light" leftSection={<IconMapPinSearch size={18} />} loading={search.isPending} onClick={() => search.mutate()}>
        {t("find.now")}
      </Button>
      <div role="status" className={classes.found}>
        {search.isSuccess && <Found found={search.data} />}
        {search.isError && <p className={classes.notFound}>{reasonOf(search.error)}</p>}
      </div>
    </section>
  );
}

function Found({ found }: { found: Lookup }) {
  const { t, i18n } = useTranslation();
  const elapsed = span(found.elapsed, i18n.language);
  if (found.addresses.length === 0) return <p className={classes.notFound}>{t("find.nothing", { name: found.name, elapsed })}</p>;
  return (
    <>
      <p>{t("find.found", { name: found.name, elapsed })}</p>
      <ul>
        {found.addresses.map((address) => (
          <li key={address}>{address}</li>
        ))}
      </ul>
      <p>
        {t("find.hops", { count: found.hops })} {t("find.queries", { count: found.queries })}
      </p>
    </>
  );
}
