using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>Registrations as relaying asks for them, wherever they are kept: as long as nobody keeps any, nobody is registered.</summary>
internal sealed class OwnRegistrations : IRelayRegistrations
{
    /// <summary>Who keeps them.</summary>
    public IRelayRegistrations? Source { get; set; }

    public bool TryFind(ReadOnlySpan<byte> handle, out RelayRegistrant registrant)
    {
        registrant = default;
        return Source?.TryFind(handle, out registrant) ?? false;
    }

    public bool IsRegisteredWith(Endpoint introducer) => Source?.IsRegisteredWith(introducer) ?? false;

    public void Suspect(Endpoint introducer) => Source?.Suspect(introducer);
}
