import { Loader, useMantineColorScheme } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { unreadTotal } from "../../api/cache";
import { useContact, useContacts, useSettings } from "../../api/queries";
import { Announcer } from "../../ui/announce";
import { goHome, openConversation, useRoute } from "../../ui/route";
import { useNarrow, useRoomy } from "../../ui/useNarrow";
import { AddContact } from "../contacts/AddContact";
import { ContactPanel } from "../contacts/ContactPanel";
import { Conversation } from "../conversation/Conversation";
import { NetworkPage } from "../network/NetworkPage";
import { Onboarding } from "../onboarding/Onboarding";
import { SettingsPage } from "../settings/SettingsPage";
import { Nothing } from "./Nothing";
import { OfflineBanner } from "./OfflineBanner";
import { RelayQuestion } from "./RelayQuestion";
import classes from "./Shell.module.css";
import { Sidebar } from "./Sidebar";
import { TorBanner } from "./TorBanner";
import { useShortcuts } from "./useShortcuts";

export function Shell() {
  const { t, i18n } = useTranslation();
  const route = useRoute();
  const narrow = useNarrow();
  const roomy = useRoomy();
  const contacts = useContacts();
  const settings = useSettings();
  const [adding, setAdding] = useState(false);
  const [panel, setPanel] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const open = useContact(route.name === "conversation" ? route.contact : null);

  const theme = settings.data?.theme;
  useEffect(() => {
    if (theme) setColorScheme(theme === "system" ? "auto" : theme);
  }, [theme, setColorScheme]);

  const language = settings.data?.language;
  useEffect(() => {
    if (language) void i18n.changeLanguage(language);
    document.documentElement.lang = i18n.resolvedLanguage ?? "en";
  }, [language, i18n]);

  const unread = unreadTotal(contacts.data ?? []);
  useEffect(() => {
    document.title = (unread ? `(${unread}) ` : "") + (open ? `${open.name} · Kith` : "Kith");
  }, [unread, open]);

  useShortcuts(search, panel, () => setPanel(false));

  const empty = contacts.data?.length === 0;
  const wasEmpty = useRef(false);
  useEffect(() => {
    const first = contacts.data?.[0];
    if (first && wasEmpty.current && first.state !== "request") openConversation(first.contact);
    wasEmpty.current = empty === true;
  }, [contacts.data, empty]);

  // A contact that is gone, or never was.
  const lost = route.name === "conversation" && contacts.isSuccess && !open;
  useEffect(() => {
    if (lost) goHome();
  }, [lost]);

  if (!contacts.data || !settings.data) {
    return (
      <div className={classes.loading}>
        <OfflineBanner />
        <Loader size="sm" role="progressbar" aria-label={t("session.opening")} />
      </div>
    );
  }

  const onboarding = empty && route.name !== "settings" && route.name !== "network";
  const showSidebar = !onboarding && (!narrow || route.name === "home");
  const showMain = onboarding || !narrow || route.name !== "home";
  return (
    <div className={classes.root}>
      <OfflineBanner />
      <TorBanner />
      <RelayQuestion />
      <div className={classes.panes}>
        {showSidebar && <Sidebar whole={narrow} search={search} onAdd={() => setAdding(true)} active={open?.contact ?? null} />}
        {showMain && (
          <main className={classes.main}>
            {onboarding ? (
              <Onboarding />
            ) : route.name === "settings" ? (
              <SettingsPage />
            ) : route.name === "network" ? (
              <NetworkPage />
            ) : open ? (
              <Conversation key={open.contact} contact={open} target={route.name === "conversation" ? route.message : null} onPanel={() => setPanel(!panel)} />
            ) : (
              <Nothing onAdd={() => setAdding(true)} />
            )}
          </main>
        )}
        {open && !onboarding && <ContactPanel key={open.contact} contact={open} opened={panel} docked={roomy} onClose={() => setPanel(false)} />}
      </div>
      <AddContact opened={adding} onClose={() => setAdding(false)} />
      <Announcer />
    </div>
  );
}
