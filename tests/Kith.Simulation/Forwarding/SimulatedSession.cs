using Kith.Crypto;

namespace Kith.Simulation.Forwarding;

/// <summary>A session of a person to a guard: ends with either's life.</summary>
internal sealed class SimulatedSession(SimulatedForwarder person, SimulatedForwarder guard, X25519PublicKey key)
{
    private readonly int _life = person.Life;
    private readonly int _guardLife = guard.Life;

    public SimulatedForwarder Person { get; } = person;

    public SimulatedForwarder Guard { get; } = guard;

    /// <summary>What the person proved.</summary>
    public X25519PublicKey Key { get; } = key;

    public bool IsLive => Person.IsUp && Guard.IsUp && Person.Life == _life && Guard.Life == _guardLife;

    /// <summary>Something came to the person over it.</summary>
    public void Arrive(byte[] packet)
    {
        if (IsLive)
            Person.Take(Guard.Endpoint, isGuard: true, packet);
    }
}
