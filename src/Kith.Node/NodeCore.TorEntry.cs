using System.Net.Sockets;
using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Node.Api.Types;
using Kith.Transport.Tor;

namespace Kith.Node;

/// <content>An onion service at which strangers who use Tor alone come in.</content>
internal sealed partial class NodeCore
{
    private readonly Lock _doorGate = new(); // guards the order of what follows
    private Task _doorSet = Task.CompletedTask;
    private volatile bool _offersTorEntry;
    private volatile string? _torEntryProblem;

    /// <summary>Whether people who use Tor alone may come in through this node.</summary>
    public bool OffersTorEntry
    {
        get => _offersTorEntry;
        private init => _offersTorEntry = value;
    }

    /// <summary>Lets them in from now on, or no more. Not under <c>onion</c>: nobody is served then.</summary>
    public void OfferTorEntry(bool offers)
    {
        _offersTorEntry = offers;
        lock (_doorGate)
            _doorSet = SetDoorAsync(_doorSet);
    }

    /// <summary>What is true of it.</summary>
    public TorEntryState TorEntry() => new(
        OffersTorEntry,
        Tor.Door?.Address.ToString(),
        Tor.Door?.Phase == OnionPhase.Published,
        OffersTorEntry && IsOnion ? "Under the privacy setting onion this node serves nobody."
        : (Tor.Door is { } door ? Tor.State.Problem ?? door.Problem : _torEntryProblem) is { } problem ? Network.NetworkProblems.Sentence(problem) : null);

    private async Task SetDoorAsync(Task last)
    {
        // What went wrong before is of no matter now.
        await last.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        if (IsOnion)
            return;
        try
        {
            _torEntryProblem = null;
            if (!OffersTorEntry)
            {
                await Tor.CloseDoorAsync();
                return;
            }

            using var key = DoorKey();
            await Tor.OpenDoorAsync(key, _takers);
        }
        catch (SocketException e)
        {
            _torEntryProblem = $"the onion service has nothing to listen on: {e.Message}";
        }
        catch (Exception e)
        {
            // Nobody waits for this: what is not said here is said nowhere.
            _torEntryProblem = $"the onion service could not be made: {e.Message}";
        }
    }

    // By the setting that this run began with, as the key that is proved there: it may be changed while the node runs, which then starts anew. Under veiled another in each run, as the transport key: one that stays would tell that a node that is here now is the one that was elsewhere before, to contacts who knew that one too.
    private Ed25519PrivateKey DoorKey() => _nodeKey is null ? Ed25519PrivateKey.FromSeed(_vault.OnionDoorSeed.Value) : Ed25519PrivateKey.Generate(SystemRandom.Instance);

    private void TorChanged()
    {
        Overlay.Report();
        Forwarding.SetOnion(Tor.Door is { Phase: OnionPhase.Published } door && door.Address is { Service: { } service } address ? new OnionPoint(service.Key, (ushort)address.Port) : null);
    }
}
