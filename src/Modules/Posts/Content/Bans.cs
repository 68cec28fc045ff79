using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Posts.Content;

/// <summary>Who may not post for now.</summary>
internal static class Bans
{
    private const string Find = "SELECT COUNT(*) FROM ban WHERE account = @Account AND (until IS NULL OR until > @Now)";

    /// <summary>Whether the account is banned from posting.</summary>
    public static async Task<bool> IsBannedAsync(
        IReader reader,
        Guid account,
        DateTimeOffset now,
        CancellationToken ct
    ) => await reader.ScalarAsync<long>(Find, new { Account = account, Now = now }, ct) > 0;
}

/// <summary>Lets nobody write a post who is banned from posting.</summary>
internal sealed class BanGate(IDatabase<PostsData> database, TimeProvider clock) : GateMetadata
{
    /// <inheritdoc />
    public override async ValueTask<Problem?> PassAsync(HttpContext context, Caller caller)
    {
        var ct = context.RequestAborted;
        return await database.ReadAsync(r => Bans.IsBannedAsync(r, caller.Id, clock.GetUtcNow(), ct), ct)
            ? Problem.Forbidden("A moderator has banned this account from posting.")
            : null;
    }
}
