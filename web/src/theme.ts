import {
  convertCssVariables,
  createTheme,
  type CSSVariablesResolver,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  type MantineColorsTuple,
  mergeMantineTheme,
} from "@mantine/core";

const petrol: MantineColorsTuple = [
  "#e9f5f6",
  "#d5e9eb",
  "#abd3d8",
  "#7dbbc3",
  "#57a7b1",
  "#3d97a3",
  "#257f8c",
  "#17606d",
  "#124f5a",
  "#0d3e47",
];

const dark: MantineColorsTuple = [
  "#e3eaeb",
  "#bccacd",
  "#9bacb0",
  "#71858a",
  "#34464c",
  "#2a393e",
  "#1f2c31",
  "#141d20",
  "#10171a",
  "#0b1012",
];

const brick: MantineColorsTuple = [
  "#fdecea",
  "#f9d5d1",
  "#f2aca5",
  "#ea8077",
  "#e05b50",
  "#d2453a",
  "#c5362b",
  "#b3271e",
  "#931d15",
  "#74150f",
];

const FONT =
  'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "Helvetica Neue", Arial, sans-serif, "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji"';

/** Windows must not lock the page's scrolling: it never scrolls, and the lock would need an inline style element. */
const overlay = { defaultProps: { lockScroll: false, transitionProps: { duration: 140 } } };

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: 7,
  colors: { petrol, brick, dark },
  fontFamily: FONT,
  headings: { fontFamily: FONT, fontWeight: "650" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: {
    Modal: overlay,
    Drawer: overlay,
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: "lg", radius: "xl" } },
    Tooltip: { defaultProps: { openDelay: 500, withArrow: true } },
    Menu: { defaultProps: { shadow: "md", radius: "md", position: "bottom-end" } },
  },
});

const resolver: CSSVariablesResolver = (resolved) => {
  const variables = defaultCssVariablesResolver(resolved);
  Object.assign(variables.light, {
    "--mantine-color-body": "#fffdfa",
    "--mantine-color-text": "#1c2a2d",
    "--mantine-color-dimmed": "#566366",
    "--mantine-color-placeholder": "#667276",
    "--mantine-color-default-border": "#d8d0c2",
    "--mantine-color-error": "#b3271e",
    "--mantine-color-gray-light-color": "#46555a",
    "--mantine-color-brick-light-color": "#a3221a",
    "--mantine-color-petrol-light-color": "#124f5a",
  });
  Object.assign(variables.dark, {
    "--mantine-color-dimmed": "#9bacb0",
    "--mantine-color-placeholder": "#8b9da2",
    "--mantine-color-error": "#ff968c",
    "--mantine-color-brick-light-color": "#ffa39b",
    "--mantine-color-petrol-light-color": "#9fd3da",
    "--mantine-color-petrol-text": "#7dc3cc",
    "--mantine-color-anchor": "#7dc3cc",
  });
  return variables;
};

/** Puts the theme's variables into the document as a constructed sheet: the content security policy allows no inline style elements. */
export function adoptTheme(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(convertCssVariables(resolver(mergeMantineTheme(DEFAULT_THEME, theme)), ":root"));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
