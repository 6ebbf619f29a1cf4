namespace Kith.Crypto.Noise;

/// <summary>A handshake pattern (Noise §7): who knows whose static key beforehand, and the tokens of each message, the initiator's first.</summary>
internal sealed record NoisePattern(string Name, bool KnowsInitiator, bool KnowsResponder, NoiseToken[][] Messages)
{
    /// <summary>
    /// The patterns of Noise §7.4 (one-way), §7.5 (fundamental) and appendix 18.1 (deferred), a line each: name, then whose
    /// static key is a pre-message (i, r, both or none), then the messages.
    /// </summary>
    private const string Table =
        """
        N    r  : e es
        K    ir : e es ss
        X    r  : e es s ss
        NN   -  : e : e ee
        NK   r  : e es : e ee
        NX   -  : e : e ee s es
        KN   i  : e : e ee se
        KK   ir : e es ss : e ee se
        KX   i  : e : e ee se s es
        XN   -  : e : e ee : s se
        XK   r  : e es : e ee : s se
        XX   -  : e : e ee s es : s se
        IN   -  : e s : e ee se
        IK   r  : e es s ss : e ee se
        IX   -  : e s : e ee se s es
        NK1  r  : e : e ee es
        NX1  -  : e : e ee s : es
        X1N  -  : e : e ee : s : se
        X1K  r  : e es : e ee : s : se
        XK1  r  : e : e ee es : s se
        X1K1 r  : e : e ee es : s : se
        X1X  -  : e : e ee s es : s : se
        XX1  -  : e : e ee s : es s se
        X1X1 -  : e : e ee s : es s : se
        K1N  i  : e : e ee : se
        K1K  ir : e es : e ee : se
        KK1  ir : e : e ee se es
        K1K1 ir : e : e ee es : se
        K1X  i  : e : e ee s es : se
        KX1  i  : e : e ee se s : es
        K1X1 i  : e : e ee s : se es
        I1N  -  : e s : e ee : se
        I1K  r  : e es s : e ee : se
        IK1  r  : e s : e ee se es
        I1K1 r  : e s : e ee es : se
        I1X  -  : e s : e ee s es : se
        IX1  -  : e s : e ee se s : es
        I1X1 -  : e s : e ee s : se es
        """;

    private const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    private static readonly Dictionary<string, NoisePattern> ByName =
        Table.Split('\n', Trimmed).Select(ReadLine).ToDictionary(p => p.Name, StringComparer.Ordinal);

    /// <summary>The pattern of a name without modifiers, or null.</summary>
    public static NoisePattern? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Adds a psk token (§9.4): psk0 before the first message's tokens, pskN after the Nth's. Null when there is no such message.</summary>
    public NoisePattern? WithPsk(int position)
    {
        if (position < 0 || position > Messages.Length)
            return null;
        var messages = (NoiseToken[][])Messages.Clone();
        if (position == 0)
            messages[0] = [NoiseToken.Psk, .. messages[0]];
        else
            messages[position - 1] = [.. messages[position - 1], NoiseToken.Psk];
        return this with { Messages = messages };
    }

    /// <summary>Whether one side has to hold a static key of its own.</summary>
    public bool NeedsStatic(bool initiator) =>
        (initiator ? KnowsInitiator : KnowsResponder) || Sends(initiator, NoiseToken.S);

    /// <summary>Whether one side has to know the other's static key from the start.</summary>
    public bool NeedsRemoteStatic(bool initiator) => initiator ? KnowsResponder : KnowsInitiator;

    private bool Sends(bool initiator, NoiseToken token)
    {
        for (var i = initiator ? 0 : 1; i < Messages.Length; i += 2)
        {
            if (Messages[i].Contains(token))
                return true;
        }
        return false;
    }

    private static NoisePattern ReadLine(string line)
    {
        var parts = line.Split(':', Trimmed);
        var head = parts[0].Split(' ', Trimmed);
        var messages = parts[1..].Select(m => m.Split(' ', Trimmed).Select(t => Enum.Parse<NoiseToken>(t, ignoreCase: true)).ToArray()).ToArray();
        return new NoisePattern(head[0], head[1].Contains('i', StringComparison.Ordinal), head[1].Contains('r', StringComparison.Ordinal), messages);
    }
}
