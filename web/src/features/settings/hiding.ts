/** The choices of who may learn where the person is, the most open first. */
export const levels = [
  { level: "open", label: "settings.hidingOpen", hint: "settings.hidingOpenHint" },
  { level: "veiled", label: "settings.hidingVeiled", hint: "settings.hidingVeiledHint" },
  { level: "onion", label: "settings.hidingOnion", hint: "settings.hidingOnionHint" },
] as const;

/** The same for one contact, with none first. */
export const exceptions = [
  { value: "none", label: "panel.hidingNone", hint: "panel.hidingHint" },
  { value: "open", label: "panel.hidingOpen", hint: "panel.hidingOpenHint" },
  { value: "veiled", label: "panel.hidingVeiled", hint: "panel.hidingVeiledHint" },
  { value: "onion", label: "panel.hidingOnion", hint: "panel.hidingOnionHint" },
] as const;
