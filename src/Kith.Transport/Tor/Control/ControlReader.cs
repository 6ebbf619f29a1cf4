using System.Text;

namespace Kith.Transport.Tor.Control;

/// <summary>Puts replies together from the bytes of a control port (control-spec, section 2.3), within <see cref="ControlLimits"/>. Without I/O; never throws for what comes.</summary>
internal sealed class ControlReader
{
    private const int StatusDigits = 3;

    private readonly List<byte> _line = [];
    private readonly Queue<ControlReply> _replies = new();
    private List<string> _lines = [];
    private int _status;
    private int _size;
    private bool _isInData;

    /// <summary>Why nothing more can be read from it; null while it can.</summary>
    public string? Fault { get; private set; }

    /// <summary>Takes what came; all of it.</summary>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        while (Fault is null && !bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            if (_line.Count + part.Length > ControlLimits.MaxLine)
            {
                Fault = "a line of the control port is too long";
                return;
            }

            _line.AddRange(part);
            if (end < 0)
                return;
            bytes = bytes[(end + 1)..];
            TakeLine();
        }
    }

    /// <summary>The next whole reply; false when there is none.</summary>
    public bool TryRead(out ControlReply? reply) => _replies.TryDequeue(out reply);

    private void TakeLine()
    {
        if (_line is [.., (byte)'\r'])
            _line.RemoveAt(_line.Count - 1);
        // Texts for people may be UTF-8; what is none becomes replacement characters.
        var text = Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_line));
        _line.Clear();
        if (_isInData)
            TakeData(text);
        else
            TakeReplyLine(text);
    }

    // A block ends with a dot alone; a line that begins with one has it twice.
    private void TakeData(string text)
    {
        if (text == ".")
            _isInData = false;
        else
            Add(text.StartsWith('.') ? text[1..] : text);
    }

    private void TakeReplyLine(string text)
    {
        if (text.Length <= StatusDigits || !TryStatus(text, out var status) || text[StatusDigits] is not (' ' or '-' or '+') || (_lines.Count > 0 && status != _status))
        {
            Fault = "what answers at the control port is no control port of Tor";
            return;
        }

        _status = status;
        Add(text[(StatusDigits + 1)..]);
        _isInData = text[StatusDigits] == '+';
        if (text[StatusDigits] != ' ' || Fault is not null)
            return;
        _replies.Enqueue(new ControlReply(_status, _lines));
        _lines = [];
        _size = 0;
    }

    private void Add(string text)
    {
        _size += text.Length;
        if (_lines.Count >= ControlLimits.MaxLines || _size > ControlLimits.MaxReply)
            Fault = "a reply of the control port is too long";
        else
            _lines.Add(text);
    }

    private static bool TryStatus(string text, out int status)
    {
        status = 0;
        for (var i = 0; i < StatusDigits; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
                return false;
            status = (status * 10) + (text[i] - '0');
        }

        return status >= 200;
    }
}
