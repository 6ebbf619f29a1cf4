using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Overlay;
using Kith.Wire;

namespace Kith.Mailbox.Directory;

/// <summary>A node that was named as a holder, and what is known of it.</summary>
internal sealed class KnownHolder(Endpoint endpoint)
{
    public Endpoint Endpoint { get; } = endpoint;

    public BoxAddress Place { get; } = RoomKey.PlaceOf(endpoint);

    public AddressPrefix Prefix { get; } = AddressPrefix.Of(endpoint);

    /// <summary>When it was last found under a key.</summary>
    public long NamedAt { get; set; }

    /// <summary>Since when its answer to HELLO is waited for; 0 when none is.</summary>
    public long GreetedAt { get; set; }

    /// <summary>When it last said that it offers room; 0 for never.</summary>
    public long WelcomedAt { get; private set; }

    /// <summary>Its static key, which its session proved when it said so; null while that is not known.</summary>
    public X25519PublicKey? Key { get; private set; }

    /// <summary>Until when it is passed over.</summary>
    public long PassedOverUntil { get; private set; }

    private long _silence;

    /// <summary>Whether it counts as a holder now.</summary>
    public bool Serves(long now) => WelcomedAt != 0 && PassedOverUntil <= now;

    /// <summary>Whether it is worth a HELLO now.</summary>
    public bool IsWorthGreeting(long now) => GreetedAt == 0 && PassedOverUntil <= now && (WelcomedAt == 0 || now - WelcomedAt >= DirectoryLimits.WelcomeLifetime);

    /// <summary>It answered.</summary>
    public void Welcome(long now, bool offersRoom, X25519PublicKey? key)
    {
        Key = key;
        GreetedAt = 0;
        _silence = 0;
        IsDoubted = false;
        WelcomedAt = offersRoom ? now : 0;
        // Who only takes part without offering may do so later.
        if (!offersRoom)
            PassOver(now, DirectoryLimits.AnnouncementPeriod);
    }

    /// <summary>It did not answer: it counts again once it has said HELLO anew.</summary>
    public void Fail(long now)
    {
        (GreetedAt, WelcomedAt) = (0, 0);
        // Several things that were under way fail together, and say one thing.
        if (PassedOverUntil > now)
            return;
        _silence = _silence == 0 ? DirectoryLimits.FirstSilence : Math.Min(_silence * 2, DirectoryLimits.LastSilence);
        PassOver(now, _silence);
    }

    /// <summary>Whether a request to it came to nothing since it last answered HELLO: it is asked anew when all are.</summary>
    public bool IsDoubted { get; private set; }

    /// <summary>A request to it came to nothing, and nobody may learn by a HELLO whose it was: it is passed over, and what is known of it stays.</summary>
    public void Doubt(long now)
    {
        IsDoubted = true;
        if (PassedOverUntil > now)
            return;
        _silence = _silence == 0 ? DirectoryLimits.FirstSilence : Math.Min(_silence * 2, DirectoryLimits.LastSilence);
        PassOver(now, _silence);
    }

    /// <summary>A request to it was answered: when one comes to nothing next, it is the first again.</summary>
    public void Trust() => (_silence, IsDoubted) = (0, false);

    /// <summary>It has another key by now, or is another one: it is asked anew.</summary>
    public void ForgetKey() => (Key, WelcomedAt) = (null, 0);

    /// <summary>Passes it over.</summary>
    public void PassOver(long now, long time) => PassedOverUntil = Math.Max(PassedOverUntil, now + time);
}
