using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Hosting.Tests.Playground;

/// <summary>Things in a database: created once, read, changed, listed.</summary>
internal static class Things
{
    public static void Map(RouteGroupBuilder group)
    {
        group
            .MapPost("/things", CreateAsync)
            .RequirePermission(Permission.Self)
            .WithSummary("Make a thing")
            .WithRequestExample(new NewThing("oar"))
            .Fails(409);
        group
            .MapPost("/things/by-hand", CreateByHandAsync)
            .RequirePermission(Permission.Self)
            .WithSummary("Make a thing, with a reply of one's own");
        group
            .MapGet("/things", ListAsync)
            .RequirePermission(Permission.Self)
            .WithSummary("List things")
            .WithQuery("data.*", "Any field");
        group
            .MapGet("/things/{id}", FindAsync)
            .RequirePermission(Permission.Self)
            .WithSummary("Read a thing")
            .Fails(404);
        group
            .MapPut("/things/{id}", ChangeAsync)
            .RequirePermission(Permission.Self)
            .WithSummary("Change a thing")
            .Fails(404);
        group
            .MapGet("/administration", () => Reply.Ok(new NewThing("secret")))
            .RequirePermission(PlaygroundModule.Administer)
            .WithSummary("For administrators");
    }

    private static Task<Results<CreatedReply<Thing>, Problem>> CreateAsync(
        Body<NewThing> body,
        IdempotencyKey key,
        IDatabase<PlaygroundModule> database,
        TimeProvider clock,
        CancellationToken ct
    ) =>
        key.RunAsync<Thing>(
            database,
            async unit =>
            {
                var thing = new Thing(Guid.CreateVersion7(clock.GetUtcNow()), body.Value.Name);
                await unit.ExecuteAsync("INSERT INTO thing (id, name) VALUES (@Id, @Name)", thing, ct);
                return body.Value.Name switch
                {
                    "problem" => Problem.Conflict("Not this one."),
                    "throw" => throw new ProblemException(Problem.Conflict("Not this one.")),
                    _ => Reply.Created($"/api/v1/playground/things/{thing.Id}", thing),
                };
            },
            ct
        );

    private static async Task<IResult> CreateByHandAsync(
        HttpContext context,
        IdempotencyKey key,
        IDatabase<PlaygroundModule> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(ct);
        return await database.WriteAsync<IResult>(
            async unit =>
            {
                if (await key.FindAsync(unit, ct) is { } kept)
                {
                    return kept;
                }

                var thing = new Thing(Guid.CreateVersion7(clock.GetUtcNow()), text);
                await unit.ExecuteAsync("INSERT INTO thing (id, name) VALUES (@Id, @Name)", thing, ct);
                await key.KeepAsync(unit, new KeptReply(200, null, "{\"accepted\":1}"u8.ToArray()), ct);
                return Reply.Ok(new Accepted(1));
            },
            ct
        );
    }

    private static async Task<PageReply<Thing>> ListAsync(
        PageRequest page,
        string? name,
        IDatabase<PlaygroundModule> database,
        CancellationToken ct
    )
    {
        var after = page.After<Keys>();
        var rows = await database.ReadAsync(
            reader =>
                reader.QueryAsync<Thing>(
                    """
                    SELECT id, name FROM thing
                    WHERE (@Name = '' OR name = @Name) AND (@All = 1 OR id > @After)
                    ORDER BY id LIMIT @Limit
                    """,
                    new
                    {
                        Name = name ?? "",
                        All = after is null ? 1 : 0,
                        After = after?.Id ?? Guid.Empty,
                        Limit = page.Limit + 1,
                    },
                    ct
                ),
            ct
        );
        return PageReply<Thing>.Of(rows, page, thing => new Keys(thing.Id));
    }

    private static async Task<Results<Reply<Thing>, Problem>> FindAsync(
        Guid id,
        IDatabase<PlaygroundModule> database,
        CancellationToken ct
    ) =>
        await database.ReadAsync(reader => ReadAsync(reader, id, ct), ct) is { } thing
            ? Reply.Ok(thing)
            : Problem.NotFound();

    private static async Task<Results<Reply<Thing>, Problem>> ChangeAsync(
        Guid id,
        Body<NewThing> body,
        Precondition precondition,
        IDatabase<PlaygroundModule> database,
        CancellationToken ct
    ) =>
        await database.WriteAsync<Results<Reply<Thing>, Problem>>(
            async unit =>
            {
                if (await ReadAsync(unit, id, ct) is not { } thing)
                {
                    return Problem.NotFound();
                }

                precondition.Check(thing);
                thing = thing with { Name = body.Value.Name };
                await unit.ExecuteAsync("UPDATE thing SET name = @Name WHERE id = @Id", thing, ct);
                return Reply.Ok(thing);
            },
            ct
        );

    private static Task<Thing?> ReadAsync(IReader reader, Guid id, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<Thing>("SELECT id, name FROM thing WHERE id = @Id", new { Id = id }, ct);

    private sealed record Keys(Guid Id);
}

/// <summary>A thing to be made.</summary>
/// <param name="Name">What to call it.</param>
public sealed record NewThing([property: StringLength(2000, MinimumLength = 1)] string Name);

/// <summary>A thing.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
public sealed record Thing(Guid Id, string Name);

/// <summary>What was taken.</summary>
/// <param name="Count">How many.</param>
public sealed record Accepted([property: System.Text.Json.Serialization.JsonPropertyName("accepted")] int Count);
