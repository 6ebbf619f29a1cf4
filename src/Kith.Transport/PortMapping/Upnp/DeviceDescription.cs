using System.Xml;

namespace Kith.Transport.PortMapping.Upnp;

/// <summary>A service of a gateway that maps ports.</summary>
/// <param name="Type">Its type, one of those that we know.</param>
/// <param name="Control">Where it is asked.</param>
internal sealed record MappingService(string Type, Uri Control);

/// <summary>Reads the XML that a gateway describes itself with, and its answers (bounded, without DTD or entities of its own).</summary>
internal static class DeviceDescription
{
    /// <summary>Characters that are read of a document.</summary>
    public const int MaxCharacters = 64 * 1024;

    /// <summary>How deep elements may be nested.</summary>
    public const int MaxDepth = 32;

    private const int MaxText = 512;

    /// <summary>The services that map ports (WANIPConnection 1 and 2, WANPPPConnection 1), the best first.</summary>
    public static readonly string[] ServiceTypes =
    [
        "urn:schemas-upnp-org:service:WANIPConnection:2",
        "urn:schemas-upnp-org:service:WANIPConnection:1",
        "urn:schemas-upnp-org:service:WANPPPConnection:1",
    ];

    /// <summary>Finds the best service in a description; false when there is none, when the document is broken or too large, or when the service is elsewhere than the description.</summary>
    public static bool TryFindService(Stream description, Uri location, out MappingService service)
    {
        service = null!;
        if (!TryRead(description, out var elements))
            return false;
        var known = int.MaxValue;
        string? type = null, control = null;
        foreach (var (name, text) in elements)
        {
            switch (name)
            {
                case "/service":
                    var rank = Array.IndexOf(ServiceTypes, type);
                    if (rank >= 0 && rank < known && control is not null && Uri.TryCreate(location, control, out var url)
                        && System.Net.IPAddress.TryParse(location.DnsSafeHost, out var host) && SearchMessage.IsAt(url, host))
                        (known, service) = (rank, new MappingService(ServiceTypes[rank], url));
                    (type, control) = (null, null);
                    break;
                case "serviceType":
                    type = text;
                    break;
                case "controlURL":
                    control = text;
                    break;
                default:
                    break;
            }
        }

        return known != int.MaxValue;
    }

    /// <summary>The text of the first element of a name in an answer; null when there is none, or the document is broken or too large.</summary>
    public static string? TextOf(Stream answer, string name)
    {
        if (!TryRead(answer, out var elements))
            return null;
        foreach (var element in elements)
        {
            if (element.Name == name)
                return element.Text;
        }

        return null;
    }

    // Each element with text, by its local name, in the order of their ends; and the ends of services.
    private static bool TryRead(Stream document, out List<(string Name, string Text)> elements)
    {
        elements = [];
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MaxCharacters,
            MaxCharactersFromEntities = 0,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        };
        try
        {
            using var reader = XmlReader.Create(document, settings);
            var text = string.Empty;
            while (reader.Read())
            {
                if (reader.Depth > MaxDepth)
                    return false;
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element:
                        text = string.Empty;
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA when text.Length + reader.Value.Length <= MaxText:
                        text += reader.Value;
                        break;
                    case XmlNodeType.EndElement:
                        elements.Add(reader.LocalName == "service" ? ("/service", string.Empty) : (reader.LocalName, text.Trim()));
                        text = string.Empty;
                        break;
                    default:
                        break;
                }
            }

            return true;
        }
        // The reader fails on some encodings that change under it with the last.
        catch (Exception error) when (error is XmlException or IOException or ArgumentException)
        {
            return false;
        }
    }
}
