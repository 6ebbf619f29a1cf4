using System.Net;
using Kith.Overlay.Entry;
using Kith.Wire;

namespace Kith.Overlay;

/// <content>What the ways in need done.</content>
internal sealed partial class OverlayCore : IEntryEffects
{
    /// <summary>Tries addresses where nodes may be.</summary>
    public void Suggest(long now, IReadOnlyList<string> addresses)
    {
        Enter(now);
        Entry.Suggest(now, addresses);
    }

    /// <summary>The resolver has done with a name.</summary>
    public void Resolved(long now, int id, IReadOnlyList<IPAddress> addresses, ResolveError error)
    {
        Enter(now);
        Entry.Resolved(now, id, addresses, error);
    }

    /// <summary>A DNS server has answered; empty when it has not.</summary>
    public void Exchanged(long now, int id, ReadOnlyMemory<byte> answer)
    {
        Enter(now);
        Entry.Exchanged(now, id, answer);
    }

    void IEntryEffects.Ask(Endpoint node, EntrySource source)
    {
        if (!_networks.MayContact(node))
            return;
        // Mainline's routers speak the DHT alone.
        if (source != EntrySource.Mainline)
        {
            RememberEntry(node);
            Walker.Introduce(_now, node);
        }

        Dht.Ping(_now, node, result =>
        {
            if (result.Id is not null)
                Entry.Answered(_now, node);
        });
    }

    void IEntryEffects.Send(Endpoint to, ReadOnlySpan<byte> datagram) => _sink.Send(to, datagram);

    void IEntryEffects.SendMulticast(ReadOnlySpan<byte> datagram) => _outside.SendMulticast(_sink.ForGroup(datagram));

    void IEntryEffects.Resolve(int id, string host) => _outside.Resolve(id, host);

    void IEntryEffects.ExchangeDns(int id, Endpoint? server, ReadOnlyMemory<byte> message) => _outside.ExchangeDns(id, server, message);
}
