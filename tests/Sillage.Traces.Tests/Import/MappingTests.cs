using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Sillage.Api.Tables;
using Sillage.Traces.Fuzz;
using Sillage.Traces.Import;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Import.Rows;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;
using Xunit;

namespace Sillage.Traces.Tests.Import;

public sealed class MappingTests
{
    private static readonly Study Study = KnownStudy.Create();

    private static Mapping Settle(TraceImportRequest request, params string[] columns)
    {
        var mapping = new Mapping(request, Study);
        mapping.Settle(columns);
        return mapping;
    }

    private static readonly TraceImportRequest Plain = new("events.csv", "study");

    [Theory]
    [InlineData("Time Stamp", "timestamp")]
    [InlineData("event_name", "name")]
    [InlineData("UserID", "participant")]
    [InlineData("session-id", "session")]
    [InlineData("SEQ", "sequence")]
    [InlineData("Room", "data.room")]
    [InlineData("data.room", "data.room")]
    [InlineData("something", "data.something")]
    [InlineData("extra", "data")]
    [InlineData("received_at", "none")]
    [InlineData("_reason", "none")]
    [InlineData("number", "data.number")]
    [InlineData("username", "data.username")]
    [InlineData("local_time", "data.local_time")]
    public void A_column_goes_where_its_name_suggests(string column, string target) =>
        Settle(Plain, column).TargetOf(column).Name.ShouldBe(target);

    [Fact]
    public void What_our_own_export_writes_beside_the_trace_is_not_read_and_told()
    {
        var mapping = Settle(
            Plain,
            "number",
            "username",
            "timestamp",
            "corrected_timestamp",
            "local_time",
            "received_at"
        );

        mapping.Unread.ShouldBe(["number", "username", "corrected_timestamp", "local_time", "received_at"]);
        Settle(Plain, "correctedTimestamp", "receivedAt").Unread.ShouldBe(["correctedTimestamp", "receivedAt"]);
    }

    [Fact]
    public void Of_two_that_suggest_the_same_the_better_name_gets_it_and_the_other_is_kept()
    {
        var mapping = Settle(Plain, "date", "timestamp", "event", "name");

        mapping.TargetOf("timestamp").Name.ShouldBe("timestamp");
        mapping.TargetOf("date").Name.ShouldBe("data.date");
        mapping.TargetOf("name").Name.ShouldBe("name");
        mapping.TargetOf("event").Name.ShouldBe("data.event");
    }

    [Fact]
    public void What_is_said_comes_before_what_is_suggested()
    {
        var mapping = Settle(
            Plain with
            {
                Map = ["timestamp=date,name=room"],
                Drop = ["debug"],
            },
            "date",
            "timestamp",
            "room",
            "debug"
        );

        mapping.TargetOf("date").Name.ShouldBe("timestamp");
        mapping.TargetOf("room").Name.ShouldBe("name");
        mapping.TargetOf("timestamp").Name.ShouldBe("data.timestamp");
        mapping.Unread.ShouldBe(["debug"]);
        Settle(Plain with { Map = ["name=what"], Drop = ["*"] }, "what", "timestamp").Unread.ShouldBe(["timestamp"]);
    }

    [Fact]
    public void Whatever_a_cell_says_is_what_the_parser_of_the_intake_reads()
    {
        var text = Gen.Elements("a", "é", "😀", "\"", ",", "\r\n", " ", "\t", "\\", "\\u0041", "{", "\u2028", "</")
            .NonEmptyListOf()
            .Select(string.Concat);
        Prop.ForAll(
                text.ToArbitrary(),
                given =>
                {
                    var file =
                        CsvText.Row("timestamp", "name", "note") + CsvText.Row("2026-11-20T09:30:00Z", "n", given);
                    Read(file).GetProperty("note").GetString().ShouldBe(given);
                }
            )
            .Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Whatever_number_a_cell_says_is_the_number_that_is_read()
    {
        Prop.ForAll(
                ArbMap.Default.ArbFor<NormalFloat>(),
                given =>
                {
                    var said = given.Get.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
                    var file =
                        CsvText.Row("timestamp", "name", "score") + CsvText.Row("2026-11-20T09:30:00Z", "n", said);
                    Read(file).GetProperty("score").GetDouble().ShouldBe(given.Get);
                    var comma = file.Replace(said, '"' + said.Replace('.', ',') + '"', StringComparison.Ordinal);
                    Read(comma, r => r with { DecimalComma = true })
                        .GetProperty("score")
                        .GetDouble()
                        .ShouldBe(given.Get);
                }
            )
            .Check(Config.QuickThrowOnFailure);
    }

    /// <summary>The data of the one trace that a file holds, as the intake would store it.</summary>
    private static JsonElement Read(string text, Func<TraceImportRequest, TraceImportRequest>? change = null)
    {
        var request = Plain with
        {
            File = ImportFile.StandardInput,
            Input = new MemoryStream(Encoding.UTF8.GetBytes(text)),
            Constants = ["data.room=x"],
        };
        request = change?.Invoke(request) ?? request;
        var mapping = new Mapping(request, Study);
        using var file = ImportFile.Open(request.File, request.Input, null);
        using var source = OpenRows.Open(request, file, mapping);
        using var writer = new RowWriter(request, Study, mapping);
        source.Records.Read().ShouldBeTrue();
        writer.Begin();
        source.Write(writer);
        writer.Fault.ShouldBeNull();
        var json = new System.Buffers.ArrayBufferWriter<byte>();
        writer.End(Guid.CreateVersion7(), json);
        byte[] body = [.. json.WrittenSpan, .. ",\"participant\":1}"u8];
        TraceParser
            .TryParse(
                body,
                BatchForm.NdJson,
                Study,
                new Sender(MayName: true, OwnNumber: null),
                new TracesOptions(),
                DateTimeOffset.UnixEpoch,
                out var batch,
                out _
            )
            .ShouldBeTrue();
        batch.Rejections.ShouldBeEmpty();
        return JsonSerializer.Deserialize<JsonElement>(batch.Source.Of(batch.Traces.Single().Data));
    }
}
