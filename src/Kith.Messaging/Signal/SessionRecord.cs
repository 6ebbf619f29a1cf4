using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Kith.Crypto;
using Kith.Messaging.Signal.Storage;

namespace Kith.Messaging.Signal;

/// <summary>
/// Everything we keep about talking with one device: the current session and up to <see cref="MaxArchived"/> earlier ones, whose late messages can still
/// be read. Lives in memory, single-threaded; <see cref="Serialize"/> when it has to survive. <see cref="SessionCipher"/> and <see cref="SessionBuilder"/> change it.
/// </summary>
public sealed class SessionRecord
{
    /// <summary>Earlier sessions kept (libsignal, ARCHIVED_STATES_MAX_LENGTH).</summary>
    public const int MaxArchived = 40;

    /// <summary>The largest stored form that is read.</summary>
    public const int MaxStoredSize = (MaxArchived + 1) * 512 * 1024;

    private const uint StorageFormat = 1;

    // Newest first, each a serialised StoredSession: they rarely change, and storing the record then costs a copy of them.
    private readonly List<ByteString> _archived = [];

    internal SessionState? Current { get; private set; }

    internal int ArchivedCount => _archived.Count;

    /// <summary>Whether there is a session that may be written to; without one a new bundle is needed.</summary>
    /// <param name="now">Unix milliseconds: a session that was not answered for 30 days is not written to any more.</param>
    public bool HasUsableSession(long now) => Current is { } state && state.IsUsable(now);

    /// <summary>Whether the other side has not answered in the current session yet, so that messages carry the session's beginning.</summary>
    public bool IsUnacknowledged => Current?.Pending is not null;

    /// <summary>The other side's identity in the current session.</summary>
    public X25519PublicKey? RemoteIdentity => Current?.RemoteIdentity;

    /// <summary>The other side's registration id in the current session.</summary>
    public uint? RemoteRegistrationId => Current?.RemoteRegistrationId;

    /// <summary>Puts the current session aside: nothing is sent in it any more, late messages of it can still be read.</summary>
    public void ArchiveCurrent()
    {
        if (Current is not { } state)
            return;
        if (_archived.Count >= MaxArchived)
            _archived.RemoveRange(MaxArchived - 1, _archived.Count - MaxArchived + 1);
        state.Pending = null;
        _archived.Insert(0, SessionStorage.Store(state).ToByteString());
        state.Sender.Dispose();
        Current = null;
    }

    /// <summary>The record's stored form, secret.</summary>
    public byte[] Serialize()
    {
        var stored = new StoredRecord { Format = StorageFormat };
        if (Current is { } state)
            stored.Current = SessionStorage.Store(state);
        stored.Archived.AddRange(_archived);
        return stored.ToByteArray();
    }

    /// <summary>Reads what <see cref="Serialize"/> made; false when it is damaged.</summary>
    public static bool TryParse(ReadOnlySpan<byte> stored, [NotNullWhen(true)] out SessionRecord? record)
    {
        record = null;
        if (stored.Length > MaxStoredSize)
            return false;
        StoredRecord parsed;
        try
        {
            parsed = StoredRecord.Parser.ParseFrom(stored);
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }

        SessionState? current = null;
        if (parsed.Format != StorageFormat || parsed.Archived.Count > MaxArchived
            || (parsed.Current is not null && !SessionStorage.TryRestore(parsed.Current, out current)))
            return false;
        record = new SessionRecord { Current = current };
        record._archived.AddRange(parsed.Archived);
        return true;
    }

    /// <summary>A copy of an archived session, to be tried; null when its stored form is damaged.</summary>
    internal SessionState? OpenArchived(int place)
    {
        try
        {
            return SessionStorage.TryRestore(StoredSession.Parser.ParseFrom(_archived[place]), out var state) ? state : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>Makes a new session the current one.</summary>
    internal void Promote(SessionState state)
    {
        ArchiveCurrent();
        Current = state;
    }

    /// <summary>Makes an archived session, advanced, the current one again.</summary>
    internal void PromoteArchived(int place, SessionState state)
    {
        _archived.RemoveAt(place);
        Promote(state);
    }
}
