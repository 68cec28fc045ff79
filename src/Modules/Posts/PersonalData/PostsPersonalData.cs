using System.Text.Json;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Api.Problems;
using Sillage.Posts.Content;
using Sillage.Storage;

namespace Sillage.Posts.PersonalData;

/// <summary>
/// What posts know of a person: what he wrote, what he thinks of what others wrote, whom he follows. Without the tie, what others could read stays without a name;
/// what only he could read goes in both forms.
/// </summary>
internal sealed class PostsPersonalData(
    IDatabase<PostsData> database,
    PostStore store,
    AuthorNames names,
    TimeProvider clock
) : IPersonalData
{
    private const string Everybody = """
        SELECT author FROM post WHERE author IS NOT NULL
        UNION SELECT author FROM comment WHERE author IS NOT NULL
        UNION SELECT account FROM reaction
        UNION SELECT account FROM bookmark
        UNION SELECT follower FROM author_follow
        UNION SELECT author FROM author_follow
        UNION SELECT follower FROM tag_follow
        UNION SELECT author FROM author_count
        UNION SELECT account FROM author_name
        UNION SELECT reporter FROM report WHERE reporter IS NOT NULL
        UNION SELECT settled_by FROM report WHERE settled_by IS NOT NULL
        UNION SELECT account FROM ban
        UNION SELECT by FROM ban WHERE by IS NOT NULL
        """;

    private const string Left = $"SELECT COUNT(*) FROM ({Everybody}) e WHERE e.author = @Account";

    private const string CountPosts = "SELECT COUNT(*) FROM post WHERE author = @Account";

    private const string CountUnread =
        "SELECT COUNT(*) FROM post WHERE author = @Account AND NOT (listed AND visibility IN ('public', 'members'))";

    private const string CountComments = "SELECT COUNT(*) FROM comment WHERE author = @Account";

    private const string CountMarks = """
        SELECT (SELECT COUNT(*) FROM reaction WHERE account = @Account) + (SELECT COUNT(*) FROM bookmark WHERE account = @Account)
        """;

    private const string CountFollows = """
        SELECT (SELECT COUNT(*) FROM author_follow WHERE follower = @Account OR author = @Account)
          + (SELECT COUNT(*) FROM tag_follow WHERE follower = @Account)
        """;

    public string Section => "posts";

    public async Task ExportAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        await PostsExport.WriteAsync(database, accountId, writer, ct);
        await PersonalTrail.WriteAsync(database, accountId, writer, ct);
        writer.WriteEndObject();
    }

    public Task<Problem?> CorrectAsync(Guid accountId, JsonElement patch, CancellationToken ct) =>
        PostsCorrection.ApplyAsync(database, store, clock, accountId, patch, ct);

    public Task<IReadOnlyDictionary<string, long>> CountAsync(Guid accountId, ErasureForm form, CancellationToken ct)
    {
        var account = new { Account = accountId };
        return database.ReadAsync<IReadOnlyDictionary<string, long>>(
            async r => new Dictionary<string, long>
            {
                ["posts"] = await r.ScalarAsync<long>(
                    form == ErasureForm.Destroy ? CountPosts : CountUnread,
                    account,
                    ct
                ),
                ["comments"] = await r.ScalarAsync<long>(CountComments, account, ct),
                ["marks"] = await r.ScalarAsync<long>(CountMarks, account, ct),
                ["follows"] = await r.ScalarAsync<long>(CountFollows, account, ct),
            },
            ct
        );
    }

    public async Task<IReadOnlyCollection<Guid>> ListAccountsAsync(CancellationToken ct) =>
        await database.ReadAsync(r => r.QueryAsync<Guid>(Everybody, null, ct), ct);

    public Task<bool> IsErasedAsync(Guid accountId, CancellationToken ct) =>
        database.ReadAsync(async r => await r.ScalarAsync<long>(Left, new { Account = accountId }, ct) == 0, ct);

    public async Task EraseAsync(Guid accountId, ErasureForm form, IUnitOfWork unit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        await PostsErasure.EraseAsync(unit, accountId, form, clock.GetUtcNow(), ct);
        unit.OnCommitted(() => names.Forget(accountId));
    }
}
