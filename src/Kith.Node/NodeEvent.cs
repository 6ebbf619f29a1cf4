using System.Text.Json;
using System.Text.Json.Nodes;
using Kith.Messaging;
using Kith.Node.Api;
using Kith.Node.Api.Types;
using Kith.Node.Events;
using Kith.Wire;

namespace Kith.Node;

/// <summary>Something that happened at this node, after the commit that made it true.</summary>
public abstract record NodeEvent
{
    /// <summary>What kind it is: the names of docs/protocol/api.md, "Events".</summary>
    public abstract string Type { get; }

    /// <summary>The data as the API sends it.</summary>
    public JsonObject ToJson()
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
            WriteData(writer);
        return (JsonObject)JsonNode.Parse(text.GetBuffer().AsSpan(0, (int)text.Length))!;
    }

    /// <summary>Writes the data as one JSON object.</summary>
    internal abstract void WriteData(Utf8JsonWriter writer);

    /// <summary>Something in the messenger.</summary>
    public sealed record Messaging(MessengerEvent What, ContactBoard Board) : NodeEvent
    {
        /// <inheritdoc/>
        public override string Type => What switch
        {
            MessengerEvent.MessageChanged => "message",
            MessengerEvent.MessageRemoved => "messageRemoved",
            MessengerEvent.ContactChanged => "contact",
            MessengerEvent.ContactRemoved => "contactRemoved",
            MessengerEvent.Typing => "typing",
            _ => "settings",
        };

        internal override void WriteData(Utf8JsonWriter writer)
        {
            switch (What)
            {
                case MessengerEvent.MessageChanged e:
                    JsonSerializer.Serialize(writer, new MessageEvent(Shapes.Message(e.Message, Board), e.IsNew), ApiJson.Default.MessageEvent);
                    break;
                case MessengerEvent.MessageRemoved e:
                    JsonSerializer.Serialize(writer, new MessageRemovedEvent(e.Contact.ToString(), e.Id.ToString()), ApiJson.Default.MessageRemovedEvent);
                    break;
                case MessengerEvent.ContactChanged e:
                    JsonSerializer.Serialize(writer, Shapes.Contact(e.Contact, Board), ApiJson.Default.Contact);
                    break;
                case MessengerEvent.ContactRemoved e:
                    JsonSerializer.Serialize(writer, new ContactRemovedEvent(e.Contact.ToString()), ApiJson.Default.ContactRemovedEvent);
                    break;
                case MessengerEvent.Typing e:
                    JsonSerializer.Serialize(writer, new TypingEvent(e.Contact.ToString(), e.Active), ApiJson.Default.TypingEvent);
                    break;
                case MessengerEvent.SettingsChanged e:
                    JsonSerializer.Serialize(writer, Shapes.Settings(e.Settings), ApiJson.Default.Settings);
                    break;
            }
        }
    }

    /// <summary>The network looks otherwise.</summary>
    public sealed record NetworkChanged(Api.Types.Network Now) : NodeEvent
    {
        /// <inheritdoc/>
        public override string Type => "network";

        internal override void WriteData(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, Now, ApiJson.Default.Network);
    }

    /// <summary>A session with a contact opened, goes another way, or the last one closed.</summary>
    /// <param name="Contact">Who.</param>
    /// <param name="Path">Which way it goes; null when there is none any more.</param>
    public sealed record Presence(AccountId Contact, Way? Path) : NodeEvent
    {
        /// <summary>Whether there is a session.</summary>
        public bool Online => Path is not null;

        /// <inheritdoc/>
        public override string Type => "presence";

        internal override void WriteData(Utf8JsonWriter writer)
            => JsonSerializer.Serialize(writer, new PresenceEvent(Contact.ToString(), Online, Path), ApiJson.Default.PresenceEvent);
    }
}
