using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>Whatever is given for a cursor, every list answers with a page or with 400.</summary>
public abstract class CursorTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    private static readonly Gen<string> Values = Gen.Elements(
        "null",
        "0",
        "1",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "1e3",
        "253402300800000000",
        "-62135596800000001",
        "true",
        "[]",
        "{}",
        "\"\"",
        "\"a\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\uFFFF\"",
        "\"' OR 1=1 --\"",
        "\"01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58\"",
        "\"00000000-0000-0000-0000-000000000000\"",
        "\"9999-12-31T23:59:59.9999999Z\"",
        "\"0001-01-01T00:00:00Z\"",
        "\"" + new string('x', 1500) + "\""
    );

    // What the lists' own cursors are made of, and what they are not.
    private static readonly Gen<string> Names = Gen.Elements(
        "id",
        "time",
        "position",
        "slug",
        "account",
        "number",
        "pseudonym",
        "username",
        "other"
    );

    private static readonly Gen<string> Cursors = Gen.Frequency(
        (
            9,
            Names
                .ListOf(9)
                .SelectMany(names =>
                    Values
                        .ListOf(names.Distinct().Count())
                        .Select(values =>
                            Encode(
                                "{"
                                    + string.Join(
                                        ',',
                                        names.Distinct().Zip(values, (name, value) => $"\"{name}\":{value}")
                                    )
                                    + "}"
                            )
                        )
                )
        ),
        (2, Values.Select(Encode)),
        (1, Gen.Elements("x", "%00", "AAAA", "====", "é", "e30", new string('A', 3000)))
    );

    [Fact]
    public async Task Any_cursor_is_a_page_or_400()
    {
        var study = await NewStudyAsync();
        await NewPlayersAsync(study, 3);
        await SendTracesAsync(study, Trace(1));
        await SendTracesAsync(study, "{}");
        var lists = await ListsAsync(study);
        lists.Count.ShouldBeGreaterThan(6);
        foreach (var list in lists)
        {
            var own = list.Keys;
            var refused = 0;
            foreach (var cursor in Cursors.Sample(60, 10).Concat(own is null ? [] : Mutations(own.Value)))
            {
                var mark = list.Path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
                var answer = await GetAsync($"{list.Path}{mark}cursor={cursor}", Traces.Administrator);
                answer.Status.ShouldBeOneOf([HttpStatusCode.OK, HttpStatusCode.BadRequest], $"{list.Path} {cursor}");
                refused += answer.Status == HttpStatusCode.BadRequest ? 1 : 0;
            }

            refused.ShouldBeGreaterThan(0, list.Path);
        }
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    // The cursor of a real page with each of its keys in turn made something else.
    private static IEnumerable<string> Mutations(JsonElement keys) =>
        from changed in keys.EnumerateObject().Select(key => key.Name).ToList()
        from value in Values.Sample(40, 10)
        select Encode(
            "{"
                + string.Join(
                    ',',
                    keys.EnumerateObject()
                        .Select(key => $"\"{key.Name}\":{(key.Name == changed ? value : key.Value.GetRawText())}")
                )
                + "}"
        );

    /// <summary>Every list of the API's document that takes a cursor, with the keys of a cursor of its own where it gives one.</summary>
    private async Task<List<(string Path, JsonElement? Keys)>> ListsAsync(string study)
    {
        var document = JsonSerializer.Deserialize<JsonElement>((await GetAsync("/openapi.json")).Text);
        var lists = new List<(string, JsonElement?)>();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            if (
                !path.Value.TryGetProperty("get", out var get)
                || !get.TryGetProperty("parameters", out var parameters)
                || parameters.EnumerateArray().All(p => p.GetProperty("name").GetString() != "cursor")
            )
            {
                continue;
            }

            var filled = path.Name.Replace("{study}", study.Split('/')[^1], StringComparison.Ordinal);
            lists.Add((filled, await KeysAsync(filled)));
            if (path.Name.EndsWith("/traces", StringComparison.Ordinal))
            {
                var byTime = $"{filled}?from=2020-01-01T00:00:00Z";
                lists.Add((byTime, await KeysAsync(byTime)));
                lists.Add(($"{filled}?to=2020-01-01T00:00:00Z", null));
            }
        }

        return lists;
    }

    private async Task<JsonElement?> KeysAsync(string path)
    {
        var mark = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var page = (await GetAsync($"{path}{mark}limit=1", Traces.Administrator)).Must(HttpStatusCode.OK);
        var next = (string?)page.Json["next"];
        return next is null
            ? null
            : JsonSerializer.Deserialize<JsonElement>(
                Base64Url.DecodeFromChars(next.Split("cursor=", 2)[1].Split('&')[0])
            );
    }
}

public sealed class CursorsOnSqlite(SqliteTraces traces) : CursorTests(traces), IClassFixture<SqliteTraces>;

public sealed class CursorsOnPostgres(PostgresTraces traces) : CursorTests(traces), IClassFixture<PostgresTraces>;
