import { ActionIcon, Tooltip } from "@mantine/core";
import { IconSettings, IconUserPlus } from "@tabler/icons-react";
import { type RefObject, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "../../ui/Logo";
import { go } from "../../ui/route";
import { ContactList } from "../contacts/ContactList";
import { NetworkButton } from "../network/NetworkButton";
import { SearchBox } from "../search/SearchBox";
import { SearchResults } from "../search/SearchResults";
import classes from "./Shell.module.css";

interface Props {
  search: RefObject<HTMLInputElement | null>;
  active: string | null;
  /** The only pane there is. */
  whole: boolean;
  onAdd: () => void;
}

export function Sidebar({ search, active, whole, onAdd }: Props) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const Pane = whole ? "main" : "nav";
  const asked = useDeferredValue(query.trim());
  return (
    <Pane className={classes.sidebar} aria-label={t("shell.conversations")} data-sidebar>
      <header className={classes.header}>
        <Logo size={30} />
        <h1 className={classes.brand}>Kith</h1>
        <Tooltip label={t("contacts.add")}>
          <ActionIcon onClick={onAdd} aria-label={t("contacts.add")}>
            <IconUserPlus size={21} />
          </ActionIcon>
        </Tooltip>
        <NetworkButton />
        <Tooltip label={t("settings.title")}>
          <ActionIcon onClick={() => go({ name: "settings" })} aria-label={t("settings.title")}>
            <IconSettings size={21} />
          </ActionIcon>
        </Tooltip>
      </header>
      <SearchBox ref={search} value={query} onChange={setQuery} />
      {asked ? <SearchResults query={asked} onDone={() => setQuery("")} /> : <ContactList active={active} />}
    </Pane>
  );
}
