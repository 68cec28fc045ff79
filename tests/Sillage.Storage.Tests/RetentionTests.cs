using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Xunit;

namespace Sillage.Storage.Tests;

/// <summary>What storage keeps for a while only is gone after that while, and not before.</summary>
public abstract class RetentionTests : StorageSpecification
{
    // Far ahead of the machine's clock: the job that runs by it leaves these rows alone.
    private static readonly DateTimeOffset Now = new(2090, 1, 1, 8, 0, 0, TimeSpan.Zero);

    private const string InsertReply = """
        INSERT INTO sillage_idempotency (scope, key_hash, request_hash, reply, created_at)
        VALUES (@Scope, @Hash, @Hash, @Hash, @At)
        """;

    private const string InsertAudit =
        "INSERT INTO sillage_audit (id, at, action, subject) VALUES (@Id, @At, 'thing.done', @Subject)";

    private const string InsertHandled =
        "INSERT INTO sillage_inbox (event_id, handler, handled_at) VALUES (@Id, @Handler, @At)";

    private const string DeleteShort = """
        DELETE FROM sillage_inbox WHERE (event_id, handler) IN
          (SELECT event_id, handler FROM sillage_inbox
           WHERE handler LIKE 'short%' AND handled_at < @Before LIMIT @Limit)
        """;

    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    [Fact]
    public async Task Replies_are_kept_for_a_day_handled_events_for_thirty_and_the_audit_for_as_long_as_is_set()
    {
        await Database.WriteAsync(
            async unit =>
            {
                // More than are removed at a time.
                foreach (var number in Enumerable.Range(0, 1100))
                {
                    await InsertReplyAsync(unit, $"old {number}", Now.AddHours(-24).AddSeconds(-1));
                }

                await InsertReplyAsync(unit, "new", Now.AddHours(-24).AddSeconds(1));
                foreach (var number in Enumerable.Range(0, 1100))
                {
                    await InsertAuditAsync(unit, $"old {number}", Now.AddDays(-100).AddSeconds(-1));
                }

                await InsertAuditAsync(unit, "new", Now.AddDays(-100).AddSeconds(1));
                await InsertHandledAsync(unit, "old", Now.AddDays(-30).AddSeconds(-1));
                await InsertHandledAsync(unit, "new", Now.AddDays(-30).AddSeconds(1));
                return 0;
            },
            CancellationToken.None
        );

        await Retention.PurgeAsync(Database, Now, TimeSpan.FromDays(100), CancellationToken.None);

        (await NamesAsync("SELECT scope FROM sillage_idempotency")).ShouldBe(["new"]);
        (await NamesAsync("SELECT subject FROM sillage_audit")).ShouldBe(["new"]);
        (await NamesAsync("SELECT handler FROM sillage_inbox")).ShouldBe(["new"]);
    }

    [Fact]
    public async Task What_a_module_keeps_for_a_while_only_is_gone_after_that_while_and_nothing_else()
    {
        var now = DateTimeOffset.UtcNow;
        await Database.WriteAsync(
            async unit =>
            {
                await InsertHandledAsync(unit, "short old", now - Kept - TimeSpan.FromMinutes(1));
                await InsertHandledAsync(unit, "short new", now - Kept + TimeSpan.FromMinutes(10));
                await InsertHandledAsync(unit, "another", now - Kept - TimeSpan.FromMinutes(1));
                return 0;
            },
            CancellationToken.None
        );

        await RestartAsync();

        await Eventually.HoldsAsync(async () =>
            (await NamesAsync("SELECT handler FROM sillage_inbox")).Order().SequenceEqual(["another", "short new"])
        );
    }

    protected override void AddModules(IServiceCollection services)
    {
        base.AddModules(services);
        services.AddRetention<SpecimenModule>(DeleteShort, _ => Kept);
    }

    private static Task<int> InsertReplyAsync(IUnitOfWork unit, string scope, DateTimeOffset at) =>
        unit.ExecuteAsync(
            InsertReply,
            new
            {
                Scope = scope,
                Hash = new byte[] { 1 },
                At = at,
            }
        );

    private static Task<int> InsertAuditAsync(IUnitOfWork unit, string subject, DateTimeOffset at) =>
        unit.ExecuteAsync(
            InsertAudit,
            new
            {
                Id = Guid.CreateVersion7(at),
                At = at,
                Subject = subject,
            }
        );

    private static Task<int> InsertHandledAsync(IUnitOfWork unit, string handler, DateTimeOffset at) =>
        unit.ExecuteAsync(
            InsertHandled,
            new
            {
                Id = Guid.CreateVersion7(),
                Handler = handler,
                At = at,
            }
        );

    private Task<IReadOnlyList<string>> NamesAsync(string sql) =>
        Database.ReadAsync(reader => reader.QueryAsync<string>(sql), CancellationToken.None);
}

public sealed class SqliteRetentionTests : RetentionTests
{
    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());
}

public sealed class PostgresRetentionTests(PostgresServer server) : RetentionTests
{
    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();
}
