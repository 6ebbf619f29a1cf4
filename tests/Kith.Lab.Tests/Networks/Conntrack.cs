using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Kith.Lab.Tests.Networks;

/// <summary>The kernel's table of translations (nf_conntrack), spoken to as conntrack(8) does, which is not on every system.</summary>
internal static partial class Conntrack
{
    private const int Netlink = 16; // AF_NETLINK
    private const int Raw = 3; // SOCK_RAW
    private const int Netfilter = 12; // NETLINK_NETFILTER
    private const ushort DeleteAll = 1 << 8 | 2; // NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE; without a tuple it means all
    private const ushort RequestAndAcknowledge = 0x0001 | 0x0004; // NLM_F_REQUEST | NLM_F_ACK
    private const int MessageLength = 16 + 4; // nlmsghdr and nfgenmsg
    private const int AnswerLength = 256;

    /// <summary>Forgets every translation, as a router does that is switched off and on.</summary>
    public static void Flush(NetworkNamespace router) => router.Inside(() =>
    {
        var socket = Open(Netlink, Raw, Netfilter);
        if (socket < 0)
            throw new IOException("netlink: " + Marshal.GetLastPInvokeErrorMessage());
        try
        {
            var message = new byte[MessageLength];
            BinaryPrimitives.WriteInt32LittleEndian(message, MessageLength);
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), DeleteAll);
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), RequestAndAcknowledge);
            var answer = new byte[AnswerLength];
            if (Send(socket, message, message.Length, 0) != message.Length || Receive(socket, answer, answer.Length, 0) < MessageLength)
                throw new IOException("netlink: " + Marshal.GetLastPInvokeErrorMessage());
            // nlmsgerr: the error follows the header, 0 for done.
            var error = BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(16));
            return error == 0 ? true : throw new IOException($"netlink: {Marshal.GetPInvokeErrorMessage(-error)}");
        }
        finally
        {
            _ = Close(socket);
        }
    });

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int socket, byte[] bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, [Out] byte[] bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
