import { IconPlugConnectedX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../session/LiveProvider";
import classes from "./Shell.module.css";

/** A break shorter than this is not worth a word. */
const PATIENCE = 700;

export function OfflineBanner() {
  const { t } = useTranslation();
  const { state } = useLive();
  const [shown, setShown] = useState(false);
  const away = state === "offline";
  useEffect(() => {
    if (!away) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [away]);
  return (
    <div role="status">
      {shown && (
        <div className={classes.banner}>
          <IconPlugConnectedX size={18} aria-hidden="true" />
          {t("live.offline")}
        </div>
      )}
    </div>
  );
}
