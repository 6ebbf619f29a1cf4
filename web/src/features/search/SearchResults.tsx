import { UnstyledButton } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import type { Contact, Message } from "../../api/model";
import { useContacts } from "../../api/queries";
import { moveInList } from "../../ui/listKeys";
import { openConversation } from "../../ui/route";
import { shortTime } from "../../ui/time";
import { ContactRow } from "../contacts/ContactRow";
import { highlight } from "./highlight";
import classes from "./Search.module.css";

export function SearchResults({ query, onDone }: { query: string; onDone: () => void }) {
  const { t } = useTranslation();
  const contacts = useContacts().data ?? [];
  const found = useQuery({
    queryKey: ["search", query],
    queryFn: () => api.search(query),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });
  const folded = query.toLocaleLowerCase();
  const people = contacts.filter((contact) => contact.name.toLocaleLowerCase().includes(folded));
  const messages = found.data ?? [];
  return (
    <div className={classes.results} onKeyDown={moveInList}>
      {people.length > 0 && (
        <section aria-label={t("search.people")}>
          <h2 className={classes.heading}>{t("search.people")}</h2>
          <ul className={classes.list}>
            {people.map((contact) => (
              <li key={contact.contact} onClick={onDone}>
                <ContactRow contact={contact} active={false} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {messages.length > 0 && (
        <section aria-label={t("search.messages")}>
          <h2 className={classes.heading}>{t("search.messages")}</h2>
          <ul className={classes.list}>
            {messages.map((message) => (
              <li key={message.id}>
                <Hit message={message} query={query} contact={contacts.find((contact) => contact.contact === message.contact)} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <p className={classes.none} role="status">
        {found.isSuccess && people.length === 0 && messages.length === 0 ? t("search.none", { query }) : ""}
      </p>
    </div>
  );
}

function Hit({ message, query, contact }: { message: Message; query: string; contact: Contact | undefined }) {
  const { i18n, t } = useTranslation();
  const name = contact?.name ?? message.from;
  return (
    <UnstyledButton className={classes.hit} data-row onClick={() => openConversation(message.contact, message.id)}>
      <span className={classes.line}>
        <span className={classes.name}>{message.fromMe ? t("search.youTo", { name }) : name}</span>
        <span className={classes.time}>{shortTime(message.sentAt, Date.now(), i18n.language)}</span>
      </span>
      <span className={classes.text}>
        {highlight(message.text, query).map((part, index) => (part.found ? <mark key={index}>{part.text}</mark> : part.text))}
      </span>
    </UnstyledButton>
  );
}
