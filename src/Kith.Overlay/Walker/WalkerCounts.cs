namespace Kith.Overlay.Walker;

/// <summary>The seed's figures. Peers count that answered or proved themselves and were heard within 20 s.</summary>
/// <param name="Active">Heard within the time-out.</param>
/// <param name="Connectable">Those among them that answered us before they came to us, without a puncture.</param>
/// <param name="Incoming">Those among the active that came to us first.</param>
/// <param name="Outgoing">Those to which we came first.</param>
/// <param name="Candidates">Named by others, or heard only.</param>
public readonly record struct WalkerCounts(int Active, int Connectable, int Incoming, int Outgoing, int Candidates)
{
    /// <summary>Connectable peers in active ones; 0 without any.</summary>
    public double Ratio => Active == 0 ? 0 : (double)Connectable / Active;
}
