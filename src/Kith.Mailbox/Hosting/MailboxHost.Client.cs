using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <content>Writing and reading.</content>
public sealed partial class MailboxHost
{
    private long NextDeadline => Math.Min(_hearsay?.NextDeadline ?? _directory.NextDeadline, Math.Min(_routes.NextDeadline, Math.Min(_writer.NextDeadline, _reader.NextDeadline)));

    /// <inheritdoc/>
    public void Put(WritableBox box, IReadOnlyList<Parcel> parcels) => Run(now => _writer.Put(now, box, parcels));

    /// <inheritdoc/>
    public void Withdraw(WritableBox box, IReadOnlyList<MessageId> parcels) => Run(now => _writer.Withdraw(now, box, parcels));

    /// <inheritdoc/>
    public void Read(IReadOnlyList<ReadableBox> boxes) => Run(now => _reader.Read(now, boxes));

    /// <inheritdoc/>
    public void ReadNow() => Run(_reader.ReadNow);

    /// <inheritdoc/>
    public void Done(IReadOnlyList<ArrivedEnvelope> envelopes) => Run(now => _reader.Done(now, envelopes));

    private void Tick(long now)
    {
        if (_hearsay is { } hearsay)
        {
            if (hearsay.NextDeadline <= now)
                hearsay.Tick(now);
        }
        else if (_directory.NextDeadline <= now)
        {
            _directory.Tick(now);
        }

        if (_routes.NextDeadline <= now)
            _routes.Tick(now);
        if (_writer.NextDeadline <= now)
            _writer.Tick(now);
        if (_reader.NextDeadline <= now)
            _reader.Tick(now);
    }

    private void Greet(Endpoint holder)
    {
        var hello = new HolderRequest(new HelloRequest(), (now, answer, _) =>
        {
            if (answer is not null)
                _routes.Heard(now);
            if (answer?.Answer is WelcomeAnswer welcome)
                _directory.Greeted(now, holder, welcome.OffersRoom && welcome.PassesOn, answer.HolderKey); // who does not pass on would have to be asked straight
            else
                _directory.Failed(now, holder);
        });
        _outside.Enqueue(() => _sessions.Ask(holder, SessionUse.Own, hello));
    }

    /// <summary>What one of the client's cores asks, and where it is answered.</summary>
    private sealed class HoldersFor(
        MailboxHost host,
        Action<long, long, MailboxAnswer?, AskFailure> answered,
        Action<long, BoxAddress, IReadOnlyList<HolderHandle>> found) : IHolders
    {
        private readonly Dictionary<long, PassCall> _asked = [];

        public void Ask(long ticket, HolderHandle holder, MailboxRequest request)
        {
            var keepsOn = request is ReadRequest read && read.Flags.HasFlag(ReadFlags.News);
            var call = new PassCall(holder, request, keepsOn, (now, answer, failure) =>
            {
                // Forgotten meanwhile.
                if (!_asked.ContainsKey(ticket))
                    return;
                if (!keepsOn || answer is null)
                    _asked.Remove(ticket);
                if (answer is not null)
                    host._directory.Answered(holder.At);
                answered(now, ticket, answer, failure);
            });
            _asked[ticket] = call;
            host._routes.Ask(host._now, call);
        }

        public void Forget(long ticket)
        {
            if (_asked.Remove(ticket, out var call))
                host._routes.Drop(call);
        }

        public void Find(BoxAddress address, int count, IReadOnlyList<string> preferred)
        {
            // To look a name up would show it, and to go there would, too.
            if (preferred.Count == 0 || host._hearsay is not null)
                Search([], address, count);
            else if (host._parts.NeverStraight())
                Search(host.KnownAmong(preferred), address, count);
            else
                host._outside.Enqueue(() => host._searches.Add(host.ResolveAsync(preferred, chosen => Search(chosen, address, count))));
        }

        public void Failed(HolderHandle holder)
        {
            if (host._hearsay is { } hearsay)
                hearsay.Failed(host._now, holder.At);
            else
                host._directory.Failed(host._now, holder.At);
        }

        public void Distrust(HolderHandle holder)
        {
            if (host._hearsay is { } hearsay)
                hearsay.Distrust(host._now, holder.At);
            else
                host._directory.Distrust(host._now, holder.At);
        }

        // With the gate held.
        private void Search(IReadOnlyList<Endpoint> chosen, BoxAddress address, int count)
        {
            // Whoever named it would see by its HELLO where we are.
            foreach (var holder in host._parts.NeverStraight() ? [] : chosen)
                host._directory.Suggest(host._now, holder);
            Action<long, IReadOnlyList<Endpoint>> take = (now, nearest) =>
            {
                host._routes.Found(address, nearest);
                found(now, address, [.. chosen.Select(at => new HolderHandle(at, IsPreferred: true)), .. nearest.Except(chosen).Select(at => new HolderHandle(at))]);
            };
            if (host._hearsay is { } hearsay)
                hearsay.Find(host._now, address, count, take);
            else
                host._directory.Find(host._now, address, count, take);
        }
    }

    /// <summary>What the cores of writing and reading tell, told when the lock is free.</summary>
    private sealed class Relay(MailboxHost host) : IWriterObserver, IReaderObserver
    {
        public void Arrived(ReadableBox box, IReadOnlyList<ArrivedEnvelope> envelopes) => host._outside.Enqueue(() => host._parts.Observer.Arrived(box, envelopes));

        public void ReadToEnd(ReadableBox box, long since) => host._outside.Enqueue(() => host._parts.Observer.ReadToEnd(box, since));

        public void Stored(WritableBox box, IReadOnlyList<MessageId> parcels) => host._outside.Enqueue(() => host._parts.Observer.Stored(box, parcels));

        public void Refused(WritableBox box, IReadOnlyList<MessageId> parcels, string why) => host._outside.Enqueue(() => host._parts.Observer.Refused(box, parcels, why));
    }
}
