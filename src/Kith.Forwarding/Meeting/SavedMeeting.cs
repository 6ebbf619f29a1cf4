using Kith.Wire;

namespace Kith.Forwarding.Meeting;

/// <summary>A handle as it is kept over a restart, so that contacts need not be told another.</summary>
/// <param name="Contact">Whose it is.</param>
/// <param name="Node">The meeting point's descriptor.</param>
/// <param name="Secret">What the handle is made of.</param>
/// <param name="Key">The key of what is left there.</param>
public sealed record SavedMeeting(AccountId Contact, ReadOnlyMemory<byte> Node, MeetingSecret Secret, ReadOnlyMemory<byte> Key);

/// <summary>How meeting points bring what comes.</summary>
public enum MeetingForm
{
    /// <summary>There are none.</summary>
    None,

    /// <summary>Over sessions: the meeting points are the guards, and know our address.</summary>
    Open,

    /// <summary>By reply blocks: no meeting point knows our address, and no guard what it is that it hands us.</summary>
    Veiled,
}
