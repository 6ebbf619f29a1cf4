import { Button, Checkbox } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import { useContacts } from "../../api/queries";
import type { Contact, FindSecretsIssued } from "../../api/model";
import { Confirm } from "../../ui/Confirm";
import { showFailure } from "../../ui/failure";
import { Section } from "./Section";
import classes from "./Settings.module.css";

/** New keys to be found by, for the contacts that are chosen; the others lose theirs. */
export function FindKeys() {
  const { t } = useTranslation();
  const contacts = (useContacts().data ?? []).filter((contact) => contact.state === "connected");
  const [choosing, setChoosing] = useState(false);
  const issue = useMutation({ mutationFn: api.issueFindSecrets, onSuccess: () => setChoosing(false), onError: showFailure });
  return (
    <Section title={t("findKeys.title")} text={t("findKeys.text")}>
      {choosing ? (
        <Choice contacts={contacts} busy={issue.isPending} onCancel={() => setChoosing(false)} onIssue={(chosen) => issue.mutate(chosen)} />
      ) : (
        <>
          {contacts.length === 0 && <p className={classes.text}>{t("findKeys.nobody")}</p>}
          <Button variant="light" disabled={contacts.length === 0} onClick={() => setChoosing(true)}>
            {t("findKeys.choose")}
          </Button>
        </>
      )}
      <div role="status">{!choosing && issue.data && <Issued issued={issue.data} contacts={contacts} />}</div>
    </Section>
  );
}

interface ChoiceProps {
  contacts: readonly Contact[];
  busy: boolean;
  onCancel: () => void;
  onIssue: (chosen: string[]) => void;
}

function Choice({ contacts, busy, onCancel, onIssue }: ChoiceProps) {
  const { t, i18n } = useTranslation();
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const chosen = contacts.filter((contact) => !without.has(contact.contact));
  const left = contacts.filter((contact) => without.has(contact.contact));
  const turn = (id: string, on: boolean) => {
    const next = new Set(without);
    if (on) next.delete(id);
    else next.add(id);
    setWithout(next);
  };
  return (
    <form
      className={classes.stack}
      onSubmit={(event) => {
        event.preventDefault();
        setAsking(true);
      }}
    >
      <fieldset className={classes.choice}>
        <legend>{t("findKeys.who")}</legend>
        {contacts.map((contact) => (
          <Checkbox
            key={contact.contact}
            label={contact.name}
            checked={!without.has(contact.contact)}
            onChange={(event) => turn(contact.contact, event.currentTarget.checked)}
          />
        ))}
      </fieldset>
      <div className={classes.buttons}>
        <Button type="submit" loading={busy}>
          {t("findKeys.issue", { count: chosen.length })}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t("common.cancel")}
        </Button>
      </div>
      <Confirm
        opened={asking}
        title={t("findKeys.confirmTitle")}
        text={left.length ? t("findKeys.confirmSome", { names: listOf(left, i18n.language) }) : t("findKeys.confirmAll")}
        action={t("findKeys.confirm")}
        danger={left.length > 0}
        onConfirm={() => onIssue(chosen.map((contact) => contact.contact))}
        onClose={() => setAsking(false)}
      />
    </form>
  );
}

function Issued({ issued, contacts }: { issued: FindSecretsIssued; contacts: readonly Contact[] }) {
  const { t, i18n } = useTranslation();
  const without = contacts.filter((contact) => issued.withheld.includes(contact.contact));
  return (
    <p className={classes.result}>
      {t("findKeys.done", { count: issued.issued.length })}
      {without.length > 0 && ` ${t("findKeys.doneWithout", { names: listOf(without, i18n.language) })}`}
    </p>
  );
}

function listOf(contacts: readonly Contact[], language: string): string {
  return new Intl.ListFormat(language).format(contacts.map((contact) => contact.name));
}
