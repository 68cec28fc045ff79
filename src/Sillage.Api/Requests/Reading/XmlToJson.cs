using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Xml;
using Sillage.Api.Formats;
using Sillage.Api.Problems;

namespace Sillage.Api.Requests.Reading;

/// <summary>
/// Reads XML as the JSON that it stands for, by the mapping of docs/reference/formats.md. What a value is, the element's
/// <c>type</c> says; where it says nothing, the type of the request does.
/// </summary>
internal static class XmlToJson
{
    private static readonly XmlReaderSettings Safe = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    };

    /// <summary>The JSON text; faults of content are left in it for the JSON reader to name.</summary>
    /// <exception cref="ProblemException">400: not well-formed, nested too deep, or not of the mapping.</exception>
    public static ReadOnlyMemory<byte> Convert(ReadOnlyMemory<byte> xml, JsonTypeInfo type)
    {
        if (xml.IsEmpty)
        {
            throw Bad("The body is empty.", JsonPointer.Root, "An XML document is expected.");
        }

        var json = new ArrayBufferWriter<byte>(xml.Length);
        // A member that is there twice is for the JSON reader to refuse, with its pointer.
        using var writer = new Utf8JsonWriter(json, new JsonWriterOptions { SkipValidation = true });
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(xml.ToArray(), writable: false), Safe);
            reader.MoveToContent();
            WriteElement(reader, writer, type, JsonPointer.Root, depth: 0);
            while (reader.Read())
            {
                // To the end, so that a second root or a stray end is seen.
            }
        }
        catch (XmlException e)
        {
            throw Bad(
                "The body is not well-formed XML, or has a document type, which is not read.",
                JsonPointer.Root,
                e.LineNumber == 0
                    ? "Malformed: there is no element in it, or a document type before it."
                    : $"Malformed at line {e.LineNumber}, column {e.LinePosition}."
            );
        }

        writer.Flush();
        return json.WrittenMemory;
    }

    // On entry the reader stands on the start of the element, on exit after its end.
    private static void WriteElement(
        XmlReader reader,
        Utf8JsonWriter json,
        JsonTypeInfo? type,
        string pointer,
        int depth
    )
    {
        if (depth > Json.Options.MaxDepth)
        {
            throw Bad(
                "The body is nested too deep.",
                JsonPointer.Root,
                $"At most {Json.Options.MaxDepth} levels of elements are read."
            );
        }

        var kind = Kind(reader, type, pointer);
        switch (kind)
        {
            case "object":
                json.WriteStartObject();
                ForEachChild(
                    reader,
                    pointer,
                    name =>
                    {
                        var member = name == JsonToXml.EmptyName ? "" : XmlConvert.DecodeName(name)!;
                        json.WritePropertyName(member);
                        WriteElement(
                            reader,
                            json,
                            Member(type, member),
                            JsonPointer.Member(pointer, member),
                            depth + 1
                        );
                    }
                );
                json.WriteEndObject();
                break;
            case "array":
                json.WriteStartArray();
                var (index, item) = (0, type?.ElementType is { } element ? Json.Options.GetTypeInfo(element) : null);
                ForEachChild(
                    reader,
                    pointer,
                    name =>
                    {
                        var at = JsonPointer.Item(pointer, index++);
                        if (name != "item")
                        {
                            throw Bad("The body is not of the XML form.", at, "An element <item> is expected.");
                        }

                        WriteElement(reader, json, item, at, depth + 1);
                    }
                );
                json.WriteEndArray();
                break;
            case null:
                WriteUntyped(reader, json, pointer, depth);
                break;
            default:
                WriteLeaf(json, kind, ReadText(reader, pointer), pointer);
                break;
        }
    }

    // Nothing says what it is: members make it an object, else it is text.
    private static void WriteUntyped(XmlReader reader, Utf8JsonWriter json, string pointer, int depth)
    {
        var text = new StringBuilder();
        var isObject = false;
        var isEmpty = reader.IsEmptyElement;
        reader.Read();
        while (!isEmpty && reader.NodeType != XmlNodeType.EndElement)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                if (!isObject)
                {
                    json.WriteStartObject();
                    isObject = true;
                }

                var member = reader.LocalName == JsonToXml.EmptyName ? "" : XmlConvert.DecodeName(reader.LocalName)!;
                json.WritePropertyName(member);
                WriteElement(reader, json, null, JsonPointer.Member(pointer, member), depth + 1);
                continue;
            }

            text.Append(reader.Value);
            reader.Read();
        }

        if (!isEmpty)
        {
            reader.Read();
        }

        if (!isObject)
        {
            json.WriteStringValue(text.ToString());
            return;
        }

        json.WriteEndObject();
        if (!string.IsNullOrWhiteSpace(text.ToString()))
        {
            throw Bad("The body is not of the XML form.", pointer, "Text and elements are mixed.");
        }
    }

    private static void ForEachChild(XmlReader reader, string pointer, Action<string> child)
    {
        var isEmpty = reader.IsEmptyElement;
        reader.Read();
        while (!isEmpty && reader.NodeType != XmlNodeType.EndElement)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                child(reader.LocalName);
                continue;
            }

            if (!string.IsNullOrWhiteSpace(reader.Value))
            {
                throw Bad("The body is not of the XML form.", pointer, "Elements are expected here, not text.");
            }

            reader.Read();
        }

        if (!isEmpty)
        {
            reader.Read();
        }
    }

    private static string ReadText(XmlReader reader, string pointer)
    {
        var text = new StringBuilder();
        var isEmpty = reader.IsEmptyElement;
        reader.Read();
        while (!isEmpty && reader.NodeType != XmlNodeType.EndElement)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                throw Bad("The body is not of the XML form.", pointer, "Text is expected here, not an element.");
            }

            text.Append(reader.Value);
            reader.Read();
        }

        if (!isEmpty)
        {
            reader.Read();
        }

        return text.ToString();
    }

    // A word that is no number or truth is written as a string, and the JSON reader says what is expected instead.
    private static void WriteLeaf(Utf8JsonWriter json, string kind, string text, string pointer)
    {
        switch (kind)
        {
            case "null":
                json.WriteNullValue();
                break;
            case "boolean" when text.Trim() is "true" or "false":
                json.WriteBooleanValue(text.Trim() == "true");
                break;
            case "number" when IsToken(text.Trim(), JsonTokenType.Number):
                json.WriteRawValue(text.Trim(), skipInputValidation: true);
                break;
            case "json-string" when IsToken(text.Trim(), JsonTokenType.String):
                json.WriteRawValue(text.Trim(), skipInputValidation: true);
                break;
            case "json-string":
                throw Bad("The body is not of the XML form.", pointer, "A JSON string in its quotes is expected.");
            default:
                json.WriteStringValue(text);
                break;
        }
    }

    private static bool IsToken(string text, JsonTokenType expected)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            return reader.Read() && reader.TokenType == expected && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Kind(XmlReader reader, JsonTypeInfo? type, string pointer)
    {
        string? kind = null;
        while (reader.MoveToNextAttribute())
        {
            if (reader.NamespaceURI == "http://www.w3.org/2000/xmlns/")
            {
                continue;
            }

            if (
                reader.Name != "type"
                || reader.Value
                    is not ("string" or "number" or "boolean" or "null" or "object" or "array" or "json-string")
            )
            {
                throw Bad(
                    "The body is not of the XML form.",
                    pointer,
                    "The only attribute is type, and it is string, number, boolean, null, object, array or json-string."
                );
            }

            kind = reader.Value;
        }

        reader.MoveToElement();
        return kind ?? KindOf(type);
    }

    private static string? KindOf(JsonTypeInfo? type)
    {
        if (type is null || Expectation.IsAnything(type.Type))
        {
            return null;
        }

        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return type.Kind switch
        {
            JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "object",
            JsonTypeInfoKind.Enumerable => "array",
            _ when plain == typeof(bool) => "boolean",
            _ when Expectation.IsNumber(plain) => "number",
            _ => "string",
        };
    }

    private static JsonTypeInfo? Member(JsonTypeInfo? type, string name)
    {
        var memberType =
            type is null ? null
            : type.Kind == JsonTypeInfoKind.Dictionary ? type.ElementType
            : type.Kind == JsonTypeInfoKind.Object ? type.Properties.FirstOrDefault(p => p.Name == name)?.PropertyType
            : null;
        return memberType is null ? null : Json.Options.GetTypeInfo(memberType);
    }

    private static ProblemException Bad(string detail, string pointer, string error) =>
        new(Problem.BadRequest(detail, new FieldError(pointer, error)));
}
