#pragma warning disable RS0030 // the room that owns the sockets to Tor

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kith.Transport.Tor.Control;

namespace Kith.Transport.Tor;

/// <content>Starting Tor, watching it, and starting it again.</content>
public sealed partial class TorRun
{
    private const string NotInstalled = "Tor is not installed: install it (Debian and Ubuntu: apt-get install tor)";

    // A tor that runs already has bridges of its own.
    private static readonly Task Never = new TaskCompletionSource().Task;

    private async Task RunAsync()
    {
        var retry = TorLimits.FirstRetry;
        while (!_stopping.IsCancellationRequested)
        {
            var began = _time.GetTimestamp();
            var wasThere = false;
            var phase = TorPhase.Failed;
            string problem;
            TorOptions options;
            Task renewal;
            lock (_gate)
                (options, renewal) = (_options, _renewal.Task);
            try
            {
                problem = await RunOnceAsync(options, renewal, () => wasThere = true).ConfigureAwait(false);
                phase = TorPhase.Restarting;
            }
            catch (TorException error)
            {
                problem = error.Message;
                phase = error.IsMissing ? TorPhase.Missing : wasThere ? TorPhase.Restarting : TorPhase.Failed;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                break;
            }

            Forget();
            if (_time.GetElapsedTime(began) >= TorLimits.GoodRun)
                retry = TorLimits.FirstRetry;
            await WaitAsync(phase, problem, retry, renewal).ConfigureAwait(false);
            if (renewal.IsCompleted)
                retry = TorLimits.FirstRetry;
            else
                retry = retry * 2 < TorLimits.LastRetry ? retry * 2 : TorLimits.LastRetry;
        }

        Forget();
        Show(TorState.Stopped);
    }

