import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { reasonOf } from "../../api/client";
import { useChangeSettings, useSettings } from "../../api/queries";
import { Logo } from "../../ui/Logo";
import { go } from "../../ui/route";
import { MyLink } from "../contacts/MyLink";
import { PasteLink } from "../contacts/PasteLink";
import classes from "./Onboarding.module.css";

/** What a node calls its person until they say their name. */
const UNNAMED = "Me";

/** From nothing to the first conversation: a name, then a link in either direction. */
export function Onboarding() {
  const name = useSettings().data?.name ?? "";
  const named = name !== "" && name !== UNNAMED;
  return (
    <div className={classes.root}>
      <div className={classes.inner}>{named ? <Links name={name} /> : <Name />}</div>
    </div>
  );
}

function Name() {
  const { t } = useTranslation();
  const change = useChangeSettings();
  const [name, setName] = useState("");
  const [reason, setReason] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!name.trim()) {
      setReason(t("onboarding.nameEmpty"));
      return;
    }
    change({ name: name.trim() }).catch((error: unknown) => setReason(reasonOf(error)));
  };
  return (
    <form className={classes.name} onSubmit={submit}>
      <Logo size={72} />
      <h1 className={classes.title}>{t("onboarding.welcome")}</h1>
      <p className={classes.text}>{t("onboarding.promise")}</p>
      <TextInput
        size="md"
        className={classes.input}
        label={t("onboarding.name")}
        description={t("onboarding.nameHint")}
        value={name}
        error={reason}
        maxLength={64}
        onChange={(event) => {
          setName(event.target.value);
          setReason(null);
        }}
        autoFocus
        autoComplete="nickname"
      />
      <Button type="submit" size="md" className={classes.input}>
        {t("onboarding.next")}
      </Button>
    </form>
  );
}

function Links({ name }: { name: string }) {
  const { t } = useTranslation();
  return (
    <>
      <header className={classes.header}>
        <Logo size={56} />
        <h1 className={classes.title}>{t("onboarding.meet", { name })}</h1>
        <p className={classes.text}>{t("onboarding.meetText")}</p>
      </header>
      <div className={classes.sides}>
        <section className={classes.card} aria-labelledby="mine-heading">
          <h2 id="mine-heading">{t("onboarding.giveLink")}</h2>
          <MyLink simple />
        </section>
        <section className={classes.card} aria-labelledby="theirs-heading">
          <h2 id="theirs-heading">{t("onboarding.haveLink")}</h2>
          <PasteLink />
        </section>
      </div>
      <Button variant="subtle" color="gray" mt="md" onClick={() => go({ name: "settings" })}>
        {t("settings.title")}
      </Button>
    </>
  );
}
