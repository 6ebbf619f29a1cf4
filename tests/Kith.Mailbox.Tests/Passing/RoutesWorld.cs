using Kith.Crypto;
using Kith.Mailbox.Client;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Passing;

/// <summary>Holders at distinct prefixes, each of which answers as the test says; what is asked stays until then.</summary>
internal sealed class RoutesWorld : IPassRoutesWorld, IDisposable
{
    private readonly X25519PrivateKey _key = X25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly X25519PrivateKey _other = X25519PrivateKey.Generate(SystemRandom.Instance);

    public RoutesWorld(int holders, bool neverStraight = false, byte[]? orderSecret = null, int passers = PassLimits.Passers, bool isStarting = false)
    {
        Holders = [.. Enumerable.Range(1, holders).Select(i => Endpoint.FromIPv4(0xC600_0005 + ((uint)i << 8), 4_000))];
        Routes = new PassRoutes(this, SystemRandom.Instance, orderSecret) { NeverStraight = () => IsHidden, Passers = () => Length };
        (IsHidden, Length) = (neverStraight, passers);
        Routes.Notice(Now);
        // As it is some seconds after the start.
        if (neverStraight && !isStarting)
            Routes.NetworkChanged(Now - PassLimits.StartPatience);
    }

    public PassRoutes Routes { get; }

    /// <summary>Whether nothing goes straight, and through how many it goes then.</summary>
    public bool IsHidden { get; set; }

    public int Length { get; set; }

    /// <summary>Whether anybody answers anything, besides what the test answers.</summary>
    public bool IsOnline { get; set; } = true;

    /// <summary>Guards that were said HELLO to, and when.</summary>
    public List<(Endpoint At, long When)> Greeted { get; } = [];

    /// <summary>Those whose key is not known, besides <see cref="Keyless"/>.</summary>
    public HashSet<Endpoint> Unknown { get; } = [];

    /// <summary>Those who have another key by now.</summary>
    public HashSet<Endpoint> Renewed { get; } = [];

    public List<Endpoint> Holders { get; }

    public List<Endpoint> KeyFailures { get; } = [];

    public long Now { get; set; } = 1_790_000_000_000;

    /// <summary>What was asked, in order.</summary>
    public List<(Endpoint At, HolderRequest Request)> Asked { get; } = [];

    public List<HolderRequest> Dropped { get; } = [];

    public List<(MailboxAnswer? Answer, AskFailure Failure)> Told { get; } = [];

    public IEnumerable<Endpoint> Passers(long now) => Holders;

    public X25519PublicKey? KeyOf(Endpoint holder) => holder == Keyless || Unknown.Contains(holder) ? null : Renewed.Contains(holder) ? _other.PublicKey : _key.PublicKey;

    public bool AreOne(Endpoint passer, Endpoint holder) => false;

    public bool IsSelf(Endpoint holder) => holder == Self;

    public Endpoint Self { get; set; }

    /// <summary>One whose key is not known.</summary>
    public Endpoint Keyless { get; set; }

    public X25519PublicKey? OwnKey => _other.PublicKey;

    public bool IsNear(Endpoint holder) => false;

    public void KeyFailed(long now, Endpoint holder) => KeyFailures.Add(holder);

    public void Greet(Endpoint guard) => Greeted.Add((guard, Now));

    public void Ask(Endpoint at, HolderRequest request) => Asked.Add((at, request));

    public void Drop(Endpoint at, HolderRequest request) => Dropped.Add(request);

    public PassCall Ask(MailboxRequest request, Endpoint holder, bool keepsOn = false, bool isPreferred = false)
    {
        if (IsOnline)
            Routes.Heard(Now);
        var call = new PassCall(new HolderHandle(holder, isPreferred), request, keepsOn, (_, answer, failure) => Told.Add((answer, failure)));
        Routes.Ask(Now, call);
        return call;
    }

    /// <summary>Answers as a holder does that was asked through somebody.</summary>
    public void Answer(HolderRequest request, MailboxAnswer answer)
    {
        var pass = (PassRequest)request.Request;
        Assert.True(PassOpened.TryOpen(_key, pass.Seal!(), SystemRandom.Instance, out var opened));
        Give(request, new PassAnswer(DropCode.Done, opened.Seal(answer)));
    }

    /// <summary>Opens what went to the first of a chain layer by layer: who gets what, and what each has in hand then.</summary>
    public Walk Open((Endpoint At, HolderRequest Request) asked)
    {
        var walk = new Walk([asked.At], []);
        var sealedRequest = Assert.IsType<SealedRequest>(asked.Request.Request).Seal!();
        while (true)
        {
            Assert.True(PassOpened.TryOpen(_key, sealedRequest, SystemRandom.Instance, out var opened));
            walk.Layers.Add((opened, sealedRequest.Length));
            if (opened.Request is not PassRequest pass)
                return walk;
            walk.Stops.Add(pass.Holder);
            sealedRequest = pass.Sealed;
        }
    }

    /// <summary>Answers along a chain, from one place of it: the holder's the last.</summary>
    public void Answer(HolderRequest request, Walk walk, MailboxAnswer answer, int from) => Give(request, walk.Wrap(answer, from));

    /// <summary>Answers as whoever passes on does.</summary>
    public void Give(HolderRequest request, MailboxAnswer answer)
    {
        var opened = request.Opens is { } opens ? opens(answer) : answer;
        request.Answered(Now, opened is null ? null : new HolderAnswer(opened, _key.PublicKey), opened is null ? AskFailure.Broken : AskFailure.None);
    }

    public void Fail(HolderRequest request, AskFailure failure = AskFailure.Ended) => request.Answered(Now, null, failure);

    /// <summary>Lets time pass until something is due.</summary>
    public void Wait()
    {
        Now = Math.Max(Now, Routes.NextDeadline);
        Routes.Tick(Now);
    }

    /// <summary>Lets so much time pass.</summary>
    public void WaitFor(long time)
    {
        var end = Now + time;
        while (Routes.NextDeadline <= end)
            Wait();
        Now = end;
    }

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    /// <summary>A request through a chain, opened: who it came to, the holder last, and what each opened, of how many sealed bytes.</summary>
    internal sealed record Walk(List<Endpoint> Stops, List<(PassOpened Opened, int Bytes)> Layers)
    {
        public MailboxAnswer Wrap(MailboxAnswer answer, int from)
        {
            for (var at = from; ; at--)
            {
                var bytes = Layers[at].Opened.Seal(answer);
                if (at == 0)
                    return new SealedAnswer(DropCode.Done, bytes);
                answer = new PassAnswer(DropCode.Done, bytes);
            }
        }
    }
}
