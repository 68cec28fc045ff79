using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Sillage.Api.Problems;
using Sillage.Schema;
using Sillage.Traces.Fuzz;
using Sillage.Traces.Intake;
using Xunit;

namespace Sillage.Traces.Tests.Intake;

/// <summary>What the parser takes, refuses and says about it.</summary>
public sealed class TraceParserTests
{
    private const string Good = """{"timestamp":"2026-11-20T09:30:00Z","name":"answered","data":{"room":"loops"}}""";

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 30, 0, TimeSpan.Zero);

    private static (ParsedBatch Batch, Problem? Problem) Parse(
        byte[] body,
        BatchForm form = BatchForm.Json,
        UnknownFields unknown = UnknownFields.Keep,
        bool mayName = false
    )
    {
        var readable = TraceParser.TryParse(
            body,
            form,
            KnownStudy.Create(unknown),
            new Sender(mayName, mayName ? null : 1),
            new TracesOptions { MaxTraceBytes = 100_000 },
            Now,
            out var batch,
            out var problem
        );
        readable.ShouldBe(problem is null);
        return (batch, problem);
    }

    private static (ParsedBatch Batch, Problem? Problem) Parse(string body, BatchForm form = BatchForm.Json) =>
        Parse(Encoding.UTF8.GetBytes(body), form);

    private static string[] Faults(string trace)
    {
        var (batch, problem) = Parse(trace);
        problem.ShouldBeNull();
        batch.Traces.ShouldBeEmpty();
        return [.. batch.Rejections.ShouldHaveSingleItem().Told.Errors.Select(e => e.Pointer)];
    }

    private static string WithData(string data) =>
        $$"""{"timestamp":"2026-11-20T09:30:00Z","name":"n","data":{{data}}}""";

    [Fact]
    public void A_good_trace_is_taken_byte_for_byte()
    {
        const string clean = """{ "room" : "lo\u00f6ps",  "extra": [1, {"a": "b"}] }""";
        var (batch, problem) = Parse(
            $$"""{"id":"01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58","timestamp":"2026-11-20T10:30:00.5+01:00","session":"s\u002d1","sequence":-3,"name":"answered","data":{{clean}},"participant":1}"""
        );
        problem.ShouldBeNull();
        var trace = batch.Traces.ShouldHaveSingleItem();
        trace.Id.ShouldBe(new Guid("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"));
        Rfc3339.ToTime(trace.Time).ShouldBe(Now.AddMilliseconds(500));
        Text(batch, trace.Timestamp).ShouldBe("2026-11-20T10:30:00.5+01:00");
        Text(batch, trace.Session).ShouldBe("s-1");
        trace.Sequence.ShouldBe(-3);
        trace.Participant.ShouldBe(1);
        Text(batch, trace.Data).ShouldBe(clean);
    }

    [Fact]
    public void A_plus_sign_that_is_escaped_is_a_plus_sign()
    {
        // As System.Text.Json writes it of a text.
        var (batch, problem) = Parse(
            """{"timestamp":"2026-11-20T10:30:00\u002B01:00","name":"n","data":{"room":"x","at":"2026-11-20T10:30:00\u002B01:00"}}"""
        );
        problem.ShouldBeNull();
        var trace = batch.Traces.ShouldHaveSingleItem();
        Rfc3339.ToTime(trace.Time).ShouldBe(Now);
        Text(batch, trace.Timestamp).ShouldBe("2026-11-20T10:30:00+01:00");
    }

    private static string Text(ParsedBatch batch, Slice slice) => Encoding.UTF8.GetString(batch.Source.Of(slice));

    [Fact]
    public void A_trace_without_an_id_gets_one_that_sorts_by_time()
    {
        var (batch, _) = Parse(Good);
        batch.Traces[0].Id.Version.ShouldBe(7);
        batch.Traces[0].IdGiven.ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{}""", "/timestamp", "/name", "/data")]
    [InlineData("""{"timestamp":1,"name":2,"data":3}""", "/timestamp", "/name", "/data")]
    [InlineData("""{"timestamp":null,"name":null,"data":null}""", "/timestamp", "/name", "/data")]
    [InlineData("1", "")]
    [InlineData("""["x"]""", "")]
    public void What_is_missing_or_of_the_wrong_type_is_named(string trace, params string[] pointers) =>
        Faults($"[{trace}]").ShouldBe(pointers);

    [Theory]
    [InlineData("""{"room":"loops!"}""", "/data/room")]
    [InlineData("""{"room":7}""", "/data/room")]
    [InlineData("""{"room":null}""", "/data/room")]
    [InlineData("""{"Room":"x"}""", "/data/room")]
    [InlineData("""{"room":"x","level":3}""", "/data/level")]
    [InlineData("""{"room":"x","level":1.5}""", "/data/level")]
    [InlineData("""{"room":"x","level":"1"}""", "/data/level")]
    [InlineData("""{"room":"x","level":9223372036854775808}""", "/data/level")]
    [InlineData("""{"room":"x","score":1e999}""", "/data/score")]
    [InlineData("""{"room":"x","score":{"a":1}}""", "/data/score")]
    [InlineData("""{"room":"x","correct":"true"}""", "/data/correct")]
    [InlineData("""{"room":"x","at":"yesterday"}""", "/data/at")]
    [InlineData("""{"room":"x","at":"2026-11-20"}""", "/data/at")]
    [InlineData("""{"room":"x","mood":"schlecht"}""", "/data/mood")]
    [InlineData("""{"room":"x","room":"y"}""", "/data/room")]
    [InlineData("""{"room":"x","r\u006fom":"y"}""", "/data/room")]
    [InlineData("""{"room":"x","level":null,"level":2}""", "/data/level")]
    [InlineData("""{"room":"x","level":2,"level":null}""", "/data/level")]
    [InlineData("""{"room":"x","score":null,"score":null}""", "/data/score")]
    [InlineData("""{"room":"x","a":1,"a":2}""", "/data/a")]
    [InlineData("""{"room":"x","a":[{"b":1},{"c/d~":1,"c/d~":2}]}""", "/data/a/1/c~1d~0")]
    [InlineData("""{"room":"x","a":"\u0000"}""", "/data/a")]
    [InlineData("""{"room":"x","a":"\ud800"}""", "/data/a")]
    [InlineData("""{"room":"x","a":"\udc00\ud800"}""", "/data/a")]
    [InlineData("""{"room":"x","more":[1,{"x":"\uD83D\u0041"}]}""", "/data/more/1/x")]
    [InlineData("""{"room":"x","more":1e400}""", "/data/more")]
    public void Data_that_does_not_fit_is_named(string data, string pointer) =>
        Faults(WithData(data)).ShouldContain(pointer);

    [Theory]
    [InlineData("""{"room":"größe"}""")]
    [InlineData("""{"room":"\ud83d\ude00\ud83d\ude00😀😀😀"}""")]
    [InlineData("""{"room":"x","level":null,"score":null,"more":null}""")]
    [InlineData("""{"room":"x","score":-1.5e-3,"level":2,"correct":false}""")]
    [InlineData("""{"room":"x","mood":"gr\u00f6\u00dfer"}""")]
    [InlineData("""{"room":"x","more":{"a":[{"a":{}}]},"a":{"a":1}}""")]
    public void Data_that_fits_is_taken(string data) => Parse(WithData(data)).Batch.Traces.Count.ShouldBe(1);

    [Theory]
    [InlineData("\"id\":\"1\"", "/id")]
    [InlineData("\"id\":null", "/id")]
    [InlineData("\"session\":\"\"", "/session")]
    [InlineData("\"session\":{}", "/session")]
    [InlineData("\"sequence\":1.5", "/sequence")]
    [InlineData("\"sequence\":\"1\"", "/sequence")]
    [InlineData("\"participant\":2", "/participant")]
    [InlineData("\"participant\":0", "/participant")]
    [InlineData("\"participant\":\"1\"", "/participant")]
    [InlineData("\"name\":\"twice\"", "/name")]
    [InlineData("\"other\":{\"a\":[]}", "/other")]
    public void Members_that_do_not_fit_are_named(string member, string pointer) =>
        Faults(Good.Insert(1, member + ",")).ShouldContain(pointer);

    [Fact]
    public void Every_fault_of_a_trace_is_told_at_once() =>
        Faults("""{"id":"x","timestamp":"x","sequence":"x","name":"","data":{"level":9},"x":1}""")
            .ShouldBe(
                ["/id", "/timestamp", "/sequence", "/name", "/data/level", "/data/room", "/x"],
                ignoreOrder: true
            );

    [Fact]
    public void A_bad_trace_does_not_hold_up_the_others()
    {
        var (batch, problem) = Parse($"[{Good},{{}},{Good}]");
        problem.ShouldBeNull();
        batch.Traces.Select(t => t.Index).ShouldBe([0, 2]);
        batch.Rejections.ShouldHaveSingleItem().Told.Index.ShouldBe(1);
    }

    [Fact]
    public void A_syntax_error_in_an_array_stops_all_of_it_and_tells_the_place()
    {
        var (_, problem) = Parse($"[{Good},\n{Good},\n{{\"name\":oops}}]");
        problem!.Status.ShouldBe(400);
        problem.Detail!.ShouldContain("line 3");
        problem.Errors!.ShouldHaveSingleItem().Pointer.ShouldBe("/2");
    }

    [Fact]
    public void A_syntax_error_in_a_line_concerns_that_line_alone()
    {
        var (batch, problem) = Parse($"{Good}\r\n{{\"name\":oops}}\n\n{Good} {Good}\n{Good}", BatchForm.NdJson);
        problem.ShouldBeNull();
        batch.Traces.Select(t => t.Index).ShouldBe([0, 3]);
        batch.Rejections.Select(r => r.Told.Index).ShouldBe([1, 2]);
        Text(batch, batch.Rejections[0].Whole).ShouldBe("{\"name\":oops}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("[1,]")]
    [InlineData("/* comment */ {}")]
    [InlineData("{'a':1}")]
    [InlineData("\u0000")]
    public void What_is_no_batch_is_refused_as_a_whole(string body) => Parse(body).Problem!.Status.ShouldBe(400);

    [Fact]
    public void Text_that_is_not_UTF8_concerns_its_trace_alone()
    {
        byte[] bad = [.. "{\"name\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        byte[] body = [(byte)'[', .. Encoding.UTF8.GetBytes(Good), (byte)',', .. bad, (byte)']'];
        var (batch, problem) = Parse(body);
        problem.ShouldBeNull();
        batch.Traces.Count.ShouldBe(1);
        batch.Source.Of(batch.Rejections.ShouldHaveSingleItem().Whole).ToArray().ShouldBe(bad);
    }

    [Fact]
    public void A_byte_order_mark_is_skipped() => Parse("\uFEFF" + Good).Batch.Traces.Count.ShouldBe(1);

    [Theory]
    [InlineData(62, true)]
    [InlineData(63, false)]
    [InlineData(10_000, false)]
    public void Nesting_has_an_end(int depth, bool taken)
    {
        var (batch, problem) = Parse(
            WithData($$"""{"room":"x","a":{{new string('[', depth)}}{{new string(']', depth)}}}""")
        );
        problem.ShouldBeNull();
        batch.Traces.Count.ShouldBe(taken ? 1 : 0);
    }

    [Theory]
    [InlineData("1e999")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\u0000\":1}")]
    public void Faults_below_the_depth_allowed_are_not_told_one_by_one(string fault)
    {
        var deep = new string('[', 10_000) + string.Join(',', Enumerable.Repeat(fault, 20)) + new string(']', 10_000);
        Faults(WithData($$"""{"room":"x","a":{{deep}}}""")).ShouldHaveSingleItem().Length.ShouldBeLessThan(200);
    }

    [Fact]
    public void A_pointer_that_names_would_make_too_long_ends_before_them()
    {
        var name = new string('n', 4_000);
        var faults = string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"{i}\":\"\\u0000\""));

        var deep = "{\"room\":\"x\",\"a\":[{\"" + name + "\":{" + faults + "}}]}";
        Faults(WithData(deep)).ShouldAllBe(pointer => pointer == "/data/a/0");
        Faults($"{{\"{name}\":1,{Good[1..]}").ShouldBe([""]);
    }

    [Fact]
    public void An_object_with_very_many_names_costs_no_more_than_its_length()
    {
        var names = string.Join(',', Enumerable.Range(0, 8_000).Select(i => $"\"n{i}\":0"));
        Parse(WithData("{\"room\":\"x\",\"a\":{" + names + "}}")).Batch.Traces.Count.ShouldBe(1);
        Faults(WithData("{\"room\":\"x\",\"a\":{" + names + ",\"n77\":1}}")).ShouldBe(["/data/a/n77"]);
    }

    [Fact]
    public void A_trace_has_a_longest_length() =>
        Faults(WithData($$"""{"room":"x","a":"{{new string('x', 100_001)}}"}""")).ShouldBe([""]);

    [Fact]
    public void Who_may_name_a_participant_must()
    {
        var (batch, _) = Parse(Encoding.UTF8.GetBytes(Good), mayName: true);
        batch.Rejections.ShouldHaveSingleItem().Told.Errors.ShouldHaveSingleItem().Pointer.ShouldBe("/participant");
        var other = Good.Insert(1, "\"participant\":2,");
        Parse(Encoding.UTF8.GetBytes(other), mayName: true).Batch.Traces[0].Participant.ShouldBe(2);
        var nobody = Good.Insert(1, "\"participant\":3,");
        Parse(Encoding.UTF8.GetBytes(nobody), mayName: true).Batch.Rejections.Count.ShouldBe(1);
    }

    [Fact]
    public void Unknown_fields_can_be_refused()
    {
        var body = Encoding.UTF8.GetBytes(WithData("""{"room":"x","other":{"a":1}}"""));
        Parse(body).Batch.Traces.Count.ShouldBe(1);
        var (batch, _) = Parse(body, unknown: UnknownFields.Refuse);
        batch.Rejections.ShouldHaveSingleItem().Told.Errors.ShouldHaveSingleItem().Pointer.ShouldBe("/data/other");
    }

    [Fact]
    public void Whatever_comes_is_taken_rejected_or_refused()
    {
        var pieces = new[]
        {
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u0000",
            "\\ud800",
            "\"id\"",
            "\"timestamp\"",
            "\"name\"",
            "\"data\"",
            "\"room\"",
            "\"session\"",
            "\"sequence\"",
            "\"participant\"",
            "\"2026-11-20T09:30:00Z\"",
            "1",
            "-",
            "1e999",
            "null",
            "true",
            " ",
            "\n",
            "\r",
            "é",
            "\uFEFF",
            Good,
            "{}",
            "[]",
        };
        var text = Gen.Elements(pieces).ListOf().Select(string.Concat);
        Prop.ForAll(text.ToArbitrary(), IsAnswered).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Fact]
    public void Whatever_bytes_come_are_taken_rejected_or_refused()
    {
        var cut = Gen.Choose(0, Good.Length)
            .SelectMany(start =>
                Gen.Choose(0, 12)
                    .SelectMany(length =>
                        Gen.Choose(0, 255)
                            .Select(b => (byte)b)
                            .ListOf()
                            .Select(bytes => Splice(start, length, [.. bytes]))
                    )
            );
        Prop.ForAll(cut.ToArbitrary(), (byte[] body) => IsAnswered(body))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    private static byte[] Splice(int start, int length, byte[] bytes) =>
        [
            .. Encoding.UTF8.GetBytes(Good[..start]),
            .. bytes,
            .. Encoding.UTF8.GetBytes(Good[Math.Min(Good.Length, start + length)..]),
        ];

    private static bool IsAnswered(string body) => IsAnswered(Encoding.UTF8.GetBytes(body));

    // Each item is accounted for once, and lies within the body.
    private static bool IsAnswered(byte[] body) =>
        new[] { BatchForm.Json, BatchForm.NdJson }.All(form =>
        {
            var (batch, problem) = Parse(body, form);
            if (problem is not null)
            {
                return problem.Status == 400;
            }

            var places = batch.Traces.Select(t => t.Index).Concat(batch.Rejections.Select(r => r.Told.Index)).Order();
            return places.SequenceEqual(Enumerable.Range(0, batch.Traces.Count + batch.Rejections.Count))
                && batch.Rejections.All(r => r.Told.Errors.Count > 0 && batch.Source.Of(r.Whole).Length > 0);
        });
}
