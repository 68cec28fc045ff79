using System.Buffers;
using System.Text.Json;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Api.Tables;

namespace Sillage.Messaging.Import;

/// <summary>Reads a file of rooms and messages: a JSON object a line, or CSV whose first line names the columns.</summary>
internal static class ImportFile
{
    private const int LongestLine = 1024 * 1024;
    private const int Head = 64 * 1024;

    private static readonly string[] Columns = ["room", "sender", "at", "text", "id", "replyTo"];

    /// <summary>The lines of a file, one after the other.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static IEnumerable<ImportedLine> Read(Stream file)
    {
        var head = new byte[Head];
        head = head[..file.ReadAtLeast(head, Head, throwOnEndOfStream: false)];
        var mark = head.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
        file.Position = mark;
        var first = head.AsSpan(mark).IndexOfAnyExcept(" \t\r\n"u8);
        return first >= 0 && head[mark + first] == (byte)'{'
            ? Objects(file)
            : Cells(file, CsvReader.GuessDelimiter(head[mark..]));
    }

    private static IEnumerable<ImportedLine> Objects(Stream file)
    {
        using var reader = new LineReader(file, LongestLine);
        while (reader.Read())
        {
            yield return ReadLine(reader.RawMemory, reader.Line, file.Position);
        }
    }

    private static IEnumerable<ImportedLine> Cells(Stream file, byte delimiter)
    {
        using var reader = new CsvReader(file, LongestLine, delimiter);
        if (!reader.Read())
        {
            throw new InvalidDataException("the file is empty.");
        }

        var names = Enumerable.Range(0, reader.Count).Select(i => reader.Text(i).Trim()).ToArray();
        foreach (var needed in Columns.Take(4).Except(names, StringComparer.Ordinal))
        {
            throw new InvalidDataException(
                $"the first line names no column '{needed}'; columns are {string.Join(", ", Columns)}, the last two of which may be missing."
            );
        }

        var json = new ArrayBufferWriter<byte>();
        while (reader.Read())
        {
            if (reader.Fault is { } fault)
            {
                yield return new ImportedLine(reader.Line, file.Position, null, null, fault);
                continue;
            }

            json.Clear();
            using (var writer = new Utf8JsonWriter(json))
            {
                writer.WriteStartObject();
                for (var i = 0; i < Math.Min(reader.Count, names.Length); i++)
                {
                    if (Columns.Contains(names[i]) && reader.Text(i) is { Length: > 0 } text)
                    {
                        writer.WriteString(names[i], text);
                    }
                }

                writer.WriteEndObject();
            }

            yield return ReadLine(json.WrittenMemory, reader.Line, file.Position);
        }
    }

    private static ImportedLine ReadLine(ReadOnlyMemory<byte> json, long line, long end)
    {
        try
        {
            var read = JsonRequest.Read<JsonElement>(json);
            if (
                read.ValueKind == JsonValueKind.Object
                && read.TryGetProperty("room", out var room)
                && room.ValueKind == JsonValueKind.Object
            )
            {
                return new ImportedLine(line, end, JsonRequest.Read<ImportedRoomLine>(json).Room, null, null);
            }

            var message = JsonRequest.Read<ImportedMessage>(json);
            return string.IsNullOrWhiteSpace(message.Text)
                ? new ImportedLine(line, end, null, null, "/text: More than blanks.")
                : new ImportedLine(line, end, null, message, null);
        }
        catch (ProblemException e)
        {
            var faults = e.Problem.Errors is { Count: > 0 } errors
                ? string.Join(" ", errors.Select(Words))
                : e.Problem.Detail;
            return new ImportedLine(line, end, null, null, faults ?? "It is no object.");
        }
    }

    private static string Words(FieldError error) =>
        error.Pointer.Length == 0 ? "It is no JSON object of a room or a message." : $"{error.Pointer}: {error.Detail}";
}
