using Kith.Transport;

namespace Kith.Delivery.Routes;

/// <summary>The numbers of the peer protocol (docs/protocol/peer.md) and its limits.</summary>
public static class PeerProtocol
{
    // Specification.

    /// <summary>The kind of the one stream that carries peer frames; the session's initiator opens it.</summary>
    public static readonly StreamKind StreamKind = new(1);

    /// <summary>The kind of that stream in a session that goes through a relay on purpose, beside the usual one: it takes nobody's place.</summary>
    public static readonly StreamKind ApartStreamKind = new(3);

    /// <summary>The longest sealed envelope, bytes.</summary>
    public const int MaxEnvelope = 128 * 1024;

    /// <summary>The longest bundle request or answer, bytes.</summary>
    public const int MaxBundle = 8 * 1024;

    /// <summary>The longest frame of a type that we do not know: it is skipped.</summary>
    public const int MaxUnknown = MaxEnvelope;

    // Implementation.

    /// <summary>Bytes that may wait for one session; what does not fit is not taken.</summary>
    public const int SendBuffer = 1 << 20;

    /// <summary>Bytes handed to the stream at once.</summary>
    public const int SendChunk = 64 * 1024;

    /// <summary>Envelopes handed on at once.</summary>
    public const int MaxEnvelopesAtOnce = 256;

    /// <summary>Bytes of envelopes handed on at once; a single larger one is taken.</summary>
    public const int MaxBytesAtOnce = 256 * 1024;

    /// <summary>Sessions with keys that are no contact's.</summary>
    public const int MaxStrangers = 64;

    /// <summary>Frames that a stranger may send in a session.</summary>
    public const int MaxStrangerFrames = 64;

    /// <summary>Bytes that a stranger may send in a session: a request, and a first message of any length.</summary>
    public const int MaxStrangerBytes = 320 * 1024;

    /// <summary>How long a stranger's session is kept.</summary>
    public static readonly TimeSpan StrangerLifetime = TimeSpan.FromMinutes(15);

    /// <summary>Bundle requests that a remote may make at once, then one each <see cref="BundlePause"/>.</summary>
    public const int BundleBurst = 4;

    /// <summary>See <see cref="BundleBurst"/>.</summary>
    public static readonly TimeSpan BundlePause = TimeSpan.FromSeconds(10);

    /// <summary>Bundle requests that all strangers together may make at once, then one each <see cref="StrangerBundlePause"/>: each may use up a one-time key.</summary>
    public const int StrangerBundleBurst = 32;

    /// <summary>See <see cref="StrangerBundleBurst"/>.</summary>
    public static readonly TimeSpan StrangerBundlePause = TimeSpan.FromMilliseconds(500);
}

/// <summary>Why a node closed a session, in the codes that belong to this room.</summary>
public enum PeerErrorCode : uint
{
    /// <summary>A frame over its limit.</summary>
    FrameTooLarge = SessionErrorCode.FirstApplicationCode,

    /// <summary>A frame that cannot be read: an empty one, or one cut off by the stream's end.</summary>
    FrameEncoding,

    /// <summary>A second peer stream, or one opened by the wrong side.</summary>
    StreamMisuse,

    /// <summary>A stranger sent more than strangers may.</summary>
    TooMuch,

    /// <summary>No stranger is taken in now.</summary>
    Crowded,
}

/// <summary>The types of peer frames.</summary>
public enum PeerFrameType : ulong
{
    /// <summary>A sealed envelope.</summary>
    Envelope = 1,

    /// <summary>Asks for a prekey bundle.</summary>
    BundleRequest = 2,

    /// <summary>The answer: a bundle, or a refusal.</summary>
    Bundle = 3,
}
