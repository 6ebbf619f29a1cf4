using System.Buffers;
using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>Finds the session that a message belongs to, opens it there and makes that session the current one.</summary>
internal readonly ref struct SessionDecryption(
    SessionRecord record, X25519PublicKey? expectedIdentity, IRandom random, IBufferWriter<byte> plaintext)
{
    private readonly SessionRecord _record = record;
    private readonly X25519PublicKey? _expectedIdentity = expectedIdentity;
    private readonly IRandom _random = random;
    private readonly IBufferWriter<byte> _plaintext = plaintext;

    /// <summary>A message of a known session: the current one, else the archived ones, newest first.</summary>
    public DecryptResult DecryptWhisper(ReadOnlySpan<byte> bytes)
    {
        var status = SignalMessage.TryParse(bytes, out var message);
        if (status != DecryptStatus.Ok)
            return Failed(status);

        status = DecryptStatus.NoSession;
        if (_record.Current is { } current)
        {
            status = TryState(current, message);
            if (status is DecryptStatus.Ok)
                return Opened(current, null);
            if (status is DecryptStatus.Duplicate)
                return Failed(status);
        }

        for (var place = 0; place < _record.ArchivedCount; place++)
        {
            if (_record.OpenArchived(place) is not { } archived)
                continue;
            var tried = TryState(archived, message, ReceiverChain.MaxForwardJumpsArchived);
            if (tried is DecryptStatus.Ok)
            {
                _record.PromoteArchived(place, archived);
                return Opened(archived, null);
            }

            archived.Sender.Dispose();
            if (tried is DecryptStatus.Duplicate)
                return Failed(tried);
            if (status is DecryptStatus.NoSession)
                status = tried;
        }

        return Failed(status);
    }

    /// <summary>A message that carries the beginning of its session: of the session with that base key when we have it, else of a new one.</summary>
    public DecryptResult DecryptPreKey(ReadOnlySpan<byte> bytes, IdentityKeyPair own, uint ownRegistrationId, IPreKeySource preKeys)
    {
        var status = PreKeySignalMessage.TryParse(bytes, out var outer);
        if (status != DecryptStatus.Ok)
            return Failed(status);
        status = SignalMessage.TryParse(outer.Message, out var message);
        if (status != DecryptStatus.Ok)
            return Failed(status);
        if (_expectedIdentity is { } expected && expected != outer.IdentityKey)
            return Failed(DecryptStatus.UntrustedIdentity);

        if (_record.Current is { } current && current.BaseKey == outer.BaseKey)
        {
            status = TryState(current, message);
            return status is DecryptStatus.Ok ? Opened(current, null) : Failed(status);
        }

        for (var place = 0; place < _record.ArchivedCount; place++)
        {
            if (_record.OpenArchived(place) is not { } archived)
                continue;
            if (archived.BaseKey != outer.BaseKey)
            {
                archived.Sender.Dispose();
                continue;
            }

            status = TryState(archived, message);
            if (status is not DecryptStatus.Ok)
            {
                archived.Sender.Dispose();
                return Failed(status);
            }

            _record.PromoteArchived(place, archived);
            return Opened(archived, null);
        }

        return DecryptFirst(outer, message, own, ownRegistrationId, preKeys);
    }

    private DecryptResult DecryptFirst(
        in PreKeySignalMessage outer, in SignalMessage message, IdentityKeyPair own, uint ownRegistrationId, IPreKeySource preKeys)
    {
        var status = KeyAgreement.Respond(own, ownRegistrationId, outer, preKeys, out var state);
        if (status is not DecryptStatus.Ok)
            return Failed(status);
        status = TryState(state!, message);
        if (status is not DecryptStatus.Ok)
        {
            state!.Sender.Dispose();
            return Failed(status);
        }

        _record.Promote(state!);
        return Opened(state!, new NewSession(outer.PreKeyId, outer.SignedPreKeyId, outer.KyberPreKeyId, outer.RegistrationId));
    }

    private DecryptStatus TryState(SessionState state, in SignalMessage message, uint maxForwardJumps = ReceiverChain.MaxForwardJumps) =>
        _expectedIdentity is { } expected && expected != state.RemoteIdentity
            ? DecryptStatus.UntrustedIdentity
            : RatchetDecryption.TryDecrypt(state, message, _random, _plaintext, maxForwardJumps);

    private static DecryptResult Opened(SessionState state, NewSession? created) => new(DecryptStatus.Ok, state.RemoteIdentity, created);

    private static DecryptResult Failed(DecryptStatus status) => new(status, default, null);
}
