using System.Runtime.CompilerServices;
using Kith.Wire;

namespace Kith.Simulation.Network;

/// <summary>What happens at a time: a datagram arrives, a core's deadline, or an action of the test.</summary>
internal struct SimulatedEvent
{
    public long Time;
    public Endpoint From;
    public Endpoint To;

    /// <summary>Who sent the datagram, or whose deadline it is.</summary>
    public int Node;

    /// <summary>The datagram's buffer, or the action's number.</summary>
    public int Content;

    public int Length;

    /// <summary>The NAT inside which a datagram stays, -1 for none.</summary>
    public int Lan;
    public EventKind Kind;
    public int Next;
}

internal enum EventKind : byte
{
    Datagram,
    Deadline,
    Action,
}

/// <summary>
/// The future, as a hierarchical timing wheel (Varghese and Lauck 1987) of structs in chunks: adding and taking cost the same for ten events or ten million. What is due in the same
/// millisecond comes in the order in which it was added.
/// </summary>
internal sealed class EventWheel
{
    private const int SlotBits = 13;
    private const int Slots = 1 << SlotBits;
    private const int SlotMask = Slots - 1;
    private const int ChunkBits = 14;
    private const int ChunkMask = (1 << ChunkBits) - 1;
    private const int None = -1;

    private readonly int[] _nearHead = Empty();
    private readonly int[] _nearTail = Empty();
    private readonly int[] _farHead = Empty();
    private readonly int[] _farTail = Empty();
    private readonly List<SimulatedEvent[]> _chunks = [];
    private int _made;
    private int _free = None;

    /// <param name="now">The first millisecond.</param>
    public EventWheel(long now) => Now = now;

    /// <summary>The millisecond that is being taken.</summary>
    public long Now { get; private set; }

    /// <summary>Events that are to come.</summary>
    public int Count { get; private set; }

    /// <summary>The event of a number that <see cref="Add"/> or <see cref="TryTake"/> gave.</summary>
    public ref SimulatedEvent this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[index >> ChunkBits][index & ChunkMask];
    }

    /// <summary>Adds an event, whose other fields are for the caller to fill; one whose time has passed comes now.</summary>
    public int Add(long time)
    {
        int index;
        if (_free != None)
        {
            index = _free;
            _free = this[index].Next;
        }
        else
        {
            index = _made++;
            if (index >> ChunkBits == _chunks.Count)
                _chunks.Add(new SimulatedEvent[1 << ChunkBits]);
        }

        Count++;
        this[index].Time = Math.Max(time, Now);
        Link(index);
        return index;
    }

    /// <summary>Takes an event of this millisecond; false when there is none left. The caller gives it back by <see cref="Free"/>.</summary>
    public bool TryTake(out int index)
    {
        var slot = (int)Now & SlotMask;
        index = _nearHead[slot];
        if (index == None)
            return false;
        _nearHead[slot] = this[index].Next;
        if (_nearHead[slot] == None)
            _nearTail[slot] = None;
        Count--;
        return true;
    }

    /// <summary>Gives an event's place back.</summary>
    public void Free(int index)
    {
        this[index].Next = _free;
        _free = index;
    }

    /// <summary>Goes on to the next millisecond; all of this one must have been taken.</summary>
    public void Advance()
    {
        Now++;
        if (((int)Now & SlotMask) != 0)
            return;

        // A far slot covers one turn of the near wheel; what lies more than a turn of the far wheel ahead goes round again.
        var far = (int)(Now >> SlotBits) & SlotMask;
        var index = _farHead[far];
        _farHead[far] = _farTail[far] = None;
        while (index != None)
        {
            var next = this[index].Next;
            Link(index);
            index = next;
        }
    }

    private static int[] Empty()
    {
        var slots = new int[Slots];
        Array.Fill(slots, None);
        return slots;
    }

    private void Link(int index)
    {
        ref var item = ref this[index];
        item.Next = None;
        var turns = (item.Time >> SlotBits) - (Now >> SlotBits);
        if (turns == 0)
            Append(_nearHead, _nearTail, (int)item.Time & SlotMask, index);
        else
            Append(_farHead, _farTail, (int)((Now >> SlotBits) + Math.Min(turns, SlotMask)) & SlotMask, index);
    }

    private void Append(int[] heads, int[] tails, int slot, int index)
    {
        if (tails[slot] == None)
            heads[slot] = index;
        else
            this[tails[slot]].Next = index;
        tails[slot] = index;
    }
}
