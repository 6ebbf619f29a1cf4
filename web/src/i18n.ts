import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./locales/en.json";

/** The languages there are. A new one is a file beside en.json and a line here. */
export const LANGUAGES = { en: "English" } as const;

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}

void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: en } },
  interpolation: { escapeValue: false },
});

export default i18next;
