using System.Text;
using Sillage.Api.Tables;
using static Sillage.Specifications.Fuzzing.FuzzTarget;

namespace Sillage.Traces.Fuzz;

/// <summary>
/// Files to be imported. The first byte says in which pieces the file is read and what its cells are told apart by; the
/// pieces make no difference, no byte is lost, and what is well written comes out as another writer would write it.
/// </summary>
internal static class RecordTargets
{
    private const int MaximumRecord = 400;

    public static void Csv(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var delimiter = (byte)",;\t|"[input[0] % 4];
        byte? quote = input[0] % 8 < 4 ? (byte)'"' : null;
        var file = input[1..];
        var whole = Read(file, file.Length + 1, delimiter, quote);
        var inPieces = Read(file, 1 + (input[0] / 8), delimiter, quote);
        Expect(whole.Failure == inPieces.Failure, "refused in one way of reading only");
        Expect(whole.Records.Count == inPieces.Records.Count, "another number of records in pieces");
        foreach (var (one, other) in whole.Records.Zip(inPieces.Records))
        {
            Expect(one.Line == other.Line && one.Fault == other.Fault, "another line or fault in pieces");
            Expect(one.Cells.SequenceEqual(other.Cells), "other cells in pieces");
            if (quote is not null && one.Fault is null)
            {
                CheckWritten(one.Cells, (char)delimiter);
            }
        }

        if (whole.Failure is null)
        {
            // What is between the records is ends of lines.
            var kept = whole.Records.Sum(record => record.Raw.Length);
            var ends = whole.Records.Sum(record =>
                record.Raw.AsSpan().Count((byte)'\n') + record.Raw.AsSpan().Count((byte)'\r')
            );
            var all = file.AsSpan().Count((byte)'\n') + file.AsSpan().Count((byte)'\r');
            Expect(kept - ends == file.Length - all, "bytes were lost");
        }
    }

    public static void Lines(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var file = input[1..];
        var (lines, longest) = (new List<(long, byte[])>(), 0);
        var number = 0;
        foreach (var range in file.AsSpan().Split((byte)'\n'))
        {
            number++;
            longest = Math.Max(longest, range.End.GetOffset(file.Length) - range.Start.GetOffset(file.Length));
            var line =
                file[range] is [.. var without, (byte)'\r'] && range.End.GetOffset(file.Length) < file.Length
                    ? without
                    : file[range];
            if (line.AsSpan().IndexOfAnyExcept(" \t\r"u8) >= 0)
            {
                lines.Add((number, line));
            }
        }

        using var reader = new LineReader(new Pieces(file, 1 + input[0]), MaximumRecord);
        var found = new List<(long, byte[])>();
        try
        {
            while (reader.Read())
            {
                found.Add((reader.Line, reader.Raw.ToArray()));
            }
        }
        catch (InvalidDataException)
        {
            Expect(longest >= MaximumRecord, "a line that is not too long was refused");
            return;
        }

        Expect(found.Count == lines.Count, "another number of lines");
        Expect(found.Zip(lines).All(pair => pair.First.Item1 == pair.Second.Item1), "another number of a line");
        Expect(
            found.Zip(lines).All(pair => pair.First.Item2.AsSpan().SequenceEqual(pair.Second.Item2)),
            "another line"
        );
    }

    private sealed record Record(long Line, string? Fault, byte[] Raw, string[] Cells);

    private static (List<Record> Records, string? Failure) Read(byte[] file, int piece, byte delimiter, byte? quote)
    {
        using var reader = new CsvReader(new Pieces(file, piece), MaximumRecord, delimiter, quote);
        var records = new List<Record>();
        try
        {
            while (reader.Read())
            {
                var cells = Enumerable.Range(0, reader.Count).Select(CellOf).ToArray();
                records.Add(new Record(reader.Line, reader.Fault, reader.Raw.ToArray(), cells));
            }

            return (records, null);
        }
        catch (InvalidDataException refused)
        {
            return (records, refused.Message);
        }

        // As bytes: what is no text must come out as it is, too.
        string CellOf(int index)
        {
            byte[] scratch = [];
            return Encoding.Latin1.GetString(reader.Text(index, ref scratch));
        }
    }

    private static void CheckWritten(string[] cells, char delimiter)
    {
        var row = string.Join(delimiter, cells.Select(cell => CsvText.Cell(cell, delimiter))) + "\r\n";
        var (again, failure) = Read(Encoding.Latin1.GetBytes(row), 7, (byte)delimiter, (byte)'"');
        // With its quotes a record may have become longer than may be.
        if (failure is null)
        {
            Expect(again.Count == 1 && again[0].Fault is null, "what was written is no record");
            Expect(again[0].Cells.SequenceEqual(cells), "what was written is another record");
        }
    }

    /// <summary>A stream that gives a few bytes at a time.</summary>
    private sealed class Pieces(byte[] all, int most) : MemoryStream(all, writable: false)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(count, most));
    }
}
