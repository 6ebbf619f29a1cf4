import { Button, Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/model";

interface Props {
  message: Message | null;
  name: string;
  onDelete: (message: Message, whom: "me" | "everyone") => void;
  onClose: () => void;
}

export function DeleteMessage({ message, name, onDelete, onClose }: Props) {
  const { t } = useTranslation();
  const choose = (whom: "me" | "everyone") => () => {
    onClose();
    if (message) onDelete(message, whom);
  };
  return (
    <Modal opened={message !== null} onClose={onClose} title={t("delete.title")} centered size="sm" closeButtonProps={{ "aria-label": t("common.close") }}>
      <Text size="sm" mb="md">
        {message?.fromMe && !message.deleted ? t("delete.textMine", { name }) : t("delete.textTheirs")}
      </Text>
      <Stack gap="xs">
        {message?.fromMe && !message.deleted && (
          <Button color="brick" onClick={choose("everyone")}>
            {t("delete.everyone")}
          </Button>
        )}
        <Button variant="light" color="brick" onClick={choose("me")} data-autofocus>
          {t("delete.me")}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
      </Stack>
    </Modal>
  );
}
