import { ActionIcon, Drawer } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Contact } from "../../api/model";
import { ContactFacts } from "./ContactFacts";
import classes from "./ContactPanel.module.css";

interface Props {
  contact: Contact;
  opened: boolean;
  /** Beside the conversation instead of over it. */
  docked: boolean;
  onClose: () => void;
}

export function ContactPanel({ contact, opened, docked, onClose }: Props) {
  const { t } = useTranslation();
  if (docked) {
    if (!opened) return null;
    return (
      <aside className={classes.dock} aria-label={t("panel.title", { name: contact.name })}>
        <div className={classes.close}>
          <ActionIcon onClick={onClose} aria-label={t("common.close")}>
            <IconX size={20} />
          </ActionIcon>
        </div>
        <ContactFacts contact={contact} onGone={onClose} />
      </aside>
    );
  }
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={400}
      title={t("panel.title", { name: contact.name })}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <ContactFacts contact={contact} onGone={onClose} />
    </Drawer>
  );
}
