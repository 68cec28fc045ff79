using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Shouldly;
using Sillage.Accounts;
using Sillage.Hosting.Modules;
using Sillage.SocketIO;
using Sillage.Specifications;
using Sillage.Specifications.Hosting;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Hosting.SocketIO.Tests;

/// <summary>A module with namespaces: one that is open, one for everybody known, one for administrators.</summary>
internal sealed class TalkModule : IModule
{
    public string Name => "talk";

    public void AddServices(IServiceCollection services, IConfiguration configuration) =>
        services.AddNamespaces(live =>
        {
            Map(live.Of("/open"));
            Map(live.Of("/closed").RequireAuthorization());
            Map(live.Of("/admins").RequireAuthorization("accounts.manage"));
        });

    public void MapRoutes(IEndpointRouteBuilder routes) { }

    private static void Map(NamespaceBuilder talk) =>
        talk.On("who", (ClientSocket socket) => socket.Caller()?.Username ?? "nobody")
            .On(
                "shown",
                (ClientSocket socket) =>
                    $"{socket.Auth} {string.Join(' ', socket.Handshake.Headers)} {string.Join(' ', socket.Handshake.Query)}"
            )
            .On("say", async (ClientSocket socket, string text) => await socket.Namespace.EmitAsync("said", text));
}

/// <summary>A server with accounts and live namespaces, as the executable builds it, and people in it.</summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private const string AdministratorName = "admin";
    private const string Password = "three wet oars";
    private int _names;

    private LiveServer(SillageServer server) => Host = server;

    public SillageServer Host { get; }

    public MovableClock Time { get; private init; } = new();

    public static async Task<LiveServer> StartAsync(
        Action<WebApplicationBuilder>? configure = null,
        params (string Name, string? Value)[] settings
    )
    {
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Admin:Username"] = AdministratorName,
            ["Admin:Password"] = Password,
            ["Accounts:Registration"] = "open",
            ["Accounts:PasswordIterations"] = "100000",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var clock = new MovableClock();
        return new LiveServer(
            await SillageServer.StartAsync(
                [new AccountsModule(), new TalkModule()],
                all,
                builder =>
                {
                    builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
                    configure?.Invoke(builder);
                }
            )
        )
        {
            Time = clock,
        };
    }

    public Task<Person> AdministratorAsync() => LogInAsync(AdministratorName);

    public async Task<Person> NewPersonAsync()
    {
        var username = $"player-{Interlocked.Increment(ref _names)}";
        await SendAsync(HttpMethod.Post, "/api/v1/auth/register", new { username, password = Password });
        return await LogInAsync(username);
    }

    public async Task<Person> LogInAsync(string username)
    {
        var reply = await SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { username, password = Password });
        var token = (string)reply["access_token"]!;
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]))!;
        return new Person((string)claims["sub"]!, username, token);
    }

    public async Task<JsonNode> SendAsync(HttpMethod method, string path, object? body, string? token = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Host.Address, path));
        request.Content = body is null ? null : JsonContent.Create(body);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var reply = await Host.Client.SendAsync(request);
        reply.IsSuccessStatusCode.ShouldBe(true, await reply.Content.ReadAsStringAsync());
        var text = await reply.Content.ReadAsStringAsync();
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    /// <summary>Begins a connection by polling.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> OpenAsync(string query = "", string? authorization = null)
    {
        var (status, text) = await PollAsync(query, authorization);
        status.ShouldBe(200, text);
        return (string)JsonNode.Parse(text[1..])!["sid"]!;
    }

    /// <summary>One poll, or the handshake where the query names no session.</summary>
    public async Task<(int Status, string Text)> PollAsync(
        string query,
        string? authorization = null,
        string? body = null
    )
    {
        using var request = new HttpRequestMessage(
            body is null ? HttpMethod.Get : HttpMethod.Post,
            new Uri(Host.Address, $"/socket.io/?EIO=4&transport=polling{query}")
        );
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "text/plain");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var reply = await Host.Client.SendAsync(request);
        return ((int)reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }

    /// <summary>Joins a namespace.</summary>
    /// <returns>The answer: <c>40/name,…</c> for in, <c>44/name,…</c> for not.</returns>
    public async Task<string> JoinAsync(
        string name,
        object? auth = null,
        string query = "",
        string? authorization = null
    )
    {
        var session = "&sid=" + await OpenAsync(query, authorization);
        var packet = $"40{name}," + (auth is null ? "" : System.Text.Json.JsonSerializer.Serialize(auth));
        (await PollAsync(session, authorization, packet)).Status.ShouldBe(200);
        return (await PollAsync(session, authorization)).Text;
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

/// <summary>Somebody who is logged in.</summary>
internal sealed record Person(string Id, string Username, string Token);
