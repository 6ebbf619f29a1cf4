using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Crypto.Kem;
using Kith.Messaging.Accounts;
using Kith.Messaging.Signal;

namespace Kith.Messaging.Sessions;

/// <summary>
/// Our prekeys in the vault (PQXDH §3.2): a signed one that changes weekly, one-time ones, Kyber ones and a Kyber one of last resort. A one-time prekey is handed out
/// once and deleted when it served.
/// </summary>
internal sealed class PreKeyBook : IPreKeySource
{
    /// <summary>A new signed prekey (and last resort) each week.</summary>
    public const long RotationPeriod = 7 * Day;

    /// <summary>
    /// An old one opens messages for so long after its making: a bundle in a link's box serves for three weeks, and what was written by it is kept for 30 days.
    /// </summary>
    public const long SignedLifetime = 60 * Day;

    /// <summary>A one-time prekey that was handed out and never came back is forgotten after this.</summary>
    public const long HandedOutLifetime = 60 * Day;

    /// <summary>One-time prekeys kept ready.</summary>
    public const int OneTimeTarget = 100;

    /// <summary>One-time Kyber prekeys kept ready (3 KiB each).</summary>
    public const int KyberTarget = 8;

    /// <summary>One-time prekeys handed out and not yet used that are kept; the oldest give way.</summary>
    public const int MaxHandedOut = 1000;

    private const long Day = 24L * 60 * 60 * 1000;

    private readonly Surroundings _around;
    private readonly AccountBook _account;
    private readonly PreKeyShelf _oneTime;
    private readonly PreKeyShelf _signed;
    private readonly PreKeyShelf _kyber;

    public PreKeyBook(Surroundings around, AccountBook account)
    {
        _around = around;
        _account = account;
        _oneTime = new PreKeyShelf(around, RecordKind.PreKey);
        _signed = new PreKeyShelf(around, RecordKind.SignedPreKey);
        _kyber = new PreKeyShelf(around, RecordKind.KyberPreKey);
    }

    /// <summary>When the signed prekey has to change, unix milliseconds.</summary>
    public long NextRotation => (_signed.Newest(PreKeyState.Fresh)?.CreatedAt ?? 0) + RotationPeriod;

    /// <summary>Makes what is missing, changes what is due and forgets what is old.</summary>
    public void Maintain()
    {
        var now = _around.Now;
        if (_signed.Newest(PreKeyState.Fresh) is not { } newest || newest.CreatedAt + RotationPeriod <= now)
        {
            var id = _signed.NextId();
            _signed.Put(id, PreKeyState.Fresh, now, SignedPreKey.Generate(id, _account.Identity, _around.Random).Serialize());
            MakeKyber(PreKeyState.LastResort);
        }

        _signed.RemoveOlder(PreKeyState.Fresh, now - SignedLifetime);
        _kyber.RemoveOlder(PreKeyState.LastResort, now - SignedLifetime);
        _oneTime.RemoveOlder(PreKeyState.HandedOut, now - HandedOutLifetime);
        _kyber.RemoveOlder(PreKeyState.HandedOut, now - HandedOutLifetime);
        FillUp();
    }

    /// <summary>A bundle of ours. One-time prekeys are for those who are contacts or about to be: strangers could use them up.</summary>
    public PreKeyBundle MakeBundle(bool oneTime)
    {
        var now = _around.Now;
        if (_signed.Newest(PreKeyState.Fresh) is null || (oneTime && (_oneTime.Count(PreKeyState.Fresh) == 0 || _kyber.Count(PreKeyState.Fresh) == 0)))
            Maintain();
        var signedId = _signed.Newest(PreKeyState.Fresh)!.Value.Id;
        _ = SignedPreKey.TryParse(signedId, _signed.Get(signedId), out var signed);
        OneTimePreKey? preKey = null;
        var kyberId = _kyber.Newest(PreKeyState.LastResort)!.Value.Id;
        if (oneTime)
        {
            var preKeyId = _oneTime.HandOut(now, MaxHandedOut);
            _ = OneTimePreKey.TryParse(preKeyId, _oneTime.Get(preKeyId), out preKey);
            kyberId = _kyber.HandOut(now, MaxHandedOut);
        }

        _ = KyberPreKey.TryParse(kyberId, _kyber.Get(kyberId), out var kyber);
        var device = _account.Keys.Device;
        return new PreKeyBundle(device.RegistrationId, device.DeviceId, preKey?.Id, preKey?.PrivateKey.PublicKey, signedId, signed!.PrivateKey.PublicKey,
            signed.Signature, kyberId, kyber!.KeyPair.PublicKey, kyber.Signature, _account.Identity.PublicKey);
    }

    /// <summary>Deletes the one-time prekeys that a session was made with.</summary>
    public void Used(NewSession session)
    {
        if (session.PreKeyId is { } id)
            _oneTime.Remove(id);
        if (_kyber.StateOf(session.KyberPreKeyId) is PreKeyState.Fresh or PreKeyState.HandedOut)
            _kyber.Remove(session.KyberPreKeyId);
    }

    /// <inheritdoc/>
    public bool TryGetPreKey(uint id, [NotNullWhen(true)] out X25519PrivateKey? key)
    {
        key = OneTimePreKey.TryParse(id, _oneTime.Get(id), out var found) ? found.PrivateKey : null;
        return key is not null;
    }

    /// <inheritdoc/>
    public bool TryGetSignedPreKey(uint id, [NotNullWhen(true)] out X25519PrivateKey? key)
    {
        key = SignedPreKey.TryParse(id, _signed.Get(id), out var found) ? found.PrivateKey : null;
        return key is not null;
    }

    /// <inheritdoc/>
    public bool TryGetKyberPreKey(uint id, [NotNullWhen(true)] out KyberKeyPair? key)
    {
        key = KyberPreKey.TryParse(id, _kyber.Get(id), out var found) ? found.KeyPair : null;
        return key is not null;
    }

    private void FillUp()
    {
        var now = _around.Now;
        for (var missing = OneTimeTarget - _oneTime.Count(PreKeyState.Fresh); missing > 0; missing--)
        {
            var id = _oneTime.NextId();
            _oneTime.Put(id, PreKeyState.Fresh, now, OneTimePreKey.Generate(id, _around.Random).Serialize());
        }

        for (var missing = KyberTarget - _kyber.Count(PreKeyState.Fresh); missing > 0; missing--)
            MakeKyber(PreKeyState.Fresh);
    }

    private void MakeKyber(PreKeyState state)
    {
        var id = _kyber.NextId();
        _kyber.Put(id, state, _around.Now, KyberPreKey.Generate(id, _account.Identity, _around.Random).Serialize());
    }
}
