using System.Numerics;

namespace Kith.Simulation.Network;

/// <summary>Keeps the bytes of datagrams in flight, in slabs by size, so that a run makes no garbage for them.</summary>
internal sealed class DatagramPool
{
    /// <summary>The largest datagram kept.</summary>
    public const int Largest = 1 << LargestBits;

    private const int SmallestBits = 6;
    private const int LargestBits = 11;
    private const int SlabBits = 18;
    private const int ClassBits = 3;
    private const int ClassMask = (1 << ClassBits) - 1;

    private readonly SizeClass[] _classes = [.. Enumerable.Range(SmallestBits, LargestBits - SmallestBits + 1).Select(bits => new SizeClass(bits))];

    /// <summary>Copies a datagram of at most <see cref="Largest"/> bytes; gives its number.</summary>
    public int Keep(ReadOnlySpan<byte> datagram)
    {
        var kind = Math.Max(BitOperations.Log2((uint)Math.Max(datagram.Length, 1) - 1) + 1, SmallestBits) - SmallestBits;
        if (datagram.Length <= 1 << SmallestBits)
            kind = 0;
        var index = _classes[kind].Rent();
        datagram.CopyTo(_classes[kind].Span(index));
        return (index << ClassBits) | kind;
    }

    /// <summary>The bytes of a datagram that is kept.</summary>
    public ReadOnlySpan<byte> Read(int number, int length) => _classes[number & ClassMask].Span(number >> ClassBits)[..length];

    /// <summary>Forgets a datagram.</summary>
    public void Forget(int number) => _classes[number & ClassMask].Return(number >> ClassBits);

    private sealed class SizeClass(int bits)
    {
        private readonly List<byte[]> _slabs = [];
        private readonly Stack<int> _free = new();
        private int _made;

        public int Rent()
        {
            if (_free.TryPop(out var index))
                return index;
            if (_made >> (SlabBits - bits) == _slabs.Count)
                _slabs.Add(GC.AllocateUninitializedArray<byte>(1 << SlabBits));
            return _made++;
        }

        public void Return(int index) => _free.Push(index);

        public Span<byte> Span(int index) =>
            _slabs[index >> (SlabBits - bits)].AsSpan((index & ((1 << (SlabBits - bits)) - 1)) << bits, 1 << bits);
    }
}
