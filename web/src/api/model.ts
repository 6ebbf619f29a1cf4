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
export type Room = Schemas["RoomState"];
export type Tor = Schemas["TorStatus"];
export type TorWays = Schemas["TorWaysState"];
export type Link = Schemas["Link"];
export type History = Schemas["MessagePage"];
export type SentMessage = Schemas["SentMessage"];
export type Network = Schemas["Network"];
export type NetworkPeer = Schemas["WalkerPeer"];
export type NetworkSession = Schemas["OpenSession"];
export type NetworkEntry = Schemas["EntryPoint"];
export type NetworkProblem = Schemas["NetworkProblem"];
export type Lookup = Schemas["Lookup"];
export type FindSecretsIssued = Schemas["FindSecretsIssued"];

/** The data of each event of `GET /events`, by its type. */
export type EventData = Schemas["Events"];

export type LiveEvent = { [K in keyof EventData]: { type: K; data: EventData[K] } }[keyof EventData];
