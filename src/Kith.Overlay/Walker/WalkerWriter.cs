using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Walker;

/// <summary>
/// Writes the four messages, keys in order. All that App-to-app communicator's classes fail without is always there: <c>connection_type</c>, <c>internal_source</c>, <c>source</c>, <c>pex</c> (its
/// listening thread ends when one is missing). The sources are what we do not tell: 0.0.0.0 and port 0.
/// </summary>
internal ref struct WalkerWriter
{
    /// <summary>Largest datagram that we send: crosses every link unbroken (RFC 9000 section 14), and fits the seed's 2048 bytes.</summary>
    public const int MaxDatagram = 1200;

    // ConnectivityManager.TYPE_WIFI of Android: shown as such, and all that a node of no telephone network can say.
    private const int Wifi = 1;

    private BencodeWriter _writer;
    private readonly ReadOnlySpan<byte> _peerId;
    private readonly Endpoint _to;

    // Set for peers that know Kith's additions, or may.
    private readonly Additions _additions;

    /// <param name="destination">Where to write; what does not fit makes <see cref="Finish"/> return nothing.</param>
    /// <param name="peerId">Ours.</param>
    /// <param name="to">Who gets it.</param>
    /// <param name="additions">What goes beyond the seed.</param>
    public WalkerWriter(Span<byte> destination, ReadOnlySpan<byte> peerId, Endpoint to, Additions additions)
    {
        _writer = new BencodeWriter(destination);
        _peerId = peerId;
        _to = to;
        _additions = additions;
    }

    /// <summary>The version that our <c>kv</c> says.</summary>
    private static ReadOnlySpan<byte> Version => "1"u8;

    /// <summary>Bytes that a peer takes in <c>pex</c>.</summary>
    public static int SizeOf(Endpoint address, int peerIdLength)
    {
        Span<byte> entry = stackalloc byte[256];
        var writer = new BencodeWriter(entry);
        Span<byte> id = stackalloc byte[WalkerReader.MaxPeerId];
        WriteEntry(ref writer, address, id[..peerIdLength]);
        return writer.Length;
    }

    /// <summary>Introduction request, with how many peers are wanted.</summary>
    public ReadOnlySpan<byte> IntroductionRequest(int wanted)
    {
        Begin();
        _writer.WriteEntry("connection_type"u8, Wifi);
        Destination();
        Additional(wanted);
        _writer.WriteEntry("network_operator"u8, []);
        _writer.WriteEntry("peer_id"u8, _peerId);
        return Finish(WalkerMessageType.IntroductionRequest);
    }

    /// <summary>Introduction response.</summary>
    /// <param name="invitee">Whom we asked to puncture the one that gets this, or null.</param>
    /// <param name="pex">Other peers.</param>
    public ReadOnlySpan<byte> IntroductionResponse(WalkerPeer? invitee, List<WalkerPeer> pex)
    {
        Begin();
        _writer.WriteEntry("connection_type"u8, Wifi);
        Destination();
        Nowhere("internal_source"u8);
        if (invitee is not null)
        {
            _writer.WriteBytes("invitee"u8);
            WriteEntry(ref _writer, invitee.Address, invitee.Id);
        }

        Additional();
        _writer.WriteEntry("network_operator"u8, []);
        _writer.WriteEntry("peer_id"u8, _peerId);
        _writer.WriteBytes("pex"u8);
        _writer.BeginList();
        foreach (var peer in pex)
            WriteEntry(ref _writer, peer.Address, peer.Id);
        _writer.End();
        return Finish(WalkerMessageType.IntroductionResponse);
    }

    /// <summary>Puncture request.</summary>
    public ReadOnlySpan<byte> PunctureRequest(WalkerPeer target)
    {
        Begin();
        Destination();
        Additional();
        _writer.WriteEntry("peer_id"u8, _peerId);
        _writer.WriteBytes("puncture_peer"u8);
        WriteEntry(ref _writer, target.Address, target.Id);
        Nowhere("source"u8);
        return Finish(WalkerMessageType.PunctureRequest);
    }

    /// <summary>Puncture.</summary>
    public ReadOnlySpan<byte> Puncture()
    {
        Begin();
        Destination();
        Additional();
        _writer.WriteEntry("peer_id"u8, _peerId);
        Nowhere("source"u8);
        return Finish(WalkerMessageType.Puncture);
    }

    private static void WriteEntry(ref BencodeWriter writer, Endpoint address, ReadOnlySpan<byte> peerId)
    {
        Span<byte> text = stackalloc byte[AddressText.MaxSize];
        writer.BeginDictionary();
        writer.WriteEntry("address"u8, text[..AddressText.Write(address, text)]);
        if (!peerId.IsEmpty)
            writer.WriteEntry("peer_id"u8, peerId);
        writer.WriteEntry("port"u8, address.Port);
        writer.End();
    }

    private void Begin() => _writer.BeginDictionary();

    private void Destination()
    {
        _writer.WriteBytes("destination"u8);
        WriteEntry(ref _writer, _to, []);
    }

    private void Nowhere(ReadOnlySpan<byte> key)
    {
        _writer.WriteBytes(key);
        WriteEntry(ref _writer, Endpoint.FromIPv4(0, 0), []);
    }

    // No key of one letter: those tell a datagram of the DHT.
    private void Additional(int? wanted = null)
    {
        if (!_additions.Present)
            return;
        if (!_additions.Echo.IsEmpty)
            _writer.WriteEntry("ke"u8, _additions.Echo);
        if (wanted is { } peers)
            _writer.WriteEntry("kn"u8, peers);
        if (_additions.ServesRelay)
            _writer.WriteEntry("kr"u8, 1);
        _writer.WriteEntry("kt"u8, _additions.Token);
        _writer.WriteEntry("kv"u8, Version);
    }

    private ReadOnlySpan<byte> Finish(WalkerMessageType type)
    {
        _writer.WriteEntry("type"u8, (int)type);
        _writer.End();
        return _writer.Overflowed ? default : _writer.Written;
    }

    /// <summary>What Kith adds, in keys that the seed passes over; nothing in the default value.</summary>
    /// <param name="token">Our token for the address.</param>
    /// <param name="echo">The token that we have from there, or nothing.</param>
    /// <param name="servesRelay">Whether we carry circuits of others.</param>
    public readonly ref struct Additions(ReadOnlySpan<byte> token, ReadOnlySpan<byte> echo, bool servesRelay = false)
    {
        /// <summary>Whether we carry circuits of others.</summary>
        public bool ServesRelay { get; } = servesRelay;

        /// <summary>Whether there are any.</summary>
        public bool Present => !Token.IsEmpty;

        /// <summary>Our token.</summary>
        public ReadOnlySpan<byte> Token { get; } = token;

        /// <summary>Theirs.</summary>
        public ReadOnlySpan<byte> Echo { get; } = echo;
    }
}
