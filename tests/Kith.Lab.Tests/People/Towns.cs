namespace Kith.Lab.Tests.People;

/// <summary>Whole towns are up one after the other, and when nothing else runs: each has many processes, and what they measure is time. Small ones mostly wait, and go beside others.</summary>
[CollectionDefinition(OneAtATime, DisableParallelization = true)]
public sealed class Towns
{
    public const string OneAtATime = "towns";
}
