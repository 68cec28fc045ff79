using System.Collections.Concurrent;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Xunit;

namespace Sillage.Storage.Tests.Postgres;

/// <summary>A server that goes away and comes back under writes.</summary>
public sealed class PostgresOutageTests : IAsyncLifetime
{
    private OwnPostgres _server = null!;
    private StoragePlace _place = null!;
    private StorageUnderTest _storage = null!;

    private IDatabase<SpecimenModule> Database => _storage.Database<SpecimenModule>();

    public async ValueTask InitializeAsync()
    {
        _server = await OwnPostgres.StartNewAsync();
        _place = StoragePlace.OnPostgres(_server.ConnectionString);
        _storage = await StorageUnderTest.StartAsync(
            _place,
            services => services.AddModuleDatabase<SpecimenModule>("specimen")
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        _place.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task While_the_server_is_away_writes_are_refused_and_nothing_acknowledged_is_lost()
    {
        var acknowledged = new ConcurrentQueue<string>();
        var refusals = new ConcurrentQueue<DatabaseUnavailableException>();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable
            .Range(0, 8)
            .Select(writer => Task.Run(() => WriteAsync(writer, acknowledged, refusals, stop.Token)))
            .ToArray();
        await Eventually.HoldsAsync(() => acknowledged.Count > 50);

        await _server.StopAsync();
        await Eventually.HoldsAsync(() => refusals.Count > 20);
        await Should.ThrowAsync<DatabaseUnavailableException>(() => Database.NamesAsync());
        var before = acknowledged.Count;
        await _server.StartAsync();
        await Eventually.HoldsAsync(() => acknowledged.Count > before + 50);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        refusals.ShouldAllBe(refusal => refusal.RetryAfter > TimeSpan.Zero);
        // A name is unique in the table: what is there is there once.
        acknowledged.Except(await Database.NamesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task After_a_restart_of_the_server_the_first_write_and_read_go_through()
    {
        await Database.AddAsync(Specimen.Called("a"));
        await Database.NamesAsync();
        await _server.StopAsync();
        await _server.StartAsync();

        await Database.AddAsync(Specimen.Called("b"));

        (await Database.NamesAsync()).ShouldBe(["a", "b"]);
    }

    private async Task WriteAsync(
        int writer,
        ConcurrentQueue<string> acknowledged,
        ConcurrentQueue<DatabaseUnavailableException> refusals,
        CancellationToken stop
    )
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var name = $"{writer}-{number}";
            try
            {
                await Database.AddAsync(Specimen.Called(name));
                acknowledged.Enqueue(name);
            }
            catch (DatabaseUnavailableException refusal)
            {
                refusals.Enqueue(refusal);
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }
}
