using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Sillage.Api.Tables;
using Sillage.Traces.Import.Files;
using Xunit;

namespace Sillage.Traces.Tests.Import;

public sealed class CsvReaderTests
{
    private static List<string?[]> Read(string text, char delimiter = ',', bool quotes = true)
    {
        using var reader = new CsvReader(
            new MemoryStream(Encoding.UTF8.GetBytes(text)),
            1 << 20,
            (byte)delimiter,
            quotes ? (byte)'"' : null
        );
        var rows = new List<string?[]>();
        while (reader.Read())
        {
            // An empty cell without quotes is told apart: it holds nothing.
            rows.Add([
                .. Enumerable
                    .Range(0, reader.Count)
                    .Select(i => reader[i] is { Length: 0, Quoted: false } ? null : reader.Text(i)),
            ]);
        }

        return rows;
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "a|b/1|2")]
    [InlineData("a,b\r\n1,2", "a|b/1|2")]
    [InlineData("a,b\r1,2\r", "a|b/1|2")]
    [InlineData("a,\n,b\n,\n", "a|-/-|b/-|-")]
    [InlineData("\"a,b\",\"c\"\"d\"\n", "a,b|c\"d")]
    [InlineData("\"\",\"\"\"\"\n", "|\"")]
    [InlineData("\"a\nb\",c\n", "a\nb|c")]
    [InlineData("a\"b,c \"d\"\n", "a\"b|c \"d\"")]
    [InlineData("a\n\n\r\nb\n", "a/b")]
    [InlineData(" a , b\n", " a | b")]
    [InlineData("é,漢,😀\n", "é|漢|😀")]
    public void Cells_are_what_RFC_4180_says(string text, string expected) =>
        string.Join('/', Read(text).Select(row => string.Join('|', row.Select(c => c ?? "-")))).ShouldBe(expected);

    [Fact]
    public void Without_quotes_they_are_characters_like_any() =>
        Read("\"a;b\"\"\n", ';', quotes: false).Single().ShouldBe(["\"a", "b\"\""]);

    [Fact]
    public void Whatever_cells_hold_is_read_as_it_was_written_however_the_stream_is_cut()
    {
        var cell = Gen.Elements("", "a", "é😀", "\"", ",", "\r", "\n", "\r\n", " ", "\t", "\"\"", ",\"")
            .ListOf()
            .Select(string.Concat);
        var rows = cell.NonEmptyListOf().NonEmptyListOf();
        var sample = rows.SelectMany(r => Gen.Choose(1, 40).Select(cut => (Rows: r, Cut: cut)));
        Prop.ForAll(
                sample.ToArbitrary(),
                given =>
                {
                    var written = string.Concat(given.Rows.Select(r => CsvText.Row([.. r])));
                    using var reader = new CsvReader(
                        new CutStream(Encoding.UTF8.GetBytes(written), given.Cut),
                        1 << 16,
                        (byte)','
                    );
                    foreach (var row in given.Rows)
                    {
                        reader.Read().ShouldBeTrue();
                        reader.Fault.ShouldBeNull();
                        Enumerable.Range(0, reader.Count).Select(reader.Text).ShouldBe(row);
                    }

                    reader.Read().ShouldBeFalse();
                }
            )
            .Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void A_row_knows_its_line()
    {
        using var reader = new CsvReader(
            new MemoryStream("a\n\n\"b\r\n\nc\"\r\nd\re\n"u8.ToArray()),
            1 << 20,
            (byte)','
        );
        var lines = new List<long>();
        while (reader.Read())
        {
            lines.Add(reader.Line);
        }

        lines.ShouldBe([1, 3, 6, 7]);
    }

    [Theory]
    [InlineData("a,\"b\nc,d\n", "The quote that opens cell 2 is not closed.")]
    [InlineData("a,\"b\"c,d\n", "In cell 2, text follows the closing quote.")]
    public void What_is_written_wrong_is_said(string text, string fault)
    {
        using var reader = new CsvReader(new MemoryStream(Encoding.UTF8.GetBytes(text)), 1 << 20, (byte)',');
        reader.Read().ShouldBeTrue();
        reader.Fault.ShouldBe(fault);
    }

    [Fact]
    public void A_row_beyond_the_limit_ends_it_with_its_line()
    {
        using var reader = new CsvReader(
            new MemoryStream(Encoding.UTF8.GetBytes("a,b\n\"" + new string('x', 5000))),
            4096,
            (byte)','
        );
        reader.Read().ShouldBeTrue();
        Should
            .Throw<InvalidDataException>(() => reader.Read())
            .Message.ShouldStartWith("Line 2: what begins here is longer");
    }

    [Theory]
    [InlineData("a;b;c\n1,5;2;3\n", ';')]
    [InlineData("a\tb\n1\t\"x\ty\"\n", '\t')]
    [InlineData("a|b\n1|2", '|')]
    [InlineData("a,b;c\n1,2;3\n", ',')]
    [InlineData("a\n1\n", ',')]
    public void The_delimiter_is_seen(string text, char expected) =>
        ((char)CsvFormat.Of(null, "\"", tabs: false, Encoding.UTF8.GetBytes(text)).Delimiter).ShouldBe(expected);

    /// <summary>Gives so many bytes at a time.</summary>
    private sealed class CutStream(byte[] bytes, int cut) : ReadingStream
    {
        private int _at;

        public override int Read(Span<byte> buffer)
        {
            var length = Math.Min(Math.Min(buffer.Length, cut), bytes.Length - _at);
            bytes.AsSpan(_at, length).CopyTo(buffer);
            _at += length;
            return length;
        }
    }
}
