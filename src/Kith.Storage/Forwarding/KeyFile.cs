using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Kith.Crypto;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Replay;
using Kith.Storage.Files;
using Microsoft.Win32.SafeHandles;

namespace Kith.Storage.Forwarding;

/// <summary>
/// One forwarding key and the tags of what came under it, in one file: a header of 104 bytes, then 8 bytes for each tag, in the order in which they came.
/// <code>
/// magic 8 ‖ epoch 4 ‖ state 1 ‖ zeroes 3 ‖ boot id 16 ‖ nonce 24 ‖ XChaCha20-Poly1305(seal, nonce, magic ‖ epoch, secret) 48
/// </code>
/// A tag is written when it is noted and not synced: it outlives the process, not the machine. So the file says in which start of the machine it was last open, and whether it was closed in order. Tags of
/// another start that was not are not all there, and the key must not be used again.
/// </summary>
internal sealed class KeyFile : ITagJournal, IDisposable
{
    private const int HeaderSize = SealedAt + SecretSize + XChaCha20Poly1305Aead.TagSize;
    private const int EpochAt = 8;
    private const int StateAt = EpochAt + sizeof(int);
    private const int BootAt = 16;
    private const int NonceAt = BootAt + BootId.Size;
    private const int SealedAt = NonceAt + XChaCha20Poly1305Aead.NonceSize;
    private const int SecretSize = X25519PrivateKey.Size;
    private const byte InUse = 0;
    private const byte Closed = 1;

    private readonly SafeFileHandle _handle;
    private long _end;

    private KeyFile(SafeFileHandle handle, long end) => (_handle, _end) = (handle, end);

    private static ReadOnlySpan<byte> Magic => "KithFwd\x01"u8;

    /// <summary>Writes a new file, durable on return.</summary>
    public static KeyFile Create(string path, int epoch, ReadOnlySpan<byte> secret, SecretBytes seal, byte[]? boot, IRandom random)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32BigEndian(header[EpochAt..], epoch);
        boot?.CopyTo(header[BootAt..]);
        var nonce = header[NonceAt..SealedAt];
        random.Fill(nonce);
        XChaCha20Poly1305Aead.Seal(seal.Value, nonce, header[..StateAt], secret, header[SealedAt..]);
        var unfinished = path + ".new";
        DurableFile.Write(unfinished, header);
        DurableFile.Publish(unfinished, path);
        return new KeyFile(OpenHandle(path), HeaderSize);
    }

    /// <summary>Opens a file and takes it into use; null when it cannot be used: damaged, of another vault, or not with all of its tags.</summary>
    public static KeyFile? TryOpen(string path, int epoch, SecretBytes seal, byte[]? boot, out byte[] secret, out ulong[] tags)
    {
        (secret, tags) = ([], []);
        var handle = OpenHandle(path);
        try
        {
            var file = TryOpen(handle, epoch, seal, boot, ref secret, ref tags);
            if (file is null)
                handle.Dispose();
            return file;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static KeyFile? TryOpen(SafeFileHandle handle, int epoch, SecretBytes seal, byte[]? boot, ref byte[] secret, ref ulong[] tags)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        var length = RandomAccess.GetLength(handle);
        var count = (length - HeaderSize) / sizeof(ulong); // a last one that was cut was never acted upon
        var opened = new byte[SecretSize];
        if (length < HeaderSize || count > ReplayTags.DefaultCapacity || RandomAccess.Read(handle, header, 0) != HeaderSize
            || !header.StartsWith(Magic) || BinaryPrimitives.ReadInt32BigEndian(header[EpochAt..]) != epoch || !HasAllTags(header, boot)
            || !XChaCha20Poly1305Aead.TryOpen(seal.Value, header[NonceAt..SealedAt], header[..StateAt], header[SealedAt..], opened))
        {
            return null;
        }

        var end = HeaderSize + (count * sizeof(ulong));
        secret = opened;
        tags = ReadTags(handle, (int)count);
        header[StateAt] = InUse;
        header.Slice(BootAt, BootId.Size).Clear();
        boot?.CopyTo(header[BootAt..]);
        RandomAccess.Write(handle, header[..NonceAt], 0);
        RandomAccess.FlushToDisk(handle);
        return new KeyFile(handle, end);
    }

    /// <inheritdoc/>
    public bool TryAppend(ulong tag)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, tag);
        try
        {
            RandomAccess.Write(_handle, bytes, _end);
            _end += sizeof(ulong);
            return true;
        }
        catch (Exception error) when (FileFaults.IsFileError(error) || error is ObjectDisposedException)
        {
            // The place is written again by the next one.
            return false;
        }
    }

    /// <summary>Closes it in order: all of its tags are on the disk.</summary>
    public void Close()
    {
        try
        {
            RandomAccess.FlushToDisk(_handle);
            RandomAccess.Write(_handle, [Closed], StateAt);
            RandomAccess.FlushToDisk(_handle);
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            // It stays in use: after another start of the machine the key is not taken.
        }

        Dispose();
    }

    /// <summary>Overwrites the secret where it lies. (Flash may keep a copy, under a key of the vault.)</summary>
    public void Erase()
    {
        try
        {
            RandomAccess.Write(_handle, new byte[HeaderSize], 0);
            RandomAccess.FlushToDisk(_handle);
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            // The file goes anyway.
        }

        Dispose();
    }

    /// <summary>Lets the file go as it is.</summary>
    public void Dispose() => _handle.Dispose();

    private static bool HasAllTags(ReadOnlySpan<byte> header, byte[]? boot) =>
        header[StateAt] == Closed || (boot is not null && header[StateAt] == InUse && header.Slice(BootAt, BootId.Size).SequenceEqual(boot));

    private static ulong[] ReadTags(SafeFileHandle handle, int count)
    {
        var tags = new ulong[count];
        var bytes = MemoryMarshal.AsBytes(tags.AsSpan());
        var read = 0;
        while (read < bytes.Length)
        {
            var more = RandomAccess.Read(handle, bytes[read..], HeaderSize + read);
            if (more == 0)
                throw new IOException("the file became shorter while it was read");
            read += more;
        }

        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(tags, tags);
        return tags;
    }

    private static SafeFileHandle OpenHandle(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
}
