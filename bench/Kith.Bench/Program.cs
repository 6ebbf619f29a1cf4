using Kith.Bench;

// bench/run NAME [--json]: one benchmark. A name that begins with "child:" is a second process that a benchmark starts itself.
if (args is ["--list"])
{
    foreach (var (name, benchmark) in Benchmarks.All)
        Console.WriteLine($"{name,-10} {benchmark.Work}");
    return 0;
}

if (args.Length > 0 && args[0].StartsWith("child:", StringComparison.Ordinal))
    return await Benchmarks.RunChildAsync(args[0]["child:".Length..], args[1..]);

if (args.Length == 0 || !Benchmarks.All.TryGetValue(args[0], out var chosen))
{
    Console.Error.WriteLine("usage: bench/run NAME [--json], bench/run --list");
    return 2;
}

var output = new BenchmarkOutput(json: args.Contains("--json"));
await chosen.RunAsync(output, args[1..]);
return 0;
