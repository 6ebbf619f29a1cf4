namespace Kith.Overlay.Reach;

/// <summary>How many sprays send to many ports at once: each takes a place in the tables of the NATs on its way for every port that it tries. Others wait for their turn.</summary>
internal sealed class SprayTurns
{
    private readonly HashSet<Spray> _taken = [];

    /// <summary>Whether it is a spray's turn; from then on it has it until it is given back.</summary>
    public bool TryTake(Spray spray) => _taken.Contains(spray) || (_taken.Count < ReachLimits.MaxSpraysAtPorts && _taken.Add(spray));

    /// <summary>A spray is over.</summary>
    public void GiveBack(Spray spray) => _taken.Remove(spray);
}
