using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sillage.Hosting.Descriptions;

namespace Sillage.Gateway.Tests.Kit;

/// <summary>
/// A copy of a service that a test makes up: a real server, which tells of itself what a process would, and answers by what the test says.
/// </summary>
internal sealed class TestService : IAsyncDisposable
{
    private static readonly ServiceRoute[] Routes =
    [
        new("/things/{**rest}", []) { IsPublic = true },
        new("/streams/{**rest}", ["GET"]) { IsPublic = true, IsLong = true },
        new("/mine", ["GET"]),
        new("/big", ["POST"]) { IsPublic = true, BodyLimit = 4 * 1024 * 1024 },
        new("/sticky", ["GET"]) { IsPublic = true, Sticky = "sid" },
    ];

    private readonly string _tag;
    private readonly RequestDelegate _answer;
    private readonly ServiceRoute[] _routes;
    private WebApplication _app = null!;

    private TestService(string tag, RequestDelegate answer, ServiceRoute[] routes) =>
        (_tag, _answer, _routes) = (tag, answer, routes);

    public string Address { get; private set; } = "";

    /// <summary>What has come here: the method and the address of each request.</summary>
    public ConcurrentQueue<string> Seen { get; } = new();

    public static async Task<TestService> StartAsync(
        string tag,
        RequestDelegate answer,
        string address = "http://127.0.0.1:0",
        params ServiceRoute[] more
    )
    {
        var service = new TestService(tag, answer, [.. Routes, .. more]) { Address = address };
        await service.StartAsync();
        return service;
    }

    /// <summary>An answer with the tag of who gave it.</summary>
    public static RequestDelegate Says(string text) => context => context.Response.WriteAsync(text);

    /// <summary>Stops: then nobody listens there.</summary>
    public async Task StopAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    /// <summary>Starts, where it was before.</summary>
    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        _app = builder.Build();
        _app.UseWebSockets();
        _app.MapGet(
            ServiceDescription.Address,
            (HttpRequest request) =>
                request.Headers.Authorization == $"Bearer {TestGateway.Credential}"
                    ? Results.Json(new ServiceDescription(_tag, "1", ["things"], _routes))
                    : Results.Unauthorized()
        );
        _app.MapGet("/openapi.json", () => Results.Text("{}", "application/json"));
        _app.MapFallback(context =>
        {
            Seen.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            return _answer(context);
        });
        await _app.StartAsync();
        Address = _app.Urls.First();
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
