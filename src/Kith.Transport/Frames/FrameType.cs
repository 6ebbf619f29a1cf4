namespace Kith.Transport.Frames;

/// <summary>Frame types, one byte each; docs/protocol/session.md and udp.md, "Frames". Numbers follow RFC 9000 section 19 where the frame does.</summary>
internal enum FrameType : byte
{
    Padding = 0x00,
    Ping = 0x01,
    Pong = 0x02,
    Ack = 0x03,
    ResetStream = 0x04,
    StopSending = 0x05,
    OpenStream = 0x07,
    Stream = 0x08,
    StreamFin = 0x09,
    StreamAt = 0x0c,
    StreamAtFin = 0x0d,
    StreamAtLength = 0x0e,
    StreamAtLengthFin = 0x0f,
    MaxData = 0x10,
    MaxStreamData = 0x11,
    MaxStreams = 0x12,
    NewConnectionId = 0x18,
    RetireConnectionId = 0x19,
    PathChallenge = 0x1a,
    PathResponse = 0x1b,
    Close = 0x1c,
    Datagram = 0x31,
}
