namespace Kith.Transport.Tests.Tor;

/// <summary>The classes that share a private Tor network, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class OneTorNetwork : ICollectionFixture<OnionTests.World>
{
    public const string Name = "one Tor network";
}
