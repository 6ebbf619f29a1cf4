using Kith.Mailbox.Client;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Wire;
using Kith.Overlay;
using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>
/// Passes on what clients ask of other holders (docs/protocol/mailbox.md, "Passing on"): to holders that the directory knows and to nobody else, within the bounds of <see cref="PassLimits"/>, back the
/// same way. It sees neither box nor content, nor whether it passes on for whoever asks or for another one that passes on. For several threads.
/// </summary>
internal sealed class PassDesk(IPassWorld world, TimeProvider time)
{
    private const ulong UnknownPrefix = 1; // all whose address is not known share one

    private readonly Lock _gate = new(); // guards everything below
    private readonly Dictionary<(IPassAsker Stream, ulong Number), Pass> _passes = [];
    private readonly Dictionary<IPassAsker, (long Bytes, int Standing)> _ofAskers = [];
    private readonly Dictionary<ulong, (int Standing, int Looks)> _ofPrefixes = []; // those on a network of ours apart
    private readonly PassGauge _gauge = new();
    private long _bytes;
    private int _standing;
    private int _looks;
    private long _passed;

    /// <summary>Requests that were passed on.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    /// <summary>Whether this is another holder.</summary>
    public bool Knows(Endpoint node) => world.Knows(node);

    /// <summary>Requests under way, and those that wait for news.</summary>
    public int UnderWay
    {
        get
        {
            lock (_gate)
                return _passes.Count;
        }
    }

    /// <summary>Passes a request on, or says why not.</summary>
    public void Take(IPassAsker asker, ulong number, PassRequest request)
    {
        var pass = new Pass(asker, number, request, time.GetTimestamp());
        // Nobody is sent back and forth between two.
        if (!asker.IsNear && asker != asker.Stream && asker.From is { } from && AddressPrefix.Of(from) == AddressPrefix.Of(request.Holder))
        {
            asker.TellPassed(number, new PassAnswer(DropCode.Unknown, default), isFirst: true);
            return;
        }

        if (Refusal(pass) is { } code)
        {
            asker.TellPassed(number, new PassAnswer(code, default), isFirst: true);
            return;
        }

        if (world.Knows(request.Holder))
            Forward(pass);
        else
            Look(pass);
    }

    /// <summary>Nothing more is wanted of a pass.</summary>
    public void End(IPassAsker asker, ulong number)
    {
        Pass? pass;
        lock (_gate)
        {
            pass = _passes.GetValueOrDefault((asker.Stream, number));
            if (pass is null)
                return;
            // What has not been answered once is answered yet, and takes a place until then.
            pass.IsEnding = true;
            if (!pass.IsAnswered || !Remove(pass))
                return;
        }

        Drop(pass);
    }

    /// <summary>A client has gone.</summary>
    public void Gone(IPassAsker asker)
    {
        List<Pass> gone;
        lock (_gate)
        {
            if (!_ofAskers.ContainsKey(asker))
                return;
            gone = [.. _passes.Values.Where(pass => pass.Asker.Stream == asker)];
            gone.ForEach(pass => Remove(pass));
        }

        gone.ForEach(Drop);
    }

    /// <summary>Ends what has waited for news for too long. Called now and then.</summary>
    public void Check()
    {
        List<Pass> old;
        lock (_gate)
        {
            old = [.. _passes.Values.Where(pass => pass.IsAnswered && time.GetElapsedTime(pass.BegunAt) >= PassLimits.StandingTime)];
            old.ForEach(pass => Remove(pass));
        }

        foreach (var pass in old)
        {
            Drop(pass);
            pass.Asker.TellPassed(pass.Number, new PassAnswer(DropCode.Silent, default), isFirst: false);
        }
    }

    private DropCode? Refusal(Pass pass)
    {
        if (!world.Passes)
            return DropCode.NoRoom;
        lock (_gate)
        {
            var (bytes, standing) = _ofAskers.GetValueOrDefault(pass.Asker.Stream);
            if (_bytes + pass.Bytes > PassLimits.BytesUnderWay || bytes + pass.Bytes > PassLimits.BytesOfAsker
                || (pass.HasNews && (_standing >= PassLimits.Standing || standing >= PassLimits.StandingOfAsker || OfPrefix(pass).Standing >= PassLimits.StandingOfPrefix))
                || _passes.ContainsKey((pass.Asker.Stream, pass.Number))
                || (!pass.Asker.IsNear && !_gauge.TryTake(Now(), PrefixOf(pass), pass.Bytes)))
                return DropCode.Busy;
            _passes.Add((pass.Asker.Stream, pass.Number), pass);
            Count(pass, 1);
        }

        if (pass.HasNews)
            pass.Asker.CountPass(isBegun: true);
        return null;
    }

    // A holder that we have had nothing to do with: it is looked for where it must have announced itself.
    private void Look(Pass pass)
    {
        lock (_gate)
        {
            if (_looks >= PassLimits.Looks || OfPrefix(pass).Looks >= PassLimits.LooksOfPrefix)
            {
                Remove(pass);
                pass.IsRefused = true;
            }
            else
            {
                CountLook(pass, 1);
            }
        }

        if (pass.IsRefused)
        {
            pass.Asker.TellPassed(pass.Number, new PassAnswer(DropCode.Busy, default), isFirst: true);
            return;
        }

        world.Look(pass.Request.Holder, isKnown =>
        {
            lock (_gate)
            {
                CountLook(pass, -1);
                if (!isKnown && !Remove(pass))
                    return;
            }

            if (isKnown)
                Forward(pass);
            else
                pass.Asker.TellPassed(pass.Number, new PassAnswer(DropCode.Unknown, default), isFirst: true);
        });
    }

