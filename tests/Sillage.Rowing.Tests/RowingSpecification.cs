using System.Net;
using System.Text.Json.Nodes;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>What every test of rowing needs: requests, workouts, and a rower of its own, whose records no other test's join.</summary>
public abstract class RowingSpecification(RowingUnderTest rowing) : IAsyncLifetime
{
    protected const string Workouts = "/api/v1/workouts";

    protected const string Files = "/api/v1/workouts/files";

    protected RowingUnderTest Rowing => rowing;

    protected SillageServer Server => rowing.Server;

    /// <summary>Whose workouts the test sends.</summary>
    protected Person Rower { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Rower = await rowing.NewRowerAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected Task<Answer> GetAsync(string path, Person? person = null, params (string Name, string Value)[] headers) =>
        Server.SendAsync(HttpMethod.Get, path, null, (person ?? Rower).Credential, headers);

    protected Task<Answer> PostAsync(
        string path,
        object? body,
        Person? person = null,
        params (string Name, string Value)[] headers
    ) => Server.SendAsync(HttpMethod.Post, path, body, (person ?? Rower).Credential, headers);

    protected Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        object? body = null,
        Person? person = null,
        params (string Name, string Value)[] headers
    ) => Server.SendAsync(method, path, body, (person ?? Rower).Credential, headers);

    /// <summary>A piece of 2 k, with members changed.</summary>
    protected static JsonObject Piece(Action<JsonObject>? change = null)
    {
        var piece = (JsonObject)
            JsonNode.Parse(
                """
                {
                  "machine": "rower", "start": "2026-11-20T06:30:00Z", "timeZone": "Europe/Zurich", "type": "fixed-distance-splits",
                  "totals": { "distance": 2000, "time": 432.1, "strokeCount": 230, "strokeRate": 32, "calories": 128,
                              "dragFactor": 120, "heartRate": { "average": 168, "maximum": 184 } }
                }
                """
            )!;
        change?.Invoke(piece);
        return piece;
    }

    /// <summary>Sends a workout that has to be taken.</summary>
    protected async Task<JsonNode> SentAsync(JsonObject workout, Person? person = null) =>
        (await PostAsync(Workouts, workout, person)).Must(HttpStatusCode.Created).Json;

    protected static string Self(JsonNode workout) => (string)workout["links"]!["self"]!;

    /// <summary>Sends a file, and gives what is said of it once it is read.</summary>
    protected async Task<JsonNode> SendFileAsync(
        byte[] bytes,
        Person person,
        string type = "application/octet-stream",
        string query = ""
    )
    {
        var sent = await Server.SendAsync(
            HttpMethod.Post,
            Files + query,
            TestUsers.Content(bytes, type),
            person.Credential
        );
        return await ReportAsync(sent.Must(HttpStatusCode.Created).Json["files"]![0]!, person);
    }

    /// <summary>What is said of a file once it is read.</summary>
    protected async Task<JsonNode> ReportAsync(JsonNode file, Person person)
    {
        JsonNode? shown = null;
        await Eventually.HoldsAsync(async () =>
        {
            shown = (await GetAsync((string)file["links"]!["self"]!, person)).Must(HttpStatusCode.OK).Json;
            return (string)shown["state"]! != "waiting";
        });
        return shown!;
    }

    /// <summary>Strokes at a steady pace, so many seconds apart.</summary>
    protected static JsonArray Steady(int count, double seconds = 2, double metres = 10, double from = 0) =>
        new([
            .. Enumerable
                .Range(1, count)
                .Select(i =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["time"] = Math.Round(from + (i * seconds), 3),
                            ["distance"] = Math.Round((from / seconds * metres) + (i * metres), 2),
                            ["rate"] = 30,
                            ["heartRate"] = 140 + (i % 20),
                        }
                ),
        ]);
}
