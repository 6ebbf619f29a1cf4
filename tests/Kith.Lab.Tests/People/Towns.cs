namespace Kith.Lab.Tests.People;

/// <summary>Towns are up one after the other: each has many processes, and what they measure is time.</summary>
[CollectionDefinition(OneAtATime, DisableParallelization = true)]
public sealed class Towns
{
    public const string OneAtATime = "towns";
}
