import type { components } from "../../.generated/schema";

/** The types of docs/protocol/api.md by short names; they are generated from the node's OpenAPI document. */
type Schemas = components["schemas"];

export type Message = Schemas["Message"];
export type Reply = Schemas["Reply"];
export type Contact = Schemas["Contact"];
export type ContactChange = Schemas["ContactPatch"];
export type Settings = Schemas["Settings"];
export type Theme = Schemas["Theme"];
export type Status = Schemas["Status"];
export type Link = Schemas["Link"];
export type History = Schemas["MessagePage"];
export type SentMessage = Schemas["SentMessage"];

/** The data of each event of `GET /events`, by its type. */
export type EventData = Schemas["Events"];

export type LiveEvent = { [K in keyof EventData]: { type: K; data: EventData[K] } }[keyof EventData];

// Stand-ins until the node's document names them.
type Way = "in" | "out";
export interface NetworkPeer { id: string; address: string; direction: Way; connectable: boolean | null; lastSeen: number; rtt: number | null; speaks: string }
export interface NetworkSession { id: string; contact: string | null; name: string | null; address: string; direction: Way; carrier: string; since: number; lastSeen: number; rtt: number | null }
export interface NetworkEntry { source: "remembered" | "named" | "contact" | "localNetwork" | "dynamicDns" | "mainline"; address: string; state: "resolving" | "asked" | "answered" | "failed"; detail: string | null; elapsed: number | null }
export interface NetworkProblem { what: string; detail: string; remedy: string | null }
export interface Network {
  listen: string[];
  wan: string | null;
  votes: { by: string; seen: string; at: number }[];
  nat: string | null;
  connectable: boolean | null;
  peers: NetworkPeer[];
  sessions: NetworkSession[];
  entries: NetworkEntry[];
  dht: { nodes: number; depth: number; stored: number; readOnly: boolean };
  traffic: { in: number; out: number };
  counts: { active: number; connectable: number; incoming: number; outgoing: number; ratio: number | null };
  problems: NetworkProblem[];
}
export interface Lookup { contact: string; name: string; addresses: string[]; hops: number; queries: number; elapsed: number }
export interface FindSecretsIssued { issued: string[]; withheld: string[] }
