namespace Kith.Mailbox.Hosting;

/// <summary>For whom a request is passed on: what they have under way towards one node is bounded.</summary>
/// <param name="Stream">The stream that it was asked over.</param>
/// <param name="Prefix">The prefix of whoever asked; null on a network of ours, where prefixes mean nothing.</param>
/// <param name="HasAddress">Whether their address is known: all who come through Tor share one prefix, of twice the share.</param>
internal readonly record struct PassedFor(object Stream, ulong? Prefix, bool HasAddress);
