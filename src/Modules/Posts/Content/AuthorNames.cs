using System.Collections.Concurrent;
using Sillage.Accounts.Contracts;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Posts.Content;

/// <summary>
/// What authors are called: asked of accounts, and while these are away, what they were called last. The last answer is kept in the module's own
/// database, so that a process that starts meanwhile has it too.
/// </summary>
internal sealed class AuthorNames(IAccountDirectory accounts, IDatabase<PostsData> database)
{
    private const int MostRemembered = 50_000;

    private static readonly Sql Last = new(
        "SELECT account AS id, username, display_name FROM author_name WHERE account IN @Ids",
        "SELECT account AS id, username, display_name FROM author_name WHERE account = ANY(@Ids)"
    );

    private const string Keep = """
        INSERT INTO author_name (account, username, display_name) VALUES (@Id, @Username, @DisplayName)
        ON CONFLICT (account) DO UPDATE SET username = @Username, display_name = @DisplayName
        """;

    private readonly ConcurrentDictionary<Guid, PostAuthor> _kept = new();

    private sealed record NameRow(Guid Id, string Username, string? DisplayName);

    /// <summary>Who wrote what, by account. Whoever is not found has no name.</summary>
    public async Task<IReadOnlyDictionary<Guid, PostAuthor>> OfAsync(IEnumerable<Guid?> ids, CancellationToken ct)
    {
        var asked = ids.OfType<Guid>().Distinct().ToArray();
        var names = asked.ToDictionary(id => id, id => new PostAuthor(id, null, null));
        try
        {
            foreach (var (id, summary) in await accounts.FindAsync(asked, ct))
            {
                names[id] = new PostAuthor(id, summary.Username, summary.DisplayName);
            }
        }
        catch (Exception e) when (IsAway(e))
        {
            var last = await database.ReadAsync(
                r => r.QueryAsync<NameRow>(Last, new { Ids = new IdList(asked) }, ct),
                ct
            );
            foreach (var row in last)
            {
                names[row.Id] = new PostAuthor(row.Id, row.Username, row.DisplayName);
            }
        }

        return names;
    }

    /// <summary>One author's name.</summary>
    public async Task<PostAuthor?> OfAsync(Guid? author, CancellationToken ct) =>
        author is { } id ? (await OfAsync([author], ct))[id] : null;

    /// <summary>Keeps an author's name in the unit that stores what he wrote, if it is not the one that is there.</summary>
    public async Task KeepAsync(IUnitOfWork unit, PostAuthor author, CancellationToken ct)
    {
        if (author.Username is null || (_kept.TryGetValue(author.Id, out var kept) && kept == author))
        {
            return;
        }

        await unit.ExecuteAsync(
            Keep,
            new
            {
                author.Id,
                author.Username,
                author.DisplayName,
            },
            ct
        );
        unit.OnCommitted(() => Remember(author));
    }

    /// <summary>Whoever is erased is not remembered.</summary>
    public void Forget(Guid account) => _kept.TryRemove(account, out _);

    /// <summary>The accounts named as <c>@name</c> in a text, the first twenty; nobody while accounts are away.</summary>
    public async Task<IReadOnlyList<Guid>> MentionedAsync(string text, CancellationToken ct)
    {
        var found = new List<Guid>();
        try
        {
            foreach (var name in Mentions.Of(text))
            {
                if (await accounts.FindByUsernameAsync(name, ct) is { } account)
                {
                    found.Add(account.Id);
                }
            }
        }
        catch (Exception e) when (IsAway(e))
        {
            return [];
        }

        return [.. found.Distinct()];
    }

    /// <summary>Whether there is such an account.</summary>
    public async Task<bool> ExistsAsync(Guid account, CancellationToken ct) =>
        (await accounts.FindAsync([account], ct)).ContainsKey(account);

    /// <summary>The account that a text names, by its id or its user name.</summary>
    public async Task<Guid?> NamedAsync(string text, CancellationToken ct) =>
        Guid.TryParse(text, out var id) ? id
        : Usernames.IsValid(text) ? (await accounts.FindByUsernameAsync(text, ct))?.Id
        : null;

    private void Remember(PostAuthor author)
    {
        if (_kept.Count > MostRemembered)
        {
            _kept.Clear();
        }

        _kept[author.Id] = author;
    }

    private static bool IsAway(Exception e) =>
        e is DatabaseUnavailableException || (e is ProblemException { Problem.Status: 503 });
}
