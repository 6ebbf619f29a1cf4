using System.Diagnostics.CodeAnalysis;

namespace Kith.Transport.Tor;

/// <summary>Whether Tor could go by some bridges, before it is to: one that does not start with them would leave their user without any.</summary>
internal static class BridgeCheck
{
    /// <summary>What is wrong with them first; null when nothing is known to be.</summary>
    public static async Task<BridgeFault?> FindFaultAsync(TorOptions options, IReadOnlyList<string> bridges, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var i = 0; i < bridges.Count; i++)
        {
            if (!TryBuild(options, [bridges[i]], out _, out var problem))
                return new BridgeFault(i, problem);
        }

        if (!TryBuild(options, bridges, out var torrc, out var why))
            return new BridgeFault(null, why);
        // Without it there is nobody to ask, and nothing that could go wrong before it is installed.
        if (bridges.Count == 0 || TorPrograms.FindTor(options.Executable) is not { } executable)
            return null;
        try
        {
            if (await TorProcess.CheckAsync(executable, options.DataDirectory, torrc, time, cancellationToken).ConfigureAwait(false) is not { } refusal)
                return null;
            // It does not say which.
            for (var i = 0; i < bridges.Count; i++)
            {
                if (TryBuild(options, [bridges[i]], out var one, out _)
                    && await TorProcess.CheckAsync(executable, options.DataDirectory, one, time, cancellationToken).ConfigureAwait(false) is { } said)
                    return new BridgeFault(i, Quote(said));
            }

            return new BridgeFault(null, Quote(refusal));
        }
        catch (TorException error)
        {
            return new BridgeFault(null, error.Message);
        }
    }

    private static string Quote(string said) => $"Tor refuses it: {said}";

    private static bool TryBuild(TorOptions options, IReadOnlyList<string> bridges, [NotNullWhen(true)] out string? torrc, [NotNullWhen(false)] out string? problem) =>
        Torrc.TryBuild(options with { Bridges = bridges }, Environment.ProcessId, out torrc, out problem);
}
