using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>From a study to its export.</summary>
public abstract class MainRoad(TracesUnderTest traces) : TracesSpecification(traces)
{
    [Fact]
    public async Task What_a_player_does_arrives_at_the_researcher()
    {
        var study = await NewStudyAsync();
        var players = await NewPlayersAsync(study, 2);

        var sent = await SendTracesAsync(
            study,
            new JsonArray(
                Trace(change: t => t["session"] = "s-1"),
                Trace(change: t => t["data"]!["answer"] = "for, \"while\"\nor =1+1")
            ),
            players[0].Person
        );

        sent.Status.ShouldBe(HttpStatusCode.Created, sent.Text);
        ((int)sent.Json["accepted"]!).ShouldBe(2);

        var listed = (await GetAsync($"{study}/traces")).Must(HttpStatusCode.OK);
        listed.Items.Count.ShouldBe(2);
        ((string)listed.Items[0]!["participant"]!).ShouldBe(players[0].Pseudonym);

        var csv = (await GetAsync($"{study}/traces/export")).Must(HttpStatusCode.OK);
        csv.Text.Split("\r\n")[0]
            .ShouldBe(
                "id,participant,timestamp,received_at,session,sequence,name,room,answer,correct,level,score,at,more,extra"
            );
        csv.Text.ShouldContain("\"for, \"\"while\"\"\nor =1+1\"");

        var lines = (await GetAsync($"{study}/traces/export?format=ndjson")).Must(HttpStatusCode.OK);
        lines.Text.TrimEnd().Split('\n').Length.ShouldBe(2);
    }
}

public sealed class MainRoadOnSqlite(SqliteTraces traces) : MainRoad(traces), IClassFixture<SqliteTraces>;

public sealed class MainRoadOnPostgres(PostgresTraces traces) : MainRoad(traces), IClassFixture<PostgresTraces>;
