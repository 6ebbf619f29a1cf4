using System.Buffers.Binary;
using Kith.Overlay.Nat;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>What the called side says to a call.</summary>
internal enum CallStatus : byte
{
    /// <summary>A call, or: punching.</summary>
    Ok = 0,

    /// <summary>The time in the call is not after the last one of this key: call again with a later time than that in the answer.</summary>
    Stale = 1,

    /// <summary>Not now: too many calls.</summary>
    Busy = 2,
}

/// <summary>What both sides of a call tell each other, sealed (docs/protocol/reach.md, "Content"). Of one size whatever it says.</summary>
internal sealed record CallContent
{
    /// <summary>Bytes (specification).</summary>
    public const int Size = 288;

    /// <summary>Bytes of each side's part of the punch's key.</summary>
    public const int SecretSize = 16;

    private const byte Version = 1;
    private const int SecretAt = 18;
    private const int NatAt = 34;
    private const int FlagsAt = 35;
    private const int RoundTripAt = 36;
    private const int DelayAt = 38;
    private const int CountAt = 40;
    private const int CandidatesAt = 41;

    // Behind the room for all candidates: what is left of the content.
    private const int Tcp6At = CandidatesAt + (ReachLimits.MaxCandidates * EndpointBytes.Size);
    private const int Tcp4At = Tcp6At + EndpointBytes.Size;
    private const int EndAt = Tcp4At + sizeof(uint) + sizeof(ushort);

    /// <summary>What the called side says to it.</summary>
    public CallStatus Status { get; init; }

    /// <summary>In a call: when it is made, unix milliseconds of the caller, after that of each earlier call. In an answer that says so: of the last call that was taken.</summary>
    public long Time { get; init; }

    /// <summary>Which call, drawn at random by the caller; the same through all introducers.</summary>
    public ulong Call { get; init; }

    /// <summary>The sender's part of the punch's key.</summary>
    public required ReadOnlyMemory<byte> Secret { get; init; }

    /// <summary>What the sender is behind.</summary>
    public NatKind Nat { get; init; }

    /// <summary>Whether the sender's NAT gives another port to each destination, by vote.</summary>
    public bool PortVaries { get; init; }

    /// <summary>Whether the sender agrees to circuits.</summary>
    public bool TakesCircuits { get; init; }

    /// <summary>The sender's round trip to the introducer, milliseconds; 0 when not known.</summary>
    public int RoundTrip { get; init; }

    /// <summary>In an answer: how long after it the sender begins to punch, milliseconds.</summary>
    public int Delay { get; init; }

    /// <summary>Where the sender may be, the most likely first.</summary>
    public IReadOnlyList<Endpoint> Candidates { get; init; } = [];

    /// <summary>Where the sender's TCP connections come from when it makes them from the port that it listens on, over IPv4; default for not known.</summary>
    public Endpoint Tcp4 { get; init; }

    /// <summary>The same over IPv6.</summary>
    public Endpoint Tcp6 { get; init; }

    /// <summary>Whether nothing that the sender sends to a new address can be foretold: each destination sees another port.</summary>
    public bool IsHard => Nat == NatKind.Symmetric || (Nat is NatKind.Unknown or NatKind.Blocked && PortVaries);

    /// <summary>Reads <see cref="Size"/> bytes; false for another version or size, an unknown status or kind, more candidates than fit, an IPv4 address where one of IPv6 belongs, and padding that is not zero.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out CallContent content)
    {
        content = null!;
        if (bytes.Length != Size || bytes[0] != Version || bytes[1] > (byte)CallStatus.Busy || bytes[NatAt] > (byte)NatKind.Blocked || bytes[FlagsAt] > 3)
            return false;
        var time = BinaryPrimitives.ReadInt64BigEndian(bytes[2..]);
        var count = bytes[CountAt];
        if (time < 0 || count > ReachLimits.MaxCandidates || bytes[(CandidatesAt + (count * EndpointBytes.Size))..Tcp6At].ContainsAnyExcept((byte)0)
            || bytes[EndAt..].ContainsAnyExcept((byte)0))
            return false;
        var tcp6 = EndpointBytes.Read(bytes[Tcp6At..]);
        var tcp4 = Endpoint.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes[Tcp4At..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(Tcp4At + sizeof(uint))..]));
        if (tcp6 != default && (tcp6.IsIPv4 || tcp6.Port == 0))
            return false;
        var candidates = new Endpoint[count];
        for (var i = 0; i < count; i++)
            candidates[i] = EndpointBytes.Read(bytes[(CandidatesAt + (i * EndpointBytes.Size))..]);
        content = new CallContent
        {
            Status = (CallStatus)bytes[1],
            Time = time,
            Call = BinaryPrimitives.ReadUInt64BigEndian(bytes[10..]),
            Secret = bytes.Slice(SecretAt, SecretSize).ToArray(),
            Nat = (NatKind)bytes[NatAt],
            PortVaries = (bytes[FlagsAt] & 1) != 0,
            TakesCircuits = (bytes[FlagsAt] & 2) != 0,
            RoundTrip = BinaryPrimitives.ReadUInt16BigEndian(bytes[RoundTripAt..]),
            Delay = BinaryPrimitives.ReadUInt16BigEndian(bytes[DelayAt..]),
            Candidates = candidates,
            Tcp4 = tcp4.Port == 0 ? default : tcp4,
            Tcp6 = tcp6,
        };
        return true;
    }

    /// <summary>Fills <paramref name="bytes"/>, <see cref="Size"/> of them; candidates for which there is no room are left out.</summary>
    public void Write(Span<byte> bytes)
    {
        bytes.Clear();
        bytes[0] = Version;
        bytes[1] = (byte)Status;
        BinaryPrimitives.WriteInt64BigEndian(bytes[2..], Time);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[10..], Call);
        Secret.Span.CopyTo(bytes[SecretAt..]);
        bytes[NatAt] = (byte)Nat;
        bytes[FlagsAt] = (byte)((PortVaries ? 1 : 0) | (TakesCircuits ? 2 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[RoundTripAt..], (ushort)Math.Clamp(RoundTrip, 0, ushort.MaxValue));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[DelayAt..], (ushort)Math.Clamp(Delay, 0, ushort.MaxValue));
        var count = Math.Min(Candidates.Count, ReachLimits.MaxCandidates);
        bytes[CountAt] = (byte)count;
        for (var i = 0; i < count; i++)
            EndpointBytes.Write(Candidates[i], bytes[(CandidatesAt + (i * EndpointBytes.Size))..]);
        if (Tcp6 is { Port: > 0, IsIPv4: false })
            EndpointBytes.Write(Tcp6, bytes[Tcp6At..]);
        if (Tcp4 is not { Port: > 0, IsIPv4: true })
            return;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Tcp4At..], (uint)Tcp4.Low);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[(Tcp4At + sizeof(uint))..], Tcp4.Port);
    }
}
