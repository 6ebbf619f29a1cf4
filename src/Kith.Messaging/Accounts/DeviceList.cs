using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Accounts;

/// <summary>
/// The devices that speak for an account, signed by the account key. One that was read has been verified: there is no other way to get one
/// than to read or to sign it. Bytes: docs/protocol/account.md.
/// </summary>
public sealed class DeviceList
{
    /// <summary>Most devices in a list.</summary>
    public const int MaxDevices = 8;

    /// <summary>Greatest device id (Signal's limit).</summary>
    public const byte MaxDeviceId = 127;

    /// <summary>Longest encoding, bytes.</summary>
    public const int MaxSize = 1 + AccountId.Size + VarInt.MaxSize + 1 + (MaxDevices * EntrySize) + Ed25519PublicKey.SignatureSize;

    /// <summary>What the signature is for.</summary>
    public const string SignatureLabel = "kith-device-list-v1";

    private const byte FormatVersion = 1;
    private const int EntrySize = 1 + (3 * X25519PublicKey.Size) + sizeof(ulong);

    private DeviceList(AccountId account, ulong version, IReadOnlyList<DeviceEntry> devices, ReadOnlyMemory<byte> encoded)
    {
        Account = account;
        Version = version;
        Devices = devices;
        Encoded = encoded;
    }

    /// <summary>Whose devices.</summary>
    public AccountId Account { get; }

    /// <summary>Grows with each change; 1 to 2^62 - 1.</summary>
    public ulong Version { get; }

    /// <summary>1 to <see cref="MaxDevices"/> devices, by ascending id.</summary>
    public IReadOnlyList<DeviceEntry> Devices { get; }

    /// <summary>The signed bytes with their signature, to store and to hand on.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>Whether this one replaces <paramref name="other"/>: same account and a higher version. Equal versions never replace one another.</summary>
    public bool Supersedes(DeviceList other) => Account == other.Account && Version > other.Version;

    /// <summary>The device of this id, or null.</summary>
    public DeviceEntry? Find(byte deviceId) => Devices.FirstOrDefault(device => device.DeviceId == deviceId);

    /// <summary>Makes and signs a list.</summary>
    /// <exception cref="ArgumentException">No device, too many, an id out of range or twice, or a version out of range.</exception>
    public static DeviceList Sign(Ed25519PrivateKey account, ulong version, IReadOnlyList<DeviceEntry> devices)
    {
        if (version is 0 or > VarInt.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(version));
        var sorted = devices.OrderBy(device => device.DeviceId).ToArray();
        if (sorted.Length is 0 or > MaxDevices || sorted.Any(device => device.DeviceId is 0 or > MaxDeviceId || device.CreatedAt < 0)
            || sorted.DistinctBy(device => device.DeviceId).Count() != sorted.Length)
            throw new ArgumentException($"a list has 1 to {MaxDevices} devices with ids of their own, 1 to {MaxDeviceId}", nameof(devices));
        using var writer = new WireWriter(MaxSize);
        var id = AccountId.FromBytes(account.PublicKey.ToArray());
        writer.WriteByte(FormatVersion);
        writer.WriteAccountId(id);
        writer.WriteVarInt(version);
        writer.WriteByte((byte)sorted.Length);
        foreach (var device in sorted)
            WriteEntry(writer, device);
        Span<byte> signature = stackalloc byte[Ed25519PublicKey.SignatureSize];
        account.Sign(SignatureLabel, writer.WrittenSpan, signature);
        writer.WriteBytes(signature);
        return new DeviceList(id, version, sorted, writer.ToArray());
    }

    /// <summary>Reads and verifies a list of the account <paramref name="expected"/>; false for any other, and for whatever is not exactly right.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, AccountId expected, [NotNullWhen(true)] out DeviceList? list) =>
        TryRead(bytes, out list) && list.Account == expected;

    /// <summary>Reads a list and verifies it by the account key that it names: the caller decides whether that is whom it wants.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DeviceList? list)
    {
        list = null;
        var reader = new WireReader(bytes);
        if (bytes.Length > MaxSize
            || !reader.TryReadByte(out var format) || format != FormatVersion
            || !reader.TryReadAccountId(out var account)
            || !reader.TryReadVarInt(out var version) || version == 0
            || !reader.TryReadByte(out var count) || count is 0 or > MaxDevices)
            return false;
        var devices = new DeviceEntry[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryReadEntry(ref reader, out var device) || (i > 0 && device.DeviceId <= devices[i - 1].DeviceId))
                return false;
            devices[i] = device;
        }

        var signed = bytes[..reader.Consumed];
        if (!reader.TryReadBytes(Ed25519PublicKey.SignatureSize, out var signature) || !reader.IsAtEnd
            || !Ed25519PublicKey.TryParse(account.ToArray(), out var key) || !key.Verify(SignatureLabel, signed, signature))
            return false;
        list = new DeviceList(account, version, devices, bytes.ToArray());
        return true;
    }

    private static void WriteEntry(WireWriter writer, DeviceEntry device)
    {
        writer.WriteByte(device.DeviceId);
        Span<byte> key = stackalloc byte[X25519PublicKey.Size];
        device.IdentityKey.CopyTo(key);
        writer.WriteBytes(key);
        device.TransportKey.CopyTo(key);
        writer.WriteBytes(key);
        device.EnvelopeKey.CopyTo(key);
        writer.WriteBytes(key);
        writer.WriteUInt64((ulong)device.CreatedAt);
    }

    private static bool TryReadEntry(ref WireReader reader, [NotNullWhen(true)] out DeviceEntry? device)
    {
        device = null;
        if (!reader.TryReadByte(out var id) || id is 0 or > MaxDeviceId
            || !TryReadKey(ref reader, out var identity)
            || !TryReadKey(ref reader, out var transport)
            || !TryReadKey(ref reader, out var envelope)
            || !reader.TryReadUInt64(out var createdAt) || createdAt > long.MaxValue)
            return false;
        device = new DeviceEntry(id, identity, transport, envelope, (long)createdAt);
        return true;
    }

    private static bool TryReadKey(ref WireReader reader, out X25519PublicKey key)
    {
        key = default;
        return reader.TryReadBytes(X25519PublicKey.Size, out var bytes) && X25519PublicKey.TryParse(bytes, out key);
    }
}
