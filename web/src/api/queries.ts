import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { putContact } from "./cache";
import { api } from "./calls";
import { keys } from "./live";
import type { Contact, Settings } from "./model";

export const useContacts = () => useQuery({ queryKey: keys.contacts, queryFn: api.contacts });

export const useSettings = () => useQuery({ queryKey: keys.settings, queryFn: api.settings });

export const useStatus = () => useQuery({ queryKey: keys.status, queryFn: ({ signal }) => api.status(signal) });

/** The surroundings of the node; it tells of changes by itself, and is asked besides while somebody looks. */
export const useNetwork = (every?: number) => useQuery({ queryKey: keys.network, queryFn: api.network, refetchInterval: every ?? false, staleTime: every ?? Infinity });

/** Room for others' drops: asked again while somebody looks, as others fill it. */
export const useRoom = (every: number) => useQuery({ queryKey: keys.room, queryFn: api.room, refetchInterval: every, staleTime: every });

/** Whether people who only use Tor may come in through this node: asked again while somebody looks, as Tor takes its time. */
export const useTorEntry = (every: number) => useQuery({ queryKey: keys.torEntry, queryFn: api.torEntry, refetchInterval: every, staleTime: every });

/** Bridges and entry points at onion addresses: only who sets them changes them. */
export const useTorWays = () => useQuery({ queryKey: keys.torWays, queryFn: api.torWays, staleTime: 0 });

export const useLinks = () => useQuery({ queryKey: keys.links, queryFn: api.links, staleTime: 0 });

export function useContact(id: string | null): Contact | undefined {
  return useContacts().data?.find((contact) => contact.contact === id);
}

/** Takes over a contact as a call of ours left it, without waiting for the event. */
export function usePutContact(): (contact: Contact | undefined) => void {
  const client = useQueryClient();
  return useCallback(
    (contact) => {
      if (contact) client.setQueryData<Contact[]>(keys.contacts, (list) => (list ? putContact(list, contact) : list));
      else void client.invalidateQueries({ queryKey: keys.contacts });
    },
    [client],
  );
}

export function useChangeSettings(): (change: Partial<Settings>) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    async (change) => {
      const settings = await api.changeSettings(change);
      client.setQueryData(keys.settings, settings);
    },
    [client],
  );
}

export function useOfferTorEntry(): (offered: boolean) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    async (offered) => {
      const entry = await api.offerTorEntry(offered);
      client.setQueryData(keys.torEntry, entry);
    },
    [client],
  );
}

export function useChangeTorWays(): (change: Parameters<typeof api.changeTorWays>[0]) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    async (change) => {
      const ways = await api.changeTorWays(change);
      client.setQueryData(keys.torWays, ways);
    },
    [client],
  );
}

export function useOfferRoom(): (offered: number) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    async (offered) => {
      const room = await api.offerRoom(offered);
      client.setQueryData(keys.room, room);
    },
    [client],
  );
}
