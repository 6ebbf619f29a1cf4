using Kith.Crypto;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>
/// One request on its way through one node or several, on the side that asks (docs/protocol/mailbox.md, "Passing on"). Through one it is a PASS of what is sealed for the holder; through several, what each is to pass on is
/// sealed for it, the first too, which so gets the same as all others.
/// </summary>
internal sealed class PassLayers : IDisposable
{
    private readonly PassSeal[] _seals; // the innermost first

    private PassLayers(PassSeal[] seals, MailboxRequest asked) => (_seals, Asked) = (seals, asked);

    /// <summary>What the first of them is asked.</summary>
    public MailboxRequest Asked { get; }

    /// <summary>Through one that knows that we ask.</summary>
    public static PassLayers Through(Endpoint holder, X25519PublicKey key, MailboxRequest request, bool hasNews, IRandom random)
    {
        var seal = new PassSeal(key, request, random);
        return new PassLayers([seal], new PassRequest(holder, default) { HasNews = hasNews, Seal = seal.Seal });
    }

    /// <summary>Through a chain of them, none of which knows its place in it.</summary>
    /// <param name="chain">Who passes on, in the order of the way, with the static key of each.</param>
    /// <param name="holder">The holder.</param>
    /// <param name="key">Its static key.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="hasNews">Whether news go on.</param>
    /// <param name="raised">So many steps longer than it must be the innermost is.</param>
    /// <param name="random">The randomness.</param>
    public static PassLayers Through(IReadOnlyList<(Endpoint At, X25519PublicKey Key)> chain, Endpoint holder, X25519PublicKey key, MailboxRequest request, bool hasNews, int raised, IRandom random)
    {
        var seals = new List<PassSeal> { new(key, request, random, raised) };
        var next = holder;
        foreach (var (at, passerKey) in chain.Reverse())
        {
            seals.Add(new PassSeal(passerKey, new PassRequest(next, default) { HasNews = hasNews, Seal = seals[^1].Seal }, random));
            next = at;
        }

        return new PassLayers([.. seals], new SealedRequest(default) { Seal = seals[^1].Seal });
    }

    /// <summary>Opens an answer layer by layer: gives what the holder answered, or <see cref="PassTrouble"/>.</summary>
    public MailboxAnswer? TryOpen(MailboxAnswer answer)
    {
        var layer = Asked is PassRequest ? 0 : _seals.Length - 1;
        if (answer is SealedAnswer first && layer > 0)
        {
            // Its own key has changed, or it has too much to do.
            if (first.Code != DropCode.Done)
                return new PassTrouble(-1, first.Code);
            if (!_seals[layer].TryOpen(first.Sealed, out answer!))
                return new PassTrouble(-1, null);
            layer--;
        }
        else if (layer > 0)
        {
            return null;
        }

        var passers = Asked is PassRequest ? 1 : _seals.Length - 1;
        for (; ; layer--)
        {
            if (answer is not PassAnswer passed)
                return null;
            var by = passers - 1 - layer;
            if (passed.Code != DropCode.Done)
                return new PassTrouble(by, passed.Code);
            if (!_seals[layer].TryOpen(passed.Sealed, out var opened))
                return new PassTrouble(by, null);
            if (layer == 0)
                return opened is PassAnswer or SealedAnswer ? null : opened;
            answer = opened!;
        }
    }

    /// <summary>Erases its keys.</summary>
    public void Dispose()
    {
        foreach (var seal in _seals)
            seal.Dispose();
    }
}

/// <summary>A way has come to nothing, and as far as can be seen why.</summary>
/// <param name="By">The place in the chain of who says so of the one behind it; -1 when it is said of the first.</param>
/// <param name="Code">What it says; null where what came from behind it does not open.</param>
internal sealed record PassTrouble(int By, DropCode? Code) : MailboxAnswer;
