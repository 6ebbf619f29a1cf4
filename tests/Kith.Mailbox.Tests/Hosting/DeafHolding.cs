using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Hosting;

/// <summary>Takes what is asked, and answers nothing.</summary>
internal sealed class DeafHolding : IHolding
{
    private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    public Task Full => _full.Task;

    public long Used => 0;

    public int Boxes => 0;

    public long NextDeadline => long.MaxValue;

    public void Offer(long bytes)
    {
    }

    public void Take(long now, IHolderClient client, ulong number, MailboxRequest request)
    {
        if (++_taken == HostingLimits.Places)
            _full.TrySetResult();
    }

    public void Gone(IHolderClient client)
    {
    }

    public void Finish(long now)
    {
    }

    public void Dispose()
    {
    }
}
