import { ActionIcon } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../api/queries";
import { goHome } from "../../ui/route";
import { About } from "./About";
import { Appearance } from "./Appearance";
import { Backup } from "./Backup";
import { FindKeys } from "./FindKeys";
import { Forwarders } from "./Forwarders";
import { Hiding } from "./Hiding";
import { Notices } from "./Notices";
import { Passphrase } from "./Passphrase";
import { Privacy } from "./Privacy";
import { Profile } from "./Profile";
import { Relays } from "./Relays";
import { RoomForOthers } from "./RoomForOthers";
import { TorEntry } from "./TorEntry";
import { TorWays } from "./TorWays";
import classes from "./Settings.module.css";

export function SettingsPage() {
  const { t } = useTranslation();
  const settings = useSettings().data;
  if (!settings) return null;
  return (
    <div className={classes.root}>
      <header className={classes.header}>
        <ActionIcon onClick={goHome} aria-label={t("common.back")}>
          <IconArrowLeft size={22} />
        </ActionIcon>
        <h1>{t("settings.title")}</h1>
      </header>
      <div className={classes.scroll}>
        <div className={classes.column}>
          <Profile settings={settings} />
          <Hiding settings={settings} />
          <TorWays />
          <Forwarders settings={settings} />
          <Privacy settings={settings} />
          <Relays settings={settings} />
          <RoomForOthers />
          <TorEntry />
          <FindKeys />
          <Notices settings={settings} />
          <Appearance settings={settings} />
          <Passphrase />
          <Backup />
          <About />
        </div>
      </div>
    </div>
  );
}