    private void Forward(Pass pass)
    {
        lock (_gate)
        {
            if (pass.IsOver)
                return;
            pass.Asked = new HolderRequest(new SealedRequest(pass.Request.Sealed), (_, answer, failure) => Answered(pass, answer, failure), pass.HasNews)
            {
                Patience = PassLimits.HolderPatience,
                IsFree = true,
                For = new PassedFor(pass.Asker.Stream, pass.Asker.IsNear ? null : PrefixOf(pass), HasAddress: pass.Asker.From is not null),
            };
        }

        Interlocked.Increment(ref _passed);
        world.Ask(pass.Request.Holder, pass.Asked);
    }

    private void Answered(Pass pass, HolderAnswer? answer, AskFailure failure)
    {
        var told = answer?.Answer is SealedAnswer done
            ? new PassAnswer(done.Code is DropCode.Done or DropCode.Signature ? done.Code : DropCode.Silent, done.Sealed)
            : new PassAnswer(failure.IsOfHolder() ? DropCode.Silent : DropCode.Busy, default);
        bool isFirst, isOver;
        lock (_gate)
        {
            if (pass.IsOver)
                return;
            if (!pass.Asker.IsNear)
                _gauge.Charge(Now(), PrefixOf(pass), told.Sealed.Length);
            isFirst = !pass.IsAnswered;
            isOver = !pass.HasNews || told.Code != DropCode.Done || pass.IsEnding;
            if (isOver)
                Remove(pass);
            else if (isFirst)
                Count(pass, -1, standing: 0); // its bytes are on their way; its place is kept
            pass.IsAnswered = true;
        }

        pass.Asker.TellPassed(pass.Number, told, isFirst);
        if (isOver && answer is not null && pass.HasNews)
            Drop(pass);
    }

    // What waits is not sent any more, and news end.
    private void Drop(Pass pass)
    {
        if (pass.Asked is { } asked)
            world.Drop(pass.Request.Holder, asked);
    }

    // With the gate held.
    private bool Remove(Pass pass)
    {
        if (pass.IsOver)
            return false;
        pass.IsOver = true;
        _passes.Remove((pass.Asker.Stream, pass.Number));
        Count(pass, -1, pass.HasNews ? 1 : 0);
        if (pass.HasNews)
            pass.Asker.CountPass(isBegun: false);
        return true;
    }

    private void Count(Pass pass, int sign) => Count(pass, sign, pass.HasNews ? 1 : 0);

    // With the gate held.
    private void Count(Pass pass, int sign, int standing)
    {
        var (bytes, own) = _ofAskers.GetValueOrDefault(pass.Asker.Stream);
        var counted = pass.IsAnswered ? 0 : pass.Bytes; // counted off at the first answer
        _bytes += sign * counted;
        _standing += sign * standing;
        CountOfPrefix(pass, sign * standing, 0);
        (bytes, own) = (bytes + (sign * counted), own + (sign * standing));
        if (bytes == 0 && own == 0)
            _ofAskers.Remove(pass.Asker.Stream);
        else
            _ofAskers[pass.Asker.Stream] = (bytes, own);
    }

    // With the gate held.
    private void CountLook(Pass pass, int sign)
    {
        _looks += sign;
        CountOfPrefix(pass, 0, sign);
    }

    // One who has many streams of one prefix must not keep others out. With the gate held.
    private (int Standing, int Looks) OfPrefix(Pass pass) => pass.Asker.IsNear ? default : _ofPrefixes.GetValueOrDefault(PrefixOf(pass));

    private void CountOfPrefix(Pass pass, int standing, int looks)
    {
        if (pass.Asker.IsNear)
            return;
        var prefix = PrefixOf(pass);
        var before = _ofPrefixes.GetValueOrDefault(prefix);
        var after = (before.Standing + standing, before.Looks + looks);
        if (after == default)
            _ofPrefixes.Remove(prefix);
        else
            _ofPrefixes[prefix] = after;
    }

    private long Now() => (long)time.GetElapsedTime(0).TotalMilliseconds;

    private static ulong PrefixOf(Pass pass) => pass.Asker.From is { } from ? AddressPrefix.Of(from).Number : UnknownPrefix;

    private sealed class Pass(IPassAsker asker, ulong number, PassRequest request, long begunAt)
    {
        public IPassAsker Asker => asker;

        public ulong Number => number;

        public PassRequest Request => request;

        public int Bytes { get; } = request.Sealed.Length;

        public bool HasNews => request.HasNews;

        public long BegunAt => begunAt;

        public HolderRequest? Asked { get; set; }

        public bool IsAnswered { get; set; }

        public bool IsRefused { get; set; }

        /// <summary>Whether nothing more is wanted of it.</summary>
        public bool IsEnding { get; set; }

        public bool IsOver { get; set; }
    }
}
