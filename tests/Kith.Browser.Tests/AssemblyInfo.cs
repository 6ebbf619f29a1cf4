using Kith.Browser.Tests;

// Each test runs two nodes and a browser: one at a time is what a small machine can do.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Chromium))]
