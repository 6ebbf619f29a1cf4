using System.Net;
using System.Net.Sockets;
using Kith.Overlay.Entry;
using Kith.Overlay.Host;
using Kith.Wire;

namespace Kith.Overlay;

/// <content>What the core wants done outside of its port.</content>
public sealed partial class OverlayHost
{
    private sealed class Outside(OverlayHost host) : IOutside, IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly List<Task> _tasks = []; // used with the host's gate held

        public void SendMulticast(ReadOnlySpan<byte> datagram)
        {
        }

        public void Resolve(int id, string name) => Own(ResolveAsync(id, name));

        public void ExchangeDns(int id, Endpoint? server, ReadOnlyMemory<byte> message)
        {
        }

        // Called once the host does nothing any more.
        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(_tasks).ConfigureAwait(false);
            _stopping.Dispose();
        }

        private void Own(Task task)
        {
            _tasks.RemoveAll(static done => done.IsCompleted);
            _tasks.Add(task);
        }

        private async Task ResolveAsync(int id, string name)
        {
            // The caller holds the gate.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            try
            {
                var addresses = await Dns.GetHostAddressesAsync(name, _stopping.Token).ConfigureAwait(false);
                host.Run((core, now) => core.Resolved(now, id, addresses, addresses.Length == 0 ? ResolveError.NoSuchName : ResolveError.None));
            }
            catch (SocketException error)
            {
                var isUnknown = error.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData;
                host.Run((core, now) => core.Resolved(now, id, [], isUnknown ? ResolveError.NoSuchName : ResolveError.Unreachable));
            }
            catch (OperationCanceledException)
            {
                // The node stops.
            }
        }
    }
}
