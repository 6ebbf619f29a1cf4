namespace Kith.Overlay.Dht;

/// <summary>Who we are on the DHT: shared by the parts of one <see cref="DhtCore"/>.</summary>
internal sealed class OwnNode
{
    private readonly byte[] _idBytes = new byte[NodeId.Size];

    public OwnNode(NodeId id, OwnNetworks networks, bool isReadOnly)
    {
        Id = id;
        Id.CopyTo(_idBytes);
        Networks = networks;
        IsReadOnly = isReadOnly;
    }

    public NodeId Id { get; private set; }

    public ReadOnlySpan<byte> IdBytes => _idBytes;

    public OwnNetworks Networks { get; set; }

    public bool IsReadOnly { get; set; }

    public void ChangeId(NodeId id)
    {
        Id = id;
        Id.CopyTo(_idBytes);
    }
}
