import { ActionIcon, Kbd, TextInput } from "@mantine/core";
import { IconSearch, IconX } from "@tabler/icons-react";
import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Search.module.css";

interface Props {
  ref: Ref<HTMLInputElement>;
  value: string;
  onChange: (value: string) => void;
}

export function SearchBox({ ref, value, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <TextInput
      ref={ref}
      className={classes.box}
      type="search"
      role="searchbox"
      radius="xl"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape" && value) {
          event.preventDefault();
          onChange("");
        } else if (event.key === "ArrowDown") {
          event.preventDefault();
          event.currentTarget.closest("[data-sidebar]")?.querySelector<HTMLElement>("[data-row]")?.focus();
        }
      }}
      placeholder={t("search.placeholder")}
      aria-label={t("search.placeholder")}
      aria-keyshortcuts="Control+K"
      leftSection={<IconSearch size={17} aria-hidden="true" />}
      rightSectionWidth={value ? undefined : 70}
      rightSection={
        value ? (
          <ActionIcon size="sm" onClick={() => onChange("")} aria-label={t("search.clear")}>
            <IconX size={15} />
          </ActionIcon>
        ) : (
          <Kbd size="xs" className={classes.hint} aria-hidden="true">
            Ctrl K
          </Kbd>
        )
      }
    />
  );
}
