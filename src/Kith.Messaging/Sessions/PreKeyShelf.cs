using System.Buffers.Binary;
using Kith.Crypto;

namespace Kith.Messaging.Sessions;

/// <summary>What a prekey is for. The numbers are stored.</summary>
internal enum PreKeyState : byte
{
    Fresh = 0,
    HandedOut = 1,
    LastResort = 2,
}

/// <summary>The prekeys of one kind: which there are, in memory; the keys themselves, in the vault. Record: state, 8 bytes of creation or hand-out time, key.</summary>
internal sealed class PreKeyShelf
{
    private const int HeaderSize = 1 + sizeof(long);

    /// <summary>Ids are 24 bits long (libsignal's medium ids) and never 0.</summary>
    private const uint MaxId = 0xff_ffff;

    private readonly Surroundings _around;
    private readonly RecordKind _kind;
    private readonly SortedDictionary<uint, Entry> _entries = [];
    private uint _nextId;

    public PreKeyShelf(Surroundings around, RecordKind kind)
    {
        _around = around;
        _kind = kind;
        foreach (var (key, value) in around.Records.All(kind))
        {
            if (key.Length != sizeof(uint) || value.Length < HeaderSize)
                continue;
            var id = BinaryPrimitives.ReadUInt32BigEndian(key);
            _entries[id] = new Entry(id, (PreKeyState)value[0], BinaryPrimitives.ReadInt64BigEndian(value.AsSpan(1)));
            _nextId = Math.Max(_nextId, id);
        }

        // A random beginning: a home that was restored does not give known ids to other keys.
        if (_nextId == 0)
            _nextId = (uint)around.Random.NextInt32((int)MaxId / 2);
    }

    public int Count(PreKeyState state) => _entries.Values.Count(entry => entry.State == state);

    public Entry? Newest(PreKeyState state)
    {
        Entry? newest = null;
        foreach (var entry in _entries.Values)
        {
            if (entry.State == state && (newest is null || entry.CreatedAt >= newest.Value.CreatedAt))
                newest = entry;
        }

        return newest;
    }

    public PreKeyState? StateOf(uint id) => _entries.TryGetValue(id, out var entry) ? entry.State : null;

    public uint NextId()
    {
        do
            _nextId = _nextId >= MaxId ? 1 : _nextId + 1;
        while (_entries.ContainsKey(_nextId));
        return _nextId;
    }

    public void Put(uint id, PreKeyState state, long at, ReadOnlySpan<byte> key)
    {
        var value = new byte[HeaderSize + key.Length];
        value[0] = (byte)state;
        BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(1), at);
        key.CopyTo(value.AsSpan(HeaderSize));
        _around.Records.Put(_kind, Key(id), value);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(value);
        _entries[id] = new Entry(id, state, at);
    }

    /// <summary>The key's bytes; empty when there is no such.</summary>
    public ReadOnlySpan<byte> Get(uint id) =>
        _entries.ContainsKey(id) && _around.Records.Get(_kind, Key(id)) is { } value ? value.AsSpan(HeaderSize) : default;

    public void Remove(uint id)
    {
        if (_entries.Remove(id))
            _around.Records.Remove(_kind, Key(id));
    }

    public void RemoveOlder(PreKeyState state, long than)
    {
        foreach (var entry in _entries.Values.Where(entry => entry.State == state && entry.CreatedAt < than).ToArray())
            Remove(entry.Id);
    }

    /// <summary>Takes a fresh one (there is one) to be given to somebody.</summary>
    public uint HandOut(long now, int maxHandedOut)
    {
        var id = _entries.Values.First(entry => entry.State == PreKeyState.Fresh).Id;
        if (Count(PreKeyState.HandedOut) >= maxHandedOut)
            Remove(_entries.Values.Where(entry => entry.State == PreKeyState.HandedOut).MinBy(entry => entry.CreatedAt).Id);
        Put(id, PreKeyState.HandedOut, now, Get(id));
        return id;
    }

    private static byte[] Key(uint id)
    {
        var key = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(key, id);
        return key;
    }

    public readonly record struct Entry(uint Id, PreKeyState State, long CreatedAt);
}
