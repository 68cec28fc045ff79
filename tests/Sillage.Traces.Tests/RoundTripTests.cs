using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Sillage.Schema;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>Whatever intake takes comes out again as the same values, by query and by export.</summary>
public abstract class RoundTripTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    private static readonly Gen<string> Text = Gen.Frequency(
            (
                4,
                Gen.Elements(
                    "a",
                    "=1+1",
                    "é",
                    "😀",
                    "\u0001",
                    "\u007f",
                    "\u0085",
                    "\u2028",
                    "\uFEFF",
                    "\uFFFE",
                    "\uFFFF",
                    "\"",
                    "\\",
                    "/",
                    "\r\n",
                    "\t",
                    ",",
                    "'",
                    "<&>"
                )
            ),
            (1, Gen.Choose(1, 0xD7FF).Select(unit => ((char)unit).ToString()))
        )
        .NonEmptyListOf()
        .Select(pieces => string.Concat(pieces.Take(30)));

    private static readonly Gen<string> Number = Gen.Elements(
        "0",
        "-0",
        "-0.0",
        "1.50",
        "1e3",
        "1E-7",
        "9223372036854775808",
        "-9223372036854775808",
        "1.7976931348623157e308",
        "4.9E-324",
        "1e-400",
        "0.1000000000000000055511151231257827",
        "123456789012345678901234567890"
    );

    private static readonly Gen<string> Moment = Gen.Elements(
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00.000001Z",
        "9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59.999999999Z",
        "1969-12-31T23:59:59.999Z",
        "1990-12-31T23:59:60Z",
        "2026-11-20t09:30:00.1234567z",
        "2026-11-20T09:30:00-23:59",
        "2026-11-20T09:30:00.25+05:45"
    );

    private static readonly Gen<string> AnyTrace =
        from timestamp in Moment
        from name in Text
        from session in Gen.OneOf(Gen.Constant<string?>(null), Text.Select(text => (string?)text))
        from sequence in Gen.Elements("null", "0", "-1", "9223372036854775807", "-9223372036854775808")
        from at in Moment
        from score in Number
        from note in Text
        from rest in Object(3)
        let data = $$"""{"at":"{{at}}","score":{{score}},"note":{{Quote(note)}},"rest":{{rest}}}"""
        select $$"""{"id":"{{Guid.CreateVersion7()}}","timestamp":"{{timestamp}}","name":{{Quote(name)}},"""
            + $$""" "session":{{(session is null ? "null" : Quote(session))}},"sequence":{{sequence}},"data":{{data}}}""";

    private static readonly object[] Fields =
    [
        new { name = "at", type = "timestamp" },
        new { name = "score", type = "number" },
        new { name = "note", type = "string" },
    ];

    [Theory]
    [InlineData("traces/export?timeZone=Asia/Tokyo")]
    [InlineData("traces/export?timeZone=America/Los_Angeles&decimalMark=comma&corrected=true")]
    [InlineData("traces/export?format=ndjson&corrected=true&identities=true&compress=gzip")]
    [InlineData("summary")]
    [InlineData("summary?timeZone=Asia/Tokyo")]
    [InlineData("gaps")]
    [InlineData("sessions?limit=1000")]
    [InlineData("sessions/export")]
    [InlineData("sessions/export?timeZone=Asia/Tokyo")]
    [InlineData("sessions/export?timeZone=America/Los_Angeles")]
    [InlineData("codebook")]
    [InlineData("codebook?format=csv")]
    public async Task Whatever_comes_in_can_be_shown(string view)
    {
        var (study, _, _) = await SentAsync(100);
        var shown = await GetAsync($"{study}/{view}");
        shown.Status.ShouldBe(HttpStatusCode.OK, shown.Text);
    }

    [Fact]
    public async Task What_comes_in_comes_out()
    {
        var (study, player, sent) = await SentAsync(300);
        var ndjson = (await GetAsync($"{study}/traces/export?format=ndjson")).Text;
        ShouldBeTheSame(sent, ndjson.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        ShouldBeTheSame(sent, await PagesAsync($"{study}/traces?limit=70"));

        // The same in the order of time, whose ends are the ends of the calendar.
        var byTime = await PagesAsync($"{study}/traces?limit=70&from=0001-01-01T00:00:00Z");
        ShouldBeTheSame([.. sent.OrderBy(TimeOf)], byTime);
        // All but the very last moment.
        (await PagesAsync($"{study}/traces?limit=1000&to=9999-12-31T23:59:59.999999Z")).Count.ShouldBe(
            sent.Count(trace => TimeOf(trace) < Rfc3339.ToMicroseconds(DateTimeOffset.MaxValue))
        );

        // Sent again, everything is known.
        var again = await SendTracesAsync(
            study,
            string.Join('\n', sent.Select(trace => trace.Replace('\n', ' '))),
            player,
            "application/x-ndjson"
        );
        ((int)again.Json["duplicates"]!).ShouldBe(sent.Length, again.Text);
    }

    private async Task<(string Study, Person Player, string[] Sent)> SentAsync(int count)
    {
        var study = await NewStudyAsync(Fields);
        var player = (await NewPlayersAsync(study))[0].Person;
        var sent = AnyTrace.Sample(count, 20).ToArray();
        var reply = await SendTracesAsync(study, "[" + string.Join(",\n", sent) + "]", player);
        reply.Must(HttpStatusCode.Created);
        ((int)reply.Json["accepted"]!).ShouldBe(sent.Length, reply.Text);
        return (study, player, sent);
    }

    private static long TimeOf(string trace)
    {
        var text = JsonSerializer.Deserialize<JsonElement>(trace).GetProperty("timestamp").GetString()!;
        Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out long time).ShouldBeTrue(text);
        return time;
    }

    private async Task<List<string>> PagesAsync(string path)
    {
        var items = new List<string>();
        for (string? next = path; next is not null; )
        {
            var page = JsonSerializer.Deserialize<JsonElement>((await GetAsync(next)).Must(HttpStatusCode.OK).Text);
            items.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetRawText()));
            next = page.GetProperty("next").GetString();
        }

        return items;
    }

    private static void ShouldBeTheSame(string[] sent, IReadOnlyList<string> found)
    {
        found.Count.ShouldBe(sent.Length);
        for (var i = 0; i < sent.Length; i++)
        {
            var before = JsonSerializer.Deserialize<JsonElement>(sent[i]);
            var after = JsonSerializer.Deserialize<JsonElement>(found[i]);
            foreach (var member in new[] { "id", "timestamp", "name", "session", "sequence", "data" })
            {
                var expected = before.GetProperty(member);
                if (expected.ValueKind == JsonValueKind.Null)
                {
                    after.TryGetProperty(member, out _).ShouldBeFalse();
                    continue;
                }

                JsonElement
                    .DeepEquals(expected, after.GetProperty(member))
                    .ShouldBeTrue(
                        string.Create(CultureInfo.InvariantCulture, $"{member}: {sent[i]} became {found[i]}")
                    );
            }
        }
    }

    private static Gen<string> Object(int depth) =>
        Text.ListOf()
            .SelectMany(names =>
                Value(depth - 1)
                    .ListOf(Math.Min(names.Count, 5))
                    .Select(values =>
                        "{"
                        + string.Join(
                            ',',
                            values.Select(
                                (value, i) => $"{Quote(i.ToString(CultureInfo.InvariantCulture) + names[i])}: {value}"
                            )
                        )
                        + "\n}"
                    )
            );

    private static Gen<string> Value(int depth) =>
        depth == 0
            ? Gen.OneOf(Text.Select(Quote), Number, Gen.Elements("true", "false", "null", "[]", "{}", "\"\""))
            : Gen.OneOf(
                Value(0),
                Object(depth),
                Value(depth - 1).ListOf().Select(items => "[" + string.Join(" ,", items.Take(4)) + "]")
            );

    // Escapes some of it, as clients do.
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var unit in text)
        {
            if (unit is '"' or '\\' or < ' ' || unit % 5 == 0)
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }
            else
            {
                quoted.Append(unit);
            }
        }

        return quoted.Append('"').ToString();
    }
}

public sealed class RoundTripOnSqlite(SqliteTraces traces) : RoundTripTests(traces), IClassFixture<SqliteTraces>;

public sealed class RoundTripOnPostgres(PostgresTraces traces) : RoundTripTests(traces), IClassFixture<PostgresTraces>;
