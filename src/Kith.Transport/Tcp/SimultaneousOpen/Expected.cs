#pragma warning disable RS0030 // part of the carrier that owns TCP sockets

using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;

namespace Kith.Transport.Tcp.SimultaneousOpen;

/// <summary>A connection from one endpoint that a listener hands over instead of taking it as a stranger's. Until it is disposed.</summary>
internal sealed class Expected(Action<Expected> forget) : IDisposable
{
    private readonly TaskCompletionSource<Socket> _socket = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isTaken;

    /// <summary>Completes when it came.</summary>
    public Task<Socket> Socket => _socket.Task;

    /// <summary>Hands it over; false when there is one already, or nobody waits any more.</summary>
    public bool TryGive(Socket socket) => _socket.TrySetResult(socket);

    /// <summary>Takes it, once.</summary>
    public bool TryTake([NotNullWhen(true)] out Socket? socket)
    {
        socket = null;
        if (!_socket.Task.IsCompletedSuccessfully || Interlocked.Exchange(ref _isTaken, true))
            return false;
        socket = _socket.Task.GetAwaiter().GetResult();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        forget(this);
        _ = _socket.TrySetCanceled();
        if (TryTake(out var socket))
            socket.Dispose();
    }
}
