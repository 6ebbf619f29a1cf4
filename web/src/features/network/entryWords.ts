const SOURCES = {
  remembered: "network.sourceRemembered",
  named: "network.sourceNamed",
  contact: "network.sourceContact",
  localNetwork: "network.sourceLocalNetwork",
  dynamicDns: "network.sourceDynamicDns",
  mainline: "network.sourceMainline",
} as const;

/** The words for where an entry point is known from. */
export const sourceKey = (source: keyof typeof SOURCES) => SOURCES[source];
