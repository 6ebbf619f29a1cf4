using System.Net;
using System.Net.Sockets;
using Kith.Delivery.Routes;
using Kith.Transport;

namespace Kith.Node.Network;

/// <summary>
/// TCP port 443 beside the node's own, for as long as others' conversations are carried and where the system allows it: people get in there whose network blocks the rest. For several threads.
/// </summary>
internal sealed class TunnelPort(DirectRoute route, ICarrier carrier) : IDisposable
{
    /// <summary>The port that hardly any network blocks.</summary>
    public const int Number = 443;

    private readonly SemaphoreSlim _turn = new(1, 1); // guards the list's changes
    private readonly List<IPEndPoint> _open = [];
    private volatile bool _listens;
    private volatile bool _isWanted;

    /// <summary>Whether it is listened on.</summary>
    public bool Listens => _listens;

    /// <summary>Opens it at each of the addresses that the node listens on, or closes it. Never fails: where it may not be opened the node does without.</summary>
    /// <param name="isWanted">Whether it is to be open; the last word holds.</param>
    /// <param name="own">Where the node listens.</param>
    public async Task SetAsync(bool isWanted, IReadOnlyList<IPEndPoint> own)
    {
        _isWanted = isWanted && own.Any(at => !IPAddress.IsLoopback(at.Address)) && own.All(at => at.Port != Number);
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_isWanted && _open.Count == 0)
                await OpenAsync(own.Select(at => at.Address).Distinct()).ConfigureAwait(false);
            else if (!_isWanted)
                await CloseAsync().ConfigureAwait(false);
            _listens = _open.Count > 0;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task OpenAsync(IEnumerable<IPAddress> addresses)
    {
        foreach (var address in addresses)
        {
            try
            {
                _open.Add(await route.ListenAsync(carrier, new IPEndPoint(address, Number)).ConfigureAwait(false));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Not allowed, or another program has it: kith doctor says so. Or the node stops.
            }
        }
    }

    private async Task CloseAsync()
    {
        foreach (var at in _open)
            await route.StopListeningAsync(at).ConfigureAwait(false);
        _open.Clear();
    }
}
