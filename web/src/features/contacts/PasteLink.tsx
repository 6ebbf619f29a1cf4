import { Button, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/calls";
import { reasonOf } from "../../api/client";
import { usePutContact } from "../../api/queries";
import { openConversation } from "../../ui/route";
import classes from "./AddContact.module.css";
import { ScanLink } from "./ScanLink";

/** Adds the maker of a link that was pasted or held before the camera. */
export function PasteLink({ onAdded }: { onAdded?: () => void }) {
  const { t } = useTranslation();
  const put = usePutContact();
  const [link, setLink] = useState("");
  const [name, setName] = useState("");
  const [reason, setReason] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function add(text: string) {
    setBusy(true);
    setReason(null);
    try {
      const contact = await api.addContact(text.trim(), name.trim());
      put(contact);
      onAdded?.();
      openConversation(contact.contact);
    } catch (error) {
      setReason(reasonOf(error));
    } finally {
      setBusy(false);
    }
  }

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (link.trim()) void add(link);
    else setReason(t("links.empty"));
  };

  return (
    <form className={classes.link} onSubmit={submit}>
      <Textarea
        label={t("links.theirs")}
        placeholder="kith:…"
        autosize
        minRows={2}
        maxRows={5}
        value={link}
        error={reason}
        onChange={(event) => {
          setLink(event.target.value);
          setReason(null);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") submit(event);
        }}
        data-autofocus
        spellCheck={false}
        autoComplete="off"
      />
      <TextInput label={t("links.callThem")} description={t("links.callThemHint")} value={name} maxLength={64} onChange={(event) => setName(event.target.value)} autoComplete="off" />
      <div className={classes.buttons}>
        <Button type="submit" loading={busy} fullWidth>
          {t("links.add")}
        </Button>
        <ScanLink
          onFound={(text) => {
            setLink(text);
            void add(text);
          }}
        />
      </div>
    </form>
  );
}
