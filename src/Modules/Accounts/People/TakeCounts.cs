using Sillage.Posts.Contracts;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.Accounts.People;

/// <summary>
/// Keeps what the posts module counts of an account, for its profile. The event has the whole counts and a version, so that one that comes twice or late changes
/// nothing (docs/adr/0132-counts-travel-whole.md).
/// </summary>
internal sealed class TakeCounts : IEventHandler<AuthorCounted>
{
    private const string Update = """
        UPDATE account SET post_count = @Posts, follower_count = @Followers, count_version = @Version
        WHERE id = @AuthorId AND count_version < @Version
        """;

    public Task Handle(EventContext<AuthorCounted> context, IUnitOfWork unit, CancellationToken ct) =>
        unit.ExecuteAsync(Update, context.Event, ct);
}
