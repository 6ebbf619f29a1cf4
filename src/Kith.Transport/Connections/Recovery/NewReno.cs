namespace Kith.Transport.Connections.Recovery;

/// <summary>NewReno as RFC 9002 section 7 and appendix B have it: a datagram more each round trip, half after a loss.</summary>
internal sealed class NewReno(int datagramSize) : LossBasedController(datagramSize)
{
    private const double LossReduction = 0.5; // RFC 9002 appendix B.1

    protected override double Reduce(double window) => window * LossReduction;

    protected override void Restore(TimeSpan since)
    {
    }

    protected override void Avoid(TimeSpan now, int bytes, TimeSpan smoothed) => Exact += (double)DatagramSize * bytes / Exact;
}
