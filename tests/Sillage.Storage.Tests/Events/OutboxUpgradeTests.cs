using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Sillage.Storage.Events;
using Sillage.Storage.Migrations;
using Xunit;

namespace Sillage.Storage.Tests.Events;

/// <summary>What waited in an outbox of the version before the inbox, or was set aside there, is handled after the upgrade.</summary>
public abstract class OutboxUpgradeTests : StorageSpecification
{
    [Fact]
    public async Task Events_that_waited_or_had_failed_before_the_upgrade_are_handled_after_it()
    {
        await Eventually.HoldsAsync(async () => (await Database.NamesAsync()).Length == 2);
        (await Database.NamesAsync()).ShouldBe(["had failed Late", "waited Early"]);
    }

    protected abstract Task<StoragePlace> CreateEmptyPlaceAsync();

    protected abstract DbConnection Connect(StoragePlace place);

    protected abstract string Prologue { get; }

    protected abstract string Rows { get; }

    protected override async Task<StoragePlace> CreatePlaceAsync()
    {
        var place = await CreateEmptyPlaceAsync();
        await using var connection = Connect(place);
        await connection.OpenAsync();
        var script = MigrationSet
            .Storage(place.Postgres is null ? SqlDialect.Sqlite : SqlDialect.Postgres)
            .Scripts.Single(script => script.Number == 1);
        await using var command = connection.CreateCommand();
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {Prologue}
            {script.Text}
            INSERT INTO sillage_migration (owner, number, name, checksum)
            VALUES ('storage', 1, '{script.Name}', '{script.Checksum}');
            {Rows}
            """
        );
        await command.ExecuteNonQueryAsync();
        return place;
    }

    protected override void AddModules(IServiceCollection services)
    {
        base.AddModules(services);
        services.AddEventHandler<SpecimenModule, SpecimenMoved, AddMoved>();
    }

    private enum Hour
    {
        Early,
        Late,
    }

    private sealed record SpecimenMoved(string Name, Hour Hour) : IEvent
    {
        public static string EventName => "specimen.moved";

        string IEvent.Key => Name;
    }

    private sealed class AddMoved : IEventHandler<SpecimenMoved>
    {
        public Task Handle(EventContext<SpecimenMoved> context, IUnitOfWork unit, CancellationToken ct) =>
            unit.AddAsync(Specimen.Called($"{context.Event.Name} {context.Event.Hour}"));
    }
}

public sealed class SqliteOutboxUpgradeTests : OutboxUpgradeTests
{
    protected override string Prologue =>
        "CREATE TABLE sillage_migration (owner TEXT, number INTEGER, name TEXT, checksum TEXT, applied_at INTEGER);";

    protected override string Rows =>
        """
            INSERT INTO sillage_outbox (id, name, occurred_at, payload, attempts, error, failed_at) VALUES
              (randomblob(16), 'specimen.moved', 0, '{"name":"had failed","hour":1}', 10, 'no', 0),
              (randomblob(16), 'specimen.moved', 0, '{"name":"waited","hour":0}', 0, NULL, NULL);
            """;

    protected override Task<StoragePlace> CreateEmptyPlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());

    protected override DbConnection Connect(StoragePlace place) =>
        new SqliteConnection($"Data Source={Path.Combine(place.Folder, "specimen.db")};Pooling=false");
}

public sealed class PostgresOutboxUpgradeTests(PostgresServer server) : OutboxUpgradeTests
{
    protected override string Prologue =>
        """
            CREATE SCHEMA specimen;
            SET search_path TO specimen;
            CREATE TABLE sillage_migration (
              owner text, number bigint, name text, checksum text, applied_at timestamptz DEFAULT now());
            """;

    protected override string Rows =>
        """
            INSERT INTO sillage_outbox (id, name, occurred_at, payload, attempts, error, failed_at) VALUES
              (gen_random_uuid(), 'specimen.moved', now(), '{"name":"had failed","hour":1}', 10, 'no', now()),
              (gen_random_uuid(), 'specimen.moved', now(), '{"name":"waited","hour":0}', 0, NULL, NULL);
            """;

    protected override Task<StoragePlace> CreateEmptyPlaceAsync() => server.CreatePlaceAsync();

    protected override DbConnection Connect(StoragePlace place) =>
        new NpgsqlConnection(place.Postgres + ";Pooling=false");
}
