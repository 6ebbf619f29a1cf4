using System.Text;
using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Drops;
using Kith.Messaging.Envelopes;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>Accounts, links and what a contact's record holds.</summary>
internal static class MessagingTargets
{
    private const long Now = 1_700_000_000_000;

    private static readonly IRandom Random = SystemRandom.Instance;

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("link text", LinkText),
        ("link bytes", LinkBytes),
        ("link address text", () => WireTargets.Text("link address text", ["192.0.2.1:7300", "[2001:db8::1]:7300", "name.example:7300", "hold/name.example:7300"],
            text => LinkAddress.TryParse(text, out var address) && Same(address, address.ToString()))),
        ("invite id text", () => WireTargets.Text("invite id text", [NewInvite(1).Id.ToString()], text => InviteId.TryParse(text, out _))),
        ("invite id", () => new FuzzTarget("invite id", [NewInvite(1).Id.ToArray()], input => InviteId.TryRead(input, out _))),
        ("invite record", () => new FuzzTarget("invite record", [Written(NewInvite(3).Write), Written(NewInvite(0).Write)], input => Invite.TryRead(input, out _))),
        ("invite proof", Proof),
        ("bundle of a link", StandingBundles),
        ("bundle of a link, signed", SignedStandingBundles),
        ("device list", DeviceLists),
        ("device list, signed", SignedDeviceLists),
        ("account keys", Keys),
        ("pair secret", () => new FuzzTarget("pair secret", [Written(PairSecret.Generate(Random, 7).Write)], Disposed)),
        ("pair ring", Ring),
        ("contact name", Name),
    ];

    private static Invite NewInvite(int uses) => Invite.Create(Random, uses, Now, Now + 1000);

    private static byte[] Written(Action<WireWriter> write)
    {
        using var writer = new WireWriter();
        write(writer);
        return writer.ToArray();
    }

    private static Link NewLink(Invite? invite)
    {
        using var keys = AccountKeys.Generate(Random, Now);
        _ = LinkAddress.TryParse("192.0.2.1:7300", out var four);
        _ = LinkAddress.TryParse("name.example:1", out var name);
        _ = LinkAddress.TryParse("udp/[2001:db8::1]:7300", out var mapped);
        _ = LinkAddress.TryParse("via/192.0.2.2:7300/AAECAwQFBgcICQoLDA0ODw", out var via);
        return new Link(keys.Id, keys.Device.Transport.PublicKey, invite?.Id, invite?.Secret ?? default, 0, invite is null ? [four, name] : [four, via, mapped]);
    }

    private static Link NewPriced() => NewLink(null) with { FindSeed = new byte[Invite.SecretSize], Price = 23 };

    private static StandingBundle NewStanding(AccountKeys keys) => new(Now, 23, 7, [keys.Account.PublicKey, keys.Account.PublicKey], new byte[300]);

    private static FuzzTarget StandingBundles()
    {
        var keys = AccountKeys.Generate(Random, Now);
        var secret = new byte[BoxSecrets.Size];
        return new FuzzTarget("bundle of a link", [NewStanding(keys).Write(secret, keys.Account)], input => StandingBundle.TryRead(input, secret, keys.Id, out _));
    }

    // The signature keeps mutations out: here each is given the right one.
    private static FuzzTarget SignedStandingBundles()
    {
        var keys = AccountKeys.Generate(Random, Now);
        var secret = new byte[BoxSecrets.Size];
        return new FuzzTarget("bundle of a link, signed", [NewStanding(keys).Write(secret, keys.Account)[..^Ed25519PublicKey.SignatureSize]], body =>
        {
            var signature = new byte[Ed25519PublicKey.SignatureSize];
            keys.Account.Sign("kith-link-bundle-v1", [.. secret, .. body], signature);
            if (!StandingBundle.TryRead([.. body, .. signature], secret, keys.Id, out var standing))
                return false;
            Assert.Equal([.. body, .. signature], standing.Write(secret, keys.Account));
            return true;
        });
    }

    private static FuzzTarget LinkText() => WireTargets.Text("link text", [NewLink(NewInvite(1)).ToString(), NewLink(null).ToString(), NewPriced().ToString()],
        text => Link.TryParse(text, out var link, out _) && Same(link, link.ToString()));

    // A checksum keeps mutations of the text out: here each is given the right one.
    private static FuzzTarget LinkBytes()
    {
        const int checksumSize = 4;
        return new FuzzTarget("link bytes", [Body(NewLink(NewInvite(1))), Body(NewLink(null)), Body(NewPriced())], body =>
        {
            Span<byte> hash = stackalloc byte[Blake2b.MinHashSize];
            Blake2b.Hash("kith-link-checksum"u8, body, hash);
            var text = Link.Scheme + System.Buffers.Text.Base64Url.EncodeToString([.. body, .. hash[..checksumSize]]);
            return Link.TryParse(text, out var link, out _) && Same(link, link.ToString());
        });

        static byte[] Body(Link link) => System.Buffers.Text.Base64Url.DecodeFromChars(link.ToString().AsSpan(Link.Scheme.Length))[..^checksumSize];
    }

    // What was accepted is written, and read again, as the same.
    private static bool Same(Link link, string text)
    {
        Assert.True(Link.TryParse(text, out var again, out _) && again.ToString() == text && again.Account == link.Account);
        return true;
    }

    private static bool Same(LinkAddress address, string text)
    {
        Assert.True(LinkAddress.TryParse(text, out var again) && again == address);
        return true;
    }

    private static FuzzTarget Proof()
    {
        var secret = new byte[Invite.SecretSize];
        var hash = new byte[32];
        var adder = AccountId.FromBytes(new byte[AccountId.Size]);
        var honest = new byte[InviteProof.Size];
        InviteProof.Make(secret, hash, adder, honest);
        return new FuzzTarget("invite proof", [honest], input =>
        {
            var accepted = InviteProof.Verify(secret, hash, adder, input);
            Assert.True(!accepted || input.AsSpan().SequenceEqual(honest));
            _ = InviteProof.Verify(secret, input, adder, honest) | InviteProof.Verify(input, hash, adder, honest);
            return accepted;
        });
    }

    private static FuzzTarget DeviceLists()
    {
        using var keys = AccountKeys.Generate(Random, Now);
        var honest = keys.SignDeviceList(5).Encoded.ToArray();
        return new FuzzTarget("device list", [honest], input =>
        {
            var accepted = DeviceList.TryRead(input, out _);
            Assert.True(!accepted || input.AsSpan().SequenceEqual(honest), "a list that nobody signed");
            return accepted;
        });
    }

    // Signed whatever it is: what the owner of an account can do to others.
    private static FuzzTarget SignedDeviceLists()
    {
        var keys = AccountKeys.Generate(Random, Now);
        var signed = keys.SignDeviceList(5).Encoded.ToArray()[..^Ed25519PublicKey.SignatureSize];
        return new FuzzTarget("device list, signed", [signed], input =>
        {
            var bytes = new byte[input.Length + Ed25519PublicKey.SignatureSize];
            input.CopyTo(bytes, 0);
            keys.Account.Sign(DeviceList.SignatureLabel, input, bytes.AsSpan(input.Length));
            if (!DeviceList.TryRead(bytes, keys.Id, out var list))
                return false;
            Assert.InRange(list.Devices.Count, 1, DeviceList.MaxDevices);
            return true;
        });
    }

    private static FuzzTarget Keys()
    {
        using var keys = AccountKeys.Generate(Random, Now);
        return new FuzzTarget("account keys", [Written(keys.Write)], input =>
        {
            if (!AccountKeys.TryRead(input, out var read))
                return false;
            read.Dispose();
            return true;
        });
    }

    private static bool Disposed(byte[] input)
    {
        if (!PairSecret.TryRead(input, out var secret))
            return false;
        secret.Dispose();
        return true;
    }

    private static FuzzTarget Ring()
    {
        var ring = new PairRing(PairSecret.Generate(Random, 2), PairSecret.Generate(Random, 1), Confirmed: false);
        return new FuzzTarget("pair ring", [Written(ring.Write), Written((ring with { Older = null }).Write)], input =>
        {
            var reader = new WireReader(input);
            if (!PairRing.TryRead(ref reader, out var read))
                return false;
            read.Newest.Dispose();
            read.Older?.Dispose();
            return true;
        });
    }

    private static FuzzTarget Name() => new("contact name", [.. new[] { "Alice", "Алиса 👩‍🚀", " é ö " }.Select(Encoding.Unicode.GetBytes)], input =>
    {
        // As UTF-16, so that lone surrogates and every category occur.
        var text = new string(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(input));
        if (!ContactName.TryNormalize(text, out var name))
            return false;
        Assert.InRange(Encoding.UTF8.GetByteCount(name), 1, ContactName.MaxBytes);
        Assert.True(ContactName.TryNormalize(name, out var again) && again == name);
        return true;
    });
}
