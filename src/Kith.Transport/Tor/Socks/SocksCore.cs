using System.Buffers.Binary;
using System.Text;

namespace Kith.Transport.Tor.Socks;

/// <summary>
/// Asks a SOCKS5 proxy for a connection, with a user name and a password (RFC 1928, RFC 1929): to Tor they say which streams may share a circuit (socks-extensions, "Stream isolation"). Without
/// I/O: send <see cref="Output"/>, then give <see cref="Receive"/> each whole answer, until <see cref="IsDone"/> or <see cref="Failure"/>. Never throws for what comes.
/// </summary>
internal sealed class SocksCore
{
    private const byte Version = 5;
    private const byte UserNameMethod = 2;
    private const byte UserNameVersion = 1;
    private const byte ConnectCommand = 1;
    private const byte IPv4Type = 1;
    private const byte NameType = 3;
    private const byte IPv6Type = 4;
    private const int MethodReplySize = 2;
    private const int ReplyHeadSize = 4;

    private readonly byte[] _credentials;
    private readonly byte[] _request;
    private Step _step = Step.Method;

    /// <param name="host">A name; the proxy resolves it. At most 255 bytes of ASCII.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="isolation">1 to 255 bytes of ASCII: streams of one text may share a circuit, those of two never do.</param>
    public SocksCore(string host, int port, string isolation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(host.Length, SocksLimits.MaxHost, nameof(host));
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentException.ThrowIfNullOrEmpty(isolation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(isolation.Length, SocksLimits.MaxCredential, nameof(isolation));
        var name = Encoding.ASCII.GetBytes(host);
        _request = [Version, ConnectCommand, 0, NameType, (byte)name.Length, .. name, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(_request.AsSpan(_request.Length - sizeof(ushort)), checked((ushort)port));
        var user = Encoding.ASCII.GetBytes(isolation);
        // RFC 1929 asks for a password of one byte at least; what isolates is the pair.
        _credentials = [UserNameVersion, (byte)user.Length, .. user, 1, (byte)'0'];
        Output = new byte[] { Version, 1, UserNameMethod };
    }

    private enum Step
    {
        Method,
        Credentials,
        Request,
        Done,
        Failed,
    }

    /// <summary>What to send now; empty when it waits for the proxy. Stays until the next answer.</summary>
    public ReadOnlyMemory<byte> Output { get; private set; }

    /// <summary>Whether the connection stands: from the next byte on it is the other end's.</summary>
    public bool IsDone => _step == Step.Done;

    /// <summary>Why it does not; null while it may yet.</summary>
    public SocksFailure? Failure { get; private set; }

    /// <summary>How many bytes more make the answer that has begun whole: so many may be received, and none ahead, since those are the other end's. 0 when it is whole.</summary>
    public int Missing(ReadOnlySpan<byte> input) => Math.Max(0, SizeOf(input) - input.Length);

    /// <summary>Takes one whole answer.</summary>
    public void Receive(ReadOnlySpan<byte> input)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Missing(input), 0, nameof(input));
        switch (_step)
        {
            // RFC 1928, section 3.
            case Step.Method when input[0] == Version:
                Take(input[1] == UserNameMethod ? null : SocksFailure.NoIsolation, Step.Credentials, _credentials);
                break;
            // RFC 1929, section 2.
            case Step.Credentials when input[0] == UserNameVersion:
                Take(input[1] == 0 ? null : SocksFailure.NoIsolation, Step.Request, _request);
                break;
            // RFC 1928, section 6.
            case Step.Request when input[0] == Version && (input[1] != 0 || input[3] is IPv4Type or IPv6Type or NameType):
                Take(input[1] == 0 ? null : SocksFailure.Of(input[1]), Step.Done, default);
                break;
            case Step.Done or Step.Failed:
                break;
            default:
                Take(SocksFailure.NotSocks, Step.Failed, default);
                break;
        }
    }

    // Of an answer that has begun with these bytes, as far as they tell.
    private int SizeOf(ReadOnlySpan<byte> input)
    {
        if (_step is Step.Done or Step.Failed)
            return 0;
        if (_step != Step.Request)
            return MethodReplySize;
        // The address of a refusal says nothing, and some proxies leave it out.
        if (input.Length < ReplyHeadSize || input[0] != Version || input[1] != 0)
            return ReplyHeadSize;
        return input[3] switch
        {
            IPv4Type => ReplyHeadSize + 4 + sizeof(ushort),
            IPv6Type => ReplyHeadSize + 16 + sizeof(ushort),
            NameType when input.Length > ReplyHeadSize => ReplyHeadSize + 1 + input[ReplyHeadSize] + sizeof(ushort),
            NameType => ReplyHeadSize + 1,
            _ => ReplyHeadSize,
        };
    }

    private void Take(SocksFailure? failure, Step next, ReadOnlyMemory<byte> output)
    {
        Failure = failure;
        _step = failure is null ? next : Step.Failed;
        Output = failure is null ? output : default;
    }
}
