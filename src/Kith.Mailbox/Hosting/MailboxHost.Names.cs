using System.Net.Sockets;
using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <content>Holders that people have chosen, by name or by address.</content>
public sealed partial class MailboxHost
{
    /// <summary>Chosen holders of one person that count.</summary>
    private const int MaxChosen = 4;

    private const long NameLifetime = 10 * 60_000;
    private const int MaxNames = 1_024;
    private static readonly TimeSpan NamePatience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, (Endpoint Holder, long At)> _names = new(StringComparer.Ordinal);

    // Tells those that are found, with the gate held; a name that is not found in time is left out.
    private async Task ResolveAsync(IReadOnlyList<string> holders, Action<IReadOnlyList<Endpoint>> found)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var chosen = new List<Endpoint>();
        foreach (var text in holders.Take(MaxChosen))
        {
            if (await ResolveAsync(text).ConfigureAwait(false) is { } holder && !UdpPort.IsVirtual(holder))
                chosen.Add(holder);
        }

        Run(_ => found([.. chosen.Where(_networks.MayContact).Distinct()]));
    }

    // With the gate held: those that were found on the DHT too, without a word to anybody, for somebody who must not be seen.
    private List<Endpoint> KnownAmong(IReadOnlyList<string> holders)
    {
        var known = new List<Endpoint>();
        foreach (var text in holders.Take(MaxChosen))
        {
            if (!NodeAddress.TryParse(text, out var address) || address!.ToIPEndPoint() is not { } at)
                continue;
            var holder = Endpoint.From(at);
            if (_directory.KeyOf(holder) is not null && !known.Contains(holder))
                known.Add(holder);
        }

        return known;
    }

    private async Task<Endpoint?> ResolveAsync(string text)
    {
        if (!NodeAddress.TryParse(text, out var address))
            return null;
        if (address!.ToIPEndPoint() is { } known)
            return Endpoint.From(known);
        lock (_gate)
        {
            if (_names.TryGetValue(text, out var found) && Now() - found.At < NameLifetime)
                return found.Holder;
        }

        try
        {
            using var late = new CancellationTokenSource(NamePatience, _parts.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopping.Token);
            var addresses = await System.Net.Dns.GetHostAddressesAsync(address.Host, either.Token).ConfigureAwait(false);
            if (addresses.Length == 0)
                return null;
            var holder = Endpoint.From(addresses[0], address.Port);
            lock (_gate)
            {
                if (_names.Count >= MaxNames)
                    _names.Clear();
                _names[text] = (holder, Now());
            }

            return holder;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }
}
