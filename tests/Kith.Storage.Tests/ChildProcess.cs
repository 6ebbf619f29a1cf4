using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Kith.Messaging;
using Kith.Storage.Tests.Drops;
using Kith.Storage.Tests.Forwarding;
using static Kith.Storage.Tests.TestHome;

namespace Kith.Storage.Tests;

/// <summary>This executable started again as a process that a test can kill, instead of running tests.</summary>
internal static class ChildProcess
{
    private const string RoleVariable = "KITH_STORAGE_CHILD";
    private const string HomeVariable = "KITH_STORAGE_HOME";

    /// <summary>A time that no pruning reaches, unix milliseconds.</summary>
    public const long FarFuture = 32_503_680_000_000;

    /// <summary>Opens the vault, says so, and waits for the end of its input.</summary>
    public const string Hold = "hold";

    /// <summary>Commits numbered rows for ever, and says each number after its commit.</summary>
    public const string Write = "write";

    /// <summary>Puts numbered drops for ever, and says each number after its acknowledgement.</summary>
    public const string Drops = "drops";

    /// <summary>Notes numbered replay tags for ever, and says each number.</summary>
    public const string Forwarding = "forwarding";

    public static Process Start(string role, string home)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet")
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        start.Environment[RoleVariable] = role;
        start.Environment[HomeVariable] = home;
        return Process.Start(start)!;
    }

#pragma warning disable CA2255 // the test host owns the entry point: this is the one place before it
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void RunWhenChild()
    {
        var home = Environment.GetEnvironmentVariable(HomeVariable);
        switch (Environment.GetEnvironmentVariable(RoleVariable))
        {
            case Hold:
                RunHold(home!);
                Environment.Exit(0);
                break;
            case Write:
                RunWrite(home!);
                break;
            case Drops:
                DropCrashTests.RunPuts(home!, Say);
                break;
            case Forwarding:
                ForwardingCrashTests.RunNotes(home!, Say);
                break;
        }
    }

    private static void RunHold(string home)
    {
        using var vault = Vault.Open(new VaultOptions { Home = home });
        Say("open");
        Console.In.ReadToEnd();
    }

    private static void RunWrite(string home)
    {
        using var vault = Vault.Open(new VaultOptions { Home = home });
        var number = BitConverter.ToInt32(vault.Records.Get(RecordKind.Settings, []) ?? new byte[4]) + 1;
        for (; ; number++)
        {
            vault.Begin();
            vault.Messages.Put(Message(1, number, depth: number, unread: true));
            vault.Outbox.Put(Item(1, number, vault.Outbox.NextSequence(), size: 300));
            vault.Messages.TryMarkReceived(Person(2), Id(number), FarFuture);
            vault.Savepoint();
            vault.Records.Put(RecordKind.Settings, [], BitConverter.GetBytes(-number));
            vault.RollbackToSavepoint();
            vault.Records.Put(RecordKind.Settings, [], BitConverter.GetBytes(number));
            if (number > 20)
                vault.Outbox.Remove(Id(number - 20));
            vault.Commit();
            Say(number.ToString(CultureInfo.InvariantCulture));
            if (number % 25 == 0)
                vault.Maintain(); // so that kills also meet checkpoints and wiping
        }
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
