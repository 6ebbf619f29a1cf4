using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Krpc;

/// <summary>
/// The dictionary around every message (BEP 5), with <c>ip</c> (BEP 42), <c>ro</c> (BEP 43) and <c>v</c> (BEP 20). What it holds is read from the datagram in place; what the
/// method adds stands unread in <see cref="Body"/>, known to be well formed.
/// </summary>
internal ref struct KrpcMessage
{
    public KrpcKind Kind;

    /// <summary><c>t</c></summary>
    public ReadOnlySpan<byte> Transaction;

    /// <summary><c>q</c>, of a query.</summary>
    public ReadOnlySpan<byte> Method;

    /// <summary><c>a</c>, <c>r</c> or <c>e</c>, still encoded.</summary>
    public ReadOnlySpan<byte> Body;

    /// <summary><c>ip</c>: a compact endpoint, or a compact address without port from some; empty where there is none.</summary>
    public ReadOnlySpan<byte> Ip;

    /// <summary><c>v</c>: what the sender runs; empty where it does not say.</summary>
    public ReadOnlySpan<byte> Version;

    /// <summary><c>ro</c></summary>
    public bool IsReadOnly;

    /// <summary>Reads a datagram: one dictionary and nothing behind it, with <c>y</c>, <c>t</c> and what its kind needs.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out KrpcMessage message)
    {
        message = default;
        if (datagram.Length > KrpcLimits.MaxDatagram)
            return false;
        var reader = new BencodeReader(datagram);
        ReadOnlySpan<byte> kind = default, arguments = default, answer = default, error = default;
        if (!reader.TryReadDictionary())
            return false;
        while (!reader.TryReadEnd())
        {
            if (!reader.TryReadBytes(out var key) || !reader.TryReadValue(out var value))
                return false;
            if (key.Length == 2)
                message.TakeLongKey(key, value);
            if (key.Length != 1)
                continue;
            switch (key[0])
            {
                case (byte)'y': kind = Bytes(value); break;
                case (byte)'t': message.Transaction = Bytes(value); break;
                case (byte)'v': message.Version = Bytes(value); break;
                case (byte)'q': message.Method = Bytes(value); break;
                case (byte)'a': arguments = value; break;
                case (byte)'r': answer = value; break;
                case (byte)'e': error = value; break;
                default: break;
            }
        }

        return reader.IsAtEnd && kind.Length == 1 && message.Transaction.Length is > 0 and <= KrpcLimits.MaxTransaction && message.TryTakeBody(kind[0], arguments, answer, error);
    }

    private bool TryTakeBody(byte kind, ReadOnlySpan<byte> arguments, ReadOnlySpan<byte> answer, ReadOnlySpan<byte> error)
    {
        switch (kind)
        {
            case (byte)'q':
                Kind = KrpcKind.Query;
                Body = arguments;
                return !Method.IsEmpty && !arguments.IsEmpty && arguments[0] == 'd';
            case (byte)'r':
                Kind = KrpcKind.Answer;
                Body = answer;
                return !answer.IsEmpty && answer[0] == 'd';
            case (byte)'e':
                Kind = KrpcKind.Error;
                Body = error;
                return !error.IsEmpty && error[0] == 'l';
            default:
                return false;
        }
    }

    private void TakeLongKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("ip"u8))
            Ip = Bytes(value);
        else if (key.SequenceEqual("ro"u8))
            IsReadOnly = value.SequenceEqual("i1e"u8);
    }

    // A value of another kind counts as absent.
    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> value)
    {
        _ = new BencodeReader(value).TryReadBytes(out var bytes);
        return bytes;
    }
}
