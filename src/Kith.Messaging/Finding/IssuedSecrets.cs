using Google.Protobuf;
using Google.Protobuf.Collections;
using Kith.Messaging.Contacts;

namespace Kith.Messaging.Finding;

/// <summary>
/// The find secrets of one pair that were drawn and sent, as the contact's record holds them. Two lists, one for each direction; numbers only ever grow, and are taken
/// from the clock, so that a node restored from a backup draws higher ones than those it has forgotten.
/// </summary>
internal static class IssuedSecrets
{
    /// <summary>Secrets on their way to one contact at once. While there are so many the newest is sent again: nobody else has it, and none may be given up that they may have.</summary>
    public const int MaxUnderWay = 3;

    /// <summary>Secrets of theirs that are kept: the newest, and the one before for when they were restored from a backup.</summary>
    public const int MaxReceived = 2;

    /// <summary>Whether one more may be given.</summary>
    public static bool HasRoom(this FindRecord record) => record.Given.Count - (record.TakenNumber == 0 ? 0 : 1) < MaxUnderWay;

    /// <summary>A new secret of ours; the older ones stay until the contact is known to have this one.</summary>
    public static IssuedSecret Give(this FindRecord record, ByteString secret, long now)
    {
        var given = new IssuedSecret { Number = Math.Max(now, record.LastNumber + 1), Secret = secret };
        record.LastNumber = given.Number;
        record.Given.Insert(0, given);
        return given;
    }

    /// <summary>Begins anew with what the pair has in common.</summary>
    public static void Forget(this FindRecord record)
    {
        record.Given.Clear();
        record.TakenNumber = 0;
    }

    /// <summary>They have the secret of this number: what is older goes. False when it says nothing new.</summary>
    public static bool Taken(this FindRecord record, long number)
    {
        var at = IndexOf(record.Given, number);
        if (at < 0 || record.TakenNumber == number)
            return false;
        record.TakenNumber = number;
        Cut(record.Given, at + 1);
        return true;
    }

    /// <summary>
    /// Takes a secret of theirs when no higher number has come; the highest number is what they are told. Another one with the highest number is the later one: they
    /// forgot the first.
    /// </summary>
    public static long Receive(this FindRecord record, IssuedSecret secret)
    {
        if (record.Received.Count > 0 && (record.Received[0].Number > secret.Number || record.Received[0].Equals(secret)))
            return record.Received[0].Number;
        record.Received.Insert(0, secret);
        Cut(record.Received, MaxReceived);
        return secret.Number;
    }

    private static int IndexOf(RepeatedField<IssuedSecret> list, long number)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Number == number)
                return i;
        }

        return -1;
    }

    private static void Cut(RepeatedField<IssuedSecret> list, int count)
    {
        while (list.Count > count)
            list.RemoveAt(list.Count - 1);
    }
}
