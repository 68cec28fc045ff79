using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sillage.Traces.Import.Rows;

/// <summary>A row on its way: as it came, and as the trace that it would be.</summary>
internal sealed class ChunkRow
{
    public required long Line { get; init; }

    /// <summary>Where the row lies as it came.</summary>
    public required (int Start, int Length) Raw { get; init; }

    /// <summary>Where the trace lies; empty if there is a fault.</summary>
    public required (int Start, int Length) Json { get; init; }

    /// <summary>Whose trace it is, as the file says it.</summary>
    public required string? Participant { get; init; }

    /// <summary>Whether nobody has been made yet of whom it is.</summary>
    public bool IsStranger { get; set; }

    /// <summary>Why it cannot be taken; null if nothing is known against it.</summary>
    public string? Fault { get; set; }

    /// <summary>The value that is wrong, as a message shows it; null where it is not one value's fault.</summary>
    public string? FaultValue { get; set; }
}

/// <summary>The rows that are stored by one commit. Its buffers are used again for the next ones.</summary>
internal sealed class Chunk(RowSource source, RowWriter writer)
{
    // Enough to make the price of a commit small, and little memory.
    private const int MaximumRows = 4096;
    private const int MaximumBytes = 4 * 1024 * 1024;

    private readonly List<ChunkRow> _rows = new(MaximumRows);
    private readonly ArrayBufferWriter<byte> _raw = new();
    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly ArrayBufferWriter<byte> _body = new();

    public IReadOnlyList<ChunkRow> Rows => _rows;

    public bool IsFull => _rows.Count >= MaximumRows || _raw.WrittenCount >= MaximumBytes;

    /// <summary>The rows that nothing is known against.</summary>
    public IEnumerable<ChunkRow> Good => _rows.Where(row => row.Fault is null);

    /// <summary>The traces put together, a line each; valid until the next <see cref="BeginBody"/>.</summary>
    public ReadOnlyMemory<byte> Body => _body.WrittenMemory;

    public ReadOnlySpan<byte> RawOf(ChunkRow row) => _raw.WrittenSpan.Slice(row.Raw.Start, row.Raw.Length);

    /// <summary>Keeps the row that the source is at.</summary>
    /// <param name="id">Its id, if it has none of its own.</param>
    public void Keep(Guid id)
    {
        var raw = source.Records.Raw;
        var (rawStart, jsonStart) = (_raw.WrittenCount, _json.WrittenCount);
        _raw.Write(raw);
        writer.Begin();
        source.Write(writer);
        if (writer.Fault is null)
        {
            writer.End(id, _json);
        }

        _rows.Add(
            new ChunkRow
            {
                Line = source.Records.Line,
                Raw = (rawStart, raw.Length),
                Json = (jsonStart, _json.WrittenCount - jsonStart),
                Participant = writer.Participant,
                Fault = writer.Fault,
                FaultValue = writer.FaultValue,
            }
        );
    }

    public void BeginBody() => _body.ResetWrittenCount();

    /// <summary>Puts a row's trace into the body, now that its participant's number is known.</summary>
    public void AddToBody(ChunkRow row, long participant)
    {
        _body.Write(_json.WrittenSpan.Slice(row.Json.Start, row.Json.Length));
        _body.Write(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"participant\":{participant}}}\n"))
        );
    }

    /// <summary>The row's trace as far as it is written: all but the participant and the last brace.</summary>
    public ReadOnlyMemory<byte> JsonOf(ChunkRow row) => _json.WrittenMemory.Slice(row.Json.Start, row.Json.Length);

    public void Clear()
    {
        _rows.Clear();
        _raw.ResetWrittenCount();
        _json.ResetWrittenCount();
    }
}
