using System.Net;
using System.Text.Json.Nodes;

namespace Sillage.Traces.Tests.Quarantine;

/// <summary>What tests of the quarantine need: what was rejected, and what is told of it.</summary>
public abstract class QuarantineSpecification(TracesUnderTest traces) : TracesSpecification(traces)
{
    /// <summary>A study with one player, whose traces have not all been taken.</summary>
    protected async Task<(string Study, Person Player)> RejectedAsync(params object[] bad)
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0].Person;
        foreach (var one in bad)
        {
            (await SendTracesAsync(study, one, player)).Must(HttpStatusCode.UnprocessableEntity);
        }

        return (study, player);
    }

    /// <summary>A trace whose room is longer than <see cref="TracesSpecification.GameFields"/> allows.</summary>
    protected static JsonObject TooLong(string room = "a room whose name is too long") =>
        Trace(change: t => t["data"]!["room"] = room);

    /// <summary>The study's fields with rooms of up to 60 characters.</summary>
    protected Task<Answer> AllowLongRoomsAsync(string study) =>
        SendAsync(
            HttpMethod.Patch,
            study,
            new
            {
                fields = GameFields.Select(f =>
                {
                    var field = System.Text.Json.JsonSerializer.SerializeToNode(f)!;
                    if ((string)field["name"]! == "room")
                    {
                        field["maxLength"] = 60;
                    }

                    return field;
                }),
            }
        );

    protected async Task<JsonArray> QuarantineAsync(string study) =>
        (await GetAsync($"{study}/quarantine?limit=1000")).Must(HttpStatusCode.OK).Items;

    protected async Task<JsonArray> StoredAsync(string study) =>
        (await GetAsync($"{study}/traces?limit=1000")).Must(HttpStatusCode.OK).Items;

    /// <summary>What the trail says of the study, the oldest first.</summary>
    protected async Task<(string Action, JsonNode Details)[]> AuditAsync(string study) =>
        [
            .. (
                await Traces.Database.ReadAsync(
                    r =>
                        r.QueryAsync<AuditLine>(
                            "SELECT action, details FROM sillage_audit WHERE subject = @slug AND action LIKE 'quarantine.%' ORDER BY id",
                            new { slug = study.Split('/')[^1] },
                            default
                        ),
                    default
                )
            ).Select(l => (l.Action, JsonNode.Parse(l.Details)!)),
        ];

    private sealed record AuditLine(string Action, string Details);
}
