using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace Sillage.Api.Formats;

/// <summary>Writes JSON as XML by the mapping of docs/reference/formats.md, so that it reads back as the same JSON.</summary>
internal static class JsonToXml
{
    /// <summary>The name that stands for the empty member name; U+0000 is in no name that we take.</summary>
    public const string EmptyName = "_x0000_";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        // A carriage return as it is would come back as a line feed.
        NewLineHandling = NewLineHandling.Entitize,
    };

    /// <summary>A document with the root element <c>resource</c>.</summary>
    public static byte[] Convert(ReadOnlyMemory<byte> json) => Convert(json, "resource", "", "item");

    /// <summary>A document with a root, namespace and item name of its own.</summary>
    public static byte[] Convert(ReadOnlyMemory<byte> json, string root, string xmlNamespace, string item)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 2 * Json.Options.MaxDepth });
        using var buffer = new MemoryStream(json.Length * 2);
        using (var xml = XmlWriter.Create(buffer, Settings))
        {
            Write(document.RootElement, root);
            void Write(JsonElement value, string name)
            {
                xml.WriteStartElement(name, xmlNamespace);
                WriteContent(value);
                xml.WriteEndElement();
            }

            void WriteContent(JsonElement value)
            {
                switch (value.ValueKind)
                {
                    case JsonValueKind.Object:
                        // Elements within make it an object, and nothing but text a string: only what differs is said.
                        if (value.GetPropertyCount() == 0)
                        {
                            xml.WriteAttributeString("type", "object");
                        }

                        foreach (var member in value.EnumerateObject())
                        {
                            Write(
                                member.Value,
                                member.Name.Length == 0 ? EmptyName : XmlConvert.EncodeLocalName(member.Name)
                            );
                        }

                        break;
                    case JsonValueKind.Array:
                        xml.WriteAttributeString("type", "array");
                        foreach (var element in value.EnumerateArray())
                        {
                            Write(element, item);
                        }

                        break;
                    case JsonValueKind.String:
                        WriteText(value);
                        break;
                    case JsonValueKind.Number:
                        xml.WriteAttributeString("type", "number");
                        xml.WriteString(value.GetRawText());
                        break;
                    case JsonValueKind.True or JsonValueKind.False:
                        xml.WriteAttributeString("type", "boolean");
                        xml.WriteString(value.ValueKind == JsonValueKind.True ? "true" : "false");
                        break;
                    default:
                        xml.WriteAttributeString("type", "null");
                        break;
                }
            }

            void WriteText(JsonElement value)
            {
                var text = value.GetString()!;
                // XML 1.0 has no way at all to write most control characters.
                var fits = text.All(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c));
                if (!fits)
                {
                    xml.WriteAttributeString("type", "json-string");
                }

                xml.WriteString(fits ? text : Escape(text));
            }
        }

        return buffer.ToArray();
    }

    // Everything outside ASCII and all controls as \uXXXX: what remains is fit for XML.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16).Append('"');
        foreach (var c in text)
        {
            _ = c is >= ' ' and <= '~' and not ('"' or '\\')
                ? escaped.Append(c)
                : escaped.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }

        return escaped.Append('"').ToString();
    }
}
