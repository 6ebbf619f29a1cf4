using Kith.Crypto;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Tests.Holding;
using Kith.Mailbox.Wire;
using Kith.Storage.Drops;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Client;

/// <summary>A holder as the node runs it, its core over a file of its own, in the simulated world.</summary>
internal sealed class CoreHolder : SimulatedHolder, IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("kith-core-holder-").FullName;
    private readonly HolderCore _core;
    private readonly Dictionary<string, Stream> _streams = new(StringComparer.Ordinal);

    public CoreHolder()
    {
        Store = new BreakableStore(DropStore.Open(_folder));
        _core = new HolderCore(Store, X25519PrivateKey.Generate(SystemRandom.Instance).PublicKey, SystemRandom.Instance);
        _core.Offer(MailboxLimits.DefaultRoom);
    }

    public BreakableStore Store { get; }

    public override int Chunks => Store.BoxesFrom(null, 1_000).Sum(box => Store.Size(box).Entries);

    public override void Handle(long now, MailboxRequest request, byte[] session, Action<MailboxAnswer?> answer)
    {
        if (IsDown)
            return;
        var name = Convert.ToHexString(session);
        if (!_streams.TryGetValue(name, out var stream))
            _streams.Add(name, stream = new Stream(session));
        _core.Take(now, stream, stream.Ask(answer, request is ReadRequest read && read.Flags.HasFlag(ReadFlags.News)), request);
        _core.Finish(now);
    }

    public void Dispose()
    {
        _core.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    private sealed class Stream(byte[] session) : IHolderClient
    {
        private readonly Dictionary<ulong, (Action<MailboxAnswer?> Tell, bool KeepsOn)> _asked = [];
        private ulong _last;

        public Endpoint? From => null;

        public bool IsNear => true;

        public ReadOnlyMemory<byte> HandshakeHash => session;

        public bool IsWatching { get; set; }

        public ulong Ask(Action<MailboxAnswer?> tell, bool keepsOn)
        {
            _asked.Add(++_last, (tell, keepsOn));
            return _last;
        }

        public void Answer(ulong number, MailboxAnswer answer)
        {
            var (tell, keepsOn) = _asked[number];
            if (!keepsOn)
                _asked.Remove(number);
            tell(answer);
        }

        public void Tell(ulong number, EntriesAnswer news) => _asked[number].Tell(news);

        public void End(ulong code) => throw new InvalidOperationException("nobody ends streams here");
    }
}
