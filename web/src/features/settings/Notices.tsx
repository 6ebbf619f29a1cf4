import { Switch } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Settings } from "../../api/model";
import { useChangeSettings } from "../../api/queries";
import { showFailure } from "../../ui/failure";
import { permission } from "../session/notify";
import { Section } from "./Section";

/** The browser is asked only when the person has turned notifications on here. */
export function Notices({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const change = useChangeSettings();
  const [allowed, setAllowed] = useState(permission());
  const turn = async (on: boolean) => {
    if (on && permission() === "default") setAllowed(await Notification.requestPermission());
    if (on && permission() === "denied") setAllowed("denied");
    await change({ notifications: on });
  };
  const unset = allowed === "default" && settings.notifications;
  return (
    <Section title={t("settings.notifications")} text={t("settings.notificationsText")}>
      <Switch
        mt="sm"
        label={t("settings.notify")}
        description={allowed === "denied" ? t("settings.notifyDenied") : unset ? t("settings.notifyAsk") : undefined}
        disabled={allowed === "unsupported"}
        checked={settings.notifications && allowed === "granted"}
        onChange={(event) => void turn(event.currentTarget.checked).catch(showFailure)}
      />
    </Section>
  );
}
