import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./ui/base.css";
import "./i18n";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { SessionGate } from "./features/session/SessionGate";
import { adoptTheme, theme } from "./theme";

adoptTheme();

// Events keep everything fresh, so nothing is asked again on a whim; a node that is away is the live stream's affair, not each query's.
const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: Infinity, refetchOnWindowFocus: false, refetchOnReconnect: false, retry: 1, networkMode: "always" }, mutations: { networkMode: "always" } },
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        colorSchemeManager={localStorageColorSchemeManager({ key: "kith-theme" })}
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <QueryClientProvider client={queries}>
          <Notifications position="top-center" limit={3} />
          <SessionGate />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
