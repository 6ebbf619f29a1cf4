using Kith.Browser.Tests;

// One that works and one that waits (Screens).
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
[assembly: AssemblyFixture(typeof(Chromium))]
