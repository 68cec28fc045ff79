using System.Text.Json;
using Sillage.Api.Tables;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Intake;

namespace Sillage.Traces.Import.Rows;

/// <summary>The rows of a file, whatever its form.</summary>
internal abstract class RowSource : IDisposable
{
    /// <summary>Goes from row to row.</summary>
    public abstract RecordReader Records { get; }

    /// <summary>Columns that a flag names and that no row has had so far.</summary>
    public virtual IReadOnlyCollection<(string Flag, string Column)> Unseen => [];

    /// <summary>Writes the row at hand, value by value.</summary>
    public abstract void Write(RowWriter writer);

    /// <summary>How the file of rows that could not be taken begins.</summary>
    public abstract byte[] BadHeader { get; }

    /// <summary>A row for that file: as it came, with its line and the reason.</summary>
    public abstract byte[] BadRow(long line, string reason, ReadOnlySpan<byte> raw);

    public void Dispose()
    {
        Records.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Rows of CSV.</summary>
internal sealed class CsvRows : RowSource
{
    private readonly CsvReader _reader;
    private readonly char _delimiter;
    private readonly bool _quotes;
    private readonly Target[][] _targets;
    private readonly string[] _columns;
    private byte[] _scratch = [];

    /// <summary>Settles where the columns go.</summary>
    /// <param name="reader">At the header, or before the first row where there is none.</param>
    /// <param name="format">How the file is written.</param>
    /// <param name="columns">The columns' names.</param>
    /// <param name="mapping">Where they go.</param>
    public CsvRows(CsvReader reader, CsvFormat format, string[] columns, Mapping mapping)
    {
        (_reader, _columns) = (reader, columns);
        (_delimiter, _quotes) = ((char)format.Delimiter, format.Quote is not null);
        mapping.Settle([.. columns.Where(c => c.Length > 0)]);
        _targets = [.. columns.Select(c => c.Length > 0 ? mapping.TargetsOf(c) : [])];
    }

    public override RecordReader Records => _reader;

    public override byte[] BadHeader =>
        System.Text.Encoding.UTF8.GetBytes(
            string.Join(_delimiter, ["_line", "_reason", .. _columns.Select(c => CsvText.Cell(c, _delimiter))]) + "\r\n"
        );

    public override void Write(RowWriter writer)
    {
        if (_reader.Fault is { } fault)
        {
            writer.Fault = fault;
            return;
        }

        if (_reader.Count != _targets.Length)
        {
            writer.Fault = $"The row has {_reader.Count} cells, and there are {_targets.Length} columns.";
            return;
        }

        for (var i = 0; i < _targets.Length; i++)
        {
            foreach (var target in _targets[i])
            {
                if (target.Kind != TargetKind.None)
                {
                    writer.Write(target, _reader.Text(i, ref _scratch), _reader[i].Quoted);
                }
            }
        }
    }

    public override byte[] BadRow(long line, string reason, ReadOnlySpan<byte> raw)
    {
        var said = _quotes ? CsvText.Cell(reason, _delimiter) : reason.Replace(_delimiter, ' ');
        return [.. System.Text.Encoding.UTF8.GetBytes($"{line}{_delimiter}{said}{_delimiter}"), .. raw, .. "\r\n"u8];
    }
}

/// <summary>Rows of NDJSON.</summary>
/// <param name="reader">At the first line.</param>
/// <param name="mapping">Where the members go.</param>
/// <param name="unseen">Names of flags that have not been found in the file yet.</param>
internal sealed class JsonRows(LineReader reader, Mapping mapping, HashSet<(string Flag, string Column)> unseen)
    : RowSource
{
    private readonly HashSet<string> _said =
    [
        .. mapping.Said.Select(s => s.Column.Split('.')[0]),
        .. mapping.Said.Select(s => s.Column),
    ];

    public override IReadOnlyCollection<(string Flag, string Column)> Unseen => unseen;

    public override RecordReader Records => reader;

    public override byte[] BadHeader => [];

    public override void Write(RowWriter writer)
    {
        try
        {
            using var document = JsonDocument.Parse(reader.RawMemory);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                writer.Fault = "A JSON object is expected.";
                return;
            }

            if (unseen.Count > 0)
            {
                unseen.RemoveWhere(name => Find(document.RootElement, name.Column) is not null);
            }

            foreach (var (path, target) in mapping.Said)
            {
                if (Find(document.RootElement, path) is { } value)
                {
                    writer.Write(target, value);
                }
            }

            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (!_said.Contains(member.Name))
                {
                    writer.Write(mapping.TargetOf(member.Name), member.Value);
                }
            }
        }
        catch (JsonException e)
        {
            writer.Fault = $"Not valid JSON at byte {e.BytePositionInLine + 1}: {JsonFault.Of(reader.Raw, e)}";
        }
        catch (InvalidOperationException)
        {
            // What the library says to a text of which a part is no character.
            writer.Fault = "Half a surrogate pair is no character.";
        }
    }

    /// <summary>The line with two members more; what is no object is put into one as a text.</summary>
    public override byte[] BadRow(long line, string reason, ReadOnlySpan<byte> raw)
    {
        var said = $"\"_line\":{line},\"_reason\":{JsonSerializer.Serialize(reason, Api.Formats.Json.Options)}";
        var text = raw.Trim(" \t"u8);
        return text is [(byte)'{', .. var rest]
            ?
            [
                .. "{"u8,
                .. System.Text.Encoding.UTF8.GetBytes(said),
                .. rest.Trim(" \t"u8) is [(byte)'}'] ? ""u8 : ","u8,
                .. rest,
                .. "\n"u8,
            ]
            :
            [
                .. System.Text.Encoding.UTF8.GetBytes(
                    $"{{{said},\"_row\":{JsonSerializer.Serialize(System.Text.Encoding.UTF8.GetString(raw), Api.Formats.Json.Options)}}}\n"
                ),
            ];
    }

    /// <summary>A member, or a member of a member: <c>meta.level</c>.</summary>
    public static JsonElement? Find(JsonElement root, string path)
    {
        if (root.TryGetProperty(path, out var whole))
        {
            return whole;
        }

        var at = root;
        foreach (var step in path.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
            {
                return null;
            }
        }

        return at;
    }
}
