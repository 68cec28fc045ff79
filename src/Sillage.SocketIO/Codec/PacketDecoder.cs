using System.Text.Json;

namespace Sillage.SocketIO.Codec;

/// <summary>A whole packet of a client.</summary>
/// <param name="Header">What stands before its JSON.</param>
/// <param name="Json">Its JSON, a copy; empty if it has none.</param>
/// <param name="Elements">Where the elements of an event or acknowledgement stand.</param>
/// <param name="Attachments">Its attachments.</param>
internal sealed record Packet(
    PacketHeader Header,
    byte[] Json,
    List<Range> Elements,
    IReadOnlyList<ReadOnlyMemory<byte>> Attachments
);

/// <summary>Puts a client's messages together to packets.</summary>
internal sealed class PacketDecoder(int mostAttachments)
{
    private static readonly string[] ReservedNames =
    [
        "connect",
        "connect_error",
        "disconnect",
        "disconnecting",
        "newListener",
        "removeListener",
    ];

    private Packet? _unfinished;
    private List<ReadOnlyMemory<byte>>? _attachments;

    /// <summary>Whether a name is one that Socket.IO keeps for itself.</summary>
    public static bool IsReserved(string name) => ReservedNames.Contains(name, StringComparer.Ordinal);

    /// <summary>Takes a text message.</summary>
    /// <returns>What is wrong, null if nothing is; and the packet, null if its attachments are still to come.</returns>
    public (string? Error, Packet? Packet) Text(ReadOnlySpan<byte> text)
    {
        if (_unfinished is not null)
        {
            return ("text where an attachment was due", null);
        }

        if (PacketHeader.TryParse(text, mostAttachments, out var header) is { } error)
        {
            return (error, null);
        }

        var json = text[header.PayloadStart..];
        if (CheckPayload(header, json, out var elements) is { } fault)
        {
            return (fault, null);
        }

        var packet = new Packet(header, json.ToArray(), elements, []);
        if (header.Attachments == 0)
        {
            return (null, packet);
        }

        _unfinished = packet;
        _attachments = new List<ReadOnlyMemory<byte>>(header.Attachments);
        return (null, null);
    }

    /// <summary>Takes a binary message.</summary>
    /// <returns>As for <see cref="Text"/>.</returns>
    public (string? Error, Packet? Packet) Binary(ReadOnlySpan<byte> data)
    {
        if (_unfinished is null)
        {
            return ("an attachment that no packet announced", null);
        }

        _attachments!.Add(data.ToArray());
        if (_attachments.Count < _unfinished.Header.Attachments)
        {
            return (null, null);
        }

        var packet = _unfinished with { Attachments = _attachments };
        _unfinished = null;
        _attachments = null;
        return (null, packet);
    }

    private static string? CheckPayload(PacketHeader header, ReadOnlySpan<byte> json, out List<Range> elements)
    {
        elements = [];
        switch (header.Type)
        {
            case PacketType.Connect:
                return json.IsEmpty || IsObject(json) ? null : "the connect payload is not an object";
            case PacketType.Disconnect:
                return json.IsEmpty ? null : "a disconnect has no payload";
            case PacketType.ConnectError:
                return "a connect error is the server's to send";
        }

        if (JsonArguments.TryScan(json, header.Attachments, out elements) is { } error)
        {
            return error;
        }

        if (header.Type is PacketType.Ack or PacketType.BinaryAck)
        {
            return header.Id is null ? "an acknowledgement without its id" : null;
        }

        return elements.Count == 0 ? "an event without a name" : CheckName(json[elements[0]]);
    }

    private static string? CheckName(ReadOnlySpan<byte> json)
    {
        if (!TryReadName(json, out var name))
        {
            return "the name of an event is a string";
        }

        return IsReserved(name) ? "a reserved name" : null;
    }

    /// <summary>Reads the name of an event: a string, or a number as it was written.</summary>
    public static bool TryReadName(ReadOnlySpan<byte> json, out string name)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        name = "";
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
        {
            return false;
        }

        if (reader.TokenType is JsonTokenType.Number || !reader.ValueIsEscaped)
        {
            name = System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
            return true;
        }

        try
        {
            name = reader.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: JSON allows the escape, no string can hold it.
            return false;
        }
    }

    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonArguments.MaxDepth });
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read()) { }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
