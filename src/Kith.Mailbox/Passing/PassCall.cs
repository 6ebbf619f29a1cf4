using Kith.Crypto;
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

    /// <summary>Ways that were tried.</summary>
    public int Tries { get; set; }

    /// <summary>How many said that the holder does not answer, or is none.</summary>
    public int Witnesses { get; set; }

    /// <summary>Of those, how many said that it has another key.</summary>
    public int KeyWitnesses { get; set; }

    public bool IsAnswered { get; set; }

    public bool IsOver { get; set; }
}

/// <summary>A request on its way through one node or several, or straight.</summary>
internal sealed class PassWay(IReadOnlyList<Endpoint> chain, Endpoint holder, PassLayers? layers, long askedAt)
{
    /// <summary>Who passes it on, in the order of the way; nobody where it goes straight.</summary>
    public IReadOnlyList<Endpoint> Chain { get; } = chain;

    /// <summary>Who is asked: the first of those who pass it on, or the holder itself.</summary>
    public Endpoint At { get; } = chain.Count > 0 ? chain[0] : holder;

    /// <summary>What it is sealed by; null where it goes straight.</summary>
    public PassLayers? Layers { get; } = layers;

    public long AskedAt { get; } = askedAt;

    /// <summary>The key that it was sealed with for the first of several.</summary>
    public X25519PublicKey? FirstKey { get; init; }

    /// <summary>Through how many it was to go when it was asked; 0 where it might go straight.</summary>
    public int HiddenLength { get; init; }

    public HolderRequest? Asked { get; set; }
}
