import { Button, Loader } from "@mantine/core";
import { IconRosetteDiscountCheckFilled } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, qrAddress } from "../../api/calls";
import type { Contact } from "../../api/model";
import { usePutContact } from "../../api/queries";
import { showFailure } from "../../ui/failure";
import classes from "./ContactPanel.module.css";

/** Cuts the digits into groups of five, however the node has spaced them. */
export function groupsOf(safetyNumber: string): string[] {
  return safetyNumber.replace(/\s+/gu, "").match(/.{1,5}/gu) ?? [];
}

/** The number that two people compare to know that nobody stands between them. */
export function Verification({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const put = usePutContact();
  const [shown, setShown] = useState(false);
  const number = useQuery({ queryKey: ["safety-number", contact.contact], queryFn: () => api.safetyNumber(contact.contact), enabled: shown });
  const named = { name: contact.name };
  const set = (verified: boolean) => {
    api.setVerified(contact.contact, verified).then(put, showFailure);
  };
  return (
    <section className={classes.section}>
      <h3>
        {contact.verified && <IconRosetteDiscountCheckFilled size={18} aria-hidden="true" />}
        {contact.verified ? t("verify.verified") : t("verify.title")}
      </h3>
      <p>{contact.verified ? t("verify.verifiedText", named) : t("verify.text", named)}</p>
      {!shown ? (
        <Button fullWidth variant="light" onClick={() => setShown(true)}>
          {t("verify.show")}
        </Button>
      ) : number.data ? (
        <>
          <img className={classes.code} src={qrAddress(number.data.safetyNumber)} alt={t("verify.qr")} />
          <ol className={classes.number} aria-label={t("verify.number")}>
            {groupsOf(number.data.safetyNumber).map((group, index) => (
              <li key={index}>{group}</li>
            ))}
          </ol>
          <Button fullWidth variant={contact.verified ? "default" : "filled"} onClick={() => set(!contact.verified)}>
            {contact.verified ? t("verify.unmark") : t("verify.mark")}
          </Button>
        </>
      ) : (
        <Loader size="sm" role="progressbar" aria-label={t("common.loading")} />
      )}
    </section>
  );
}
