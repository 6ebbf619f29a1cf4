using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>One request about one of our boxes, on its way to a holder.</summary>
internal sealed class PassCall(HolderHandle holder, MailboxRequest request, bool keepsOn, Action<long, MailboxAnswer?, AskFailure> told)
{
    public HolderHandle Holder { get; } = holder;

    public MailboxRequest Request { get; } = request;

    /// <summary>The box that it is about.</summary>
    public BoxAddress? Box { get; } = request switch
    {
        PutRequest put => put.Box.Address,
        ReadRequest read => read.Box.Address,
        DeleteRequest delete => delete.Box.Address,
        _ => null,
    };

    public long Bytes { get; } = request is PutRequest put ? put.Items.Sum(item => (long)item.WireSize) : 0;

    /// <summary>Whether news follow the first answer.</summary>
    public bool KeepsOn { get; } = keepsOn;

    /// <summary>A delete that nobody waits for comes again later; it is never asked straight because those who pass on do not.</summary>
    public bool CanWait { get; } = request is DeleteRequest;

    public Action<long, MailboxAnswer?, AskFailure> Told { get; } = told;

    /// <summary>Ways that are tried and have not ended.</summary>
    public List<PassWay> Ways { get; } = [];

    /// <summary>Who was tried.</summary>
    public List<Endpoint> Tried { get; } = [];

    /// <summary>How many said that the holder does not answer, or is none.</summary>
    public int Witnesses { get; set; }

    public bool IsAnswered { get; set; }

    public bool IsOver { get; set; }
}

/// <summary>A request on its way through one node, or straight.</summary>
internal sealed class PassWay(Endpoint at, PassSeal? seal, long askedAt)
{
    /// <summary>Who is asked: the node that passes it on, or the holder itself.</summary>
    public Endpoint At { get; } = at;

    /// <summary>What it is sealed by; null where it goes straight.</summary>
    public PassSeal? Seal { get; } = seal;

    public long AskedAt { get; } = askedAt;

    public HolderRequest? Asked { get; set; }
}
