import { Loader } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "../../ui/Logo";
import { LiveProvider } from "./LiveProvider";
import { type Opening, openSession, takeKey } from "./opening";
import classes from "./SessionGate.module.css";
import { Shell } from "../shell/Shell";

const RETRY_AFTER = 1_500;

// Read once, before anything else can look at the address.
let key = takeKey(window.location, window.history);

export function SessionGate() {
  const [opening, setOpening] = useState<Opening | null>(null);

  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const attempt = async () => {
      const result = await openOnce();
      if (over) return;
      setOpening(result);
      if (result === "away") timer = setTimeout(() => void attempt(), RETRY_AFTER);
    };
    void attempt();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, []);

  // A newer address pasted into the same tab changes only the fragment.
  useEffect(() => {
    const onHash = () => {
      if (window.location.hash.startsWith("#k=")) window.location.reload();
    };
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, []);

  const signedOut = useCallback(() => setOpening("signedOut"), []);
  if (opening === "open") {
    return (
      <LiveProvider onSignedOut={signedOut}>
        <Shell />
      </LiveProvider>
    );
  }
  return <Closed opening={opening} />;
}

let running: Promise<Opening> | null = null;

/** The key is good for one use, and effects may run twice: everybody waits for the same attempt. */
function openOnce(): Promise<Opening> {
  running ??= openSession(key).then((result) => {
    running = null;
    if (result !== "away") key = null;
    return result;
  });
  return running;
}

function Closed({ opening }: { opening: Opening | null }) {
  const { t } = useTranslation();
  return (
    <main className={classes.root}>
      <Logo size={72} />
      <h1 className={classes.title}>Kith</h1>
      {opening === null && <Loader size="sm" role="progressbar" aria-label={t("session.opening")} />}
      {opening === "away" && <p className={classes.text}>{t("session.away")}</p>}
      {opening === "usedKey" && <p className={classes.text}>{t("session.usedKey")}</p>}
      {opening === "signedOut" && <p className={classes.text}>{t("session.signedOut")}</p>}
      {(opening === "usedKey" || opening === "signedOut") && <code className={classes.command}>kith page</code>}
    </main>
  );
}
