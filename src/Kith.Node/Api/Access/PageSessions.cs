using System.Text;
using Kith.Crypto;

namespace Kith.Node.Api.Access;

/// <summary>
/// Who may call: the bearer token of the home, one-time keys of page addresses, and the cookies that pages got for them. Cookies are kept as hashes, so that
/// a page survives a restart of the node; keys are not. Safe for use from several threads.
/// </summary>
public sealed class PageSessions
{
    /// <summary>Page addresses that can be open at once; the oldest is forgotten beyond it.</summary>
    public const int MaxKeys = 16;

    /// <summary>Pages that stay signed in; the oldest is forgotten beyond it.</summary>
    public const int MaxSessions = 32;

    /// <summary>How long a page stays signed in without being opened anew.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    private const int SecretSize = 32;

    private readonly Lock _gate = new();
    private readonly byte[] _token;
    private readonly List<string> _keys = [];
    private readonly List<string> _sessions;
    private readonly Action<IReadOnlyList<string>> _save;

    /// <summary>Starts with the sessions kept from earlier.</summary>
    /// <param name="token">The bearer token.</param>
    /// <param name="kept">Hashes of the cookies of earlier runs, oldest first.</param>
    /// <param name="save">Keeps the hashes, called at each change.</param>
    public PageSessions(string token, IReadOnlyList<string> kept, Action<IReadOnlyList<string>> save)
    {
        _token = Encoding.UTF8.GetBytes(token);
        _sessions = [.. kept.TakeLast(MaxSessions)];
        _save = save;
    }

    /// <summary>A fresh secret of 256 bits, text.</summary>
    public static string NewSecret() => Convert.ToHexStringLower(SystemRandom.Instance.NextBytes(SecretSize));

    /// <summary>Makes a one-time key.</summary>
    public string NewKey()
    {
        var key = NewSecret();
        lock (_gate)
        {
            if (_keys.Count == MaxKeys)
                _keys.RemoveAt(0);
            _keys.Add(Hash(key));
        }

        return key;
    }

    /// <summary>Uses a one-time key up; the cookie's value, or null when the key is not (or no longer) known.</summary>
    public string? Redeem(string key)
    {
        lock (_gate)
        {
            if (!_keys.Remove(Hash(key)))
                return null;
            var cookie = NewSecret();
            if (_sessions.Count == MaxSessions)
                _sessions.RemoveAt(0);
            _sessions.Add(Hash(cookie));
            _save([.. _sessions]);
            return cookie;
        }
    }

    /// <summary>Whether this is the home's token. The time taken does not depend on where it differs.</summary>
    public bool IsToken(string token) => ConstantTime.Equals(Encoding.UTF8.GetBytes(token), _token);

    /// <summary>Whether this is the cookie of a page that is signed in. Compared as hashes, so that the time taken tells nothing.</summary>
    public bool IsSession(string cookie)
    {
        var hash = Hash(cookie);
        lock (_gate)
            return _sessions.Contains(hash);
    }

    private static string Hash(string secret) => Convert.ToHexStringLower(Sha256.Hash(Encoding.UTF8.GetBytes(secret)));
}
