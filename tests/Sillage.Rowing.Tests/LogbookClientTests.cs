using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>
/// What public programs ask the Logbook's API, written down from reading them (<c>logbook-clients.json</c>), asked here under another base URL.
/// </summary>
public abstract class LogbookClientTests(RowingUnderTest rowing) : RowingSpecification(rowing)
{
    public static TheoryData<string> Clients => [.. Transcripts.Select(client => (string)client!["client"]!)];

    private static JsonArray Transcripts =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "logbook-clients.json")))!.AsArray();

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task It_is_answered_as_there(string client)
    {
        var calls = Transcripts.Single(one => (string)one!["client"]! == client)!["calls"]!.AsArray();
        var kept = "";
        foreach (var call in calls)
        {
            var ask = ((string)call!["ask"]!).Replace("{kept}", kept, StringComparison.Ordinal).Split(' ');
            var headers = (call["headers"] as JsonObject ?? [])
                // A GET has no body whose type it could say.
                .Where(header => header.Key != "Content-Type")
                .Select(header => (header.Key, (string)header.Value!))
                .ToArray();
            var answer = await SendAsync(
                HttpMethod.Parse(ask[0]),
                $"/concept2{ask[1]}",
                call["body"]?.ToJsonString(),
                null,
                headers
            );
            ((int)answer.Status).ShouldBe((int?)call["status"] ?? 200, $"{string.Join(' ', ask)}: {answer.Text}");
            foreach (var path in call["has"] as JsonArray ?? [])
            {
                At(answer.Json, (string)path!).ShouldNotBeNull($"{path} of {string.Join(' ', ask)}: {answer.Text}");
            }

            foreach (var (path, value) in call["is"] as JsonObject ?? [])
            {
                JsonNode
                    .DeepEquals(At(answer.Json, path), value)
                    .ShouldBeTrue($"{path} of {string.Join(' ', ask)}: {answer.Text}");
            }

            if ((string?)call["keep"] is { } keep)
            {
                kept = At(answer.Json, keep)!.ToJsonString();
            }
        }
    }

    private static JsonNode? At(JsonNode? node, string path)
    {
        foreach (var step in path.Split('.'))
        {
            node = node switch
            {
                JsonArray array when int.TryParse(step, out var index) && index < array.Count => array[index],
                JsonObject members => members[step],
                _ => null,
            };
        }

        return node;
    }
}

public sealed class LogbookClientsOnSqlite(SqliteRowing rowing)
    : LogbookClientTests(rowing),
        IClassFixture<SqliteRowing>;

public sealed class LogbookClientsOnPostgres(PostgresRowing rowing)
    : LogbookClientTests(rowing),
        IClassFixture<PostgresRowing>;
