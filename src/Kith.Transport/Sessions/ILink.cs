using System.Net;

namespace Kith.Transport.Sessions;

/// <summary>An ordered, reliable, two-way connection of plain bytes below a session: a TCP socket, a stream through Tor, a relayed one. One receive and one send at a time.</summary>
internal interface ILink : IDisposable
{
    /// <summary>The carrier's name.</summary>
    string Carrier { get; }

    /// <summary>The other end, when known.</summary>
    EndPoint? RemoteEndPoint { get; }

    /// <summary>Which of this machine's addresses carries it, when known.</summary>
    IPAddress? LocalAddress { get; }

    /// <summary>Receives some bytes; 0 at the end. Any failure of the connection throws <see cref="IOException"/>.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Sends all of the bytes. Any failure of the connection throws <see cref="IOException"/>.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Tells the other end that nothing more follows. Never throws.</summary>
    void EndSending();

    /// <summary>Ends the connection at once; what waits on it fails. Never throws.</summary>
    void Abort();
}
