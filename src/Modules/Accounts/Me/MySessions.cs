using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Authority;
using Sillage.Accounts.Sessions;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Accounts.Me;

/// <summary>A session: one login and what came of refreshing it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="UserAgent">What the client called itself at login; absent if it did not.</param>
/// <param name="CreatedAt">When the login was.</param>
/// <param name="RefreshedAt">When its tokens were refreshed last.</param>
/// <param name="ExpiresAt">When it ends unless it is refreshed before.</param>
/// <param name="Current">Whether it is the one that asks.</param>
/// <param name="Links">What one can do next.</param>
public sealed record Session(
    Guid Id,
    string? UserAgent,
    DateTimeOffset CreatedAt,
    DateTimeOffset RefreshedAt,
    DateTimeOffset ExpiresAt,
    bool Current,
    Links Links
);

/// <summary>Lists and ends the caller's sessions.</summary>
internal static class MySessions
{
    private const string Select = """
        SELECT id, user_agent, created_at, refreshed_at, expires_at FROM session
        WHERE account_id = @AccountId AND expires_at > @Now AND (CAST(@NoCursor AS integer) = 1 OR id < @Before)
        ORDER BY id DESC LIMIT @Limit
        """;

    public static void Map(RouteGroupBuilder me)
    {
        me.MapGet("/sessions", List)
            .WithSummary("List my sessions")
            .WithDescription("The sessions that are open, the newest login first.");
        me.MapDelete("/sessions/{id:guid}", End)
            .WithSummary("End one of my sessions")
            .WithDescription("Its access token and refresh token count no more, at once. Not with an API key.")
            .Fails(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound);
    }

    internal static async Task<PageReply<Session>> List(
        PageRequest page,
        Caller caller,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var after = page.After<Keys>();
        var rows = await database.ReadAsync(
            reader =>
                reader.QueryAsync<Row>(
                    Select,
                    new
                    {
                        AccountId = caller.Id,
                        Now = clock.GetUtcNow(),
                        NoCursor = after is null ? 1L : 0L,
                        Before = after?.Id ?? Guid.Empty,
                        Limit = page.Limit + 1,
                    },
                    ct
                ),
            ct
        );
        return PageReply<Session>.Of(
            [
                .. rows.Select(row => new Session(
                    row.Id,
                    row.UserAgent,
                    row.CreatedAt,
                    row.RefreshedAt,
                    row.ExpiresAt,
                    row.Id == caller.CredentialId,
                    new Links($"/api/v1/me/sessions/{row.Id}")
                )),
            ],
            page,
            session => new Keys(session.Id)
        );
    }

    internal static async Task<Results<NoContent, Problem>> End(
        Guid id,
        Caller caller,
        AccountStates states,
        IDatabase<AccountsData> database,
        CancellationToken ct
    ) =>
        NotByApiKey.RefuseLogout(caller) is { } refused ? refused
        : await database.WriteAsync(unit => OpenSessions.EndAsync(unit, states, caller.Id, id, ct), ct)
            ? TypedResults.NoContent()
        : Problem.NotFound();

    private sealed record Keys(Guid Id);

    private sealed record Row(
        Guid Id,
        string? UserAgent,
        DateTimeOffset CreatedAt,
        DateTimeOffset RefreshedAt,
        DateTimeOffset ExpiresAt
    );
}
