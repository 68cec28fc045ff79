using System.Text;
using System.Text.Json;
using Shouldly;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>The operations whose replies go on for long, and enough to read for them to do so.</summary>
internal static class LongReplies
{
    // More than the buffers between the two ends hold: 24 items of nearly the largest size.
    private const int Items = 24;
    private const int ItemBytes = 900_000;

    /// <summary>Those that only read.</summary>
    public static async Task<IReadOnlyList<Operation>> AllAsync(HttpClient client)
    {
        var operations = (await Operation.AllAsync(client))
            .Where(operation => operation.Description.TryGetProperty("x-long-reply", out _))
            .Where(operation => operation.Method == HttpMethod.Get)
            .ToList();
        operations.ShouldNotBeEmpty();
        return operations;
    }

    /// <summary>
    /// Traces, and as many that are kept in quarantine: one has no name. A collection to follow is called as the study is, and there is a squad to watch, in which the
    /// others are too.
    /// </summary>
    /// <returns>What stands in addresses for each parameter.</returns>
    public static async Task<Func<string, string>> FillAsync(ApiClient owner, string study, params ApiClient[] others)
    {
        await owner.PostAsync("/api/v1/collections", new { template = "todo", name = study });
        var squad = (await owner.PostAsync("/api/v1/squads", new { name = study })).GetProperty("id").GetString()!;
        foreach (var other in others)
        {
            var invitation = await owner.PostAsync($"/api/v1/squads/{squad}/invitations", new { });
            await other.PostAsync("/api/v1/squads/join", new { code = invitation.GetProperty("code").GetString() });
        }

        var text = new string('x', ItemBytes);
        foreach (var name in new[] { "\"name\":\"moved\",", "" })
        {
            // Numbered: what is the same twice is kept once.
            var lines = Enumerable
                .Range(0, Items)
                .Select(i =>
                    $$$"""{"participant":1,"timestamp":"2026-03-02T10:00:00Z","sequence":{{{i}}},{{{name}}}"data":{"userAnswer":"{{{text}}}"}}"""
                );
            using var body = new StringContent(string.Join('\n', lines), Encoding.UTF8, "application/x-ndjson");
            using var reply = await owner.Client.PostAsync($"/api/v1/studies/{study}/traces", body);
            var said = JsonSerializer.Deserialize<JsonElement>(await reply.Content.ReadAsStringAsync());
            said.TryGetProperty("rejected", out _).ShouldBeTrue(said.ToString());
        }

        return parameter => parameter == "squad" ? squad : study;
    }
}
