using System.Net;
using System.Text.Json.Nodes;

namespace Sillage.Traces.Tests;

/// <summary>What every test of traces needs: requests, studies, players.</summary>
public abstract class TracesSpecification(TracesUnderTest traces)
{
    protected static readonly object[] GameFields =
    [
        new
        {
            name = "room",
            type = "string",
            required = true,
            maxLength = 20,
        },
        new { name = "answer", type = "string" },
        new { name = "correct", type = "boolean" },
        new
        {
            name = "level",
            type = "integer",
            values = new[] { 1, 2, 3 },
        },
        new { name = "score", type = "number" },
        new { name = "at", type = "timestamp" },
        new { name = "more", type = "json" },
    ];

    protected TracesUnderTest Traces => traces;

    protected SillageServer Server => traces.Server;

    protected Person Researcher => traces.Researcher;

    protected Task<Answer> GetAsync(string path, Person? person = null, params (string Name, string Value)[] headers) =>
        Server.SendAsync(HttpMethod.Get, path, null, (person ?? Researcher).Credential, headers);

    protected Task<Answer> PostAsync(
        string path,
        object? body,
        Person? person = null,
        params (string Name, string Value)[] headers
    ) => Server.SendAsync(HttpMethod.Post, path, body, (person ?? Researcher).Credential, headers);

    protected Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        object? body = null,
        Person? person = null,
        params (string Name, string Value)[] headers
    ) => Server.SendAsync(method, path, body, (person ?? Researcher).Credential, headers);

    /// <summary>A study of the researcher's; its address.</summary>
    protected async Task<string> NewStudyAsync(object[]? fields = null, string unknownFields = "keep")
    {
        var slug = traces.NewSlug();
        var made = await PostAsync(
            "/api/v1/studies",
            new
            {
                slug,
                title = "A study",
                fields = fields ?? GameFields,
                unknownFields,
            }
        );
        return (string)made.Must(HttpStatusCode.Created).Json["links"]!["self"]!;
    }

    /// <summary>Players of a study, by number.</summary>
    protected async Task<Player[]> NewPlayersAsync(string study, int count = 1)
    {
        var made = await PostAsync($"{study}/participants", new { count });
        return
        [
            .. made.Must(HttpStatusCode.Created)
                .Items.Select(i => new Player(
                    (long)i!["number"]!,
                    (string)i["pseudonym"]!,
                    new Person(
                        Guid.Empty,
                        (string)i["username"]!,
                        (string)i["password"]!,
                        Credential.Basic((string)i["username"]!, (string)i["password"]!)
                    )
                )),
        ];
    }

    /// <summary>A trace that fits <see cref="GameFields"/>, with members changed.</summary>
    protected static JsonObject Trace(long? participant = null, Action<JsonObject>? change = null)
    {
        var trace = new JsonObject
        {
            ["timestamp"] = "2026-11-20T09:30:00.250Z",
            ["name"] = "answered",
            ["data"] = new JsonObject { ["room"] = "loops" },
        };
        if (participant is not null)
        {
            trace["participant"] = participant;
        }

        change?.Invoke(trace);
        return trace;
    }

    /// <summary>Sends traces, given as JSON text or as something that becomes it.</summary>
    protected Task<Answer> SendTracesAsync(
        string study,
        object traces,
        Person? person = null,
        string mediaType = "application/json",
        params (string Name, string Value)[] headers
    ) =>
        Server.SendAsync(
            HttpMethod.Post,
            $"{study}/traces",
            TestUsers.Content(traces is JsonNode node ? node.ToJsonString() : traces, mediaType),
            (person ?? Researcher).Credential,
            headers
        );
}

/// <summary>A participant with his credentials.</summary>
public sealed record Player(long Number, string Pseudonym, Person Person);
