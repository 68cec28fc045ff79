using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Sillage.Storage.Events;
using Xunit;

namespace Sillage.Storage.Tests.Postgres;

/// <summary>Several servers on one database: one dispatches a module's events at a time, and each has its effect once.</summary>
public sealed class TwoServersTests(PostgresServer server) : StorageSpecification
{
    [Fact]
    public async Task Events_of_two_servers_have_their_effect_once_each()
    {
        await using var other = await StartAsync();
        var names = Enumerable.Range(0, 60).Select(number => $"{number:00}").ToArray();

        await Task.WhenAll(
            names.Select(
                (name, index) =>
                    (index % 2 == 0 ? Database : other.Database<SpecimenModule>()).WriteAsync(
                        async unit =>
                        {
                            await unit.PublishAsync(new SpecimenSeen(name));
                            return 0;
                        },
                        CancellationToken.None
                    )
            )
        );

        await Eventually.HoldsAsync(async () => (await Database.NamesAsync()).Length == names.Length);
        (await Database.NamesAsync()).ShouldBe(names);
    }

    [Fact]
    public async Task Events_of_a_server_that_has_gone_are_dispatched_by_another()
    {
        // Written as by a server that died before it could dispatch.
        await Database.WriteAsync(
            unit =>
                unit.ExecuteAsync(
                    """
                    INSERT INTO sillage_outbox (id, name, occurred_at, payload)
                    VALUES (gen_random_uuid(), 'specimens.specimen-seen', now(), '{"name":"orphan"}')
                    """
                ),
            CancellationToken.None
        );

        await Eventually.HoldsAsync(async () => (await Database.NamesAsync()) is ["orphan"]);
    }

    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();

    protected override void AddModules(IServiceCollection services)
    {
        base.AddModules(services);
        services.AddEventHandler<SpecimenModule, SpecimenSeen, AddSeen>();
    }

    private sealed record SpecimenSeen(string Name) : IEvent
    {
        public static string EventName => "specimens.specimen-seen";

        string IEvent.Key => Name;
    }

    private sealed class AddSeen : IEventHandler<SpecimenSeen>
    {
        public Task Handle(EventContext<SpecimenSeen> context, IUnitOfWork unit, CancellationToken ct) =>
            unit.AddAsync(Specimen.Called(context.Event.Name));
    }
}
