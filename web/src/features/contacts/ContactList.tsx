import { useState } from "react";
import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { isBlocked, isListed, isRequest } from "../../api/cache";
import { useContacts } from "../../api/queries";
import { moveInList } from "../../ui/listKeys";
import { ContactRow } from "./ContactRow";
import classes from "./ContactList.module.css";
import { Requests } from "./Requests";

export function ContactList({ active }: { active: string | null }) {
  const { t } = useTranslation();
  const contacts = useContacts().data ?? [];
  const [showBlocked, setShowBlocked] = useState(false);
  const requests = contacts.filter(isRequest);
  const blocked = contacts.filter(isBlocked);
  return (
    <div className={classes.scroll} onKeyDown={moveInList}>
      {requests.length > 0 && <Requests requests={requests} />}
      <ul className={classes.list}>
        {contacts.filter(isListed).map((contact) => (
          <li key={contact.contact}>
            <ContactRow contact={contact} active={contact.contact === active} />
          </li>
        ))}
      </ul>
      {blocked.length > 0 && (
        <section className={classes.blocked}>
          <UnstyledButton className={classes.fold} aria-expanded={showBlocked} onClick={() => setShowBlocked(!showBlocked)}>
            <IconChevronRight size={16} aria-hidden="true" data-open={showBlocked} />
            {t("contacts.blockedCount", { count: blocked.length })}
          </UnstyledButton>
          {showBlocked && (
            <ul className={classes.list}>
              {blocked.map((contact) => (
                <li key={contact.contact}>
                  <ContactRow contact={contact} active={contact.contact === active} />
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
    </div>
  );
}
