import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { followEvents, type LinkState } from "../../api/events";
import { Live } from "../../api/live";
import type { Contact, Message } from "../../api/model";
import { announce } from "../../ui/announce";
import { Outbox } from "../conversation/outgoing";
import { notifyOf } from "./notify";

interface Context {
  live: Live;
  outbox: Outbox;
  state: LinkState;
}

const LiveContext = createContext<Context | null>(null);

/** What comes from the node as it happens, and what waits to be handed to it. */
export function useLive(): Context {
  const context = useContext(LiveContext);
  if (!context) throw new Error("useLive outside LiveProvider");
  return context;
}

export function LiveProvider({ children, onSignedOut }: { children: ReactNode; onSignedOut: () => void }) {
  const client = useQueryClient();
  const { t } = useTranslation();
  const [state, setState] = useState<LinkState>("connecting");

  const arrived = useRef<(message: Message, contact: Contact | undefined) => void>(() => undefined);
  arrived.current = (message, contact) => {
    announce(t("live.arrived", { name: contact?.name ?? message.from, text: message.text }));
    notifyOf(client, message, contact);
  };

  const { live, outbox } = useMemo(() => {
    const outbox: Outbox = new Outbox((message) => live.put(message, true));
    const live: Live = new Live(
      client,
      (message, contact) => arrived.current(message, contact),
      (message) => outbox.confirm(message),
    );
    return { live, outbox };
  }, [client]);

  useEffect(() => {
    let broken = false;
    return followEvents({
      event: (event) => live.apply(event),
      state: (next) => {
        setState(next);
        if (next === "signedOut") onSignedOut();
        if (next === "offline") broken = true;
        if (next === "online") {
          if (broken) live.catchUp();
          broken = false;
          void outbox.resume();
        }
      },
    });
  }, [live, outbox, onSignedOut]);

  // What the node has not taken exists in this page alone.
  useEffect(() => {
    const guard = (event: BeforeUnloadEvent) => {
      if (!outbox.isEmpty) event.preventDefault();
    };
    window.addEventListener("beforeunload", guard);
    return () => window.removeEventListener("beforeunload", guard);
  }, [outbox]);

  const value = useMemo(() => ({ live, outbox, state }), [live, outbox, state]);
  return <LiveContext.Provider value={value}>{children}</LiveContext.Provider>;
}
