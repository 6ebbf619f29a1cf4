using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>The connection ids that this side chose for itself: by them the table finds the connection (RFC 9000 section 5.1.1).</summary>
internal sealed class LocalIds
{
    private readonly ConnectionTable _table;
    private readonly ConnectionCore _connection;
    private readonly List<(ulong Sequence, ulong Id)> _ids = [];
    private ulong _next;

    public LocalIds(ConnectionTable table, ConnectionCore connection)
    {
        _table = table;
        _connection = connection;
        First = Issue().Id;
    }

    /// <summary>The one of the handshake.</summary>
    public ulong First { get; }

    public int Count => _ids.Count;

    public bool Contains(ulong id)
    {
        foreach (var own in _ids)
        {
            if (own.Id == id)
                return true;
        }

        return false;
    }

    /// <summary>A further id.</summary>
    public (ulong Sequence, ulong Id) Issue()
    {
        var id = (_next++, _table.NewId(_connection));
        _ids.Add(id);
        return id;
    }

    /// <summary>The id with this sequence number, while it is in use.</summary>
    public bool TryFind(ulong sequence, out ulong id)
    {
        foreach (var own in _ids)
        {
            if (own.Sequence == sequence)
            {
                id = own.Id;
                return true;
            }
        }

        id = 0;
        return false;
    }

    public bool WasIssued(ulong sequence) => sequence < _next;

    /// <summary>The other side does not use it any more; false when it was retired already.</summary>
    public bool Retire(ulong sequence)
    {
        if (!TryFind(sequence, out var id))
            return false;
        _ids.RemoveAll(own => own.Sequence == sequence);
        _table.ForgetId(id);
        return true;
    }

    public void Release()
    {
        foreach (var (_, id) in _ids)
            _table.ForgetId(id);
        _ids.Clear();
    }
}
