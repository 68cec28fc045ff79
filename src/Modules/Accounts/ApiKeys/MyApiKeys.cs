using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Revocations;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Accounts.ApiKeys;

/// <summary>Lists, shows and deletes the caller's API keys.</summary>
internal static class MyApiKeys
{
    private const string Select = $"""
        SELECT {ApiKeyRow.Columns} FROM api_key
        WHERE account_id = @AccountId AND (CAST(@NoCursor AS integer) = 1 OR id < @Before)
        ORDER BY id DESC LIMIT @Limit
        """;

    private const string SelectOne = $"""
        SELECT {ApiKeyRow.Columns} FROM api_key WHERE id = @Id AND account_id = @AccountId
        """;

    private const string Remove = "DELETE FROM api_key WHERE id = @Id AND account_id = @AccountId";

    public static void Map(RouteGroupBuilder keys)
    {
        keys.MapGet("", List)
            .WithSummary("List my API keys")
            .WithDescription(
                "The newest first, without the keys themselves: those are shown once, when they are made."
            );
        keys.MapGet("/{id:guid}", Read)
            .WithSummary("Read one of my API keys")
            .WithReplyExample(ApiKey.Example)
            .Fails(StatusCodes.Status404NotFound);
        keys.MapDelete("/{id:guid}", Delete)
            .WithSummary("Delete one of my API keys")
            .WithDescription("It counts no more, at once.")
            .Fails(StatusCodes.Status404NotFound);
    }

    internal static async Task<PageReply<ApiKey>> List(
        PageRequest page,
        Caller caller,
        IDatabase<AccountsData> database,
        CancellationToken ct
    )
    {
        var after = page.After<Keys>();
        var rows = await database.ReadAsync(
            reader =>
                reader.QueryAsync<ApiKeyRow>(
                    Select,
                    new
                    {
                        AccountId = caller.Id,
                        NoCursor = after is null ? 1L : 0L,
                        Before = after?.Id ?? Guid.Empty,
                        Limit = page.Limit + 1,
                    },
                    ct
                ),
            ct
        );
        return PageReply<ApiKey>.Of([.. rows.Select(ApiKey.Of)], page, key => new Keys(key.Id));
    }

    internal static async Task<Results<Reply<ApiKey>, Problem>> Read(
        Guid id,
        Caller caller,
        IDatabase<AccountsData> database,
        CancellationToken ct
    )
    {
        var row = await database.ReadAsync(
            reader => reader.FirstOrDefaultAsync<ApiKeyRow>(SelectOne, new { Id = id, AccountId = caller.Id }, ct),
            ct
        );
        return row is null ? Problem.NotFound() : Reply.Ok(ApiKey.Of(row));
    }

    internal static async Task<Results<NoContent, Problem>> Delete(
        Guid id,
        Caller caller,
        AccountStates states,
        IDatabase<AccountsData> database,
        CancellationToken ct
    )
    {
        var gone = await database.WriteAsync(
            async unit =>
            {
                if (await unit.ExecuteAsync(Remove, new { Id = id, AccountId = caller.Id }, ct) == 0)
                {
                    return false;
                }

                await states.ChangedAsync(unit, caller.Id, ct);
                await unit.PublishAsync(new CredentialRevoked(caller.Id, RevocationKind.ApiKey, id.ToString()), ct);
                await unit.AuditAsync(new AuditEntry("api-key.deleted", caller.Id, id.ToString()), ct);
                return true;
            },
            ct
        );
        return gone ? TypedResults.NoContent() : Problem.NotFound();
    }

    private sealed record Keys(Guid Id);
}