    private async Task WaitAsync(TorPhase phase, string problem, TimeSpan wait, Task renewal)
    {
        Task hurry;
        lock (_gate)
            hurry = _hurry.Task;
        Show(state => new TorState(phase, 0, "", problem, _time.GetUtcNow() + wait, state.Version));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        await ((Task)Task.WhenAny(hurry, renewal, Task.Delay(wait, _time, over.Token))).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>One tor from its beginning to its end, and why it ended.</summary>
    private async Task<string> RunOnceAsync(TorOptions options, Task renewal, Action isThere)
    {
        Show(state => new TorState(TorPhase.Starting, 0, "", null, null, state.Version));
        if (options.ControlPort is { } port)
        {
            await using var control = await ConnectAsync(ControlEndPoint(port)).ConfigureAwait(false);
            return await CommandAsync(control, isOurs: false, Never, isThere).ConfigureAwait(false);
        }

        if (TorPrograms.FindTor(options.Executable) is not { } executable)
            throw new TorException(NotInstalled) { IsMissing = true };
        if (!Torrc.TryBuild(options, Environment.ProcessId, out var torrc, out var problem))
            throw new TorException(problem);
        await using var process = TorProcess.Start(executable, options.DataDirectory, torrc, _time);
        SetProcess(process.Id);
        try
        {
            var at = await process.ControlPortAsync(_stopping.Token).ConfigureAwait(false);
            await using var control = await ConnectAsync(at).ConfigureAwait(false);
            return await CommandAsync(control, isOurs: true, renewal, isThere).ConfigureAwait(false);
        }
        catch (TorException error) when (process.Exited.IsCompleted && process.LastWarning is { } warning)
        {
            throw new TorException($"Tor ended: {warning}", error);
        }
        finally
        {
            SetProcess(null);
        }
    }

    private void SetProcess(int? id)
    {
        lock (_gate)
            _processId = id;
    }

    private async Task<TorControl> ConnectAsync(EndPoint at)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, at is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(at, _stopping.Token).ConfigureAwait(false);
            return new TorControl(new NetworkStream(socket, ownsSocket: true), _time, isPrivate: at is UnixDomainSocketEndPoint);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new TorException($"no Tor answers at the control port {at}", error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<string> CommandAsync(TorControl control, bool isOurs, Task renewal, Action isThere)
    {
        var stop = _stopping.Token;
        var version = await control.AuthenticateAsync(CookieFile.Read, _random, stop).ConfigureAwait(false);
        if (isOurs)
        {
            await control.DoAsync(ControlCommands.TakeOwnership, stop).ConfigureAwait(false);
            await control.DoAsync(ControlCommands.ForgetOwner, stop).ConfigureAwait(false);
        }

        await control.DoAsync(ControlCommands.SetEvents, stop).ConfigureAwait(false);
        var listeners = await control.DoAsync(ControlCommands.GetSocks, stop).ConfigureAwait(false);
        if (SocksEndPoint(listeners) is not { } socks)
            throw new TorException("this Tor has no SOCKS port: set SocksPort in its torrc");
        lock (_gate)
            _socks = socks;
        Show(state => state with { Version = version });
        isThere();
        var bootstrap = await control.DoAsync(ControlCommands.GetBootstrap, stop).ConfigureAwait(false);
        if (bootstrap.After("status/bootstrap-phase=") is { } line && BootstrapEvent.TryRead(line, out var status))
            OnBootstrap(status!);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var telling = TellAsync(control, ended.Token);
        var watching = WatchAsync(control, ended.Token);
        var asking = AskNowAndThenAsync(control, ended.Token);
        await ((Task)Task.WhenAny(telling, watching, asking, renewal)).ConfigureAwait(false);
        if (stop.IsCancellationRequested || (isOurs && renewal.IsCompleted))
            await (isOurs ? ControlHaltAsync(control) : TakeKeysBackAsync(control)).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(telling, watching, asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
        return isOurs && renewal.IsCompleted ? "Tor is started again with other bridges" : isOurs ? "Tor ended; it is started again" : "Tor closed its control port";
    }

    private static async Task ControlHaltAsync(TorControl control)
    {
        try
        {
            using var patience = new CancellationTokenSource(TorLimits.ExitTimeout);
            await control.AskAsync(ControlCommands.Halt, patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TorException or OperationCanceledException)
        {
            // It ends with the connection, or is killed.
        }
    }

    // Services end with the connection, keys would not: this tor goes on without us.
    private async Task TakeKeysBackAsync(TorControl control)
    {
        try
        {
            using var patience = new CancellationTokenSource(TorLimits.ExitTimeout);
            foreach (var service in KeysTold())
                await control.AskAsync(ControlCommands.RemoveClientKey(service), patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TorException or OperationCanceledException)
        {
            // It has ended, or does not answer.
        }
    }

    // A tor that hangs says nothing, and ends nothing: it is asked something, and started again when it does not answer.
    private async Task AskNowAndThenAsync(TorControl control, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(TorLimits.AliveInterval, _time, cancellationToken).ConfigureAwait(false);
            await control.AskAsync(ControlCommands.GetBootstrap, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WatchAsync(TorControl control, CancellationToken cancellationToken)
    {
        using var stall = _time.CreateTimer(_ => OnStall(), null, TorLimits.StallAfter, Timeout.InfiniteTimeSpan);
        await foreach (var reply in control.Events.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if ((reply.After("STATUS_CLIENT ") ?? reply.After("STATUS_GENERAL ")) is { } status)
            {
                if (OnStatus(status))
                    stall.Change(TorLimits.StallAfter, Timeout.InfiniteTimeSpan);
            }
            else if (reply.After("HS_DESC ") is { } line && DescriptorEvent.TryRead(line, out var described))
            {
                Services.FirstOrDefault(service => service.Service == described!.Service && !service.IsGone)?.OnDescriptor(described!);
            }
        }
    }

    // True for progress.
    private bool OnStatus(string line)
    {
        if (BootstrapEvent.TryRead(line, out var status))
            return OnBootstrap(status!);
        if (!ControlWords.TryRead(line, out var words) || words.Plain.Count < 2)
            return false;
        if (words.Plain[1] == "CIRCUIT_NOT_ESTABLISHED")
            Show(state => state.IsReady ? state with { Problem = "Tor has no way through its network at the moment; it goes on trying" } : state);
        else if (words.Plain[1] == "CIRCUIT_ESTABLISHED")
            Show(state => state.IsReady ? state with { Problem = null } : state);
        else if (words.Plain[1] == "CLOCK_SKEW")
            Show(state => state with { Problem = "this machine's clock is wrong, and Tor needs the right time: set it" });
        return false;
    }

    private bool OnBootstrap(BootstrapEvent status)
    {
        var isProgress = false;
        Show(state =>
        {
            if (state.Phase is not (TorPhase.Starting or TorPhase.Ready))
                return state;
            var isReady = status.Progress == 100;
            isProgress = status.Progress > state.Progress || isReady;
            var problem = status.Warning is { } warning && !isReady
                ? $"Tor does not get through: {warning}; where it is blocked, bridges help"
                : isProgress ? null : state.Problem;
            return state with { Phase = isReady ? TorPhase.Ready : TorPhase.Starting, Progress = status.Progress, Says = status.Summary, Problem = problem };
        });
        return isProgress;
    }

    private void OnStall() => Show(state => state.Phase == TorPhase.Starting && state.Problem is null
        ? state with { Problem = string.Create(CultureInfo.InvariantCulture, $"Tor has come no further for {TorLimits.StallAfter.TotalSeconds:0} s; it may be blocked here, and bridges help then") }
        : state);

    private static EndPoint ControlEndPoint(string port)
    {
        if (IPEndPoint.TryParse(port, out var endPoint) && endPoint.Port != 0)
            return IPAddress.IsLoopback(endPoint.Address) ? endPoint : throw new TorException("the control port must be on this machine: what is said there is not encrypted");
        return Path.IsPathRooted(port) ? SocketFile(port) : throw new TorException("the control port is neither like 127.0.0.1:9051 nor the path of a socket");
    }

    // Quoted, one after the other: "127.0.0.1:9050" "unix:/run/tor/socks". Never one of another machine: what goes there is not encrypted by Tor yet.
    private static EndPoint? SocksEndPoint(ControlReply reply)
    {
        const string Unix = "unix:";
        foreach (var word in (reply.After("net/listeners/socks=") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var text = word.Trim('"');
            if (text.StartsWith(Unix, StringComparison.Ordinal) && Path.IsPathRooted(text[Unix.Length..]))
                return SocketFile(text[Unix.Length..]);
            if (IPEndPoint.TryParse(text, out var endPoint) && endPoint.Port != 0 && IPAddress.IsLoopback(endPoint.Address))
                return endPoint;
        }

        return null;
    }

    private static UnixDomainSocketEndPoint SocketFile(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException error)
        {
            throw new TorException("the path of Tor's socket is too long", error);
        }
    }
}
