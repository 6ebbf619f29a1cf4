namespace Kith.Overlay.Dht.Krpc;

/// <summary>What queries about items and the answers to them say in the same words (BEP 44). What is not there is empty.</summary>
internal ref struct ItemFields
{
    /// <summary>Leave to put.</summary>
    public ReadOnlySpan<byte> Token;

    /// <summary><c>v</c>, encoded.</summary>
    public ReadOnlySpan<byte> Value;

    /// <summary><c>k</c>; empty for an immutable item.</summary>
    public ReadOnlySpan<byte> Key;
    public ReadOnlySpan<byte> Signature;
    public long Sequence;
    public bool HasSequence;

    /// <summary>Takes the value of one of these keys; false for another.</summary>
    public bool TryTake(ReadOnlySpan<byte> key, ref KrpcFields fields)
    {
        if (key.SequenceEqual("token"u8))
        {
            Token = fields.Bytes();
        }
        else if (key.SequenceEqual("v"u8))
        {
            Value = fields.Encoded();
        }
        else if (key.SequenceEqual("k"u8))
        {
            Key = fields.Bytes();
        }
        else if (key.SequenceEqual("sig"u8))
        {
            Signature = fields.Bytes();
        }
        else if (key.SequenceEqual("seq"u8))
        {
            Sequence = fields.Integer();
            HasSequence = true;
        }
        else
        {
            return false;
        }

        return true;
    }
}
