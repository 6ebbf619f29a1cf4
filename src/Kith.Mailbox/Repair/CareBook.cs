using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Repair;

/// <summary>The boxes that are looked after, by their addresses. There may be a quarter of a million: each address stands in memory once, and what is read from the store at the start grows nothing step by step.</summary>
internal sealed class CareBook : IEnumerable<BoxCare>
{
    private readonly HashSet<BoxCare> _boxes = new(new ByAddress());
    private readonly HashSet<BoxCare>.AlternateLookup<BoxAddress> _byAddress;

    public CareBook() => _byAddress = _boxes.GetAlternateLookup<BoxAddress>();

    public int Count => _boxes.Count;

    /// <summary>There will be about so many.</summary>
    public void Expect(int count) => _boxes.EnsureCapacity(count);

    public bool TryGet(BoxAddress address, [NotNullWhen(true)] out BoxCare? box) => _byAddress.TryGetValue(address, out box);

    public bool Has(BoxAddress address) => _byAddress.Contains(address);

    public void Add(BoxCare box) => _boxes.Add(box);

    public void Remove(BoxAddress address) => _byAddress.Remove(address);

    public IEnumerator<BoxCare> GetEnumerator() => _boxes.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class ByAddress : IEqualityComparer<BoxCare>, IAlternateEqualityComparer<BoxAddress, BoxCare>
    {
        public bool Equals(BoxCare? one, BoxCare? other) => one?.Address == other?.Address;

        public int GetHashCode(BoxCare box) => box.Address.GetHashCode();

        public bool Equals(BoxAddress address, BoxCare box) => box.Address == address;

        public int GetHashCode(BoxAddress address) => address.GetHashCode();

        public BoxCare Create(BoxAddress address) => new(address);
    }
}
