namespace Kith.Browser.Tests;

/// <summary>Classes that keep two nodes and a browser busy, one after the other: that is what a small machine can do. Those that wait for sessions to end by themselves go beside them.</summary>
[CollectionDefinition(OneAfterTheOther)]
public sealed class Screens
{
    public const string OneAfterTheOther = "screens";
}
