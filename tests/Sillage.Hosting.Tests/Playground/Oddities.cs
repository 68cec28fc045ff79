using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.Limits;
using Sillage.Storage;

namespace Sillage.Hosting.Tests.Playground;

/// <summary>Routes that go wrong, take long or take parameters.</summary>
internal static class Oddities
{
    public static void Map(RouteGroupBuilder group)
    {
        group
            .MapGet("/defect", string () => throw new InvalidOperationException("inner secret"))
            .AllowAnonymous()
            .WithSummary("Fails");
        group
            .MapGet(
                "/unavailable",
                string () => throw new DatabaseUnavailableException("disk full at /secret", TimeSpan.FromSeconds(7))
            )
            .AllowAnonymous()
            .WithSummary("Has no storage");
        group
            .MapGet(
                "/unknown-outcome",
                string () =>
                    throw new DatabaseUnavailableException("gone while committing", TimeSpan.FromSeconds(2))
                    {
                        IsOutcomeKnown = false,
                    }
            )
            .AllowAnonymous()
            .WithSummary("Lost its storage in the middle");
        group
            .MapGet("/address", (HttpContext context) => Reply.Ok($"{context.Request.Host}{context.Request.PathBase}"))
            .AllowAnonymous()
            .WithSummary("Tells under which name it was reached");
        group
            .MapGet(
                "/half",
                async (HttpContext context) =>
                {
                    await context.Response.WriteAsync("half");
                    await context.Response.Body.FlushAsync();
                    throw new InvalidOperationException("in the middle");
                }
            )
            .AllowAnonymous()
            .WithSummary("Fails in the middle");
        group
            .MapGet(
                "/slow",
                async (CancellationToken ct) =>
                {
                    await Task.Delay(Timeout.Infinite, ct);
                    return Reply.Ok(1);
                }
            )
            .AllowAnonymous()
            .WithSummary("Never ends");
        group
            .MapGet(
                "/stream",
                async (HttpContext context) =>
                {
                    context.Response.ContentType = "text/event-stream";
                    while (true)
                    {
                        await context.Response.WriteAsync("data: 1\n\n", context.RequestAborted);
                        await context.Response.Body.FlushAsync(context.RequestAborted);
                        await Task.Delay(50, context.RequestAborted);
                    }
                }
            )
            .DisableRequestTimeout()
            .AllowAnonymous()
            .WithSummary("Streams");
        group
            .MapGet(
                "/query",
                (int? number, Guid? id, bool? flag, DateTimeOffset? at, string[]? words, BoatKind? kind) =>
                    Reply.Ok(
                        new
                        {
                            number,
                            id,
                            flag,
                            at,
                            words,
                            kind,
                        }
                    )
            )
            .AllowAnonymous()
            .WithSummary("Takes parameters");
        group
            .MapGet("/needed", (string needed, [FromQuery(Name = "other-name")] int other) => Reply.Ok(needed + other))
            .AllowAnonymous()
            .WithSummary("Needs parameters");
        group
            .MapPost("/login", (Body<NewThing> body) => Reply.Ok(body.Value))
            .AllowAnonymous()
            .LimitLogins()
            .WithSummary("A kind of login");
        group
            .MapPost("/large", (Body<NewThing> body) => Reply.Ok(body.Value.Name.Length))
            .AllowAnonymous()
            .WithMetadata(new RequestSizeLimitAttribute(4096))
            .WithSummary("Has a limit of its own");
        group.MapGet("/nothing", () => TypedResults.NoContent()).AllowAnonymous().WithSummary("Says nothing");
        group
            .MapGet("/long", () => Reply.Ok(new NewThing(new string('x', 100_000))))
            .AllowAnonymous()
            .WithSummary("Says much");
    }
}
