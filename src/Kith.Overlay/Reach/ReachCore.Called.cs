using Kith.Crypto;
using Kith.Overlay.Walker;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <content>Calls that others make to us.</content>
public sealed partial class ReachCore
{
    /// <summary>Answers kept for calls that are repeated; of more the oldest is forgotten.</summary>
    private const int MaxAnswers = 256;

    /// <summary>A round trip to the introducer where none was measured, milliseconds.</summary>
    private const long UsualRoundTrip = 50;

    private readonly RateBucket _opens = new(ReachLimits.OpenBurst, ReachLimits.OpensPerSecond);
    private readonly Dictionary<Bits128, byte[]> _answers = [];
    private readonly Queue<Bits128> _answerOrder = new();

    private void OnCalling(long now, Endpoint from, in ReachMessage message)
    {
        // Only an introducer that keeps us, and only under the handle that we gave it.
        if (_identity is null || _registrar.Find(from, message.Handle) is not { } own)
        {
            _refused++;
            return;
        }

        // Repeated, as its answer may have been lost: the same answer again, which costs nothing and says nothing new.
        var id = IdOf(message.Sealed);
        if (!_answers.TryGetValue(id, out var answer))
        {
            if (!_opens.TryTake(now) || !SealedCall.TryOpen(_identity, message.Handle, message.Sealed, out var call, out var content))
            {
                _refused++;
                return;
            }

            using (call)
                answer = call.Answer(Answer(now, own, call.Remote, content));
            Remember(id, answer);
        }

        Span<byte> datagram = stackalloc byte[ReachMessage.MaxDatagram];
        var size = new ReachMessage { Type = ReachMessageType.Answer, Handle = message.Handle, Number = message.Number, Sealed = answer }.Write(datagram);
        _ground.Send(from, datagram[..size]);
    }

    private CallContent Answer(long now, OwnRegistration own, X25519PublicKey key, CallContent content)
    {
        var isContact = _callers.IsContact(key);
        var last = _callers.Find(key);
        var isSame = last is not null && last.Call == content.Call && last.Time == content.Time;
        if (!isSame && last is not null && content.Time <= last.Time)
        {
            // Played to us again, or of a clock that was set back. The answer can be read by who made the call alone.
            _refused++;
            return Content(CallStatus.Stale, last.Time, content.Call, new byte[CallContent.SecretSize], onlyPublic: true) with { Candidates = [] };
        }

        var caller = isSame ? last : _callers.TryTake(now, key, content, _random);
        if (caller is null)
        {
            _refused++;
            return Content(CallStatus.Busy, 0, content.Call, new byte[CallContent.SecretSize], onlyPublic: true) with { Candidates = [] };
        }

        var back = (own.RoundTrip ?? UsualRoundTrip) / 2;
        var delay = Math.Clamp(back + (content.RoundTrip > 0 ? content.RoundTrip / 2 : back), 0, MaxDelay);
        var answer = Content(CallStatus.Ok, 0, content.Call, caller.Secret, onlyPublic: !isContact) with { Delay = (int)delay };
        // Through another introducer, the same call: answered there too, and obeyed once.
        if (!isSame)
            Obey(now, own, key, content, answer, isContact, now + delay);
        return answer;
    }

    private void Obey(long now, OwnRegistration own, X25519PublicKey key, CallContent content, CallContent answer, bool isContact, long startAt)
    {
        var targets = PunchTargets.Choose(_ground, own.Introducer, content.Candidates, isContact, out var refused);
        RefusedTargets += refused;
        if (!isContact)
            targets.RemoveAll(target => !_callers.MayPunchForStranger(now, target));
        var spray = SprayFor(now, key, answer, content, startAt);
        var meeting = Meeting.Between(_ground, answer, content);
        if (meeting is not null && !isContact && !_callers.MayPunchForStranger(now, meeting.At))
            meeting = null;
        if (targets.Count == 0 && spray is null && meeting is null)
            return;
        Obeyed++;
        var punchKey = ProbePacket.DeriveKey(content.Secret.Span, answer.Secret.Span);
        StartPunch(now, content.Call, isCaller: false, punchKey, targets, startAt, spray, meeting, key, working: null);
    }

    private static Bits128 IdOf(ReadOnlySpan<byte> message)
    {
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(message, hash);
        return Bits128.Read(hash);
    }

    private void Remember(Bits128 id, byte[] answer)
    {
        _answers[id] = answer;
        _answerOrder.Enqueue(id);
        if (_answerOrder.Count > MaxAnswers)
            _answers.Remove(_answerOrder.Dequeue());
    }
}
