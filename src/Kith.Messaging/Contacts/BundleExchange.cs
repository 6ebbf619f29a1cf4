using System.Diagnostics.CodeAnalysis;
using Kith.Messaging.Accounts;
using Kith.Messaging.Signal;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>Why somebody gets no bundle. The numbers are on the wire.</summary>
internal enum BundleCode : byte
{
    Bundle = 0,
    Expired = 1,
    UsedUp = 2,
    Unknown = 3,
    Busy = 4,
}

/// <summary>A bundle request: who asks, by which invite (both empty without one), and the devices that prove it.</summary>
internal sealed record BundleRequest(AccountId Requester, InviteId? Invite, byte[] Proof, DeviceList Devices)
{
    public const int MaxSize = 512 + DeviceList.MaxSize;

    private const byte Version = 1;

    public byte[] Write()
    {
        using var writer = new WireWriter();
        writer.WriteByte(Version);
        writer.WriteAccountId(Requester);
        writer.WriteLengthPrefixed(Invite?.ToArray() ?? []);
        writer.WriteLengthPrefixed(Proof);
        writer.WriteLengthPrefixed(Devices.Encoded.Span);
        return writer.ToArray();
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out BundleRequest? request)
    {
        request = null;
        var reader = new WireReader(bytes);
        if (bytes.Length > MaxSize
            || !reader.TryReadByte(out var version) || version != Version
            || !reader.TryReadAccountId(out var requester)
            || !reader.TryReadLengthPrefixed(InviteId.Size, out var inviteBytes)
            || !reader.TryReadLengthPrefixed(InviteProof.Size, out var proof)
            || !reader.TryReadLengthPrefixed(DeviceList.MaxSize, out var list)
            || !reader.IsAtEnd
            || !DeviceList.TryRead(list, requester, out var devices))
            return false;
        InviteId? invite = null;
        if (!inviteBytes.IsEmpty)
        {
            if (!InviteId.TryRead(inviteBytes, out var id))
                return false;
            invite = id;
        }

        request = new BundleRequest(requester, invite, proof.ToArray(), devices);
        return true;
    }
}

/// <summary>The answer: a bundle with the devices that it is of, or a code.</summary>
internal sealed record BundleAnswer(BundleCode Code, byte[] Devices, PreKeyBundle? Bundle)
{
    public const int MaxSize = 64 + DeviceList.MaxSize + PreKeyBundle.MaxSize;

    private const byte Version = 1;

    public static BundleAnswer Refusal(BundleCode code) => new(code, [], null);

    public byte[] Write()
    {
        using var writer = new WireWriter();
        writer.WriteByte(Version);
        writer.WriteByte((byte)Code);
        if (Bundle is not null)
        {
            writer.WriteLengthPrefixed(Devices);
            Bundle.Write(writer);
        }

        return writer.ToArray();
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out BundleAnswer? answer)
    {
        answer = null;
        var reader = new WireReader(bytes);
        if (bytes.Length > MaxSize || !reader.TryReadByte(out var version) || version != Version || !reader.TryReadByte(out var code))
            return false;
        if (code != (byte)BundleCode.Bundle)
        {
            answer = Refusal((BundleCode)code);
            return reader.IsAtEnd && code <= (byte)BundleCode.Busy;
        }

        if (!reader.TryReadLengthPrefixed(DeviceList.MaxSize, out var devices) || !PreKeyBundle.TryRead(ref reader, out var bundle) || !reader.IsAtEnd)
            return false;
        answer = new BundleAnswer(BundleCode.Bundle, devices.ToArray(), bundle);
        return true;
    }
}
