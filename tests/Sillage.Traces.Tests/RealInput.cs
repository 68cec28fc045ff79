using System.Text;
using System.Text.Json.Nodes;
using GameStatements;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>
/// The sample on the statements of a real game, where these are at hand, and on generated ones always: what comes out is
/// what went in, field by field.
/// </summary>
public abstract class RealInput(TracesUnderTest traces) : TracesSpecification(traces)
{
    [Fact]
    public async Task The_statements_of_a_real_game_come_out_as_they_went_in()
    {
        if (StatementFile.Find() is not { } file)
        {
            Assert.Skip("The data is not beside this project; generated statements are tested instead.");
            return;
        }

        var statements = await StatementFile.ReadAsync(file);
        statements.Count.ShouldBe(1442);
        var summary = await SendAndCompareAsync(statements);
        summary.ShouldContain("1442 traces of 84 play-throughs by 84 participants");
        summary.ShouldContain("   384 preferred");
    }

    [Fact]
    public async Task Generated_statements_come_out_as_they_went_in() =>
        (await SendAndCompareAsync(StatementGenerator.Generate(seed: 20261120))).ShouldContain("84 play-throughs");

    private async Task<string> SendAndCompareAsync(IReadOnlyList<JsonObject> statements)
    {
        using var client = new HttpClient { BaseAddress = Server.Address };
        var api = await GameStatements.Api.LogInAsync(client, Researcher.Username, Researcher.Password);
        var study = Traces.NewSlug();

        var first = await StudyRun.SendAsync(api, study, statements);
        first.ShouldBe(new StudyRun(statements.Count, statements.Count, 0));
        var again = await StudyRun.SendAsync(api, study, statements);
        again.ShouldBe(new StudyRun(statements.Count, 0, statements.Count));

        var ndjson = await api.ExportAsync(study, "ndjson");
        CompareLines(statements, ndjson);
        CompareTable(StudyRun.ToTraces(statements), await api.ExportAsync(study, "csv"));
        return Summary.Of(ndjson);
    }

    private static void CompareLines(IReadOnlyList<JsonObject> statements, string ndjson)
    {
        var lines = ndjson.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(statements.Count);
        for (var i = 0; i < lines.Length; i++)
        {
            var expected = (JsonObject)statements[i].DeepClone();
            expected["id"] = TraceMapping.IdOf(statements[i]).ToString();
            var found = TraceMapping.ToStatement((JsonObject)JsonNode.Parse(lines[i])!);
            JsonNode.DeepEquals(found, expected).ShouldBeTrue($"{found} is not {expected}");
        }
    }

    private static void CompareTable(IReadOnlyList<JsonObject> traces, string csv)
    {
        var rows = ReadCsv(csv);
        var columns = rows[0];
        rows.Count.ShouldBe(traces.Count + 1);
        var pseudonyms = new Dictionary<long, string>();
        for (var i = 0; i < traces.Count; i++)
        {
            var (trace, row) = (traces[i], rows[i + 1]);
            string Cell(string column) => row[columns.IndexOf(column)];
            Cell("id").ShouldBe((string)trace["id"]!);
            Cell("timestamp").ShouldBe((string)trace["timestamp"]!);
            Cell("session").ShouldBe((string)trace["session"]!);
            Cell("sequence").ShouldBe(trace["sequence"]!.ToJsonString());
            Cell("name").ShouldBe((string)trace["name"]!);
            Cell("extra").ShouldBeEmpty();
            var number = (long)(int)trace["participant"]!;
            pseudonyms.TryAdd(number, Cell("participant"));
            Cell("participant").ShouldBe(pseudonyms[number]);
            foreach (var field in TraceMapping.Fields.Select(f => (string)f!["name"]!))
            {
                Cell(field).ShouldBe(Expected(trace["data"]![field]), $"{field} of {trace}");
            }
        }

        pseudonyms.Values.Distinct().Count().ShouldBe(pseudonyms.Count);
    }

    private static string Expected(JsonNode? value) =>
        value switch
        {
            null => "",
            JsonValue text when text.GetValueKind() == System.Text.Json.JsonValueKind.String => Guarded((string)text!),
            _ => value.ToJsonString(),
        };

    private static string Guarded(string text) => text.Length > 0 && "=+-@\t\r\n".Contains(text[0]) ? "'" + text : text;

    /// <summary>RFC 4180, by the book.</summary>
    private static List<List<string>> ReadCsv(string csv)
    {
        var rows = new List<List<string>>();
        var row = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < csv.Length; i++)
        {
            switch (csv[i])
            {
                case '"' when quoted && i + 1 < csv.Length && csv[i + 1] == '"':
                    cell.Append('"');
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    row.Add(cell.ToString());
                    cell.Clear();
                    break;
                case '\r' when !quoted:
                    row.Add(cell.ToString());
                    cell.Clear();
                    rows.Add(row);
                    row = [];
                    i++;
                    break;
                default:
                    cell.Append(csv[i]);
                    break;
            }
        }

        return rows;
    }
}

public sealed class RealInputOnSqlite(SqliteTraces traces) : RealInput(traces), IClassFixture<SqliteTraces>;

public sealed class RealInputOnPostgres(PostgresTraces traces) : RealInput(traces), IClassFixture<PostgresTraces>;
