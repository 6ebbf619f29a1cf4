using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Kith.Crypto;

namespace Kith.Transport.Tor.Control;

/// <summary>
/// A connection to Tor's control port (control-spec): commands one after the other, their replies in the same order, events beside them. One reader loop; disposal ends it. For several threads.
/// </summary>
internal sealed class TorControl : IAsyncDisposable
{
    private const int ReceiveSize = 8 * 1024;
    private const int MaxEvents = 1024;

    private readonly bool _isPrivate;
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentQueue<TaskCompletionSource<ControlReply>> _waiting = new(); // enqueued under _sending
    private readonly Channel<ControlReply> _events = Channel.CreateBounded<ControlReply>(new BoundedChannelOptions(MaxEvents) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _reading;
    private volatile string? _ended;

    /// <param name="stream">The connection; this owns it.</param>
    /// <param name="time">The clock of timeouts.</param>
    /// <param name="isPrivate">Whether it is to a socket in the file system, where nobody else can listen. Anybody can at a TCP port while Tor is away, and a port that asks for no proof gives none.</param>
    public TorControl(Stream stream, TimeProvider time, bool isPrivate = false)
    {
        _isPrivate = isPrivate;
        _stream = stream;
        _time = time;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Events, oldest first; of more than <see cref="MaxEvents"/> that nobody reads the oldest are lost. Complete when the connection has ended.</summary>
    public ChannelReader<ControlReply> Events => _events.Reader;

    /// <summary>Gives a command and brings its reply, whatever it says.</summary>
    /// <exception cref="TorException">The connection ended, or no reply came within <see cref="ControlLimits.ReplyTimeout"/>.</exception>
    public async Task<ControlReply> AskAsync(string command, CancellationToken cancellationToken)
    {
        var reply = new TaskCompletionSource<ControlReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync(command, reply, cancellationToken).ConfigureAwait(false);
        try
        {
            return await reply.Task.WaitAsync(ControlLimits.ReplyTimeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Replies come in order: without this one no later one can be told from it.
            await _stopping.CancelAsync().ConfigureAwait(false);
            throw new TorException("Tor's control port does not answer");
        }
    }

    /// <summary>Gives a command that must be done.</summary>
    /// <exception cref="TorException">Tor refused it, with its words; or as in <see cref="AskAsync"/>.</exception>
    public async Task<ControlReply> DoAsync(string command, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(command, cancellationToken).ConfigureAwait(false);
        // Its first word alone: the rest may hold a key.
        return reply.IsOk ? reply : throw new TorException($"Tor refused {command.Split(' ')[0]}: {reply.Lines[0]}");
    }

    /// <summary>Proves to Tor that we may command it, and that it is the Tor whose cookie we can read.</summary>
    /// <param name="readCookie">Reads a cookie file; null when it is none.</param>
    /// <param name="random">Draws the nonce.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Tor's version.</returns>
    /// <exception cref="TorException">It does not let us in, or is another.</exception>
    public async Task<string> AuthenticateAsync(Func<string, byte[]?> readCookie, IRandom random, CancellationToken cancellationToken)
    {
        if (!Control.ProtocolInfo.TryRead(await DoAsync(ControlCommands.ProtocolInfo, cancellationToken).ConfigureAwait(false), out var info))
            throw new TorException("what answers at the control port is no control port of Tor");
        var proof = Array.Empty<byte>();
        if (info is { TakesSafeCookie: true, CookieFile: { } file })
        {
            if (readCookie(file) is not { Length: SafeCookie.CookieSize } cookie)
                throw new TorException($"Tor's control port wants its cookie, and {file} cannot be read, or by others too");
            var nonce = new byte[SafeCookie.NonceSize];
            random.Fill(nonce);
            var challenge = await AskAsync(ControlCommands.AuthChallenge(nonce), cancellationToken).ConfigureAwait(false);
            proof = new byte[HmacSha256.HashSize];
            if (!SafeCookie.TryAnswer(challenge, cookie, nonce, proof))
                throw new TorException("what answers at the control port does not know Tor's cookie");
        }
        else if (!_isPrivate || !info!.TakesAnybody)
        {
            throw new TorException("Tor's control port does not take the cookie: set CookieAuthentication 1 in its torrc");
        }

        var reply = await AskAsync(ControlCommands.Authenticate(proof), cancellationToken).ConfigureAwait(false);
        return reply.IsOk ? info!.Version : throw new TorException($"Tor's control port refused us: {reply.Lines[0]}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _sending.Dispose();
        _stopping.Dispose();
    }

    private async Task SendAsync(string command, TaskCompletionSource<ControlReply> reply, CancellationToken cancellationToken)
    {
        // Whatever goes in was checked before; one command must never become two.
        if (command.AsSpan().ContainsAny('\r', '\n'))
            throw new ArgumentException("a command is one line", nameof(command));
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_waiting.Count >= ControlLimits.MaxWaiting)
                throw new TorException("Tor's control port is too slow");
            _waiting.Enqueue(reply);
            if (_ended is { } ended)
                throw new TorException(ended);
            // Not given up half way: what is begun is sent.
            await _stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            throw new TorException(_ended ?? "the connection to Tor's control port broke", error);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        var reader = new ControlReader();
        var buffer = new byte[ReceiveSize];
        var why = "Tor's control port closed the connection";
        try
        {
            while (true)
            {
                var count = await _stream.ReadAsync(buffer, _stopping.Token).ConfigureAwait(false);
                if (count == 0)
                    break;
                reader.Receive(buffer.AsSpan(0, count));
                Hand(reader);
                if (reader.Fault is not { } fault)
                    continue;
                why = fault;
                break;
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            why = "the connection to Tor's control port broke";
        }

        _ended = why;
        await _stream.DisposeAsync().ConfigureAwait(false);
        _events.Writer.TryComplete();
        while (_waiting.TryDequeue(out var waiting))
            waiting.TrySetException(new TorException(why));
    }

    // What we read of events is one line; longer ones would be memory that somebody else decides on.
    private void Keep(ControlReply happened)
    {
        if (happened.Lines.Count == 1)
            _events.Writer.TryWrite(happened);
    }

    private void Hand(ControlReader reader)
    {
        while (reader.TryRead(out var reply))
        {
            if (reply!.IsEvent)
                Keep(reply);
            else if (_waiting.TryDequeue(out var waiting))
                waiting.TrySetResult(reply);
        }
    }
}
