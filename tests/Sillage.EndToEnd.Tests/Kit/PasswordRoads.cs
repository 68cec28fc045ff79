using System.Net.Http.Json;
using Shouldly;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>The operations of the document that give tokens for a name and a password, each in its own form.</summary>
internal static class PasswordRoads
{
    private const string Form = "application/x-www-form-urlencoded";

    public static async Task<IReadOnlyList<Operation>> AllAsync(HttpClient client)
    {
        var roads = (await Operation.AllAsync(client))
            .Where(operation => operation.IsOpen && operation.Method == HttpMethod.Post)
            .Where(operation =>
                operation.Path.EndsWith("/login", StringComparison.Ordinal)
                || operation.Path.EndsWith("_token", StringComparison.Ordinal)
            )
            .ToList();
        roads.Count.ShouldBeGreaterThanOrEqualTo(4);
        return roads;
    }

    public static async Task<HttpResponseMessage> AskAsync(
        HttpClient client,
        Operation road,
        string username,
        string password
    )
    {
        using HttpContent content = road.BodyTypes.Contains(Form)
            ? new FormUrlEncodedContent([
                new("grant_type", "password"),
                new("username", username),
                new("password", password),
            ])
            : JsonContent.Create(new { username, password });
        return await client.PostAsync(road.Path, content);
    }
}
