using Kith.Messaging;

namespace Kith.Node.Loop;

/// <summary>What a call does.</summary>
internal enum CallKind
{
    /// <summary>It only reads.</summary>
    Read,

    /// <summary>It reads the vault as a whole, outside of any transaction.</summary>
    ReadCommitted,

    /// <summary>It makes one change.</summary>
    Change,

    /// <summary>It makes several changes, all or none.</summary>
    ChangeSeveral,
}

/// <summary>A call of the API or of the program: its result goes to the caller after the commit.</summary>
internal sealed class CallItem<T>(IMessenger messenger, Func<IMessenger, T> call, CallKind kind) : WorkItem
{
    // Continued elsewhere: a caller must not run on the loop.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Task => _done.Task;

    public override bool OnlyReads => kind is CallKind.Read or CallKind.ReadCommitted;

    public override bool OutsideTransactions => kind == CallKind.ReadCommitted;

    public override bool Compound => kind == CallKind.ChangeSeveral;

    public override void Run() => _result = call(messenger);

    public override void Complete() => _done.TrySetResult(_result!);

    public override void Fail(Exception reason) => _done.TrySetException(reason);
}

/// <summary>Something that happened around the node: it has no caller.</summary>
internal sealed class ActionItem(Action action, int size = 0) : WorkItem
{
    public override int Size => size;

    public override void Run() => action();
}
