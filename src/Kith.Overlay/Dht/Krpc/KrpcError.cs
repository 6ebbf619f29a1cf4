using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Krpc;

/// <summary>Errors: a list of a code and a text (BEP 5, "errors").</summary>
internal static class KrpcError
{
    public static bool TryRead(ReadOnlySpan<byte> body, out DhtError error)
    {
        error = DhtError.Generic;
        var reader = new BencodeReader(body);
        if (!reader.TryReadList() || !reader.TryReadInteger(out var code))
            return false;
        if (code is >= int.MinValue and <= int.MaxValue && Enum.IsDefined((DhtError)code))
            error = (DhtError)code;
        return true;
    }

    public static void Write(ref BencodeWriter writer, DhtError error, Endpoint asker, ReadOnlySpan<byte> transaction)
    {
        writer.BeginDictionary();
        writer.WriteBytes("e"u8);
        writer.BeginList();
        writer.WriteInteger((int)error);
        writer.WriteBytes(Text(error));
        writer.End();
        KrpcReply.WriteIp(ref writer, asker);
        writer.WriteEntry("t"u8, transaction);
        writer.WriteEntry("v"u8, KrpcSender.Version);
        writer.WriteEntry("y"u8, "e"u8);
        writer.End();
    }

    private static ReadOnlySpan<byte> Text(DhtError error) => error switch
    {
        DhtError.Server => "no room"u8,
        DhtError.Protocol => "malformed or stale"u8,
        DhtError.MethodUnknown => "method unknown"u8,
        DhtError.ValueTooBig => "value too big"u8,
        DhtError.InvalidSignature => "invalid signature"u8,
        DhtError.SaltTooBig => "salt too big"u8,
        DhtError.CasMismatch => "cas mismatch"u8,
        DhtError.SequenceTooOld => "sequence too old"u8,
        _ => "refused"u8,
    };
}
