import { Button, Select, Switch, TextInput } from "@mantine/core";
import { IconBan, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import { reasonOf } from "../../api/client";
import type { Contact } from "../../api/model";
import { usePutContact, useSettings } from "../../api/queries";
import { Avatar } from "../../ui/Avatar";
import { Confirm } from "../../ui/Confirm";
import { showFailure } from "../../ui/failure";
import { goHome } from "../../ui/route";
import { exceptions } from "../settings/hiding";
import classes from "./ContactPanel.module.css";
import { lifetimeKey, LIFETIMES } from "./lifetimes";
import { Verification } from "./Verification";
import { Whereabouts } from "./Whereabouts";

export function ContactFacts({ contact, onGone }: { contact: Contact; onGone: () => void }) {
  const { t } = useTranslation();
  const put = usePutContact();
  const id = contact.contact;
  const change = (part: Parameters<typeof api.changeContact>[1]) => {
    api.changeContact(id, part).then(put, showFailure);
  };
  // Another program, or the other side, may have set a time that is not among the choices.
  const values = [...new Set<number>([...LIFETIMES, contact.disappearAfter])];
  const lifetimes = values.map((value) => ({ value: String(value), label: t(lifetimeKey(value), { seconds: Math.round(value / 1000) }) }));
  return (
    <>
      <div className={classes.top}>
        <Avatar id={id} name={contact.name} size="large" />
        <h2>{contact.name}</h2>
        {contact.profileName && contact.profileName !== contact.name && <p>{t("panel.callsThemselves", { name: contact.profileName })}</p>}
        <span className={classes.id}>{id}</span>
      </div>
      <Rename contact={contact} />
      {contact.state === "connected" && <Verification contact={contact} />}
      {contact.state === "connected" && <Whereabouts contact={contact} />}
      <section className={classes.section}>
        <Select
          label={t("panel.disappear")}
          description={t("panel.disappearHint", { name: contact.name })}
          data={lifetimes}
          value={String(contact.disappearAfter)}
          allowDeselect={false}
          onChange={(value) => value !== null && change({ disappearAfter: Number(value) })}
        />
        <Exception contact={contact} onChange={(privacyException) => change({ privacyException })} />
        <Switch mt="lg" label={t("panel.mute")} checked={contact.muted} onChange={(event) => change({ muted: event.currentTarget.checked })} />
      </section>
      <Endings contact={contact} onGone={onGone} onBlock={(blocked) => change({ blocked })} />
    </>
  );
}

/** What this contact may learn, where that is another thing than what the settings say. */
function Exception({ contact, onChange }: { contact: Contact; onChange: (value: Contact["privacyException"]) => void }) {
  const { t } = useTranslation();
  const fixed = useSettings().data?.privacy === "onion";
  const hint = exceptions.find(({ value }) => value === contact.privacyException)?.hint ?? "panel.hidingHint";
  return (
    <Select
      mt="lg"
      label={t("panel.hiding")}
      description={fixed ? t("panel.hidingFixed") : t(hint, { name: contact.name })}
      data={exceptions.map(({ value, label }) => ({ value, label: t(label) }))}
      value={fixed ? "none" : contact.privacyException}
      disabled={fixed}
      allowDeselect={false}
      onChange={(value) => value !== null && onChange(value as Contact["privacyException"])}
    />
  );
}

function Rename({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const put = usePutContact();
  const [name, setName] = useState(contact.name);
  const [reason, setReason] = useState<string | null>(null);
  const changed = name.trim() !== "" && name.trim() !== contact.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!changed) return;
    api.changeContact(contact.contact, { name: name.trim() }).then(put, (error: unknown) => setReason(reasonOf(error)));
  };
  return (
    <form className={classes.section} onSubmit={submit}>
      <div className={classes.rename}>
        <TextInput
          label={t("panel.name")}
          value={name}
          error={reason}
          maxLength={64}
          autoComplete="off"
          onChange={(event) => {
            setName(event.target.value);
            setReason(null);
          }}
        />
        <Button type="submit" variant="light" disabled={!changed}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}

function Endings({ contact, onGone, onBlock }: { contact: Contact; onGone: () => void; onBlock: (blocked: boolean) => void }) {
  const { t } = useTranslation();
  const put = usePutContact();
  const [asking, setAsking] = useState<"block" | "delete" | null>(null);
  const named = { name: contact.name };
  const blocked = contact.state === "blocked";
  const remove = () => {
    api.removeContact(contact.contact).then(() => {
      onGone();
      goHome();
      put(undefined);
    }, showFailure);
  };
  return (
    <section className={`${classes.section} ${classes.actions}`}>
      <Button variant="default" leftSection={<IconBan size={17} />} onClick={() => (blocked ? onBlock(false) : setAsking("block"))}>
        {blocked ? t("contacts.unblock") : t("panel.block")}
      </Button>
      <Button variant="light" color="brick" leftSection={<IconTrash size={17} />} onClick={() => setAsking("delete")}>
        {t("panel.delete")}
      </Button>
      <Confirm
        opened={asking === "block"}
        title={t("panel.blockTitle", named)}
        text={t("panel.blockText", named)}
        action={t("panel.block")}
        onConfirm={() => onBlock(true)}
        onClose={() => setAsking(null)}
      />
      <Confirm
        opened={asking === "delete"}
        title={t("panel.deleteTitle", named)}
        text={t("panel.deleteText", named)}
        action={t("panel.delete")}
        onConfirm={remove}
        onClose={() => setAsking(null)}
      />
    </section>
  );
}
