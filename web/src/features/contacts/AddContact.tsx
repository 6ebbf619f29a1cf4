import { Modal, Tabs } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useNarrow } from "../../ui/useNarrow";
import { LinksList } from "./LinksList";
import { MyLink } from "./MyLink";
import { PasteLink } from "./PasteLink";

export function AddContact({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  return (
    <Modal opened={opened} onClose={onClose} title={t("contacts.add")} size={430} fullScreen={narrow} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Tabs defaultValue="paste" keepMounted={false}>
        <Tabs.List grow mb="md">
          <Tabs.Tab value="paste">{t("links.tabTheirs")}</Tabs.Tab>
          <Tabs.Tab value="mine">{t("links.tabMine")}</Tabs.Tab>
          <Tabs.Tab value="all">{t("links.tabAll")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="paste">
          <PasteLink onAdded={onClose} />
        </Tabs.Panel>
        <Tabs.Panel value="mine">
          <MyLink />
        </Tabs.Panel>
        <Tabs.Panel value="all">
          <LinksList />
        </Tabs.Panel>
      </Tabs>
    </Modal>
  );
}
